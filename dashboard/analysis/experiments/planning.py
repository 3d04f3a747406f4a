"""Planning an experiment: how many units, how many weeks, and what it will then say."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy import stats

from dashboard.analysis.experiments.pasts import Past, past_of
from dashboard.analysis.experiments.stated import dealt_by
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.state import Terms
from dashboard.stats.experiments.power import POWER, Course, foreseen, power_of
from dashboard.stats.experiments.verdict import FINAL, Verdict
from dashboard.warehouse import Reader
from dashboard.warehouse.trial_units import DAYS_A_LOOK, past_units

HISTORY_WEEKS = 12
MOST_WEEKS = 52
DEALS = 400
_FEWEST_UNITS = 200


@dataclass(frozen=True)
class Wish:
    """What is to be found out.

    Attributes:
        metric: Name of the primary metric.
        unit: What will be randomised.
        worthwhile: Smallest effect worth having, above 0, in the metric's unit.
        expected: The effect that is hoped for, above 0; + is good.
        share: Part of the traffic that takes part, 0 to 1, dealt half and half.
        power: Chance wanted that the end finds the expected effect.
    """

    metric: str
    unit: str
    worthwhile: float
    expected: float
    share: float = 1.0
    power: float = POWER


@dataclass(frozen=True)
class Traffic:
    """What comes in a week, by segment.

    Attributes:
        units: Units seen in a week, on average.
        deliveries: Rows that the metric counts.
    """

    segment: str
    units: float
    deliveries: float


@dataclass(frozen=True)
class Week:
    """What the end after so many weeks would carry.

    Attributes:
        weeks: Whole weeks.
        units: Units seen by then, both arms together.
        error: Standard error of the effect.
        power: Chance of an interval above 0 where the expected effect is true.
        power_worthwhile: The same where the effect is just worth having.
    """

    weeks: int
    units: float
    error: float
    power: float
    power_worthwhile: float


@dataclass(frozen=True)
class AgainstItself:
    """Past data dealt to two equal arms again and again.

    Attributes:
        deals: How often.
        found: In how many the final interval left 0, although nothing was done.
        low, high: How many may, by chance, where the method keeps its promise (99.9 %).
    """

    deals: int
    found: int
    low: int
    high: int

    @property
    def holds(self) -> bool:
        """Whether the method keeps its promise on this data."""
        return self.low <= self.found <= self.high


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        wish: What was asked.
        value: The metric over the history.
        since, weeks_of_history: Where the figures come from.
        design_effect: How much more variance units have than their rows alone would; None
            where the metric is no share.
        traffic: By segment.
        course: What each number of weeks would carry.
        needed: The first that carries the wish; None where a year does not.
        verdicts: The probability of each verdict at `needed`, were the expected effect true.
        nothing: The same, were there no effect.
        against_itself: The A/A check.
    """

    wish: Wish
    metric: Metric
    value: float
    since: str
    weeks_of_history: int
    design_effect: float | None
    traffic: tuple[Traffic, ...]
    course: tuple[Week, ...]
    needed: Week | None
    verdicts: tuple[tuple[Verdict, float], ...]
    nothing: tuple[tuple[Verdict, float], ...]
    against_itself: AgainstItself


def plan(reader: Reader, wish: Wish) -> Plan:
    """Plan an experiment from how units varied in the last weeks.

    Raises:
        UnknownNameError: The metric is not in the catalogue.
        ScopeError: An effect or a share that cannot be planned with.
        NotEnoughDataError: Under 200 units in the history.
    """
    _check(wish)
    metric = reader.catalog.metric(wish.metric)
    end = (reader.manifest.as_of - timedelta(days=DAYS_A_LOOK)).date()
    start = end - timedelta(days=HISTORY_WEEKS * DAYS_A_LOOK)
    units = reader.trials.asked(past_units(reader.catalog, wish.metric, wish.unit, start, end))
    units = units.filter((pl.col("y") != 0) | (pl.col("d") != 0))
    past = past_of(units, dealt_by(wish.unit), HISTORY_WEEKS)
    if past.dealt == "units" and past.count < _FEWEST_UNITS:
        found = f"{past.count} units in the last {HISTORY_WEEKS} weeks"
        message = f"{found}; at least {_FEWEST_UNITS} are needed to plan by"
        raise NotEnoughDataError(message)
    if units.is_empty() or float(units["d"].sum()) == 0:
        found = f"'{metric.label}' has nothing to divide by in the last {HISTORY_WEEKS} weeks"
        message = f"{found}; choose a metric that the data has"
        raise NotEnoughDataError(message)
    course = tuple(_week(past, wish, weeks) for weeks in range(1, MOST_WEEKS + 1))
    needed = next((one for one in course if one.power >= wish.power), None)
    last = needed or course[-1]
    return Plan(
        wish=wish,
        metric=metric,
        value=float(units["y"].sum()) / float(units["d"].sum()),
        since=start.isoformat(),
        weeks_of_history=HISTORY_WEEKS,
        design_effect=_design_effect(metric, past),
        traffic=_traffic(units),
        course=course,
        needed=needed,
        verdicts=_verdicts(past, wish, last, wish.expected),
        nothing=_verdicts(past, wish, last, 0.0),
        against_itself=_against_itself(past),
    )


def terms_of(found: Plan, hypothesis: str, guardrails: str, starts_on: date | None) -> Terms:
    """A plan's terms, to freeze.

    Raises:
        ScopeError: The plan needs more than a year, or has no first day.
    """
    if found.needed is None or starts_on is None:
        what = "no first day" if found.needed else "no end within a year"
        message = f"the plan has {what}; give one before it is frozen"
        raise ScopeError(message)
    days = found.needed.weeks * DAYS_A_LOOK
    return Terms(
        hypothesis=hypothesis,
        metric=found.wish.metric,
        unit=found.wish.unit,
        worthwhile=found.wish.worthwhile,
        expected=found.wish.expected,
        guardrails=guardrails,
        planned_units=round(found.needed.units),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days - 1),
    )


def _check(wish: Wish) -> None:
    if not (wish.worthwhile > 0 and wish.expected > 0):
        found = (
            f"a worthwhile effect of {wish.worthwhile:g} and an expected one of {wish.expected:g}"
        )
        message = f"{found}; both above 0 are needed (+ is good)"
        raise ScopeError(message)
    if not (0 < wish.share <= 1 and 0 < wish.power < 1):
        message = (
            f"a share of {wish.share:g} and a power of {wish.power:g}; shares up to 1 are needed"
        )
        raise ScopeError(message)


def _week(past: Past, wish: Wish, weeks: int) -> Week:
    """Beyond the history, variance falls as weeks come in; units grow as in its last ones."""
    at = min(weeks, HISTORY_WEEKS) - 1
    beyond = weeks / (at + 1)
    error = float(np.sqrt(past.squares[at] / beyond / wish.share))
    return Week(
        weeks=weeks,
        units=float(past.units[at]) * beyond * wish.share,
        error=error,
        power=power_of(wish.expected, error),
        power_worthwhile=power_of(wish.worthwhile, error),
    )


def _design_effect(metric: Metric, past: Past) -> float | None:
    if metric.unit != "share" or past.dealt == "pairs":
        return None
    rate = float(past.y.sum() / past.d.sum())
    alone = rate * (1 - rate) / float(past.d.sum())
    return float(past.squares[-1]) / 4 / alone if alone > 0 else None


def _traffic(units: pl.DataFrame) -> tuple[Traffic, ...]:
    by_segment = (
        units.group_by("segment", "look")
        .agg(units=pl.len(), deliveries=pl.col("d").sum())
        .group_by("segment")
        .agg(pl.col("units", "deliveries").sum() / HISTORY_WEEKS)
        .sort("deliveries", descending=True)
    )
    return tuple(Traffic(*row) for row in by_segment.iter_rows())


def _verdicts(
    past: Past, wish: Wish, at: Week, effect: float
) -> tuple[tuple[Verdict, float], ...]:
    independent = at.units / 2 if past.dealt == "pairs" else at.units
    course = Course(effect, wish.worthwhile, at.error, independent, at.weeks)
    return tuple(foreseen(course).items())


def _against_itself(past: Past) -> AgainstItself:
    """Deal the past to equal arms, and see how often the end finds something."""
    z, freedom = past.dealt_again(DEALS)
    line = stats.t.ppf((1 + FINAL) / 2, freedom)
    low, high = stats.binom.interval(0.999, DEALS, 1 - FINAL)
    return AgainstItself(DEALS, int(np.sum(np.abs(z) > line)), int(low), int(high))
