"""What people decided about a settlement, as they read it: disputes, versions, differences."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl

from dashboard.charts import formats
from dashboard.charts.carriers.settlement import amount, difference_rows, signed_rows
from dashboard.charts.tables import safe_text
from dashboard.state import Dispute, SignedSettlement
from dashboard.stats.settlement import Statement

_MOST = 3


def disputes_table(found: Sequence[Dispute]) -> pl.DataFrame:
    """Disputes as people read them, with who did what and when; all columns text."""
    rows = [
        {
            "No.": str(one.id),
            "About": one.claim.clause or "every clause but volume",
            "Deliveries": _deliveries(one.claim.deliveries),
            "Reason": one.claim.reason,
            "Evidence": one.claim.evidence or "",
            "Note": one.claim.note or "",
            "Filed": _signed(one.filed_by, one.filed_at),
            "Decision": one.decision or "open",
            "Decided": _signed(one.decided_by, one.decided_at),
            "Why": one.decision_note or "",
        }
        for one in found
    ]
    told = ("About", "Deliveries", "Reason", "Evidence", "Note", "Filed", "Decided", "Why")
    return safe_text(pl.DataFrame(rows), *told)


def difference_table(before: Statement, after: Statement) -> pl.DataFrame:
    """The lines that disputes changed, and the total; all columns text."""
    rows = [
        {
            "Clause": row["clause"],
            "Period": row["period"],
            "Without disputes": amount(row["before"]),
            "As decided": amount(row["after"]),
            "Difference": amount(row["difference"]),
        }
        for row in difference_rows(before, after).iter_rows(named=True)
        if row["difference"]
    ]
    total = {
        "Clause": "Total",
        "Period": "",
        "Without disputes": amount(before.total),
        "As decided": amount(after.total),
        "Difference": amount(after.total - before.total),
    }
    return safe_text(pl.DataFrame([*rows, total]), "Clause")


def signed_table(found: Sequence[SignedSettlement]) -> pl.DataFrame:
    """Versions of a quarter that were signed off; the last one stands; all columns text."""
    rows = [
        {
            "Signed": _signed(row["by"], row["at"]),
            "Total": f"{row['currency']} {amount(row['total'])}",
            "Against the one before": _money(row["difference"]),
            "Snapshot": str(row["snapshot"]),
            "Contract's version": str(row["contract_version"]),
            "Note": row["note"] or "",
        }
        for row in signed_rows(found).iter_rows(named=True)
    ]
    return safe_text(pl.DataFrame(rows), "Signed", "Note")


def _deliveries(ids: Sequence[str]) -> str:
    if not ids:
        return "the whole line"
    more = f" and {len(ids) - _MOST} more" if len(ids) > _MOST else ""
    return ", ".join(ids[:_MOST]) + more


def _signed(by: str | None, at: datetime | None) -> str:
    return f"{by}, {formats.day(at.date())} {at:%H:%M} UTC" if by and at else ""


def _money(difference: Decimal | None) -> str:
    return "–" if difference is None else amount(difference)
