"""Does a step of the forecast beat the one that costs nothing?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import holm, ratio_interval

Array: TypeAlias = np.ndarray
Verdict = Literal["helps", "harms", "no clear difference", "too few weeks"]

FEWEST_WEEKS = 26
SURE = 0.05
DEAD_ZONE = 0.005
"""A difference of half a point of WAPE is not worth a process, however sure it is."""


@dataclass(frozen=True)
class ValueAdded:
    """WAPE of one forecast minus WAPE of another over the same rows.

    Attributes:
        value: As a share; positive where the second is better.
        low, high: 95 % limits from weekly residuals; None with fewer than two weeks.
        p_value: Two-sided, of a difference of 0; None likewise.
        weeks: Weeks with any volume.
        verdict: Judged from 26 weeks on.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    weeks: int
    verdict: Verdict


def value_added(
    actual: Array,
    naive: Array,
    forecast: Array,
    weeks: Array,
    *,
    weeks_each: int = 1,
) -> ValueAdded:
    """Compare two forecasts of the same rows; weeks are what varies.

    With D the volume, the value added is Σ(|naive − A| − |F − A|)/ΣA: a ratio of sums. Its
    variance comes from its weeks' residuals, as for every ratio of a period.

    Args:
        actual: What came.
        naive: The forecast to beat, aligned.
        forecast: The forecast judged, aligned.
        weeks: Any label of each row's week, or of the weeks that vary together.
        weeks_each: Weeks that one label stands for.

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
        return ValueAdded(value, None, None, None, weeks_each, "too few weeks")
    found = ratio_interval(numerators, volumes, share=False)
    p_value = _p_value(value, found.variance, count - 1)
    known = count * weeks_each
    verdict = _verdict(value, p_value, known)
    return ValueAdded(value, found.low, found.high, p_value, known, verdict)


def together(found: Sequence[ValueAdded | None]) -> list[ValueAdded | None]:
    """Judge comparisons that are read side by side as one family, by Holm.

    Of many comparisons without any difference the best looks good by chance: five segments
    judged each by itself name one that helps or harms in a fifth of all reviews.

    Args:
        found: Comparisons in any order; None and those of too few weeks are no part of it.

    Returns:
        The same, in the same order, with verdicts that hold over all of them; limits stay
        those of each alone.
    """
    judged = [one for one in found if one and one.p_value is not None and _enough(one.weeks)]
    raised = iter(holm([one.p_value for one in judged if one.p_value is not None]))
    return [
        replace(one, verdict=_verdict(one.value, next(raised), one.weeks))
        if one and one.p_value is not None and _enough(one.weeks)
        else one
        for one in found
    ]


def _enough(weeks: int) -> bool:
    return weeks >= FEWEST_WEEKS


def _p_value(value: float, variance: float, freedom: int) -> float:
    if variance <= 0:
        return 1.0 if value == 0 else 0.0
    return float(2 * special.stdtr(freedom, -abs(value) / np.sqrt(variance)))


def _verdict(value: float, p_value: float, weeks: int) -> Verdict:
    if not _enough(weeks):
        return "too few weeks"
    if p_value >= SURE or abs(value) <= DEAD_ZONE:
        return "no clear difference"
    return "helps" if value > 0 else "harms"
