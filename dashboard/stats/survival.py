"""How long until delivery, where some are still on their way: the product-limit estimate.

An open parcel is not late for ever: it has lasted so long and may come any minute.
Leaving it out flatters the rate, calling it never delivered condemns it; Kaplan and
Meier's estimate uses just what is known. Written on numpy alone: statsmodels takes
over a second to import. Tests hold it against statsmodels and R.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray


@dataclass(frozen=True)
class Survival:
    """Share not yet delivered, by time.

    Attributes:
        times: Distinct times at which anything was delivered, ascending.
        left: Share still open just after each.
        error: Its standard error (Greenwood).
    """

    times: Array
    left: Array
    error: Array

    def at(self, time: float) -> float:
        """Share still open at a time."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.left[place - 1]) if place else 1.0

    def quantile(self, share: float) -> float | None:
        """The first time by which a share is delivered; None where it is never reached."""
        reached = np.flatnonzero(1 - self.left >= share - 1e-12)
        return float(self.times[reached[0]]) if len(reached) else None

    def interval(self, time: float, confidence: float = 0.95) -> tuple[float, float]:
        """Limits of the share still open, on the log-log scale; equal at 0 and at 1."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        left = self.at(time)
        if not 0 < left < 1:
            return left, left
        spread = float(self.error[place]) / (left * np.log(left))
        half = float(special.ndtri((1 + confidence) / 2)) * spread
        low, high = sorted((left ** np.exp(half), left ** np.exp(-half)))
        return float(low), float(high)


def product_limit(times: Array, delivered: Array, open_: Array) -> Survival:
    """Kaplan–Meier estimate from counts.

    Args:
        times: Distinct times, ascending; any unit, may be negative.
        delivered: How many were delivered at each.
        open_: How many were last seen open at each; they count as open at that time.

    Raises:
        NotEnoughDataError: Nothing was delivered.
    """
    times, delivered = np.asarray(times, float), np.asarray(delivered, float)
    at_risk = np.cumsum((delivered + np.asarray(open_, float))[::-1])[::-1]
    events = delivered > 0
    if not np.any(events):
        message = "nothing was delivered; a time to delivery needs one that was"
        raise NotEnoughDataError(message)
    d, n = delivered[events], at_risk[events]
    left = np.cumprod(1 - d / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(d / (n * (n - d)))
        error = np.where(left > 0, left * np.sqrt(greenwood), 0.0)
    return Survival(times[events], left, error)
