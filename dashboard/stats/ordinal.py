"""Answers on an ordered scale: the proportional-odds model, over counted answers.

statsmodels takes seconds to import, so only who needs the model imports this module.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special, stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray

_FEWEST_LEVELS = 2
_STEP = 1e-5


class _Counted(OrderedModel):
    """The ordered model where a row stands for several equal answers."""

    def __init__(self, endog: Array, exog: Array, counts: Array) -> None:
        self.counts = counts
        super().__init__(endog, exog, distr="logit")

    def loglikeobs(self, params: Array) -> Array:
        return self.counts * super().loglikeobs(params)


@dataclass(frozen=True)
class Ordinal:
    """A fitted proportional-odds model.

    Attributes:
        slopes: Log odds of a better answer per unit of each column.
        cuts: Thresholds between neighbouring answers, ascending.
        scale: The answers, ascending.
        covariance: Of slopes and statsmodels' own thresholds (the first, then logs of the
            gaps).
        log_likelihood: At the maximum.
        answers: How many it stands on.
    """

    slopes: Array
    cuts: Array
    scale: Array
    covariance: Array
    log_likelihood: float
    answers: int

    def mean(self, rows: Array) -> Array:
        """Expected answer for each row of a design like the one fitted."""
        return self._mean(self._parameters, np.asarray(rows, float))

    def difference(
        self, rows: Array, than: Array, shares: Array | None = None, confidence: float = 0.95
    ) -> tuple[float, float, float]:
        """Expected answer over rows, less that over other rows: value, low, high.

        Args:
            rows: Design like the one fitted.
            than: The same, aligned.
            shares: What each pair of rows counts for; all the same by default.
            confidence: Coverage of the interval, by the delta method.
        """

        def apart(parameters: Array) -> float:
            one, other = (self._mean(parameters, np.asarray(r, float)) for r in (rows, than))
            return float(np.average(one - other, weights=shares))

        here = self._parameters
        steps = _STEP * np.eye(len(here))
        gradient = np.array([apart(here + s) - apart(here - s) for s in steps]) / (2 * _STEP)
        error = float(np.sqrt(gradient @ self.covariance @ gradient))
        half = float(special.ndtri((1 + confidence) / 2)) * error
        value = apart(here)
        return value, value - half, value + half

    @property
    def _parameters(self) -> Array:
        return np.concatenate([self.slopes, self.cuts[:1], np.log(np.diff(self.cuts))])

    def _mean(self, parameters: Array, rows: Array) -> Array:
        columns = len(self.slopes)
        raw = parameters[columns:]
        cuts = np.cumsum(np.concatenate([raw[:1], np.exp(raw[1:])]))
        below = special.expit(cuts - (rows @ parameters[:columns])[:, None])
        shares = np.diff(below, prepend=0.0, append=1.0, axis=1)
        return shares @ self.scale


def fit_ordinal(answers: Array, rows: Array, counts: Array) -> Ordinal:
    """Fit how the odds of a better answer move with each column.

    Args:
        answers: One per row, from any ordered scale.
        rows: Design, one column per effect, without a constant: the cuts stand for it.
        counts: How often each row occurred.

    Raises:
        NotEnoughDataError: All answers are the same, or a column never varies, so that
            nothing can be told.
    """
    y, x, n = np.asarray(answers, float), np.asarray(rows, float), np.asarray(counts, float)
    held = n > 0
    y, x, n = y[held], x[held], n[held]
    scale, codes = np.unique(y, return_inverse=True)
    if len(scale) < _FEWEST_LEVELS or np.linalg.matrix_rank(x - x.mean(0)) < x.shape[1]:
        message = f"{len(scale)} different answers, or an effect that never varies; no model"
        raise NotEnoughDataError(message)
    model = _Counted(codes, x, n)
    found = model.fit(method="bfgs", disp=False, maxiter=500, gtol=1e-6)
    parameters = np.asarray(found.params)
    return Ordinal(
        slopes=parameters[: x.shape[1]],
        cuts=model.transform_threshold_params(parameters)[1:-1],
        scale=scale,
        covariance=np.asarray(found.cov_params()),
        log_likelihood=float(found.llf),
        answers=int(n.sum()),
    )


def likelihood_ratio(smaller: Ordinal, larger: Ordinal) -> float:
    """P-value of the smaller of two nested models against the larger."""
    gained = max(2 * (larger.log_likelihood - smaller.log_likelihood), 0.0)
    more = len(larger.slopes) - len(smaller.slopes)
    return float(stats.chi2.sf(gained, more))
