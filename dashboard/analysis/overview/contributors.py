"""Which values drove a change: every value of every dimension, against all others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from dashboard.analysis.days import compared
from dashboard.analysis.figures import FEWEST
from dashboard.analysis.overview.change import cells
from dashboard.catalog import Metric
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats import contributors as judged
from dashboard.stats.bridge import THIN, bridge
from dashboard.stats.contributors import FALSE_DISCOVERIES, Contributions, Panel
from dashboard.warehouse import Reader

_FEWEST_WEEKS = 8
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Contributor:
    """One value whose own change differs from that of all others beyond chance.

    Attributes:
        dimension, value: What it is; `also` names others that stand for the same deliveries.
        before, after: Its own value in the two periods.
        size_before, size_after: Its denominator in the two periods.
        amount: What its change beyond the others' did to the metric; `low` and `high` are
            its 95 % interval.
        p_value: Corrected for the whole family (Benjamini and Hochberg).
        bound: The part of |amount| that is sure; contributors are ranked by it.
    """

    dimension: str
    value: str
    before: float
    after: float
    size_before: float
    size_after: float
    amount: float
    low: float
    high: float
    p_value: float
    bound: float
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Split:
    """A change by one dimension: how much of it is mix, and whose.

    Attributes:
        mix, rate: In the metric's unit.
        value, moved: The value with the largest mix, and that mix.
        share_before, share_after: Its share of the denominator.
    """

    dimension: str
    mix: float
    rate: float
    value: str
    moved: float
    share_before: float
    share_after: float


@dataclass(frozen=True)
class Contributors:
    """What drove a change, by every dimension at once; the views overlap, do not add.

    Attributes:
        tested: Number of values in the family.
        found: Those beyond chance, the surest largest first.
        splits: Mix and rate by each dimension, the largest mix first.
    """

    metric: Metric
    tested: int
    found: tuple[Contributor, ...]
    splits: tuple[Split, ...]


def contributors(reader: Reader, metric: str, scope: Scope) -> Contributors:
    """Test every value of every dimension that can explain a change.

    Args:
        reader: The snapshot.
        metric: Name of a metric with a denominator.
        scope: Period, days to compare with, filters.

    Raises:
        ScopeError: There is nothing to compare with, or the metric is a count.
        NotEnoughDataError: A period has nothing to divide by, or is a single day.
    """
    stated = reader.catalog.metric(metric)
    if scope.period is None or scope.versus is None or stated.denominator is None:
        message = "contributors need a ratio and days to compare with; choose both"
        raise ScopeError(message)
    days = compared(reader, scope.period, scope.versus)
    versus = days.versus or scope.versus
    names = [d.name for d in reader.catalog.dimensions.values() if d.explains]
    tables = [_Table.read(reader, metric, name, scope, versus) for name in names]
    family = [one for table in tables for one in table.tested(share=stated.unit == "share")]
    corrected = judged.benjamini_hochberg([one.p_value for one in family]) if family else []
    beyond = [
        replace(one, p_value=p)
        for one, p in zip(family, corrected, strict=True)
        if p < FALSE_DISCOVERIES
    ]
    beyond.sort(key=lambda one: (-one.bound, one.dimension, one.value))
    overlaps = _Overlaps(reader, metric, scope)
    found = [
        replace(one, also=tuple((other.dimension, other.value) for other in same))
        for one, same in judged.collapse(beyond, overlaps.shared)
    ]
    splits = [table.split() for table in tables]
    told = sorted((one for one in splits if one), key=lambda one: -abs(one.mix))
    return Contributors(stated, len(family), tuple(found), tuple(told))


@dataclass(frozen=True)
class _Table:
    """The sums of one dimension's values: by day, and by week or in short periods by day."""

    dimension: str
    days: tuple[pl.DataFrame, pl.DataFrame]
    values: tuple[str, ...]
    then: Panel
    now: Panel

    @classmethod
    def read(
        cls, reader: Reader, metric: str, dimension: str, scope: Scope, versus: Period
    ) -> "_Table":
        rows = _by_day(reader, metric, dimension, scope, versus)
        values = tuple(sorted({str(v) for frame in rows for v in frame[dimension]}))
        then, now = (_panel(frame, dimension, values) for frame in rows)
        return cls(dimension, rows, values, then, now)

    def tested(self, *, share: bool) -> list[Contributor]:
        """Each value with enough deliveries, as have all others together, in both periods."""
        if len(self.values) == 1 or not self.values:
            return []
        found = judged.contributions(self.then, self.now, share=share)
        sizes = [panel.denominators.sum(axis=1) for panel in (self.then, self.now)]
        enough = np.all([(s >= FEWEST) & (s.sum() - s >= FEWEST) for s in sizes], axis=0)
        return [self._contributor(found, int(at)) for at in np.flatnonzero(enough)]

    def split(self) -> Split | None:
        """Mix and rate; None where no value can be told from the others."""
        apart = bridge(cells((self.dimension,), *self.days))
        named = [part for part in apart.parts if part.sums.key != (THIN,)]
        if len(apart.parts) == 1 or not named:
            return None
        most = max(named, key=lambda part: abs(part.mix))
        sizes = [float(panel.denominators.sum()) for panel in (self.then, self.now)]
        return Split(
            dimension=self.dimension,
            mix=float(apart.mix),
            rate=float(apart.rate),
            value=most.sums.key[0],
            moved=float(most.mix),
            share_before=float(most.sums.d0) / sizes[0],
            share_after=float(most.sums.d1) / sizes[1],
        )

    def _contributor(self, found: Contributions, at: int) -> Contributor:
        (n0, d0), (n1, d1) = (
            (panel.numerators[at].sum(), panel.denominators[at].sum())
            for panel in (self.then, self.now)
        )
        return Contributor(
            dimension=self.dimension,
            value=self.values[at],
            before=float(n0 / d0),
            after=float(n1 / d1),
            size_before=float(d0),
            size_after=float(d1),
            amount=float(found.amount[at]),
            low=float(found.low[at]),
            high=float(found.high[at]),
            p_value=float(found.p_value[at]),
            bound=float(found.bound[at]),
        )


@dataclass(frozen=True)
class _Overlaps:
    """How many deliveries two values share, asked only where they may be the same."""

    reader: Reader
    metric: str
    scope: Scope

    def shared(self, one: Contributor, other: Contributor) -> float:
        """Deliveries of both, as a share of those of the larger; now, not before."""
        larger = max(one.size_after, other.size_after)
        smaller = min(one.size_after, other.size_after)
        if one.dimension == other.dimension or smaller <= judged.SAME_DELIVERIES * larger:
            return 0.0
        values = {one.dimension: one.value, other.dimension: other.value}
        both = self.scope.during(self.scope.period).within(**values)
        rows = self.reader.roll_up((self.metric,), (), both)
        return float(rows["denominator"].sum()) / larger if rows.height else 0.0


def _by_day(
    reader: Reader, metric: str, dimension: str, scope: Scope, versus: Period
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sums by value and day, earlier and later; asked at once where the days adjoin."""
    by, period = (dimension, "day"), scope.period or versus
    if versus.end + _ONE_DAY != period.start:
        return (
            reader.roll_up((metric,), by, scope.during(versus)),
            reader.roll_up((metric,), by, scope.during(period)),
        )
    both = reader.roll_up((metric,), by, scope.during(Period(versus.start, period.end)))
    is_earlier = pl.col("day") <= versus.end
    return both.filter(is_earlier), both.filter(~is_earlier)


def _panel(frame: pl.DataFrame, dimension: str, values: Sequence[str]) -> Panel:
    """Sums by value and week; by day where there are fewer than eight weeks."""
    days: list[date] = frame["day"].to_list()
    mondays = [day - day.weekday() * _ONE_DAY for day in days]
    clusters = mondays if len(set(mondays)) >= _FEWEST_WEEKS else days
    columns = {start: at for at, start in enumerate(sorted(set(clusters)))}
    rows = {value: at for at, value in enumerate(values)}
    place = (
        [rows[str(value)] for value in frame[dimension]],
        [columns[start] for start in clusters],
    )
    sums = []
    for name in ("numerator", "denominator"):
        matrix = np.zeros((len(values), len(columns)))
        np.add.at(matrix, place, frame[name].cast(pl.Float64).to_numpy())
        sums.append(matrix)
    return Panel(*sums)
