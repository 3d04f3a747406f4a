"""What goes with being late when all else is alike: a logistic regression, told in points.

Odds ratios are hard to read, so each level is told as the share that would be late if every
delivery had it, less the share if every one had the level compared with. Deliveries of one
cluster (a depot's week) share their luck: intervals follow from how clusters scatter.

statsmodels takes seconds to import, so only who needs the model imports this module.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import special
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

FEWEST_CLUSTERS = 8
_Z = 1.959964
_ALIASED = 1e-9


@dataclass(frozen=True)
class Factor:
    """One explanation with levels.

    Attributes:
        name: What it is called.
        levels: Its levels; all others are told against the first.
        codes: Per row the place of its level.
    """

    name: str
    levels: tuple[str, ...]
    codes: Array


@dataclass(frozen=True)
class Observed:
    """What was seen: one row per delivery, or per group of deliveries alike.

    Attributes:
        factors: Explanations with levels.
        numbers: Explanations that are numbers, by name.
        n, late: Deliveries of each row, and how many of them were late.
        cluster: Per row what varies together, counted from 0.
    """

    factors: tuple[Factor, ...]
    numbers: tuple[tuple[str, Array], ...]
    n: Array
    late: Array
    cluster: Array

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Name and level of each column of the design; the first is the intercept."""
        levels = [(one.name, level) for one in self.factors for level in one.levels[1:]]
        return (("", ""), *levels, *((name, "") for name, _ in self.numbers))

    def without(self, name: str) -> "Observed":
        """The same without one explanation."""
        factors = tuple(one for one in self.factors if one.name != name)
        return replace(
            self, factors=factors, numbers=tuple(one for one in self.numbers if one[0] != name)
        )


@dataclass(frozen=True)
class Fitted:
    """A logistic regression of being late.

    Attributes:
        seen: What it was fitted to.
        effects: Log odds per column of `seen.columns`.
        errors: Their standard errors, had no cluster varied together.
        covariance: Of the effects, robust to clusters.
        log_likelihood: Of single deliveries, at the maximum.
    """

    seen: Observed
    effects: Array
    errors: Array
    covariance: Array
    log_likelihood: float


@dataclass(frozen=True)
class Difference:
    """What goes with one level, or with one unit more of a number.

    Attributes:
        factor, level, than: Which level, against which; a number has neither.
        value: Difference in the share late, averaged over all deliveries.
        low, high: 95 % interval, robust to clusters.
        p_value: Two-sided, not corrected.
        n: Deliveries that have the level; all of them for a number.
    """

    factor: str
    level: str
    than: str
    value: float
    low: float
    high: float
    p_value: float
    n: int


def fit_drivers(seen: Observed) -> Fitted:
    """Fit being late to all explanations at once.

    Raises:
        NotEnoughDataError: Too few clusters, all deliveries ended alike, or a level did.
    """
    clusters = len(np.unique(seen.cluster))
    late, whole = float(seen.late.sum()), float(seen.n.sum())
    if clusters < FEWEST_CLUSTERS or not 0 < late < whole:
        found = f"{late:.0f} of {whole:.0f} late in {clusters} clusters"
        message = f"{found}; {FEWEST_CLUSTERS} clusters and both outcomes are needed"
        raise NotEnoughDataError(message)
    found = _maximum(seen, {"cov_type": "cluster", "cov_kwds": {"groups": seen.cluster}})
    return Fitted(
        seen,
        found.params,
        np.sqrt(np.diag(found.normalized_cov_params)),
        found.cov_params(),
        _log_likelihood(seen, found.params),
    )


def differences(fit: Fitted) -> tuple[Difference, ...]:
    """What goes with each level against the first of its factor, and with each number.

    Every delivery is given the level, then the level compared with, all else as it is; the
    two mean chances are subtracted (standardisation, or g-computation). A number: the mean
    slope of the chance.
    """
    x = design(fit.seen)
    logit = x @ fit.effects
    found = []
    for factor in fit.seen.factors:
        base = _mean_chance(fit, factor, 0, x, logit)
        for at in range(1, len(factor.levels)):
            other = _mean_chance(fit, factor, at, x, logit)
            moved = other[0] - base[0], other[1] - base[1]
            n = int(fit.seen.n[factor.codes == at].sum())
            named = (factor.name, factor.levels[at], factor.levels[0])
            found.append(_difference(fit, named, moved, n))
    for name, _ in fit.seen.numbers:
        moved = _mean_slope(fit, name, x, logit)
        found.append(_difference(fit, (name, "", ""), moved, int(fit.seen.n.sum())))
    return tuple(found)


def likelihood_ratios(fit: Fitted) -> dict[str, tuple[float, int]]:
    """Per explanation, what leaving it out costs: −2 log likelihood ratio, and its columns."""
    names = [*(one.name for one in fit.seen.factors), *(name for name, _ in fit.seen.numbers)]
    found = {}
    for name in names:
        rest = fit.seen.without(name)
        less = _log_likelihood(rest, _maximum(rest, {}).params)
        columns = sum(own == name for own, _ in fit.seen.columns)
        found[name] = (2 * (fit.log_likelihood - less), columns)
    return found


def told_apart(seen: Observed) -> tuple[Observed, tuple[tuple[str, str], ...]]:
    """Put levels that others say already with the level compared with, and name them.

    A promise of a day may be one service's alone: no data can tell the two apart. Columns are
    taken in turn; one that the columns before it make up (a pivot of 0) says nothing new.
    """
    x = design(seen)
    left = (x * seen.n[:, None]).T @ x
    sizes, told = np.diag(left).copy(), []
    for at, (name, level) in enumerate(seen.columns):
        if left[at, at] <= _ALIASED * max(sizes[at], 1.0):
            told.append((name, level))
            continue
        left = left - np.outer(left[:, at], left[at]) / left[at, at]
    factors = tuple(_without_levels(one, [lv for n, lv in told if n == one.name])
                    for one in seen.factors)  # fmt: skip
    return replace(seen, factors=tuple(f for f in factors if len(f.levels) > 1)), tuple(told)


def _without_levels(factor: Factor, levels: Sequence[str]) -> Factor:
    kept = tuple(level for level in factor.levels if level not in levels)
    places = np.array([kept.index(lv) if lv in kept else 0 for lv in factor.levels])
    return replace(factor, levels=kept, codes=places[factor.codes])


def design(seen: Observed) -> Array:
    """Rows × columns: the intercept, 1 for each level but the first, the numbers."""
    parts = [np.ones((len(seen.n), 1))]
    for factor in seen.factors:
        levels = np.arange(1, len(factor.levels))
        parts.append((factor.codes[:, None] == levels).astype(float))
    parts += [np.asarray(values, float)[:, None] for _, values in seen.numbers]
    return np.column_stack(parts)


def _maximum(seen: Observed, how: dict[str, Any]) -> Any:  # noqa: ANN401
    counts = np.column_stack([seen.late, seen.n - seen.late])
    model = sm.GLM(counts, design(seen), family=sm.families.Binomial())
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            return model.fit(**how)
        except PerfectSeparationWarning as parted:
            message = "a level's deliveries all ended alike; put it together with others"
            raise NotEnoughDataError(message) from parted


def _log_likelihood(seen: Observed, effects: Array) -> float:
    """Of single deliveries: counts have a constant more, that depends on the grouping."""
    logit = design(seen) @ effects
    return float(seen.late @ logit - seen.n @ np.logaddexp(0, logit))


def _places(seen: Observed, name: str) -> list[int]:
    return [at for at, (own, _) in enumerate(seen.columns) if own == name]


def _mean_chance(
    fit: Fitted, factor: Factor, level: int, x: Array, logit: Array
) -> tuple[float, Array]:
    """Mean chance if every delivery had a level, and its gradient by the effects."""
    own = _places(fit.seen, factor.name)
    weight = fit.seen.n / fit.seen.n.sum()
    moved = logit - x[:, own] @ fit.effects[own]
    if level:
        moved = moved + fit.effects[own[level - 1]]
    chance = special.expit(moved)
    steep = weight * chance * (1 - chance)
    gradient = steep @ x
    gradient[own] = 0.0
    if level:
        gradient[own[level - 1]] = steep.sum()
    return float(weight @ chance), gradient


def _mean_slope(fit: Fitted, name: str, x: Array, logit: Array) -> tuple[float, Array]:
    """Mean slope of the chance by a number, and its gradient by the effects."""
    (own,) = _places(fit.seen, name)
    weight, chance = fit.seen.n / fit.seen.n.sum(), special.expit(logit)
    steep = weight * chance * (1 - chance)
    gradient = fit.effects[own] * ((steep * (1 - 2 * chance)) @ x)
    gradient[own] += steep.sum()
    return float(fit.effects[own] * steep.sum()), gradient


def _difference(
    fit: Fitted, named: Sequence[str], moved: tuple[float, Array], n: int
) -> Difference:
    value, gradient = moved
    error = float(np.sqrt(gradient @ fit.covariance @ gradient))
    p_value = float(2 * special.ndtr(-abs(value) / error)) if error else 1.0
    factor, level, than = named
    return Difference(factor, level, than, value, value - _Z * error, value + _Z * error,
                      p_value, n)  # fmt: skip
