"""Control charts: weeks, limits, signals, and the notes that people wrote on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go

from dashboard.analysis.service.chart import Point, ProcessChart
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette

_HEIGHT = 290
_EDGE = timedelta(days=5)
_WEEK_MS = 7 * 24 * 3600 * 1000
_SHARE = "share"
_HIDDEN = {"thin"}
_SHAPES = {True: "triangle-up", False: "triangle-down", None: "diamond"}
VARIATIONS = {
    "improving": "▲ improving",
    "worsening": "▽ worsening",
    "changed": "◆ changed",
    "normal variation": "normal variation",
    "not judged": "not judged",
}
ASSURANCES = {
    "met": "✓ meets target",
    "hit or miss": "~ hit or miss",
    "missed": "✕ misses target",
    "not judged": "",
}


@dataclass(frozen=True)
class Marked:
    """A note's place on a chart: its number in the list below, its day."""

    number: int
    day: date


def control_charts(
    processes: Sequence[ProcessChart], marks: Sequence[Sequence[Marked]], palette: Palette
) -> list[Drawing]:
    """One drawing per process, all on one scale.

    Args:
        processes: The charts.
        marks: Notes of each, aligned.
        palette: Colours of the theme and of the segments.
    """
    scale = _scale(processes)
    return [
        _control_chart(process, noted, scale, palette)
        for process, noted in zip(processes, marks, strict=True)
    ]


def process_said(process: ProcessChart) -> str:
    """What a chart says, in a few words: variation, then assurance."""
    said = [VARIATIONS[process.variation], ASSURANCES[process.assurance]]
    return " · ".join(filter(None, said))


def chance_said(processes: Sequence[ProcessChart]) -> str:
    """How often charts like these signal although nothing changed."""
    known = [one for one in processes if one.by_chance is not None]
    if not known:
        return "No chart has limits yet: they need 12 complete weeks of 30 cases."
    expected = sum(one.by_chance or 0.0 for one in known)
    rates = {one.by_chance or 0.0 for one in known}
    each = f"{'up to ' if len(rates) > 1 else ''}{formats.value(max(rates), _SHARE)}"
    weeks = max(one.judged for one in known)
    of_all = f", {expected:.1f} of these {len(known)} charts" if len(known) > 1 else ""
    return (
        f"In control, one such chart shows a signal in {each} of periods of {weeks} weeks"
        f"{of_all}. A signal is a reason to look, not a finding; the title goes by the "
        "quarter's test."
    )


def _control_chart(
    process: ProcessChart, marks: Sequence[Marked], scale: tuple[float, float], palette: Palette
) -> Drawing:
    figure = blank(palette, _HEIGHT)
    suffix = f"{formats.GAP}%" if process.metric.unit == _SHARE else ""
    figure.update_yaxes(range=list(scale), ticksuffix=suffix, nticks=5)
    if process.points:
        days = [process.points[0].start - _EDGE, process.points[-1].start + _EDGE]
        figure.update_xaxes(range=days, tickformat="%b\n%Y", nticks=6, automargin=True)
    _add_limits(figure, process, palette)
    _add_unready(figure, process, scale, palette)
    _add_weeks(figure, process, palette)
    _add_signals(figure, process, palette)
    if process.target is not None:
        line = {"color": palette.plan, "width": 1, "dash": "dash"}
        figure.add_hline(y=_scaled(process, process.target), line=line)
    _add_marks(figure, marks, palette)
    figure.update_layout(title=_title(process, palette), margin={"t": 62, "r": 10})
    return Drawing(figure, _alt(process))


def _add_limits(figure: go.Figure, process: ProcessChart, palette: Palette) -> None:
    """The band between the limits, and the centre; each stretch has its own."""
    x = [point.start for point in process.points]
    quiet = {"color": palette.muted, "width": 0.8}
    for values, fill in (
        ([point.low for point in process.points], None),
        ([point.high for point in process.points], "tonexty"),
    ):
        figure.add_scatter(
            x=x,
            y=[_scaled(process, value) for value in values],
            mode="lines",
            line={**quiet, "shape": "hvh"},
            fill=fill,
            fillcolor="rgba(127,137,150,0.13)",
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=x,
        y=[_scaled(process, point.centre) for point in process.points],
        mode="lines",
        line={**quiet, "width": 1.2, "shape": "hvh"},
        hoverinfo="skip",
    )


def _add_unready(
    figure: go.Figure, process: ProcessChart, scale: tuple[float, float], palette: Palette
) -> None:
    """Weeks that deliveries are still missing from, hatched from top to bottom."""
    late = [point for point in process.points if point.readiness == "immature"]
    if late:
        figure.add_bar(
            x=[point.start for point in late],
            y=[scale[1] - scale[0]] * len(late),
            base=[scale[0]] * len(late),
            width=_WEEK_MS,
            marker={
                "color": "rgba(0,0,0,0)",
                "line": {"width": 0},
                "pattern": {"shape": "/", "fgcolor": palette.muted, "size": 6},
            },
            hoverinfo="skip",
        )


def _add_weeks(figure: go.Figure, process: ProcessChart, palette: Palette) -> None:
    segment = dict(process.group).get("segment")
    colour = palette.segment(segment) if segment else palette.plan
    judged = [point.readiness == "judged" for point in process.points]
    shown = [point.readiness not in _HIDDEN for point in process.points]
    for keep, line, marker in (
        (judged, {"color": colour, "width": 1.4}, {"size": 3}),
        (
            [some and not whole for some, whole in zip(shown, judged, strict=True)],
            {"width": 0},
            {"size": 6, "symbol": "circle-open", "color": palette.muted},
        ),
    ):
        figure.add_scatter(
            x=[point.start for point in process.points],
            y=[
                _scaled(process, point.value) if kept else None
                for point, kept in zip(process.points, keep, strict=True)
            ],
            mode="lines+markers",
            line=line,
            marker=marker,
            hovertext=[_said(process, point) for point in process.points],
            hoverinfo="text",
        )


def _add_signals(figure: go.Figure, process: ProcessChart, palette: Palette) -> None:
    """Special weeks by shape: up is better, down is worse."""
    special = [(point, point.signal) for point in process.points if point.signal]
    better = process.metric.better
    shapes = [
        _SHAPES[None if better == "neither" else signal.is_high == (better == "higher")]
        for _, signal in special
    ]
    figure.add_scatter(
        x=[point.start for point, _ in special],
        y=[_scaled(process, point.value) for point, _ in special],
        mode="markers",
        marker={
            "size": 9,
            "symbol": shapes,
            "color": palette.ink,
            "line": {"color": palette.ground, "width": 1},
        },
        hovertext=[_said(process, point) for point, _ in special],
        hoverinfo="text",
    )


def _add_marks(figure: go.Figure, marks: Sequence[Marked], palette: Palette) -> None:
    for mark in marks:
        figure.add_vline(x=mark.day, line={"color": palette.ink, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=mark.day,
            y=1,
            yref="paper",
            yanchor="bottom",
            text=f"<b>{mark.number}</b>",
            showarrow=False,
            font={"size": 11, "color": palette.ink},
        )


def _title(process: ProcessChart, palette: Palette) -> dict[str, object]:
    target = (
        f"target {formats.value(process.target, process.metric.unit)}"
        if process.target is not None
        else "no target"
    )
    said = process.why or f"{process_said(process)}; {target}"
    return {
        "text": f"<b>{words(process.name)}</b>",
        "subtitle": {"text": words(said), "font": {"size": 12, "color": palette.muted}},
        "x": 0,
        "y": 0.98,
        "yanchor": "top",
        "font": {"size": 14},
    }


def _alt(process: ProcessChart) -> str:
    unit = process.metric.unit
    judged = [point for point in process.points if point.readiness == "judged"]
    if not judged:
        return f"{process.metric.label} by week, {process.name}: {process.why}."
    last = judged[-1]
    between = (
        f"limits {formats.interval(last.low, last.high, unit)}"
        if last.low is not None
        else f"no limits: {process.why}"
    )
    return (
        f"{process.metric.label} by week, {process.name}: {len(judged)} judged weeks, last "
        f"{formats.value(last.value, unit)} in the week of {formats.day(last.start)}; {between}; "
        f"{process.signals} of {process.judged} weeks of the period are signals; "
        f"{process_said(process)}."
    )


def _said(process: ProcessChart, point: Point) -> str:
    unit = process.metric.unit
    lines = [
        f"week of {formats.day(point.start)}",
        f"<b>{formats.value(point.value, unit)}</b> (n {formats.number(point.denominator)})",
    ]
    if point.low is not None:
        lines.append(f"limits {formats.interval(point.low, point.high, unit)}")
    if point.signal:
        lines.append(f"signal: {_RULES[point.signal.rule]}")
    if point.readiness != "judged":
        lines.append(f"{point.readiness}: not judged")
    return "<br>".join(lines)


_RULES = {
    "outside": "outside the limits",
    "one side": "eight in a row on one side",
    "trend": "a trend",
    "two of three": "two of three near a limit",
}


def _scaled(process: ProcessChart, value: float | None) -> float | None:
    if value is None:
        return None
    return 100 * value if process.metric.unit == _SHARE else value


def _scale(processes: Sequence[ProcessChart]) -> tuple[float, float]:
    """The smallest range that holds every week drawn and every target."""
    shown = [
        _scaled(process, point.value) or 0.0
        for process in processes
        for point in process.points
        if point.readiness not in _HIDDEN
    ]
    shown += [_scaled(p, p.target) or 0.0 for p in processes if p.target is not None]
    if not shown:
        return 0.0, 100.0
    low, high = min(shown), max(shown)
    room = max(0.06 * (high - low), 0.01 * abs(high), 0.01)
    top = high + room
    return low - room, min(top, 101.0) if processes[0].metric.unit == _SHARE else top
