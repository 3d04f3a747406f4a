"""Exact sums by day: what every figure, interval and trend is made from.

Money has four places, so that sums are whole numbers of ten-thousandths: exact, and added
up thousands at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import polars as pl

from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader

Array: TypeAlias = np.ndarray

_PARTS = ("numerator", "denominator")
_PLACES = 4
_UNITS = 10**_PLACES
_MOST = 2.0**62
_MONDAY = 3
"""How far 1 January 1970, a Thursday, lies behind its Monday."""


@dataclass(frozen=True, eq=False)
class Daily:
    """A group's exact sums by day, in order of time.

    Attributes:
        days: Local days, as numpy's datetime64[D].
        numerators, denominators: Ten-thousandths, in whole numbers.
    """

    days: Array
    numerators: Array
    denominators: Array

    @classmethod
    def of(
        cls, days: Sequence[date], numerators: Sequence[Decimal], denominators: Sequence[Decimal]
    ) -> "Daily":
        """From days and decimals of four places."""
        sums = ([int(one.scaleb(_PLACES)) for one in some] for some in (numerators, denominators))
        return cls(np.array(days, "datetime64[D]"), *(np.array(some, np.int64) for some in sums))

    @classmethod
    def together(cls, parts: Iterable["Daily"]) -> "Daily":
        """The sums of several groups, day by day."""
        held = list(parts)
        if not held:
            return cls.of((), (), ())
        days, place = np.unique(np.concatenate([one.days for one in held]), return_inverse=True)
        sums = []
        for name in ("numerators", "denominators"):
            terms = np.concatenate([getattr(one, name) for one in held])
            total = np.zeros(len(days), terms.dtype)
            np.add.at(total, place, terms)
            sums.append(total)
        return cls(days, *sums)

    def during(self, period: Period) -> "Daily":
        """The days inside a period."""
        edges = np.array([period.start, period.end], "datetime64[D]")
        first = int(np.searchsorted(self.days, edges[0], side="left"))
        last = int(np.searchsorted(self.days, edges[1], side="right"))
        own = slice(first, last)
        return Daily(self.days[own], self.numerators[own], self.denominators[own])

    @property
    def span(self) -> Period:
        """First and last day; there must be one."""
        return Period(self.days[0].item(), self.days[-1].item())

    @property
    def numerator(self) -> Decimal:
        """The sum of all days."""
        return _decimal(self.numerators)

    @property
    def denominator(self) -> Decimal:
        """The sum of all days."""
        return _decimal(self.denominators)

    def by_day(self) -> tuple[Array, Array]:
        """Numerators and denominators of the days."""
        return _numbers(self.numerators), _numbers(self.denominators)

    def weeks(self) -> tuple[Array, Array]:
        """Numerators and denominators by ISO week, in order of time."""
        starts = _starts_of(mondays(self.days))
        if not len(starts):
            return self.by_day()
        sums = (self.numerators, self.denominators)
        numerators, denominators = (_numbers(np.add.reduceat(one, starts)) for one in sums)
        return numerators, denominators

    def week_starts(self) -> list[date]:
        """The Mondays of `weeks`."""
        days = mondays(self.days)
        return days[_starts_of(days)].tolist()


def mondays(days: Array) -> Array:
    """The Monday of each day's ISO week, both as datetime64[D]."""
    return days - (days.astype(np.int64) + _MONDAY) % 7


def _starts_of(ordered: Array) -> Array:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])


def daily_sums(
    reader: Reader, metrics: Sequence[str], by: Sequence[str], scope: Scope
) -> dict[tuple, Daily]:
    """Exact sums by day, per metric and group.

    What small roll-ups hold of all days is kept with the snapshot: a period is a slice of it.

    Returns:
        Daily sums by (metric, value of each dimension); metrics in the order asked for,
        groups sorted.
    """
    if scope.filters or scope.where or not reader.keeps(metrics, _with_day(by)):
        return _read(reader, metrics, by, scope)
    key = (daily_sums.__qualname__, tuple(metrics), tuple(by))
    every = reader.once(key, lambda: _read(reader, metrics, by, Scope()))
    if scope.period is None:
        return dict(every)
    inside = {group: daily.during(scope.period) for group, daily in every.items()}
    return {group: daily for group, daily in inside.items() if len(daily.days)}


def _read(
    reader: Reader, metrics: Sequence[str], by: Sequence[str], scope: Scope
) -> dict[tuple, Daily]:
    split, found = _with_day(by), {}
    for frame in reader.sums(metrics, split, scope):
        found |= _of_frame(frame.sort(*split), by)
    order = {name: place for place, name in enumerate(metrics)}
    return dict(sorted(found.items(), key=lambda one: order[one[0][0]]))


def _with_day(by: Sequence[str]) -> tuple[str, ...]:
    return tuple(by) if "day" in by else (*by, "day")


def _of_frame(frame: pl.DataFrame, by: Sequence[str]) -> dict[tuple, Daily]:
    """Daily sums by metric and group of one scan, sorted by group and day."""
    if frame.is_empty():
        return {}
    days = frame["day"].to_numpy()
    starts = _starts(frame.select(by)) if by else [0]
    keys = frame.select(by)[starts].rows() if by else [()]
    groups = list(zip(keys, starts, [*starts[1:], frame.height], strict=True))
    metrics = [name.removesuffix(".rows") for name in frame.columns if name.endswith(".rows")]
    has_rows = frame.select(pl.col(f"{name}.rows") > 0 for name in metrics)
    sums = _whole(frame.select(f"{name}.{part}" for name in metrics for part in _PARTS))
    found = {}
    for metric in metrics:
        rows = has_rows[f"{metric}.rows"].to_numpy()
        terms = [sums[f"{metric}.{part}"] for part in _PARTS]
        for key, start, end in groups:
            has = rows[start:end]
            if has.any():
                found[metric, *key] = Daily(*(one[start:end][has] for one in (days, *terms)))
    return found


def _starts(keys: pl.DataFrame) -> list[int]:
    """The first row of each group of rows that are sorted by group."""
    is_new = pl.any_horizontal(pl.all().ne_missing(pl.all().shift()))
    return [0, *np.flatnonzero(keys.select(is_new.alias("new"))["new"][1:]) + 1]


def _whole(sums: pl.DataFrame) -> Mapping[str, Array]:
    """Columns of decimals of four places as ten-thousandths; nothing is 0.

    Python's own numbers where 64 bits would not hold the sum of a column.
    """
    parts = sums.select(pl.all().to_physical().fill_null(0))
    largest = parts.select(pl.max_horizontal(pl.all().cast(pl.Float64).abs().sum())).item()
    if largest < _MOST:
        return {one.name: one.to_numpy() for one in parts.cast(pl.Int64)}
    return {one.name: np.array(one.to_list(), object) for one in parts}


def _numbers(parts: Array) -> Array:
    return np.asarray(parts / _UNITS, float)


def _decimal(parts: Array) -> Decimal:
    return Decimal(int(parts.sum())).scaleb(-_PLACES)
