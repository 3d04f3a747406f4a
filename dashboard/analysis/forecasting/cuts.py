"""Where a forecast's error lies: by week, weekday, kind of day and zone, and its worst days."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.forecasting.rows import SEASON
from dashboard.scope import Period

WORST = 15
"""Misses shown; every segment has its share of them, or the largest would have them all."""

_MARKS = {"promotion": "promotion", "holiday": "holiday", "weather_flag": "weather"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class WeekOf:
    """One segment's week.

    Attributes:
        start: Its Monday.
        actual: Sum of the days known; None where none is.
        forecast, lower, upper: Sums of the days forecast; a range only where all have one.
            The sum of daily ends is wider than a week's own range would be.
        beside: Forecast of the days known, to hold `actual` against.
        days: Days of the period that are forecast, to 7.
        marks: 'promotion: Summer sale', and likewise holidays and weather of its days.
        complete: All seven days are known.
    """

    segment: str
    start: date
    actual: float | None
    forecast: float
    lower: float | None
    upper: float | None
    beside: float
    days: int
    marks: tuple[str, ...]
    complete: bool


@dataclass(frozen=True)
class Part:
    """A cut of the error.

    Attributes:
        by: 'Segment', 'Weekday', 'Day' (promotion, holiday, storm or none), 'Zone'.
        n: Segment-days, or zone-days.
        off: Σ|F − A|, in deliveries.
        share: Of all error of this cut.
        wape, bias: Shares of what came; None where nothing came.
    """

    by: str
    value: str
    n: int
    off: float
    share: float
    wape: float | None
    bias: float | None


@dataclass(frozen=True)
class Miss:
    """One segment's day among the largest misses.

    Attributes:
        load: Actual over capacity; None without a plan.
        on_time: Share on time of that day's due deliveries; None where none was due.
        due: How many.
    """

    segment: str
    day: date
    actual: float
    forecast: float
    marks: tuple[str, ...]
    load: float | None
    on_time: float | None
    due: int


def weeks(own: pl.DataFrame, period: Period) -> list[WeekOf]:
    """Actual and forecast by segment and week; weeks not over are there too.

    Args:
        own: Rows of one step at one lead time.
        period: Days looked at.
    """
    rows = own.filter(pl.col("day").is_between(period.start, period.end))
    has_range = pl.col("lower").is_not_null().all() & pl.col("upper").is_not_null().all()
    sums = (
        rows.group_by("series", "week")
        .agg(
            actual=pl.when(pl.col("actual").is_not_null().any()).then(pl.col("actual").sum()),
            forecast=pl.col("forecast").sum(),
            lower=pl.when(has_range).then(pl.col("lower").sum()),
            upper=pl.when(has_range).then(pl.col("upper").sum()),
            beside=pl.col("forecast").filter(pl.col("actual").is_not_null()).sum(),
            days=pl.len(),
            known=pl.col("actual").is_not_null().sum(),
            marks=pl.concat_str(
                [pl.format(f"{kind}: {{}}", name) for name, kind in _MARKS.items()],
                separator="|",
                ignore_nulls=True,
            ),
        )
        .sort("series", "week")
    )
    return [
        WeekOf(
            row["series"],
            row["week"],
            row["actual"],
            row["forecast"],
            row["lower"],
            row["upper"],
            row["beside"],
            row["days"],
            tuple(dict.fromkeys(mark for day in row["marks"] for mark in day.split("|") if mark)),
            row["known"] == SEASON,
        )
        for row in sums.iter_rows(named=True)
    ]


def parts(rows: pl.DataFrame, zones: pl.DataFrame) -> list[Part]:
    """Cut the error of judged rows by segment, weekday and kind of day; of zones' by zone."""
    kind = (
        pl.when(pl.col("promotion").is_not_null())
        .then(pl.lit("promotion"))
        .when(pl.col("holiday").is_not_null())
        .then(pl.lit("holiday"))
        .when(pl.col("weather_flag").is_not_null())
        .then(pl.col("weather_flag"))
        .otherwise(pl.lit("any other day"))
    )
    weekday = pl.col("day").dt.weekday().cast(pl.Int64)
    names = {at + 1: name for at, name in enumerate(_WEEKDAYS)}
    cut = rows.with_columns(Segment=pl.col("series"), Weekday=weekday, Day=kind)
    found = [*_cut(cut, "Segment"), *_cut(cut, "Weekday", names), *_cut(cut, "Day")]
    return [*found, *_cut(zones, "Zone")] if zones.height else found


def _cut(rows: pl.DataFrame, by: str, names: dict[int, str] | None = None) -> list[Part]:
    error = pl.col("forecast") - pl.col("actual")
    sums = rows.group_by(by).agg(
        n=pl.len(), off=error.abs().sum(), lean=error.sum(), came=pl.col("actual").sum()
    )
    sums = sums.sort(by) if names else sums.sort("off", descending=True)
    total = float(sums["off"].sum()) or 1.0
    return [
        Part(
            by,
            names[value] if names else str(value),
            n,
            off,
            off / total,
            off / came if came else None,
            lean / came if came else None,
        )
        for value, n, off, lean, came in sums.select(by, "n", "off", "lean", "came").iter_rows()
    ]


def misses(rows: pl.DataFrame, on_time: pl.DataFrame) -> list[Miss]:
    """The days furthest off of each segment, with their load and what was kept."""
    off = (pl.col("forecast") - pl.col("actual")).abs()
    each = max(WORST // max(rows["series"].n_unique(), 1), 1)
    ordered = rows.with_columns(off=off).sort("off", descending=True, maintain_order=True)
    worst = ordered.group_by("series", maintain_order=True).head(each)
    both = worst.join(on_time, on=["series", "day"], how="left").sort("off", descending=True)
    return [
        Miss(
            row["series"],
            row["day"],
            row["actual"],
            row["forecast"],
            tuple(row[name] for name in _MARKS if row[name]),
            row["actual"] / row["planned"] if row["planned"] else None,
            row["kept"] / row["due"] if row["due"] else None,
            int(row["due"] or 0),
        )
        for row in both.iter_rows(named=True)
    ]
