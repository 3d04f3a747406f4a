"""Carriers compared, drawn: funnel, ranking, quarters."""

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np
import plotly.graph_objects as go

from dashboard.analysis.carriers.comparison import Compared, Comparison
from dashboard.analysis.carriers.measures import COMPARED_ON
from dashboard.analysis.carriers.quarters import PastQuarter
from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.charts.carriers.words import SHAPES, SYMBOLS, ratio_of, ratio_said
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.stats.carriers import INNER, MANY_UNITS, OUTER, funnel_limits

_HEIGHT = 340
_ROW, _FRAME = 34, 80
_SMALL = 210
_POINTS = 80
_FEWEST_LINES = 2
_WIDEST, _NARROWEST = 3.0, 0.5
_POINT, _SMALL_POINT = 11, 7
MOST_RANKED = 15
"""Of a long ranking so many are drawn from either end."""

_TONES = {
    "better": {"light": "#008a63", "dark": "#2dbd92"},
    "worse": {"light": "#d55e00", "dark": "#f08040"},
}


def funnel(found: Comparison, palette: Palette) -> Drawing:
    """Observed / expected by how much is expected, with 95 and 99.8 % limits."""
    figure = blank(palette, _HEIGHT)
    bases = [one.expected for one in found.units]
    x = np.geomspace(max(1.0, 0.7 * min(bases)), 1.4 * max(bases), _POINTS)
    for quantile, dash in ((OUTER, "solid"), (INNER, "dot")):
        for side in funnel_limits(
            found.scatter / (4 * x) + found.reference, quantile, found.usual
        ):
            line = {"color": palette.muted, "width": 1, "dash": dash}
            figure.add_scatter(x=x, y=side, mode="lines", line=line, hoverinfo="skip")
    figure.add_hline(y=1, line={"color": palette.plan, "width": 1, "dash": "dash"})
    ends = [end for one in found.units for end in (one.ratio, *one.limits)]
    low, top = _reach(ends, found.metric)
    shown = sorted(found.units, key=lambda one: one.label)
    for _, alike in groupby(shown, key=lambda one: one.label):
        own = list(alike)
        places = [(one.expected, min(one.ratio, top)) for one in own]
        _add_points(figure, own, places, (found, palette))
    figure.update_xaxes(type="log", title={"text": _x_axis(found.metric), "font": {"size": 12}})
    figure.update_xaxes(dtick=1)
    figure.update_yaxes(range=[low, 1.03 * top])
    figure.update_layout(margin={"t": 8, "b": 36})
    told = "; ".join(_said(one, found).replace("<br>", ", ") for one in _told(found))
    return Drawing(figure, f"{ratio_of(found.metric)} by what is expected. {told}.")


def ranking(found: Comparison, palette: Palette) -> Drawing:
    """Shrunken ratios with their intervals, best first, band by band."""
    ranked = [one for one in found.units if one.band is not None]
    if len(ranked) > 2 * MOST_RANKED:
        ranked = [*ranked[:MOST_RANKED], *ranked[-MOST_RANKED:]]
    figure = blank(palette, _FRAME + _ROW * max(len(ranked), 1))
    for place, one in enumerate(ranked):
        for ends, line in (
            ((one.low, one.high), {"color": palette.muted, "width": 1}),
            ((one.shrunk_low, one.shrunk_high), {"color": _tone(one, palette), "width": 3}),
        ):
            figure.add_scatter(x=ends, y=[place, place], mode="lines", line=line, hoverinfo="skip")
        _add_points(figure, [one], [(one.shrunk, place)], (found, palette), named=False)
    for place, (one, after) in enumerate(pairwise(ranked)):
        if one.band != after.band:
            figure.add_hline(y=place + 0.5, line={"color": palette.grid, "width": 1})
    figure.add_vline(x=1, line={"color": palette.plan, "width": 1, "dash": "dash"})
    labels = [f"{one.band}. {words(one.name)}" for one in ranked]
    figure.update_yaxes(
        tickvals=list(range(len(ranked))), ticktext=labels, range=[len(ranked) - 0.5, -0.5],
        showgrid=False,
    )  # fmt: skip
    title = f"{ratio_of(found.metric).lower()}, shrunken"
    figure.update_xaxes(title={"text": title, "font": {"size": 12}})
    figure.update_layout(margin={"t": 4, "b": 36})
    told = "; ".join(
        f"band {one.band}, {one.name} "
        f"{ratio_said(found.metric, one.shrunk, one.shrunk_low, one.shrunk_high)}"
        for one in ranked
    )
    return Drawing(figure, f"Ranking by shrunken {ratio_of(found.metric).lower()}. {told}.")


def quarters(found: Sequence[PastQuarter], metric: Metric, palette: Palette) -> list[Drawing]:
    """One small chart per carrier, all on one scale."""
    shown = [one for one in found if one.high is not None]
    ends = [end for one in shown for end in (one.low, one.high) if end is not None]
    frame = (_reach(ends, metric), metric, palette)
    ordered = sorted({one.quarter for one in found})
    names = sorted({one.name for one in shown})
    return [_past(name, shown, [q.key for q in ordered], frame) for name in names]


def _x_axis(metric: Metric) -> str:
    counted = "points" if metric.unit == "score" else COMPARED_ON[metric.name].counted
    return f"{counted} expected"


def _reach(ratios: Sequence[float], metric: Metric) -> list[float]:
    """What an axis of ratios shows: from nothing for counts, else 1 and about it."""
    if metric.unit == "share":
        return [0.0, min(_WIDEST, max([1.6, *(1.1 * one for one in ratios)]))]
    wide = 1.3 * max([0.02, *(abs(one - 1) for one in ratios)])
    wide = min(wide, _NARROWEST)
    return [1 - wide, 1 + wide]


def _told(found: Comparison) -> list[Compared]:
    """The units that words can hold: all, or those of many that differ."""
    if len(found.units) <= MANY_UNITS:
        return list(found.units)
    return [one for one in found.units if one.label in _TONES][: 2 * MOST_RANKED]


def _add_points(
    figure: go.Figure,
    units: Sequence[Compared],
    places: Sequence[tuple[float, float]],
    frame: tuple[Comparison, Palette],
    *,
    named: bool = True,
) -> None:
    """Points of units of one label."""
    found, palette = frame
    named = named and len(found.units) <= MANY_UNITS
    figure.add_scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="markers+text" if named else "markers",
        text=[words(one.name) for one in units],
        textposition=["top center" if y >= 1 else "bottom center" for _, y in places],
        textfont={"size": 12, "color": palette.ink},
        marker={
            "size": _POINT if len(found.units) <= MANY_UNITS else _SMALL_POINT,
            "symbol": SYMBOLS[units[0].label],
            "color": _tone(units[0], palette),
            "line": {"width": 1, "color": palette.ground},
        },
        hovertext=[_said(one, found) for one in units],
        hoverinfo="text",
    )


def _tone(one: Compared, palette: Palette) -> str:
    return _TONES.get(one.label, {}).get(palette.theme, palette.muted)


def _said(one: Compared, found: Comparison) -> str:
    metric = found.metric
    whole = f"{formats.value(found.raw(one), metric.unit)}"
    hoped = f"{formats.value(found.hoped(one), metric.unit)}"
    return (
        f"{words(one.name)}: {SHAPES[one.label]}<br>{metric.label.lower()} {whole}, expected "
        f"{hoped}<br>{ratio_of(metric).lower()} "
        f"{ratio_said(metric, one.ratio, one.low, one.high)}"
    )


def _past(
    name: str,
    found: Sequence[PastQuarter],
    labels: list[str],
    frame: tuple[list[float], Metric, Palette],
) -> Drawing:
    reach, metric, palette = frame
    own = [one for one in found if one.name == name]
    figure = blank(palette, _SMALL)
    said = [
        f"{one.quarter} {ratio_said(metric, one.ratio or 0.0, one.low or 0.0, one.high or 0.0)}"
        for one in own
    ]
    _add_quarters(figure, own, said, palette)
    figure.add_hline(y=1, line={"color": palette.plan, "width": 1, "dash": "dash"})
    figure.update_xaxes(
        categoryorder="array",
        categoryarray=labels,
        tickvals=[labels[0], labels[-1]],
        tickfont={"size": 11},
        range=[-0.5, len(labels) - 0.5],
    )
    figure.update_yaxes(range=reach, nticks=4)
    figure.update_layout(
        title={"text": f"<b>{words(name)}</b>", "x": 0, "font": {"size": 14}},
        margin={"t": 34, "b": 24},
    )
    return Drawing(figure, f"{ratio_of(metric)} by quarter, {name}: {', '.join(said)}.")


def _add_quarters(
    figure: go.Figure, own: Sequence[PastQuarter], said: list[str], palette: Palette
) -> None:
    figure.add_scatter(
        x=[one.quarter.key for one in own],
        y=[one.ratio or 0.0 for one in own],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [(one.high or 0.0) - (one.ratio or 0.0) for one in own],
            "arrayminus": [(one.ratio or 0.0) - (one.low or 0.0) for one in own],
            "thickness": 1.2,
            "width": 3,
        },
        mode="lines+markers" if len(own) >= _FEWEST_LINES else "markers",
        line={"color": palette.ink, "width": 1.5},
        marker={"size": 6},
        hovertext=said,
        hoverinfo="text",
    )
