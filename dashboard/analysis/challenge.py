"""Would another forecast be better? Models back-tested against the one in use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from dashboard.analysis.forecast_rows import SEASON, Forecasts, cut_to_known, forecasts
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Scope
from dashboard.stats.forecasting import back_testing, models, series
from dashboard.stats.forecasting.back_testing import HORIZON
from dashboard.stats.forecasting.value_added import ValueAdded, value_added
from dashboard.warehouse import Reader

LEVEL = 0.8
STEP = "challenger"
_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Asked:
    """One series to challenge; plain arrays, so that another process may take it.

    Attributes:
        segment, zone: Whose; zone is '' for all.
        first_day: The day of the first value.
        came: Volume by day, NaN where not known.
        current: The forecast in use at the lead time, NaN where there is none.
        calendar: Promotion and holiday, 0 or 1: (days + horizon, 2).
    """

    segment: str
    zone: str
    first_day: date
    came: np.ndarray
    current: np.ndarray
    calendar: np.ndarray


@dataclass(frozen=True)
class Ahead:
    """One day of the challenger's forecast."""

    day: date
    volume: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Challenged:
    """What the back-test of one series says.

    Attributes:
        why: Why there is none: too short, gaps, all zero, constant; '' where there is one.
        model: Chosen on the earlier half of the origins.
        errors: WAPE by model over the later half, at the lead time.
        current: The same of the forecast in use, on the same days; None without one.
        added: What the challenger saves against the forecast in use (its interval by
            weeks), over the later half; None without one.
        covered, cases: Values within their range, of all back-tested ones.
        ahead: The next eight weeks; one value repeated where the series is constant or zero.
    """

    segment: str
    zone: str
    why: str
    model: str
    errors: Mapping[str, float]
    current: float | None
    added: ValueAdded | None
    covered: int
    cases: int
    ahead: tuple[Ahead, ...]


def challenge(reader: Reader, scope: Scope, segment: str, lead: int, step: str) -> Challenged:
    """Back-test one segment's series; see `challenge_one`."""
    (one,) = asked(reader, scope.within(segment=segment), lead, step, by_zone=False)
    return challenge_one(one, lead)


def asked(
    reader: Reader, scope: Scope, lead: int, step: str, *, by_zone: bool
) -> tuple[Asked, ...]:
    """The series of a scope, each with its calendar and the forecast in use.

    Args:
        reader: The snapshot.
        scope: Filters by segment and zone; the period does not matter.
        lead: Lead time of the forecast in use.
        step: Whose forecast is in use.
        by_zone: One series per segment and zone, without a forecast in use.

    Raises:
        ScopeError: No delivery is in the scope.
    """
    cut = cut_to_known(scope)
    known = forecasts(reader, cut)
    complete_to = known.complete_to
    by = ("segment", "zone", "day") if by_zone else ("segment", "day")
    found = reader.roll_up(("volume",), by, cut).filter(pl.col("day") <= complete_to)
    if found.is_empty():
        message = "no delivery is in this scope; widen it"
        raise ScopeError(message)
    first = known.first_day
    calendar = _calendar(reader, first, (complete_to - first).days + 1)
    parts = found.partition_by(list(by[:-1]), maintain_order=True, as_dict=True)
    return tuple(
        _asked([str(part) for part in key], own, known, calendar, (lead, step))
        for key, own in parts.items()
    )


def _asked(
    key: list[str],
    rows: pl.DataFrame,
    known: Forecasts,
    calendar: np.ndarray,
    at: tuple[int, str],
) -> Asked:
    size = (known.complete_to - known.first_day).days + 1
    whole = known.actuals.get(key[0], np.zeros(0))
    came = np.where(np.isnan(np.resize(whole, size)), np.nan, 0.0) if len(whole) else (
        np.zeros(size)
    )  # fmt: skip
    for day, volume in rows.select("day", "numerator").iter_rows():
        came[(day - known.first_day).days] = float(volume)
    current = np.full(size, np.nan)
    if len(key) == 1:
        lead, step = at
        own = known.rows.filter(
            (pl.col("series") == key[0])
            & (pl.col("lead") == lead)
            & (pl.col("step") == step)
            & pl.col("day").is_between(known.first_day, known.complete_to)
        )
        for day, volume in own.select("day", "forecast").iter_rows():
            current[(day - known.first_day).days] = volume
    zone = key[1] if len(key) > 1 else ""
    return Asked(key[0], zone, known.first_day, came, current, calendar)


def _calendar(reader: Reader, first: date, size: int) -> np.ndarray:
    found = np.zeros((size + HORIZON, 2))
    if not reader.shows("calendar"):
        return found
    for day, holiday, promotion, _ in reader.report("calendar_days", Scope()).iter_rows():
        at = (day - first).days
        if 0 <= at < len(found):
            found[at] = (promotion is not None, holiday is not None)
    return found


def challenge_one(one: Asked, lead: int) -> Challenged:
    """Back-test one series on rolling origins and forecast its next eight weeks.

    The model is chosen on the earlier half of the origins and judged on the later half; it
    is issued every second week only, so it is older than the forecast in use on most days.
    """
    judged = series.judged(one.came, SEASON, back_testing.FEWEST_BEFORE // SEASON)
    if judged.kind in ("all zero", "constant"):
        value = float(np.nanmax(one.came))
        days = _days(one, np.full(HORIZON, value), (np.full(HORIZON, value),) * 2)
        return Challenged(one.segment, one.zone, judged.why, "", {}, None, None, 0, 0, days)
    try:
        y = series.filled(one.came, SEASON, back_testing.FEWEST_BEFORE // SEASON)
        tested = back_testing.back_test(y, one.calendar, SEASON)
    except NotEnoughDataError as refused:
        return Challenged(one.segment, one.zone, str(refused), "", {}, None, None, 0, 0, ())
    model = tested.best(lead)
    ranges = back_testing.ranges(tested, model, LEVEL, SEASON)
    fitted = models.learnt(y, one.calendar[: len(y)], SEASON)[model]
    said = fitted(y, one.calendar[: len(y)], one.calendar[len(y) : len(y) + HORIZON])
    current, added = _against(tested, model, one, lead)
    return Challenged(
        one.segment,
        one.zone,
        "",
        model,
        {name: back_testing.wape_at(tested, name, lead) for name in tested.ahead},
        current,
        added,
        ranges.inside,
        ranges.cases,
        _days(one, said, ranges.around(said, SEASON)),
    )


def _against(
    tested: back_testing.BackTest, model: str, one: Asked, lead: int
) -> tuple[float | None, ValueAdded | None]:
    """The forecast in use on the days that judge the challenger, and what this one saves."""
    places, said = tested.at_lead(model, lead, 1)
    both = np.isfinite(one.current[places]) & np.isfinite(one.came[places])
    places, said = places[both], said[both]
    actual, current = one.came[places], one.current[places]
    if not len(places) or not np.any(actual):
        return None, None
    first_week = one.first_day.weekday()
    wape = float(np.sum(np.abs(current - actual)) / np.sum(actual))
    return wape, value_added(actual, current, said, (places + first_week) // SEASON)


def _days(one: Asked, said: np.ndarray, ends: tuple[np.ndarray, np.ndarray]) -> tuple[Ahead, ...]:
    start = one.first_day + len(one.came) * _DAY
    lower, upper = ends
    return tuple(
        Ahead(start + at * _DAY, *(round(float(part[at]), 2) for part in (said, lower, upper)))
        for at in range(len(said))
    )


def message(found: Sequence[Challenged]) -> str:
    """The finding: where the challenger beats the forecast in use, and whether ranges hold."""
    better = [_named(one) for one in found if one.added and one.added.verdict == "helps"]
    worse = sum(1 for one in found if one.added and one.added.verdict == "harms")
    tested = [one for one in found if not one.why]
    compared = [one for one in tested if one.added]
    cases = sum(one.cases for one in tested)
    if not tested:
        return "No series can be back-tested; the table says why"
    held = f"ranges of {LEVEL:.0%} held in {sum(o.covered for o in tested) / max(cases, 1):.1%}"
    if not compared:
        return f"{len(tested)} series back-tested, none with a forecast in use; {held}"
    won = f"beats the forecast in use in {', '.join(better)}" if better else (
        "beats the forecast in use nowhere beyond noise"
    )  # fmt: skip
    return f"The challenger {won}, and is worse in {worse} of {len(compared)} series; {held}"


def _named(one: Challenged) -> str:
    return f"{one.segment} {one.zone}".strip()


def as_contract(found: Iterable[Challenged], as_of: datetime) -> pl.DataFrame:
    """The next eight weeks in the shape of the contract's table forecasts."""
    rows = [
        (
            one.segment,
            one.zone or None,
            day.day,
            as_of,
            STEP,
            day.volume,
            day.lower,
            day.upper,
            LEVEL,
        )
        for one in found
        for day in one.ahead
    ]
    names = {
        "segment": pl.String,
        "zone": pl.String,
        "target_date": pl.Date,
        "issued_at": pl.Datetime,
        "step": pl.String,
        "volume": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "level": pl.Float64,
    }
    return pl.DataFrame(rows, schema=names, orient="row")


def challenge_table(found: Iterable[Challenged]) -> pl.DataFrame:
    """Back-tests as rows: one per series; errors as `wape_<model>`."""
    return pl.DataFrame(
        [
            {
                "segment": one.segment,
                "zone": one.zone or None,
                "model": one.model or None,
                "wape": one.errors.get(one.model),
                **{
                    f"wape_{name.lower().replace(' ', '_')}": one.errors.get(name)
                    for name in (models.PLAIN, "ETS", "STL", "SARIMAX")
                },
                "current_wape": one.current,
                "value_added": one.added and one.added.value,
                "value_added_low": one.added and one.added.low,
                "value_added_high": one.added and one.added.high,
                "value_added_weeks": one.added and one.added.weeks,
                "verdict": one.added and one.added.verdict,
                "coverage": one.covered / one.cases if one.cases else None,
                "coverage_n": one.cases,
                "why": one.why or None,
            }
            for one in found
        ],
        infer_schema_length=None,
    )
