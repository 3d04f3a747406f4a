"""What if work moved from one carrier to another, or one carrier were lost?

Only where the receiving carrier has carried the same zone and service: elsewhere there is
no evidence, and no figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from dashboard.analysis.carriers.comparison import UNRANKED, Compared, Comparison, compare_carriers
from dashboard.analysis.case_mix import case_mix, expected
from dashboard.analysis.figures import FEWEST
from dashboard.errors import NotEnoughDataError, ScopeError, UnknownNameError
from dashboard.scope import Scope
from dashboard.stats.carriers import INNER
from dashboard.warehouse import Reader

CELL: Final = ["zone", "service"]
_BUSY: Final = 0.95
_DRAWS: Final = 400
_SEED: Final = 20_261_002
COST: Final = "cost_to_serve"


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
class Load:
    """What a taker would have to carry.

    Attributes:
        gets: Deliveries over the period.
        busiest: The most that it had on a day.
        peak: The most that it would have.
        busy: Deliveries of a busy day: it had more on one day of twenty.
        busy_days: Days on which it would have more than that; weeks drawn anew for the
            range.
        busy_before: Days on which it had.
        days: Days with deliveries.
    """

    gets: float
    busiest: float
    peak: float
    busy: float
    busy_days: Range
    busy_before: int
    days: int


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
        loads: What each taker would have to carry.
    """

    message: str
    move: Move
    moved: float
    blind: float
    kept: Range
    cost: Range | None
    loads: Mapping[str, Load]


def reallocation(reader: Reader, scope: Scope, move: Move) -> Reallocation:
    """Price a move by what the carriers did on the same cells, at the same case mix.

    Promises by each carrier's shrunken ratio of late to expected in the whole period; cost
    by its ratio of cost to expected in the very cells that move, where it scatters less.

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
    whole = move.share * float(own["base"].sum())
    kept = _kept(plan, compared, move)
    return Reallocation(
        message=_message(move, moved, whole, kept),
        move=move,
        moved=moved,
        blind=whole - moved,
        kept=kept,
        cost=_cost(reader, work, plan, move),
        loads=_loads(reader, work, plan, move),
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
        if known[name].label in UNRANKED:
            message = f"{name} is '{known[name].label}' in these days; choose others"
            raise NotEnoughDataError(message)


def _plan(cells: pl.DataFrame, compared: Comparison, move: Move) -> pl.DataFrame:
    """Per cell and taker: what part of the giver's deliveries would move.

    Columns: zone, service, taker, part, moved (deliveries), base (lates expected of them at
    average skill).
    """
    able = [one.name for one in compared.units if one.label not in UNRANKED]
    takers = [move.taker] if move.taker else [name for name in able if name != move.giver]
    given = cells.filter(pl.col("carrier") == move.giver).select(
        *CELL, given="base", late="expected"
    )
    taking = cells.filter(pl.col("carrier").is_in(takers) & (pl.col("base") >= FEWEST))
    taking = taking.select(*CELL, taker="carrier", own="base")
    part = move.share * pl.col("own") / pl.col("own").sum().over(CELL)
    return (
        given.join(taking, on=CELL)
        .sort(*CELL, "taker")
        .with_columns(part=part)
        .select(
            *CELL, "taker", "part",
            moved=pl.col("part") * pl.col("given"), base=pl.col("part") * pl.col("late"),
        )
    )  # fmt: skip


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
    """Cost in addition; None where none is known."""
    known = reader.roll_up((COST,), (), Scope(work.period))
    if not known.height or not known["numerator"][0] or not known["denominator"][0]:
        return None
    fitted = case_mix(reader, Scope(work.period), COST)
    sums = expected(reader, ("carrier", *CELL, "week"), work, fitted)
    own = sums.filter(pl.col("carrier") == move.giver)
    hoped = own.group_by(CELL).agg(work=pl.col("expected").sum())
    moving = plan.join(hoped, on=CELL).with_columns(work=pl.col("part") * pl.col("work"))
    takes = moving.join(sums, left_on=["taker", *CELL], right_on=["carrier", *CELL])
    moving = moving.join(takes, on=[*CELL, "taker"], how="semi")
    gives = moving.group_by(CELL).agg(pl.col("work").sum()).join(own, on=CELL)
    if takes.is_empty():
        return None
    weeks = sums["week"].unique().sort().to_list()
    weights = _weeks_anew(len(weeks))
    draws = _priced(takes, weeks, weights) - _priced(gives, weeks, weights)
    low, high = np.quantile(draws[1:], [0.025, 0.975])
    return Range(float(draws[0]), float(low), float(high))


def _weeks_anew(count: int) -> np.ndarray:
    """How often each week counts: once in the first row, then as often as it is drawn."""
    rng = np.random.default_rng(_SEED)
    return np.vstack([np.ones(count), rng.multinomial(count, np.full(count, 1 / count), _DRAWS)])


def _priced(sums: pl.DataFrame, weeks: Sequence[date], weights: np.ndarray) -> np.ndarray:
    """Work at the ratio of cost to expected in its cell, for each draw of weeks.

    A cell whose weeks were not drawn goes by the ratio of all weeks.

    Args:
        sums: zone, service, work (cost expected of what moves), week, observed, expected,
            and taker where there are several.
        weeks: In order.
        weights: Draws × weeks.
    """
    place = {week: at for at, week in enumerate(weeks)}
    at = np.array([place[week] for week in sums["week"]])
    keys = [name for name in (*CELL, "taker") if name in sums.columns]
    cell = (sums.select(pl.struct(keys).rank("dense")).to_series() - 1).to_numpy()
    size = int(cell.max()) + 1
    work = np.zeros(size)
    work[cell] = sums["work"].to_numpy()
    observed, hoped = (sums[name].to_numpy() for name in ("observed", "expected"))
    usual = np.bincount(cell, observed, size) / np.bincount(cell, hoped, size)
    whole = []
    for one in weights:
        base = np.bincount(cell, one[at] * hoped, size)
        ratio = np.bincount(cell, one[at] * observed, size)
        whole.append(float(work @ np.divide(ratio, base, out=usual.copy(), where=base > 0)))
    return np.array(whole)


def _loads(reader: Reader, work: Scope, plan: pl.DataFrame, move: Move) -> dict[str, Load]:
    """What each taker would have to carry, day by day: as the giver had it."""
    takers = plan.group_by("taker").agg(pl.col("moved").sum()).sort("taker")
    days = reader.roll_up(("on_time_rate",), ("carrier", "day"), Scope(work.period))
    count = pl.col("denominator").cast(pl.Float64)
    given = reader.roll_up(("on_time_rate",), ("day",), work.within(carrier=move.giver))
    extra = given.select("day", more=count / count.sum())
    had = days.select("carrier", "day", had=count)
    return {
        taker: _load(had.filter(pl.col("carrier") == taker), extra, moved)
        for taker, moved in takers.iter_rows()
    }


def _load(had: pl.DataFrame, extra: pl.DataFrame, moved: float) -> Load:
    days = had.join(extra, on="day", how="full", coalesce=True).sort("day")
    before, more = days["had"].fill_null(0.0), days["more"].fill_null(0.0)
    after = (before + moved * more).to_numpy()
    had_before = before.to_numpy()
    busy = float(np.quantile(had_before, _BUSY))
    week = days["day"].dt.truncate("1w").rank("dense").to_numpy() - 1
    by_week = np.bincount(week, after > busy)
    draws = _weeks_anew(len(by_week)) @ by_week
    low, high = np.quantile(draws[1:], [0.025, 0.975])
    return Load(
        gets=moved,
        busiest=float(had_before.max()),
        peak=float(after.max()),
        busy=busy,
        busy_days=Range(float(draws[0]), float(low), float(high)),
        busy_before=int((had_before > busy).sum()),
        days=days.height,
    )


def _message(move: Move, moved: float, whole: float, kept: Range) -> str:
    takers = move.taker or "the others"
    said = f"Moving {moved:,.0f} deliveries from {move.giver} to {takers}"
    blind = f"; {whole - moved:,.0f} more have no evidence" if whole - moved >= 1 else ""
    if kept.low > 0:
        return f"{said} would keep {kept.value:,.0f} more promises{blind}"
    if kept.high < 0:
        return f"{said} would keep {-kept.value:,.0f} fewer promises{blind}"
    return f"{said} makes no clear difference to promises kept{blind}"
