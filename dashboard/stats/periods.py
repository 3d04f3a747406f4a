"""Intervals of a period's figure and of its change, from residuals of weeks.

Deliveries of one week share weather, staff and traffic: treating rows as independent
calls a null quarter "changed" in far more than one of twenty cases. Weeks are therefore
the unit that varies; a ratio of sums is judged by how its weeks scatter around it.

Written on scipy.special alone: scipy.stats and statsmodels take over a second to import,
at every command. Tests hold each formula against them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray

MOST_AUTOCORRELATION = 0.5
_FEWEST_CLUSTERS = 2


@dataclass(frozen=True)
class RatioInterval:
    """A ratio of sums with its uncertainty.

    Attributes:
        value: Sum of numerators over sum of denominators.
        low, high: Confidence limits.
        variance: Squared standard error of `value`.
        clusters: Number of clusters (weeks or days) with anything in the denominator.
    """

    value: float
    low: float
    high: float
    variance: float
    clusters: int


@dataclass(frozen=True)
class Difference:
    """One ratio minus another.

    Attributes:
        value: The difference, in the ratio's unit.
        low, high: Confidence limits.
        p_value: Two-sided.
    """

    value: float
    low: float
    high: float
    p_value: float


def ratio_interval(
    numerators: Array,
    denominators: Array,
    *,
    share: bool,
    floor: float = 0.0,
    confidence: float = 0.95,
) -> RatioInterval:
    """Interval of a ratio of sums whose clusters vary together.

    Args:
        numerators: Sum per cluster.
        denominators: Sum per cluster, aligned; clusters of 0 keep their numerator.
        share: Whether the ratio is a proportion: Wilson limits and a binomial floor.
        floor: Least variance of the ratio, for ratios that are no proportion.
        confidence: Coverage, strictly between 0 and 1.

    Returns:
        The ratio, its limits by Student's t with clusters - 1 degrees of freedom.

    Raises:
        NotEnoughDataError: Fewer than two clusters, or nothing to divide by.
    """
    total = float(np.sum(denominators))
    clusters = int(np.count_nonzero(denominators))
    if total <= 0 or clusters < _FEWEST_CLUSTERS:
        message = f"{clusters} periods with anything to divide by; at least 2 are needed"
        raise NotEnoughDataError(message)
    value = float(np.sum(numerators)) / total
    variance = residual_variance(numerators, denominators)
    quantile = float(special.stdtrit(clusters - 1, (1 + confidence) / 2))
    if share:
        variance = max(variance, value * (1 - value) / total)
        low, high = wilson(value, variance, total, quantile)
    else:
        variance = max(variance, floor)
        half = quantile * np.sqrt(variance)
        low, high = value - half, value + half
    return RatioInterval(value, float(low), float(high), variance, clusters)


def residual_variance(numerators: Array, denominators: Array) -> float:
    """Variance of a ratio of sums from the residuals of its clusters.

    k/(k-1) · Σe² / D² with e = n - R·d over the k clusters.
    """
    n, d = np.asarray(numerators, float), np.asarray(denominators, float)
    total, k = d.sum(), np.count_nonzero(d)
    residuals = n - n.sum() / total * d
    return float(k / (k - 1) * np.sum(residuals**2) / total**2)


def autocorrelation(numerators: Array, denominators: Array) -> float:
    """Lag-1 autocorrelation of weekly residuals, clipped to 0 … 0.5.

    Args:
        numerators: Sum per week, in order of time.
        denominators: Sum per week, aligned.

    Returns:
        0 where fewer than three weeks or no scatter leave nothing to correlate.
    """
    n, d = np.asarray(numerators, float), np.asarray(denominators, float)
    if len(n) <= _FEWEST_CLUSTERS or d.sum() <= 0:
        return 0.0
    residuals = n - n.sum() / d.sum() * d
    spread = float(np.sum(residuals**2))
    if spread == 0:
        return 0.0
    r = float(np.sum(residuals[1:] * residuals[:-1])) / spread
    return min(max(r, 0.0), MOST_AUTOCORRELATION)


def difference(
    now: RatioInterval, then: RatioInterval, *, r: float = 0.0, confidence: float = 0.95
) -> Difference:
    """Judge the change between two periods.

    Args:
        now: The later period.
        then: The earlier one.
        r: Lag-1 autocorrelation of weekly residuals; widens the variance by
            (1 + r)/(1 - r), as neighbouring weeks repeat each other.
        confidence: Coverage, strictly between 0 and 1.

    Returns:
        now - then, by Student's t with the clusters of both, less two.
    """
    value = now.value - then.value
    error = float(np.sqrt((now.variance + then.variance) * (1 + r) / (1 - r)))
    freedom = now.clusters + then.clusters - 2
    if error == 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    half = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    p_value = float(2 * special.stdtr(freedom, -abs(value) / error))
    return Difference(value, value - half, value + half, p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction of a family of p-values, in the order given."""
    p = np.asarray(p_values, float)
    order = np.argsort(p)
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(raised, 1.0)
    return corrected.tolist()


def wilson(value: float, variance: float, total: float, quantile: float) -> tuple[float, float]:
    """Wilson limits with the effective number of observations that the variance implies."""
    effective = value * (1 - value) / variance if variance > 0 else total
    z2 = quantile**2 / effective
    centre = (value + z2 / 2) / (1 + z2)
    half = np.sqrt(z2 * (value * (1 - value) + z2 / 4)) / (1 + z2)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
