"""How much capacity to plan when too little and too much cost differently: the newsvendor."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.survival import Survival, product_limit

Array: TypeAlias = np.ndarray

FEWEST_ERRORS = 26


@dataclass(frozen=True)
class NormalPlan:
    """The best capacity for a demand that is normal.

    Attributes:
        ratio: The critical ratio cu / (cu + co).
        z: Its normal quantile.
        capacity: In deliveries.
        cost: Expected cost of that capacity, in money.
    """

    ratio: float
    z: float
    capacity: float
    cost: float


def critical_ratio(under: float, over: float) -> float:
    """Share of days on which the best capacity suffices: cu / (cu + co).

    Args:
        under: Cost of a delivery beyond capacity.
        over: Cost of a place that stays empty.

    Raises:
        NotEnoughDataError: A cost is negative, or both are 0.
    """
    if not (under >= 0 and over >= 0 and under + over > 0):
        message = f"costs of {under:g} under and {over:g} over; neither below 0, one above, needed"
        raise NotEnoughDataError(message)
    return under / (under + over)


def normal_plan(mean: float, sd: float, under: float, over: float) -> NormalPlan:
    """The best capacity where demand is normal."""
    ratio = critical_ratio(under, over)
    z = float(special.ndtri(ratio))
    capacity = mean + z * sd
    return NormalPlan(ratio, z, capacity, normal_cost(capacity, mean, sd, (under, over)))


def normal_cost(capacity: float, mean: float, sd: float, costs: tuple[float, float]) -> float:
    """Expected cost of a capacity where demand is normal; `costs` are of under and over."""
    under, over = costs
    z = (capacity - mean) / sd
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    short = sd * (density - z * special.ndtr(-z))
    return float(under * short + over * (short + capacity - mean))


def demand(ratios: Array, capped: Array) -> Survival:
    """Distribution of actual over forecast where some days were cut off by capacity.

    A day that came to its limit could have brought more: leaving it out, or taking it as
    it is, would plan too little. It is right-censored.

    Args:
        ratios: Actual over forecast by day, finite.
        capped: Whether that day's actual was cut off, aligned.

    Raises:
        NotEnoughDataError: Fewer than 26 days, or every day was cut off.
    """
    r, cut = np.asarray(ratios, float), np.asarray(capped, bool)
    if len(r) < FEWEST_ERRORS:
        message = f"{len(r)} days with a forecast and an actual; {FEWEST_ERRORS} are needed"
        raise NotEnoughDataError(message)
    if cut.all():
        message = "every day came to its capacity; what would have come needs some that did not"
        raise NotEnoughDataError(message)
    times, place = np.unique(r, return_inverse=True)
    free = np.bincount(place[~cut], minlength=len(times))
    return product_limit(times, free, np.bincount(place[cut], minlength=len(times)))


def expected_cost(factor: float, found: Survival, costs: tuple[float, float]) -> float:
    """Expected cost a day of planning `factor` times the forecast, per delivery forecast.

    Args:
        factor: Capacity over forecast.
        found: Distribution of actual over forecast; what lies beyond the largest ratio
            seen, where days were cut off, counts as that ratio: a lower bound.
        costs: Of a delivery beyond capacity, and of an empty place.
    """
    under, over = costs
    mass = -np.diff(np.concatenate([[1.0], found.left]))
    beyond = max(float(found.left[-1]), 0.0)
    values = np.append(found.times, found.times[-1])
    shares = np.append(mass, beyond)
    short, idle = np.maximum(values - factor, 0), np.maximum(factor - values, 0)
    return float(np.sum(shares * (under * short + over * idle)))
