"""On time by week: one small chart per segment, all on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import plotly.graph_objects as go

from dashboard.analysis import FEWEST, Scoreboard, SegmentScore, Week
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette

_HEIGHT = 240
_EDGE = timedelta(days=4)
_NARROWEST = 4.0
_METRIC = "on_time_rate"


@dataclass(frozen=True)
class Scale:
    """The share axis, in percent, that all small charts of a panel have in common."""

    low: float
    high: float


def weekly_trends(board: Scoreboard, palette: Palette) -> list[Drawing]:
    """One drawing per segment of the board, in its order."""
    scale = common_scale(board)
    return [
        _trend(score, [w for w in board.weeks if w.segment == score.segment], scale, palette)
        for score in board.segments
    ]


def common_scale(board: Scoreboard) -> Scale:
    """The smallest range that holds every week that is drawn, and every target."""
    shown = [100 * (week.value or 0.0) for week in board.weeks if _is_shown(week)]
    targets = [_target(score) for score in board.segments]
    shown += [100 * target for target in targets if target is not None]
    if not shown:
        return Scale(0, 100)
    low, high = min(shown), max(shown)
    room = max(0.08 * (high - low), (_NARROWEST - (high - low)) / 2, 0.5)
    return Scale(max(0.0, low - room), min(100.5, high + room))


def _trend(score: SegmentScore, weeks: Sequence[Week], scale: Scale, palette: Palette) -> Drawing:
    figure = blank(palette, _HEIGHT)
    colour = palette.segment(score.segment)
    figure.update_yaxes(range=[scale.low, scale.high], ticksuffix=f"{formats.GAP}%", nticks=5)
    if weeks:
        days = [weeks[0].start - _EDGE, weeks[-1].start + _EDGE]
        figure.update_xaxes(range=days, tickformat="%b\n%Y", nticks=5, automargin=True)
    _add_partial(figure, weeks, palette)
    _add_target(figure, _target(score), palette)
    judged = [_percent(week) if _is_judged(week) else None for week in weeks]
    figure.add_scatter(
        x=[week.start for week in weeks],
        y=judged,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"size": 4},
        hovertext=[_said(week) for week in weeks],
        hoverinfo="text",
    )
    _label_last(figure, weeks, palette)
    figure.update_layout(title=_title(score, palette), margin={"t": 46, "r": 52})
    return Drawing(figure, _alt(score, weeks))


def _add_partial(figure: go.Figure, weeks: Sequence[Week], palette: Palette) -> None:
    """Partial weeks, grey and dashed, joined to their neighbours."""
    near = [
        _is_shown(week) and any(other.partial for other in weeks[max(0, at - 1) : at + 2])
        for at, week in enumerate(weeks)
    ]
    figure.add_scatter(
        x=[week.start for week in weeks],
        y=[_percent(w) if shown else None for w, shown in zip(weeks, near, strict=True)],
        mode="lines+markers",
        line={"color": palette.muted, "width": 1.5, "dash": "dot"},
        marker={"size": 4, "symbol": "circle-open"},
        hovertext=[_said(week) for week in weeks],
        hoverinfo="text",
    )


def _add_target(figure: go.Figure, target: float | None, palette: Palette) -> None:
    if target is not None:
        figure.add_hline(y=100 * target, line={"color": palette.plan, "width": 1, "dash": "dash"})


def _title(score: SegmentScore, palette: Palette) -> dict[str, object]:
    target = _target(score)
    said = "no target" if target is None else f"dashed: target {formats.value(target, 'share')}"
    return {
        "text": f"<b>{words(score.segment)}</b>",
        "subtitle": {"text": said, "font": {"size": 12, "color": palette.muted}},
        "x": 0,
        "y": 0.97,
        "yanchor": "top",
        "font": {"size": 14},
    }


def _label_last(figure: go.Figure, weeks: Sequence[Week], palette: Palette) -> None:
    judged = [week for week in weeks if _is_judged(week)]
    if not judged:
        figure.add_annotation(
            text=f"no week with {FEWEST} deliveries",
            showarrow=False,
            xref="paper",
            yref="paper",
            font={"size": 12, "color": palette.muted},
        )
        return
    last = judged[-1]
    figure.add_annotation(
        x=last.start,
        y=_percent(last),
        text=f"<b>{formats.value(last.value, 'share')}</b>",
        showarrow=False,
        xref="x",
        xanchor="left",
        xshift=5,
        font={"size": 12, "color": palette.ink},
    )


def _alt(score: SegmentScore, weeks: Sequence[Week]) -> str:
    judged = [week for week in weeks if _is_judged(week)]
    if not judged:
        return f"On time by week, {score.segment}: no complete week with enough deliveries."
    rates = [(week.value or 0.0, week) for week in judged]
    worst = min(rates, key=lambda pair: pair[0])[1]
    target = _target(score)
    against = "" if target is None else f"; target {formats.value(target, 'share')}"
    return (
        f"On time by week, {score.segment}: {len(judged)} complete weeks, last "
        f"{formats.value(judged[-1].value, 'share')}, lowest "
        f"{formats.value(worst.value, 'share')} in the week of "
        f"{formats.day(worst.start)}{against}."
    )


def _said(week: Week) -> str:
    counts = f"{formats.number(week.numerator)} of {formats.number(week.denominator)}"
    cut = ", partial week" if week.partial else ""
    rate = formats.value(week.value, "share")
    return f"week of {formats.day(week.start)}{cut}<br><b>{rate}</b> ({counts})"


def _is_shown(week: Week) -> bool:
    return week.value is not None and week.denominator >= FEWEST


def _is_judged(week: Week) -> bool:
    return _is_shown(week) and not week.partial


def _percent(week: Week) -> float | None:
    return None if week.value is None else 100 * week.value


def _target(score: SegmentScore) -> float | None:
    cell = score.cells.get(_METRIC)
    return cell.target if cell else None
