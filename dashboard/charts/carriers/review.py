"""A carrier's review as tables."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.carriers.review import CarrierReview, Score
from dashboard.charts import formats
from dashboard.charts.tables import safe_text
from dashboard.contracts import Contract, words

_FINDINGS = {
    "cancelled": "cancelled before the promise ran out",
    "never handed over": "never handed over, never delivered",
    "charged twice": "like an earlier charge of the same order",
    "slower than billed": "bought for the day of the order, first tried on a later day",
}


def score_table(scores: Sequence[Score]) -> pl.DataFrame:
    """A scorecard as people read it; all columns text."""
    rows = [
        {
            "Segment": one.segment or "all segments",
            "Measure": one.figure.metric.label,
            "Carrier": formats.figure_value(one.figure),
            "95 % interval": "" if one.figure.is_thin else _around(one),
            "n": formats.size(one.figure).removeprefix(f"n{formats.GAP}"),
            "Contract": _target(one),
            "Others' median": formats.value(one.others, one.figure.metric.unit)
            if one.others is not None
            else "–",
        }
        for one in scores
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def score_rows(found: CarrierReview, snapshot: int) -> pl.DataFrame:
    """A scorecard with all its digits.

    Returns:
        carrier, segment ('' for all), metric, value, low, high, numerator, denominator,
        target, clause, others (median), carriers (in it), start, end, snapshot.
    """
    rows = [
        {
            "carrier": found.carrier,
            "segment": one.segment,
            "metric": one.figure.metric.name,
            "value": one.figure.value,
            "low": one.figure.low,
            "high": one.figure.high,
            "numerator": float(one.figure.numerator),
            "denominator": float(one.figure.denominator or 0),
            "target": None if one.target is None else float(one.target),
            "clause": one.clause,
            "others": one.others,
            "carriers": one.carriers,
            "start": found.period.start,
            "end": found.period.end,
            "snapshot": snapshot,
        }
        for one in (*found.scores, *found.beside)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def clauses_table(contract: Contract) -> pl.DataFrame:
    """Every clause in words."""
    currency = contract.contract.currency
    rows = [{"Clause": one.id, "In words": words(one, currency)} for one in contract.clauses]
    return safe_text(pl.DataFrame(rows), "Clause")


def reasons_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Declared reasons as people read them."""
    told = [
        {
            "Declared reason": row["reason"],
            "Failed first attempts": formats.number(row["failed"]),
            "Share": formats.value(row["share"], "share"),
            "Without an arrival": "not known"
            if row["without_arrival"] is None
            else f"{row['without_arrival']:,} of {row['failed']:,}",
        }
        for row in rows.iter_rows(named=True)
    ]
    return safe_text(pl.DataFrame(told), "Declared reason")


def invoice_table(rows: pl.DataFrame) -> pl.DataFrame:
    """What the invoice check found, by kind of finding."""
    sums = pl.col("charged", "amount").sum()
    found = rows.group_by("finding").agg(pl.len(), sums).sort("finding")
    told = [
        {
            "Finding": _FINDINGS[row["finding"]],
            "Deliveries": formats.number(row["len"]),
            "Charged": formats.number(float(row["charged"]), 2),
            "In question": formats.number(float(row["amount"]), 2),
        }
        for row in found.iter_rows(named=True)
    ]
    return pl.DataFrame(told)


def invoice_said(rows: pl.DataFrame) -> str:
    """The invoice check in one sentence."""
    blind = (
        "Invoices name no service: a service is held against the one ordered, by the first try."
    )
    if rows.is_empty():
        return (
            "No charge on what was cancelled or never handed over, none twice, and none for a "
            f"faster service than was given. {blind}"
        )
    total = float(rows["amount"].sum())
    return (
        f"{formats.number(rows.height)} charges need a second look, {formats.number(total, 2)} of "
        f"them in question; a delivery may stand under several findings. {blind}"
    )


def _around(one: Score) -> str:
    return formats.interval(one.figure.low, one.figure.high, one.figure.metric.unit)


def _target(one: Score) -> str:
    if one.target is None:
        return "–"
    return f"{formats.value(float(one.target), one.figure.metric.unit)} ({one.clause})"
