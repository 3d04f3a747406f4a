"""What goes with being late when all else is alike, in points of the share late?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Scope
from dashboard.stats.rates import benjamini_hochberg
from dashboard.warehouse import Reader

if TYPE_CHECKING:
    from dashboard.stats.drivers import Observed

FACTORS = {
    "carrier": "Carrier",
    "service": "Service",
    "part_of_day": "Part of the day",
    "promised_weekday": "Weekday",
    "product_class": "Product class",
    "density_class": "Density class",
    "vehicle_type": "Vehicle type",
    "depot": "Depot",
}
"""Columns of the report that explain, and what people call them."""

OTHER = "(few others)"
_FEWEST_OF_EACH = 5
_TWO = 2
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Driver:
    """One level against the most common one of its factor, all else alike.

    Attributes:
        factor, level, than: Which level, against which.
        value: Difference in the share late; `low` and `high` are the 95 % interval.
        p_value: Corrected for all levels (Benjamini and Hochberg).
        n: Deliveries with the level.
    """

    factor: str
    level: str
    than: str
    value: float
    low: float
    high: float
    p_value: float
    n: int

    @property
    def is_sure(self) -> bool:
        """Beyond chance, after correction."""
        return self.p_value < FALSE_DISCOVERIES


@dataclass(frozen=True)
class DriverBoard:
    """All that goes with being late.

    Attributes:
        message: The finding.
        drivers: The largest difference first.
        due, late: What it was fitted to.
        clusters: Depot-weeks that intervals stand on.
        lacking: Factors with one level only.
        alike: Levels that cannot be told from others, by factor.
        left_out: Deliveries of levels too thin to be told apart.
    """

    message: str
    drivers: tuple[Driver, ...]
    due: int
    late: int
    clusters: int
    lacking: tuple[str, ...]
    alike: tuple[tuple[str, str], ...]
    left_out: int


def drivers(reader: Reader, scope: Scope) -> DriverBoard:
    """Fit being late to all factors at once, and tell each level in points.

    Args:
        reader: The snapshot.
        scope: Period and filters.

    Raises:
        ScopeError: Nothing is due in the scope.
        NotEnoughDataError: Too few deliveries, late ones or depot-weeks.
    """
    # statsmodels takes seconds to import: nobody waits for it who does not ask.
    from dashboard.stats.drivers import differences, fit_drivers, told_apart  # noqa: PLC0415

    rows = reader.report("driver_cells", scope.during(scope.period))
    if not rows.height:
        raise ScopeError(nothing_found(reader, scope))
    levels = {name: _levels(rows, name) for name in FACTORS}
    used = {name: own for name, own in levels.items() if len(own) >= _TWO}
    rows, left_out = _of_levels(rows, used)
    if not used:
        message = "no factor with two levels of enough deliveries; widen the filters"
        raise NotEnoughDataError(message)
    seen, alike = told_apart(_observed(rows, used))
    fit = fit_drivers(seen)
    told = differences(fit)
    corrected = benjamini_hochberg([one.p_value for one in told])
    found = [
        Driver(one.factor, one.level, one.than, one.value, one.low, one.high, p_value, one.n)
        for one, p_value in zip(told, corrected, strict=True)
    ]
    found.sort(key=lambda one: -abs(one.value))
    return DriverBoard(
        message=_message(found),
        drivers=tuple(found),
        due=int(seen.n.sum()),
        late=int(seen.late.sum()),
        clusters=int(seen.cluster.max()) + 1,
        lacking=tuple(FACTORS[name] for name in FACTORS if name not in used),
        alike=alike,
        left_out=left_out,
    )


def _observed(rows: pl.DataFrame, levels: Mapping[str, tuple[str, ...]]) -> "Observed":
    """Cells as the model reads them; deliveries of one depot and week vary together."""
    from dashboard.stats.drivers import Factor, Observed  # noqa: PLC0415

    cluster = rows.select(pl.struct("depot", "week").rank("dense")).to_series().to_numpy()
    return Observed(
        tuple(Factor(name, own, _codes(rows, name, own)) for name, own in levels.items()),
        (),
        rows["due"].to_numpy().astype(float),
        rows["late"].to_numpy().astype(float),
        cluster.astype(np.int64) - 1,
    )


def _levels(rows: pl.DataFrame, name: str) -> tuple[str, ...]:
    """Levels with enough deliveries of both kinds, the most common first; then the rest."""
    counted = (
        rows.group_by(pl.col(name).cast(pl.String))
        .agg(pl.col("due", "late").sum())
        .sort(["due", name], descending=[True, False])
    )
    enough = counted.filter(
        (pl.col("due") >= FEWEST)
        & (pl.col("late") >= _FEWEST_OF_EACH)
        & (pl.col("due") - pl.col("late") >= _FEWEST_OF_EACH)
    )
    rest = counted.join(enough, on=name, how="anti").select(pl.col("due", "late").sum())
    late, due = int(rest["late"].sum()), int(rest["due"].sum())
    together = (OTHER,) if min(late, due - late) >= _FEWEST_OF_EACH else ()
    return (*enough[name].to_list(), *together)


def _of_levels(
    rows: pl.DataFrame, levels: Mapping[str, Sequence[str]]
) -> tuple[pl.DataFrame, int]:
    """Rows whose levels all stand on enough deliveries, and how many deliveries do not."""
    known = [
        pl.lit(OTHER in own) | pl.col(name).cast(pl.String).is_in(list(own))
        for name, own in levels.items()
    ]
    kept = rows.filter(pl.all_horizontal(known)) if known else rows
    return kept, int(rows["due"].sum()) - int(kept["due"].sum())


def _codes(rows: pl.DataFrame, name: str, levels: Sequence[str]) -> np.ndarray:
    """Place of each row's level; levels too thin to stand alone go with the others' last."""
    places = pl.DataFrame({name: levels, "place": range(len(levels))})
    own = rows.select(pl.col(name).cast(pl.String))
    found = own.join(places, on=name, how="left", maintain_order="left")["place"]
    return found.fill_null(len(levels) - 1).to_numpy()


def _message(found: Sequence[Driver]) -> str:
    """The largest sure difference."""
    sure = [one for one in found if one.is_sure and one.value > 0]
    if not sure:
        return "Nothing goes with being late beyond chance, all else alike"
    first = sure[0]
    return (
        f"All else alike, {FACTORS[first.factor].lower()} {first.level} is associated with "
        f"{100 * first.value:.1f} points more late than {first.than}"
    )
