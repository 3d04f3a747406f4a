"""The scoreboard as cards: one per segment, trouble visible at a glance.

Written as one piece of HTML, so that a card is a list item with a heading for those
who listen, and five cards cost the browser no more than one.
"""

from collections.abc import Iterable

import streamlit as st

from dashboard import charts
from dashboard.analysis import Cell, Scoreboard, SegmentScore
from dashboard.analysis.overview.finding import ordinal
from dashboard.analysis.standing import missing
from dashboard.catalog import HEADLINES
from dashboard.charts import Palette, formats
from dashboard.ui import view
from dashboard.ui.addresses import address, metric_page
from dashboard.ui.sparkline import WEEKS, sparkline
from dashboard.ui.text import plain, safe

_ON_TIME = "on_time_rate"
_SHAPES = {"better": "▲", "worse": "▽", "changed": "◆"}
_VARIATIONS = {
    "improving": ("ok", "▲ improving"),
    "worsening": ("bad", "▽ worsening"),
    "changed": ("quiet", "◆ changed"),
    "normal variation": ("quiet", "normal variation"),
    "not judged": ("quiet", "too few weeks to judge"),
}
_ASSURANCES = {
    "met": "⊕ target below limits: reliably met",
    "hit or miss": "⊙ target within limits: hit or miss",
    "missed": "⊖ target above limits: reliably missed",
}
_STANDINGS = {
    "met": ("ok", "✓ met"),
    "missed": ("bad", "✕ missed"),
    "not clear": ("quiet", "~ not clear"),
}


def board(found: Scoreboard) -> None:
    """All segments together, then each segment."""
    shown = view.current_view()
    cards = [_card(found.whole, "", found)]
    cards += [_card(s, _dot(s.segment, shown.palette), found) for s in found.segments]
    st.html(f'<ul class="ds-board">{"".join(cards)}</ul>')
    for words in charts.missing(found, shown.catalog):
        st.info(plain(words))


def _card(score: SegmentScore, dot: str, found: Scoreboard) -> str:
    tone, status = _status(score)
    lines = "".join(f"<span>{safe(line)}</span>" for line in status)
    blocks = "".join(_block(name, score, found) for name in HEADLINES)
    return (
        f'<li class="ds-card ds-{tone}"><h3>{dot}{safe(score.segment)}</h3>'
        f'<p class="ds-status">{lines}</p>{blocks}</li>'
    )


def _status(score: SegmentScore) -> tuple[str, list[str]]:
    """What to know first: what got worse and what misses its target, else what got better."""
    cells = score.cells.values()
    worse = _labels(cell for cell in cells if _verdict(cell) == "worse")
    missed = _labels(cell for cell in cells if cell.standing == "missed")
    better = _labels(cell for cell in cells if _verdict(cell) == "better")
    lines = [f"▽ worse: {worse}"] if worse else []
    if missed:
        lines.append(f"✕ misses target: {missed}")
    if lines:
        return ("bad" if worse else "warn"), lines
    if better:
        return "ok", [f"▲ better: {better}"]
    compared = any(formats.may_compare(cell) for cell in cells)
    return "quiet", ["no clear change" if compared else "nothing to compare with"]


def _labels(cells: Iterable[Cell]) -> str:
    return ", ".join(cell.figure.metric.label.lower() for cell in cells)


def _block(name: str, score: SegmentScore, found: Scoreboard) -> str:
    """One metric of a card: value, interval and n, weeks, change, target."""
    cell = score.cells.get(name)
    own = _own_filter(score, found)
    label = view.current_view().catalog.metric(name).label
    heading = (
        f'<p class="ds-label"><a href="{safe(metric_page(name, **own))}">{safe(label)}</a></p>'
    )
    if cell is None:
        return f'<div class="ds-metric">{heading}<p class="ds-small">{formats.NO_FIGURE}</p></div>'
    figure = cell.figure
    main = " ds-main" if name == _ON_TIME else ""
    interval = formats.interval(figure.low, figure.high, figure.metric.unit)
    shown = [] if figure.is_thin or not interval else [interval]
    strip = _strip(cell, _scale(found, name)) + _weeks(score) if name == _ON_TIME else ""
    return (
        f'<div class="ds-metric{main}">{heading}'
        f'<p class="ds-value">{safe(formats.figure_value(figure))}</p>'
        f'<p class="ds-small">{safe(" · ".join([*shown, formats.size(figure)]))}</p>'
        f"{strip}{_change(cell)}{_target(cell)}{_why(cell, own)}</div>"
    )


def _own_filter(score: SegmentScore, found: Scoreboard) -> dict[str, str]:
    """What narrows a link to the card's segment; nothing for the whole."""
    return {} if score is found.whole else {"segment": score.segment}


def _weeks(score: SegmentScore) -> str:
    """The last weeks as a control chart, and what it says in words."""
    found = score.process
    if found is None:
        return ""
    tone, said = _VARIATIONS[found.variation]
    assured = _ASSURANCES.get(found.assurance, "")
    line = f'<p class="ds-small">{safe(assured)}</p>' if assured else ""
    return (
        f"{sparkline(found, view.current_view().palette)}"
        f'<p class="ds-small">{min(WEEKS, len(found.points))} weeks: '
        f'<span class="ds-{tone}">{safe(said)}</span></p>{line}'
    )


def _why(cell: Cell, own: dict[str, str]) -> str:
    """A link to what is behind a change: of the headline, and of any beyond noise."""
    headline = cell.figure.metric.name == _ON_TIME and formats.may_compare(cell)
    if not headline and _verdict(cell) not in _SHAPES:
        return ""
    metric = cell.figure.metric
    href = address("", **own, change=metric.label, by="Carrier", and_by="nothing")
    return (
        f'<p class="ds-small"><a href="{safe(href)}" '
        f'aria-label="What changed in {safe(metric.label.lower())}, '
        f'{safe(own.get("segment", "all"))}">what changed?</a></p>'
    )


def _change(cell: Cell) -> str:
    found = cell.change
    if found is None:
        return ""
    if not formats.may_compare(cell):
        return f'<p class="ds-change ds-quiet">{formats.NOT_COMPARED}</p>'
    unit = cell.figure.metric.unit
    moved = formats.change(found.difference, unit)
    shape = _SHAPES.get(found.verdict)
    if shape:
        tone = {"better": "ok", "worse": "bad"}.get(found.verdict, "quiet")
        words = f"{shape} {found.verdict}: {moved}"
        around = formats.change_interval(found, unit)
        return f'<p class="ds-change ds-{tone}" title="{safe(around)}">{safe(words)}</p>'
    said = found.verdict if found.difference is None else f"{moved}, {found.verdict}"
    return f'<p class="ds-change ds-quiet">{safe(said)}</p>'


def _target(cell: Cell) -> str:
    if cell.target is None:
        return ""
    tone, words = _STANDINGS.get(cell.standing, ("quiet", ""))
    target = formats.value(cell.target, cell.figure.metric.unit)
    since = f", {ordinal(cell.missed_quarters)} quarter" if cell.missed_quarters > 1 else ""
    lacks = formats.lacking(missing(cell.figure, cell.target), cell.figure)
    gap = f'<p class="ds-small">{safe(lacks)}</p>' if lacks and cell.standing != "met" else ""
    return f'<p class="ds-target ds-{tone}">target {safe(target)} {words}{since}</p>{gap}'


def _strip(cell: Cell, scale: tuple[float, float]) -> str:
    """Interval and target on one line, the same scale on every card; words say it too."""
    figure = cell.figure
    if figure.low is None or figure.high is None or figure.is_thin:
        return ""
    start, end = _share(figure.low, scale), _share(figure.high, scale)
    marks = f'<i class="ds-range" style="left:{start:.1f}%;width:{end - start:.1f}%"></i>'
    if figure.value is not None:
        marks += f'<i class="ds-point" style="left:{_share(figure.value, scale):.1f}%"></i>'
    if cell.target is not None:
        marks += f'<i class="ds-tick" style="left:{_share(cell.target, scale):.1f}%"></i>'
    return f'<div class="ds-strip" aria-hidden="true">{marks}</div>'


def _scale(found: Scoreboard, name: str) -> tuple[float, float]:
    cells = [score.cells.get(name) for score in (found.whole, *found.segments)]
    ends = [end for c in cells if c for end in (c.figure.low, c.figure.high, c.target)]
    known = [end for end in ends if end is not None]
    return (min(known), max(known)) if known else (0.0, 1.0)


def _share(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return 50.0 if high == low else 100 * (value - low) / (high - low)


def _verdict(cell: Cell) -> str:
    return cell.change.verdict if cell.change and formats.may_compare(cell) else ""


def _dot(segment: str, palette: Palette) -> str:
    colour = palette.segment(segment)
    return f'<i class="ds-dot" aria-hidden="true" style="background:{colour}"></i>'
