"""Is the promise kept, per segment and service, and is the process in control?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from dashboard.analysis.daily import Daily, daily_sums
from dashboard.analysis.days import compared
from dashboard.analysis.figures import Change, Figure, change, figure, nothing_found, verdict_of
from dashboard.analysis.overview.board import Standing
from dashboard.analysis.service.chart import ProcessChart, Rebaseline
from dashboard.analysis.service.control import LATE_NEWS, Frame, chartable, charts_of
from dashboard.analysis.standing import standing
from dashboard.catalog import Catalog, Metric
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats.periods import holm
from dashboard.warehouse import Reader

ALL = ""
"""The service that stands for all of a segment's services together."""

BESIDE = ("first_attempt_rate", "in_window_rate", "promise_width", "revised_promise_rate")
"""What stands beside the promise kept: padding of promises would show here."""

_YEAR = timedelta(weeks=52)
_CELL = ("segment", "service")


@dataclass(frozen=True)
class ServiceCell:
    """A segment's figure for one service, or for all.

    Attributes:
        segment, service: Where; `ALL` for all services.
        figure: Over the period.
        target: The segment's; None where none is set.
        standing: The figure against the target.
        process: Its control chart; None where no week has a case.
        change: Against the days compared with, judged with all segments (Holm); None for
            a single service, and where nothing is compared.
    """

    segment: str
    service: str
    figure: Figure
    target: float | None
    standing: Standing
    process: ProcessChart | None
    change: Change | None = None


@dataclass(frozen=True)
class Service:
    """The Service page.

    Attributes:
        message: The finding; claims a change only where the quarter's test carries it.
        metric: What 'kept' means here.
        period, versus: Days looked at, and compared with; None for no comparison.
        running: The period is not over at the snapshot's as_of.
        cells: Each segment over all services, then by service; the largest segment first.
        beside: Other figures by segment: see `BESIDE`.
        missing: Names of the figures beside that the data cannot give.
    """

    message: str
    metric: Metric
    period: Period
    versus: Period | None
    running: bool
    cells: tuple[ServiceCell, ...]
    beside: tuple[Figure, ...]
    missing: tuple[str, ...]

    @property
    def segments(self) -> tuple[ServiceCell, ...]:
        """Each segment over all its services."""
        return tuple(cell for cell in self.cells if cell.service == ALL)

    @property
    def services(self) -> tuple[str, ...]:
        """The services that any segment has."""
        return tuple(sorted({cell.service for cell in self.cells} - {ALL}))

    @property
    def due(self) -> int:
        """Rows that the figures stand on."""
        return sum(int(cell.figure.denominator or 0) for cell in self.segments)


def service(
    reader: Reader, scope: Scope, metric: str, rebaselines: tuple[Rebaseline, ...] = ()
) -> Service:
    """Hold every segment and service against its target, and chart it by week.

    Args:
        reader: The snapshot.
        scope: Period, comparison and filters.
        metric: What is measured: on time by one of its definitions, or another ratio.
        rebaselines: Decisions to compute limits anew.

    Raises:
        UnknownNameError: The metric is not in the catalogue.
        ScopeError: No row lies in the scope.
    """
    span = reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    days = compared(reader, scope.period or span, scope.versus)
    asked = replace(scope, period=days.period, versus=days.versus)
    frame = Frame.read(reader, asked, rebaselines)
    sums = _Sums.read(reader, chartable(reader, metric, _CELL), asked, frame)
    stated = sums.metric
    whole = _judged(_segments(sums, asked, frame))
    if not whole:
        raise ScopeError(nothing_found(reader, scope))
    beside = tuple(sums.beside(reader.catalog, days.period))
    found = {one.metric.name for one in beside if one.denominator}
    return Service(
        message=_message(stated, whole),
        metric=stated,
        period=days.period,
        versus=days.versus,
        running=days.running,
        cells=(*whole, *_services(sums, frame)),
        beside=beside,
        missing=tuple(name for name in BESIDE if name not in found),
    )


def cells_table(found: Service, snapshot: int) -> pl.DataFrame:
    """Segments and services as rows.

    Returns:
        metric, segment, service ('' for all), value, numerator, denominator, low, high,
        target, standing, change (against the days compared with), verdict, variation,
        assurance, start, end, snapshot.
    """
    rows = [
        {
            "metric": found.metric.name,
            "segment": cell.segment,
            "service": cell.service,
            "value": cell.figure.value,
            "numerator": float(cell.figure.numerator),
            "denominator": float(cell.figure.denominator or 0),
            "low": cell.figure.low,
            "high": cell.figure.high,
            "target": cell.target,
            "standing": cell.standing,
            "change": cell.change.difference if cell.change else None,
            "verdict": cell.change.verdict if cell.change else None,
            "variation": cell.process.variation if cell.process else "not judged",
            "assurance": cell.process.assurance if cell.process else "not judged",
            "start": found.period.start,
            "end": found.period.end,
            "snapshot": snapshot,
        }
        for cell in found.cells
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


@dataclass(frozen=True)
class _Sums:
    """Daily sums of all that the page shows, read at once.

    Attributes:
        cells: By metric, segment and service.
        segments: By metric and segment.
    """

    metric: Metric
    cells: Mapping[tuple, Daily]
    segments: Mapping[tuple, Daily]

    @classmethod
    def read(cls, reader: Reader, metric: Metric, scope: Scope, frame: Frame) -> "_Sums":
        """Over all days that a chart, a figure, its change or its year needs."""
        start = min(frame.days.start, _year(frame.period).start)
        if scope.versus:
            start = min(start, scope.versus.start)
        days = scope.during(Period(start, frame.period.end))
        wanted = tuple(dict.fromkeys((metric.name, LATE_NEWS, *BESIDE)))
        cells = daily_sums(reader, wanted, _CELL, days)
        parts: dict[tuple, list[Daily]] = {}
        for (name, segment, _), daily in cells.items():
            parts.setdefault((name, segment), []).append(daily)
        return cls(metric, cells, {key: Daily.together(own) for key, own in parts.items()})

    def over(self, key: tuple, metric: Metric, period: Period) -> Figure | None:
        """A group's figure over some days; None where it has no row."""
        daily = (self.segments if len(key) == 1 else self.cells).get((metric.name, *key))
        days = daily.during(period) if daily else None
        if days is None or not len(days.days):
            return None
        return figure(metric, tuple(zip(_CELL, key, strict=False)), days, period)

    def beside(self, catalog: Catalog, period: Period) -> Iterator[Figure]:
        """What stands beside the promise, by segment."""
        for name in BESIDE:
            for segment in sorted(key[1] for key in self.segments if key[0] == name):
                found = self.over((segment,), catalog.metric(name), period)
                if found:
                    yield found


def _segments(sums: _Sums, scope: Scope, frame: Frame) -> list[ServiceCell]:
    """Every segment over all its services, with its change."""
    charts = {
        process.group[0][1]: process
        for process in charts_of(sums.metric, ("segment",), sums.segments, frame)
    }
    cells = []
    for segment in sorted(key[1] for key in sums.segments if key[0] == sums.metric.name):
        now = sums.over((segment,), sums.metric, frame.period)
        if now is not None and now.denominator:
            moved = _change(sums, segment, scope, now)
            cells.append(_cell((segment, ALL), now, frame, charts.get(segment), moved))
    return sorted(cells, key=lambda cell: (-(cell.figure.denominator or 0), cell.segment))


def _services(sums: _Sums, frame: Frame) -> list[ServiceCell]:
    """Every segment by service."""
    charts = {
        tuple(value for _, value in process.group): process
        for process in charts_of(sums.metric, _CELL, sums.cells, frame)
    }
    cells = []
    for place in sorted(key[1:] for key in sums.cells if key[0] == sums.metric.name):
        found = sums.over(place, sums.metric, frame.period)
        if found and found.denominator:
            cells.append(_cell(place, found, frame, charts.get(place)))
    return cells


def _cell(
    place: tuple[str, str],
    found: Figure,
    frame: Frame,
    process: ProcessChart | None,
    moved: Change | None = None,
) -> ServiceCell:
    target = frame.targets.get((place[0], found.metric.name))
    return ServiceCell(*place, found, target, standing(found, target), process, moved)


def _change(sums: _Sums, segment: str, scope: Scope, now: Figure) -> Change | None:
    then = sums.over((segment,), sums.metric, scope.versus) if scope.versus else None
    daily = sums.segments[sums.metric.name, segment]
    if then is None or not then.denominator:
        return None
    return change(now, then, daily.during(_year(now.period)))


def _year(period: Period) -> Period:
    """The 52 weeks up to the end of a period."""
    return Period(period.end - _YEAR + timedelta(days=1), period.end)


def _judged(cells: Sequence[ServiceCell]) -> list[ServiceCell]:
    """Judge the segments' changes together: five would show one in four null quarters."""
    known = [
        (at, c.change) for at, c in enumerate(cells) if c.change and c.change.p_value is not None
    ]
    corrected = holm([float(moved.p_value or 0.0) for _, moved in known])
    found = list(cells)
    for (at, moved), p_value in zip(known, corrected, strict=True):
        verdict = verdict_of(cells[at].figure.metric, moved.difference or 0.0, p_value)
        found[at] = replace(cells[at], change=replace(moved, verdict=verdict))
    return found


def _message(metric: Metric, cells: Sequence[ServiceCell]) -> str:
    """The finding: changes that the test carries, and targets missed beyond doubt."""
    moved = {
        verdict: [c.segment for c in cells if c.change and c.change.verdict == verdict]
        for verdict in ("worse", "better", "changed")
    }
    told = [f"{verdict} in {_and(names)}" for verdict, names in moved.items() if names]
    compared_with = [c for c in cells if c.change and c.change.verdict != "not comparable"]
    if compared_with and not told:
        told.append("no segment changed beyond noise")
    missed = [cell.segment for cell in cells if cell.standing == "missed"]
    if missed and missed == moved["worse"]:
        told[0] += f", which {'misses its' if len(missed) == 1 else 'miss their'} target"
    elif missed:
        told.append(f"target missed in {_and(missed)}")
    elif cells and all(cell.standing == "met" for cell in cells):
        told.append("every segment met its target")
    elif any(cell.target is not None for cell in cells):
        told.append("no target missed beyond doubt")
    return f"{metric.label}: {'; '.join(told)}" if told else f"{metric.label} by segment"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
