"""How is each segment doing against target, and what changed?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from dashboard.analysis.board import Cell, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.days import compared, last_known_day
from dashboard.analysis.figures import (
    Daily,
    Figure,
    change,
    daily_sums,
    figure,
    measured,
    nothing_found,
    verdict_of,
)
from dashboard.analysis.finding import finding
from dashboard.catalog import HEADLINES
from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter, Scope
from dashboard.stats.periods import holm
from dashboard.warehouse import Reader

WHOLE = "All segments"
SELECTION = "Selection"

_READINGS = (
    "on_time_rate",
    "on_time_attempt_rate",
    "in_window_rate",
    "delivered_only_on_time_rate",
)
_YEAR = timedelta(weeks=52)
_WEEK = timedelta(days=6)


def scoreboard(reader: Reader, scope: Scope) -> Scoreboard:
    """Put every segment's headline figures beside target and comparison period.

    Args:
        reader: The snapshot.
        scope: Period (all days where None), comparison and filters.

    Raises:
        ScopeError: No delivery lies in the scope.
    """
    days = compared(reader, scope.period or _all_days(reader, scope), scope.versus)
    period, versus = days.period, days.versus
    series = _Series.read(reader, scope, period, versus)
    if not series.volume(WHOLE, period):
        raise ScopeError(nothing_found(reader, scope))
    targets = {} if _is_sliced(scope) else _targets(reader, period)
    scores = [
        _score(series, segment, period, versus, targets) for segment in series.segments(period)
    ]
    segments = _hold_against_family(reader, scores)
    whole = _score(series, WHOLE, period, versus, {})
    if "segment" in dict(scope.filters):
        whole = replace(whole, segment=SELECTION)
    asked = scope.during(period)
    return Scoreboard(
        message=finding(segments, whole),
        period=period,
        versus=versus,
        running=days.running,
        segments=tuple(segments),
        whole=whole,
        weeks=tuple(_weeks(series, period, last_known_day(reader), reader.span())),
        readings=tuple(measured(reader, _READINGS, (), asked)),
    )


@dataclass(frozen=True)
class _Series:
    """Daily sums of the headlines and the volume, by metric and segment."""

    reader: Reader
    daily: Mapping[tuple[str, str], Daily]

    @classmethod
    def read(
        cls, reader: Reader, scope: Scope, period: Period, versus: Period | None
    ) -> "_Series":
        """Read once all days that any part of the board needs."""
        weeks = _trend_window(period)
        start = min(period.start, weeks.start, versus.start if versus else period.start)
        asked = scope.during(Period(start, period.end))
        names = (*HEADLINES, "volume")
        found = daily_sums(reader, names, ("segment",), asked)
        whole = {
            (name, WHOLE): Daily.together(days for (own, _), days in found.items() if own == name)
            for name in {name for name, _ in found}
        }
        return cls(reader, found | whole)

    def segments(self, period: Period) -> list[str]:
        """Segments with any volume in the period, the largest first."""
        found = {segment for _, segment in self.daily} - {WHOLE}
        volumes = {segment: self.volume(segment, period) for segment in found}
        return sorted((s for s in found if volumes[s]), key=lambda s: (-volumes[s], s))

    def volume(self, segment: str, period: Period) -> int:
        """Deliveries promised in a period."""
        daily = self.daily.get(("volume", segment))
        return int(sum(daily.during(period).numerators)) if daily else 0

    def figure(self, metric: str, segment: str, period: Period) -> Figure | None:
        """A segment's figure over a period; None where it has no row."""
        daily = self.daily.get((metric, segment))
        days = daily.during(period) if daily else None
        if days is None or not days.days:
            return None
        group = () if segment == WHOLE else (("segment", segment),)
        return figure(self.reader.catalog.metric(metric), group, days, period)

    def year(self, metric: str, segment: str, end: date) -> Daily:
        """The 52 weeks up to a day."""
        return self.daily[metric, segment].during(Period(end - _YEAR + timedelta(days=1), end))


def _score(
    series: _Series,
    segment: str,
    period: Period,
    versus: Period | None,
    targets: Mapping[tuple[str, str], float],
) -> SegmentScore:
    cells = {}
    for metric in HEADLINES:
        now = series.figure(metric, segment, period)
        if now is None:
            continue
        then = series.figure(metric, segment, versus) if versus else None
        year = series.year(metric, segment, period.end)
        target = targets.get((segment, metric))
        changed = change(now, then, year) if then else None
        cells[metric] = Cell(now, target, _standing(now, target), changed)
    return SegmentScore(segment, series.volume(segment, period), MappingProxyType(cells))


def _standing(found: Figure, target: float | None) -> Standing:
    if target is None:
        return "no target"
    if found.low is None or found.high is None or found.is_thin:
        return "not clear"
    above, below = found.low >= target, found.high < target
    if found.metric.better == "lower":
        above, below = found.high <= target, found.low > target
    return "met" if above else "missed" if below else "not clear"


def _hold_against_family(reader: Reader, scores: Sequence[SegmentScore]) -> list[SegmentScore]:
    """Judge each metric's changes together.

    With five segments, one in four null quarters would show some change at 5 %; Holm's
    correction of their p-values keeps that to one in twenty.
    """
    cells = {score.segment: dict(score.cells) for score in scores}
    for name in HEADLINES:
        judged = [
            (segment, cell, cell.change, cell.change.p_value)
            for segment, found in cells.items()
            if (cell := found.get(name)) and cell.change and cell.change.p_value is not None
        ]
        corrected = holm([p_value for *_, p_value in judged])
        for (segment, cell, changed, _), p_value in zip(judged, corrected, strict=True):
            metric = reader.catalog.metric(name)
            verdict = verdict_of(metric, changed.difference or 0.0, p_value)
            cells[segment][name] = replace(cell, change=replace(changed, verdict=verdict))
    return [replace(score, cells=MappingProxyType(cells[score.segment])) for score in scores]


def _all_days(reader: Reader, scope: Scope) -> Period:
    """First and last day of any figure on the board, as the command line has them."""
    days = [
        day
        for daily in daily_sums(reader, (*HEADLINES, "volume"), (), scope).values()
        for day in daily.days
    ]
    if not days:
        raise ScopeError(nothing_found(reader, scope))
    return Period(min(days), max(days))


def _is_sliced(scope: Scope) -> bool:
    """Whether segments are seen in part: a segment's target is for all of it."""
    return any(name != "segment" for name, _ in scope.filters)


def _targets(reader: Reader, period: Period) -> Mapping[tuple[str, str], float]:
    """Targets of the quarter that holds the whole period; none for longer periods."""
    start = Quarter.of(period.start, reader.fiscal_year_start)
    end = Quarter.of(period.end, reader.fiscal_year_start)
    return reader.targets(start.key) if start == end else {}


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
        daily = series.daily.get(("on_time_rate", segment))
        days = daily.during(window) if daily else Daily((), (), ())
        starts = sorted({day - timedelta(days=day.weekday()) for day in days.days})
        sums = zip(starts, *days.weeks(), strict=True)
        for start, numerator, denominator in sums:
            cut = start + _WEEK > last or (span is not None and start < span.start)
            value = float(numerator / denominator) if denominator else None
            weeks.append(Week(segment, start, value, float(numerator), float(denominator), cut))
    return weeks
