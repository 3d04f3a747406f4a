"""What-ifs as tables."""

import polars as pl

from dashboard.analysis.clause_chance import Chance
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


def chance_rows(found: ClauseWhatIf) -> pl.DataFrame:
    """How likely fines are, by clause and the carrier's true share.

    Returns:
        clause, truth (true share), held and changed (chance that a quarter is fined; null
        where the contract has no such clause), alike (intraclass correlation of a route and
        day), deliveries, clusters.
    """
    sides = [{(one.clause, one.truth): one for one in part}
             for part in (found.held_chances, found.chances)]  # fmt: skip
    rows = []
    for key in sorted({*sides[0], *sides[1]}):
        held, changed = sides[0].get(key), sides[1].get(key)
        drawn = changed or held
        rows.append(_chance(key[0], float(key[1]), (held, changed), drawn))
    schema = {
        "clause": pl.String(), "truth": pl.Float64(), "held": pl.Float64(),
        "changed": pl.Float64(), "alike": pl.Float64(), "deliveries": pl.Int64(),
        "clusters": pl.Int64(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _chance(
    clause: str, truth: float, sides: tuple[Chance | None, Chance | None], drawn: Chance | None
) -> dict[str, object]:
    held, changed = sides
    return {
        "clause": clause,
        "truth": truth,
        "held": held.fined if held else None,
        "changed": changed.fined if changed else None,
        "alike": drawn.alike if drawn else None,
        "deliveries": drawn.deliveries if drawn else None,
        "clusters": drawn.clusters if drawn else None,
    }


def _names(statement: Statement | None) -> list[str]:
    return [line.clause for line in statement.lines] if statement else []


def _came_to(statement: Statement | None, name: str) -> object:
    if statement is None:
        return None
    if name == "total":
        return statement.total
    return statement.came_to(name) if name in _names(statement) else None
