"""Which combinations drive breaches: searched in one half of the time, confirmed in the other.

Thousands of combinations are tried, so the best of them always looks good where it was found.
Fortnights therefore take turns: what the search half shows must be seen again in the confirm
half, which the search never saw, and its size is taken from there alone.

Reference:
    Benjamini and Hochberg (1995), "Controlling the False Discovery Rate"; Holm (1979).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.stats.combinations import (
    HALVES,
    SEAM,
    Candidates,
    Places,
    Rows,
    count,
    rows_of,
    sets_to_combine,
)
from dashboard.stats.periods import Array, holm

SEARCH, CONFIRM = 0, 1
SUPPORT = 30
"""Deliveries that a combination needs in each half."""

FALSE_DISCOVERIES = 0.05
FAMILY_ERROR = 0.05
MOST_CARRIED = 20
LEAST_OF_EXCESS = 0.5
BLOCK_DAYS = 14
FEWEST_DAYS = 2 * BLOCK_DAYS
_WEEKDAYS = 7
_Z = 1.959964


@dataclass(frozen=True)
class Noise:
    """How much more deliveries of one depot and day vary together than by themselves.

    Attributes:
        correlation: Between two deliveries of one depot-day.
        days: Days of one half.
        depots: Depots, as so many of equal size.
    """

    correlation: float
    days: float
    depots: float


@dataclass(frozen=True)
class Half:
    """What one half of the time says about one combination.

    Attributes:
        n: Deliveries due.
        late: Of them late.
        expected: Late ones to expect.
        z: (late − expected) over its standard error.
        p_value: Two-sided, not corrected.
        error: Standard error of the excess per delivery, at the rates seen.
    """

    n: float
    late: float
    expected: float
    z: float
    p_value: float
    error: float

    @property
    def excess(self) -> float:
        """Late deliveries beyond what was expected, per delivery due."""
        return (self.late - self.expected) / self.n


@dataclass(frozen=True)
class Cause:
    """One combination that the search carried over, without the rows of those before it.

    Attributes:
        axes: Places of its dimensions.
        values: Place of its value in each.
        search, confirm: The two halves.
        p_value: Of the confirm half, corrected by Holm for all that were carried.
        is_confirmed: Significant there, of the same sign, and at least half the excess.
        n, late: Deliveries due, and late ones, of the whole period.
    """

    axes: Places
    values: Places
    search: Half
    confirm: Half
    p_value: float
    is_confirmed: bool
    n: int
    late: int

    @property
    def avoidable(self) -> float:
        """Breaches of the period beyond what was expected, at the confirm half's excess."""
        return self.confirm.excess * self.n

    @property
    def limits(self) -> tuple[float, float]:
        """95 % interval of `avoidable`."""
        half = _Z * self.confirm.error * self.n
        return self.avoidable - half, self.avoidable + half


@dataclass(frozen=True)
class Searched:
    """What a search found.

    Attributes:
        tested: Combinations with enough deliveries.
        carried: Those that went on to the confirm half, the largest z first.
    """

    tested: int
    carried: tuple[Cause, ...]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Those that were confirmed, the most avoidable breaches first."""
        found = (one for one in self.carried if one.is_confirmed)
        return tuple(sorted(found, key=lambda one: -one.avoidable))


def halves(day: Array, days: int) -> Array:
    """Which half each day of a period belongs to, or that it lies on a seam.

    Blocks of a fortnight take turns. The days on both sides of a seam are left out, so that
    a bad evening that runs over into the next day is not seen by both halves.

    Args:
        day: Days since the period began.
        days: Days of the period.
    """
    block, inside = np.divmod(day, BLOCK_DAYS)
    last_block = (days - 1) // BLOCK_DAYS
    is_seam = ((inside == 0) & (block > 0)) | ((inside == BLOCK_DAYS - 1) & (block < last_block))
    return np.where(is_seam, SEAM, block % HALVES)


def search(rows: Rows, days: float, depots: float) -> Searched:
    """Find combinations with more late deliveries than expected.

    Args:
        rows: Deliveries due.
        days: Days of the period that were searched, seams left out.
        depots: Depots, as so many of equal size.

    Returns:
        The combinations carried to the confirm half. Each is judged without the deliveries
        of those taken before it: their lateness is explained already.
    """
    noise = Noise(_correlation(rows), days / HALVES, depots)
    left, sums = rows, count(rows, sets_to_combine(rows))
    clusters = _clusters(rows, sums, noise)
    tested, taken = 0, []
    for _ in range(MOST_CARRIED):
        found = _best(sums, clusters, noise.correlation)
        tested = tested or found.tested
        if found.column is None:
            break
        axes, values = sums.at(found.column)
        inside = rows_of(left, axes, values)
        own = left.chosen(inside)
        pair = tuple(_half(sums, found.column, half, clusters, noise) for half in range(HALVES))
        taken.append((axes, values, pair, own))
        sums, left = sums.less(count(own, sums.sets)), left.chosen(~inside)
    return Searched(tested, _confirmed(taken))


@dataclass(frozen=True)
class _Best:
    """The combination with the largest z; None where none is significant."""

    column: int | None
    tested: int


def _best(sums: Candidates, clusters: Array, correlation: float) -> _Best:
    """The largest z of the search half, if Benjamini and Hochberg leave any."""
    enough = np.flatnonzero((sums.n >= SUPPORT).all(axis=0))
    if not len(enough):
        return _Best(None, 0)
    z = _z(sums, enough, SEARCH, clusters[enough], correlation)
    p = np.sort(2 * special.ndtr(-np.abs(z[np.abs(z) > _Z])))
    allowed = FALSE_DISCOVERIES * np.arange(1, len(p) + 1) / len(enough)
    passing = np.flatnonzero(p <= allowed)
    best = int(np.argmax(z))
    if not len(passing) or z[best] <= 0 or 2 * special.ndtr(-z[best]) > allowed[passing[-1]]:
        return _Best(None, len(enough))
    return _Best(int(enough[best]), len(enough))


def _z(sums: Candidates, columns: Array, half: int, clusters: Array, correlation: float) -> Array:
    n, late, expected, variance = _moments(sums, columns, half)
    effect = 1 + correlation * np.maximum(n, _then(sums, columns, half)) / clusters
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num((late - expected) / np.sqrt(effect * variance), nan=0.0, posinf=0.0)


def _moments(sums: Candidates, columns: Array, half: int) -> tuple[Array, Array, Array, Array]:
    """Rows, late ones, expected ones, and the variance of late − expected by chance alone."""
    n, late = sums.n[half, columns], sums.late[half, columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        if sums.expected is not None:
            expected = sums.expected[half, columns]
            return n, late, expected, expected * (1 - expected / n)
        before, late_before = (s[half + HALVES, columns] for s in (sums.n, sums.late))
        rate = (late + late_before) / (n + before)
        expected = n * late_before / before
        return n, late, expected, n * rate * (1 - rate) * (1 + n / before)


def _then(sums: Candidates, columns: Array, half: int) -> Array:
    """Rows of the days compared with; none in level mode."""
    if sums.expected is not None:
        return np.zeros(len(columns))
    return sums.n[half + HALVES, columns]


def _half(sums: Candidates, column: int, half: int, clusters: Array, noise: Noise) -> Half:
    """One half of one combination in full."""
    at = np.array([column])
    n, late, expected, _ = (float(part[0]) for part in _moments(sums, at, half))
    z = float(_z(sums, at, half, clusters[at], noise.correlation)[0])
    before = float(_then(sums, at, half)[0])
    effect = 1 + noise.correlation * max(n, before) / float(clusters[column])
    rate = late / n
    variance = rate * (1 - rate) / n
    if before:
        then = expected / n
        variance += then * (1 - then) / before
    return Half(
        n, late, expected, z, float(2 * special.ndtr(-abs(z))), float(np.sqrt(effect * variance))
    )


def _clusters(rows: Rows, sums: Candidates, noise: Noise) -> Array:
    """Depot-days of one half over which each combination may spread."""
    found = []
    for places, begin, end in zip(sums.sets, sums.starts, sums.starts[1:], strict=False):
        axes = [rows.axes[place] for place in places]
        depots = 1.0 if any(axis.of_depot for axis in axes) else noise.depots
        days = noise.days / (_WEEKDAYS if any(axis.of_days for axis in axes) else 1)
        found.append(np.full(int(end - begin), max(1.0, depots * days)))
    return np.concatenate(found)


def _correlation(rows: Rows) -> float:
    """Correlation of lateness between deliveries of one depot-day, by moments, at least 0.

    With e the late deliveries of a depot-day beyond the expected and V their variance by
    chance: ρ = Σ(e² − V) / Σ V (n − 1).
    """
    size = int(rows.cluster.max()) + 1 if len(rows.cluster) else 0
    n = np.bincount(rows.cluster, rows.n, size)
    late = np.bincount(rows.cluster, rows.late, size)
    if rows.expected is not None:
        expected = np.bincount(rows.cluster, rows.expected, size)
    else:
        expected = n * _rate_nearby(rows, size, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.nan_to_num(expected * (1 - expected / n))
    spread = float(np.sum(variance * (n - 1)))
    found = float(np.sum((late - expected) ** 2 - variance))
    return max(0.0, found / spread) if spread > 0 else 0.0


def _rate_nearby(rows: Rows, size: int, n: Array) -> Array:
    """Late share of each depot-day's half and period: what it is held against."""
    block = np.zeros(size, np.int64)
    block[rows.cluster] = rows.block - SEAM
    late = np.bincount(rows.cluster, rows.late, size)
    parts = int(block.max()) + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.bincount(block, late, parts) / np.bincount(block, n, parts)
    return rate[block]


def _confirmed(taken: list[tuple[Places, Places, tuple[Half, ...], Rows]]) -> tuple[Cause, ...]:
    """Judge what was carried by the confirm half."""
    corrected = holm([pair[CONFIRM].p_value for _, _, pair, _ in taken]) if taken else []
    return tuple(
        Cause(
            axes,
            values,
            *pair,
            p_value,
            is_confirmed=p_value < FAMILY_ERROR
            and pair[CONFIRM].excess >= LEAST_OF_EXCESS * pair[SEARCH].excess,
            **_in_the_period(own),
        )
        for (axes, values, pair, own), p_value in zip(taken, corrected, strict=True)
    )


def _in_the_period(rows: Rows) -> dict[str, int]:
    """Deliveries of the period itself, seams included, and how many were late."""
    now = rows.block < HALVES
    return {"n": int(rows.n[now].sum()), "late": int(rows.late[now].sum())}
