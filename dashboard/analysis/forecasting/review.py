"""Did the volume come as forecast, and what did the error cost?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from dashboard.analysis.forecasting import capacity
from dashboard.analysis.forecasting import steps as forecast_steps
from dashboard.analysis.forecasting import tracking as forecast_tracking
from dashboard.analysis.forecasting.capacity import Load, Plan, plans
from dashboard.analysis.forecasting.cuts import Miss, Part, WeekOf, misses, parts, weeks
from dashboard.analysis.forecasting.rows import PLAIN, Forecasts, cut_to_known, forecasts
from dashboard.analysis.forecasting.scores import POOLED, Scale, Score, scores
from dashboard.analysis.forecasting.steps import Override, Stair
from dashboard.analysis.forecasting.tracking import Coherence, Tracked
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.stats.forecasting.value_added import ValueAdded, together
from dashboard.warehouse import Reader

USUAL_STEP = "consensus"
USUAL_LEAD = 7
_YEAR = timedelta(days=363)


@dataclass(frozen=True)
class Basis:
    """What forecasts are judged by.

    Attributes:
        lead: Days between issue and target.
        step: Whose forecast; '' for the consensus, else the last step there is.
        commit: Days before a day at which its capacity is committed.
        data_lag: Days after a day at which its volume is known to who forecasts.
    """

    lead: int = USUAL_LEAD
    step: str = ""
    commit: int = 14
    data_lag: int = 0


@dataclass(frozen=True)
class LeadScore:
    """A score of one segment, or of all, at one lead time."""

    lead: int
    score: Score


@dataclass(frozen=True)
class Excluded:
    """Segment-days of the period that no figure stands on.

    Attributes:
        waiting: Not over by the snapshot's as_of.
        missing: Over, but nothing at all came in that day: not known.
        capped: Cut off by capacity.
        mixed: With a total beside zones' forecasts of the same step: the total counts.
    """

    waiting: int
    missing: int
    capped: int
    mixed: int


@dataclass(frozen=True)
class Forecast:
    """The Forecast page.

    Attributes:
        message: The finding.
        period: Days looked at.
        lead: Days between issue and target.
        step: Whose forecast.
        steps, leads: What else may be looked at.
        board: Scores by segment and lead time, of this step; the pooled ones first. Verdicts
            on value added hold over the segments of a lead time together.
        level: How often ranges should hold; None where they say nothing, or differ.
        weeks, parts, misses, excluded, ignored: See their classes; filters that forecasts
            know nothing of.
        year: The 52 weeks to the end of the period: value added needs more than a quarter.
        stairs, overrides: Value added by step, over the year.
        tracked, coherence: Does it run to one side, do parts add up?
        loads, plans: Capacity; none where no plan is known.
        commit: Lead time that capacity is judged at.
    """

    message: str
    period: Period
    lead: int
    step: str
    steps: tuple[str, ...]
    leads: tuple[int, ...]
    board: tuple[LeadScore, ...]
    weeks: tuple[WeekOf, ...]
    parts: tuple[Part, ...]
    misses: tuple[Miss, ...]
    level: float | None
    excluded: Excluded
    ignored: tuple[str, ...]
    year: Period
    stairs: tuple[Stair, ...]
    overrides: tuple[Override, ...]
    tracked: tuple[Tracked, ...]
    coherence: tuple[Coherence, ...]
    loads: tuple[Load, ...]
    plans: tuple[Plan, ...]
    commit: int

    def at_lead(self) -> tuple[Score, ...]:
        """Scores at the lead time looked at, the pooled one first."""
        return tuple(one.score for one in self.board if one.lead == self.lead)


def forecast(reader: Reader, scope: Scope, basis: Basis) -> Forecast:
    """Judge the forecasts of a scope's segments and zones at one lead time.

    Args:
        reader: The snapshot.
        scope: Period and filters; forecasts know segments and zones only.
        basis: Lead time, step and lags.

    Raises:
        ScopeError: No forecast of the period has an actual.
        UnknownNameError: No forecast has this lead time, or this step.
    """
    found = forecasts(reader, scope, basis.data_lag)
    step, lead = known_step(found, basis.step), basis.lead
    _check_lead(found, lead)
    period = _period(found, scope)
    year = _year_to(period)
    of_step = found.of(step)
    own = of_step.filter(pl.col("lead") == lead)
    judged = found.judged(of_step, period)
    rows = _at_lead(judged, lead, step)
    commit = min(found.leads, key=lambda one: abs(one - basis.commit))
    planned = of_step.filter(pl.col("lead") == commit)
    on_time = _on_time(reader, scope)
    board = tuple(_board(judged, found.judged(of_step, year), found.scales(period.start)))
    tracked = forecast_tracking.tracked(own, period)
    loads = capacity.loads(planned, on_time, period)
    zones = found.of_zones(step, lead)
    return Forecast(
        message=_message(board, lead, step, tracked),
        period=period,
        lead=lead,
        step=step,
        steps=found.steps,
        leads=found.leads,
        board=board,
        weeks=tuple(weeks(own, period)),
        parts=tuple(parts(rows, _zone_rows(reader, scope, zones, period))),
        misses=tuple(misses(rows, on_time)),
        level=_level(rows),
        excluded=_excluded(found, own, period),
        ignored=found.ignored,
        year=year,
        stairs=forecast_steps.stairs(found, year, lead),
        overrides=forecast_steps.overrides(found, year, lead),
        tracked=tracked,
        coherence=forecast_tracking.coherence(zones, own, period),
        loads=loads,
        plans=plans(planned, min(period.end, found.complete_to)) if loads else (),
        commit=commit,
    )


def _check_lead(found: Forecasts, lead: int) -> None:
    if lead not in found.leads:
        kind = "lead time in days"
        raise UnknownNameError.among(kind, str(lead), map(str, found.leads))


def _at_lead(judged: pl.DataFrame, lead: int, step: str) -> pl.DataFrame:
    rows = judged.filter(pl.col("lead") == lead)
    if rows.is_empty():
        message = f"no {step} forecast of these days has an actual; choose days that are over"
        raise ScopeError(message)
    return rows


def known_step(found: Forecasts, step: str) -> str:
    """A step asked for, or the one looked at before anyone chose.

    Raises:
        UnknownNameError: No forecast has it.
    """
    if not step:
        return usual_step(found.steps)
    if step not in (PLAIN, *found.steps):
        kind = "step of the forecasts in this scope"
        raise UnknownNameError.among(kind, step, (PLAIN, *found.steps))
    return step


def usual_step(steps: Sequence[str]) -> str:
    """The step looked at before anyone chose: the consensus, else the last there is."""
    return USUAL_STEP if USUAL_STEP in steps else steps[-1]


def _period(found: Forecasts, scope: Scope) -> Period:
    days = found.rows["day"]
    span = Period(days.min(), days.max())  # ty: ignore[invalid-argument-type]
    return scope.period or span


def _year_to(period: Period) -> Period:
    return Period(min(period.start, period.end - _YEAR), period.end)


def _board(
    judged: pl.DataFrame, year: pl.DataFrame, scales: Mapping[str, Scale]
) -> Iterator[LeadScore]:
    """Scores of the period; value added from the year, as a quarter is too short for it."""
    for lead in judged["lead"].unique().sort():
        rows, longer = (part.filter(pl.col("lead") == lead) for part in (judged, year))
        added = _added(scores(longer, scales))
        *each, pooled = scores(rows, scales)
        for one in (pooled, *each):
            yield LeadScore(lead, replace(one, added=added[one.series]))


def _added(found: Sequence[Score]) -> dict[str, ValueAdded | None]:
    """Value added by series: segments judged together, all of them pooled by itself."""
    *each, pooled = found
    judged = together([one.added for one in each])
    return {pooled.series: pooled.added} | {
        one.series: added for one, added in zip(each, judged, strict=True)
    }


def _zone_rows(reader: Reader, scope: Scope, zones: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Zones' own forecasts of a period, all segments together, beside what came."""
    inside = pl.col("target_date").is_between(period.start, period.end)
    said = (
        zones.filter(inside)
        .group_by(pl.col("zone").alias("Zone"), pl.col("target_date").alias("day"))
        .agg(forecast=pl.col("volume").sum())
    )
    if said.is_empty():
        return said
    cut = cut_to_known(scope).during(period)
    came = reader.roll_up(("volume",), ("zone", "day"), cut).select(
        pl.col("zone").alias("Zone"), "day", actual=pl.col("numerator").cast(pl.Float64)
    )
    last = came["day"].max()
    both = said.join(came, on=["Zone", "day"], how="left").filter(pl.col("day") <= last)
    return both.with_columns(pl.col("actual").fill_null(0.0))


def _on_time(reader: Reader, scope: Scope) -> pl.DataFrame:
    found = reader.roll_up(("on_time_rate",), ("segment", "day"), cut_to_known(scope))
    return found.select(
        pl.col("segment").alias("series"),
        "day",
        kept=pl.col("numerator").cast(pl.Float64),
        due=pl.col("denominator").cast(pl.Float64),
    )


def _level(rows: pl.DataFrame) -> float | None:
    levels = rows["level"].drop_nulls().unique().to_list()
    return levels[0] if len(levels) == 1 else None


def _excluded(found: Forecasts, own: pl.DataFrame, period: Period) -> Excluded:
    rows = own.filter(pl.col("day").is_between(period.start, period.end))
    unknown = rows.filter(pl.col("actual").is_null())
    waiting = unknown.filter(pl.col("day") > found.complete_to).height
    return Excluded(waiting, unknown.height - waiting, int(rows["is_capped"].sum()), found.mixed)


def _message(board: Sequence[LeadScore], lead: int, step: str, tracked: Sequence[Tracked]) -> str:
    """The finding: how far off, and which segments' alarms ring."""
    pooled = next(one.score for one in board if one.lead == lead and one.score.series == POOLED)
    ahead = "a day" if lead == 1 else f"{lead} days"
    if pooled.wape is None:
        return f"Nothing came in these days; the {step} forecast has no error in per cent"
    said = f"The {step} forecast was {100 * pooled.wape:.1f} % off {ahead} ahead"
    rung = [one for one in tracked if one.rings and one.bias]
    if not rung:
        return f"{said}; no segment runs to one side beyond its usual scatter"
    named = ", ".join(
        f"{one.segment} is forecast {abs(100 * one.bias):.0f} % too "
        f"{'high' if one.bias > 0 else 'low'}"
        for one in rung
        if one.bias
    )
    return f"{said}; {named}"
