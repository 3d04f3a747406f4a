"""Which combinations drive breaches: searched in one half of the time, confirmed in the other.

Thousands of combinations are tried, so the best of them always looks good where it was found.
Fortnights therefore take turns: what the search half shows must be seen again in the confirm
half, which the search never saw, and its size is taken from there alone.

Against days compared with, a combination is expected to be as late as it was then. Then holds
but few late deliveries of most combinations, and the luckiest would look worst now. So a model
of main effects says what to expect, corrected by how far the combination differed from it then,
the more the more late deliveries that stands on (empirical Bayes).

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
MOST_BORROWED = 50.0
"""Late deliveries that the model may count for, at most, against those of a combination."""

_WEEKDAYS = 7
_Z = 1.959964


@dataclass(frozen=True)
class Half:
    """What one half of the time says about one combination.

    Attributes:
        n: Deliveries due.
        late: Of them late.
        expected: Late ones to expect.
        z: (late − expected) over its standard error, were nothing amiss.
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
        carried: Those that went on to the confirm half, in the order they were taken.
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
        rows: Deliveries due; those of days compared with lie on no seam.
        days: Days of the period that were searched, seams left out.
        depots: Depots, as so many of equal size.

    Returns:
        The combinations carried to the confirm half. Each is judged without the deliveries
        of those taken before it: their lateness is explained already.
    """
    sums, free = count(rows, sets_to_combine(rows)), np.ones(len(rows.block), bool)
    judge = _Judge.of(rows, sums, days / HALVES, depots)
    tested = int((sums.n >= SUPPORT).all(axis=0).sum())
    taken: list[_Taken] = []
    while len(taken) < MOST_CARRIED:
        column = judge.best(sums)
        if column is None:
            break
        axes, values = sums.at(column)
        inside = rows_of(rows, axes, values) & free
        own = rows.chosen(inside)
        found = judge.half(sums, column, SEARCH), judge.half(sums, column, CONFIRM)
        taken.append(_Taken(axes, values, *found, own))
        sums, free = sums.less(count(own, sums.sets)), free & ~inside
    return Searched(tested, _judged(taken))


def largest_passing(p_values: Array, level: float) -> float:
    """The largest p-value that Benjamini and Hochberg let pass; below 0 where none does."""
    p = np.sort(p_values[p_values <= level])
    passing = np.flatnonzero(p <= level * np.arange(1, len(p) + 1) / len(p_values))
    return float(p[passing[-1]]) if len(passing) else -1.0


@dataclass(frozen=True)
class _Taken:
    """A combination carried over, with its rows."""

    axes: Places
    values: Places
    search: Half
    confirm: Half
    rows: Rows


@dataclass(frozen=True)
class _Moments:
    """Of many combinations in one half: late, expected, its chance variance, and z."""

    n: Array
    late: Array
    expected: Array
    effect: Array
    borrowed: Array
    z: Array


@dataclass(frozen=True)
class _Judge:
    """How to judge a combination.

    Attributes:
        clusters: Per combination, the depot-days of one half that it may spread over.
        correlation: Of lateness between two deliveries of one depot-day.
        borrowed: Late deliveries that the model counts for beside those of the days
            compared with.
    """

    clusters: Array
    correlation: float
    borrowed: float

    @classmethod
    def of(cls, rows: Rows, sums: Candidates, days: float, depots: float) -> "_Judge":
        """What all rows together say about noise."""
        clusters, correlation = _clusters(rows, sums, days, depots), _correlation(rows)
        return cls(clusters, correlation, _borrowed(sums, clusters, correlation))

    def best(self, sums: Candidates) -> int | None:
        """The largest z of the search half, if Benjamini and Hochberg leave it."""
        enough = np.flatnonzero((sums.n >= SUPPORT).all(axis=0))
        if not len(enough):
            return None
        z = self.moments(sums, enough, SEARCH).z
        p = 2 * special.ndtr(-np.abs(z))
        best = int(np.argmax(z))
        passing = largest_passing(p, FALSE_DISCOVERIES)
        return int(enough[best]) if z[best] > 0 and p[best] <= passing else None

    def moments(self, sums: Candidates, columns: Array, half: int) -> _Moments:
        """Late and expected deliveries of combinations in one half."""
        n, late, expected = (s[half, columns] for s in (sums.n, sums.late, sums.expected))
        then, borrowed = np.zeros(len(n)), np.zeros(len(n))
        if len(sums.n) > HALVES:
            then, late_then, model = (
                s[half + HALVES, columns] for s in (sums.n, sums.late, sums.expected)
            )
            # Its variance rises with what the model expects now over what stands behind it.
            borrowed = expected / (model + self.borrowed)
            expected = expected * (late_then + self.borrowed) / (model + self.borrowed)
        effect = 1 + self.correlation * np.maximum(n, then) / self.clusters[columns]
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = effect * expected * (1 - expected / n) * (1 + borrowed)
            z = (late - expected) / np.sqrt(variance)
        z = np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)
        return _Moments(n, late, expected, effect, borrowed, z)

    def half(self, sums: Candidates, column: int, half: int) -> Half:
        """One half of one combination in full."""
        found = self.moments(sums, np.array([column]), half)
        n, late, expected, effect, borrowed, z = (
            float(part[0])
            for part in (
                found.n,
                found.late,
                found.expected,
                found.effect,
                found.borrowed,
                found.z,
            )
        )
        spread = late * (1 - late / n) + borrowed * expected
        error = float(np.sqrt(effect * spread)) / n
        return Half(n, late, expected, z, float(2 * special.ndtr(-abs(z))), error)


def _clusters(rows: Rows, sums: Candidates, days: float, depots: float) -> Array:
    """Depot-days of one half over which each combination may spread."""
    found = []
    for places, begin, end in zip(sums.sets, sums.starts[:-1], sums.starts[1:], strict=True):
        axes = [rows.axes[place] for place in places]
        own_depots = 1.0 if any(axis.of_depot for axis in axes) else depots
        own_days = days / (_WEEKDAYS if any(axis.of_days for axis in axes) else 1)
        found.append(np.full(int(end - begin), max(1.0, own_depots * own_days)))
    return np.concatenate(found)


def _correlation(rows: Rows) -> float:
    """Correlation of lateness between deliveries of one depot-day, by moments, at least 0.

    With e the late deliveries of a depot-day beyond the expected and V their variance by
    chance: ρ = Σ(e² − V) / Σ V (n − 1). It makes the design effect 1 + ρ·n/clusters.
    """
    size = int(rows.cluster.max()) + 1
    n, late, expected = (
        np.bincount(rows.cluster, weights, size) for weights in (rows.n, rows.late, rows.expected)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.nan_to_num(expected * (1 - expected / n))
    spread = float(np.sum(variance * (n - 1)))
    found = float(np.sum((late - expected) ** 2 - variance))
    return max(0.0, found / spread) if spread > 0 else 0.0


def _borrowed(sums: Candidates, clusters: Array, correlation: float) -> float:
    """Late deliveries that the model counts for: 1 / τ², at most `MOST_BORROWED`.

    τ² is how much the ratios of late to expected truly differed between combinations in the
    days compared with, beyond chance (method of moments).
    """
    if len(sums.n) == HALVES:
        return 0.0
    enough = (sums.n >= SUPPORT).all(axis=0)
    n, late, model = (s[HALVES:, enough] for s in (sums.n, sums.late, sums.expected))
    if not n.size or not model.sum():
        return MOST_BORROWED
    effect = 1 + correlation * n / clusters[enough]
    scatter = (late - model) ** 2 / (model * (1 - model / n)) - effect
    return 1 / max(float(scatter.sum() / model.sum()), 1 / MOST_BORROWED)


def _judged(taken: list[_Taken]) -> tuple[Cause, ...]:
    """Judge what was carried by the confirm half."""
    corrected = holm([one.confirm.p_value for one in taken]) if taken else []
    return tuple(_cause(one, p_value) for one, p_value in zip(taken, corrected, strict=True))


def _cause(one: _Taken, p_value: float) -> Cause:
    now = one.rows.block < HALVES
    return Cause(
        axes=one.axes,
        values=one.values,
        search=one.search,
        confirm=one.confirm,
        p_value=p_value,
        is_confirmed=p_value < FAMILY_ERROR
        and one.confirm.excess >= LEAST_OF_EXCESS * one.search.excess,
        n=int(one.rows.n[now].sum()),
        late=int(one.rows.late[now].sum()),
    )
