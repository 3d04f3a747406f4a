"""What-ifs as tables."""

import polars as pl

from dashboard.analysis.clause_what_if import ClauseWhatIf
from dashboard.stats.settlement import Statement

_MONEY = pl.Decimal(18, 2)


def what_if_rows(found: ClauseWhatIf) -> pl.DataFrame:
    """Every clause of every quarter under both contracts, then each quarter's total.

    Returns:
        quarter, clause ('total' for the sum), held (null where no contract held, or none
        with this clause), changed (null where the changed one has no such clause),
        difference (null where a side is), provisional.
    """
    rows = []
    for one in found.quarters:
        held = one.held.statement if one.held else None
        changed = one.changed.statement
        names = dict.fromkeys([*_names(held), *_names(changed), "total"])
        rows += [
            {
                "quarter": one.quarter,
                "clause": name,
                "held": _came_to(held, name),
                "changed": _came_to(changed, name),
                "provisional": changed.provisional,
            }
            for name in names
        ]
    schema = {
        "quarter": pl.String(), "clause": pl.String(), "held": _MONEY, "changed": _MONEY,
        "provisional": pl.Boolean(),
    }  # fmt: skip
    difference = (pl.col("changed") - pl.col("held")).alias("difference")
    frame = pl.DataFrame(rows, schema=schema)
    return frame.with_columns(difference).select(*frame.columns[:4], "difference", "provisional")


def _names(statement: Statement | None) -> list[str]:
    return [line.clause for line in statement.lines] if statement else []


def _came_to(statement: Statement | None, name: str) -> object:
    if statement is None:
        return None
    if name == "total":
        return statement.total
    return statement.came_to(name) if name in _names(statement) else None
