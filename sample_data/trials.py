"""Truth 5: experiments. Arms are dealt given what happened, never the other way round.

An arm and an outcome have one joint distribution, which may be drawn from either end. To
draw outcomes given the arm would move every other figure of the sample; to draw the arm
given the outcome moves none: the chance of being treated is tilted by as much as makes
the arms differ by the planted effect.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from scipy import optimize
from scipy.special import expit

from . import zones
from .chance import Flags, Floats, Ints, stream
from .days import QUARTERS, day_number, utc_midnight
from .dialect import utc
from .names import DEPOTS, SEGMENTS, STATUSES
from .world import Options

WHOLE: Final = 400_000
TRIES: Final = 400
FEWEST_ROWS: Final = 6_000
MOST_CHANCE: Final = 0.995
LEAST_CHANCE: Final = 1e-6
ON_ARRIVAL_SECONDS: Final = 30
DELIVERED: Final = STATUSES.index("delivered")
OPEN: Final = STATUSES.index("open")
COSTS: Final = (
    "carrier_charge",
    "customer_credit",
    "cost_last_mile",
    "cost_linehaul",
    "cost_sorting",
    "cost_overhead",
    "cost_redelivery",
    "cost_returns",
    "cost_claims",
    "cost_contact",
    "cost_surcharge",
)
OUTCOMES: Final = ("kept", "due", "cost", "closed")


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
    z: list[float] | None = None
    cost_z: list[float] | None = None
    rows_cost_z: list[float] | None = None
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


def draw(frame: pl.DataFrame, options: Options, number: int) -> list[Dealt]:
    """Deal the arms of every experiment that begins in a quarter, or after the last one."""
    this = QUARTERS[number]
    found = []
    for one in planted():
        is_here = this.start <= one.first < this.end
        if is_here:
            found.append(_dealt(one, frame, options))
        elif number == len(QUARTERS) - 1 and one.first >= this.end:
            found.append(Dealt(_row(one, one.planned_units), _nobody()))
    return found


def _dealt(one: Planted, frame: pl.DataFrame, options: Options) -> Dealt:
    """Deal one experiment's arms among the units that order in its days."""
    rng = stream(options.seed, f"experiment {one.id}")
    size = options.deliveries / WHOLE
    rows = _exposed(one, frame, size, rng)
    rows = rows.with_columns(unit=_unit_id(one, rows))
    units = _units(rows)
    rows = _placed(rows, units)
    scale = max(1.0, size**-0.5)
    treated = _chosen(one, units, rows, rng, 0.0 if options.null else scale)
    assigned = _assignments(one, units, treated)
    planned = _planned(one, assigned.height)
    margin = _margin(one, units, treated)
    return Dealt(_row(one, planned, margin), assigned)


def _exposed(
    one: Planted, frame: pl.DataFrame, size: float, rng: np.random.Generator
) -> pl.DataFrame:
    """The deliveries of an experiment, with what came of them."""
    first, last = day_number(one.first), day_number(one.last)
    if one.unit in ("zone_day", "depot"):
        here = pl.col("day").is_between(first, last)
    else:
        ends = utc_midnight(np.array([first, last + 1]))
        here = (pl.col("ordered_at") >= ends[0]) & (pl.col("ordered_at") < ends[1])
    total = pl.sum_horizontal(pl.col(name).fill_null(0.0) for name in COSTS)
    is_closed = pl.col("status") != OPEN
    rows = frame.filter(here).select(
        "segment",
        "day",
        "zone",
        "depot",
        "customer_id",
        "delivery_id",
        "ordered_at",
        kept=(pl.col("is_due") & ~pl.col("is_late")).cast(pl.Float64),
        due=pl.col("is_due").cast(pl.Float64),
        cost=pl.when(is_closed).then(total).otherwise(0.0),
        closed=(pl.col("status") == DELIVERED).cast(pl.Float64),
    )
    chosen = _sampled(one, rows, size, rng)
    return rows.filter(pl.Series(chosen))


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
        names, place, counts = np.unique(
            rows["customer_id"].to_numpy(), return_inverse=True, return_counts=True
        )
        first = np.unique(place, return_index=True)[1]
        segment = rows["segment"].to_numpy()[first]
        kept_out = np.array([one.left_out.get(name, 0.0) for name in SEGMENTS])[segment]
        order = rng.permutation(np.flatnonzero(rng.random(len(names)) >= kept_out))
        taken = np.zeros(len(names), dtype=bool)
        taken[order[np.cumsum(counts[order]) <= wanted]] = True
        return taken[place]
    found = np.zeros(height, dtype=bool)
    found[rng.permutation(height)[:wanted]] = True
    return found


def _random_rank(rows: pl.DataFrame, within: str, rng: np.random.Generator) -> Ints:
    shuffled = rows.select(within).with_columns(chance=pl.Series(rng.random(rows.height)))
    return shuffled.select(pl.col("chance").rank("ordinal").over(within)).to_series().to_numpy()


def _placed(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Rows with the position of their unit."""
    places = units.select("unit").with_row_index("place")
    return rows.join(places, on="unit", maintain_order="left")


def _units(rows: pl.DataFrame) -> pl.DataFrame:
    """Outcomes summed by what is randomised."""
    return rows.group_by("unit", maintain_order=True).agg(
        pl.col("segment").first(),
        pl.col("ordered_at").min(),
        *(pl.col(name).sum() for name in OUTCOMES),
    )


def _unit_id(one: Planted, rows: pl.DataFrame) -> pl.Expr | pl.Series:
    """The unit of each row, as the platform writes it."""
    if one.unit == "zone_day":
        codes = pl.Series(zones.CODES).gather(rows["zone"])
        days = rows.select(pl.from_epoch("day", time_unit="d").dt.strftime(":%Y-%m-%d"))
        return codes + days.to_series()
    if one.unit == "depot":
        return pl.Series(DEPOTS).gather(rows["depot"])
    return pl.col("customer_id" if one.unit == "customer" else "delivery_id")


def _chosen(
    one: Planted,
    units: pl.DataFrame,
    rows: pl.DataFrame,
    rng: np.random.Generator,
    scale: float,
) -> Flags:
    """Which units are treated; a scale of 0 plants nothing."""
    if one.unit == "depot":
        return (units["unit"] == DEPOTS[-1]).to_numpy()
    if one.control_share != 0.5 and scale:
        share = one.control_share - 0.5
        treated = round(units.height * (0.5 - share * scale))
        return rng.permutation(units.height) < treated
    chance = _chances(one, units, scale) if scale else np.full(units.height, 0.5)
    deals = _deals(chance, rng)
    if not scale:
        return next(deals)
    for _ in range(TRIES):
        treated = next(deals)
        if _is_as_planted(one, units, rows, treated):
            return treated
    return treated


def _deals(chance: Floats, rng: np.random.Generator) -> Iterator[Flags]:
    while True:
        yield rng.random(len(chance)) < chance


def _chances(one: Planted, units: pl.DataFrame, scale: float) -> Floats:
    """Each unit's chance of being treated, so that the arms differ by the planted effects."""
    chance = np.full(units.height, 0.5)
    segment = units["segment"].to_numpy()
    for code, name in enumerate(SEGMENTS):
        here = segment == code
        on_time = one.on_time_in.get(name, one.on_time) * scale
        if one.on_time_z:
            on_time = one.on_time_z * _known_error(one, units)
        if here.any() and (on_time or one.cost):
            own = units.filter(pl.Series(here))
            chance[here] = _tilted(own, on_time, one.cost * scale)
    return chance


def _tilted(units: pl.DataFrame, on_time: float, cost: float) -> Floats:
    """Chances of a half on average, under which both effects come out."""
    pairs = [("kept", "due", on_time), ("cost", "closed", cost)]
    asked = [pair for pair in pairs if pair[2] and units[pair[0]].std()]
    if not asked:
        return np.full(units.height, 0.5)
    residuals, sizes, wanted = [], [], []
    for top, low, effect in asked:
        y, d = units[top].to_numpy(), units[low].to_numpy()
        rate = y.sum() / d.sum()
        most = 2 * (MOST_CHANCE - rate) if top == "kept" else effect
        residuals.append(y - rate * d)
        sizes.append(d)
        wanted.append(min(effect, most))
    features = np.stack([one / (one.std() or 1.0) for one in residuals])

    def off(theta: Floats) -> list[float]:
        chance = np.clip(expit(theta[0] + theta[1:] @ features), LEAST_CHANCE, 1 - LEAST_CHANCE)
        apart = [
            float((chance @ r) / (chance @ d) - ((1 - chance) @ r) / ((1 - chance) @ d) - effect)
            for r, d, effect in zip(residuals, sizes, wanted, strict=True)
        ]
        return [float(chance.mean()) - 0.5, *apart]

    solved = optimize.root(off, np.zeros(1 + len(asked)))
    return expit(solved.x[0] + solved.x[1:] @ features)


def _known_error(one: Planted, units: pl.DataFrame) -> float:
    """Standard error of the on-time effect over the days that are known."""
    known = units.filter(_is_known(one, units))
    kept, due = float(known["kept"].sum()), float(known["due"].sum())
    return (4 * kept / due * (1 - kept / due) / due) ** 0.5


def _is_known(one: Planted, units: pl.DataFrame) -> pl.Series:
    days = one.known_days or one.days
    end = int(utc_midnight(np.array([day_number(one.first) + days]))[0])
    return units["ordered_at"] < end


def _is_as_planted(one: Planted, units: pl.DataFrame, rows: pl.DataFrame, treated: Flags) -> bool:
    """Whether a deal falls within the limits that keep the experiment's story."""
    known = _is_known(one, units)
    arm, held = treated[known.to_numpy()], units.filter(known)
    return (
        _is_within(one.z, held, arm, ("kept", "due"))
        and _is_within(one.cost_z, held, arm, ("cost", "closed"))
        and (
            one.rows_cost_z is None
            or rows.height < FEWEST_ROWS
            or _is_within(
                one.rows_cost_z, rows, treated[rows["place"].to_numpy()], ("cost", "closed")
            )
        )
    )


def _is_within(
    limits: list[float] | None, frame: pl.DataFrame, treated: Flags, names: tuple[str, str]
) -> bool:
    if limits is None:
        return True
    effect, error = _effect(frame, treated, *names)
    return limits[0] * error <= effect <= limits[1] * error


def _effect(frame: pl.DataFrame, treated: Flags, top: str, low: str) -> tuple[float, float]:
    """Difference of ratios of sums and its standard error by the delta method."""
    y, d = frame[top].to_numpy(), frame[low].to_numpy()
    values, variance = [], 0.0
    for arm in (treated, ~treated):
        rate = y[arm].sum() / d[arm].sum()
        values.append(rate)
        variance += float(np.sum((y[arm] - rate * d[arm]) ** 2) / d[arm].sum() ** 2)
    return float(values[0] - values[1]), variance**0.5


def _margin(one: Planted, units: pl.DataFrame, treated: Flags) -> float:
    if not one.margin_errors:
        return one.margin
    return round(one.margin_errors * _effect(units, treated, "cost", "closed")[1], 3)


def _planned(one: Planted, units: int) -> int:
    """The plan is reached at the end; what still runs has only a part of it."""
    return round(units * one.days / one.known_days / 1.35) if one.known_days else units


def _assignments(one: Planted, units: pl.DataFrame, treated: Flags) -> pl.DataFrame:
    """Who is in which arm; deliveries are dealt when ordered, all else before the start."""
    start = int(utc_midnight(np.array([day_number(one.first)]))[0]) - 3_600
    at = pl.col("ordered_at") - ON_ARRIVAL_SECONDS if one.unit == "delivery" else pl.lit(start)
    names = pl.Series(one.arms)
    return units.select(
        pl.lit(one.id).alias("test_key"),
        pl.col("unit"),
        names.gather(pl.Series(treated.astype(np.int64))).alias("variant"),
        utc(at.cast(pl.Int64)).alias("bucketed_at"),
    )


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
