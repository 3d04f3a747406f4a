"""Has a forecast begun to run to one side?"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.forecasting.accuracy import errors

Array: TypeAlias = np.ndarray

WINDOW = 13
BASE = 26
SD_PER_MAD = 1.253
LIMITS = 3.0


@dataclass(frozen=True)
class Alarm:
    """The last 13 weeks against the scatter of the 26 before.

    Attributes:
        total: Sum of forecast minus actual over the window, in deliveries.
        limit: Beyond which it is an alarm, either way.
        weeks: Weeks in the window.
    """

    total: float
    limit: float
    weeks: int

    @property
    def rings(self) -> bool:
        """Whether the sum lies beyond its limit."""
        return abs(self.total) > self.limit


def tracking_signal(actual: Array, forecast: Array) -> float:
    """Σ(A − F) / mean|F − A|: positive where too little was forecast.

    Printed, never an alarm of its own: beyond 4 over 8 to 13 periods it lies by chance in a
    third of all windows.

    Raises:
        NotEnoughDataError: As `accuracy.errors`, or there is no error at all.
    """
    off = errors(actual, forecast)
    spread = float(np.mean(np.abs(off)))
    if spread == 0:
        message = "every forecast was exact; a tracking signal needs some error"
        raise NotEnoughDataError(message)
    return float(-np.sum(off)) / spread


def alarm(weekly_errors: Array) -> Alarm:
    """Judge the last 13 weeks: |ΣE| > 3 · 1.253 · MAD · √13, MAD of the 26 weeks before.

    Args:
        weekly_errors: Forecast minus actual by complete week, in order of time.

    Raises:
        NotEnoughDataError: Fewer than 39 weeks, or no error in the 26 to judge by.
    """
    e = np.asarray(weekly_errors, float)
    e = e[np.isfinite(e)]
    if len(e) < WINDOW + BASE:
        message = f"{len(e)} complete weeks; the alarm needs {WINDOW + BASE}"
        raise NotEnoughDataError(message)
    before = float(np.mean(np.abs(e[-WINDOW - BASE : -WINDOW])))
    if before == 0:
        message = f"no error in the {BASE} weeks before; the alarm needs some to judge by"
        raise NotEnoughDataError(message)
    limit = LIMITS * SD_PER_MAD * before * np.sqrt(WINDOW)
    return Alarm(float(np.sum(e[-WINDOW:])), float(limit), WINDOW)
