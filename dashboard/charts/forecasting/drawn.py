"""Forecasts drawn: weeks against what came, and the error of each step."""

from collections.abc import Sequence
from datetime import timedelta

import plotly.graph_objects as go

from dashboard.analysis.forecasting.cuts import WeekOf
from dashboard.analysis.forecasting.review import Forecast
from dashboard.analysis.forecasting.rows import SEASON
from dashboard.analysis.forecasting.steps import Stair
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette

_SHARE = "share"
_HEIGHT = 250
_MOST_MARKS = 3
_ROOM = 1.6
_EDGE = timedelta(days=4)
_SHAPES = {"promotion": "triangle-up", "holiday": "square", "weather": "x"}
_BESIDE = timedelta(days=2)


def week_charts(found: Forecast, palette: Palette) -> list[Drawing]:
    """One drawing per segment: what came, solid; the forecast, dashed, with its range."""
    names = list(dict.fromkeys(week.segment for week in found.weeks))
    return [
        _weeks([week for week in found.weeks if week.segment == name], palette) for name in names
    ]


def _weeks(weeks: Sequence[WeekOf], palette: Palette) -> Drawing:
    segment, days = weeks[0].segment, [week.start for week in weeks]
    figure = blank(palette, _HEIGHT)
    colour = palette.segment(segment)
    _add_range(figure, weeks, palette)
    figure.add_scatter(
        x=days,
        y=[week.forecast if week.days == SEASON else None for week in weeks],
        mode="lines",
        line={"color": palette.plan, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=days,
        y=[week.actual if week.complete else None for week in weeks],
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"size": 5},
        hovertext=[_week_said(week) for week in weeks],
        hoverinfo="text",
    )
    _add_partial_weeks(figure, weeks, palette)
    _add_marks(figure, weeks, palette)
    figure.update_xaxes(
        range=[days[0] - _EDGE, days[-1] + _EDGE], tickformat="%d %b", nticks=5, automargin=True
    )
    most = max(max(week.upper or 0.0, week.forecast, week.actual or 0.0) for week in weeks)
    figure.update_yaxes(range=[0, 1.05 * most], nticks=5)
    title = f"<b>{words(segment)}</b>"
    figure.update_layout(
        title={"text": title, "font": {"size": 14, "color": palette.ink}, "x": 0, "y": 0.98},
        margin={"t": 46},
    )
    return Drawing(figure, _weeks_alt(segment, weeks))


def _add_partial_weeks(figure: go.Figure, weeks: Sequence[WeekOf], palette: Palette) -> None:
    """What came, as a circle, beside the forecast of the same days, as a dash: both grey."""
    running = [week for week in weeks if not week.complete and week.actual is not None]
    for symbol, values in (
        ("line-ew-open", [week.beside for week in running]),
        ("circle-open", [week.actual for week in running]),
    ):
        figure.add_scatter(
            x=[week.start for week in running],
            y=values,
            mode="markers",
            marker={"size": 7, "color": palette.muted, "symbol": symbol, "line": {"width": 2}},
            hovertext=[f"{_week_said(week)}<br>partial week" for week in running],
            hoverinfo="text",
        )


def _add_range(figure: go.Figure, weeks: Sequence[WeekOf], palette: Palette) -> None:
    whole = [week for week in weeks if week.days == SEASON]
    known = [week for week in whole if week.lower is not None and week.upper is not None]
    if not known:
        return
    days = [week.start for week in known]
    figure.add_scatter(
        x=[*days, *reversed(days)],
        y=[*(week.upper for week in known), *(week.lower for week in reversed(known))],
        fill="toself",
        fillcolor=palette.grid,
        line={"width": 0},
        hoverinfo="skip",
        mode="lines",
    )


def _add_marks(figure: go.Figure, weeks: Sequence[WeekOf], palette: Palette) -> None:
    """Promotions, holidays and weather as shapes at the foot; the words come on hovering."""
    for at, (kind, symbol) in enumerate(_SHAPES.items()):
        marked = [week for week in weeks if any(m.startswith(f"{kind}: ") for m in week.marks)]
        figure.add_scatter(
            x=[week.start + at * _BESIDE for week in marked],
            y=[0 for _ in marked],
            mode="markers",
            marker={"size": 8, "color": palette.muted, "symbol": symbol},
            hovertext=[words(", ".join(week.marks)) for week in marked],
            hoverinfo="text",
            cliponaxis=False,
        )


def _week_said(week: WeekOf) -> str:
    came = "not known yet" if week.actual is None else formats.number(week.actual)
    marks = f"<br>{words(', '.join(week.marks[:_MOST_MARKS]))}" if week.marks else ""
    return (
        f"week of {formats.day(week.start)}<br><b>{came}</b> came"
        f"<br>{formats.number(week.beside if week.actual else week.forecast)} forecast{marks}"
    )


def _weeks_alt(segment: str, weeks: Sequence[WeekOf]) -> str:
    whole = [week for week in weeks if week.complete]
    if not whole:
        return f"{segment}: no complete week in view."
    came, said = (sum(values) for values in zip(
        *((week.actual or 0.0, week.forecast) for week in whole), strict=True
    ))  # fmt: skip
    worst = max(whole, key=lambda week: abs(week.forecast - (week.actual or 0.0)))
    return (
        f"{segment} by week: {formats.number(came)} came and {formats.number(said)} were forecast "
        f"in {len(whole)} complete weeks; furthest off in the week of {formats.day(worst.start)}, "
        f"{formats.number(worst.actual or 0.0)} against {formats.number(worst.forecast)}."
    )


def step_charts(found: Forecast, palette: Palette) -> list[Drawing]:
    """One drawing per segment: WAPE of each step of the process, the free one first."""
    names = list(dict.fromkeys(stair.segment for stair in found.stairs))
    most = max((stair.wape or 0.0 for stair in found.stairs), default=0.0)
    return [
        _steps([one for one in found.stairs if one.segment == name], 100 * most, palette)
        for name in names
    ]


def _steps(stairs: Sequence[Stair], most: float, palette: Palette) -> Drawing:
    segment = stairs[0].segment
    figure = blank(palette, 44 + 34 * len(stairs))
    names = [words(one.step) for one in stairs]
    figure.add_bar(
        x=[100 * (one.wape or 0.0) for one in stairs],
        y=names,
        orientation="h",
        marker={
            "color": [
                palette.lighter(palette.plan) if not one.before else palette.segment(segment)
                for one in stairs
            ]
        },
        text=[step_said(one) for one in stairs],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(range=[0, max(most, 1.0) * _ROOM], visible=False)
    figure.update_yaxes(
        categoryorder="array", categoryarray=names[::-1], color=palette.ink, showgrid=False
    )
    title = f"<b>{words(segment)}</b>"
    figure.update_layout(
        title={"text": title, "font": {"size": 14, "color": palette.ink}, "x": 0, "y": 0.98},
        margin={"t": 34},
        bargap=0.25,
    )
    told = "; ".join(f"{one.step} {step_said(one)}" for one in stairs)
    return Drawing(figure, f"Error of each step, {segment}: {told}.")


def step_said(one: Stair) -> str:
    """A step's error, and whether it beats the step before."""
    value = formats.value(one.wape, _SHARE)
    if one.over_before is None:
        return value
    shape = {"helps": "▲ helps", "harms": "▽ harms", "no clear difference": "~"}
    return f"{value} {shape.get(one.over_before.verdict, 'too few weeks')}"
