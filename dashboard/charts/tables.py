"""Figures as tables: the one a page shows, and the CSV that holds all their digits."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from dashboard.analysis import Cell, Figure, Matrix, Scoreboard, SegmentScore, ValueMap
from dashboard.analysis.figures import table
from dashboard.analysis.standing import missing
from dashboard.charts import formats

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SIX_DAYS = timedelta(days=6)
_BOARD_COLUMNS = (
    "Segment",
    "Metric",
    "Value",
    "95 % interval",
    "n",
    "Change",
    "Verdict",
    "Target",
    "Standing",
)


def board_table(board: Scoreboard) -> pl.DataFrame:
    """The board as people read it: one row per segment and metric, all columns text."""
    rows = [
        _row(score.segment, cell)
        for score in (board.whole, *board.segments)
        for cell in score.cells.values()
    ]
    return safe_text(
        pl.DataFrame(rows, schema=dict.fromkeys(_BOARD_COLUMNS, pl.String())), "Segment"
    )


def board_data(board: Scoreboard, snapshot: int) -> pl.DataFrame:
    """The board with all its digits, one row per segment and metric.

    Returns:
        segment, metric, value, low, high, n, change, change_low, change_high, verdict,
        target, standing, missed_quarters, missing (of the numerator, to the target),
        variation and assurance (of the on-time rate's weeks), unit, start, end, snapshot.
        Null where there is none.
    """
    rows = [
        _data(score, cell) | {"snapshot": snapshot}
        for score in (board.whole, *board.segments)
        for cell in score.cells.values()
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _data(score: SegmentScore, cell: Cell) -> dict[str, object]:
    figure, changed, target = cell.figure, cell.change, cell.target
    process = score.process if figure.metric.name == "on_time_rate" else None
    return {
        "segment": score.segment,
        "metric": figure.metric.name,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": float(figure.denominator or figure.numerator),
        "change": changed.difference if changed else None,
        "change_low": changed.low if changed else None,
        "change_high": changed.high if changed else None,
        "verdict": changed.verdict if changed else None,
        "target": target,
        "standing": cell.standing,
        "missed_quarters": cell.missed_quarters,
        "missing": None if target is None else missing(figure, target),
        "variation": process.variation if process else None,
        "assurance": process.assurance if process else None,
        "unit": figure.metric.unit,
        "start": figure.period.start,
        "end": figure.period.end,
    }


def board_figures(board: Scoreboard) -> list[Figure]:
    """Every figure of the cards, the whole first."""
    scores = (board.whole, *board.segments)
    return [cell.figure for score in scores for cell in score.cells.values()]


def matrix_figures(found: Matrix) -> list[Figure]:
    """Every figure of the matrix, the whole first."""
    return [cell.figure for row in found.rows for cell in row.cells.values()]


def value_table(found: ValueMap, snapshot: int) -> pl.DataFrame:
    """The map of values: the columns of `figures_table` with volume, share and call."""
    own = pl.DataFrame(
        [
            {
                "volume": one.volume,
                "share": one.share,
                "share_low": one.share_low,
                "share_high": one.share_high,
                "call": one.call,
            }
            for one in found.segments
        ],
        infer_schema_length=None,
    )
    figures = table([one.margin for one in found.segments], snapshot)
    return pl.concat([figures, own], how="horizontal")


def figures_table(figures: Sequence[Figure], snapshot: int) -> pl.DataFrame:
    """Figures with the digits that `doorstep metrics --format csv` prints."""
    return table(figures, snapshot)


def weeks_table(board: Scoreboard, snapshot: int) -> pl.DataFrame:
    """The weeks of a board, in the columns of `figures_table`; a week has no interval."""
    rows = [
        {
            "metric": "on_time_rate",
            "segment": week.segment,
            "value": week.value,
            "numerator": week.numerator,
            "denominator": week.denominator,
            "low": None,
            "high": None,
            "unit": "share",
            "start": week.start,
            "end": week.start + _SIX_DAYS,
            "partial": week.partial,
            "snapshot": snapshot,
        }
        for week in board.weeks
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def csv(rows: pl.DataFrame) -> bytes:
    """Rows as UTF-8 CSV, safe to open in a spreadsheet."""
    return safe_text(rows).write_csv().encode()


def safe_text(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The frame with text that a spreadsheet would run as a formula made harmless.

    Args:
        frame: Any rows.
        *columns: The columns whose text comes from the data; all text by default.

    A leading apostrophe is what spreadsheets themselves write for 'this is text'.
    Source: OWASP, "CSV Injection".
    """
    column = pl.col(*columns) if columns else pl.col(pl.String)
    first = column.str.slice(0, 1)
    return frame.with_columns(
        pl.when(first.is_in(_FORMULA_STARTS)).then("'" + column).otherwise(column).name.keep()
    )


def _row(segment: str, cell: Cell) -> dict[str, str]:
    figure, unit, change = cell.figure, cell.figure.metric.unit, cell.change
    thin, compared = figure.is_thin, formats.may_compare(cell)
    return {
        "Segment": segment,
        "Metric": figure.metric.label,
        "Value": formats.figure_value(figure),
        "95 % interval": "" if thin else formats.interval(figure.low, figure.high, unit),
        "n": formats.size(figure).removeprefix(f"n{formats.GAP}"),
        "Change": formats.change(change.difference, unit) if change and compared else "",
        "Verdict": (change.verdict if compared else formats.NOT_COMPARED) if change else "",
        "Target": formats.value(cell.target, unit) if cell.target is not None else "",
        "Standing": cell.standing,
    }
