"""Forecasts from rolling origins, and the ranges that their errors carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.forecasting import accuracy, models
from dashboard.stats.forecasting.series import HORIZON

Array: TypeAlias = np.ndarray

EVERY = 14
SPAN = 448
"""The later half of the origins judges more than 26 weeks even four weeks ahead."""

FEWEST_BEFORE = 112
"""Sixteen weeks to learn from before the first origin."""


@dataclass(frozen=True)
class BackTest:
    """What each model said from each origin.

    Attributes:
        y: The series.
        origins: Place of the first value forecast, ascending; values before it were known.
        ahead: By model: shape (origins, horizon).
        every: Values between origins.
    """

    y: Array
    origins: Array
    ahead: Mapping[str, Array]
    every: int

    def at_lead(self, model: str, lead: int, half: int) -> tuple[Array, Array]:
        """Places and forecasts at a lead time, from the latest origin before each.

        Args:
            model: Its name.
            lead: Values from the moment of issue, the origin's own day, to the target.
            half: 0 for the earlier half of the origins, 1 for the later.
        """
        chosen = np.array_split(np.arange(len(self.origins)), 2)[half]
        steps = np.arange(lead, min(lead + self.every, self.ahead[model].shape[1]))
        places = self.origins[chosen][:, None] + steps[None, :]
        said = self.ahead[model][np.ix_(chosen, steps)]
        known = places < len(self.y)
        return places[known], said[known]

    def best(self, lead: int) -> str:
        """The model with the least error over the earlier half of the origins.

        The later half judges it: chosen and judged on the same days, the best of four would
        look better than it is.
        """

        def error(model: str) -> float:
            places, said = self.at_lead(model, lead, 0)
            return float(np.sum(np.abs(said - self.y[places])))

        return min(self.ahead, key=error)


@dataclass(frozen=True)
class Ranges:
    """How wide a range must be, in roots of the forecast, by week ahead.

    Attributes:
        low, high: Quantiles of (A − F)/√F; one per week of the horizon.
        inside, cases: Values within the range that other origins' errors gave, and all.
    """

    low: Array
    high: Array
    inside: int
    cases: int

    def around(self, said: Array, season: int) -> tuple[Array, Array]:
        """Lower and upper ends of a forecast of the whole horizon."""
        week = np.minimum(np.arange(len(said)) // season, len(self.low) - 1)
        root = _root(said)
        return np.maximum(said + self.low[week] * root, 0), said + self.high[week] * root


def back_test(y: Array, regressors: Array, season: int) -> BackTest:
    """Forecast eight weeks from every second week of the last 64.

    Args:
        y: Usable series in order of time, without gaps.
        regressors: Shape (values + horizon, columns): the calendar is known ahead.
        season: Values a season.

    Raises:
        NotEnoughDataError: Fewer than sixteen weeks to learn from and eight to test on.
    """
    first = max(len(y) - SPAN, FEWEST_BEFORE)
    origins = np.arange(first, len(y), EVERY)
    if len(y) < FEWEST_BEFORE + HORIZON:
        needed = f"{FEWEST_BEFORE + HORIZON} are needed for a back-test"
        message = f"the series has {len(y)} values; {needed}"
        raise NotEnoughDataError(message)
    fitted = models.learnt(y[:first], regressors[:first], season)
    ahead = {
        name: np.array(
            [
                model(y[:origin], regressors[:origin], regressors[origin : origin + HORIZON])
                for origin in origins
            ]
        )
        for name, model in fitted.items()
    }
    return BackTest(y, origins, ahead, EVERY)


def ranges(found: BackTest, model: str, level: float, season: int) -> Ranges:
    """Ranges from the back-test's own errors, and how often such ranges hold.

    Each origin is judged by the errors of origins whose horizon does not touch its own.
    """
    said = found.ahead[model]
    places = found.origins[:, None] + np.arange(said.shape[1])[None, :]
    actual = np.where(places < len(found.y), found.y[np.minimum(places, len(found.y) - 1)], np.nan)
    scaled = (actual - said) / _root(said)
    inside = cases = 0
    for at, origin in enumerate(found.origins):
        apart = np.abs(found.origins - origin) >= said.shape[1]
        if apart.sum() * season < FEWEST_BEFORE / 2:
            continue
        low, high = _quantiles(scaled[apart], level, season)
        week = np.minimum(np.arange(said.shape[1]) // season, len(low) - 1)
        known = np.isfinite(scaled[at])
        held = (scaled[at] >= low[week]) & (scaled[at] <= high[week])
        inside += int(np.sum(held & known))
        cases += int(np.sum(known))
    return Ranges(*_quantiles(scaled, level, season), inside, cases)


def _quantiles(scaled: Array, level: float, season: int) -> tuple[Array, Array]:
    weeks = scaled.shape[1] // season
    by_week = [scaled[:, season * at : season * (at + 1)] for at in range(weeks)]
    known = [part[np.isfinite(part)] for part in by_week]
    usable = [part for part in known if len(part) >= season] or [np.zeros(1)]
    tail = (1 - level) / 2
    low, high = (np.array([np.quantile(part, q) for part in usable]) for q in (tail, 1 - tail))
    return low, high


def _root(said: Array) -> Array:
    return np.sqrt(np.maximum(said, 1.0))


def wape_at(found: BackTest, model: str, lead: int) -> float:
    """Error of a model over the later half of the origins.

    Raises:
        NotEnoughDataError: Nothing came in these days.
    """
    places, said = found.at_lead(model, lead, 1)
    return accuracy.wape(found.y[places], said)
