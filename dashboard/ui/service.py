"""The Service page's parts: segments by service, their charts, what stands beside them."""

from dataclasses import dataclass

import streamlit as st

from dashboard import analysis, charts
from dashboard.analysis.service.control import control_table
from dashboard.analysis.service.definitions import bridge_table
from dashboard.analysis.service.segments import ALL, Service, ServiceCell
from dashboard.charts import formats
from dashboard.charts.service import control as drawn
from dashboard.charts.service import drawn as pictures
from dashboard.charts.tables import figures_table
from dashboard.scope import Scope
from dashboard.state import Note
from dashboard.ui import notes as noted
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, tried
from dashboard.ui.parameters import choose
from dashboard.ui.text import safe

_TONES = {"missed": "bad", "met": "ok", "not clear": "quiet", "no target": "quiet"}
_STANDINGS = {"missed": "✕ below target", "met": "✓ meets target"}
_LOW_IS_GOOD = {"missed": "✕ above target", "met": "✓ meets target"}


@dataclass(frozen=True)
class Opened:
    """What the page stands on.

    Attributes:
        found: Segments and services.
        notes: What people wrote on the charts of its metric, withdrawn ones too.
        scope: The days that the page shows, with its filters.
    """

    found: Service
    notes: tuple[Note, ...]
    scope: Scope


def opened() -> Opened:
    """Let the reader choose what is measured, and say the finding as the title."""
    head = st.container()
    measure = choose("measure", width=340)
    shown = view.current_view()
    written = noted.notes_on(measure)
    found = answer(analysis.service, shown.scope, measure, noted.rebaselines(written))
    with head:
        page.title(found.message)
    return Opened(found, written, shown.scope.during(found.period))


def segments_and_services(on: Opened) -> None:
    """Every segment by service against target, with what its chart says."""
    found, shown = on.found, view.current_view()
    rows = figures_table([cell.figure for cell in found.cells], shown.manifest.id)
    source = page.Source((found.metric.name,), ("segment", "service"), on.scope, rows)
    unit = f"{found.metric.label}; small: n, target, weekly chart"
    days = charts.days_named(shown.days, running=found.running, compared=found.versus is not None)
    with page.panel("Segments and services", charts.detail(unit, days, found.due), source, "kept"):
        st.html(_matrix(found))
        page.quiet(
            "✓ and ✕: the period's 95 % interval lies wholly on one side of the segment's "
            "target. Chart: ▲ and ▽ where the latest complete week is a signal; hit or miss "
            "where its limits hold the target, so that chance decides which weeks meet it."
        )


def control_charts(on: Opened) -> None:
    """Each segment's weeks against their limits, and the notes on them."""
    found, shown = on.found, view.current_view()
    processes = [cell.process for cell in found.segments if cell.process]
    rows = control_table(processes, shown.manifest.id)
    source = page.Source((found.metric.name,), ("segment", "week"), on.scope, rows)
    kind = "Laney p′" if found.metric.unit == "share" else "XmR"
    detail = (
        f"{found.metric.label} by week, {kind} limits shaded; triangle: signal; dashed: target; "
        f"open circle: partial week; hatched: not all known; to {formats.day(found.period.end)}"
    )
    with page.panel("Is the process in control?", detail, source, "control"):
        marks = noted.marks_of(processes, on.notes)
        drawings = drawn.control_charts(processes, marks, shown.palette)
        page.small_charts(drawings, key="control", across=3)
        page.sentence(drawn.chance_said(processes))
        noted.notes(found.metric, on.notes, found.period)


def how_late(on: Opened) -> None:
    """Quantiles and histogram of lateness."""
    found = tried(analysis.lateness, on.scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = pictures.lateness_table(found)
    counted = ("lateness", "late_days", "open_promises")
    source = page.Source((), (), on.scope, rows, distributions=counted)
    due = (found.timed or found.dates)[0].rows
    detail = charts.detail(
        "% of timed deliveries due, minutes after the promise; dark: late; hatched: not arrived",
        view.current_view().period_name,
        due,
    )
    with page.panel("How late is late?", detail, source, "lateness"):
        page.chart(pictures.lateness_bars(found, view.current_view().palette), key="lateness_bars")
        page.table(rows, "Lateness by segment", key="lateness_table")
        page.sentence(pictures.open_said(found))


def beside_the_promise(on: Opened) -> None:
    """First attempts, windows, and whether promises are padded or moved."""
    found, shown = on.found, view.current_view()
    source = page.source(found.beside, ("segment",))
    detail = charts.detail("by segment; definitions in the menu", shown.period_name)
    with page.panel("Beside the promise", detail, source, "beside"):
        page.table(pictures.beside_table(found), "Figures beside the promise", key="beside_table")
        for name in found.missing:
            page.sentence(charts.missing_said(shown.catalog.metric(name), shown.catalog))


def definitions(on: Opened) -> None:
    """The same period under every definition of on time."""
    shown = view.current_view()
    found = tried(analysis.definitions_bridge, on.scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    names = tuple(step.figure.metric.name for step in found.steps)
    rows = bridge_table(found, shown.manifest.id)
    source = page.Source((found.headline.metric.name, *names), (), on.scope, rows)
    detail = charts.detail(
        "points against the headline", shown.period_name, float(found.headline.denominator or 0)
    )
    with page.panel("What the definition alone does", detail, source, "bridge"):
        page.chart(pictures.bridge_bars(found, shown.palette), key="bridge_bars")
        for sentence in pictures.bridge_said(found, shown.catalog.metrics):
            page.sentence(sentence)


def promise_against_capability(on: Opened) -> None:
    """The tightest window kept 95 % of the time beside the window promised."""
    shown = view.current_view()
    found = tried(analysis.capability, on.scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = pictures.capability_table(found)
    by = ("segment", "zone")
    source = page.Source(("promise_width",), by, on.scope, rows, distributions=("arrival",))
    due = sum(one.rows for one in found if not one.zone)
    detail = charts.detail(
        "minutes, to a quarter of an hour; timed promises; outlined: promised",
        shown.period_name,
        due,
    )
    with page.panel("Promise against capability", detail, source, "capability"):
        page.chart(pictures.capability_bars(found, shown.palette), key="capability_bars")
        page.quiet(
            "The shortest window around the promise in which 95 % of all due deliveries come, "
            "all services together: filter by service for one. What never arrived is inside no "
            "window. From and to: minutes after the promise; blank: fewer than 30 due, or more "
            "than 5 % never arrived."
        )
        page.table(rows, "Tightest window by segment and zone", key="capability_table")


def _matrix(found: Service) -> str:
    cells = {(cell.segment, cell.service): cell for cell in found.cells}
    names = (ALL, *found.services)
    head = "".join(f'<th scope="col">{safe(name or "all services")}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{safe(segment.segment)}{_why(segment, found)}</th>'
        + "".join(_cell(cells.get((segment.segment, name))) for name in names)
        + "</tr>"
        for segment in found.segments
    )
    return (
        '<p class="ds-hint">Swipe the table for the services →</p>'
        '<div class="ds-scroll" tabindex="0" role="region" aria-label="Segments and services">'
        f'<table class="ds-services"><thead><tr><th scope="col">Segment</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _why(segment: ServiceCell, found: Service) -> str:
    """A way to what changed, for this segment and measure, by carrier."""
    if found.versus is None:
        return ""
    asked = {"change": found.metric.label, "by": "Carrier", "and_by": "nothing"}
    link = address("", segment=segment.segment, **asked)
    label = safe(f"What changed in {found.metric.label.lower()}, {segment.segment}")
    return f'<small><a href="{safe(link)}" aria-label="{label}">what changed?</a></small>'


def _cell(cell: ServiceCell | None) -> str:
    if cell is None:
        return '<td class="ds-none">–</td>'
    figure = cell.figure
    lines = [_interval(cell), *_against(cell), *_process(cell)]
    small = "".join(f"<small>{line}</small>" for line in lines if line)
    return f"<td><b>{safe(formats.figure_value(figure))}</b>{small}</td>"


def _interval(cell: ServiceCell) -> str:
    figure = cell.figure
    if figure.is_thin:
        return ""
    around = formats.interval(figure.low, figure.high, figure.metric.unit)
    return safe(" · ".join(filter(None, (around, formats.size(figure)))))


def _against(cell: ServiceCell) -> list[str]:
    """Target and change, in words; toned only where beyond doubt."""
    unit, better = cell.figure.metric.unit, cell.figure.metric.better
    lines = []
    if cell.target is not None:
        words = (_LOW_IS_GOOD if better == "lower" else _STANDINGS).get(cell.standing, "target")
        tone = _TONES[cell.standing]
        target = formats.value(cell.target, unit)
        lines.append(f'<span class="ds-{tone}">{safe(f"{words} {target}")}</span>')
    moved = cell.change
    if moved and moved.verdict != "not comparable":
        tone = {"better": "ok", "worse": "bad"}.get(moved.verdict, "quiet")
        said = f"{formats.change(moved.difference, unit)}, {moved.verdict}"
        lines.append(f'<span class="ds-{tone}">{safe(said)}</span>')
    return lines


def _process(cell: ServiceCell) -> list[str]:
    process = cell.process
    if process is None or process.variation == "not judged":
        return ["weeks too thin for a chart"] if process else []
    return [safe(f"chart: {drawn.process_said(process)}")]
