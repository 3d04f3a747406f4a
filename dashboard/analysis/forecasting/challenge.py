"""Would another forecast be better? Models back-tested against the one in use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import polars as pl

from dashboard.stats.forecasting.value_added import ValueAdded, together

LEVEL = 0.8
STEP = "challenger"
MODELS = ("seasonal naive", "ETS", "STL", "MSTL", "SARIMAX")
_FEW = 5


@dataclass(frozen=True, eq=False)
class Asked:
    """One series to challenge; plain arrays, so that another process may take it.

    Attributes:
        segment, zone: Whose; zone is '' for all.
        first_day: The day of the first value.
        came: Volume by day, NaN where not known.
        step: Whose forecast is in use; '' where there is none.
        current: That forecast at the lead time, NaN where there is none.
        calendar: Promotion and holiday, 0 or 1: (days + horizon, 2).
    """

    segment: str
    zone: str
    first_day: date
    came: np.ndarray
    step: str
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
        step: Whose forecast is in use; '' where there is none.
        current: Its WAPE on the same days; None without one.
        added: What the challenger saves against the forecast in use (its interval by
            origins, of two weeks each), over the later half; None without one.
        covered, cases: Values within their range, of all back-tested ones.
        ahead: The next eight weeks; one value repeated where the series is constant or zero.
    """

    segment: str
    zone: str
    why: str
    model: str
    errors: Mapping[str, float]
    step: str
    current: float | None
    added: ValueAdded | None
    covered: int
    cases: int
    ahead: tuple[Ahead, ...]


def judged_together(found: Sequence[Challenged]) -> tuple[Challenged, ...]:
    """Let verdicts on value added hold over all series read side by side."""
    added = together([one.added for one in found])
    return tuple(replace(one, added=own) for one, own in zip(found, added, strict=True))


def message(found: Sequence[Challenged]) -> str:
    """The finding: where the challenger beats the forecast in use, and whether ranges hold."""
    tested = [one for one in found if not one.why]
    if not tested:
        return "No series can be back-tested; the table says why"
    held = f"ranges of {LEVEL:.0%} held in {covered(tested):.1%}"
    compared = [one.added for one in tested if one.added]
    enough = [one for one in compared if one.verdict != "too few weeks"]
    if not enough:
        lacking = "enough weeks of a forecast in use" if compared else "a forecast in use"
        return f"{len(tested)} series back-tested, none with {lacking}; {held}"
    better = [one for one in tested if one.added and one.added.verdict == "helps"]
    worse = sum(one.verdict == "harms" for one in enough)
    won = f"beats the forecast in use in {_named(better)}" if better else (
        "beats the forecast in use nowhere beyond noise"
    )  # fmt: skip
    return f"The challenger {won}, and is worse in {worse} of {len(enough)} series; {held}"


def covered(found: Iterable[Challenged]) -> float:
    """Share of back-tested values within their range; nan without any."""
    inside, cases = (sum(getattr(one, name) for one in found) for name in ("covered", "cases"))
    return inside / cases if cases else float("nan")


def _named(found: Sequence[Challenged]) -> str:
    if len(found) > _FEW:
        return f"{len(found)} series"
    return ", ".join(f"{one.segment} {one.zone}".strip() for one in found)


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
                    for name in MODELS
                },
                "current_step": one.step or None,
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
