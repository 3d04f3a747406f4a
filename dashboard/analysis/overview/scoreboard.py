"""How is each segment doing against target, and what changed?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from dashboard.analysis.daily import Daily, daily_sums
from dashboard.analysis.days import Compared, compared, last_known_day
from dashboard.analysis.figures import Figure, change, figure, nothing_found, verdict_of
from dashboard.analysis.overview.board import Cell, Matrix, Scoreboard, SegmentScore, Week
from dashboard.analysis.overview.finding import finding
from dashboard.analysis.service.chart import ProcessChart, Rebaseline
from dashboard.analysis.service.control import LATE_NEWS, Frame, charts_of
from dashboard.analysis.standing import standing, targets_of, with_streaks
from dashboard.catalog import HEADLINES
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats.periods import holm
from dashboard.warehouse import Reader

WHOLE = "All segments"
SELECTION = "Selection"

_ON_TIME = "on_time_rate"

MATRIX = (
    "on_time_rate",
    "first_attempt_rate",
    "cost_to_serve",
    "margin_per_delivery",
    "satisfaction",
    "contacts_per_delivery",
)
"""What a review looks at: the headlines, and what stands behind them."""

_READINGS = (
    "on_time_rate",
    "on_time_attempt_rate",
    "in_window_rate",
    "delivered_only_on_time_rate",
)
_YEAR = timedelta(weeks=52)
_WEEK = timedelta(days=6)


def scoreboard(
    reader: Reader, scope: Scope, rebaselines: tuple[Rebaseline, ...] = ()
) -> Scoreboard:
    """Put every segment's headline figures beside target and comparison period.

    Args:
        reader: The snapshot.
        scope: Period (all days where None), comparison and filters.
        rebaselines: Decisions to compute the control limits of the weeks anew.

    Raises:
        ScopeError: No delivery lies in the scope.
    """
    days = compared(reader, scope.period or _all_days(reader, scope), scope.versus)
    period, span = days.period, reader.span()
    series = _Series.read(reader, scope, days, HEADLINES, (*_READINGS, LATE_NEWS))
    if not series.volume(WHOLE, period):
        raise ScopeError(nothing_found(reader, scope))
    scores, whole = _scores(series, scope, days)
    due = _ON_TIME in whole.cells
    processes = _processes(series, scope.during(period), rebaselines) if due else {}
    segments = [
        replace(score, process=processes.get(score.segment))
        for score in with_streaks(reader, scores, series.figure, period)
    ]
    whole = replace(whole, process=processes.get(WHOLE))
    readings = (series.figure(name, WHOLE, period) for name in _READINGS)
    return Scoreboard(
        message=finding(segments, whole),
        period=period,
        versus=days.versus,
        running=days.running,
        segments=tuple(segments),
        whole=whole,
        weeks=tuple(_weeks(series, period, last_known_day(reader), span)),
        readings=tuple(one for one in readings if one),
    )


def matrix(reader: Reader, scope: Scope) -> Matrix:
    """Every segment by every metric that a review looks at.

    Args:
        reader: The snapshot.
        scope: Period (all days where None), comparison and filters.

    Raises:
        ScopeError: No delivery lies in the scope.
    """
    days = compared(reader, scope.period or _all_days(reader, scope), scope.versus)
    series = _Series.read(reader, scope, days, MATRIX)
    if not series.volume(WHOLE, days.period):
        raise ScopeError(nothing_found(reader, scope))
    scores, whole = _scores(series, scope, days)
    metrics = tuple(reader.catalog.metric(name) for name in MATRIX if name in whole.cells)
    return Matrix(metrics, days.period, days.versus, (whole, *scores))


@dataclass(frozen=True)
class _Series:
    """Daily sums of some metrics and the volume, by metric and segment.

    Attributes:
        names: The metrics that are judged; others may stand beside them.
    """

    reader: Reader
    names: tuple[str, ...]
    daily: Mapping[tuple[str, str], Daily]

    @classmethod
    def read(
        cls,
        reader: Reader,
        scope: Scope,
        days: Compared,
        names: tuple[str, ...],
        beside: tuple[str, ...] = (),
    ) -> "_Series":
        """Read once all days that are judged and their 52 weeks; with others, all days."""
        period, since = days.period, reader.span() if beside else None
        start = min(d.start for d in (period, days.versus, since, _trend_window(period)) if d)
        asked = scope.during(Period(start, period.end))
        wanted = tuple(dict.fromkeys((*names, "volume", *beside)))
        found = daily_sums(reader, wanted, ("segment",), asked)
        whole = {
            (name, WHOLE): Daily.together(days for (own, _), days in found.items() if own == name)
            for name in {name for name, _ in found}
        }
        return cls(reader, names, found | whole)

    def segments(self, period: Period) -> list[str]:
        """Segments with any volume in the period, the largest first."""
        found = {segment for _, segment in self.daily} - {WHOLE}
        volumes = {segment: self.volume(segment, period) for segment in found}
        return sorted((s for s in found if volumes[s]), key=lambda s: (-volumes[s], s))

    def volume(self, segment: str, period: Period) -> int:
        """Deliveries promised in a period."""
        daily = self.daily.get(("volume", segment))
        return int(daily.during(period).numerator) if daily else 0

    def figure(self, metric: str, segment: str, period: Period) -> Figure | None:
        """A segment's figure over a period; None where it has no row."""
        daily = self.daily.get((metric, segment))
        days = daily.during(period) if daily else None
        if days is None or not len(days.days):
            return None
        group = () if segment == WHOLE else (("segment", segment),)
        return figure(self.reader.catalog.metric(metric), group, days, period)

    def year(self, metric: str, segment: str, end: date) -> Daily:
        """The 52 weeks up to a day."""
        return self.daily[metric, segment].during(Period(end - _YEAR + timedelta(days=1), end))


def _scores(
    series: _Series, scope: Scope, days: Compared
) -> tuple[list[SegmentScore], SegmentScore]:
    """Each segment, its changes judged together, and the whole."""
    targets = {} if _is_sliced(scope) else targets_of(series.reader, days.period)
    scores = [_score(series, name, days, targets) for name in series.segments(days.period)]
    whole = _score(series, WHOLE, days, {})
    if "segment" in dict(scope.filters):
        whole = replace(whole, segment=SELECTION)
    return _hold_against_family(series, scores), whole


def _score(
    series: _Series, segment: str, days: Compared, targets: Mapping[tuple[str, str], float]
) -> SegmentScore:
    cells = {}
    for metric in series.names:
        now = series.figure(metric, segment, days.period)
        if now is None:
            continue
        then = series.figure(metric, segment, days.versus) if days.versus else None
        year = series.year(metric, segment, days.period.end)
        target = targets.get((segment, metric))
        changed = change(now, then, year) if then else None
        cells[metric] = Cell(now, target, standing(now, target), changed)
    return SegmentScore(segment, series.volume(segment, days.period), MappingProxyType(cells))


def _hold_against_family(series: _Series, scores: Sequence[SegmentScore]) -> list[SegmentScore]:
    """Judge each metric's changes together.

    With five segments, one in four null quarters would show some change at 5 %; Holm's
    correction of their p-values keeps that to one in twenty.
    """
    cells = {score.segment: dict(score.cells) for score in scores}
    for name in series.names:
        judged = [
            (segment, cell, cell.change, cell.change.p_value)
            for segment, found in cells.items()
            if (cell := found.get(name)) and cell.change and cell.change.p_value is not None
        ]
        corrected = holm([p_value for *_, p_value in judged])
        for (segment, cell, changed, _), p_value in zip(judged, corrected, strict=True):
            metric = series.reader.catalog.metric(name)
            verdict = verdict_of(metric, changed.difference or 0.0, p_value)
            cells[segment][name] = replace(cell, change=replace(changed, verdict=verdict))
    return [replace(score, cells=MappingProxyType(cells[score.segment])) for score in scores]


def _processes(
    series: _Series, asked: Scope, rebaselines: tuple[Rebaseline, ...]
) -> Mapping[str, ProcessChart]:
    """On-time rate by week as control charts, by segment."""
    metric = series.reader.catalog.metric(_ON_TIME)
    frame = Frame.read(series.reader, asked, rebaselines)
    charted = [one for one in series.daily.items() if one[0][0] in {_ON_TIME, LATE_NEWS}]
    whole = {(name,): days for (name, segment), days in charted if segment == WHOLE}
    parts = {key: days for key, days in charted if key[1] != WHOLE}
    charts = charts_of(metric, ("segment",), parts, frame)
    found = dict(zip((WHOLE,), charts_of(metric, (), whole, frame), strict=False))
    found |= {dict(chart.group)["segment"]: chart for chart in charts}
    if not _is_sliced(asked):
        return found
    unaimed = {"target": None, "assurance": "not judged"}
    return {name: replace(chart, **unaimed) for name, chart in found.items()}


def _all_days(reader: Reader, scope: Scope) -> Period:
    """First and last day of any figure on the board, as the command line has them."""
    days = [
        day
        for daily in daily_sums(reader, (*HEADLINES, "volume"), (), scope).values()
        for day in (daily.span.start, daily.span.end)
    ]
    if not days:
        raise ScopeError(nothing_found(reader, scope))
    return Period(min(days), max(days))


def _is_sliced(scope: Scope) -> bool:
    """Whether segments are seen in part: a segment's target is for all of it."""
    return bool(scope.where) or any(name != "segment" for name, _ in scope.filters)


def _trend_window(period: Period) -> Period:
    """The whole weeks, from a Monday, that trends show."""
    first = period.end - _YEAR
    return Period(first - timedelta(days=first.weekday()), period.end)


def _weeks(series: _Series, period: Period, known: date, span: Period | None) -> list[Week]:
    """On-time rate by segment and week; a week cut by any edge is partial."""
    window = _trend_window(period)
    last = min(known, period.end, span.end if span else period.end)
    weeks = []
    for segment in series.segments(window):
        daily = series.daily.get((_ON_TIME, segment))
        days = daily.during(window) if daily else Daily.of((), (), ())
        sums = zip(days.week_starts(), *(terms.tolist() for terms in days.weeks()), strict=True)
        for start, numerator, denominator in sums:
            cut = start + _WEEK > last or (span is not None and start < span.start)
            value = numerator / denominator if denominator else None
            weeks.append(Week(segment, start, value, numerator, denominator, cut))
    return weeks
