"""A changed clause as tables: what quarters come to, and how often a carrier is fined."""

from decimal import Decimal

import polars as pl

from dashboard.analysis.settlement.chance import DRAWS
from dashboard.analysis.settlement.what_if import ClauseWhatIf
from dashboard.charts import formats
from dashboard.charts.carriers.what_if import chance_rows, what_if_rows
from dashboard.scope import Quarter


def quarters_table(found: ClauseWhatIf, clause: str) -> pl.DataFrame:
    """Quarters as people read them: the clause and the whole, as held and changed."""
    rows = {
        (row["quarter"], row["clause"]): row for row in what_if_rows(found).iter_rows(named=True)
    }
    told = []
    for one in found.quarters:
        own, whole = (rows.get((one.quarter, name), {}) for name in (clause, "total"))
        told.append({
            "Quarter": str(Quarter.parse(one.quarter)),
            f"{clause}, as it was": _money(own.get("held")),
            f"{clause}, changed": _money(own.get("changed")),
            "All lines, as it was": _money(whole.get("held")),
            "All lines, changed": _money(whole.get("changed")),
            "Difference": _money(whole.get("difference")),
            "State": "provisional" if one.changed.statement.provisional else "final",
        })  # fmt: skip
    return pl.DataFrame(told)


def chances_table(found: ClauseWhatIf, clause: str) -> pl.DataFrame:
    """How often a carrier of a true share is fined; all columns text."""
    rows = chance_rows(found).filter(pl.col("clause") == clause)
    told = [
        {
            "A carrier truly at": formats.value(row["truth"], "share"),
            "is fined, as it is": _share(row["held"]),
            "is fined, changed": _share(row["changed"]),
        }
        for row in rows.iter_rows(named=True)
    ]
    columns = ("A carrier truly at", "is fined, as it is", "is fined, changed")
    return pl.DataFrame(told, schema=dict.fromkeys(columns, pl.String()))


def chances_said(found: ClauseWhatIf, clause: str) -> str:
    """What the draws stand on."""
    rows = chance_rows(found).filter(pl.col("clause") == clause)
    if rows.is_empty():
        return (
            "How often a carrier is fined cannot be drawn: the clause fines no share, or too few "
            "routes are known."
        )
    row = rows.row(0, named=True)
    return (
        f"Drawn {DRAWS} times from {formats.number(row['deliveries'])} deliveries on "
        f"{formats.number(row['clusters'])} routes and days, those of one route and day being "
        f"alike as in the data (intraclass correlation {row['alike']:.3f})."
    )


def _money(value: Decimal | None) -> str:
    return "–" if value is None else formats.number(float(value), 2)


def _share(value: float | None) -> str:
    return "–" if value is None else formats.value(value, "share")
