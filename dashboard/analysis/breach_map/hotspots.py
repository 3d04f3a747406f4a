"""Where do breaches concentrate beyond chance?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from dashboard.analysis.breach_map.places import NOWHERE, Counted, as_places, counted
from dashboard.analysis.deliveries.money import PARTS
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Period, Scope
from dashboard.stats.hotspots import (
    HotSpots,
    design_effect,
    gi_star,
    hot_spots,
    shrunken_ratios,
)
from dashboard.warehouse import Reader

Amount = Literal["minutes", "money"]

ANY_RESOLUTION = 0
"""The resolution that the data carries, whichever that is."""

_MOST_NAMED = 3


@dataclass(frozen=True)
class Spot:
    """A cell or a zone.

    Attributes:
        place: The cell, or the zone.
        zones: The zones its deliveries are of, the most frequent first.
        due, late: Deliveries due, and breaches of them.
        expected: Breaches that case mix and carriers let expect.
        shrunken: Breach rate, drawn towards what is expected as far as chance scatters it.
        score: With its neighbours, in standard errors; None where not tested.
        p_value: How often the hottest place of a map without hot spots is as hot.
        gi_star: Getis and Ord's Gi* on (O − E)/√V; None for a zone.
        cluster: Number of the hot spot it belongs to, from 1; None outside.
    """

    place: str
    zones: tuple[str, ...]
    due: int
    late: int
    expected: float
    shrunken: float
    score: float | None = None
    p_value: float | None = None
    gi_star: float | None = None
    cluster: int | None = None

    @property
    def rate(self) -> float:
        """Breaches of the deliveries due."""
        return self.late / self.due

    @property
    def excess(self) -> float:
        """Breaches beyond the expected."""
        return self.late - self.expected


@dataclass(frozen=True)
class Cluster:
    """Neighbouring cells that are hot: one place.

    Attributes:
        number: From 1, the strongest first.
        cells: Its cells.
        zones: The zones of its deliveries, the most frequent first.
        due, late, expected: Of its cells together.
        score, p_value: Of its hottest cell.
    """

    number: int
    cells: tuple[str, ...]
    zones: tuple[str, ...]
    due: int
    late: int
    expected: float
    score: float
    p_value: float

    @property
    def excess(self) -> float:
        """Breaches beyond the expected."""
        return self.late - self.expected


@dataclass(frozen=True)
class BreachMap:
    """Breaches by cell and zone.

    Attributes:
        message: The finding.
        resolution: Of the cells; see `dashboard.cells.RESOLUTIONS`.
        cells, zones: Every place with a delivery due, the hottest first.
        clusters: Hot spots, the strongest first.
        effect: Design effect of the sums around a cell.
        threshold: Least score of a hot spot; None where nothing could be tested.
        untested: Why nothing was tested; '' where it was.
        due, late: Of the scope, with a place on the map or without.
        off_map: Deliveries due without coordinates, or known more coarsely than a cell.
        off_map_late: Breaches of them.
        counted: What it was made of, by week or day.
    """

    message: str
    resolution: int
    cells: tuple[Spot, ...]
    zones: tuple[Spot, ...]
    clusters: tuple[Cluster, ...]
    effect: float
    threshold: float | None
    untested: str
    due: int
    late: int
    off_map: int
    off_map_late: int
    counted: Counted = field(repr=False, compare=False)

    @property
    def times(self) -> tuple[date, ...]:
        """Mondays of its weeks; days of a short period."""
        return tuple(self.counted.rows["time"].unique().sort())

    def days_of(self, time: date) -> Period:
        """The days of one of its weeks, or one of its days."""
        return Period(time, time + timedelta(days=self.counted.step - 1))


def breach_map(reader: Reader, scope: Scope, resolution: int = ANY_RESOLUTION) -> BreachMap:
    """Hold every cell and zone against what case mix and carriers let expect; find hot spots.

    Args:
        reader: The snapshot.
        scope: Period and filters.
        resolution: Of the cells; by default the finest that the data carries. One that
            would cut the map into more than 4,000 cells is made coarser.

    Raises:
        ScopeError: Nothing is due in the scope.
        NotEnoughDataError: All deliveries of the period were on time, or none.
    """
    found = counted(reader, scope)
    return mapped(found, found.drawable(resolution) if resolution else found.finest())


def mapped(found: Counted, resolution: int) -> BreachMap:
    """The map of what was counted, in cells of a resolution."""
    grid = found.by_cell(resolution)
    judged = _judge(found, grid, resolution)
    spots = _cells(grid, found.zones_of(resolution), judged)
    clusters = _clusters(spots)
    return BreachMap(
        message=_message(clusters, judged.untested),
        resolution=resolution,
        cells=spots,
        zones=_zones(found.by_zone(), judged.effect),
        clusters=clusters,
        effect=judged.effect,
        threshold=judged.hot.threshold if judged.hot else None,
        untested=judged.untested,
        due=found.due,
        late=found.late,
        off_map=found.due - int(grid["due"].sum()),
        off_map_late=found.late - int(grid["late"].sum()),
        counted=found,
    )


def spots_at(found: BreachMap, time: date, *, by_zone: bool) -> tuple[Spot, ...]:
    """The cells, or zones, of one week (or day) of a map, the most excess first.

    They are not tested: whether a place is hot is judged over all its days.
    """
    part = found.counted.at(time)
    if by_zone:
        return _zones(part.by_zone(), found.effect)
    grid = part.by_cell(found.resolution)
    return _cells(grid, part.zones_of(found.resolution), _Judged(found.effect))


def amounts(reader: Reader, scope: Scope, measure: Amount, dimension: str) -> dict[str, float]:
    """What breaches cost in minutes or money, by place.

    Args:
        reader: The snapshot.
        scope: Period and filters.
        measure: 'minutes' late, of timed deliveries that arrived; or 'money': credits,
            redelivery and contacts of breaches whose cost is known.
        dimension: 'zone', or that of a resolution's cells.

    Returns:
        Sums by place; places without any known amount are not among them.
    """
    metrics = tuple(PARTS.values()) if measure == "money" else ("late_minutes",)
    rows = reader.roll_up(metrics, (dimension,), scope.during(scope.period))
    sums = rows.group_by(dimension).agg(pl.col("numerator").cast(pl.Float64).sum())
    return {place: amount for place, amount in sums.iter_rows() if place != NOWHERE}


@dataclass(frozen=True, eq=False)
class _Judged:
    """What the statistics say of the cells.

    Attributes:
        effect: Design effect.
        hot: None where nothing could be tested, for the reason `untested`.
        gi_star: Per cell, as far as `hot` is known.
    """

    effect: float = 1.0
    hot: HotSpots | None = None
    gi_star: np.ndarray | None = None
    untested: str = ""


def _judge(found: Counted, grid: pl.DataFrame, resolution: int) -> _Judged:
    if not grid.height:
        return _Judged(untested="no delivery has coordinates")
    places = as_places(grid)
    effect = design_effect(*found.times(resolution, grid["place"].to_list()), places.rings)
    if not 0 < found.late < found.due:
        said = "no delivery is late" if not found.late else "every delivery is late"
        return _Judged(effect, untested=said)
    values = (places.observed - places.expected) / np.sqrt(places.variance)
    try:
        return _Judged(effect, hot_spots(places, effect), gi_star(values, places.rings))
    except NotEnoughDataError as refused:
        return _Judged(effect, untested=str(refused))


def _cells(
    grid: pl.DataFrame, zones: Mapping[str, tuple[str, ...]], judged: _Judged
) -> tuple[Spot, ...]:
    """Every cell, the hottest first; untested ones by their excess."""
    named = [zones[place] for place in grid["place"]]
    tests = [()] * grid.height if judged.hot is None else _tests(judged.hot, judged.gi_star)
    return tuple(sorted(_spots(grid, judged.effect, named, tests), key=_heat))


def _tests(hot: HotSpots, gi: np.ndarray | None) -> list[tuple[float | int | None, ...]]:
    """Score, p-value, Gi* and cluster of every cell."""
    numbers = _by_strength(hot)
    columns = [_known(part) for part in (hot.score, hot.p_value, gi)]
    clusters = [numbers.get(number) for number in hot.cluster.tolist()]
    return list(zip(*columns, clusters, strict=True))


def _heat(spot: Spot) -> tuple[bool, float, str]:
    return spot.score is None, -(spot.excess if spot.score is None else spot.score), spot.place


def _zones(found: pl.DataFrame, effect: float) -> tuple[Spot, ...]:
    """Every zone, the most excess first."""
    named = [(zone,) for zone in found["place"]]
    spots = _spots(found, effect, named, [()] * found.height)
    return tuple(sorted(spots, key=lambda one: (-one.excess, one.place)))


def _spots(
    found: pl.DataFrame,
    effect: float,
    zones: Sequence[tuple[str, ...]],
    tests: Sequence[tuple[float | int | None, ...]],
) -> list[Spot]:
    """Places in the order of the rows."""
    if not found.height:
        return []
    due, late, hoped, variance = (
        found[name].to_numpy().astype(float) for name in ("due", "late", "expected", "variance")
    )
    rates = (shrunken_ratios(late, hoped, effect * variance) * hoped / due).tolist()
    named = found.select("place", "due", "late", "expected").iter_rows()
    return [
        Spot(place, around, n, breaches, expected, rate, *tested)  # ty: ignore[invalid-argument-type]
        for (place, n, breaches, expected), around, rate, tested in zip(
            named, zones, rates, tests, strict=True
        )
    ]


def _by_strength(hot: HotSpots) -> dict[int, int]:
    """Clusters' numbers from 1, the one with the highest score first."""
    own = range(int(hot.cluster.max(initial=-1)) + 1)
    best = {number: float(hot.score[hot.cluster == number].max()) for number in own}
    ordered = sorted(own, key=lambda number: -best[number])
    return {number: place for place, number in enumerate(ordered, 1)}


def _clusters(spots: Sequence[Spot]) -> tuple[Cluster, ...]:
    """Hot spots from their cells."""
    own: dict[int, list[Spot]] = {}
    for spot in spots:
        if spot.cluster is not None:
            own.setdefault(spot.cluster, []).append(spot)
    return tuple(
        Cluster(
            number=number,
            cells=tuple(one.place for one in held),
            zones=_most_frequent(held),
            due=sum(one.due for one in held),
            late=sum(one.late for one in held),
            expected=sum(one.expected for one in held),
            score=max(one.score or 0.0 for one in held),
            p_value=min(one.p_value or 1.0 for one in held),
        )
        for number, held in sorted(own.items())
    )


def _most_frequent(held: Sequence[Spot]) -> tuple[str, ...]:
    """Zones of several cells, each cell's first zone by its deliveries, then the others."""
    due: dict[str, int] = {}
    for spot in held:
        due[spot.zones[0]] = due.get(spot.zones[0], 0) + spot.due
    return tuple(sorted(due, key=lambda zone: (-due[zone], zone)))


def _known(values: np.ndarray | None) -> list[float | None]:
    """Numbers, None for those that are none."""
    return [None if np.isnan(value) else value for value in np.asarray(values, float).tolist()]


def _message(clusters: Sequence[Cluster], untested: str) -> str:
    """The finding in a sentence."""
    if untested:
        return f"Hot spots cannot be told: {untested}"
    if not clusters:
        return "Breaches concentrate nowhere beyond chance"
    first = clusters[0]
    around = " and ".join(first.zones[:2])
    where = "" if len(clusters) == 1 else f"in {len(clusters)} places, most "
    return (
        f"Breaches concentrate beyond chance {where}around {around}: {first.late:,} of "
        f"{first.due:,} late where {first.expected:,.0f} were to be expected"
    )
