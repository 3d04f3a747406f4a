"""Segments by metrics as one table: every figure a glance away, every name a link."""

import streamlit as st

from dashboard.analysis import Cell, Matrix, SegmentScore
from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.ui.addresses import address, metric_page
from dashboard.ui.text import safe

_SHAPES = {
    "better": ("ok", "▲ better"),
    "worse": ("bad", "▽ worse"),
    "changed": ("quiet", "◆ changed"),
}
_STANDINGS = {"met": ("ok", "✓ target"), "missed": ("bad", "✕ target")}


def matrix(found: Matrix) -> None:
    """One row per segment, one column per metric; words only where a test carries them."""
    head = "".join(_column(metric) for metric in found.metrics)
    rows = "".join(_row(score, found, is_whole=at == 0) for at, score in enumerate(found.rows))
    st.html(
        '<div class="ds-scroll" tabindex="0" role="region" '
        'aria-label="Segments by metric">'
        '<table class="ds-matrix"><thead><tr><th scope="col">Segment</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _column(metric: Metric) -> str:
    return (
        f'<th scope="col"><a href="{safe(metric_page(metric.name))}">{safe(metric.label)}</a></th>'
    )


def _row(score: SegmentScore, found: Matrix, *, is_whole: bool) -> str:
    name = safe(score.segment)
    if not is_whole:
        name = f'<a href="{safe(address("", segment=score.segment))}">{name}</a>'
    cells = "".join(_cell(score.cells.get(metric.name)) for metric in found.metrics)
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return f'<td class="ds-quiet">{formats.NO_FIGURE}</td>'
    marks = []
    if cell.change and formats.may_compare(cell) and cell.change.verdict in _SHAPES:
        marks.append(_SHAPES[cell.change.verdict])
    if cell.standing in _STANDINGS:
        marks.append(_STANDINGS[cell.standing])
    said = " ".join(f'<span class="ds-{tone}">{words}</span>' for tone, words in marks)
    around = formats.interval(cell.figure.low, cell.figure.high, cell.figure.metric.unit)
    value = safe(formats.figure_value(cell.figure))
    return f'<td title="{safe(around)}"><b>{value}</b>{said}</td>'
