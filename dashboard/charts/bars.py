"""Bars from zero: volume by segment, and one set of deliveries under each definition."""

from collections.abc import Mapping, Sequence

from dashboard.analysis import Figure
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette

_ROOM_FOR_LABELS = 1.22
_WHOLE = 100
_DELIVERED_ONLY = "delivered_only_on_time_rate"


def volume_bars(now: Sequence[Figure], before: Sequence[Figure], palette: Palette) -> Drawing:
    """Deliveries by segment: this period solid, the one compared with lighter.

    Args:
        now: The count of each segment.
        before: The same over the days compared with; empty for no comparison.
        palette: Colours of the theme and of the segments.
    """
    ordered = sorted(now, key=lambda figure: figure.numerator, reverse=True)
    names = [_group(figure) for figure in ordered]
    earlier = {_group(figure): float(figure.numerator) for figure in before}
    figure = blank(palette, 40 + (46 if before else 32) * max(1, len(names)))
    colours = [palette.segment(name) for name in names]
    solid = [float(counted.numerator) for counted in ordered]
    lighter = [earlier.get(name, 0.0) for name in names] if before else []
    for values, marks in (
        (lighter, [palette.lighter(colour) for colour in colours]),
        (solid, colours),
    ):
        figure.add_bar(
            x=values,
            y=[words(name) for name in names][: len(values)],
            orientation="h",
            marker={"color": marks},
            text=[formats.number(count) for count in values],
            textposition="outside",
            hoverinfo="skip",
            cliponaxis=False,
        )
    most = max([*solid, *lighter, 1.0])
    figure.update_xaxes(range=[0, most * _ROOM_FOR_LABELS], visible=False)
    figure.update_yaxes(categoryorder="array", categoryarray=[words(n) for n in names[::-1]])
    figure.update_yaxes(color=palette.ink, showgrid=False)
    figure.update_layout(barmode="group", bargap=0.3, bargroupgap=0.06, margin={"t": 4})
    return Drawing(figure, _volume_alt(names, solid, earlier))


def reading_bars(readings: Sequence[Figure], palette: Palette) -> Drawing:
    """The same deliveries under each on-time definition, the headline first and solid."""
    figure = blank(palette, 62 * max(1, len(readings)) + 8)
    rows = list(range(len(readings)))
    strong = palette.plan
    figure.add_bar(
        x=[_WHOLE * (reading.value or 0.0) for reading in readings],
        y=rows,
        orientation="h",
        width=0.38,
        marker={"color": [strong if row == 0 else palette.lighter(strong) for row in rows]},
        hoverinfo="skip",
    )
    for row, reading in zip(rows, readings, strict=True):
        figure.add_annotation(
            x=0,
            y=row - 0.24,
            text=_reading_label(reading, readings[0]),
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"size": 13, "color": palette.ink},
        )
    figure.update_xaxes(range=[0, _WHOLE], visible=False)
    figure.update_yaxes(range=[len(readings) - 0.7, -0.75], visible=False)
    figure.update_layout(margin={"t": 0, "l": 0, "r": 0, "b": 0})
    return Drawing(figure, _readings_alt(readings))


def gap_sentence(readings: Sequence[Figure]) -> str:
    """How far the usual reading of the industry lies from the headline, and why."""
    named = {reading.metric.name: reading for reading in readings}
    other = named.get(_DELIVERED_ONLY)
    if other is None or other.value is None or readings[0].value is None:
        return "There is no second definition to compare with."
    headline = readings[0]
    points = formats.change(other.value - readings[0].value, "share")
    return (
        f"The headline counts {formats.counted(headline)}: "
        f"{formats.value(headline.value, 'share')}. Delivered only counts "
        f"{formats.counted(other)}: {formats.value(other.value, 'share')}, {points} by "
        f"definition alone. {other.metric.definition}"
    )


def _reading_label(reading: Figure, headline: Figure) -> str:
    shown = f"{words(reading.metric.label)}  <b>{formats.figure_value(reading)}</b>"
    if reading is headline or reading.value is None or headline.value is None:
        return f"{shown}  {formats.size(reading)}"
    apart = formats.change(reading.value - headline.value, "share")
    return f"{shown}  {apart}  {formats.size(reading)}"


def _readings_alt(readings: Sequence[Figure]) -> str:
    told = [
        f"{reading.metric.label} {formats.figure_value(reading)} ({formats.counted(reading)})"
        for reading in readings
    ]
    return f"On time by definition: {'; '.join(told)}."


def _volume_alt(names: Sequence[str], solid: Sequence[float], earlier: Mapping[str, float]) -> str:
    told = []
    for name, count in zip(names, solid, strict=True):
        before = f" (before: {formats.number(earlier[name])})" if name in earlier else ""
        told.append(f"{name} {formats.number(count)}{before}")
    return f"Deliveries promised by segment: {'; '.join(told) or 'none'}."


def _group(figure: Figure) -> str:
    return figure.group[0][1] if figure.group else "all"
