"""Lateness, the bridge between definitions, and promise against capability, drawn."""

from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.analysis.service.definitions import Bridge, Step
from dashboard.analysis.service.lateness import SHARES, Bin, Lateness, Spread
from dashboard.analysis.service.promise import Capability
from dashboard.analysis.service.segments import Service
from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.charts.tables import safe_text

_SHARE = "share"
_ALL_SEGMENTS = "All segments"
_ROOM = 1.25
_QUANTILES = tuple(f"P{100 * share:.0f}" for share in SHARES)


def lateness_bars(found: Lateness, palette: Palette) -> Drawing:
    """Arrivals around the promise in half hours; what has not arrived stands apart, hatched."""
    missing = found.timed[0].missing if found.timed else 0
    total = sum(one.deliveries for one in found.bins) + missing
    figure = blank(palette, 250)
    in_time = [one for one in found.bins if one.high is not None and one.high <= 0]
    late = [one for one in found.bins if one not in in_time]
    bars = [(_bin_name(one), one.deliveries) for one in found.bins]
    for shown, marker in (
        (bars[: len(in_time)], {"color": palette.lighter(palette.plan)}),
        (bars[len(in_time) :], {"color": palette.plan}),
        ([("not arrived", missing)], _hatched(palette)),
    ):
        figure.add_bar(
            x=[name for name, _ in shown],
            y=[100 * count / max(total, 1) for _, count in shown],
            marker=marker,
            hovertext=[_bar_said(name, count, total) for name, count in shown],
            hoverinfo="text",
        )
    figure.update_xaxes(type="category", tickangle=-60, nticks=20, automargin=True)
    figure.update_yaxes(ticksuffix=f"{formats.GAP}%", nticks=5)
    figure.update_layout(margin={"t": 8}, bargap=0.06, barmode="overlay")
    return Drawing(figure, _lateness_alt(missing, in_time, late))


def lateness_table(found: Lateness) -> pl.DataFrame:
    """Quantiles by segment: minutes for timed promises, days for date promises."""
    rows = [_spread_row(one, "timed") for one in found.timed]
    rows += [_spread_row(one, "date") for one in found.dates]
    return _frame(rows, "Segment", "Promise", "Due", "Not arrived", *_QUANTILES)


def open_said(found: Lateness) -> str:
    """What open parcels do to the quantiles."""
    if not found.open_:
        return "No timed promise that ran out is still open, so nothing can move these figures."
    with_open = ", ".join(
        f"{name} {_minutes(value)}"
        for name, value in zip(_QUANTILES, found.with_open, strict=True)
    )
    return (
        f"{formats.number(found.open_)} timed promises ran out and are still open. The table "
        "ranks them last, as if they never came; counted as on their way as long as seen "
        f"(Kaplan–Meier), all segments have {with_open}."
    )


def bridge_bars(bridge: Bridge, palette: Palette) -> Drawing:
    """From the headline to every other reading, in points: other deliveries, other rule."""
    figure = blank(palette, 54 * max(1, len(bridge.steps)) + 40)
    places = list(range(len(bridge.steps)))
    rows = [100 * step.of_rows for step in bridge.steps]
    rules = [100 * step.of_rule for step in bridge.steps]
    for widths, bases, marker in (
        (rules, rows, {"color": palette.plan}),
        (rows, [0.0] * len(places), _hatched(palette)),
    ):
        figure.add_bar(
            x=widths,
            base=bases,
            y=places,
            orientation="h",
            width=0.34,
            marker=marker,
            hoverinfo="skip",
        )
    low, high = _bridge_range(bridge)
    for place, step in zip(places, bridge.steps, strict=True):
        figure.add_annotation(
            x=low,
            y=place - 0.24,
            text=_step_label(step),
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            bgcolor=palette.ground,
            font={"size": 13, "color": palette.ink},
        )
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1}, layer="below")
    figure.update_xaxes(range=[low, high], ticksuffix=f"{formats.GAP}pt", nticks=6)
    figure.update_yaxes(range=[len(places) - 0.6, -0.8], visible=False)
    figure.update_layout(barmode="overlay", margin={"t": 0, "l": 0})
    return Drawing(figure, _bridge_alt(bridge))


def bridge_said(bridge: Bridge, labels: Mapping[str, Metric]) -> list[str]:
    """The headline, and the readings that the data cannot give."""
    headline = bridge.headline
    values = [step.figure.value or 0.0 for step in bridge.steps] or [headline.value or 0.0]
    apart = 100 * (max(values) - min(values))
    told = (
        f"Headline: {formats.value(headline.value, _SHARE)} ({formats.counted(headline)}). "
        f"The same period reads {formats.value(min(values), _SHARE)} to "
        f"{formats.value(max(values), _SHARE)}: {apart:.1f} points by definition alone. Each "
        "bar starts at the headline; hatched: other deliveries counted, solid: another rule."
    )
    names = "; ".join(labels[name].label for name in bridge.missing)
    without = f"Not in this data: {names}. Definitions says which table would give it."
    return [told, without] if names else [told]


def capability_bars(found: Sequence[Capability], palette: Palette) -> Drawing:
    """Each segment's promised width, outlined, beside the tightest window kept, solid."""
    whole = [one for one in found if not one.zone]
    figure = blank(palette, 62 * max(1, len(whole)) + 10)
    names = [words(one.segment) for one in whole]
    widths = [float(one.width or 0) for one in whole]
    promised = [one.promised or 0.0 for one in whole]
    for values, marker, texts in (
        (
            promised,
            {"color": palette.ground, "line": {"color": palette.plan, "width": 1}},
            [f"promised {_width(one.promised)}" for one in whole],
        ),
        (
            widths,
            {"color": [palette.segment(one.segment) for one in whole]},
            [f"kept by {window_said(one)}" for one in whole],
        ),
    ):
        figure.add_bar(
            x=values,
            y=names,
            orientation="h",
            marker=marker,
            text=texts,
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    most = max([*widths, *promised, 1.0])
    figure.update_xaxes(range=[0, most * 1.6], visible=False)
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], color=palette.ink)
    figure.update_yaxes(showgrid=False)
    figure.update_layout(barmode="group", bargap=0.3, bargroupgap=0.08, margin={"t": 4})
    told = "; ".join(
        f"{one.segment} promised {_width(one.promised)}, kept by {window_said(one)}"
        for one in whole
    )
    return Drawing(figure, f"Promised width and tightest window kept 95 %: {told or 'none'}.")


def capability_table(found: Sequence[Capability]) -> pl.DataFrame:
    """One row per segment and zone."""
    rows = [
        {
            "Segment": one.segment,
            "Zone": one.zone or "all zones",
            "Due": one.rows,
            "Never arrived": one.rows - one.arrived,
            "Promised, min": None if one.promised is None else round(one.promised),
            "Tightest, min": _least(one),
            "From": one.opens,
            "To": one.closes,
        }
        for one in found
    ]
    columns = ("Segment", "Zone", "Due", "Never arrived", "Promised, min", "Tightest, min")
    return _frame(rows, *columns, "From", "To")


def _least(one: Capability) -> str | None:
    """Minutes of the tightest window; only a minimum where it reaches past what is counted."""
    if one.width is None:
        return None
    return f"≥ {one.width}" if one.is_open_ended else str(one.width)


def window_said(one: Capability) -> str:
    """The tightest window in words, or why there is none."""
    if one.is_thin:
        return "too few"
    if one.width is None:
        missing = formats.value(1 - one.arrived / one.rows, _SHARE)
        return f"no window: {missing} never arrived"
    least = "at least " if one.is_open_ended else ""
    return f"{least}{_width(one.width)}"


def beside_table(found: Service) -> pl.DataFrame:
    """Figures beside the promise kept, one row per segment."""
    segments = [cell.segment for cell in found.segments]
    named = {(one.group[0][1], one.metric.name): one for one in found.beside}
    labels = {one.metric.name: one.metric.label for one in found.beside}
    rows = [
        {
            "Segment": segment,
            **{
                label: formats.figure_value(one) if (one := named.get((segment, name))) else "–"
                for name, label in labels.items()
                if name not in found.missing
            },
        }
        for segment in segments
    ]
    shown = [label for name, label in labels.items() if name not in found.missing]
    return _frame(rows, "Segment", *shown)


def _spread_row(one: Spread, promise: str) -> dict[str, object]:
    quantiles = zip(_QUANTILES, one.quantiles, strict=True)
    return {
        "Segment": one.segment or _ALL_SEGMENTS,
        "Promise": promise,
        "Due": one.rows,
        "Not arrived": one.missing,
        **{name: _quantile(one, value, promise) for name, value in quantiles},
    }


def _quantile(one: Spread, value: int | None, promise: str) -> str:
    if one.is_thin:
        return formats.TOO_FEW
    unit = "d" if promise == "date" else "min"
    if value is not None:
        return f"{formats.number(value)}{formats.GAP}{unit}"
    if one.largest is None:
        return "not delivered"
    return f"> {formats.number(one.largest)}{formats.GAP}{unit}, not delivered"


def _minutes(value: float | None) -> str:
    return "never reached" if value is None else formats.value(value, "minutes")


def _width(minutes: float | None) -> str:
    return "not known" if minutes is None else formats.value(minutes, "minutes")


def _bin_name(one: Bin) -> str:
    if one.low is None:
        return f"≤ {formats.number(one.high or 0)}"
    return f"> {formats.number(one.low)}" if one.high is None else f"to {formats.number(one.high)}"


def _lateness_alt(missing: int, in_time: Sequence[Bin], late: Sequence[Bin]) -> str:
    kept, behind = (sum(one.deliveries for one in part) for part in (in_time, late))
    total = formats.number(kept + behind + missing)
    return (
        f"Arrival around the promise: {formats.number(kept)} of {total} timed deliveries came "
        f"in time, {formats.number(behind)} late, {formats.number(missing)} have not arrived."
    )


def _bar_said(name: str, count: int, total: int) -> str:
    share = formats.value(count / max(total, 1), _SHARE)
    return f"{name}<br><b>{share}</b> ({formats.number(count)})"


def _hatched(palette: Palette) -> dict[str, object]:
    return {
        "color": palette.ground,
        "line": {"color": palette.plan, "width": 1},
        "pattern": {"shape": "/", "fgcolor": palette.plan},
    }


def _step_label(step: Step) -> str:
    moved = formats.change(step.difference, _SHARE)
    value = formats.value(step.figure.value, _SHARE)
    return f"{words(step.figure.metric.label)}  <b>{value}</b>  {moved}"


def _bridge_range(bridge: Bridge) -> tuple[float, float]:
    ends = [0.0]
    for step in bridge.steps:
        ends += [100 * step.of_rows, 100 * step.difference]
    low, high = min(ends), max(ends)
    room = max(0.3, (_ROOM - 1) * (high - low))
    return low - room / 4, high + room


def _bridge_alt(bridge: Bridge) -> str:
    told = [
        f"{step.figure.metric.label} {formats.value(step.figure.value, _SHARE)} "
        f"({formats.change(step.difference, _SHARE)})"
        for step in bridge.steps
    ]
    headline = formats.value(bridge.headline.value, _SHARE)
    return f"On time by definition, headline {headline}: {'; '.join(told) or 'no other reading'}."


def _frame(rows: Sequence[Mapping[str, object]], *columns: str) -> pl.DataFrame:
    """Rows as a frame whose columns are there even where no row is."""
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String()))
    return safe_text(pl.DataFrame(rows, infer_schema_length=None).select(columns))
