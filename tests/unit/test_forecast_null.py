"""Worlds in which nothing differs: how often the forecast review says that something does.

Each family of verdicts that is read side by side promises 5 %, whatever its size: of 200
worlds at most 21 may hold any (the exact 99.9 % limit).
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from dashboard.analysis.forecasting.capacity import STRAINED_FROM, loads
from dashboard.analysis.forecasting.challenge import Asked
from dashboard.analysis.forecasting.challenge_one import challenge_one
from dashboard.analysis.forecasting.rows import Forecasts
from dashboard.analysis.forecasting.steps import overrides, stairs
from dashboard.scope import Period
from dashboard.stats.forecasting import back_testing
from dashboard.stats.forecasting.series import HORIZON
from dashboard.stats.forecasting.value_added import ValueAdded

pytestmark = pytest.mark.slow

WORLDS, MOST = 200, 21
MONDAY = date(2025, 9, 29)
WEEK = np.array([1.0, 0.98, 0.95, 0.99, 1.1, 0.8, 0.3])
SIZES = (250, 88, 88, 66, 55)
LEAD = 7


def differs(one: ValueAdded | None) -> bool:
    return one is not None and one.verdict in ("helps", "harms")


def errors(rng: np.random.Generator, days: int) -> np.ndarray:
    """Logarithms of actual over forecast: weeks that go astray together, and days."""
    weekly = rng.normal(0, 0.06, -(-days // 7))
    return np.repeat(weekly, 7)[:days] + rng.normal(0, 0.05, days)


def frame(days: int, **columns: object) -> pl.DataFrame:
    day = [MONDAY + timedelta(at) for at in range(days)]
    week = pl.col("day").dt.truncate("1w")
    return pl.DataFrame({"day": day, **columns}).with_columns(week=week)


def alike(rng: np.random.Generator, days: int = 364) -> Forecasts:
    """Every step of the process and the naive forecast are as good as one another."""
    rows = []
    for at, size in enumerate(SIZES):
        came = rng.poisson(size * WEEK[np.arange(days) % 7]).astype(float)
        naive, statistical, planner = (came * np.exp(errors(rng, days)) for _ in range(3))
        moved = rng.random(days) < 0.3
        steps = {"statistical": statistical, "planner": np.where(moved, planner, statistical)}
        rows += [
            frame(days, actual=came, forecast=said, naive=naive).with_columns(
                series=pl.lit(f"segment {at}"),
                step=pl.lit(step),
                planner=pl.lit("A. Brandt" if step == "planner" else None, pl.String),
                lead=pl.lit(LEAD),
                is_capped=pl.lit(value=False),
                promotion=pl.lit(None, pl.String),
            )
            for step, said in steps.items()
        ]
    none = pl.DataFrame()
    last = MONDAY + timedelta(days)
    blank = np.zeros(days)
    return Forecasts(pl.concat(rows), none, {}, blank, MONDAY, last, tuple(steps), (LEAD,), 0, ())


def test_no_step_and_no_override_helps_or_harms_where_all_are_alike() -> None:
    year = Period(MONDAY, MONDAY + timedelta(363))
    over_naive = over_before = of_overrides = judged = 0
    for seed in range(WORLDS):
        found = alike(np.random.default_rng(seed))
        steps, ledger = stairs(found, year, LEAD), overrides(found, year, LEAD)
        over_naive += any(differs(one.over_naive) for one in steps)
        over_before += any(differs(one.over_before) for one in steps)
        of_overrides += any(differs(one.added) for one in ledger)
        judged += sum(bool(one.added and one.added.weeks >= 26) for one in ledger)

    assert max(over_naive, over_before, of_overrides) <= MOST
    assert judged > 8 * WORLDS


def strained_days(
    rng: np.random.Generator, shares: tuple[float, ...], later: float = 0.0
) -> Iterator[pl.DataFrame]:
    """Days beyond capacity by segment, so many points later than others."""
    for at, (share, size) in enumerate(zip(shares, SIZES, strict=True)):
        off = errors(rng, 91)
        came = size * WEEK[np.arange(91) % 7]
        weekly = np.repeat(rng.normal(0, 0.2, 13), 7)
        on_time = 1 / (1 + np.exp(-2.6 - weekly - rng.normal(0, 0.3, 91)))
        on_time = on_time - later * (off > np.quantile(off, 1 - share))
        due = rng.poisson(came)
        planned = came * np.exp(np.quantile(off, 1 - share) - off) / STRAINED_FROM
        yield frame(
            91,
            actual=came,
            planned=planned,
            due=due.astype(float),
            kept=rng.binomial(due, on_time).astype(float),
        ).with_columns(
            series=pl.lit(f"segment {at}"),
            is_capped=pl.lit(value=False),
            cost_under=pl.lit(1.0),
            cost_over=pl.lit(1.0),
        )


@pytest.mark.parametrize(
    "shares", [(0.03,) * 5, (0.1,) * 5, (0.3,) * 5, (0.03, 0.1, 0.2, 0.3, 0.5)]
)
def test_no_day_over_capacity_is_later_where_capacity_does_not_matter(
    shares: tuple[float, ...],
) -> None:
    quarter = Period(MONDAY, MONDAY + timedelta(90))
    sure = 0
    for seed in range(WORLDS):
        days = pl.concat(strained_days(np.random.default_rng(seed), shares))
        sure += any(
            one.is_sure
            for one in loads(days, days.select("series", "day", "due", "kept"), quarter)
        )

    assert sure <= MOST


def test_six_points_on_two_days_in_five_are_found() -> None:
    quarter = Period(MONDAY, MONDAY + timedelta(90))
    found = 0
    for seed in range(100):
        days = pl.concat(strained_days(np.random.default_rng(seed), (0.4,) * 5, later=0.06))
        sums = days.select("series", "day", "due", "kept")
        found += sum(one.is_sure for one in loads(days, sums, quarter))

    assert found / 500 > 0.9


def twins(rng: np.random.Generator, days: int = 728) -> tuple[np.ndarray, np.ndarray]:
    """Two series of one level that drifts, learnt from alike: what either foretells is as good.

    Up to the first origin they are one, so that a model has the same parameters in both: one
    that happened to learn better would be better, all the year.
    """
    level = 80 * np.exp(np.cumsum(rng.normal(0, 0.01, days))) * WEEK[np.arange(days) % 7]
    came, other = (rng.poisson(level).astype(float) for _ in range(2))
    first = days - back_testing.SPAN
    return came, np.concatenate([came[:first], other[first:]])


def test_no_challenger_beats_its_twin_and_its_ranges_hold() -> None:
    different = inside = cases = 0
    calendar = np.zeros((728 + HORIZON, 2))
    for seed in range(WORLDS):
        came, other = twins(np.random.default_rng(seed))
        model = back_testing.back_test(came, calendar, 7).best(LEAD)
        places, said = back_testing.back_test(other, calendar, 7).at_lead(model, LEAD, 1)
        current = np.full(728, np.nan)
        current[places] = said
        asked = Asked("Premium", "", MONDAY, came, "twin", current, calendar)
        found = challenge_one(asked, LEAD)
        different += differs(found.added)
        inside, cases = inside + found.covered, cases + found.cases

    assert different <= MOST
    assert inside / cases == pytest.approx(0.8, abs=0.03)
