"""What a series can carry: too short, with gaps, all zero and constant have a rule each.

| found       | accuracy                           | a model                                |
|-------------|------------------------------------|----------------------------------------|
| gaps        | pairs with a gap are left out      | up to 10 % filled from the same season |
| too short   | WAPE and bias, no MASE             | refused                                |
| all zero    | no percentage, no MASE; sums stand | refused: the forecast is 0             |
| constant    | WAPE and bias, no MASE             | refused: the forecast is the constant  |
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray
Kind = Literal["usable", "gaps", "too short", "all zero", "constant"]

HORIZON = 56
"""Days that a challenger forecasts: the next eight weeks."""

FEWEST_SEASONS = 2
MOST_MISSING = 0.1


@dataclass(frozen=True)
class Judged:
    """What a series is.

    Attributes:
        kind: 'usable' or why it is not.
        why: What was found and what is needed; '' where it is usable.
    """

    kind: Kind
    why: str = ""


def judged(values: Array, season: int, seasons: int = FEWEST_SEASONS) -> Judged:
    """Say whether a model can learn from a series.

    Args:
        values: In order of time; missing ones are NaN.
        season: Values a season.
        seasons: Whole seasons that are needed.
    """
    y = np.asarray(values, float)
    known = y[np.isfinite(y)]
    if len(y) < seasons * season:
        needed = f"{seasons} seasons of {season} are needed"
        return Judged("too short", f"the series has {len(y)} values; {needed}")
    missing = 1 - len(known) / len(y)
    if missing > MOST_MISSING:
        found = f"{len(y) - len(known)} of {len(y)} values are missing"
        return Judged("gaps", f"{found}; at most {MOST_MISSING:.0%} can be filled in")
    if not np.any(known):
        return Judged("all zero", "every value is 0; a model needs some volume")
    if np.ptp(known) == 0:
        return Judged("constant", f"every value is {known[0]:g}; a model needs some that vary")
    return Judged("usable")


def filled(values: Array, season: int, seasons: int = FEWEST_SEASONS) -> Array:
    """The series with its gaps filled by the mean of the neighbouring seasons' values.

    Args:
        values: In order of time; missing ones are NaN.
        season: Values a season.
        seasons: Whole seasons that are needed.

    Raises:
        NotEnoughDataError: The series is not usable; the message says why.
    """
    found = judged(values, season, seasons)
    if found.kind != "usable":
        raise NotEnoughDataError(found.why)
    y = np.asarray(values, float).copy()
    for start in range(season):
        same = y[start::season]
        known = np.isfinite(same)
        if not known.any():
            message = f"place {start + 1} of the season of {season} never has a value; some needed"
            raise NotEnoughDataError(message)
        places = np.arange(len(same))
        y[start::season] = np.interp(places, places[known], same[known])
    return y
