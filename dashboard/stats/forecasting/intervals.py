"""Is the range around a forecast as wide as it says?"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.forecasting.accuracy import errors
from dashboard.stats.periods import wilson

Array: TypeAlias = np.ndarray


@dataclass(frozen=True)
class Coverage:
    """How often what came lay within the range given.

    Attributes:
        share: Of the cases, 0 to 1.
        low, high: Wilson's 95 % limits of that share.
        cases: Forecasts with a range.
    """

    share: float
    low: float
    high: float
    cases: int


def pinball(actual: Array, quantile: Array, level: float) -> float:
    """Mean pinball loss of a quantile forecast, in units of volume.

    Args:
        actual: What came.
        quantile: The value that a share `level` of outcomes should stay below, aligned.
        level: Strictly between 0 and 1.

    Raises:
        NotEnoughDataError: As `accuracy.errors`.
    """
    short = -errors(actual, quantile)
    return float(np.mean(np.maximum(level * short, (level - 1) * short)))


def coverage(actual: Array, lower: Array, upper: Array, *, confidence: float = 0.95) -> Coverage:
    """Share of outcomes within their range, both ends included.

    Args:
        actual: What came.
        lower: Lower end per case, aligned; NaN where there is no range.
        upper: Upper end, likewise.
        confidence: Of the limits around the share.

    Raises:
        NotEnoughDataError: No case has a range.
    """
    a, low, high = (np.asarray(one, float) for one in (actual, lower, upper))
    known = np.isfinite(a) & np.isfinite(low) & np.isfinite(high)
    cases = int(np.sum(known))
    if not cases:
        message = "no forecast has both a lower and an upper end; coverage needs some"
        raise NotEnoughDataError(message)
    share = float(np.mean((low[known] <= a[known]) & (a[known] <= high[known])))
    z = float(special.ndtri((1 + confidence) / 2))
    least, most = wilson(share, share * (1 - share) / cases, cases, z)
    return Coverage(share, least, most, cases)
