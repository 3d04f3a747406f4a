"""Case mix: what a delivery lets expect given what was asked for, fitted on sums alike.

Regressions with ridge on their canonical link, by Newton's method: logistic for failures,
additive for ratings, multiplicative for cost. A canonical link needs only sums of alike
rows, and expects in each level what happened there. With one column per level of a
factor, nothing left out, the ridge makes the effects of each factor sum to zero: a level
is told against the mean of all levels, and a carrier against the mean of all carriers.

References:
    le Cessie and van Houwelingen (1992), "Ridge Estimators in Logistic Regression";
    Gourieroux, Monfort, Trognon (1984), "Pseudo Maximum Likelihood Methods: Applications
    to Poisson Models" (means need no Poisson variance).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

RIDGE = 1.0
"""Weak: as if each effect were known to lie within about two logits of zero."""

_MOST_STEPS = 60
_PRECISION = 1e-10
_UNSETTLED = "the case mix does not settle; some level has only one outcome, use a ridge"


@dataclass(frozen=True)
class _Link:
    """The mean of a row by its linear predictor, and what follows from it.

    Attributes:
        mean, slope: The mean, and how fast it rises.
        cumulant: The integral of the mean.
    """

    mean: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    cumulant: Callable[[Array], Array]


_LOGIT = _Link(
    special.expit,
    lambda at: special.expit(at) * special.expit(-at),
    lambda at: np.logaddexp(0, at),
)
_IDENTITY = _Link(lambda at: at, np.ones_like, lambda at: at * at / 2)
_LOG = _Link(np.exp, np.exp, np.exp)

MEANS: dict[str, Callable[[Array], Array]] = {
    "logit": _LOGIT.mean,
    "identity": _IDENTITY.mean,
    "log": _LOG.mean,
}
"""The mean by the predictor of each kind of fit."""


@dataclass(frozen=True, eq=False)
class MixFit:
    """A regression on the levels of a case mix.

    Attributes:
        intercept: Linear predictor where all columns are 0.
        effects: One per column of the design.
    """

    intercept: float
    effects: Array


@dataclass(frozen=True, eq=False)
class LogisticFit(MixFit):
    """A logistic regression: its predictor is a logit.

    Attributes:
        deviance: −2 log likelihood against a fit of every row by itself.
    """

    deviance: float

    def chance(self, design: Array) -> Array:
        """Probability of a success for each row of a design."""
        return special.expit(self.intercept + design @ self.effects)


def indicators(codes: Array, levels: int) -> Array:
    """One column per level, 1 where a row has it.

    Args:
        codes: Level of each row, from 0.
        levels: How many there are.

    Returns:
        Rows × levels.
    """
    return (codes[:, None] == np.arange(levels)).astype(float)


def fit_logistic(
    trials: Array, successes: Array, design: Array, *, ridge: float = RIDGE
) -> LogisticFit:
    """Fit the chance of a success to rows of counts.

    Args:
        trials: Per row, 0 or more.
        successes: Of them, per row.
        design: Rows × columns, without a column for the intercept.
        ridge: Half of this times each squared effect is taken off the log likelihood;
            the intercept is free. 0 is the plain regression.

    Raises:
        NotEnoughDataError: All trials ended alike, or without a ridge the columns do not
            determine their effects.
    """
    n, y = np.asarray(trials, float), np.asarray(successes, float)
    if not 0 < y.sum() < n.sum():
        message = f"{y.sum():.0f} of {n.sum():.0f} cases; a case mix needs some of both outcomes"
        raise NotEnoughDataError(message)
    start = float(special.logit(y.sum() / n.sum()))
    fit = _fitted(n, y, design, (_LOGIT, start, ridge))
    chance = special.expit(fit.intercept + design @ fit.effects)
    return LogisticFit(fit.intercept, fit.effects, _deviance(n, y, chance))


def fit_additive(base: Array, sums: Array, design: Array, *, ridge: float = RIDGE) -> MixFit:
    """Fit a mean to rows of sums, level upon level: the regression of least squares.

    Args:
        base: Cases per row, 0 or more.
        sums: Of what was measured, per row; a scale whose spread is about 1, as the ridge
            is told in its squares.
        design: As `fit_logistic`.
        ridge: As `fit_logistic`.

    Raises:
        NotEnoughDataError: There is no case, or as `fit_logistic`.
    """
    n, y = np.asarray(base, float), np.asarray(sums, float)
    if n.sum() <= 0:
        message = "0 cases; a case mix needs some"
        raise NotEnoughDataError(message)
    return _fitted(n, y, design, (_IDENTITY, float(y.sum() / n.sum()), ridge))


def fit_multiplicative(base: Array, sums: Array, design: Array, *, ridge: float = RIDGE) -> MixFit:
    """Fit a mean to rows of sums, level times level: its predictor is a logarithm.

    Sums are told in means of all cases, so that the currency is indifferent to the ridge.

    Args:
        base: Cases per row, 0 or more; a row may have a sum without a case.
        sums: Of what was measured, per row, such as money.
        design: As `fit_logistic`.
        ridge: As `fit_logistic`.

    Raises:
        NotEnoughDataError: There is no case, or nothing above 0 in all, or as
            `fit_logistic`.
    """
    n, y = np.asarray(base, float), np.asarray(sums, float)
    if n.sum() <= 0 or y.sum() <= 0:
        message = f"{n.sum():.0f} cases and {y.sum():g} in all; a case mix needs some of both"
        raise NotEnoughDataError(message)
    mean = float(y.sum() / n.sum())
    fit = _fitted(n, y / mean, design, (_LOG, 0.0, ridge))
    return MixFit(fit.intercept + float(np.log(mean)), fit.effects)


def shifted(chances: Array, trials: Array, successes: float) -> Array:
    """Move chances together on the logit until they expect what happened in all.

    Args:
        chances: Mean chance of each group of trials, strictly between 0 and 1.
        trials: Per group.
        successes: That shall be expected over all groups.

    Raises:
        NotEnoughDataError: None, or all, of the trials succeeded.
    """
    total = float(np.sum(trials))
    if not 0 < successes < total:
        message = f"{successes:.0f} of {total:.0f} cases; some of both outcomes are needed"
        raise NotEnoughDataError(message)
    logits, shift = special.logit(chances), 0.0
    for _ in range(_MOST_STEPS):
        now = special.expit(logits + shift)
        step = (successes - trials @ now) / (trials @ (now * (1 - now)))
        shift += float(np.clip(step, -2, 2))
        if abs(step) < _PRECISION:
            break
    return special.expit(logits + shift)


def _fitted(n: Array, y: Array, design: Array, how: tuple[_Link, float, float]) -> MixFit:
    """Newton's method from the mean of all; `how`: link, first intercept, ridge."""
    link, start, ridge = how
    x = np.column_stack([np.ones(len(n)), design])
    if not ridge and np.linalg.matrix_rank(x) < x.shape[1]:
        message = "columns of the case mix say the same; leave one out or use a ridge"
        raise NotEnoughDataError(message)
    penalty = np.full(x.shape[1], float(ridge))
    penalty[0] = 0.0
    beta = np.zeros(x.shape[1])
    beta[0] = start
    # A row has one level of each factor: of dense columns nearly all would be multiplied by 0.
    rows = sparse.csr_array(x)
    for _ in range(_MOST_STEPS):
        step = _newton_step(rows, (n, y), (beta, penalty), link)
        beta = beta + _shortened(step, rows, (n, y), (beta, penalty), link)
        if np.max(np.abs(step)) < _PRECISION:
            return MixFit(float(beta[0]), beta[1:])
    raise NotEnoughDataError(_UNSETTLED)


def _newton_step(
    x: sparse.csr_array, counts: tuple[Array, Array], now: tuple[Array, Array], link: _Link
) -> Array:
    (n, y), (beta, penalty) = counts, now
    at = x @ beta
    slope = x.T @ (y - n * link.mean(at)) - penalty * beta
    weighted = x.multiply((n * link.slope(at))[:, None]).tocsr()
    curvature = (weighted.T @ x).toarray() + np.diag(penalty)
    try:
        return np.linalg.solve(curvature, slope)
    except np.linalg.LinAlgError as singular:
        raise NotEnoughDataError(_UNSETTLED) from singular


def _shortened(
    step: Array,
    x: sparse.csr_array,
    counts: tuple[Array, Array],
    now: tuple[Array, Array],
    link: _Link,
) -> Array:
    """The step, halved until the penalised likelihood does not fall."""
    (n, y), (beta, penalty) = counts, now

    def gain(at: Array) -> float:
        predictor = x @ at
        with np.errstate(over="ignore", invalid="ignore"):
            likelihood = y @ predictor - n @ link.cumulant(predictor)
        return float(likelihood - penalty @ (at * at) / 2)

    before = gain(beta)
    for _ in range(_MOST_STEPS):
        if gain(beta + step) >= before - abs(before) * _PRECISION:
            break
        step = step / 2
    return step


def _deviance(n: Array, y: Array, chance: Array) -> float:
    missed = n - y
    own = special.xlogy(y, y) + special.xlogy(missed, missed) - special.xlogy(n, n)
    fitted = special.xlogy(y, chance) + special.xlog1py(missed, -chance)
    return float(2 * np.sum(own - fitted))
