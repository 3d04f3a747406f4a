"""Carriers over six quarters: does one get better than its work explains, or worse?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.analysis.carriers.comparison import by_week
from dashboard.analysis.carriers.measures import is_enough, least_scatter, measured_metric
from dashboard.analysis.case_mix import case_mix, expected
from dashboard.analysis.figures import nothing_found
from dashboard.catalog import Metric
from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter, Scope
from dashboard.stats import carriers as stats
from dashboard.warehouse import Reader
from dashboard.warehouse.scoring import JUDGED

QUARTERS: Final = 6


@dataclass(frozen=True)
class PastQuarter:
    """A carrier in one quarter, against all carriers in that quarter.

    Attributes:
        base, observed: Denominator, and what is counted.
        expected: What was to be expected, as hard as the quarter was for all carriers.
        ratio: observed / expected; None where that is too little.
        low, high: 95 % interval.
    """

    name: str
    quarter: Quarter
    base: float
    observed: float
    expected: float
    ratio: float | None
    low: float | None
    high: float | None


def carrier_trajectory(
    reader: Reader, scope: Scope, measure: str = JUDGED
) -> tuple[PastQuarter, ...]:
    """Each carrier over up to six quarters, the last being that of the scope's last day.

    What is expected comes from the scope's own case mix, moved by as much as each quarter
    was harder or easier for all carriers than the scope's own days: a good or bad quarter
    of the whole network is nobody's, and a quarter asked for reads as in `compare_carriers`.

    Args:
        reader: The snapshot.
        scope: Period and filters.
        measure: What is compared, of `COMPARED_ON`.

    Raises:
        UnknownNameError: Carriers are not compared on the measure.
        ScopeError: The scope has no row of it.
        NotEnoughDataError: The case mix cannot be fitted.
    """
    metric, span = measured_metric(reader, measure), reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    period, start = scope.period or span, reader.fiscal_year_start
    last = Quarter.of(min(period.end, span.end), start)
    days = Period(last.earlier(QUARTERS - 1).first_day(start), last.period(start).end)
    fitted = case_mix(reader, Scope(period), measure)
    daily = expected(reader, ("carrier", "day"), scope.during(days), fitted)
    if daily.is_empty():
        raise ScopeError(nothing_found(reader, scope))
    weekly = _weekly(daily, start)
    # A carrier's quarters count apart, so that getting better is no scatter.
    scatter = stats.design_effect(*by_week(weekly, ["carrier", "quarter"]), least_scatter(metric))
    sums = pl.col("base", "observed", "expected").sum()
    rows = weekly.group_by("carrier", "quarter").agg(sums).sort("carrier", "quarter")
    whole = weekly.group_by("quarter").agg(pl.col("observed", "expected").sum())
    level = {day: observed / hoped for day, observed, hoped in whole.iter_rows()}
    own = whole.filter(pl.col("quarter") >= Quarter.of(period.start, start).first_day(start))
    usual = float(own["observed"].sum()) / float(own["expected"].sum())
    return tuple(
        _past(row, row["expected"] * level[row["quarter"]] / usual, (metric, scatter, start))
        for row in rows.iter_rows(named=True)
    )


def _weekly(daily: pl.DataFrame, fiscal_year_start: int) -> pl.DataFrame:
    """Sums by carrier, quarter and week; a week between two quarters counts in both."""
    days = daily["day"].unique().to_list()
    firsts = [Quarter.of(day, fiscal_year_start).first_day(fiscal_year_start) for day in days]
    quarters = pl.DataFrame({"day": days, "quarter": firsts})
    return (
        daily.join(quarters, on="day")
        .group_by("carrier", "quarter", pl.col("day").dt.truncate("1w").alias("week"))
        .agg(pl.col("base", "observed", "expected").sum())
    )


def _past(row: Mapping[str, Any], own: float, how: tuple[Metric, float, int]) -> PastQuarter:
    metric, scatter, start = how
    quarter = Quarter.of(row["quarter"], start)
    told = PastQuarter(
        row["carrier"], quarter, row["base"], row["observed"], own, None, None, None
    )
    if not is_enough(metric, row["base"], own):
        return told
    root, variance = stats.roots(np.array([row["observed"]]), np.array([own]), scatter)
    low, high = stats.squares(root, variance)
    return replace(told, ratio=float(root[0] ** 2), low=float(low[0]), high=float(high[0]))
