"""Planning: from how units varied to weeks and verdicts; and plans that stay frozen."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.experiments.pasts import past_of
from dashboard.analysis.experiments.planning import (
    HISTORY_WEEKS,
    Plan,
    Wish,
    _against_itself,
    _week,
    plan,
)
from dashboard.analysis.experiments.stated import stated_as
from dashboard.charts.experiments.plans import frozen_said
from dashboard.cli import COULD_NOT, DONE, main
from dashboard.errors import ScopeError, StateError
from dashboard.state import State, Terms
from dashboard.stats.experiments.power import units_for_shares
from dashboard.warehouse import Reader, Warehouse

WISH = Wish("on_time_rate", "customer", worthwhile=0.02, expected=0.04)
TERMS = Terms(
    hypothesis="Windows help",
    metric="on_time_rate",
    unit="customer",
    worthwhile=0.003,
    expected=0.02,
    guardrails="cost_to_serve:0.15",
    planned_units=12_000,
    starts_on=date(2026, 4, 1),
    ends_on=date(2026, 6, 23),
)


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def planned(sample: Reader) -> Plan:
    return plan(sample, WISH)


def one_each(per_week: int, rate: float) -> pl.DataFrame:
    """Units of one observation, as many every week, of which a share holds 1."""
    size = per_week * HISTORY_WEEKS
    kept = np.tile(np.arange(per_week) < rate * per_week, HISTORY_WEEKS)
    return pl.DataFrame(
        {
            "unit": np.arange(size),
            "look": np.repeat(np.arange(1, HISTORY_WEEKS + 1), per_week),
            "y": kept.astype(float),
            "d": np.ones(size),
        }
    )


def test_units_needed_are_those_of_the_textbook() -> None:
    known = past_of(one_each(100, 0.9), "units", HISTORY_WEEKS)
    wish = Wish("on_time_rate", "delivery", worthwhile=0.03, expected=0.03)

    course = [_week(known, wish, weeks) for weeks in range(1, 53)]

    # R's power.prop.test takes both arms' variances, the history has that of one: within 15 %.
    needed = next(one for one in course if one.power >= 0.8)
    assert needed.units / 2 == pytest.approx(units_for_shares(0.885, 0.915, 0.8, 0.04), rel=0.15)
    assert course[23].error == pytest.approx(course[11].error / 2**0.5)
    assert course[23].units == 2 * course[11].units


def test_half_the_traffic_needs_twice_the_weeks() -> None:
    known = past_of(one_each(100, 0.9), "units", HISTORY_WEEKS)

    whole, half = (
        _week(known, replace(WISH, share=share), weeks).error
        for share, weeks in ((1, 4), (0.5, 8))
    )

    assert half == pytest.approx(whole, rel=0.01)


def test_a_plan_says_weeks_units_and_the_chance_of_each_verdict(planned: Plan) -> None:
    assert planned.needed is not None
    assert planned.needed.power >= WISH.power
    assert sum(chance for _, chance in planned.verdicts) == pytest.approx(1)
    nothing = dict(planned.nothing)
    assert sum(chance for name, chance in nothing.items() if name.startswith("Ship")) < 0.04
    assert {one.segment for one in planned.traffic} >= {"Premium", "Rural"}
    assert planned.design_effect == pytest.approx(1.0, abs=0.15)


def test_the_past_dealt_to_equal_arms_shows_an_effect_as_rarely_as_promised(
    planned: Plan,
) -> None:
    check = planned.against_itself

    assert check.holds
    # 4 % of 400; the exact 99.9 % interval.
    assert (check.low, check.high) == (5, 30)


def test_units_that_are_no_units_fail_the_check() -> None:
    """One unit that holds nearly everything: no interval by units can hold."""
    units = pl.DataFrame({"unit": np.arange(300), "look": 1, "y": 0.0, "d": 1.0})
    heavy = pl.DataFrame({"unit": [300, 301], "look": 1, "y": [9e5, 0.0], "d": [1e6, 1e6]})

    both = pl.concat(
        [units, heavy.with_columns(pl.col("look").cast(pl.Int32))], how="vertical_relaxed"
    )
    found = _against_itself(past_of(both, "units", HISTORY_WEEKS))

    assert not found.holds


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"worthwhile": 0.0}, "both above 0 are needed"),
        ({"expected": -0.1}, "both above 0 are needed"),
        ({"share": 1.5}, "shares up to 1 are needed"),
    ],
)
def test_a_wish_that_cannot_be_planned_is_refused(
    sample: Reader, changed: dict[str, float], says: str
) -> None:
    with pytest.raises(ScopeError, match=says):
        plan(sample, replace(WISH, **changed))  # ty: ignore[invalid-argument-type]


def test_a_frozen_plan_keeps_its_terms_and_every_later_version(tmp_path: Path) -> None:
    state = State.of(tmp_path)

    first = state.freeze_plan("T", TERMS, "Ada")
    state.freeze_plan("T", replace(TERMS, worthwhile=0.001, ends_on=date(2026, 7, 1)), "Ben")

    kept, later = state.plans("T")
    assert kept == first
    assert kept.terms == TERMS
    assert kept.is_whole
    assert kept.differs(later.terms) == ("worthwhile", "ends_on")
    assert state.plans("other") == ()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "planned like this already"),
        ({"hypothesis": " "}, "the hypothesis is empty"),
        ({"ends_on": date(2026, 3, 1)}, "before 2026-04-01; start it first"),
    ],
)
def test_a_plan_that_says_nothing_new_is_refused(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    state = State.of(tmp_path)
    state.freeze_plan("T", TERMS, "Ada")

    with pytest.raises(StateError, match=says):
        state.freeze_plan("T", replace(TERMS, **changed), "Ada")  # ty: ignore[invalid-argument-type]


def test_a_plan_changed_in_the_file_no_longer_fits_its_hash(tmp_path: Path) -> None:
    state = State.of(tmp_path)
    state.freeze_plan("T", TERMS, "Ada")
    with state._database.writing() as connection:
        connection.exec_driver_sql(
            "update experiment_plans set terms = replace(terms, '0.003', '0.001')"
        )

    (changed,) = state.plans("T")

    assert not changed.is_whole


def test_the_result_shows_what_was_planned_otherwise(sample: Reader, tmp_path: Path) -> None:
    state = State.of(tmp_path)
    stated = stated_as(sample, "evening-windows")
    state.freeze_plan(stated.id, TERMS, "Ada")
    kept = state.plans(stated.id)

    assert frozen_said(kept, stated)[-1] == "✓ As planned."
    moved = replace(stated, ends_on=date(2026, 7, 1), primary="cost_to_serve")
    assert frozen_said(kept, moved)[-1] == (
        "✕ Not as planned: primary metric on_time_rate, now cost_to_serve; end 2026-06-23, now "
        "2026-07-01."
    )
    assert "nothing proves" in frozen_said((), stated)[0]


def test_the_command_plans_and_freezes(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["experiment", "plan", "--metric=on_time_rate", "--worthwhile=0.02"]
    asked += ["--expected=0.04", f"--warehouse={sample_warehouse}", "--format=json"]

    assert main(asked) == DONE
    found = json.loads(capsys.readouterr().out)
    assert main([*asked, "--freeze=T"]) == COULD_NOT

    assert found["units_per_arm"] * 2 == pytest.approx(found["units"])
    assert found["weeks"] >= 1
    assert found["a_a_holds"] is True
    assert "no first day" in capsys.readouterr().err
