"""Case mix: how likely a failure is given what was asked for, fitted on counts alike.

A logistic regression with ridge, by Newton's method. With one column per level of a
factor, nothing left out, the ridge makes the effects of each factor sum to zero: a level
is told against the mean of all levels, and a carrier against the mean of all carriers.

Reference:
    le Cessie and van Houwelingen (1992), "Ridge Estimators in Logistic Regression".
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.levels import Levels
from dashboard.stats.periods import Array

RIDGE = 1.0
"""Weak: as if each effect were known to lie within about two logits of zero."""

_MOST_STEPS = 60
_PRECISION = 1e-10
_UNSETTLED = "the case mix does not settle; some level has only one outcome, use a ridge"


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """A logistic regression.

    Attributes:
        intercept: Logit where all columns are 0.
        effects: One per column of the design.
        deviance: −2 log likelihood against a fit of every row by itself.
    """

    intercept: float
    effects: Array
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
    trials: Array, successes: Array, design: Array | Levels, *, ridge: float = RIDGE
) -> LogisticFit:
    """Fit the chance of a success to rows of counts.

    Args:
        trials: Per row, 0 or more.
        successes: Of them, per row.
        design: Rows × columns, without a column for the intercept; or levels of factors.
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
    x = design if isinstance(design, Levels) else _Matrix.of(design)
    if not ridge and np.linalg.matrix_rank(x.products(np.ones(len(n)))) < x.width:
        message = "columns of the case mix say the same; leave one out or use a ridge"
        raise NotEnoughDataError(message)
    penalty = np.full(x.width, float(ridge))
    penalty[0] = 0.0
    beta = np.zeros(x.width)
    beta[0] = special.logit(y.sum() / n.sum())
    for _ in range(_MOST_STEPS):
        step = _newton_step(x, n, y, beta, penalty)
        beta = beta + _shortened(step, x, (n, y), beta, penalty)
        if np.max(np.abs(step)) < _PRECISION:
            break
    else:
        raise NotEnoughDataError(_UNSETTLED)
    return LogisticFit(float(beta[0]), beta[1:], _deviance(n, y, special.expit(x.times(beta))))


@dataclass(frozen=True, eq=False)
class _Matrix:
    """A design written out, with its intercept."""

    x: Array

    @classmethod
    def of(cls, design: Array) -> "_Matrix":
        """With an intercept before its columns."""
        return cls(np.column_stack([np.ones(len(design)), design]))

    @property
    def width(self) -> int:
        """Columns, the intercept included."""
        return self.x.shape[1]

    def times(self, beta: Array) -> Array:
        """One number per row."""
        return self.x @ beta

    def totals(self, weights: Array) -> Array:
        """Weights summed by column."""
        return self.x.T @ weights

    def products(self, weights: Array) -> Array:
        """Weights summed by pairs of columns."""
        return (self.x * weights[:, None]).T @ self.x


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


def _newton_step(x: Levels | _Matrix, n: Array, y: Array, beta: Array, penalty: Array) -> Array:
    chance = special.expit(x.times(beta))
    slope = x.totals(y - n * chance) - penalty * beta
    curvature = x.products(n * chance * (1 - chance)) + np.diag(penalty)
    try:
        return np.linalg.solve(curvature, slope)
    except np.linalg.LinAlgError as singular:
        raise NotEnoughDataError(_UNSETTLED) from singular


def _shortened(
    step: Array,
    x: Levels | _Matrix,
    counts: tuple[Array, Array],
    beta: Array,
    penalty: Array,
) -> Array:
    """The step, halved until the penalised likelihood does not fall."""

    def gain(at: Array) -> float:
        logit = x.times(at)
        n, y = counts
        likelihood = y @ logit - n @ np.logaddexp(0, logit)
        return float(likelihood - penalty @ (at * at) / 2)

    now = gain(beta)
    for _ in range(_MOST_STEPS):
        if gain(beta + step) >= now - abs(now) * _PRECISION:
            break
        step = step / 2
    return step


def _deviance(n: Array, y: Array, chance: Array) -> float:
    missed = n - y
    own = special.xlogy(y, y) + special.xlogy(missed, missed) - special.xlogy(n, n)
    fitted = special.xlogy(y, chance) + special.xlog1py(missed, -chance)
    return float(2 * np.sum(own - fitted))
