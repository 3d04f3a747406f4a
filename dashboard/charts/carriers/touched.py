"""The clauses that one delivery touches, as a table."""

from datetime import date

import polars as pl

from dashboard.analysis.settlement.touched import Touched
from dashboard.charts.tables import safe_text
from dashboard.scope import Quarter

_COLUMNS = ("Clause", "Period", "This delivery", "It alone brings", "The clause")


def touched_table(found: Touched) -> pl.DataFrame:
    """One row per clause, all columns text; no amount where the period is judged as a whole."""
    rows = [
        {
            "Clause": one.clause,
            "Period": _period_said(one.period),
            "This delivery": one.said,
            "It alone brings": "" if one.amount is None else f"{found.currency} {one.amount:,.2f}",
            "The clause": one.wording,
        }
        for one in found.touches
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String()))
    return safe_text(frame, "Clause", "This delivery")


def touched_said(found: Touched) -> str:
    """What the table leaves open."""
    if not found.touches:
        return f"It touches no clause of the contract with {found.contract}."
    return (
        f"Judged from this delivery alone, by the contract with {found.contract}; what a share "
        f"comes to in {found.quarter} is settled in the carrier review."
    )


def _period_said(label: str) -> str:
    if "Q" in label:
        return str(Quarter.parse(label))
    return f"{date.fromisoformat(f'{label}-01'):%b %Y}"
