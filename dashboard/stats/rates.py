"""Counts per exposure: has a rate risen beyond chance, among many that might have?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError


@dataclass(frozen=True)
class RateRatio:
    """One rate over another.

    Attributes:
        value: The ratio; infinite where the earlier count is 0 and the later is not.
        low, high: Exact conditional limits, 95 % unless asked otherwise.
        p_risen: One-sided: how likely so high a count is, had nothing risen.
    """

    value: float
    low: float
    high: float
    p_risen: float


def rate_ratio(
    now: tuple[int, float], before: tuple[int, float], *, confidence: float = 0.95
) -> RateRatio:
    """Compare two counts by what they were counted over, exactly.

    Given their sum, the later of two Poisson counts is binomial, with the share of its
    exposure: no approximation that small counts could break.

    Args:
        now: Count and exposure.
        before: The same, earlier.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Raises:
        NotEnoughDataError: An exposure or both counts are 0.

    Reference:
        Przyborowski and Wilenski (1940), "Homogeneity of results in testing samples from
        Poisson series".
    """
    (x, exposure), (y, earlier) = now, before
    total = x + y
    if not total or exposure <= 0 or earlier <= 0:
        message = f"{total} cases over {exposure:g} and {earlier:g}; both need some"
        raise NotEnoughDataError(message)
    share = exposure / (exposure + earlier)
    tail = (1 - confidence) / 2
    low = float(special.betaincinv(x, y + 1, tail)) if x else 0.0
    high = float(special.betaincinv(x + 1, y, 1 - tail)) if y else 1.0
    p_risen = float(special.bdtrc(x - 1, total, share)) if x else 1.0
    scale = earlier / exposure
    value = x / y * scale if y else float("inf")
    return RateRatio(value, _odds(low) * scale, _odds(high) * scale, p_risen)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """P-values corrected so that, of those called, a share below the level is false.

    Args:
        p_values: One family, in any order.

    Returns:
        In the order given.

    Reference:
        Benjamini and Hochberg (1995), "Controlling the false discovery rate".
    """
    p = np.asarray(p_values, float)
    if not len(p):
        return []
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    lowered = np.minimum.accumulate(p[order] * len(p) / ranks)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(lowered, 1.0)
    return corrected.tolist()


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
