"""Forecasts of a file against the actuals beside them, without any warehouse."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from dashboard.analysis.forecasting.scores import Scale, Score, scores
from dashboard.errors import SourceError, UnknownNameError
from dashboard.stats.forecasting.naive import steps_back

NEEDED = ("series", "date", "actual", "forecast")
MAY = ("lower", "upper", "issued_at")
LATEST = timedelta(days=7)
_MONTH = 28
_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class FileScores:
    """What a file's forecasts were worth.

    Attributes:
        season: Rows a season.
        series: One score per series, in the order of the file.
        pooled: Over all of them.
        waiting: Forecasts whose actual is not known yet.
        stale: Forecasts left out as issued too late or too long before `lead`.
    """

    season: int
    series: tuple[Score, ...]
    pooled: Score
    waiting: int
    stale: int


def score_file(path: Path, season: int, lead: int | None = None) -> FileScores:
    """Score the forecasts of a CSV file.

    Args:
        path: CSV with series, date, actual, forecast and, if known, lower, upper and
            issued_at. A row without a forecast is history; one without an actual is still
            to come.
        season: Rows a season: 7 for days of a week, 12 for months of a year.
        lead: Judge the latest forecast issued at least so many days before its date, and
            no more than seven days earlier; None where each date has one forecast.

    Raises:
        SourceError: The file cannot be read, or a row cannot be used; it is named.
        NotEnoughDataError: No forecast has an actual.
    """
    rows = _read(path)
    chosen, stale = _at_lead(rows, lead, path.name)
    placed = pl.concat(
        _placed(str(name), part, season, path.name)
        for (name,), part in chosen.group_by("series", maintain_order=True)
    )
    scales = {
        str(name): _scale(part, season)
        for (name,), part in placed.group_by("series", maintain_order=True)
    }
    said = placed.filter(pl.col("forecast").is_not_null())
    judged = said.filter(pl.col("actual").is_not_null())
    *each, pooled = scores(judged, scales)
    return FileScores(season, tuple(each), pooled, said.height - judged.height, stale)


def _read(path: Path) -> pl.DataFrame:
    try:
        text = pl.read_csv(path, infer_schema=False, try_parse_dates=False)
    except (pl.exceptions.PolarsError, OSError) as broken:
        reason = str(broken).splitlines()[0]
        message = f"{path.name} cannot be read ({reason}); a CSV file in UTF-8 is needed"
        raise SourceError(message) from broken
    for name in text.columns:
        if name not in (*NEEDED, *MAY):
            kind = f"column of {path.name}"
            raise UnknownNameError.among(kind, name, (*NEEDED, *MAY))
    for name in NEEDED:
        if name not in text.columns:
            message = f"{path.name} has no column '{name}'; {', '.join(NEEDED)} are needed"
            raise SourceError(message)
    absent = [pl.lit(None, pl.String).alias(name) for name in MAY if name not in text.columns]
    trimmed = pl.col(pl.String).str.strip_chars().replace("", None)
    found = text.with_columns(absent).with_columns(trimmed).with_row_index("line", offset=2)
    return _typed(found, path.name)


def _typed(text: pl.DataFrame, file: str) -> pl.DataFrame:
    numbers = ("actual", "forecast", "lower", "upper")
    stated = text.with_columns(
        pl.col(numbers).cast(pl.Float64, strict=False),
        pl.col("date").str.to_date("%Y-%m-%d", strict=False),
        issued=pl.col("issued_at").str.head(10).str.to_date("%Y-%m-%d", strict=False),
    )
    for name in numbers:
        _refuse(text, stated[name].is_null() & text[name].is_not_null(), name, "a number", file)
        odd = (~stated[name].is_finite() | (stated[name] < 0)).fill_null(value=False)
        _refuse(text, odd, name, "a volume of 0 or more", file)
    _refuse(text, stated["date"].is_null(), "date", "a day like 2026-09-30", file)
    lost = stated["issued"].is_null() & text["issued_at"].is_not_null()
    _refuse(text, lost, "issued_at", "a day or a moment like 2026-09-23T06:00", file)
    _refuse(text, text["series"].is_null(), "series", "a name", file)
    late = (stated["issued"] > stated["date"]).fill_null(value=False)
    _refuse(text, late, "issued_at", "a time before the day forecast", file)
    crossed = (stated["lower"] > stated["upper"]).fill_null(value=False)
    _refuse(text, crossed, "lower", "no more than upper", file)
    return stated


def _refuse(text: pl.DataFrame, bad: pl.Series, name: str, needed: str, file: str) -> None:
    if bad.any():
        line, value = text.filter(bad).select("line", name).row(0)
        shown = "empty" if value is None else f"'{re.sub(r'[^ -~]', '?', value[:40])}'"
        message = f"{file}, line {line}: {name} is {shown}; {needed} is needed"
        raise SourceError(message)


def _at_lead(rows: pl.DataFrame, lead: int | None, file: str) -> tuple[pl.DataFrame, int]:
    """One row a series and date; the number of forecasts left out."""
    stale = 0
    if lead is not None:
        if rows["issued"].null_count() == rows.height:
            message = f"{file} has no issued_at; a lead of {lead} days needs it"
            raise SourceError(message)
        due = pl.col("date") - pl.duration(days=lead)
        fits = pl.col("issued").is_between(due - LATEST, due)
        said = pl.col("forecast").is_not_null()
        stale = rows.filter(said & ~fits.fill_null(value=False)).height
        blank = [
            pl.lit(None).cast(pl.Float64).alias(one) for one in ("forecast", "lower", "upper")
        ]
        kept, other = rows.filter(fits), rows.filter(~fits.fill_null(value=False))
        rows = pl.concat([kept, other.with_columns(blank)])
        rows = rows.sort(
            "series", "date", pl.col("forecast").is_null(), "issued_at", "line",
            descending=[False, False, False, True, False], nulls_last=True,
        )  # fmt: skip
        rows = rows.unique(["series", "date"], keep="first", maintain_order=True)
    repeated = rows.filter(pl.struct("series", "date").is_duplicated())
    if repeated.height:
        line, name, day = repeated.select("line", "series", "date").row(-1)
        found = f"{file}, line {line}: {name} has a second row for {day}"
        message = f"{found}; give each date once, or --lead to choose among issues"
        raise SourceError(message)
    return rows, stale


def _placed(name: str, rows: pl.DataFrame, season: int, file: str) -> pl.DataFrame:
    """The series on its own axis of time, with the naive forecast of each row."""
    rows = rows.sort("date")
    places = _places(name, rows["date"].to_list(), file)
    known = rows["actual"].fill_null(np.nan).to_numpy()
    axis = np.full(places[-1] + 1, np.nan)
    axis[places] = known
    step = (rows["date"][-1] - rows["date"][0]).days / places[-1] if places[-1] else 1
    leads = _leads(rows, places, step)
    naive = [
        axis[place - steps_back(lead, season)] if place >= steps_back(lead, season) else np.nan
        for place, lead in zip(places, leads, strict=True)
    ]
    return rows.select(
        "series",
        pl.col("date").alias("day"),
        pl.col("date").dt.truncate("1w").alias("week"),
        "actual",
        "forecast",
        pl.Series("naive", naive, pl.Float64),
        "lower",
        "upper",
        pl.Series("place", places, pl.Int64),
    )


def _leads(rows: pl.DataFrame, places: Sequence[int], step: float) -> list[int]:
    """Rows between issue and target; without a time of issue, from the end of the history.

    Where there is no history either, each forecast is taken as issued one row before.
    """
    known = zip(places, rows["forecast"], rows["actual"], strict=True)
    blank = [(place, said is None, came is not None) for place, said, came in known]
    first = next((place for place, is_blank, _ in blank if not is_blank), 0)
    history = [place for place, _, has_come in blank if place < first and has_come]
    leads = []
    for place, day, issued in zip(places, rows["date"], rows["issued"], strict=True):
        if issued is not None:
            leads.append(max(int(np.ceil((day - issued).days / step)), 1))
        else:
            leads.append(max(place - history[-1], 1) if history else 1)
    return leads


def _places(name: str, days: Sequence[date], file: str) -> list[int]:
    """Where each date lies on an axis of days, weeks, or months; gaps stay gaps."""
    gaps = [(b - a).days for a, b in pairwise(days)]
    if not gaps:
        return [0]
    step = min(gaps)
    months = [d.year * _MONTHS_A_YEAR + d.month for d in days]
    if step >= _MONTH and len(set(months)) == len(days):
        return [month - months[0] for month in months]
    if any(gap % step for gap in gaps):
        message = f"{file}: the dates of {name} are uneven; days, weeks or months are needed"
        raise SourceError(message)
    return [(day - days[0]).days // step for day in days]


def _scale(rows: pl.DataFrame, season: int) -> Scale:
    """From the history before the first forecast; without any, from the actuals judged."""
    first = rows.filter(pl.col("forecast").is_not_null())["place"].min()
    if first is None:
        return Scale(None, "no forecast")
    before = rows.filter(pl.col("place") < first)
    used = before if before.height else rows
    axis = np.full(int(used["place"].max()) + 1, np.nan)  # ty: ignore[invalid-argument-type]
    axis[used["place"].to_numpy()] = used["actual"].fill_null(np.nan).to_numpy()
    return Scale.of(axis, season)
