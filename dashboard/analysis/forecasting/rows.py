"""Every forecast beside what came: by segment, day, step and lead time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from dashboard.analysis.days import last_known_day
from dashboard.analysis.forecasting.scores import Scale
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
        zones: Forecasts of single zones: segment, zone, target_date, step, lead_days, volume.
        actuals: What came by series, from the first day on, missing days NaN.
        any_came: By day from the first one to the last complete one: 0, or NaN where nothing
            at all came, so that the day is not known.
        first_day: The day that `actuals` begin with.
        complete_to: The last day whose volume is complete.
        steps: Steps that were issued, in the order of the process.
        leads: Lead times that any forecast has, in days.
        mixed: Segment-days with a total beside zones' forecasts of the same step.
        ignored: Filters that forecasts know nothing of.
    """

    rows: pl.DataFrame
    zones: pl.DataFrame
    actuals: Mapping[str, np.ndarray]
    any_came: np.ndarray
    first_day: date
    complete_to: date
    steps: tuple[str, ...]
    leads: tuple[int, ...]
    mixed: int
    ignored: tuple[str, ...]

    def of(self, step: str) -> pl.DataFrame:
        """Rows of a step, or of the seasonal naive forecast where it repeats a known day."""
        if step != PLAIN:
            return self.rows.filter(pl.col("step") == step)
        once = self.rows.unique(["series", "day", "lead"], keep="first", maintain_order=True)
        unsaid = [pl.lit(None, pl.Float64).alias(one) for one in ("lower", "upper", "level")]
        return once.with_columns(
            *unsaid, step=pl.lit(PLAIN), forecast="naive", planner=pl.lit(None, pl.String)
        ).drop_nulls("forecast")

    def of_zones(self, step: str, lead: int) -> pl.DataFrame:
        """Zones' forecasts of a step, else of the last step of the process that zones have."""
        rows = self.zones.filter(pl.col("lead_days") == lead)
        steps = ordered(rows["step"].unique())
        chosen = step if step in steps or not steps else steps[-1]
        return rows.filter(pl.col("step") == chosen)

    @staticmethod
    def judged(rows: pl.DataFrame, period: Period) -> pl.DataFrame:
        """Those of a period that may be judged: actual known, not cut off by capacity."""
        inside = pl.col("day").is_between(period.start, period.end)
        known = pl.col("actual").is_not_null() & ~pl.col("is_capped")
        return rows.filter(inside & known)

    def scales(self, before: date) -> dict[str, Scale]:
        """The seasonal step of each series, from all days before one."""
        upto = max((before - self.first_day).days, 0)
        return {name: Scale.of(came[:upto], SEASON) for name, came in self.actuals.items()}


def forecasts(reader: Reader, scope: Scope, data_lag: int = 0) -> Forecasts:
    """Bring every forecast of a scope's segments and zones beside what came.

    Args:
        reader: The snapshot.
        scope: Filters by segment and zone; the period does not matter.
        data_lag: Days after a day at which its volume is known to who forecasts.

    Raises:
        ScopeError: No forecast is for them.
    """
    cut = cut_to_known(scope)
    at_lead = reader.report("forecast_at_lead", Scope())
    for name, values in cut.filters:
        at_lead = at_lead.filter(pl.col(name).is_in(values))
    said = _said(at_lead)
    if said.is_empty():
        where = " for these segments and zones" if cut.filters else ""
        message = f"no forecast{where} is in this snapshot; import the table forecasts"
        raise ScopeError(message)
    complete_to = last_known_day(reader) - _DAY
    first, any_came = _days(reader, complete_to)
    volume = reader.roll_up(("volume",), ("segment", "day"), cut).rename({"numerator": "value"})
    came = {name: own for (name,), own in by_day(volume, ["segment"], first, any_came).items()}
    rows = _beside(said, came, first, data_lag)
    rows = _with_calendar(reader, _with_capacity(reader, cut, rows))
    names = said["segment"].unique(maintain_order=True).to_list()
    return Forecasts(
        rows=rows.sort("series", "day", "step", "lead"),
        zones=at_lead.filter(pl.col("zone").is_not_null()),
        actuals={name: came.get(name, np.zeros(0)) for name in names},
        any_came=any_came,
        first_day=first,
        complete_to=complete_to,
        steps=ordered(said["step"].unique()),
        leads=tuple(sorted(said["lead_days"].unique().to_list())),
        mixed=int(said["is_mixed"].sum()),
        ignored=tuple(name for name, _ in scope.filters if name not in KNOWN_BY),
    )


def steps_issued(reader: Reader) -> tuple[str, ...]:
    """Steps that any forecast of the snapshot has, in the order of the process."""
    if not reader.shows("forecasts"):
        return ()
    return ordered(reader.report("forecast_steps", Scope())["step"])


def cut_to_known(scope: Scope) -> Scope:
    """The filters that forecasts know, over all days."""
    known = {name: values for name, values in scope.filters if name in KNOWN_BY}
    return Scope().within(**known)


def _said(at_lead: pl.DataFrame) -> pl.DataFrame:
    """Forecasts by segment: its own, else the sum of its zones'."""
    key = ["segment", "target_date", "step", "lead_days"]
    own = at_lead.filter(pl.col("zone").is_null()).drop("zone")
    zones = at_lead.filter(pl.col("zone").is_not_null())
    sums = zones.group_by(key, maintain_order=True).agg(of_zones=pl.col("volume").sum())
    both = own.join(sums, on=key, how="full", coalesce=True)
    return both.with_columns(
        is_mixed=pl.col("volume").is_not_null() & pl.col("of_zones").is_not_null(),
        volume=pl.coalesce("volume", "of_zones"),
    ).sort(key)


def _days(reader: Reader, complete_to: date) -> tuple[date, np.ndarray]:
    """The first day, and 0 by day from it on; a day on which nothing at all came is NaN."""
    everything = reader.roll_up(("volume",), ("day",), Scope())
    days = [day for day in everything["day"].to_list() if day <= complete_to]
    if not days:
        return complete_to, np.full(1, np.nan)
    first = min(days)
    any_came = np.full((complete_to - first).days + 1, np.nan)
    any_came[[(day - first).days for day in days]] = 0.0
    return first, any_came


def by_day(
    rows: pl.DataFrame, keys: Sequence[str], first: date, blank: np.ndarray
) -> dict[tuple[str, ...], np.ndarray]:
    """Values by day of each series.

    Args:
        rows: The keys, day and value.
        keys: Columns that name a series.
        first: The day of the first value.
        blank: Values by day where a series has no row.
    """
    found: dict[tuple[str, ...], np.ndarray] = {}
    for *key, day, value in rows.select(*keys, "day", "value").iter_rows():
        at = (day - first).days
        if 0 <= at < len(blank):
            found.setdefault(tuple(map(str, key)), blank.copy())[at] = value
    return found


def _beside(
    said: pl.DataFrame, came: Mapping[str, np.ndarray], first: date, data_lag: int
) -> pl.DataFrame:
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
                "naive": seasonal_naive(own, lead, SEASON, data_lag),
            },
            schema_overrides={"lead": pl.Int64},
        )
        for name, own in came.items()
        for lead in rows["lead"].unique().to_list()
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


def ordered(steps: Iterable[str]) -> tuple[str, ...]:
    """Issued steps in the order of the process; those with other names last."""
    known = set(steps) - {PLAIN}
    usual = [step for step in USUAL_ORDER if step in known]
    return (*usual, *sorted(known - set(usual)))
