"""The dimensions of the search for causes: their values, and values taken together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.analysis.breach_map.geography import zone_shapes
from dashboard.stated import CauseDimension
from dashboard.stats.causes import Cause
from dashboard.stats.combinations import Axis, Places, neighbours
from dashboard.warehouse import Reader
from dashboard.warehouse.rollup import NONE

PARTS_OF_DAY = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}
"""First hour, and the hour after the last."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOUR, WEEKDAY, DRIVER = "promised_hour", "promised_weekday", "driver"
_TWO = 2


@dataclass(frozen=True)
class Part:
    """What a combination takes of one dimension.

    Attributes:
        dimension: Its name.
        values: One value, or several taken together.
        label: In words.
    """

    dimension: str
    values: tuple[str, ...]
    label: str


def axis_of(
    reader: Reader, one: CauseDimension, codes: np.ndarray, values: tuple[str, ...]
) -> Axis:
    """A dimension as the search reads it.

    Args:
        reader: Knows where zones lie.
        one: The dimension.
        codes: Per row the place of its value.
        values: The values.
    """
    unions: tuple[Places, ...] = ()
    if one.taken_together == "neighbours":
        unions = tuple(_neighbours(reader, values))
    elif one.taken_together == "parts of the day":
        unions = tuple(_parts_of_day(values))
    return Axis(
        name=one.name,
        codes=codes,
        size=len(values),
        unions=unions,
        most=one.most,
        of_depot=one.of_depot,
        of_days=one.of_days,
    )


def parts_of(
    axes: Sequence[Axis], names: Sequence[tuple[str, ...]], cause: Cause
) -> tuple[Part, ...]:
    """What a combination takes of each of its dimensions."""
    found = []
    for place, value in zip(cause.axes, cause.values, strict=True):
        values = tuple(names[place][code] for code in axes[place].values[value])
        found.append(Part(axes[place].name, values, label_of(axes[place].name, values)))
    return tuple(found)


def label_of(dimension: str, values: Sequence[str]) -> str:
    """Values of a dimension as people say them.

    >>> label_of("promised_hour", ("20", "22")), label_of("promised_weekday", ("1",))
    ('evening', 'Monday')
    """
    if dimension == HOUR:
        return _hours(values)
    if dimension == WEEKDAY and values[0] != NONE:
        return " + ".join(WEEKDAYS[int(value) - 1] for value in values)
    if dimension == DRIVER:
        return f"driver {' + '.join(values)}"
    if values == (NONE,):
        return f"no {dimension.replace('_', ' ')}"
    return " + ".join(values)


def _hours(values: Sequence[str]) -> str:
    if values[0] == NONE:
        return "promises of a day"
    if len(values) == 1:
        return f"{values[0]} h"
    hour = int(values[0])
    return next(name for name, (first, end) in PARTS_OF_DAY.items() if first <= hour < end)


def _parts_of_day(values: Sequence[str]) -> Iterator[Places]:
    """Hours of one part of the day, where it has several."""
    hours = {at: int(value) for at, value in enumerate(values) if value != NONE}
    for first, end in PARTS_OF_DAY.values():
        found = tuple(at for at, hour in hours.items() if first <= hour < end)
        if len(found) >= _TWO:
            yield found


def _neighbours(reader: Reader, values: Sequence[str]) -> Iterator[Places]:
    """Pairs of zones that share a border, where outlines are known."""
    shapes = {one.zone: one.polygons for one in zone_shapes(reader) if one.polygons}
    known = [at for at, value in enumerate(values) if value in shapes]
    corners = [
        [(point[0], point[1]) for part in shapes[values[at]] for ring in part for point in ring]
        for at in known
    ]
    for one, other in neighbours(corners):
        yield known[one], known[other]
