"""What if work moved from one carrier to another, or one carrier were lost?

Only where the receiving carrier has carried the same zone and service: elsewhere there is
no evidence, and no figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.analysis.carriers import Compared, Comparison, compare_carriers
from dashboard.analysis.case_mix import expected
from dashboard.analysis.figures import FEWEST
from dashboard.errors import NotEnoughDataError, ScopeError, UnknownNameError
from dashboard.scope import Scope
from dashboard.stats.carriers import INNER
from dashboard.warehouse import Reader

CELL: Final = ["zone", "service"]
_DRAWS: Final = 400
_SEED: Final = 20_261_002
_UNRANKED: Final = ("too few", "not comparable")


@dataclass(frozen=True)
class Move:
    """Work that would move.

    Attributes:
        giver: The carrier that gives it up.
        taker: The one that gets it; None: all others, as they share each cell now.
        share: Of the giver's deliveries in the scope, above 0 to 1.
    """

    giver: str
    taker: str | None
    share: float


@dataclass(frozen=True)
class Range:
    """A figure with its 95 % range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Reallocation:
    """What a move would bring.

    Attributes:
        message: The finding.
        move: What would move.
        moved: Deliveries that would move and that there is evidence for.
        blind: Deliveries that would move where the takers have no evidence; left out.
        kept: More promises kept over the period; below 0: fewer.
        cost: More cost over the period; None where no cost is known.
        takers: Deliveries that each carrier would get.
        busiest: Per taker, the most that it had on a day.
        days_beyond: Per taker, days on which it would have more than that.
        days: Days with deliveries.
    """

    message: str
    move: Move
    moved: float
    blind: float
    kept: Range
    cost: Range | None
    takers: Mapping[str, float]
    busiest: Mapping[str, float]
    days_beyond: Mapping[str, int]
    days: int


def reallocation(reader: Reader, scope: Scope, move: Move) -> Reallocation:
    """Price a move by what the carriers did on the same cells, at the same case mix.

    Args:
        reader: The snapshot.
        scope: Period, and filters of the work that would move (zone, service …).
        move: Who gives, who takes, how much.

    Raises:
        ScopeError: The share is not above 0 to 1, or giver and taker are one.
        UnknownNameError: A carrier is not in the data.
        NotEnoughDataError: Nobody has evidence on the work that would move.
    """
    compared = compare_carriers(reader, Scope(scope.period))
    _check(compared, move)
    others = tuple(one for one in scope.filters if one[0] != "carrier")
    work = Scope(compared.period, None, others)
    cells = expected(reader, ("carrier", *CELL), work, compared.fitted)
    plan = _plan(cells, compared, move)
    if plan.is_empty():
        takers = move.taker or "the other carriers"
        message = (
            f"no cell of zone and service that {move.giver} serves has {FEWEST} deliveries of "
            f"{takers}; choose work that they have carried"
        )
        raise NotEnoughDataError(message)
    moved = float(plan["moved"].sum())
    own = cells.filter(pl.col("carrier") == move.giver)
    whole = move.share * float(own["due"].sum())
    kept = _kept(plan, compared, move)
    loads = _loads(reader, work, plan, move)
    return Reallocation(
        message=_message(move, moved, whole, kept),
        move=move,
        moved=moved,
        blind=whole - moved,
        kept=kept,
        cost=_cost(reader, work, plan, move),
        takers=dict(plan.group_by("taker").agg(pl.col("moved").sum()).sort("taker").iter_rows()),
        busiest={name: most for name, (most, _, _) in loads.items()},
        days_beyond={name: beyond for name, (_, beyond, _) in loads.items()},
        days=max(days for _, _, days in loads.values()),
    )


def _check(compared: Comparison, move: Move) -> None:
    if not 0 < move.share <= 1:
        message = f"the share to move is {move.share:g}; give one above 0, at most 1"
        raise ScopeError(message)
    if move.giver == move.taker:
        message = f"{move.giver} would give to itself; name another carrier to take the work"
        raise ScopeError(message)
    known, by = {one.name: one for one in compared.units}, compared.by
    for name in filter(None, (move.giver, move.taker)):
        if name not in known:
            raise UnknownNameError.among(by, name, known)
        if known[name].label in _UNRANKED:
            message = f"{name} is '{known[name].label}' in these days; choose others"
            raise NotEnoughDataError(message)


def _plan(cells: pl.DataFrame, compared: Comparison, move: Move) -> pl.DataFrame:
    """Per cell and taker: the deliveries that would move and the lates expected of them.

    Columns: zone, service, taker, moved, base (expected lates of average skill).
    """
    able = [one.name for one in compared.units if one.label not in _UNRANKED]
    takers = [move.taker] if move.taker else [name for name in able if name != move.giver]
    given = cells.filter(pl.col("carrier") == move.giver).select(
        *CELL, given="due", base="expected"
    )
    taking = cells.filter(pl.col("carrier").is_in(takers) & (pl.col("due") >= FEWEST))
    taking = taking.select(*CELL, taker="carrier", own="due")
    part = move.share * pl.col("own") / pl.col("own").sum().over(CELL)
    return (
        given.join(taking, on=CELL)
        .sort(*CELL, "taker")
        .select(*CELL, "taker", moved=part * pl.col("given"), base=part * pl.col("base"))
    )


def _kept(plan: pl.DataFrame, compared: Comparison, move: Move) -> Range:
    """Promises kept in addition, from the shrunken ratios of late to expected."""
    known = {one.name: one for one in compared.units}
    bases = dict(plan.group_by("taker").agg(pl.col("base").sum()).iter_rows())
    giver, whole = known[move.giver], sum(bases.values())
    gain = whole * giver.shrunk - sum(base * known[name].shrunk for name, base in bases.items())
    variance = (whole * _error(giver)) ** 2
    variance += sum((base * _error(known[name])) ** 2 for name, base in bases.items())
    half = INNER * variance**0.5
    return Range(gain, gain - half, gain + half)


def _error(one: Compared) -> float:
    return (one.shrunk_high - one.shrunk_low) / (2 * INNER)


def _cost(reader: Reader, work: Scope, plan: pl.DataFrame, move: Move) -> Range | None:
    """Cost in addition: unit costs of the same cells, weeks drawn anew for the range."""
    found = reader.roll_up(("cost_to_serve",), ("carrier", *CELL, "week"), work)
    sums = found.select(
        "carrier", *CELL, "week",
        cost=pl.col("numerator").cast(pl.Float64), done=pl.col("denominator").cast(pl.Float64),
    )  # fmt: skip
    takes = plan.join(sums, left_on=["taker", *CELL], right_on=["carrier", *CELL])
    gives = plan.join(sums.filter(pl.col("carrier") == move.giver), on=CELL)
    if takes.is_empty() or gives.is_empty():
        return None
    weeks = sorted(set(takes["week"]) | set(gives["week"]))
    rng = np.random.default_rng(_SEED)
    counts = rng.multinomial(len(weeks), np.full(len(weeks), 1 / len(weeks)), _DRAWS)
    weights = np.vstack([np.ones(len(weeks)), counts])
    draws = _priced(takes, weeks, weights) - _priced(gives, weeks, weights)
    low, high = np.nanquantile(draws[1:], [0.025, 0.975])
    return Range(float(draws[0]), float(low), float(high))


def _priced(sums: pl.DataFrame, weeks: list, weights: np.ndarray) -> np.ndarray:
    """Moved deliveries at the unit cost of their cell, for each draw of weeks."""
    place = {week: at for at, week in enumerate(weeks)}
    at = np.array([place[week] for week in sums["week"]])
    cells = sums.select(pl.struct(*CELL, "taker").rank("dense").cast(pl.Int64) - 1).to_series()
    cell, size = cells.to_numpy(), int(cells.max() or 0) + 1  # ty: ignore[invalid-argument-type]
    moved = np.zeros(size)
    moved[cell] = sums["moved"].to_numpy()
    whole = []
    for one in weights:
        cost = np.bincount(cell, one[at] * sums["cost"].to_numpy(), size)
        done = np.bincount(cell, one[at] * sums["done"].to_numpy(), size)
        unit = np.divide(cost, done, out=np.full(size, np.nan), where=done > 0)
        whole.append(float(np.nansum(moved * unit)))
    return np.array(whole)


def _loads(
    reader: Reader, work: Scope, plan: pl.DataFrame, move: Move
) -> dict[str, tuple[float, int, int]]:
    """Per taker: the most it had on a day, days beyond that after the move, days in all."""
    takers = plan["taker"].unique().sort().to_list()
    days = reader.roll_up(("on_time_rate",), ("carrier", "day"), Scope(work.period))
    had = days.filter(pl.col("carrier").is_in(takers)).select(
        "carrier", "day", had=pl.col("denominator").cast(pl.Float64)
    )
    given = reader.roll_up(("on_time_rate",), ("day",), work.within(carrier=move.giver))
    shares = plan.group_by("taker").agg(pl.col("moved").sum())
    whole = float(given["denominator"].sum() or 0)
    extra = given.select("day", more=pl.col("denominator").cast(pl.Float64) / whole)
    found = {}
    for taker, moved in shares.sort("taker").iter_rows():
        own = had.filter(pl.col("carrier") == taker).join(
            extra, on="day", how="full", coalesce=True
        )
        after = own["had"].fill_null(0.0) + moved * own["more"].fill_null(0.0)
        most = float(had.filter(pl.col("carrier") == taker)["had"].max() or 0.0)  # ty: ignore[invalid-argument-type]
        found[taker] = (most, int((after > most).sum()), own.height)
    return found


def _message(move: Move, moved: float, whole: float, kept: Range) -> str:
    takers = move.taker or "the others"
    said = f"Moving {moved:,.0f} deliveries from {move.giver} to {takers}"
    blind = f"; {whole - moved:,.0f} more have no evidence" if whole - moved >= 1 else ""
    if kept.low > 0:
        return f"{said} would keep {kept.value:,.0f} more promises{blind}"
    if kept.high < 0:
        return f"{said} would keep {-kept.value:,.0f} fewer promises{blind}"
    return f"{said} makes no clear difference to promises kept{blind}"
