"""The forecast that costs nothing: the value of the same weekday, as last known."""

from typing import TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray


def steps_back(lead: int, season: int = 7, data_lag: int = 0) -> int:
    """How many values back the seasonal naive forecast looks: season·⌈(lead + lag)/season⌉.

    Args:
        lead: Values between issue and target, at least 1.
        season: Values a season.
        data_lag: Values until an actual is known.

    Raises:
        NotEnoughDataError: The lead is below 1: it would look at the value itself.
    """
    if lead < 1 or season < 1 or data_lag < 0:
        found = f"lead {lead}, season {season} and data lag {data_lag}"
        message = f"{found}; a lead and a season of at least 1 and a lag of at least 0 are needed"
        raise NotEnoughDataError(message)
    return season * -(-(lead + data_lag) // season)


def seasonal_naive(values: Array, lead: int, season: int = 7, data_lag: int = 0) -> Array:
    """What the seasonal naive forecast said for each value, `lead` before it came.

    Args:
        values: What came, in order of time without gaps in the axis; missing ones are NaN.
        lead: Values between issue and target.
        season: Values a season.
        data_lag: Values until an actual is known.

    Returns:
        Aligned with `values`; NaN where the value it repeats is not known. No element
        depends on a value fewer than `lead + data_lag` places before it.
    """
    back = steps_back(lead, season, data_lag)
    y = np.asarray(values, float)
    said = np.full(len(y), np.nan)
    said[back:] = y[: max(len(y) - back, 0)]
    return said
