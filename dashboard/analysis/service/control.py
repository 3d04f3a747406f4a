"""Is a process in control? A metric's weeks against what they do by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress, pairwise

import numpy as np
import polars as pl

from dashboard.analysis.daily import Daily, daily_sums
from dashboard.analysis.days import last_known_day
from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.analysis.service.chart import Kind, Point, ProcessChart, Readiness, Rebaseline
from dashboard.analysis.standing import targets_of
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats import control as charts
from dashboard.stats.control import ControlChart
from dashboard.warehouse import Reader

_SIX_DAYS = timedelta(days=6)
LATE_NEWS = "not_yet_known"
"""Counts what keeps a week from being judged: deliveries of it that are not yet known."""
_AIMED_AT = {"segment", "service"}

Group = tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """What charts stand on beside their own sums; read once for several of them.

    Attributes:
        period: The days that the reader looks at; the chart begins with the data.
        known: Last day whose deliveries the data can hold whole.
        start: First day of the data.
        targets: By segment and metric. A segment's target stands for each of its services
            too; seen by carrier, channel or zone a segment is seen in part, and has none.
        rebaselines: Where limits are computed anew.
    """

    period: Period
    known: date
    start: date
    targets: Mapping[tuple[str, str], float]
    rebaselines: tuple[Rebaseline, ...] = ()

    @property
    def days(self) -> Period:
        """The days that are charted."""
        return Period(min(self.start, self.period.start), self.period.end)

    @classmethod
    def read(
        cls, reader: Reader, scope: Scope, rebaselines: tuple[Rebaseline, ...] = ()
    ) -> "Frame":
        """Read the days and targets of a scope.

        Raises:
            ScopeError: The snapshot holds no promise.
        """
        span = reader.span()
        if span is None:
            raise ScopeError(nothing_found(reader, scope))
        period = scope.period or span
        known = min(last_known_day(reader), period.end, span.end)
        in_part = bool(scope.where) or any(name not in _AIMED_AT for name, _ in scope.filters)
        targets = {} if in_part else targets_of(reader, period)
        return cls(period, known, span.start, targets, rebaselines)


@dataclass(frozen=True)
class Weeks:
    """A group's sums by week, in order of time; weeks without any case are left out."""

    starts: tuple[date, ...]
    numerators: np.ndarray
    denominators: np.ndarray
    readiness: tuple[Readiness, ...]

    def part(self, first: int, last: int) -> "Weeks":
        """Some weeks in a row."""
        own = slice(first, last)
        return Weeks(
            self.starts[own],
            self.numerators[own],
            self.denominators[own],
            self.readiness[own],
        )

    @property
    def judged(self) -> np.ndarray:
        """Which weeks are judged."""
        return np.array([one == "judged" for one in self.readiness], bool)


def control(
    reader: Reader,
    metric: str,
    by: tuple[str, ...],
    scope: Scope,
    rebaselines: tuple[Rebaseline, ...] = (),
) -> tuple[ProcessChart, ...]:
    """Chart a metric by week, from the beginning of the data to the end of a period.

    Args:
        reader: The snapshot.
        metric: A ratio of the catalogue.
        by: Dimensions that split it; no cuts of time.
        scope: Filters, and the period whose weeks are looked at.
        rebaselines: Decisions to compute limits anew.

    Returns:
        One chart per group with any case in the period, by group.

    Raises:
        UnknownNameError: The metric or a dimension is not in the catalogue.
        ScopeError: The metric is a plain count, a dimension cuts time, or nothing is left.
    """
    return charted(reader, metric, by, scope, Frame.read(reader, scope, rebaselines))


def charted(
    reader: Reader, metric: str, by: tuple[str, ...], scope: Scope, frame: Frame
) -> tuple[ProcessChart, ...]:
    """As `control`, on days and targets that were read before."""
    stated = chartable(reader, metric, by)
    daily = daily_sums(reader, (metric, LATE_NEWS), by, scope.during(frame.days))
    found = charts_of(stated, by, daily, frame)
    if not found:
        raise ScopeError(nothing_found(reader, scope))
    return found


def charts_of(
    metric: Metric, by: tuple[str, ...], daily: Mapping[tuple, Daily], frame: Frame
) -> tuple[ProcessChart, ...]:
    """Charts from sums that were read before.

    Args:
        metric: A ratio.
        by: Dimensions that split it.
        daily: Sums of the metric and of `LATE_NEWS`, by metric and group.
        frame: Days and targets; sums of other days are left out.

    Returns:
        One chart per group with any case in the period, by group.
    """
    return tuple(
        _process(metric, tuple(zip(by, group, strict=True)), weeks, frame)
        for group, weeks in sorted(_weeks(metric, daily, frame).items())
        if any(_is_inside(start, frame.period) for start in weeks.starts)
    )


def control_table(processes: Sequence[ProcessChart], snapshot: int) -> pl.DataFrame:
    """Charts as rows, one per group and week, with the digits that they are drawn from.

    Returns:
        metric, the dimensions, week, value, numerator, denominator, low, centre, high,
        signal ('' for none), readiness, snapshot.
    """
    rows = [
        {
            "metric": process.metric.name,
            **dict(process.group),
            "week": point.start,
            "value": point.value,
            "numerator": point.numerator,
            "denominator": point.denominator,
            "low": point.low,
            "centre": point.centre,
            "high": point.high,
            "signal": point.signal.rule if point.signal else "",
            "readiness": point.readiness,
            "snapshot": snapshot,
        }
        for process in processes
        for point in process.points
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def chartable(reader: Reader, metric: str, by: tuple[str, ...]) -> Metric:
    """A metric that can be charted by these dimensions.

    Raises:
        UnknownNameError: The metric or a dimension is not in the catalogue.
        ScopeError: The metric is a plain count, or a dimension cuts time.
    """
    stated = reader.catalog.metric(metric)
    if stated.denominator is None:
        message = f"'{metric}' is a plain count; chart a metric that has a denominator"
        raise ScopeError(message)
    for name in by:
        if reader.catalog.dimension(name).column is None:
            message = f"'{name}' cuts time; the chart is by week already"
            raise ScopeError(message)
    return stated


def _weeks(metric: Metric, daily: Mapping[tuple, Daily], frame: Frame) -> Mapping[Group, Weeks]:
    """Weeks with any case, by group, and whether they may be judged."""
    inside = {key: days.during(frame.days) for key, days in daily.items()}
    late = {
        key[1:]: set(days.week_starts()) for key, days in inside.items() if key[0] == LATE_NEWS
    }
    found = {}
    for (name, *values), days in inside.items():
        numerators, denominators = days.weeks()
        has_cases = denominators != 0
        if name != metric.name or not has_cases.any():
            continue
        group = tuple(values)
        starts = tuple(compress(days.week_starts(), has_cases))
        cases = denominators[has_cases]
        readiness = tuple(
            _readiness(start, d, frame, is_late=start in late.get(group, ()))
            for start, d in zip(starts, cases.tolist(), strict=True)
        )
        found[group] = Weeks(starts, numerators[has_cases], cases, readiness)
    return found


def _readiness(start: date, cases: float, frame: Frame, *, is_late: bool) -> Readiness:
    if start < frame.start or start + _SIX_DAYS > frame.known:
        return "partial"
    if is_late:
        return "immature"
    return "thin" if cases < FEWEST else "judged"


def _process(
    metric: Metric, group: tuple[tuple[str, str], ...], weeks: Weeks, frame: Frame
) -> ProcessChart:
    """One group's chart: a stretch per baseline, the last of which gives the verdicts."""
    segment = dict(group).get("segment")
    points: list[Point] = []
    chart, kind, why = None, "run", ""
    for begins, stretch in _stretches(weeks, segment, frame):
        chart, kind, why = _chart(metric, stretch)
        points += _points(stretch, chart, begins=begins)
    inside = [p for p in points if p.readiness == "judged" and _is_inside(p.start, frame.period)]
    limits = chart if chart and chart.has_limits else None
    target = frame.targets.get((segment or "", metric.name))
    return ProcessChart(
        metric=metric,
        group=group,
        points=tuple(points),
        kind=kind,
        baseline=limits.baseline if limits else 0,
        why=why,
        variation=charts.variation(chart, metric.better) if chart else "not judged",
        target=target,
        assurance=charts.assurance(limits, target, metric.better)
        if limits and target is not None
        else "not judged",
        judged=len(inside),
        signals=sum(point.signal is not None for point in inside),
        by_chance=charts.signal_rate(len(inside), limits.baseline) if limits and inside else None,
    )


def _stretches(weeks: Weeks, segment: str | None, frame: Frame) -> list[tuple[bool, Weeks]]:
    """Weeks between one baseline and the next; whether a decision began each."""
    days = [one.day for one in frame.rebaselines if one.segment in {None, segment}]
    starts = [next((at for at, s in enumerate(weeks.starts) if s >= day), None) for day in days]
    begun = {start for start in starts if start is not None}
    edges = sorted({0, *begun, len(weeks.starts)})
    return [(first in begun, weeks.part(first, last)) for first, last in pairwise(edges)]


def _chart(metric: Metric, weeks: Weeks) -> tuple[ControlChart | None, Kind, str]:
    """The chart of a stretch; a run chart where its weeks cannot carry limits, and why."""
    n, d, judged = weeks.numerators, weeks.denominators, weeks.judged
    count = int(judged.sum())
    if not count:
        return None, "run", f"no complete week has {FEWEST} cases"
    is_share = metric.unit == "share"
    try:
        chart = charts.weekly(n, d, is_share=is_share, judged=judged)
    except NotEnoughDataError as refused:
        return charts.run_chart(n, d, judged=judged), "run", str(refused).partition(";")[0]
    if not chart.has_limits:
        return chart, "run", f"{count} complete weeks; limits need {charts.FEWEST}"
    return chart, "p′" if is_share else "XmR", ""


def _points(weeks: Weeks, chart: ControlChart | None, *, begins: bool) -> list[Point]:
    has_limits = chart is not None and chart.has_limits
    return [
        Point(
            start=start,
            numerator=float(weeks.numerators[at]),
            denominator=float(weeks.denominators[at]),
            value=float(weeks.numerators[at] / weeks.denominators[at]),
            centre=chart.centre if chart else None,
            low=float(chart.low[at]) if chart and has_limits else None,
            high=float(chart.high[at]) if chart and has_limits else None,
            signal=chart.signals[at] if chart else None,
            readiness=weeks.readiness[at],
            begins=begins and not at,
        )
        for at, start in enumerate(weeks.starts)
    ]


def _is_inside(start: date, period: Period) -> bool:
    """Whether a week has any day of the period."""
    return start <= period.end and start + _SIX_DAYS >= period.start
