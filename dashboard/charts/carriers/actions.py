"""Actions with carriers as tables."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.charts import formats
from dashboard.charts.tables import safe_text
from dashboard.state import Action

_SCHEMA = {
    "id": pl.Int64(), "carrier": pl.String(), "what": pl.String(), "owner": pl.String(),
    "due": pl.Date(), "status": pl.String(), "filed_by": pl.String(),
    "filed_at": pl.Datetime(), "closed_by": pl.String(), "closed_at": pl.Datetime(),
    "outcome": pl.String(),
}  # fmt: skip


def actions_rows(found: Sequence[Action], today: date) -> pl.DataFrame:
    """Actions, one row each, with who did what and when.

    Returns:
        id, carrier, what, owner, due, status ('open', 'overdue' or 'done'), filed_by,
        filed_at, closed_by, closed_at, outcome.
    """
    rows = [
        {
            "id": one.id,
            **vars(one.task),
            "status": _status(one, today),
            "filed_by": one.filed_by,
            "filed_at": one.filed_at,
            "closed_by": one.closed_by,
            "closed_at": one.closed_at,
            "outcome": one.outcome,
        }
        for one in found
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def actions_table(found: Sequence[Action], today: date) -> pl.DataFrame:
    """Actions as people read them; all columns text."""
    rows = [
        {
            "No.": str(one.id),
            "What": one.task.what,
            "Who": one.task.owner,
            "By": formats.day(one.task.due),
            "Status": _status(one, today),
            "Filed": _signed(one.filed_by, one.filed_at.date()),
            "Closed": _signed(one.closed_by, one.closed_at.date())
            if one.closed_by and one.closed_at
            else "",
            "What came of it": one.outcome or "",
        }
        for one in found
    ]
    return safe_text(pl.DataFrame(rows), "What", "Who", "Filed", "Closed", "What came of it")


def _status(one: Action, today: date) -> str:
    if not one.is_open:
        return "done"
    return "overdue" if one.is_overdue(today) else "open"


def _signed(by: str, on: date) -> str:
    return f"{by}, {formats.day(on)}"
