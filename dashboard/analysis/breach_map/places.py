"""Breaches by place and week beside those that the case mix lets expect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from dashboard import cells
from dashboard.analysis.case_mix import case_mix, expected
from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stats.case_mix import shifted
from dashboard.stats.hotspots import Places
from dashboard.stats.periods import Array
from dashboard.warehouse import Reader

NOWHERE = "(none)"
MOST_PLACES = 4_000
"""A map of more cells than this is cut coarser: a layer holds at most 10,000 objects."""

_FEWEST_WEEKS = 8
_WEEK_DAYS = 7
_ENOUGH = 0.8


@dataclass(frozen=True, eq=False)
class Counted:
    """Due deliveries of a scope by kept cell, zone and stretch of time.

    Attributes:
        rows: cell, zone, time (day or week), due, late, expected, variance; expectations
            moved together so that over the whole scope they sum to what was late.
        larger: Per resolution, the cell that each row lies in; null where none is known.
        step: Days of one stretch of time: 7, or 1 in a short period.
    """

    rows: pl.DataFrame
    larger: dict[int, pl.Series] = field(repr=False)
    step: int = _WEEK_DAYS

    @property
    def due(self) -> int:
        """Deliveries due, with a place or without."""
        return int(self.rows["due"].sum())

    @property
    def late(self) -> int:
        """Of them, late."""
        return int(self.rows["late"].sum())

    def at(self, time: date) -> "Counted":
        """What was due in one week, or day."""
        wanted = self.rows["time"] == time
        kept = {resolution: place.filter(wanted) for resolution, place in self.larger.items()}
        return Counted(self.rows.filter(wanted), kept, self.step)

    def finest(self) -> int:
        """The finest resolution with 80 % of the placed deliveries in cells of 30 or more.

        The coarsest where none has.
        """
        for resolution in cells.RESOLUTIONS:
            found = self.by_cell(resolution)["due"].to_numpy()
            if found[found >= FEWEST].sum() >= _ENOUGH * found.sum():
                return self.drawable(resolution)
        return cells.RESOLUTIONS[-1]

    def drawable(self, resolution: int) -> int:
        """A resolution, or the next coarser one that a map can hold."""
        for one in cells.RESOLUTIONS:
            if one <= resolution and self.larger[one].n_unique() <= MOST_PLACES:
                return one
        return cells.RESOLUTIONS[-1]

    def by_cell(self, resolution: int) -> pl.DataFrame:
        """Sums per cell of a resolution: place and the columns of `rows`; sorted by place."""
        placed = self.rows.with_columns(self.larger[resolution].alias("place"))
        return _summed(placed.filter(pl.col("place").is_not_null()), "place")

    def by_zone(self) -> pl.DataFrame:
        """Sums per zone, in the columns of `by_cell`."""
        return _summed(self.rows.with_columns(pl.col("zone").alias("place")), "place")

    def zones_of(self, resolution: int) -> dict[str, tuple[str, ...]]:
        """The zones that each cell's deliveries are of, the most frequent first."""
        placed = self.rows.with_columns(self.larger[resolution].alias("place"))
        found = _summed(placed.filter(pl.col("place").is_not_null()), "place", "zone")
        ordered = found.sort(["place", "due", "zone"], descending=[False, True, False])
        named = ordered.group_by("place", maintain_order=True).agg("zone")
        return {place: tuple(zones) for place, zones in named.iter_rows()}

    def times(self, resolution: int, places: Sequence[str]) -> tuple[Array, Array]:
        """Excess and variance of each place by stretch of time: places × times."""
        placed = self.rows.with_columns(self.larger[resolution].alias("place"))
        order = pl.DataFrame({"place": places, "at": range(len(places))})
        known = placed.join(order, on="place", maintain_order="left")
        times = known["time"].rank("dense").to_numpy() - 1
        shape = (len(places), int(times.max()) + 1)
        flat = known["at"].to_numpy() * shape[1] + times
        excess = (known["late"] - known["expected"]).to_numpy()
        size = shape[0] * shape[1]
        variance = known["variance"].to_numpy()
        return (
            np.bincount(flat, excess, size).reshape(shape),
            np.bincount(flat, variance, size).reshape(shape),
        )


def counted(reader: Reader, scope: Scope) -> Counted:
    """Count the due deliveries of a scope by place and time.

    By week, or by day in a period of fewer than eight weeks. Kept with the snapshot: cells
    of any size, zones and weeks are made of it.

    Raises:
        ScopeError: Nothing is due in the scope.
        NotEnoughDataError: The case mix cannot be fitted.
    """
    asked = scope.during(scope.period)
    return reader.once((counted.__qualname__, asked), lambda: _counted(reader, asked))


def _counted(reader: Reader, scope: Scope) -> Counted:
    span = scope.period or reader.span()
    short = span is not None and span.days < _FEWEST_WEEKS * _WEEK_DAYS
    grain = "day" if short else "week"
    fitted = case_mix(reader, Scope(scope.period)).beside_carriers
    rows = expected(reader, ("cell", "zone", grain), scope, fitted, spread=True)
    if not rows.height:
        raise ScopeError(nothing_found(reader, scope))
    rows = calibrated(rows.rename({grain: "time", "base": "due", "observed": "late"}))
    kept = rows["cell"].unique().sort()
    known = [cell for cell in kept if cell != NOWHERE]
    larger = {}
    for resolution in cells.RESOLUTIONS:
        parents = pl.Series(cells.parents(known, resolution), dtype=pl.String)
        names = pl.DataFrame(
            {"cell": known, "place": parents}, schema_overrides={"cell": pl.String}
        )
        found = rows.select("cell").join(names, on="cell", how="left", maintain_order="left")
        larger[resolution] = found["place"]
    return Counted(rows, larger, 1 if short else _WEEK_DAYS)


def calibrated(rows: pl.DataFrame) -> pl.DataFrame:
    """Move all expectations together until they sum to what was late.

    A bad quarter is bad everywhere: a map asks where it was worse than elsewhere. Nothing
    moves where nothing, or everything, was late.
    """
    due, late = rows["due"].to_numpy().astype(float), int(rows["late"].sum())
    if not 0 < late < due.sum():
        return rows
    before = np.clip(rows["expected"].to_numpy() / due, 1e-9, 1 - 1e-9)
    after = shifted(before, due, late)
    spread = after * (1 - after) / (before * (1 - before))
    return rows.with_columns(
        expected=pl.Series(due * after), variance=pl.Series(rows["variance"].to_numpy() * spread)
    )


def as_places(found: pl.DataFrame) -> Places:
    """Sums per cell as the statistics take them."""
    trials, observed, hoped, variance = (
        found[name].to_numpy().astype(float) for name in ("due", "late", "expected", "variance")
    )
    return Places(trials, observed, hoped, variance, cells.rings(found["place"].to_list()))


def _summed(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    sums = pl.col("due", "late", "expected", "variance").sum()
    return rows.group_by(by, maintain_order=True).agg(sums).sort(by)
