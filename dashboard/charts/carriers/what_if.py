"""What-ifs as tables."""

import polars as pl

from dashboard.analysis.carriers.reallocation import Range, Reallocation
from dashboard.analysis.settlement.chance import Chance
from dashboard.analysis.settlement.what_if import ClauseWhatIf
from dashboard.charts import formats
from dashboard.charts.tables import safe_text
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


def reallocation_rows(found: Reallocation) -> pl.DataFrame:
    """What a move would bring, one row per carrier that takes.

    Returns:
        giver, taker, moved, busiest (most deliveries it had on a day), peak (most it would
        have), busy (more than that on one day of twenty before), busy_days (days with more
        than that) with busy_days_low and busy_days_high, busy_before (such days before),
        days; and of the whole move: blind (deliveries without evidence, left out), kept,
        kept_low, kept_high (promises), cost, cost_low, cost_high.
    """
    cost = found.cost
    whole = {
        "blind": found.blind,
        "kept": found.kept.value,
        "kept_low": found.kept.low,
        "kept_high": found.kept.high,
        "cost": cost.value if cost else None,
        "cost_low": cost.low if cost else None,
        "cost_high": cost.high if cost else None,
    }
    rows = [
        {
            "giver": found.move.giver,
            "taker": taker,
            "moved": load.gets,
            "busiest": load.busiest,
            "peak": load.peak,
            "busy": load.busy,
            "busy_days": load.busy_days.value,
            "busy_days_low": load.busy_days.low,
            "busy_days_high": load.busy_days.high,
            "busy_before": load.busy_before,
            "days": load.days,
            **whole,
        }
        for taker, load in found.loads.items()
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def load_table(found: Reallocation) -> pl.DataFrame:
    """What each taker would have to carry, as people read it; all columns text."""
    rows = [
        {
            "Carrier": taker,
            "Would get": formats.number(load.gets),
            "Its busiest day": formats.number(load.busiest),
            "Then": formats.number(load.peak),
            "A busy day is over": formats.number(load.busy),
            "Busy days": f"{load.busy_before} of {load.days}",
            "Busy days then": (
                f"{formats.number(load.busy_days.value)} "
                f"({formats.number(load.busy_days.low)} to {formats.number(load.busy_days.high)})"
            ),
        }
        for taker, load in found.loads.items()
    ]
    return safe_text(pl.DataFrame(rows), "Carrier")


def reallocation_said(found: Reallocation) -> list[str]:
    """A move in sentences: promises, cost, and what nobody can know."""
    said = [f"Promises kept: {_range(found.kept, 0)} over these days."]
    if found.cost is None:
        said.append("Cost: not known for these carriers.")
    else:
        said.append(f"Cost: {_range(found.cost, 2)} over these days.")
    if found.blind >= 1:
        said.append(
            f"{formats.number(found.blind)} deliveries lie in zones and services that the takers "
            "have not carried 30 times: no figure is given for them."
        )
    return said


def _range(one: Range, digits: int) -> str:
    low, high = (_signed(value, digits) for value in (one.low, one.high))
    return f"{_signed(one.value, digits)} ({low} to {high})"


def _signed(value: float, digits: int) -> str:
    text = formats.number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


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
