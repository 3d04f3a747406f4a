"""Truth 5: who takes part in an experiment, and in which arm, before anything happens.

Arms are dealt from what is known when they are dealt: customers, zones, days, carriers. What
they then do to outcomes is applied in `trial_effects`.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from . import costs, zones
from .chance import Flags, Floats, Ints, stream
from .days import QUARTERS, day_number, utc_midnight
from .dialect import utc
from .names import DEPOTS, SEGMENTS, STATUSES

if TYPE_CHECKING:
    from .world import Options

WHOLE: Final = 400_000
TRIES: Final = 4_000
FEWEST_ROWS: Final = 6_000
ON_ARRIVAL_SECONDS: Final = 30
DELIVERED: Final = STATUSES.index("delivered")
OPEN: Final = STATUSES.index("open")
OUTSIDE: Final = -1


@dataclass(frozen=True)
class Planted:
    """One experiment as truths.toml states it."""

    id: str
    name: str
    hypothesis: str
    unit: str
    arms: list[str]
    metric: str
    worthwhile: float
    started_on: str
    days: int
    per_arm: int = 0
    per_arm_and_segment: int = 0
    on_time: float = 0.0
    on_time_z: float = 0.0
    on_time_in: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, float] = field(default_factory=dict)
    cost: float = 0.0
    rows_cost_z: list[float] | None = None
    units_cost_z: list[float] | None = None
    known_days: int = 0
    control_share: float = 0.5
    split: list[int] | None = None
    guardrail: str = ""
    margin: float = 0.0
    margin_errors: float = 0.0
    planned_units: int = 0

    @property
    def first(self) -> date:
        """Its first day."""
        return date.fromisoformat(self.started_on)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=self.days - 1)


def planted() -> list[Planted]:
    """Read every experiment of truths.toml."""
    text = Path(__file__).with_name("truths.toml").read_text(encoding="utf-8")
    return [Planted(name, **one) for name, one in tomllib.loads(text)["experiments"].items()]


@dataclass(frozen=True)
class Dealt:
    """An experiment and who is in which arm.

    Attributes:
        experiment: One row for the platform's list.
        assignments: experiment, unit, arm, assigned_at; empty where nothing is dealt yet.
    """

    experiment: dict[str, object]
    assignments: pl.DataFrame


def begun(number: int) -> list[Planted]:
    """The experiments that begin in a quarter."""
    this = QUARTERS[number]
    return [one for one in planted() if this.start <= one.first < this.end]


def column(one: Planted) -> str:
    """Where a delivery's arm stands: 0 is control, 1 the other, -1 outside."""
    return f"arm of {one.id}"


def scale(options: "Options") -> float:
    """By how much effects are enlarged, so that small samples keep the verdicts; null: 0."""
    return 0.0 if options.null else max(1.0, (options.deliveries / WHOLE) ** -0.5)


def deal(frame: pl.DataFrame, options: "Options", number: int) -> pl.DataFrame:
    """Deal the arms of every experiment that begins in a quarter; adds a column for each one."""
    here = {one.id for one in begun(number)}
    nobody = pl.lit(OUTSIDE, pl.Int8)
    return frame.with_columns(
        _arms(one, frame, options) if one.id in here else nobody.alias(column(one))
        for one in planted()
    )


def draw(frame: pl.DataFrame, number: int) -> list[Dealt]:
    """What the platform knows of a quarter's experiments, and of those after the last one."""
    found = [_dealt(one, frame) for one in begun(number)]
    if number == len(QUARTERS) - 1:
        later = [one for one in planted() if one.first >= QUARTERS[number].end]
        found += [Dealt(_row(one, one.planned_units), _nobody()) for one in later]
    return found


def is_here(one: Planted, frame: pl.DataFrame, days: int | None = None) -> Flags:
    """Flag the deliveries of an experiment's days, or of its first ones."""
    first = day_number(one.first)
    end = first + (days or one.days)
    if one.unit in ("zone_day", "depot"):
        here = pl.col("day").is_between(first, end - 1)
    else:
        start, stop = utc_midnight(np.array([first, end]))
        here = (pl.col("ordered_at") >= start) & (pl.col("ordered_at") < stop)
    return frame.select(here).to_series().to_numpy()


def _arms(one: Planted, frame: pl.DataFrame, options: "Options") -> pl.Series:
    rng = stream(options.seed, f"arms of {one.id}")
    rows = np.flatnonzero(is_here(one, frame))
    rows = rows[_sampled(one, frame[rows], options.deliveries / WHOLE, rng)]
    taking_part = frame[rows]
    unit = _units(one, taking_part)
    arms = np.full(frame.height, OUTSIDE, dtype=np.int8)
    arms[rows] = _treated(one, taking_part, unit, rng, scale(options))[unit]
    return pl.Series(column(one), arms)


def _units(one: Planted, rows: pl.DataFrame) -> Ints:
    """Number the unit that each row belongs to."""
    if one.unit == "delivery":
        return np.arange(rows.height)
    zone_day = pl.col("day") * len(zones.CODES) + pl.col("zone")
    named = {"customer": pl.col("customer"), "zone_day": zone_day, "depot": pl.col("depot")}
    return np.unique(rows.select(named[one.unit]).to_series(), return_inverse=True)[1]


def _sampled(one: Planted, rows: pl.DataFrame, size: float, rng: np.random.Generator) -> Flags:
    """Which rows take part: as many as planned, whole customers together."""
    height = rows.height
    if one.per_arm_and_segment:
        rank = _random_rank(rows, "segment", rng)
        return rank <= round(2 * one.per_arm_and_segment * size)
    if not one.per_arm:
        return np.ones(height, dtype=bool)
    wanted = round(2 * one.per_arm * size)
    if one.unit == "customer":
        return _whole_customers(one, rows, wanted, rng)
    found = np.zeros(height, dtype=bool)
    found[rng.permutation(height)[:wanted]] = True
    return found


def _whole_customers(
    one: Planted, rows: pl.DataFrame, wanted: int, rng: np.random.Generator
) -> Flags:
    names, first, place, counts = np.unique(
        rows["customer"].to_numpy(), return_index=True, return_inverse=True, return_counts=True
    )
    segment = rows["segment"].to_numpy()[first]
    kept_out = np.array([one.left_out.get(name, 0.0) for name in SEGMENTS])[segment]
    order = rng.permutation(np.flatnonzero(rng.random(len(names)) >= kept_out))
    taken = np.zeros(len(names), dtype=bool)
    taken[order[np.cumsum(counts[order]) <= wanted]] = True
    return taken[place]


def _random_rank(rows: pl.DataFrame, within: str, rng: np.random.Generator) -> Ints:
    shuffled = rows.select(within).with_columns(chance=pl.Series(rng.random(rows.height)))
    return shuffled.select(pl.col("chance").rank("ordinal").over(within)).to_series().to_numpy()


def _treated(
    one: Planted, rows: pl.DataFrame, unit: Ints, rng: np.random.Generator, enlarged: float
) -> Ints:
    """The arm of each unit; enlarged by 0 everything is even."""
    units = int(unit.max(initial=-1)) + 1
    if one.unit == "depot":
        depots = rows["depot"].to_numpy()[np.unique(unit, return_index=True)[1]]
        return (depots == len(DEPOTS) - 1).astype(np.int8)
    if one.control_share != 0.5 and enlarged:
        treated = round(units * (0.5 - (one.control_share - 0.5) * enlarged))
        return (rng.permutation(units) < treated).astype(np.int8)
    deals = _deals(units, rng)
    if one.rows_cost_z is None or not enlarged or rows.height < FEWEST_ROWS:
        return next(deals)
    return _unlucky(one, costs.usual(rows), unit, deals)


def _deals(units: int, rng: np.random.Generator) -> Iterator[Ints]:
    while True:
        yield (rng.random(units) < 0.5).astype(np.int8)


def _unlucky(one: Planted, usual: Floats, unit: Ints, deals: Iterator[Ints]) -> Ints:
    """A deal that gave one arm the cheaper zones: as chance sometimes does.

    It is known when arms are dealt what deliveries usually cost where, and only that is
    looked at: what came of them is not.
    """
    ones = np.ones_like(usual)
    sums = [np.bincount(unit, part).astype(float) for part in (usual, ones)]
    for _ in range(TRIES):
        treated = next(deals)
        if _is_within(one.rows_cost_z, z_of(usual, ones, treated[unit])) and _is_within(
            one.units_cost_z, z_of(*sums, treated)
        ):
            return treated
    return treated


def _is_within(limits: list[float] | None, z: float) -> bool:
    return limits is None or limits[0] <= z <= limits[1]


def z_of(y: Floats, d: Floats, arm: Ints) -> float:
    """Difference of ratios of sums in standard errors by the delta method."""
    effect, error = effect_of(y, d, arm)
    return effect / error


def effect_of(y: Floats, d: Floats, arm: Ints) -> tuple[float, float]:
    """Difference of ratios of sums, and its standard error; rows outside do not count."""
    values, variance = [], 0.0
    for code in (1, 0):
        top, low = y[arm == code], d[arm == code]
        rate = top.sum() / low.sum()
        values.append(rate)
        variance += float(np.sum((top - rate * low) ** 2) / low.sum() ** 2)
    return float(values[0] - values[1]), variance**0.5


def _dealt(one: Planted, frame: pl.DataFrame) -> Dealt:
    """An experiment's units by name; deliveries are dealt when ordered, all else before."""
    rows = frame.filter(pl.col(column(one)) != OUTSIDE)
    start = int(utc_midnight(np.array([day_number(one.first)]))[0]) - 3_600
    at = pl.col("ordered_at") - ON_ARRIVAL_SECONDS if one.unit == "delivery" else pl.lit(start)
    assigned = rows.select(
        pl.lit(one.id).alias("test_key"),
        _unit_name(one, rows),
        pl.Series(one.arms).gather(rows[column(one)].cast(pl.UInt32)).alias("variant"),
        utc(at.cast(pl.Int64)).alias("bucketed_at"),
    ).unique("unit", keep="first", maintain_order=True)
    return Dealt(_row(one, _planned(one, assigned.height), _margin(one, rows)), assigned)


def _unit_name(one: Planted, rows: pl.DataFrame) -> pl.Series:
    """The unit of each row, as the platform writes it."""
    if one.unit == "zone_day":
        codes = pl.Series(zones.CODES).gather(rows["zone"])
        days = rows.select(pl.from_epoch("day", time_unit="d").dt.strftime(":%Y-%m-%d"))
        return (codes + days.to_series()).alias("unit")
    if one.unit == "depot":
        return pl.Series(DEPOTS).gather(rows["depot"]).alias("unit")
    return rows["customer_id" if one.unit == "customer" else "delivery_id"].alias("unit")


def _margin(one: Planted, rows: pl.DataFrame) -> float:
    if not one.margin_errors:
        return one.margin
    unit = np.unique(_unit_name(one, rows), return_inverse=True)[1]
    first = np.unique(unit, return_index=True)[1]
    sums = [np.bincount(unit, part).astype(float) for part in costs.of_arrived(rows)]
    return round(one.margin_errors * effect_of(*sums, rows[column(one)].to_numpy()[first])[1], 3)


def _planned(one: Planted, units: int) -> int:
    """The plan is reached at the end; what still runs has only a part of it."""
    return round(units * one.days / one.known_days / 1.35) if one.known_days else units


def _nobody() -> pl.DataFrame:
    kinds = {"test_key": pl.String, "unit": pl.String, "variant": pl.String}
    return pl.DataFrame(schema={**kinds, "bucketed_at": pl.Datetime("us")})


def _row(one: Planted, planned: int, margin: float = 0.0) -> dict[str, object]:
    shares = one.split or [1, 1]
    return {
        "test_key": one.id,
        "title": one.name,
        "hypothesis": one.hypothesis,
        "bucketed_by": one.unit,
        "control": one.arms[0],
        "shares": ", ".join(f"{arm}={share}" for arm, share in zip(one.arms, shares, strict=True)),
        "goal": one.metric,
        "smallest_effect": one.worthwhile,
        "limits": f"{one.guardrail}:{margin:g}" if one.guardrail else None,
        "first_day": one.first,
        "last_day": one.last,
        "planned": planned,
    }
