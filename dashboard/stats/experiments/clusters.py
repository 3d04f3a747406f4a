"""Arms whose clusters were randomised: routes, zone-days, depots; never their rows."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from scipy import optimize, special, stats

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.effects import Arm, Effect, contrast, welch
from dashboard.stats.experiments.moments import Moments

Array: TypeAlias = np.ndarray

ENOUGH = 10
"""Clusters per arm from which a t of robust errors holds."""

FEWEST = 4
"""Clusters per arm below which nothing can be decided."""

_FINE = 1e-6
_SEED = 7


@dataclass(frozen=True)
class Clusters:
    """An arm's clusters, one element each.

    Attributes:
        y, d: Numerator and denominator summed over the cluster.
    """

    y: Array
    d: Array

    @classmethod
    def of(cls, cluster: Array, y: Array, d: Array | None = None) -> "Clusters":
        """Sum rows by cluster; those that hold nothing are left out."""
        low = np.ones(len(y)) if d is None else np.asarray(d, float)
        _, place = np.unique(cluster, return_inverse=True)
        sums = [np.bincount(place, weights=np.asarray(part, float)) for part in (y, low)]
        held = (sums[1] > 0) | (sums[0] != 0)
        return cls(sums[0][held], sums[1][held])

    @property
    def count(self) -> int:
        """How many."""
        return len(self.y)

    @property
    def means(self) -> Array:
        """The ratio of each that has anything to divide by."""
        held = self.d > 0
        return self.y[held] / self.d[held]


def compare_clusters(
    control: Clusters, treatment: Clusters, *, confidence: float = 0.95
) -> Effect:
    """Compare by as much as the number of clusters carries.

    From 10 an arm: the ratio of sums with CR2 errors; from 4: a randomisation test of
    cluster means.

    Raises:
        NotEnoughDataError: Under 4 clusters in an arm, or nothing varies.
    """
    fewest = min(control.count, treatment.count)
    if fewest < FEWEST:
        message = (
            f"{control.count} and {treatment.count} clusters were randomised; no verdict can be "
            f"given below {FEWEST} in each arm"
        )
        raise NotEnoughDataError(message)
    if fewest < ENOUGH:
        return randomisation_test(control, treatment, confidence=confidence)
    return cr2(control, treatment, confidence=confidence)


def cluster_means(control: Clusters, treatment: Clusters, *, confidence: float = 0.95) -> Effect:
    """Welch's t of the clusters' means, each cluster counting the same."""
    arms = Moments.of(control.means), Moments.of(treatment.means)
    found = welch(*arms, confidence=confidence)
    return replace(found, method="Welch's t of cluster means")


def cr2(control: Clusters, treatment: Clusters, *, confidence: float = 0.95) -> Effect:
    """The difference of ratios of sums with CR2 errors and Satterthwaite's freedom.

    Least squares of rows on the arm, in closed form: an arm's residuals of cluster g are
    summed, and each sum is widened by 1/(1 - n_g/N).

    Raises:
        NotEnoughDataError: A single cluster in an arm, or nothing varies.

    Reference:
        Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), clubSandwich.
    """
    arms = [_cr2_arm(control), _cr2_arm(treatment)]
    found = contrast(*arms, "ratio of sums, cluster-robust (CR2)", confidence=confidence)
    freedom = _satterthwaite(control, treatment)
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * found.error
    return replace(
        found,
        low=found.estimate - half,
        high=found.estimate + half,
        p_value=float(2 * stats.t.sf(abs(found.estimate) / found.error, freedom)),
        freedom=freedom,
    )


def _cr2_arm(arm: Clusters) -> Arm:
    total = float(arm.d.sum())
    if arm.count < 2 or not total > 0:  # noqa: PLR2004
        message = f"{arm.count} clusters in an arm; at least 2 are needed"
        raise NotEnoughDataError(message)
    ratio = float(arm.y.sum()) / total
    residuals = arm.y - ratio * arm.d
    variance = float(np.sum(residuals**2 / (1 - arm.d / total))) / total**2
    return Arm(ratio, variance, arm.count - 1.0, arm.count)


def _satterthwaite(control: Clusters, treatment: Clusters) -> float:
    """Degrees of freedom of the CR2 variance, were rows independent."""
    traces, squares = 0.0, 0.0
    for arm in (control, treatment):
        n, total = arm.d, float(arm.d.sum())
        scaled = n / total**2
        spread = n / np.sqrt(1 - n / total) / total
        off = float(np.sum(spread**2)) ** 2 - float(np.sum(spread**4))
        traces += 1 / total
        squares += float(np.sum(scaled**2)) + off / total**2
    return traces**2 / squares


def randomisation_test(
    control: Clusters, treatment: Clusters, *, confidence: float = 0.95
) -> Effect:
    """Test by dealing the clusters to the arms anew: exact, whatever their distribution.

    The interval holds the shifts that the same test does not refuse.

    Raises:
        NotEnoughDataError: The means do not vary.
    """
    shown = cluster_means(control, treatment, confidence=confidence)
    if _least_p_value(control, treatment) > 1 - confidence:
        message = (
            f"{control.count} and {treatment.count} clusters can be dealt in too few ways for an "
            f"interval of {confidence:.0%}; more clusters are needed"
        )
        raise NotEnoughDataError(message)
    p_value = _dealt(control.means, treatment.means)

    def beyond(shift: float) -> float:
        return _dealt(control.means, treatment.means - shift) - (1 - confidence)

    reach = 2 * float(np.ptp(np.concatenate([control.means, treatment.means]))) + shown.error
    low, high = (
        float(
            optimize.bisect(
                beyond, shown.estimate, shown.estimate + side * reach, xtol=reach * _FINE
            )
        )
        for side in (-1, 1)
    )
    return replace(
        shown, low=low, high=high, p_value=p_value, method="randomisation test of cluster means"
    )


def _least_p_value(control: Clusters, treatment: Clusters) -> float:
    """The smallest two-sided p-value that so many clusters can give."""
    return 2 / float(special.comb(control.count + treatment.count, control.count))


def _dealt(control: Array, treatment: Array) -> float:
    found = stats.permutation_test(
        (treatment, control),
        lambda t, c, axis=-1: np.mean(t, axis=axis) - np.mean(c, axis=axis),
        permutation_type="independent",
        vectorized=True,
        n_resamples=9_999,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue)
