"""Experiments drawn: who was exposed, how the effect ran, and how segments differ."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboard.analysis.experiments.experiment import Experiment
from dashboard.analysis.experiments.results import ArmResult, Judged, Look, SegmentEffect
from dashboard.analysis.experiments.trials import Measure
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.experiments import words as said
from dashboard.charts.palette import Palette

_COURSE_HEIGHT = 320
_EXPOSED_HEIGHT = 240
_ROW_HEIGHT = 46
_OWN: Mapping[str, Any] = {"marker": {"size": 7, "symbol": "circle-open"}, "thickness": 1}
_SHRUNKEN: Mapping[str, Any] = {"marker": {"size": 10}, "thickness": 3}
_BAND = "rgba(127,137,150,0.20)"


def course(found: Judged, result: ArmResult, palette: Palette) -> Drawing:
    """The effect week by week: limits for every look, and the interval of one look."""
    measure, looks = found.measure, result.primary.looks
    figure = blank(palette, _COURSE_HEIGHT)
    names = [one.name for one in looks]
    figure.update_xaxes(type="category", automargin=True)
    figure.update_yaxes(ticksuffix=_suffix(measure))
    _band(figure, looks, measure, palette)
    figure.add_scatter(
        x=names,
        y=[_scaled(measure, one.estimate) for one in looks],
        mode="lines+markers",
        line={"color": palette.ink, "width": 2},
        marker={"size": 7},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [_scaled(measure, one.high - one.estimate) for one in looks],
            "arrayminus": [_scaled(measure, one.estimate - one.low) for one in looks],
            "color": palette.muted,
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=[_look_said(measure, one) for one in looks],
        hoverinfo="text",
    )
    figure.add_hline(y=0, line={"color": palette.plan, "width": 1})
    if found.design.worthwhile:
        line = {"color": palette.plan, "width": 1, "dash": "dash"}
        figure.add_hline(y=_scaled(measure, measure.sign * found.design.worthwhile), line=line)
    return Drawing(figure, _course_said(found, result))


def _band(figure: go.Figure, looks: tuple[Look, ...], measure: Measure, palette: Palette) -> None:
    """The limits that hold at every look."""
    held = [one for one in looks if one.sequence_low is not None]
    for end, fill in (("sequence_low", None), ("sequence_high", "tonexty")):
        figure.add_scatter(
            x=[one.name for one in held],
            y=[_scaled(measure, getattr(one, end)) for one in held],
            mode="lines",
            line={"color": palette.muted, "width": 0.8},
            fill=fill,
            fillcolor=_BAND,
            hoverinfo="skip",
        )


def exposed(found: Experiment, palette: Palette) -> Drawing:
    """Units that came in, by week and arm."""
    figure = blank(palette, _EXPOSED_HEIGHT)
    arms = [arm for arm, _ in found.assigned]
    colours = [palette.muted, palette.ink, palette.plan]
    for at, arm in enumerate(arms):
        own = found.exposed.filter(pl.col("arm") == arm)
        figure.add_bar(
            x=[f"week {look}" for look in own["look"]],
            y=own["units"].to_list(),
            name=words(arm),
            marker={"color": colours[at % len(colours)]},
            hovertemplate=f"{words(arm)}, %{{x}}: %{{y:,}} units<extra></extra>",
        )
    figure.update_layout(barmode="group", showlegend=True, legend={"orientation": "h", "y": 1.16})
    figure.update_xaxes(type="category", automargin=True)
    sums = dict(found.exposed.group_by("arm").agg(pl.col("units").sum()).iter_rows())
    totals = ", ".join(f"{formats.number(sums.get(arm, 0))} in {arm}" for arm in arms)
    weeks = found.exposed["look"].n_unique()
    return Drawing(figure, f"Units exposed over {weeks} weeks by arm: {totals}.")


def forest(found: Judged, result: ArmResult, palette: Palette) -> Drawing:
    """Each segment's effect by itself, thin, and drawn to the mean of all, thick."""
    effects = [
        one
        for one in (result.segments.effects if result.segments else ())
        if one.estimate is not None
    ]
    measure = found.measure
    figure = blank(palette, 60 + _ROW_HEIGHT * len(effects))
    names = [words(one.segment) for one in effects]
    for kind, colour, look in (("own", palette.muted, _OWN), ("shrunken", palette.ink, _SHRUNKEN)):
        ends = [_segment_ends(one, kind) for one in effects]
        held = [(name, *end) for name, end in zip(names, ends, strict=True) if end]
        figure.add_scatter(
            x=[_scaled(measure, middle) for _, middle, _, _ in held],
            y=[name for name, *_ in held],
            mode="markers",
            marker={"color": colour, **look["marker"]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [_scaled(measure, high - middle) for _, middle, _, high in held],
                "arrayminus": [_scaled(measure, middle - low) for _, middle, low, _ in held],
                "color": colour,
                "thickness": look["thickness"],
                "width": 0,
            },
            hovertext=[f"{n}, {kind}: {said.effect(measure, m)}" for n, m, _, _ in held],
            hoverinfo="text",
        )
    figure.add_vline(x=0, line={"color": palette.plan, "width": 1})
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(
        ticksuffix=_suffix(measure), showgrid=True, gridcolor=palette.grid, automargin=True
    )
    listed = "; ".join(f"{one.segment} {said.effect(measure, one.estimate)}" for one in effects)
    return Drawing(figure, f"Effect on {measure.label} by segment: {listed}.")


def _segment_ends(one: SegmentEffect, kind: str) -> tuple[float, float, float] | None:
    ends = (
        (one.estimate, one.low, one.high)
        if kind == "own"
        else (one.shrunken, one.shrunken_low, one.shrunken_high)
    )
    if ends[0] is None or ends[1] is None or ends[2] is None:
        return None
    return ends[0], ends[1], ends[2]


def _scaled(measure: Measure, value: float) -> float:
    """Shares in points, all else as it is."""
    return 100 * value if measure.unit == "share" or measure.kind == "ordinal" else value


def _suffix(measure: Measure) -> str:
    is_points = measure.unit == "share" or measure.kind == "ordinal"
    return f"{formats.GAP}pt" if is_points else ""


def _look_said(measure: Measure, look: Look) -> str:
    shown = said.interval(measure, look.low, look.high)
    lines = [f"{look.name}, {formats.number(look.units)} units"]
    lines.append(f"<b>{said.effect(measure, look.estimate)}</b>, by itself {shown}")
    if look.sequence_low is not None and look.sequence_high is not None:
        lines.append(
            f"at every look {said.interval(measure, look.sequence_low, look.sequence_high)}"
        )
    return "<br>".join(lines)


def _course_said(found: Judged, result: ArmResult) -> str:
    looks, measure = result.primary.looks, found.measure
    if not looks:
        return f"Effect on {measure.label} by week: no week has units enough."
    last = looks[-1]
    alone = said.interval(measure, last.low, last.high)
    text = (
        f"Effect on {measure.label} of {result.arm} by week, {len(looks)} looks: last "
        f"{said.effect(measure, last.estimate)}, by itself {alone}"
    )
    if last.sequence_low is None or last.sequence_high is None:
        return f"{text}; too few units for limits at every look."
    every = said.interval(measure, last.sequence_low, last.sequence_high)
    return f"{text}, at every look {every}."
