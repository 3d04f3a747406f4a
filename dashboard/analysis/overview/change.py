"""What changed between two periods, and why: the sums of cells, taken apart exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Literal

import polars as pl

from dashboard.analysis.daily import daily_sums
from dashboard.analysis.days import compared, other_comparison
from dashboard.analysis.figures import Change, Figure, change, figure, nothing_found
from dashboard.analysis.overview.gap import Gap, gaps
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats import bridge as exact
from dashboard.stats.bridge import Sums
from dashboard.warehouse import Reader

Presence = Literal["both", "new", "gone"]

_YEAR = timedelta(days=52 * 7 - 1)
_MOST = 2
_COLUMNS = ("presence", "before", "after", "share_before", "share_after", "mix", "rate")


@dataclass(frozen=True)
class Mover:
    """What one cell did to the metric.

    Attributes:
        key: Its value of each dimension; thin cells are merged under `bridge.THIN`.
        presence: Whether it is there in both periods, only now, or only before.
        before, after: Its own value; None where it is not there.
        share_before, share_after: Its share of the metric's denominator, 0 to 1.
        mix, rate: What its share and its own value did; None for a count.
        mix_by: The mix by dimension.
        total: All it did, in the metric's unit.
    """

    key: tuple[str, ...]
    presence: Presence
    before: float | None
    after: float | None
    share_before: float
    share_after: float
    mix: float | None
    rate: float | None
    mix_by: tuple[float, ...]
    total: float


@dataclass(frozen=True)
class Money:
    """The change of the metric's numerator: all cost of the period.

    Attributes:
        volume, mix, unit: By the number of deliveries, their shares, and unit cost.
        undivided: By cells in which nothing was completed.
    """

    before: float
    after: float
    volume: float
    mix: float
    unit: float
    undivided: float

    @property
    def change(self) -> float:
        """The sum of the four parts."""
        return self.after - self.before


@dataclass(frozen=True)
class WhatChanged:
    """A metric's change between two periods.

    Attributes:
        metric: What is measured.
        by: Names of the one or two dimensions that split it.
        period, versus: The days compared; `running`: the period is not over.
        now: The figure of the whole scope; `judged` its change with interval and verdict.
        movers: One per cell, the largest first; their totals and `undivided` are the change.
        mix, rate: Their sums; None for a count.
        mix_by: The mix by dimension.
        undivided: What stands over cells in which nothing was completed.
        same_mix: The difference at the mix of both periods together; None for a count.
        is_reversed: Simpson's warning: at the same mix it moved the other way.
        money: The change of the sum itself; None unless the metric is money.
        beside: The same against last year (or, where that is compared with, just before);
            None where there is nothing.
        gaps: Segments that do not reach their target, and what they lack.
    """

    metric: Metric
    by: tuple[str, ...]
    period: Period
    versus: Period
    running: bool
    now: Figure
    judged: Change
    movers: tuple[Mover, ...]
    mix: float | None
    rate: float | None
    mix_by: tuple[float, ...]
    undivided: float
    same_mix: float | None
    is_reversed: bool
    money: Money | None
    beside: "WhatChanged | None" = None
    gaps: tuple[Gap, ...] = ()

    @property
    def before(self) -> float:
        """The metric over the days compared with."""
        return self.judged.versus.value or 0.0

    @property
    def after(self) -> float:
        """The metric over the period."""
        return self.now.value or 0.0

    @property
    def change(self) -> float:
        """After - before."""
        return self.after - self.before


def what_changed(reader: Reader, metric: str, by: tuple[str, ...], scope: Scope) -> WhatChanged:
    """Take a metric's change apart by one or two dimensions.

    Args:
        reader: The snapshot.
        metric: Name from the catalogue.
        by: Names of one or two dimensions that can explain a change.
        scope: Period, days to compare with, filters.

    Raises:
        ScopeError: There is nothing to compare with, no row in the scope, or `by` names no
            dimension, too many, a cut of time or an outcome.
        NotEnoughDataError: A period has nothing to divide by.
        UnknownNameError: The metric or a dimension is not in the catalogue.
    """
    _check(reader, by)
    found = _between(reader, metric, by, scope)
    found = replace(found, gaps=gaps(reader, metric, scope))
    other = other_comparison(reader, scope)
    if other is None:
        return found
    try:
        return replace(found, beside=_between(reader, metric, by, replace(scope, versus=other)))
    except NotEnoughDataError:
        return found


def change_table(found: WhatChanged, snapshot: int) -> pl.DataFrame:
    """The cells of a change as a table: what the command line prints and downloads hold.

    Returns:
        metric, one column per dimension, presence, before, after, share_before,
        share_after, mix, rate, mix_by_… per dimension where there are two, total, unit,
        start, end, versus_start, versus_end (days, both included), snapshot; the largest
        first. Sum `total` and the undivided rest for the change. Null where there is none.
    """
    rows = [
        {
            "metric": found.metric.name,
            **dict(zip(found.by, mover.key, strict=True)),
            **{name: getattr(mover, name) for name in _COLUMNS},
            **{f"mix_by_{name}": mix for name, mix in _mixes(found.by, mover)},
            "total": mover.total,
            "unit": found.metric.unit,
            "start": found.period.start,
            "end": found.period.end,
            "versus_start": found.versus.start,
            "versus_end": found.versus.end,
            "snapshot": snapshot,
        }
        for mover in found.movers
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _mixes(by: Sequence[str], mover: Mover) -> list[tuple[str, float]]:
    """The mix of two dimensions, by dimension; of one it is the mix itself."""
    return list(zip(by, mover.mix_by, strict=True)) if len(mover.mix_by) == _MOST else []


def cells(by: Sequence[str], then: pl.DataFrame, now: pl.DataFrame) -> list[Sums]:
    """Exact sums of both periods by cell; a count has its numerator alone.

    Args:
        by: The dimensions of a cell.
        then: Roll-up of one metric by these, and maybe others, over the earlier days.
        now: The same over the later days.
    """
    sums: dict[tuple[str, ...], list[Fraction]] = {}
    for place, rows in ((0, then), (2, now)):
        total = rows.group_by(by).agg(pl.col("numerator", "denominator").sum())
        for *values, numerator, denominator in total.iter_rows():
            own = sums.setdefault(tuple(map(str, values)), [Fraction(0)] * 4)
            own[place], own[place + 1] = Fraction(numerator), Fraction(denominator or 0)
    return [Sums(key, *four) for key, four in sorted(sums.items())]


def _check(reader: Reader, by: Sequence[str]) -> None:
    if not 1 <= len(set(by)) == len(by) <= _MOST:
        message = f"{len(by)} dimensions to explain a change by; name one or two different ones"
        raise ScopeError(message)
    for name in by:
        if not reader.catalog.dimension(name).explains:
            known = [d.name for d in reader.catalog.dimensions.values() if d.explains]
            message = f"'{name}' explains no change; use one of {', '.join(known)}"
            raise ScopeError(message)


def _between(reader: Reader, metric: str, by: tuple[str, ...], scope: Scope) -> WhatChanged:
    if scope.period is None or scope.versus is None:
        message = "there are no days to compare with; choose a period and one to compare with"
        raise ScopeError(message)
    days = compared(reader, scope.period, scope.versus)
    versus = days.versus or scope.versus
    now, judged = _whole(reader, metric, scope, versus)
    then, here = (reader.roll_up((metric,), by, scope.during(d)) for d in (versus, scope.period))
    found = cells(by, then, here)
    start = WhatChanged(
        metric=now.metric, by=by, period=scope.period, versus=versus, running=days.running,
        now=now, judged=judged, movers=(), mix=None, rate=None, mix_by=(), undivided=0.0,
        same_mix=None, is_reversed=False, money=None,
    )  # fmt: skip
    return _counted(start, found) if now.metric.denominator is None else _taken(start, found)


def _whole(reader: Reader, metric: str, scope: Scope, versus: Period) -> tuple[Figure, Change]:
    """The figure of the whole scope in both periods, and how its change is judged."""
    period = scope.period or versus
    year = Period(period.end - _YEAR, period.end)
    window = Period(min(period.start, versus.start, year.start), period.end)
    daily = daily_sums(reader, (metric,), (), scope.during(window)).get((metric,))
    if daily is None:
        raise ScopeError(nothing_found(reader, scope))
    stated = reader.catalog.metric(metric)
    now, then = (figure(stated, (), daily.during(days), days) for days in (period, versus))
    return now, change(now, then, daily.during(year))


def _taken(start: WhatChanged, found: Sequence[Sums]) -> WhatChanged:
    """A ratio: mix and rate by cell."""
    apart = exact.bridge(found)
    before, after = (sum(getattr(c, d) for c in found) for d in ("d0", "d1"))
    movers = [
        replace(
            _mover(part.sums, (before, after), float(part.total)),
            mix=float(part.mix),
            rate=float(part.rate),
            mix_by=tuple(map(float, part.mix_by)),
        )
        for part in apart.parts
    ]
    return replace(
        start,
        movers=_largest_first(movers),
        mix=float(apart.mix),
        rate=float(apart.rate),
        mix_by=tuple(map(float, apart.mix_by)),
        undivided=float(apart.undivided),
        same_mix=float(apart.same_mix),
        is_reversed=apart.is_reversed,
        money=_money(found) if start.metric.unit == "money" else None,
    )


def _counted(start: WhatChanged, found: Sequence[Sums]) -> WhatChanged:
    """A count: what each cell has more or less of; there is no mix and no rate."""
    counts = [replace(cell, d0=cell.n0, d1=cell.n1) for cell in found]
    sizes = sum(cell.n0 for cell in found), sum(cell.n1 for cell in found)
    movers = [
        replace(
            _mover(cell, sizes, float(cell.n1 - cell.n0)),
            before=float(cell.n0),
            after=float(cell.n1),
        )
        for cell in counts
        if cell.n0 or cell.n1
    ]
    return replace(start, movers=_largest_first(movers))


def _mover(cell: Sums, sizes: tuple[Fraction | int, ...], total: float) -> Mover:
    """A cell with all it did; its parts are left to those who know them."""
    return Mover(
        key=cell.key,
        presence="both" if cell.d0 and cell.d1 else "gone" if cell.d0 else "new",
        before=float(cell.r0) if cell.d0 else None,
        after=float(cell.r1) if cell.d1 else None,
        share_before=float(cell.d0 / sizes[0]) if sizes[0] else 0.0,
        share_after=float(cell.d1 / sizes[1]) if sizes[1] else 0.0,
        mix=None,
        rate=None,
        mix_by=(),
        total=total,
    )


def _largest_first(movers: Sequence[Mover]) -> tuple[Mover, ...]:
    return tuple(sorted(movers, key=lambda mover: (-abs(mover.total), mover.key)))


def _money(found: Sequence[Sums]) -> Money:
    apart = exact.total(found)
    return Money(
        *map(
            float,
            (apart.before, apart.after, apart.volume, apart.mix, apart.unit, apart.undivided),
        )
    )
