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

_FEWEST_GROUPS = 2


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


@dataclass(frozen=True)
class LogRank:
    """Whether groups take equally long.

    Attributes:
        chi2: The statistic, with one degree of freedom fewer than groups.
        p_value: How likely so large a one is, did all groups take equally long.
    """

    chi2: float
    p_value: float


def log_rank(delivered: Array, open_: Array) -> LogRank:
    """Compare times to delivery between groups, open parcels counted as long as seen.

    No page asks it. It takes deliveries as independent, while those of one week share
    weather and staff: over a quarter's rows it would call almost anything different. It is
    for independent rows, such as an experiment's.

    Args:
        delivered: How many were delivered, by group (rows) and distinct time, ascending.
        open_: How many were last seen open at each; they count as open at that time.

    Raises:
        NotEnoughDataError: Fewer than two groups, or a group of which nothing is known
            while others were delivered.

    Reference:
        Mantel (1966), "Evaluation of survival data and two new rank order statistics";
        vector 23 from R's survdiff.
    """
    d, seen = np.asarray(delivered, float), np.asarray(delivered, float) + np.asarray(open_, float)
    at_risk = np.cumsum(seen[:, ::-1], axis=1)[:, ::-1]
    some = d.sum(axis=0) > 0
    if len(d) < _FEWEST_GROUPS or not at_risk[:, some].any(axis=1).all():
        message = f"{len(d)} groups, one of them empty or alone; two that were seen are needed"
        raise NotEnoughDataError(message)
    d, n = d[:, some], at_risk[:, some]
    events, total = d.sum(axis=0), n.sum(axis=0)
    shares = n / total
    excess = (d - events * shares).sum(axis=1)[:-1]
    spread = events * (total - events) / np.maximum(total - 1, 1)
    covariance = np.diag((spread * shares).sum(axis=1)) - (spread * shares) @ shares.T
    chi2 = float(excess @ np.linalg.solve(covariance[:-1, :-1], excess))
    return LogRank(chi2, float(special.chdtrc(len(d) - 1, chi2)))
