"""Is a process in control? A metric's weeks against what they do by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from dashboard.analysis.days import last_known_day
from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.analysis.process import Kind, Point, Process, Readiness, Rebaseline
from dashboard.analysis.targets import targets_of
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats import control as charts
from dashboard.stats.control import ControlChart
from dashboard.warehouse import Reader

_SIX_DAYS = timedelta(days=6)
_LATE_NEWS = "not_yet_known"

Group = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the charts are asked.

    Attributes:
        metric: What is charted.
        by: Dimensions that split it.
        period: The days that the reader looks at; the chart begins with the data.
        known: Last day whose deliveries the data can hold whole.
        start: First day of the data.
        rebaselines: Where limits are computed anew.
    """

    metric: Metric
    by: tuple[str, ...]
    period: Period
    known: date
    start: date
    rebaselines: tuple[Rebaseline, ...]


def control(
    reader: Reader,
    metric: str,
    by: tuple[str, ...],
    scope: Scope,
    rebaselines: tuple[Rebaseline, ...] = (),
) -> tuple[Process, ...]:
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
    asked = _asked(reader, metric, by, scope, rebaselines)
    weeks, late_news = _weeks(reader, asked, scope)
    targets = targets_of(reader, scope, asked.period)
    found = []
    for group, points in sorted(weeks.items()):
        if any(_overlaps(point, asked.period) for point in points):
            ready = [_made_ready(point, asked, late_news.get(group, {})) for point in points]
            segment = dict(zip(by, group, strict=True)).get("segment", "")
            found.append(_process(asked, group, ready, targets.get((segment, metric))))
    if not found:
        raise ScopeError(nothing_found(reader, scope))
    return tuple(found)


def control_table(processes: Sequence[Process], snapshot: int) -> pl.DataFrame:
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


def _asked(
    reader: Reader,
    metric: str,
    by: tuple[str, ...],
    scope: Scope,
    rebaselines: tuple[Rebaseline, ...],
) -> Asked:
    stated = reader.catalog.metric(metric)
    if stated.denominator is None:
        message = f"'{metric}' is a plain count; chart a metric that has a denominator"
        raise ScopeError(message)
    for name in by:
        if reader.catalog.dimension(name).column is None:
            message = f"'{name}' cuts time; the chart is by week already"
            raise ScopeError(message)
    span = reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    period = scope.period or span
    known = min(last_known_day(reader), period.end, span.end)
    return Asked(stated, by, period, known, span.start, rebaselines)


def _weeks(
    reader: Reader, asked: Asked, scope: Scope
) -> tuple[Mapping[Group, list[Point]], Mapping[Group, Mapping[date, float]]]:
    """Weeks with any case by group, and how many of their deliveries are not yet known."""
    days = Period(min(asked.start, asked.period.start), asked.period.end)
    names = [asked.metric.name, *([_LATE_NEWS] if asked.metric.name != _LATE_NEWS else [])]
    rows = reader.roll_up(names, (*asked.by, "week"), scope.during(days))
    weeks: dict[Group, list[Point]] = {}
    late_news: dict[Group, dict[date, float]] = {}
    for name, *group, start, numerator, denominator, _, _ in rows.iter_rows():
        if name == _LATE_NEWS:
            late_news.setdefault(tuple(group), {})[start] = float(numerator)
        elif denominator:
            n, d = float(numerator), float(denominator)
            point = Point(start, n, d, n / d, None, None, None, None, "judged")
            weeks.setdefault(tuple(group), []).append(point)
    return weeks, late_news


def _made_ready(point: Point, asked: Asked, late_news: Mapping[date, float]) -> Point:
    return replace(point, readiness=_readiness(point, asked, late_news))


def _readiness(point: Point, asked: Asked, late_news: Mapping[date, float]) -> Readiness:
    if point.start < asked.start or point.start + _SIX_DAYS > asked.known:
        return "partial"
    if late_news.get(point.start):
        return "immature"
    return "thin" if point.denominator < FEWEST else "judged"


def _process(asked: Asked, group: Group, points: Sequence[Point], target: float | None) -> Process:
    """One group's chart: a stretch per baseline, the last of which gives the verdicts."""
    named = tuple(zip(asked.by, group, strict=True))
    drawn: list[Point] = []
    chart, kind, why = None, "run", ""
    for begins, stretch in _stretches(asked, dict(named).get("segment"), points):
        chart, kind, why = _chart(asked.metric, stretch)
        drawn += _with_limits(stretch, chart, begins=begins)
    inside = [p for p in drawn if p.readiness == "judged" and _overlaps(p, asked.period)]
    limits = chart if chart and chart.has_limits else None
    better = asked.metric.better
    return Process(
        metric=asked.metric,
        group=named,
        points=tuple(drawn),
        kind=kind,
        baseline=limits.baseline if limits else 0,
        why=why,
        variation=charts.variation(chart, better) if chart else "not judged",
        target=target,
        assurance=charts.assurance(limits, target, better)
        if limits and target is not None
        else "not judged",
        judged=len(inside),
        signals=sum(point.signal is not None for point in inside),
        by_chance=charts.signal_rate(len(inside), limits.baseline) if limits and inside else None,
    )


def _stretches(
    asked: Asked, segment: str | None, points: Sequence[Point]
) -> list[tuple[bool, Sequence[Point]]]:
    """Points between one baseline and the next; whether a decision began each."""
    days = sorted(
        one.day for one in asked.rebaselines if one.segment is None or one.segment == segment
    )
    starts = [next((i for i, p in enumerate(points) if p.start >= day), None) for day in days]
    begun = sorted({start for start in starts if start is not None})
    edges = sorted({0, *begun, len(points)})
    return [(first in begun, points[first:last]) for first, last in pairwise(edges)]


def _chart(metric: Metric, points: Sequence[Point]) -> tuple[ControlChart | None, Kind, str]:
    """The chart of a stretch; a run chart where its weeks cannot carry limits, and why."""
    n = np.array([point.numerator for point in points])
    d = np.array([point.denominator for point in points])
    judged = np.array([point.readiness == "judged" for point in points])
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


def _with_limits(
    points: Sequence[Point], chart: ControlChart | None, *, begins: bool
) -> list[Point]:
    if chart is None:
        return [replace(p, begins=begins and not at) for at, p in enumerate(points)]
    return [
        replace(
            point,
            centre=chart.centre,
            low=float(chart.low[at]) if chart.has_limits else None,
            high=float(chart.high[at]) if chart.has_limits else None,
            signal=chart.signals[at],
            begins=begins and not at,
        )
        for at, point in enumerate(points)
    ]


def _overlaps(point: Point, period: Period) -> bool:
    return point.start <= period.end and point.start + _SIX_DAYS >= period.start
