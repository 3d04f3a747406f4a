"""A metric's value for each group, with its interval: the figure everybody shows.

Tiles, tables, downloads and the command line all print what is made here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import polars as pl

from dashboard.analysis.daily import Daily, daily_sums
from dashboard.catalog import Metric
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.stats import periods
from dashboard.warehouse import Reader

Verdict = Literal["better", "worse", "changed", "within normal variation", "not comparable"]

FEWEST = 30
"""Below this many cases a figure is read as 'x of n' and compared with nothing."""

_NUMBERS = {
    "value": pl.Float64(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "unit": pl.String(),
    "start": pl.Date(),
    "end": pl.Date(),
    "snapshot": pl.Int64(),
}
_FEWEST_WEEKS = 8
_FEWEST_DAYS = 2
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Figure:
    """A metric over a period, for one group.

    Attributes:
        metric: What is measured.
        group: Dimension and value, in the order asked for; empty for the whole.
        numerator: Exact sum.
        denominator: Exact sum; None for a plain count.
        value: numerator / denominator; None where the denominator is 0.
        low, high: 95 % interval; None where `clusters` cannot carry one, and for counts.
        clusters: What the interval was made from: '13 weeks', '5 days' or 'too few days'.
        period: Days the figure stands for.
        interval: The interval with its variance, to judge a change by; None as `low`.
    """

    metric: Metric
    group: tuple[tuple[str, str], ...]
    numerator: Decimal
    denominator: Decimal | None
    value: float | None
    low: float | None
    high: float | None
    clusters: str
    period: Period
    interval: periods.RatioInterval | None = None

    @property
    def is_thin(self) -> bool:
        """Whether it stands on too few cases to print a rate, or to compare."""
        return self.denominator is not None and 0 < self.denominator < FEWEST


@dataclass(frozen=True)
class Change:
    """A figure against the same figure over other days.

    Attributes:
        versus: The figure compared with.
        difference: Now minus then, in the metric's unit (shares: 0.01 is one point).
        low, high: 95 % interval of the difference.
        p_value: Two-sided, not corrected.
        verdict: 'better' or 'worse' ('changed' where neither direction is good) only when
            beyond noise after correcting for the number of groups (Holm);
            'not comparable' when a side has no interval, or fewer than 30 cases.
    """

    versus: Figure
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    verdict: Verdict


def figures(
    reader: Reader, metrics: Sequence[str], by: Sequence[str], scope: Scope
) -> list[Figure]:
    """Measure metrics over a scope, split by dimensions.

    Args:
        reader: The snapshot.
        metrics: Names from the catalogue.
        by: Dimension names.
        scope: Period and filters.

    Returns:
        One figure per metric and group that has any row, in the order asked for.

    Raises:
        UnknownNameError: A metric or dimension is not in the catalogue.
        ScopeError: No row lies in the scope.
    """
    found = measured(reader, metrics, by, scope)
    if not found:
        raise ScopeError(nothing_found(reader, scope))
    return found


def measured(
    reader: Reader, metrics: Sequence[str], by: Sequence[str], scope: Scope
) -> list[Figure]:
    """As `figures`, but a scope without any row has no figure."""
    return [
        figure(
            reader.catalog.metric(name),
            tuple(zip(by, map(str, values), strict=True)),
            daily,
            scope.period or daily.span,
        )
        for (name, *values), daily in daily_sums(reader, metrics, by, scope).items()
    ]


def figure(
    metric: Metric, group: tuple[tuple[str, str], ...], daily: Daily, period: Period
) -> Figure:
    """One figure from its daily sums, with the interval by the weekly-residual rule."""
    numerator = daily.numerator
    if metric.denominator is None:
        value = float(numerator)
        return Figure(metric, group, numerator, None, value, None, None, "a count", period)
    denominator = daily.denominator
    value = float(numerator / denominator) if denominator else None
    interval, clusters = _interval(metric, daily)
    return Figure(
        metric,
        group,
        numerator,
        denominator,
        value,
        interval.low if interval else None,
        interval.high if interval else None,
        clusters,
        period,
        interval,
    )


def change(now: Figure, then: Figure, year: Daily) -> Change:
    """Judge a figure against the same figure over other days, on its own.

    Args:
        now: The figure.
        then: The figure compared with.
        year: Daily sums of up to 52 weeks to the end of `now`, for the autocorrelation.
    """
    if now.value is None or then.value is None:
        return Change(then, None, None, None, None, "not comparable")
    if now.interval is None or then.interval is None or now.is_thin or then.is_thin:
        return Change(then, now.value - then.value, None, None, None, "not comparable")
    r = periods.autocorrelation(*year.weeks())
    found = periods.difference(now.interval, then.interval, r=r)
    verdict = verdict_of(now.metric, found.value, found.p_value)
    return Change(then, found.value, found.low, found.high, found.p_value, verdict)


def verdict_of(metric: Metric, difference: float, p_value: float) -> Verdict:
    """The word for a difference: coloured only beyond noise."""
    if p_value >= SIGNIFICANCE:
        return "within normal variation"
    if metric.better == "neither":
        return "changed"
    return "better" if (difference > 0) == (metric.better == "higher") else "worse"


def table(found: Iterable[Figure], snapshot: int) -> pl.DataFrame:
    """Figures as a table: what the command line prints and every download holds.

    Returns:
        metric, one column per dimension, value, numerator, denominator, low, high, unit,
        start, end (days, both included), snapshot. Null where there is no figure.
    """
    listed = list(found)
    dimensions = dict.fromkeys(name for one in listed for name, _ in one.group)
    rows = [
        {
            "metric": one.metric.name,
            **dict.fromkeys(dimensions),
            **dict(one.group),
            "value": one.value,
            "numerator": float(one.numerator),
            "denominator": None if one.denominator is None else float(one.denominator),
            "low": one.low,
            "high": one.high,
            "unit": one.metric.unit,
            "start": one.period.start,
            "end": one.period.end,
            "snapshot": snapshot,
        }
        for one in listed
    ]
    own = {"metric": pl.String(), **dict.fromkeys(dimensions, pl.String()), **_NUMBERS}
    return pl.DataFrame(rows, schema=own)


def nothing_found(reader: Reader, scope: Scope) -> str:
    """Say why a scope is empty, and what would not be."""
    span = reader.span()
    period = scope.period
    if span and period and (period.end < span.start or period.start > span.end):
        return (
            f"no data between {period.start} and {period.end}; "
            f"the snapshot holds {span.start} to {span.end}"
        )
    for name, values in scope.filters:
        known = reader.values(name)
        strange = [value for value in values if value not in known]
        if strange:
            return str(UnknownNameError.among(name, strange[0], known))
    if scope.filters:
        named = ", ".join(f"{name} = {' or '.join(v)}" for name, v in scope.filters)
        return f"no delivery matches {named}; take a filter away"
    return "no data for these metrics; choose other metrics or another period"


def nothing_measured(reader: Reader, scope: Scope, lacking: str) -> str:
    """Say why nothing could be measured: no delivery at all, or what those there lack."""
    if not measured(reader, ("volume",), (), scope):
        return nothing_found(reader, scope)
    return lacking


def _interval(metric: Metric, daily: Daily) -> tuple[periods.RatioInterval | None, str]:
    """Weeks where there are eight, else days; None where even those are too few."""
    share = metric.unit == "share"
    numerators, denominators = daily.weeks()
    by_day = daily.by_day()
    days = int(np.count_nonzero(by_day[1]))
    if days < _FEWEST_DAYS:
        return None, "too few days"
    weeks = int(np.count_nonzero(denominators))
    if weeks < _FEWEST_WEEKS:
        return periods.ratio_interval(*by_day, share=share), f"{days} days"
    floor = 0.0 if share else periods.residual_variance(*by_day)
    found = periods.ratio_interval(numerators, denominators, share=share, floor=floor)
    return found, f"{weeks} weeks"
