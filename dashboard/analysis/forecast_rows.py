"""Every forecast beside what came: by segment, day, step and lead time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from dashboard.analysis.days import last_known_day
from dashboard.analysis.forecast_scores import Scale
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats.forecasting.naive import seasonal_naive
from dashboard.warehouse import Reader

SEASON = 7
PLAIN = "seasonal naive"
USUAL_ORDER = (PLAIN, "naive", "statistical", "planner", "consensus")
KNOWN_BY = ("segment", "zone")
_AT_PLAN = 0.01
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Forecasts:
    """Forecasts and what came, over all days that have both or will have.

    Attributes:
        rows: One row per segment, day, step and lead: series (the segment), day, week (its
            Monday), step, lead, forecast, lower, upper, level, planner, actual (null where not
            known), naive (the seasonal naive at that lead), is_capped, planned (capacity,
            null without), holiday, promotion, weather_flag.
        actuals: What came by series, from the first day on, missing days NaN.
        first_day: The day that `actuals` begin with.
        complete_to: The last day whose volume is complete.
        steps: Steps that were issued, in the order of the process.
        leads: Lead times that any forecast has, in days.
        mixed: Segment-days with a total beside zones' forecasts of the same step.
        ignored: Filters that forecasts know nothing of.
    """

    rows: pl.DataFrame
    actuals: Mapping[str, np.ndarray]
    first_day: date
    complete_to: date
    steps: tuple[str, ...]
    leads: tuple[int, ...]
    mixed: int
    ignored: tuple[str, ...]

    def during(self, period: Period) -> pl.DataFrame:
        """Rows of a period that may be judged: actual known, not cut off by capacity."""
        inside = pl.col("day").is_between(period.start, period.end)
        known = pl.col("actual").is_not_null() & ~pl.col("is_capped")
        return self.rows.filter(inside & known)

    def scales(self, before: date) -> dict[str, Scale]:
        """The seasonal step of each series, from all days before one."""
        upto = max((before - self.first_day).days, 0)
        return {name: Scale.of(came[:upto], SEASON) for name, came in self.actuals.items()}


def forecasts(reader: Reader, scope: Scope) -> Forecasts:
    """Bring every forecast of a scope's segments and zones beside what came.

    Raises:
        ScopeError: No forecast is for them.
    """
    cut = cut_to_known(scope)
    said = _said(reader, cut)
    if said.is_empty():
        where = " for these segments and zones" if cut.filters else ""
        message = f"no forecast{where} is in this snapshot; import the table forecasts"
        raise ScopeError(message)
    complete_to = last_known_day(reader) - _DAY
    came, first = _came(reader, cut, complete_to)
    steps = _ordered(said["step"].unique().to_list())
    rows = _beside(said, came, first)
    rows = _with_calendar(reader, _with_capacity(reader, cut, rows))
    names = said["segment"].unique(maintain_order=True).to_list()
    return Forecasts(
        rows=rows.sort("series", "day", "step", "lead"),
        actuals={name: came.get(name, np.zeros(0)) for name in names},
        first_day=first,
        complete_to=complete_to,
        steps=tuple(steps),
        leads=tuple(sorted(said["lead_days"].unique().to_list())),
        mixed=int(said["is_mixed"].sum()),
        ignored=tuple(name for name, _ in scope.filters if name not in KNOWN_BY),
    )


def cut_to_known(scope: Scope) -> Scope:
    """The filters that forecasts know, over all days."""
    known = {name: values for name, values in scope.filters if name in KNOWN_BY}
    return Scope().within(**known)


def _said(reader: Reader, cut: Scope) -> pl.DataFrame:
    """Forecasts by segment: its own, else the sum of its zones'; of zones where asked for."""
    wanted = dict(cut.filters)
    if "zone" in wanted:
        found = reader.report("forecast_by_zone", Scope())
        found = found.filter(pl.col("zone").is_in(wanted["zone"]))
        found = found.group_by("segment", "target_date", "step", "lead_days").agg(
            pl.col("volume").sum()
        )
        absent = {
            "lower": pl.Float64,
            "upper": pl.Float64,
            "level": pl.Float64,
            "planner": pl.String,
        }
        found = found.with_columns(
            *(pl.lit(None, kind).alias(name) for name, kind in absent.items()),
            is_mixed=pl.lit(value=False),
        )
    else:
        found = reader.report("forecast_at_lead", Scope()).with_columns(
            is_mixed=pl.col("volume").is_not_null() & (pl.col("zones") > 0),
            volume=pl.coalesce("volume", "zones_volume"),
        )
    if "segment" in wanted:
        found = found.filter(pl.col("segment").is_in(wanted["segment"]))
    return found.filter(pl.col("volume").is_not_null())


def _came(reader: Reader, cut: Scope, complete_to: date) -> tuple[dict[str, np.ndarray], date]:
    """Volume by segment and day; a day on which nothing at all came is not known."""
    found = reader.roll_up(("volume",), ("segment", "day"), cut)
    everything = reader.roll_up(("volume",), ("day",), Scope())
    days = [day for day in everything["day"].to_list() if day <= complete_to]
    if not days or found.is_empty():
        return {}, complete_to
    first, last = min(days), max(days)
    size = (last - first).days + 1
    any_came = np.full(size, np.nan)
    any_came[[(day - first).days for day in days]] = 0.0
    came: dict[str, np.ndarray] = {}
    for segment, day, volume in found.select("segment", "day", "numerator").iter_rows():
        own = came.setdefault(str(segment), any_came.copy())
        if first <= day <= last:
            own[(day - first).days] = float(volume)
    return came, first


def _beside(said: pl.DataFrame, came: Mapping[str, np.ndarray], first: date) -> pl.DataFrame:
    """Forecasts with the actual and the seasonal naive of their lead."""
    rows = said.select(
        pl.col("segment").alias("series"),
        pl.col("target_date").alias("day"),
        pl.col("target_date").dt.truncate("1w").alias("week"),
        "step",
        pl.col("lead_days").cast(pl.Int64).alias("lead"),
        pl.col("volume").alias("forecast"),
        "lower",
        "upper",
        "level",
        "planner",
    )
    known = [
        pl.DataFrame(
            {
                "series": name,
                "day": pl.date_range(first, first + (len(own) - 1) * _DAY, eager=True),
                "lead": lead,
                "actual": own,
                "naive": seasonal_naive(own, lead, SEASON),
            },
            schema_overrides={"lead": pl.Int64},
        )
        for name, own in came.items()
        for lead in rows["lead"].unique().to_list()
        if len(own)
    ]
    if not known:
        none = pl.lit(None, pl.Float64)
        return rows.with_columns(actual=none, naive=none)
    beside = pl.concat(known).with_columns(pl.col("actual", "naive").fill_nan(None))
    return rows.join(beside, on=["series", "day", "lead"], how="left")


def _with_capacity(reader: Reader, cut: Scope, rows: pl.DataFrame) -> pl.DataFrame:
    """Capacity planned; and the days on which it cut off what came.

    A plan is a limit only where a segment never exceeds it: then days at the plan might
    have brought more.
    """
    shown = reader.shows("capacity") and "zone" not in dict(cut.filters)
    if not shown:
        none = pl.lit(None, pl.Float64)
        return rows.with_columns(
            planned=none, cost_under=none, cost_over=none, is_capped=pl.lit(value=False)
        )
    plans = reader.report("capacity_plans", Scope()).rename({"segment": "series", "date": "day"})
    rows = rows.join(plans, on=["series", "day"], how="left")
    over = (pl.col("actual") > pl.col("planned") + _AT_PLAN).any().over("series")
    at_plan = (pl.col("actual") >= pl.col("planned") - _AT_PLAN).fill_null(value=False)
    return rows.with_columns(is_capped=at_plan & ~over.fill_null(value=False))


def _with_calendar(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    if not reader.shows("calendar"):
        none = pl.lit(None, pl.String)
        return rows.with_columns(holiday=none, promotion=none, weather_flag=none)
    marked = reader.report("calendar_days", Scope()).rename({"date": "day"})
    return rows.join(marked, on="day", how="left")


def _ordered(steps: list[str]) -> list[str]:
    usual = [step for step in USUAL_ORDER if step in steps]
    return [*usual, *sorted(set(steps) - set(usual))]
