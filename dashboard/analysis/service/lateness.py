"""How late is late? Quantiles and histogram; open parcels neither left out nor condemned."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stats.quantiles import quantile
from dashboard.stats.survival import Survival, product_limit
from dashboard.warehouse import Reader

SHARES = (0.5, 0.9, 0.95)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)
_SECONDS = 60
BIN = 30
FURTHEST = 240
"""Minutes: the histogram's bins, and where its open ends begin."""


@dataclass(frozen=True)
class Spread:
    """How late a group's deliveries are.

    Attributes:
        segment: The group; empty for all together.
        rows: Due deliveries.
        missing: Those that have not arrived; they rank last.
        quantiles: 50, 90 and 95 %: minutes, or days for date promises; None lies among
            those that have not arrived.
        largest: The largest known value; None where nothing arrived.
    """

    segment: str
    rows: int
    missing: int
    quantiles: tuple[int | None, ...]
    largest: int | None

    @property
    def is_thin(self) -> bool:
        """Whether it stands on too few deliveries for quantiles."""
        return self.rows < FEWEST


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram.

    Attributes:
        low, high: Minutes after the promise, low excluded; None for an open end.
        deliveries: How many.
    """

    low: int | None
    high: int | None
    deliveries: int


@dataclass(frozen=True)
class Lateness:
    """Lateness of a period.

    Attributes:
        timed: By segment, timed promises, in minutes; all together first.
        dates: By segment, date promises, in days; all together first.
        bins: Histogram of the timed ones that arrived.
        open_: Timed promises that ran out and are still open.
        with_open: Quantiles in minutes when open parcels count as seen so long and no
            longer; None is never reached. Empty where nothing is open.
    """

    timed: tuple[Spread, ...]
    dates: tuple[Spread, ...]
    bins: tuple[Bin, ...]
    open_: int
    with_open: tuple[float | None, ...]


def lateness(reader: Reader, scope: Scope) -> Lateness:
    """Measure how long after its promise deliveries come.

    Timed and date promises are never pooled: the one is late in minutes, the other in days.

    Raises:
        ScopeError: Nothing due lies in the scope.
    """
    timed = reader.distribution("lateness", ("segment",), scope)
    dates = reader.distribution("late_days", ("segment",), scope)
    if timed.is_empty() and dates.is_empty():
        raise ScopeError(nothing_found(reader, scope))
    still_open = _overdue(reader, scope)
    return Lateness(
        timed=_spreads(timed),
        dates=_spreads(dates),
        bins=_bins(timed),
        open_=int(still_open["deliveries"].sum()),
        with_open=_with_open(timed, still_open),
    )


def _overdue(reader: Reader, scope: Scope) -> pl.DataFrame:
    """How long open promises have been overdue at the as_of: minutes, deliveries."""
    as_of = int((reader.manifest.as_of - _EPOCH).total_seconds() // _SECONDS)
    counted = reader.distribution("open_promises", (), scope)
    return counted.select(minutes=as_of - pl.col("value"), deliveries="rows").sort("minutes")


def _spreads(found: pl.DataFrame) -> tuple[Spread, ...]:
    """All together, then each segment."""
    if found.is_empty():
        return ()
    whole = found.group_by("value").agg(pl.col("rows").sum()).sort("value", nulls_last=True)
    parts = found.partition_by("segment", maintain_order=True)
    return (_spread("", whole), *(_spread(part["segment"][0], part) for part in parts))


def _spread(segment: str, counted: pl.DataFrame) -> Spread:
    values, rows = counted["value"].to_list(), counted["rows"].to_list()
    missing = sum(n for value, n in zip(values, rows, strict=True) if value is None)
    known = [value for value in values if value is not None]
    found = tuple(quantile(values, rows, share) for share in SHARES)
    return Spread(segment, sum(rows), missing, found, max(known, default=None))


def _bins(timed: pl.DataFrame) -> tuple[Bin, ...]:
    """Bars of half an hour around the promise, and two open ends."""
    arrived = timed.filter(pl.col("value").is_not_null())
    edges = list(range(-FURTHEST, FURTHEST + 1, BIN))
    place = np.searchsorted(edges, arrived["value"].to_numpy(), side="left")
    sums = np.bincount(place, arrived["rows"].to_numpy(), len(edges) + 1)
    ends: list[int | None] = [None, *edges, None]
    return tuple(
        Bin(low, high, int(n)) for low, high, n in zip(ends[:-1], ends[1:], sums, strict=True)
    )


def _with_open(timed: pl.DataFrame, still_open: pl.DataFrame) -> tuple[float | None, ...]:
    """Kaplan–Meier quantiles: the open are at risk as long as seen, the lost for ever."""
    if still_open.is_empty():
        return ()
    if timed["value"].is_null().all():
        return (None,) * len(SHARES)
    survival = _survival(timed, still_open)
    return tuple(survival.quantile(share) for share in SHARES)


def _survival(timed: pl.DataFrame, still_open: pl.DataFrame) -> Survival:
    arrived = (
        timed.filter(pl.col("value").is_not_null()).group_by("value").agg(pl.col("rows").sum())
    )
    missing = int(timed["rows"].sum()) - int(arrived["rows"].sum())
    never = missing - int(still_open["deliveries"].sum())
    times = np.unique(np.concatenate([arrived["value"], still_open["minutes"], [np.inf]]))
    delivered, open_ = np.zeros(len(times)), np.zeros(len(times))
    delivered[np.searchsorted(times, arrived["value"])] = arrived["rows"]
    open_[np.searchsorted(times, still_open["minutes"])] = still_open["deliveries"]
    open_[-1] += max(never, 0)
    return product_limit(times, delivered, open_)
