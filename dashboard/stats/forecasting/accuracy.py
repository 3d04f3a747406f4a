"""How far forecasts lie from what came.

Errors are summed before they are divided: the mean of percentages explodes where a day had
little volume, and does not exist where it had none. Such a mean (MAPE) is given beside the
rest only where every actual is above nothing.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray

_M4 = 200
_PERCENT = 100


@dataclass(frozen=True)
class Scale:
    """How hard a series is to forecast: how far a season's repeat lies from itself.

    Attributes:
        mean: Mean absolute difference between values one season apart, in units of volume.
        root: Root of the mean squared difference.
    """

    mean: float
    root: float


def errors(actual: Array, forecast: Array) -> Array:
    """Forecast minus actual.

    Args:
        actual: What came, finite.
        forecast: What was expected, aligned.

    Raises:
        NotEnoughDataError: There are none, they do not align, or a value is missing.
    """
    a, f = np.asarray(actual, float), np.asarray(forecast, float)
    if a.shape != f.shape or not a.size:
        message = f"{a.size} actuals beside {f.size} forecasts; as many of both are needed"
        raise NotEnoughDataError(message)
    missing = int(np.sum(~np.isfinite(a) | ~np.isfinite(f)))
    if missing:
        message = f"{missing} of {a.size} pairs lack a value; leave them out and count them"
        raise NotEnoughDataError(message)
    return f - a


def wape(actual: Array, forecast: Array) -> float:
    """Weighted absolute percentage error, a share: Σ|F − A| / Σ|A|, pooled over all rows.

    Raises:
        NotEnoughDataError: As `errors`, or nothing came at all.
    """
    return float(np.sum(np.abs(errors(actual, forecast))) / _volume(actual))


def bias(actual: Array, forecast: Array) -> float:
    """Σ(F − A) / Σ|A|, a share; positive means that too much was forecast.

    Raises:
        NotEnoughDataError: As `wape`.
    """
    return float(np.sum(errors(actual, forecast)) / _volume(actual))


def scale(training: Array, season: int) -> Scale:
    """How far the training series lies from its own last season.

    Args:
        training: Values in order of time, before the first forecast; missing ones are NaN
            and leave out the pairs that they belong to.
        season: Values a season: 7 for days of a week.

    Raises:
        NotEnoughDataError: No pair one season apart, or all of them equal.
    """
    y = np.asarray(training, float)
    steps = y[season:] - y[:-season] if len(y) > season else np.empty(0)
    steps = steps[np.isfinite(steps)]
    if not len(steps):
        message = f"{len(y)} values to learn from; more than one season of {season} is needed"
        raise NotEnoughDataError(message)
    if not np.any(steps):
        message = "every season repeats the one before; MASE needs a series that varies"
        raise NotEnoughDataError(message)
    return Scale(float(np.mean(np.abs(steps))), float(np.sqrt(np.mean(steps**2))))


def mase(actual: Array, forecast: Array, by: Scale) -> float:
    """Mean absolute scaled error: 1 is as far off as last season's value was in training."""
    return float(np.mean(np.abs(errors(actual, forecast)))) / by.mean


def rmsse(actual: Array, forecast: Array, by: Scale) -> float:
    """Root mean squared scaled error; large misses count more than in `mase`."""
    return float(np.sqrt(np.mean(errors(actual, forecast) ** 2))) / by.root


def smape_m4(actual: Array, forecast: Array) -> float:
    """Symmetric error of the M4 competition, 0 to 200 %; 0 where both are nothing."""
    off = np.abs(errors(actual, forecast))
    size = np.abs(np.asarray(actual, float)) + np.abs(np.asarray(forecast, float))
    return float(np.mean(_M4 * off / np.where(size > 0, size, 1.0)))


def percentage_errors(actual: Array, forecast: Array) -> Array:
    """(F − A) / |A| in per cent, row by row; their mean size is the MAPE.

    Raises:
        NotEnoughDataError: An actual is 0: no percentage of nothing exists.
    """
    off, a = errors(actual, forecast), np.asarray(actual, float)
    zeros = int(np.sum(a == 0))
    if zeros:
        message = f"{zeros} of {len(a)} actuals are 0, so MAPE is undefined; read WAPE instead"
        raise NotEnoughDataError(message)
    return _PERCENT * off / np.abs(a)


def _volume(actual: Array) -> float:
    total = float(np.sum(np.abs(np.asarray(actual, float))))
    if total == 0:
        message = "every actual is 0; an error in per cent needs some volume"
        raise NotEnoughDataError(message)
    return total
