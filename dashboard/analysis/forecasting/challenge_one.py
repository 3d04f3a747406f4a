"""One series back-tested: which model would have been nearest, and what it says next.

Apart from its results, because statsmodels takes seconds to import: workers do.
"""

from datetime import timedelta

import numpy as np

from dashboard.analysis.forecasting.challenge import LEVEL, Ahead, Asked, Challenged
from dashboard.analysis.forecasting.rows import SEASON
from dashboard.errors import NotEnoughDataError
from dashboard.stats.forecasting import back_testing, models, series
from dashboard.stats.forecasting.series import HORIZON
from dashboard.stats.forecasting.value_added import ValueAdded, value_added

_SEASONS = back_testing.FEWEST_BEFORE // SEASON
_DAY = timedelta(days=1)


def challenge_one(one: Asked, lead: int) -> Challenged:
    """Back-test one series on rolling origins and forecast its next eight weeks.

    The model is chosen on the earlier half of the origins and judged on the later half; it
    is issued every second week only, so it is older than the forecast in use on most days.
    """
    judged = series.judged(one.came, SEASON, _SEASONS)
    if judged.kind in ("all zero", "constant"):
        flat = np.full(HORIZON, np.nanmax(one.came))
        return _refused(one, judged.why, _days(one, flat, (flat, flat)))
    try:
        y = series.filled(one.came, SEASON, _SEASONS)
        tested = back_testing.back_test(y, one.calendar, SEASON)
        errors = {name: back_testing.wape_at(tested, name, lead) for name in tested.ahead}
    except NotEnoughDataError as refused:
        return _refused(one, str(refused), ())
    model = tested.best(lead)
    ranges = back_testing.ranges(tested, model, LEVEL, SEASON)
    fitted = models.learnt(y, one.calendar[: len(y)], SEASON, [model])[model]
    said = fitted(y, one.calendar[: len(y)], one.calendar[len(y) : len(y) + HORIZON])
    current, added = _against(tested, model, one, lead)
    return Challenged(
        one.segment,
        one.zone,
        "",
        model,
        errors,
        one.step if added else "",
        current,
        added,
        ranges.inside,
        ranges.cases,
        _days(one, said, ranges.around(said, SEASON)),
    )


def _refused(one: Asked, why: str, days: tuple[Ahead, ...]) -> Challenged:
    return Challenged(one.segment, one.zone, why, "", {}, "", None, None, 0, 0, days)


def _against(
    tested: back_testing.BackTest, model: str, one: Asked, lead: int
) -> tuple[float | None, ValueAdded | None]:
    """The forecast in use on the days that judge the challenger, and what this one saves.

    What one origin says for two weeks goes astray together: origins are what varies.
    """
    places, said = tested.at_lead(model, lead, 1)
    both = np.isfinite(one.current[places]) & np.isfinite(one.came[places])
    places, said = places[both], said[both]
    actual, current = one.came[places], one.current[places]
    if not len(places) or not np.any(actual):
        return None, None
    origin = (places - lead - tested.origins[0]) // tested.every
    wape = float(np.sum(np.abs(current - actual)) / np.sum(actual))
    return wape, value_added(actual, current, said, origin, weeks_each=tested.every // SEASON)


def _days(one: Asked, said: np.ndarray, ends: tuple[np.ndarray, np.ndarray]) -> tuple[Ahead, ...]:
    start = one.first_day + len(one.came) * _DAY
    lower, upper = ends
    return tuple(
        Ahead(start + at * _DAY, *(round(float(part[at]), 2) for part in (said, lower, upper)))
        for at in range(len(said))
    )
