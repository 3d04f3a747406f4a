"""A settlement as tables: the statement, its comparison with another, its disputes."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from dashboard.analysis.settlement.quarter import Settlement
from dashboard.charts import formats
from dashboard.charts.tables import safe_text
from dashboard.state import Dispute, SignedSettlement
from dashboard.stats.settlement import Line, Statement

_MONEY = pl.Decimal(18, 2)
_OWED = "positive: the carrier owes us"


def statement_rows(found: Settlement) -> pl.DataFrame:
    """A statement with all its digits, one row per line.

    Returns:
        carrier, quarter, clause, kind, period, start, end, raw_kept, raw_counted, excluded,
        excused, disputed, immature, kept, counted, value, fee, arithmetic, rule,
        before_cap, amount (positive: the carrier owes us), currency, provisional, words,
        contract_version, snapshot. Kept is null for clauses that count no shares.
    """
    statement = found.statement
    rows = [
        {
            "carrier": statement.carrier,
            "quarter": statement.quarter,
            **_line(line),
            "currency": statement.currency,
            "provisional": statement.provisional,
            "words": line.words,
            "contract_version": statement.version,
            "snapshot": found.snapshot,
        }
        for line in statement.lines
    ]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("before_cap", "amount").cast(_MONEY)
    )


def statement_table(found: Settlement) -> pl.DataFrame:
    """A statement as people read it, with its total; all columns text."""
    rows = [
        {
            "Clause": line.clause,
            "Period": line.facts.label,
            "Raw": _counts(line, raw=True),
            "Taken out": _taken_out(line),
            "By contract": _counts(line, raw=False),
            "How": line.arithmetic,
            "Rule": line.rule,
            "Amount": amount(line.amount),
        }
        for line in found.statement.lines
    ]
    total = dict.fromkeys(rows[0], "") | {
        "Clause": "Total",
        "Rule": "provisional" if found.statement.provisional else "",
        "Amount": amount(found.statement.total),
    }
    return safe_text(pl.DataFrame([*rows, total]), "Clause")


def amount(value: Decimal) -> str:
    """Money with two digits and a true minus sign."""
    return formats.number(float(value), 2)


def maturity_said(found: Settlement) -> str:
    """What a provisional statement leaves out; '' for one that stands."""
    if not found.statement.provisional:
        return ""
    days = found.contract.contract.maturity_days
    return (
        f"Provisional: only what was promised up to {formats.day(found.settled_until.date())} is "
        f"settled, {days} days before the data ends; the quarter runs to "
        f"{formats.day(found.period.end)}."
    )


def difference_rows(before: Statement, after: Statement) -> pl.DataFrame:
    """Two statements of a quarter beside each other.

    Returns:
        clause, period, before, after, difference; a line that one of them lacks is 0 there.
    """
    sides = [{(line.clause, line.facts.label): line.amount for line in one.lines}
             for one in (before, after)]  # fmt: skip
    rows = [
        {
            "clause": clause,
            "period": period,
            "before": sides[0].get((clause, period), Decimal(0)),
            "after": sides[1].get((clause, period), Decimal(0)),
        }
        for clause, period in dict.fromkeys([*sides[0], *sides[1]])
    ]
    money = pl.col("before", "after").cast(_MONEY)
    return (
        pl.DataFrame(rows, infer_schema_length=None)
        .with_columns(money)
        .with_columns(difference=pl.col("after") - pl.col("before"))
    )


def signed_said(signed: SignedSettlement | None, now: Statement) -> str:
    """Whether the quarter is signed off, and what has changed since; '' where nobody did."""
    if signed is None:
        return ""
    settled = signed.settled
    when = f"{signed.at:%Y-%m-%d %H:%M} UTC"
    said = (
        f"Signed off by {signed.by} on {when} at {settled.currency} "
        f"{amount(Decimal(settled.total))}, on snapshot {settled.snapshot}."
    )
    moved = now.total - Decimal(settled.total)
    if not moved:
        return f"{said} Settled anew it comes to the same."
    return f"{said} Settled anew it differs by {amount(moved)}; what was signed stands."


def signed_rows(found: Sequence[SignedSettlement]) -> pl.DataFrame:
    """Every version of a quarter that was signed off, oldest first.

    Returns:
        id, carrier, quarter, snapshot, contract_version, total, difference (to the version
        signed before; null of the first), currency, by, at, note.
    """
    schema = {
        "id": pl.Int64(), "carrier": pl.String(), "quarter": pl.String(),
        "snapshot": pl.Int64(), "contract_version": pl.Int64(), "total": _MONEY,
        "currency": pl.String(), "by": pl.String(), "at": pl.Datetime(), "note": pl.String(),
    }  # fmt: skip
    told = [vars(one) | vars(one.settled) | {"total": Decimal(one.settled.total)} for one in found]
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in told], schema=schema)
    difference = pl.col("total").diff().over("carrier", "quarter").alias("difference")
    return frame.with_columns(difference).select(
        *frame.columns[:6], "difference", *frame.columns[6:]
    )


def disputes_rows(found: Sequence[Dispute]) -> pl.DataFrame:
    """Disputes, one row each, with who did what and when.

    Returns:
        id, carrier, quarter, clause (null: all), deliveries (ids; '' for a whole line),
        reason, note, evidence, filed_by, filed_at, decision ('open' until decided),
        decided_by, decided_at, decision_note.
    """
    schema = {
        "id": pl.Int64(), "carrier": pl.String(), "quarter": pl.String(),
        "clause": pl.String(), "deliveries": pl.String(), "reason": pl.String(),
        "note": pl.String(), "evidence": pl.String(), "filed_by": pl.String(),
        "filed_at": pl.Datetime(), "decision": pl.String(), "decided_by": pl.String(),
        "decided_at": pl.Datetime(), "decision_note": pl.String(),
    }  # fmt: skip
    rows = [
        {
            "id": one.id,
            **vars(one.claim),
            "deliveries": " ".join(one.claim.deliveries),
            "filed_by": one.filed_by,
            "filed_at": one.filed_at,
            "decision": one.decision or "open",
            "decided_by": one.decided_by,
            "decided_at": one.decided_at,
            "decision_note": one.decision_note,
        }
        for one in found
    ]
    return pl.DataFrame(rows, schema=schema)


def _line(line: Line) -> dict[str, object]:
    facts, counts = line.facts, line.facts.counts
    shares = counts.counted > 0
    return {
        "clause": line.clause,
        "kind": line.kind,
        "period": facts.label,
        "start": facts.period.start,
        "end": facts.period.end,
        "raw_kept": facts.raw.kept if shares else None,
        "raw_counted": facts.raw.counted,
        "excluded": facts.excluded,
        "excused": facts.excused,
        "disputed": facts.disputed,
        "immature": facts.immature,
        "kept": counts.kept if shares else None,
        "counted": counts.counted if shares else None,
        "value": float(counts.value) if counts.value is not None else None,
        "fee": facts.fee,
        "arithmetic": line.arithmetic,
        "rule": line.rule,
        "before_cap": line.before_cap,
        "amount": line.amount,
    }


def _counts(line: Line, *, raw: bool) -> str:
    counts = line.facts.raw if raw else line.facts.counts
    if not line.facts.counts.counted:
        return ""
    share = formats.value(counts.kept / counts.counted, "share") if counts.counted else ""
    return f"{counts.kept:,} of {counts.counted:,} ({share})"


def _taken_out(line: Line) -> str:
    facts = line.facts
    parts = (
        ("excluded", facts.excluded),
        ("excused", facts.excused),
        ("disputed", facts.disputed),
    )
    return ", ".join(f"{count:,} {name}" for name, count in parts if count)
