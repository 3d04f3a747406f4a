"""Does a step of the forecast beat the one that costs nothing?"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import ratio_interval

Array: TypeAlias = np.ndarray
Verdict = Literal["helps", "harms", "no clear difference", "too few weeks"]

FEWEST_WEEKS = 26
DEAD_ZONE = 0.005
"""A difference of half a point of WAPE is not worth a process, however sure it is."""


@dataclass(frozen=True)
class ValueAdded:
    """WAPE of one forecast minus WAPE of another over the same rows.

    Attributes:
        value: As a share; positive where the second is better.
        low, high: 95 % limits from weekly residuals; None with fewer than two weeks.
        weeks: Weeks with any volume.
        verdict: Judged from 26 weeks on.
    """

    value: float
    low: float | None
    high: float | None
    weeks: int
    verdict: Verdict


def value_added(
    actual: Array,
    naive: Array,
    forecast: Array,
    weeks: Array,
    *,
    dead_zone: float = DEAD_ZONE,
) -> ValueAdded:
    """Compare two forecasts of the same rows; weeks are what varies.

    With D the volume, the value added is Σ(|naive − A| − |F − A|)/ΣA: a ratio of sums. Its
    variance comes from its weeks' residuals, as for every ratio of a period.

    Args:
        actual: What came.
        naive: The forecast to beat, aligned.
        forecast: The forecast judged, aligned.
        weeks: Any label of each row's week.
        dead_zone: Share of volume below which a difference is not worth having.

    Raises:
        NotEnoughDataError: No rows, or no volume in any.
    """
    a = np.asarray(actual, float)
    gained = np.abs(np.asarray(naive, float) - a) - np.abs(np.asarray(forecast, float) - a)
    _, week = np.unique(np.asarray(weeks), return_inverse=True)
    numerators, volumes = np.bincount(week, gained), np.bincount(week, np.abs(a))
    total = float(volumes.sum()) if len(volumes) else 0.0
    if total <= 0:
        message = "nothing came in the weeks compared; value added needs some volume"
        raise NotEnoughDataError(message)
    count = int(np.count_nonzero(volumes))
    value = float(numerators.sum()) / total
    if count == 1:
        return ValueAdded(value, None, None, count, "too few weeks")
    found = ratio_interval(numerators, volumes, share=False)
    limits = found.low, found.high
    return ValueAdded(value, *limits, count, _verdict(value, limits, count, dead_zone))


def _verdict(value: float, limits: tuple[float, float], weeks: int, dead_zone: float) -> Verdict:
    if weeks < FEWEST_WEEKS:
        return "too few weeks"
    if limits[0] > 0 and value > dead_zone:
        return "helps"
    if limits[1] < 0 and value < -dead_zone:
        return "harms"
    return "no clear difference"
