"""Margin against volume: where each segment lies, and what the rule calls it."""

import plotly.graph_objects as go

from dashboard.analysis import SegmentValue, ValueMap
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette

_HEIGHT = 320
_WHOLE = 100
_ROOM = 0.16


def value_chart(found: ValueMap, palette: Palette) -> Drawing:
    """Share of volume to the right, margin per delivery upwards, both with intervals."""
    figure = blank(palette, _HEIGHT)
    average = found.average.value or 0.0
    most = max([one.share_high or one.share for one in found.segments] + [found.equal_share])
    for one in found.segments:
        is_left = one.share < most / 2
        figure.add_scatter(
            x=[_WHOLE * one.share],
            y=[one.margin.value],
            error_x=_error(one.share, one.share_low, one.share_high, _WHOLE),
            error_y=_error(one.margin.value or 0.0, one.margin.low, one.margin.high, 1),
            mode="markers",
            marker={"size": 10, "color": palette.segment(one.segment)},
            hovertext=_said(one),
            hoverinfo="text",
        )
        figure.add_annotation(
            x=_WHOLE * one.share,
            y=one.margin.value,
            text=words(one.segment),
            showarrow=False,
            xanchor="left" if is_left else "right",
            xshift=6 if is_left else -6,
            yshift=13 if (one.margin.value or 0.0) >= average else -13,
            font={"size": 12, "color": palette.ink},
        )
    _add_lines(figure, found, palette)
    ends = [found.average.value or 0.0, 0.0]
    ends += [m for one in found.segments for m in (one.margin.low, one.margin.high) if m]
    room = _ROOM * (max(ends) - min(ends) or 1)
    figure.update_xaxes(range=[0, _WHOLE * most * 1.08], ticksuffix=f"{formats.GAP}%")
    figure.update_xaxes(title={"text": "share of volume", "font": {"size": 12}})
    figure.update_yaxes(range=[min(ends) - room, max(ends) + 1.6 * room])
    figure.update_layout(margin={"t": 8, "b": 36})
    return Drawing(figure, _alt(found))


def _add_lines(figure: go.Figure, found: ValueMap, palette: Palette) -> None:
    """Zero; and where there are others, the average margin and the equal share."""
    average = found.average.value or 0.0
    figure.add_hline(y=0, line={"color": palette.ink, "width": 1})
    if len(found.segments) == 1:
        return
    figure.add_hline(
        y=average,
        line={"color": palette.plan, "width": 1, "dash": "dash"},
        annotation={
            "text": f"average {formats.value(average, 'money')}",
            "font": {"size": 11, "color": palette.muted},
        },
        annotation_position="top right",
    )
    figure.add_vline(
        x=_WHOLE * found.equal_share, line={"color": palette.muted, "width": 1, "dash": "dot"}
    )


def _error(value: float, low: float | None, high: float | None, scale: float) -> dict[str, object]:
    if low is None or high is None:
        return {"visible": False}
    return {
        "type": "data",
        "symmetric": False,
        "array": [scale * (high - value)],
        "arrayminus": [scale * (value - low)],
        "thickness": 1.2,
        "width": 3,
    }


def _said(one: SegmentValue) -> str:
    margin = formats.value(one.margin.value, "money")
    around = formats.interval(one.margin.low, one.margin.high, "money")
    share = formats.value(one.share, "share")
    of_all = formats.interval(one.share_low, one.share_high, "share")
    return (
        f"{words(one.segment)}: {one.call}<br>{margin} a delivery ({around})<br>"
        f"{share} of the volume ({of_all})"
    )


def _alt(found: ValueMap) -> str:
    told = "; ".join(_said(one).replace("<br>", ", ") for one in found.segments)
    average = formats.value(found.average.value, "money")
    return f"Margin per delivery against share of volume. {told}. Average margin {average}."
