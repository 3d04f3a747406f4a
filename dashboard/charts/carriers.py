"""Carriers compared, drawn: funnel, ranking, quarters; and the tables beside them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.analysis.carriers import Compared, Comparison, PastQuarter
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.charts.tables import safe_text
from dashboard.stats.carriers import INNER, OUTER, funnel_limits

_HEIGHT = 340
_ROW, _FRAME = 34, 80
_SMALL = 210
_POINTS = 80
_FEWEST_LINES = 2
SHAPES = {
    "better": ("triangle-up", "▲ better"),
    "worse": ("triangle-down", "▽ worse"),
    "perhaps better": ("circle", "perhaps better"),
    "perhaps worse": ("circle", "perhaps worse"),
    "as expected": ("circle", "as expected"),
    "not comparable": ("x-thin-open", "not comparable"),
    "too few": ("circle-open", "too few"),
}
_TONES = {
    "better": {"light": "#008a63", "dark": "#2dbd92"},
    "worse": {"light": "#d55e00", "dark": "#f08040"},
}


def funnel(found: Comparison, palette: Palette) -> Drawing:
    """Ratio of late to expected by how many are expected, with 95 and 99.8 % limits."""
    figure = blank(palette, _HEIGHT)
    bases = [one.expected for one in found.units if one.expected > 0]
    x = np.geomspace(max(1.0, 0.7 * min(bases)), 1.4 * max(bases), _POINTS)
    for quantile, dash in ((OUTER, "solid"), (INNER, "dot")):
        for side in funnel_limits(found.deff / (4 * x), quantile, found.usual):
            line = {"color": palette.muted, "width": 1, "dash": dash}
            figure.add_scatter(x=x, y=side, mode="lines", line=line, hoverinfo="skip")
    figure.add_hline(y=1, line={"color": palette.plan, "width": 1, "dash": "dash"})
    for one in found.units:
        _add_point(figure, one, (one.expected, one.ratio), palette)
    top = max([1.6, *(1.1 * one.ratio for one in found.units)])
    figure.update_xaxes(type="log", title={"text": "lates expected", "font": {"size": 12}})
    figure.update_xaxes(dtick=1)
    figure.update_yaxes(range=[0.0, min(top, 4.0)])
    figure.update_layout(margin={"t": 8, "b": 36})
    told = "; ".join(_said(one).replace("<br>", ", ") for one in found.units)
    return Drawing(figure, f"Late over expected against lates expected. {told}.")


def ranking(found: Comparison, palette: Palette) -> Drawing:
    """Shrunken ratios with their intervals, best first, band by band."""
    ranked = [one for one in found.units if one.band is not None]
    figure = blank(palette, _FRAME + _ROW * max(len(ranked), 1))
    for place, one in enumerate(ranked):
        figure.add_scatter(
            x=[one.shrunk_low, one.shrunk_high],
            y=[place, place],
            mode="lines",
            line={"color": _tone(one, palette), "width": 3},
            hoverinfo="skip",
        )
        _add_point(figure, one, (one.shrunk, place), palette, named=False)
    for place, (one, after) in enumerate(pairwise(ranked)):
        if one.band != after.band:
            figure.add_hline(y=place + 0.5, line={"color": palette.grid, "width": 1})
    figure.add_vline(x=1, line={"color": palette.plan, "width": 1, "dash": "dash"})
    labels = [f"{one.band}. {words(one.name)}" for one in ranked]
    figure.update_yaxes(
        tickvals=list(range(len(ranked))), ticktext=labels, range=[len(ranked) - 0.5, -0.5],
        showgrid=False,
    )  # fmt: skip
    figure.update_xaxes(title={"text": "late / expected, shrunken", "font": {"size": 12}})
    figure.update_layout(margin={"t": 4, "b": 36})
    told = "; ".join(
        f"band {one.band}, {one.name} {one.shrunk:.2f} ({one.shrunk_low:.2f} to "
        f"{one.shrunk_high:.2f})"
        for one in ranked
    )
    return Drawing(figure, f"Ranking by shrunken ratio of late to expected. {told}.")


def quarters(found: Sequence[PastQuarter], palette: Palette) -> list[Drawing]:
    """One small chart per carrier, all on one scale."""
    shown = [one for one in found if one.high is not None]
    top = max([1.5, *(min(one.high or 0.0, 3.0) for one in shown)])
    ordered = sorted({one.quarter for one in found})
    names = sorted({one.name for one in shown})
    return [_past(name, shown, [q.key for q in ordered], (top, palette)) for name in names]


def carrier_rows(found: Comparison, snapshot: int) -> pl.DataFrame:
    """The comparison with all its digits, best first.

    Returns:
        The compared dimension, due, late, on_time (raw share), expected (lates), ratio,
        low, high, shrunk, shrunk_low, shrunk_high, limit_low, limit_high (99.8 %), adjusted
        (share on time of the deliveries of all), overlap, label, band, start, end,
        snapshot. Null where there is none.
    """
    rows = [
        {
            found.by: one.name,
            "due": one.due,
            "late": one.late,
            "on_time": one.raw,
            "expected": one.expected,
            "ratio": one.ratio,
            "low": one.low,
            "high": one.high,
            "shrunk": one.shrunk,
            "shrunk_low": one.shrunk_low,
            "shrunk_high": one.shrunk_high,
            "limit_low": one.limits[0],
            "limit_high": one.limits[1],
            "adjusted": found.adjusted(one),
            "overlap": one.overlap,
            "label": one.label,
            "band": one.band,
            "start": found.period.start,
            "end": found.period.end,
            "snapshot": snapshot,
        }
        for one in found.units
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def carrier_table(found: Comparison) -> pl.DataFrame:
    """The comparison as people read it; all columns text."""
    rows = [
        {
            found.by.capitalize(): one.name,
            "Band": "–" if one.band is None else str(one.band),
            "Verdict": SHAPES[one.label][1],
            "Due": formats.number(one.due),
            "On time, raw": formats.value(one.raw, "share"),
            "Expected": formats.value(one.by_mix, "share"),
            "Late / expected": f"{one.ratio:.2f} ({one.low:.2f} – {one.high:.2f})",
            "Same work": formats.value(found.adjusted(one), "share"),
            "Overlap": "" if one.overlap is None else formats.value(one.overlap, "share"),
        }
        for one in found.units
    ]
    return safe_text(pl.DataFrame(rows), found.by.capitalize())


def mix_table(found: Comparison) -> pl.DataFrame:
    """What each carrier carries, beside the network; all columns text."""
    carriers = sorted({one.carrier for one in found.mixes})
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in found.mixes:
        row = rows.setdefault(
            (one.dimension, one.value),
            {
                "Part": f"{one.dimension.replace('_', ' ')}: {one.value}",
                "All": formats.value(one.network, "share"),
            },
        )
        row[one.carrier] = formats.value(one.share, "share")
    schema = dict.fromkeys(("Part", "All", *carriers), pl.String())
    return safe_text(pl.DataFrame(list(rows.values()), schema=schema), "Part")


def quarter_rows(found: Sequence[PastQuarter], snapshot: int) -> pl.DataFrame:
    """Carriers by quarter: carrier, quarter, due, late, expected, ratio, low, high, snapshot."""
    rows = [
        {
            "carrier": one.name,
            "quarter": one.quarter.key,
            "due": one.due,
            "late": one.late,
            "expected": one.expected,
            "ratio": one.ratio,
            "low": one.low,
            "high": one.high,
            "snapshot": snapshot,
        }
        for one in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def beside_table(found: Comparison) -> pl.DataFrame:
    """First attempts, satisfaction and cost by carrier, as they are; all columns text."""
    rows: dict[str, dict[str, str]] = {}
    for one in found.beside:
        name = one.group[0][1]
        row = rows.setdefault(name, {found.by.capitalize(): name})
        around = "" if one.is_thin else formats.interval(one.low, one.high, one.metric.unit)
        row[one.metric.label] = (
            f"{formats.figure_value(one)} ({around})" if around else (formats.figure_value(one))
        )
    return safe_text(pl.DataFrame(list(rows.values()), infer_schema_length=None))


def read_said(found: Comparison) -> str:
    """How to read the comparison."""
    return (
        f"Expected: what a carrier of average skill would keep of the same deliveries. "
        f"Same work: the share on time that each would reach with everybody's deliveries, "
        f"{formats.value(1 - found.late_share, 'share')} in all. A verdict needs the ratio "
        f"beyond the 99.8 % limits; weeks move together, which widens them "
        f"{found.deff**0.5:.2f}-fold. No verdict under 5 expected lates, nor where under half of "
        "a carrier's deliveries lie where another carries a tenth. Carriers of one band may "
        "differ by chance alone. A settlement goes by the contract's own definition instead."
    )


def _add_point(
    figure: go.Figure,
    one: Compared,
    place: tuple[float, float],
    palette: Palette,
    *,
    named: bool = True,
) -> None:
    figure.add_scatter(
        x=[place[0]],
        y=[place[1]],
        mode="markers+text" if named else "markers",
        text=[words(one.name)],
        textposition="top center",
        textfont={"size": 12, "color": palette.ink},
        marker={
            "size": 11,
            "symbol": SHAPES[one.label][0],
            "color": _tone(one, palette),
            "line": {"width": 1, "color": palette.ground},
        },
        hovertext=[_said(one)],
        hoverinfo="text",
    )


def _tone(one: Compared, palette: Palette) -> str:
    return _TONES.get(one.label, {}).get(palette.theme, palette.muted)


def _said(one: Compared) -> str:
    return (
        f"{words(one.name)}: {SHAPES[one.label][1]}<br>late {formats.number(one.late)} of "
        f"{formats.number(one.due)}, expected {formats.number(one.expected)}<br>ratio "
        f"{one.ratio:.2f} ({one.low:.2f} to {one.high:.2f})"
    )


def _past(
    name: str, found: Sequence[PastQuarter], labels: list[str], frame: tuple[float, Palette]
) -> Drawing:
    top, palette = frame
    own = [one for one in found if one.name == name]
    figure = blank(palette, _SMALL)
    ratios = [one.ratio or 0.0 for one in own]
    figure.add_scatter(
        x=[one.quarter.key for one in own],
        y=ratios,
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
        hovertext=[f"{o.quarter}: {o.ratio:.2f} ({o.low:.2f} to {o.high:.2f})" for o in own],
        hoverinfo="text",
    )
    figure.add_hline(y=1, line={"color": palette.plan, "width": 1, "dash": "dash"})
    figure.update_xaxes(categoryorder="array", categoryarray=labels, tickfont={"size": 11})
    figure.update_yaxes(range=[0, top], nticks=4)
    figure.update_layout(
        title={"text": f"<b>{words(name)}</b>", "x": 0, "font": {"size": 14}}, margin={"t": 34}
    )
    told = ", ".join(f"{one.quarter} {one.ratio:.2f}" for one in own)
    return Drawing(figure, f"Late over expected by quarter, {name}: {told}.")
