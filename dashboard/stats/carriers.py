"""Who differs by more than chance from what their work lets expect: funnel, shrinkage, bands.

All on the square root of observed over expected, whose variance hardly depends on its
level; ratios come back by squaring.

References:
    Spiegelhalter (2005), "Handling over-dispersion of performance indicators";
    DerSimonian and Laird (1986), "Meta-analysis in clinical trials".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

INNER, OUTER = 1.959963984540054, 3.090232306167813
"""Quantiles of the 95 % and 99.8 % limits."""

WINSORISED = 0.1
MANY_UNITS = 20
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class Pooled:
    """A random-effects mean.

    Attributes:
        mean, error: The mean and its standard error.
        between: Variance between the units beyond chance, not below 0.
    """

    mean: float
    error: float
    between: float


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Each unit moved towards the mean by as much as chance may have moved it away.

    Attributes:
        values: Best guesses.
        errors: Their standard errors.
    """

    values: Array
    errors: Array


@dataclass(frozen=True, eq=False)
class Judged:
    """Units against what their work lets expect; one entry per unit.

    Attributes:
        ratios, lows, highs: Observed / expected with 95 % intervals.
        shrunk, shrunk_lows, shrunk_highs: The same moved towards 1 by as much as chance
            may have moved them away.
        inner, outer: 95 and 99.8 % limits of the ratio of one that is as expected, low
            and high.
        between: τ² between the units on the square root of the ratio.
        usual: How much of it the limits count as usual.
    """

    ratios: Array
    lows: Array
    highs: Array
    shrunk: Array
    shrunk_lows: Array
    shrunk_highs: Array
    inner: tuple[Array, Array]
    outer: tuple[Array, Array]
    between: float
    usual: float


def judge(
    observed: Array, expected: Array, scatter: float, enough: Array, reference: float = 0.0
) -> Judged:
    """Put units into a funnel, and rank them by what chance leaves of their ratios.

    With few units τ² is not usual: it would hide what the limits should find.

    Args:
        observed: Sum of each unit.
        expected: The same.
        scatter: Variance of a sum by its expectation; of `design_effect`.
        enough: Whether a unit counts for τ².
        reference: Variance of what all are told against, on the root: of `mean_of_units`.
    """
    values, variances = roots(observed, expected, scatter)
    variances = variances + reference
    between = 0.0
    if enough.sum() >= _FEWEST:
        between = over_dispersion(values[enough], variances[enough], 1.0)[1]
    usual = between if enough.sum() >= MANY_UNITS else 0.0
    shrunk = shrink(values, variances, Pooled(1.0, 0.0, between))
    lows, highs = squares(values, variances)
    shrunk_lows, shrunk_highs = squares(shrunk.values, shrunk.errors**2)
    return Judged(
        values**2,
        lows,
        highs,
        shrunk.values**2,
        shrunk_lows,
        shrunk_highs,
        funnel_limits(variances, INNER, usual),
        funnel_limits(variances, OUTER, usual),
        between,
        usual,
    )


def mean_of_units(expected: Array, scatter: float) -> float:
    """Variance, on the root, of the mean of units that count alike, whatever their size.

    Small units make it uncertain, and a large one is told against it: without this, the
    largest of equal units would be called different several times too often.
    """
    e = np.asarray(expected, float)
    return float((scatter / (4 * e)).sum() / len(e) ** 2)


def squares(values: Array, variances: Array) -> tuple[Array, Array]:
    """95 % intervals of squares, from their roots."""
    half = INNER * np.sqrt(variances)
    return np.maximum(0.0, values - half) ** 2, (values + half) ** 2


def design_effect(observed: Array, expected: Array, least: float = 1.0) -> float:
    """How much sums vary beside what is expected of them, from their residuals by week.

    Args:
        observed: Units × weeks.
        expected: The same.
        least: Counts vary no less than Poisson's, 1; sums of ratings or money have no
            such floor.

    Returns:
        Σ k/(k-1)·Σe² over the units, by ΣE. e is what a week differs from its share of
        the unit's own total, so that units that are good or bad throughout do not count
        as scatter. Of counts the design effect.

    Raises:
        NotEnoughDataError: No unit has two weeks.
    """
    o, e = np.asarray(observed, float), np.asarray(expected, float)
    weeks = np.count_nonzero(e > 0, axis=1)
    fit = weeks >= _FEWEST
    if not fit.any():
        message = "no unit has two weeks of deliveries; choose a longer period"
        raise NotEnoughDataError(message)
    o, e, weeks = o[fit], e[fit], weeks[fit]
    ratio = o.sum(axis=1) / e.sum(axis=1)
    scatter = ((o - ratio[:, None] * e) ** 2).sum(axis=1) * weeks / (weeks - 1)
    return max(least, float(scatter.sum() / e.sum()))


def roots(observed: Array, expected: Array, deff: float = 1.0) -> tuple[Array, Array]:
    """√(O/E) of each unit and its variance, deff/(4E)."""
    e = np.asarray(expected, float)
    return np.sqrt(np.asarray(observed, float) / e), deff / (4 * e)


def over_dispersion(values: Array, variances: Array, target: float) -> tuple[float, float]:
    """How much units scatter about a target beyond chance, outliers reined in.

    Returns:
        φ, the mean of squared z-scores winsorised by 10 % on either side, and τ², the
        variance between units that makes φ one; not below 0.
    """
    z = (np.asarray(values, float) - target) / np.sqrt(variances)
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    w, k = 1 / np.asarray(variances, float), len(z)
    between = (k * phi - (k - 1)) / (w.sum() - (w**2).sum() / w.sum()) if k > 1 else 0.0
    return phi, max(0.0, float(between))


def funnel_limits(variances: Array, quantile: float, between: float = 0.0) -> tuple[Array, Array]:
    """Limits of O/E within which chance leaves a unit that is as expected.

    Args:
        variances: Of √(O/E).
        quantile: `INNER` or `OUTER`.
        between: τ² that counts as usual.
    """
    half = quantile * np.sqrt(np.asarray(variances, float) + between)
    return np.maximum(0.0, 1 - half) ** 2, (1 + half) ** 2


def pool(values: Array, variances: Array) -> Pooled:
    """The mean of units that differ among themselves, by DerSimonian and Laird.

    Raises:
        NotEnoughDataError: Fewer than two units.
    """
    y, w = np.asarray(values, float), 1 / np.asarray(variances, float)
    if len(y) < _FEWEST:
        message = f"{len(y)} units; at least 2 are needed"
        raise NotEnoughDataError(message)
    fixed = float((w * y).sum() / w.sum())
    q = float((w * (y - fixed) ** 2).sum())
    between = max(0.0, (q - (len(y) - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (np.asarray(variances, float) + between)
    return Pooled(float((w * y).sum() / w.sum()), float(1 / np.sqrt(w.sum())), between)


def shrink(values: Array, variances: Array, towards: Pooled) -> Shrunk:
    """Shrink units towards a mean.

    Args:
        values: One per unit.
        variances: By chance.
        towards: The mean, its error (0 for a mean that is known), variance between units.
    """
    y, v = np.asarray(values, float), np.asarray(variances, float)
    own = towards.between / (towards.between + v)
    moved = own * y + (1 - own) * towards.mean
    return Shrunk(moved, np.sqrt(own * v + (1 - own) ** 2 * towards.error**2))


def bands(lows: Sequence[float], highs: Sequence[float]) -> list[int]:
    """Group units, given from best to worst, into bands that chance may explain.

    A band holds its first unit and the ones after it whose intervals overlap that one's.

    Returns:
        The band of each unit, from 1.

    >>> bands([0.8, 0.9, 1.3], [1.0, 1.2, 1.5])
    [1, 1, 2]
    """
    found: list[int] = []
    reach = -np.inf
    for low, high in zip(lows, highs, strict=True):
        if not found or low > reach:
            found.append(found[-1] + 1 if found else 1)
            reach = high
        else:
            found.append(found[-1])
    return found
