"""Forecasts of a warehouse: truth 6 of the sample, and small worlds worked by hand."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.forecasting.capacity import kind_of
from dashboard.analysis.forecasting.review import Basis, Forecast, forecast
from dashboard.cli import main
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Quarter, Scope
from dashboard.stats.forecasting import tracking
from dashboard.warehouse import Reader, Warehouse
from sample_data import TRUTHS, Options
from sample_data.days import QUARTERS, volume_weights
from sample_data.forecasts import STEPS, tables, zone_shares
from tests.conftest import Import
from tests.rows import Row, delivery
from tests.unit.test_sample_world import expected, quarter

QUARTER = Scope(Quarter(2026, 3).period())
TRUTH = TRUTHS.forecast


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def found(reader: Reader) -> Forecast:
    return forecast(reader, QUARTER, Basis())


def test_truth_6_the_segment_forecast_too_low_is_the_only_one_that_rings(found: Forecast) -> None:
    rung = {one.segment: one.bias for one in found.tracked if one.rings}
    score = next(one for one in found.at_lead() if one.series == TRUTH.biased_segment)

    assert list(rung) == [TRUTH.biased_segment]
    assert score.bias == pytest.approx(TRUTH.biased_to - 1, abs=0.03)
    assert "Small business is forecast" in found.message
    assert "% too low" in found.message


def test_truth_6_overrides_that_harm_are_found_and_three_points_above_naive(
    found: Forecast,
) -> None:
    steps = {one.step: one for one in found.stairs if one.segment == TRUTH.harmful_segment}
    ledger = [one for one in found.overrides if one.segment == TRUTH.harmful_segment]

    naive, planner = steps["seasonal naive"], steps["planner"]
    assert naive.wape is not None
    assert planner.wape == pytest.approx(naive.wape + TRUTH.harmful_by, abs=0.005)
    assert planner.over_before is not None
    assert planner.over_before.verdict == "harms"
    assert sum(one.days for one in ledger) == pytest.approx(
        TRUTH.harmful_share * ledger[0].of_days, rel=0.15
    )
    harmful = [one for one in found.overrides if one.added and one.added.verdict == "harms"]
    assert {(one.segment, one.planner) for one in harmful} == {("Enterprise", "D. Ruiz")}


def test_truth_6_the_missed_promotion_is_among_the_worst_days(reader: Reader) -> None:
    found = forecast(reader, Scope(Quarter(2026, 2).period()), Basis())

    days = {one.day for one in found.misses if "Summer sale" in one.marks}
    cut = {one.value: one for one in found.parts if one.by == "Day"}
    assert days & {date(2026, 6, day) for day in (12, 13, 14)}
    assert cut["promotion"].bias == pytest.approx(1 / 1.45 - 1, abs=0.08)
    assert abs(cut["any other day"].bias or 0) < 0.06


def test_capacity_too_small_costs_and_the_plan_at_the_critical_ratio_costs_less(
    found: Forecast,
) -> None:
    loads = {one.segment: one for one in found.loads}
    plans = [one for one in found.plans if one.best is not None]

    assert loads[TRUTH.biased_segment].strained > 3 * loads["Standard"].strained
    assert len(plans) == 5 * 7
    assert all(
        one.cost_best <= one.cost_now + 1e-9  # ty: ignore[unsupported-operator]
        for one in plans
    )
    short = next(one for one in plans if one.segment == TRUTH.biased_segment)
    assert short.ratio == pytest.approx(3.2 / (3.2 + 1.1))


def test_zones_and_segments_are_compared_and_reconciled(found: Forecast) -> None:
    rural = next(one for one in found.coherence if one.segment == "Rural")

    assert rural.gap == pytest.approx(0.04, abs=0.015)
    assert min(rural.own, rural.zones) < rural.reconciled < max(rural.own, rural.zones)


def test_days_not_over_wait_and_the_running_week_is_not_complete(found: Forecast) -> None:
    last = max(found.weeks, key=lambda one: one.start)

    assert found.excluded.waiting == 5
    assert not last.complete
    assert found.ignored == ()


def test_filters_cut_segments_and_zones_and_others_are_said(reader: Reader) -> None:
    one = forecast(reader, QUARTER.within(segment="Rural", carrier="Heron"), Basis())
    zone = forecast(reader, QUARTER.within(zone="Z01"), Basis(step="zonal"))

    assert {score.series for score in one.at_lead()} == {"(pooled)", "Rural"}
    assert one.ignored == ("carrier",)
    assert {part.value for part in zone.parts if part.by == "Zone"} == {"Z01"}
    with pytest.raises(ScopeError, match="no forecast for these segments and zones is in this"):
        forecast(reader, QUARTER.within(segment="Nobody"), Basis())
    with pytest.raises(UnknownNameError, match="forecasts in this scope 'consensu'; did you mean"):
        forecast(reader, QUARTER, Basis(step="consensu"))
    with pytest.raises(UnknownNameError, match="unknown lead time in days '3'"):
        forecast(reader, QUARTER, Basis(3))


def test_the_command_prints_the_same(
    reader: Reader, found: Forecast, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(reader.engine._folder)
    days = ("--from", "2026-07-01", "--to", "2026-09-30", "--warehouse", folder)

    assert main(["forecast", *days, "--format", "json"]) == 0
    printed: Any = json.loads(capsys.readouterr().out)
    assert printed["message"] == found.message
    assert [one["wape"] for one in printed["scores"]] == [one.score.wape for one in found.board]
    assert [one["rings"] for one in printed["tracking"]] == [one.rings for one in found.tracked]
    assert main(["forecast", *days]) == 0
    assert found.message in capsys.readouterr().out


MONDAY = date(2026, 3, 2)


def two_weeks(volume: int) -> list[Row]:
    """As many deliveries on each of 14 days, all promised for noon."""
    return [
        delivery(
            f"{at}-{n}",
            segment="Premium",
            ordered_at=f"{MONDAY + timedelta(at - 1)} 08:00:00",
            promised_by=f"{MONDAY + timedelta(at)} 12:00:00",
            delivered_at=f"{MONDAY + timedelta(at)} 11:00:00",
        )
        for at in range(14)
        for n in range(volume)
    ]


def said(at: int, volume: float, zone: str = "") -> Row:
    return {
        "segment": "Premium",
        "zone": zone,
        "target_date": str(MONDAY + timedelta(at)),
        "issued_at": f"{MONDAY + timedelta(at - 7)} 06:00:00",
        "step": "plan",
        "volume": str(volume),
    }


def test_pooled_error_bias_and_naive_worked_by_hand(warehouse: Warehouse, put_in: Import) -> None:
    put_in(
        deliveries=two_weeks(2),
        forecasts=[said(at, 3) for at in range(7)] + [said(at, 1) for at in range(7, 11)],
    )
    week = Period(MONDAY, MONDAY + timedelta(13))

    found = forecast(warehouse.reader(None, LOCAL_USER), Scope(week), Basis())

    # seven days of 3 and four of 1 against 2: |e| = 11 of 22, e = +7 - 4 of 22
    (pooled, own) = found.at_lead()
    assert (pooled.n, pooled.wape, pooled.bias) == (11, 0.5, pytest.approx(3 / 22))
    assert own.series == "Premium"
    # the naive forecast, known from the second week on, is exact
    assert pooled.added is not None
    assert pooled.added.value == pytest.approx(-0.5)
    assert found.step == "plan"
    assert "0 values to learn from; more than one season of 7 is needed" in own.notes[0]
    assert found.loads == ()


def test_days_cut_off_by_capacity_are_counted_and_judged_by_nothing(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(
        deliveries=two_weeks(2),
        forecasts=[said(at, 3) for at in range(14)],
        capacity=[
            {"date": str(MONDAY + timedelta(at)), "segment": "Premium", "planned_deliveries": n}
            for at, n in enumerate(["2"] * 4 + ["5"] * 10)
        ],
    )

    found = forecast(warehouse.reader(None, LOCAL_USER), Scope(), Basis())

    assert found.excluded.capped == 4
    assert found.at_lead()[0].n == 9  # the as_of lies within the last of the other ten
    assert found.loads[0].under is None
    assert "nobody says what too little and too much capacity cost" in found.plans[0].why


def test_weekdays_are_planned_in_three_classes() -> None:
    kinds = [kind_of(MONDAY + timedelta(at)) for at in range(7)]

    assert kinds == ["Monday to Friday"] * 5 + ["Saturday", "Sunday"]


@pytest.mark.slow
def test_in_null_worlds_few_alarms_ring() -> None:
    rung = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        counts = [
            rng.poisson(np.outer([250, 88, 88, 66, 55], volume_weights(q.days))) for q in QUARTERS
        ]
        shares = np.full((5, 60), 1 / 60)
        table, _ = tables(counts, shares, Options(seed=seed, null=True))
        said = table.filter((table["step"] == STEPS[2]) & (table["day"] - table["issued"].dt.date()
                            == timedelta(7)))  # fmt: skip
        days = sum(len(q.days) for q in QUARTERS)
        for segment, own in enumerate(said.partition_by("segment", maintain_order=True)):
            came = np.hstack(counts)[segment]
            errors = own["volume"].to_numpy()[:days] - came
            rung += tracking.alarm(errors[-52 * 7 - 3 : -3].reshape(52, 7).sum(axis=1)).rings

    assert rung <= 14  # the exact 99.9 % limit of 1 % of 500


def test_shares_of_zones_add_up() -> None:
    frame = quarter(7, Options(deliveries=4_000))

    assert zone_shares(frame).sum(axis=1) == pytest.approx(np.ones(5))
    small = frame["segment"].to_numpy() == 2
    assert not np.any(frame["is_strained"].to_numpy() & ~small)


def test_strained_days_are_six_points_later_and_the_segment_as_planted() -> None:
    frame = quarter(7, Options(deliveries=100_000))
    small, strained = pl.col("segment") == 2, pl.col("is_strained")

    gap = expected(frame, small & ~strained) - expected(frame, small & strained)
    assert gap == pytest.approx(TRUTH.strained_late, abs=0.006)
    assert expected(frame, small) == pytest.approx(
        1 - TRUTHS.late_share["Small business"], abs=2e-3
    )
