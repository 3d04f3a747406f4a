"""Truth 6: what was forecast, at four lead times and three steps, and the capacity planned.

A forecast is what came, times an error of its own, so that accuracy is as planted whatever
the size of the sample. Small business is forecast too low from a day on, one promotion is
missed, one planner makes things worse, and days beyond their capacity are late.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from . import zones
from .chance import Flags, Floats, Ints, stream
from .days import AS_OF, DAY_SECONDS, PROMOTIONS, QUARTERS, Quarter, day_number
from .names import SEGMENTS
from .truths import TRUTHS

if TYPE_CHECKING:
    from .world import Options

LEADS: Final = (28, 14, 7, 1)
COMMIT_LEAD: Final = 14
ERROR_OF_LEAD: Final = {28: 1.3, 14: 1.1, 7: 1.0, 1: 0.7}
STEPS: Final = ("statistical", "planner", "consensus")
DAILY_SD: Final = 0.05
ISSUED_AT: Final = 5 * 3_600
LEVEL: Final = 0.8
Z_OF_LEVEL: Final = 1.2816
USUAL_OVERRIDES: Final = 0.15
AHEAD_DAYS: Final = 28
ZONE_DAYS: Final = 56
RURAL_TILT: Final = 1.04
WEEK: Final = 7
PLANNERS: Final = ("A. Brandt", "A. Brandt", "C. Okafor", "C. Okafor", "D. Ruiz")
UNIT_COSTS: Final = ((2.6, 1.2), (4.8, 1.3), (3.2, 1.1), (2.9, 1.6), (4.1, 1.4))


def daily(frame: pl.DataFrame, quarter: Quarter) -> Ints:
    """Count what is promised by segment and day of a quarter: shape (segments, days)."""
    kept = ~frame["is_cancelled_early"].to_numpy()
    day = frame["day"].to_numpy() - quarter.days[0]
    inside = kept & (day < len(quarter.days))
    counts = np.zeros((len(SEGMENTS), len(quarter.days)), dtype=np.int64)
    np.add.at(counts, (frame["segment"].to_numpy()[inside], day[inside]), 1)
    return counts


def strained(frame: pl.DataFrame, quarter: Quarter, seed: int, *, null: bool) -> Flags:
    """Flag the deliveries of days on which more came than the capacity planned."""
    truth = TRUTHS.forecast
    if null:
        return np.zeros(frame.height, dtype=bool)
    segment = SEGMENTS.index(truth.biased_segment)
    came = daily(frame, quarter)
    plan = _capacity(_consensus(came, quarter.days, seed, quarter.number, COMMIT_LEAD))
    over = came[segment] > truth.strained_from * plan[segment]
    day = frame["day"].to_numpy() - quarter.days[0]
    inside = (day < len(over)) & (frame["segment"].to_numpy() == segment)
    return inside & over[np.minimum(day, len(over) - 1)]


def zone_shares(frame: pl.DataFrame) -> Floats:
    """Share of each zone in a segment's deliveries: shape (segments, zones)."""
    found = np.zeros((len(SEGMENTS), zones.COUNT))
    np.add.at(found, (frame["segment"].to_numpy(), frame["zone"].to_numpy()), 1)
    return found / found.sum(axis=1, keepdims=True)


def tables(
    counts: Sequence[Ints], shares: Floats, options: "Options"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write forecasts and capacity of all quarters, and of the weeks after them.

    Args:
        counts: Of each quarter, as `daily` gives them.
        shares: As `zone_shares` gives them.
        options: Seed, and whether anything is planted.

    Returns:
        Forecasts, and capacity plans, in the shape of their files.
    """
    seed, null = options.seed, options.null
    came = np.hstack([*counts, _ahead(counts[-1])]).astype(float)
    parts = [*(quarter.days for quarter in QUARTERS), _days_ahead()]
    days = np.concatenate(parts)
    said = {}
    for lead in LEADS:
        pieces = np.split(came, np.cumsum([len(part) for part in parts])[:-1], axis=1)
        drawn = [
            _steps(piece, part, _errors(seed, number), lead, null=null)
            for number, (piece, part) in enumerate(zip(pieces, parts, strict=True))
        ]
        own = {step: np.hstack([one[step] for one in drawn]) for step in STEPS[:2]}
        if not null:
            own["planner"] = _harmed(own, came, days, seed, lead)
        own["consensus"] = (own["statistical"] + own["planner"]) / 2
        said[lead] = own
    forecasts = [_table(said[lead][step], days, lead, step) for lead in LEADS for step in STEPS]
    forecasts.append(_by_zone(said[WEEK]["consensus"], days, shares))
    return pl.concat(forecasts), _plans(_capacity(said[COMMIT_LEAD]["consensus"]), days)


def _consensus(came: Ints, days: Ints, seed: int, number: int, lead: int) -> Floats:
    own = _steps(came.astype(float), days, _errors(seed, number), lead, null=False)
    return (own["statistical"] + own["planner"]) / 2


def _errors(seed: int, number: int) -> np.random.Generator:
    """The stream of a quarter's forecast errors; all lead times share it."""
    return stream(seed, "forecast errors", number)


def _capacity(consensus: Floats) -> Floats:
    return TRUTHS.forecast.headroom * consensus


def _steps(
    came: Floats, days: Ints, rng: np.random.Generator, lead: int, *, null: bool
) -> dict[str, Floats]:
    """The statistical forecast, and a planner's, who moves some days half way to the truth."""
    weeks = (days + 3) // WEEK  # 1970-01-01 was a Thursday
    weekly = rng.normal(size=(len(SEGMENTS), weeks[-1] - weeks[0] + 1))
    each = rng.normal(size=came.shape)
    moved = rng.random(came.shape) < USUAL_OVERRIDES
    scale = ERROR_OF_LEAD[lead]
    error = scale * (TRUTHS.forecast.weekly_cv * weekly[:, weeks - weeks[0]] + DAILY_SD * each)
    planted = np.ones_like(came) if null else _planted(days)
    statistical = came * planted * np.exp(error)
    planner = np.where(moved, came * planted * np.exp(error / 2), statistical)
    return {"statistical": statistical, "planner": planner}


def _planted(days: Ints) -> Floats:
    """What the forecast is of the truth: too low for one segment, flat over one promotion."""
    truth = TRUTHS.forecast
    found = np.ones((len(SEGMENTS), len(days)))
    biased = days >= day_number(date.fromisoformat(truth.biased_from))
    found[SEGMENTS.index(truth.biased_segment), biased] = truth.biased_to
    for first, last, _, lift in PROMOTIONS:
        if first.isoformat() == truth.missed_promotion:
            found[:, (days >= day_number(first)) & (days <= day_number(last))] /= lift
    return found


def _harmed(own: dict[str, Floats], came: Floats, days: Ints, seed: int, lead: int) -> Floats:
    """Let one planner raise some days, until the WAPE is so much above the naive one's."""
    truth = TRUTHS.forecast
    rng = stream(seed, "overrides")
    segment = SEGMENTS.index(truth.harmful_segment)
    end = day_number(QUARTERS[-1].end)
    judged = (days >= end - truth.harmful_weeks * WEEK) & (days < end)
    chosen = judged & (rng.random(len(days)) < truth.harmful_share)
    size = rng.uniform(0.5, 1.5, len(days))
    actual, planner = came[segment], own["planner"].copy()
    back = WEEK * -(-lead // WEEK)
    naive = np.roll(actual, back)
    wanted = np.abs(naive - actual)[judged].sum() + truth.harmful_by * actual[judged].sum()
    kept = judged & ~chosen
    wanted -= np.abs(own["statistical"][segment] - actual)[kept].sum()
    by = wanted / (size * actual)[chosen].sum()
    planner[segment] = np.where(judged, own["statistical"][segment], planner[segment])
    planner[segment, chosen] = (actual * (1 + by * size))[chosen]
    return planner


def _days_ahead() -> Ints:
    end = day_number(QUARTERS[-1].end)
    return np.arange(end, end + AHEAD_DAYS)


def _ahead(last: Ints) -> Floats:
    """What is expected after the sample: the mean of the last four weeks, by weekday."""
    four = last[:, -AHEAD_DAYS:].reshape(len(SEGMENTS), 4, WEEK).mean(axis=1)
    return np.tile(four, AHEAD_DAYS // WEEK)


def _table(volume: Floats, days: Ints, lead: int, step: str) -> pl.DataFrame:
    """One row per segment and day; what would be issued after the sample is left out."""
    known = days - lead <= day_number(AS_OF.date())
    shown = days[known]
    sd = ERROR_OF_LEAD[lead] * np.hypot(TRUTHS.forecast.weekly_cv, DAILY_SD)
    planners = pl.Series(PLANNERS) if step == "planner" else pl.Series([None] * len(SEGMENTS))
    names = np.repeat(np.arange(len(SEGMENTS)), len(shown))
    has_range = step != "planner"
    at = np.exp(Z_OF_LEVEL * sd)
    flat = volume[:, known].ravel()
    return pl.DataFrame(
        {
            "segment": pl.Series(SEGMENTS).gather(names),
            "zone": pl.Series([None] * len(names), dtype=pl.String),
            "day": _dates(np.tile(shown, len(SEGMENTS))),
            "issued": _issued(np.tile(shown, len(SEGMENTS)), lead),
            "step": [step] * len(names),
            "planner": planners.cast(pl.String).gather(names),
            "volume": np.round(flat, 1),
            "lower": np.round(flat / at, 1),
            "upper": np.round(flat * at, 1),
            "level": [LEVEL] * len(names),
        }
    ).with_columns(
        pl.when(pl.lit(has_range)).then(pl.col("lower", "upper", "level")),
    )


def _by_zone(consensus: Floats, days: Ints, shares: Floats) -> pl.DataFrame:
    """What depots plan for their zones a week ahead: a little more where it is rural."""
    end = day_number(QUARTERS[-1].end)
    kept = (days >= end - ZONE_DAYS) & (days < end)
    tilt = np.where(zones.DENSITY.max() == zones.DENSITY, RURAL_TILT, 1.0)
    volume = consensus[:, None, kept] * (shares * tilt)[:, :, None]
    segment, zone, place = (axis.ravel() for axis in np.indices(volume.shape))
    shown = days[kept][place]
    none = pl.lit(None, pl.String)
    return (
        pl.DataFrame(
            {
                "segment": pl.Series(SEGMENTS).gather(segment),
                "zone": pl.Series(zones.CODES).gather(zone),
                "day": _dates(shown),
                "issued": _issued(shown, WEEK),
                "step": ["zonal"] * len(zone),
            }
        )
        .with_columns(
            planner=none,
            volume=pl.Series(np.round(volume.ravel(), 2)),
            lower=pl.lit(None, pl.Float64),
            upper=pl.lit(None, pl.Float64),
            level=pl.lit(None, pl.Float64),
        )
        .filter(pl.col("volume") > 0)
    )


def _plans(capacity: Floats, days: Ints) -> pl.DataFrame:
    known = days - COMMIT_LEAD <= day_number(AS_OF.date())
    shown = days[known]
    names = np.repeat(np.arange(len(SEGMENTS)), len(shown))
    costs = np.array(UNIT_COSTS)[names]
    return pl.DataFrame(
        {
            "day": _dates(np.tile(shown, len(SEGMENTS))),
            "segment": pl.Series(SEGMENTS).gather(names),
            "planned": np.round(capacity[:, known].ravel(), 1),
            "cost_short": costs[:, 0],
            "cost_idle": costs[:, 1],
        }
    )


def _dates(days: Ints) -> pl.Series:
    return pl.Series(days, dtype=pl.Int32).cast(pl.Date)


def _issued(days: Ints, lead: int) -> pl.Series:
    seconds = (days - lead) * DAY_SECONDS + ISSUED_AT
    return pl.Series(seconds * 1_000_000, dtype=pl.Int64).cast(pl.Datetime("us"))
