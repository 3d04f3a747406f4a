"""Other models against the forecast in use: what they see, refuse, and how ranges hold."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard import tree
from dashboard.access import LOCAL_USER
from dashboard.analysis.forecasting import challenge_all
from dashboard.analysis.forecasting.challenge import (
    MODELS,
    Asked,
    Challenged,
    judged_together,
    message,
)
from dashboard.analysis.forecasting.challenge_all import Challenge, challenge, work
from dashboard.analysis.forecasting.challenge_one import challenge_one
from dashboard.analysis.forecasting.challenge_series import asked
from dashboard.analysis.forecasting.review import Basis
from dashboard.cli import main
from dashboard.errors import NotEnoughDataError, WarehouseError
from dashboard.scope import Scope
from dashboard.stats.forecasting import back_testing, models
from dashboard.stats.forecasting.series import HORIZON
from dashboard.stats.forecasting.value_added import ValueAdded
from dashboard.warehouse import Warehouse
from sample_data.forecasts import ZONE_DAYS

WEEK = np.array([100.0, 98, 95, 99, 110, 80, 30])


def series(weeks: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(np.tile(WEEK, weeks)).astype(float)


def one(came: np.ndarray, current: np.ndarray | None = None) -> Asked:
    calendar = np.zeros((len(came) + HORIZON, 2))
    in_use = np.full(len(came), np.nan) if current is None else current
    return Asked("Premium", "", date(2025, 1, 6), came, "plan", in_use, calendar)


def test_every_model_repeats_a_series_that_repeats_itself() -> None:
    y, x = np.tile(WEEK, 30), np.zeros((210, 1))
    fitted = models.learnt(y + 0.01 * np.random.default_rng(1).normal(size=210), x, 7)

    for name, ahead in fitted.items():
        said = ahead(y, x, np.zeros((14, 1)))
        assert said == pytest.approx(np.tile(WEEK, 2), rel=0.02), name


@pytest.fixture(scope="module")
def three_years() -> np.ndarray:
    """A season of the year of 25 % either way, over that of the week."""
    at = np.arange(1190)
    yearly = np.exp(0.25 * np.sin(2 * np.pi * at / models.YEAR))
    return np.random.default_rng(1).poisson(WEEK[at % 7] * yearly).astype(float)


def test_mstl_joins_once_a_year_was_seen_twice_and_is_nearest_four_weeks_ahead(
    three_years: np.ndarray,
) -> None:
    none = np.zeros((len(three_years) + HORIZON, 1))

    found = back_testing.back_test(three_years, none, 7)
    shorter = back_testing.back_test(three_years[:1170], none, 7)

    assert set(found.ahead) == set(MODELS)
    assert set(shorter.ahead) == set(MODELS) - {"MSTL"}
    off = {name: back_testing.wape_at(found, name, 28) for name in found.ahead}
    assert min(off, key=off.__getitem__) == "MSTL"


def test_a_promotion_known_ahead_lifts_the_model_with_regressors() -> None:
    x = np.zeros((210, 1))
    x[[30, 65, 100, 135, 170], 0] = 1
    y = series(30) * (1 + 0.5 * x[:, 0])
    future = np.zeros((7, 1))
    future[2] = 1

    said = models.learnt(y, x, 7)["SARIMAX"](y, x, future)

    assert said[2] / WEEK[2] == pytest.approx(1.5, abs=0.15)
    assert said[1] / WEEK[1] == pytest.approx(1.0, abs=0.1)


def test_no_origin_sees_what_came_after_it() -> None:
    y, x = series(60), np.zeros((476, 1))
    before = back_testing.back_test(y, x, 7)
    origin = int(before.origins[20])
    changed = y.copy()
    changed[origin:] = 999

    after = back_testing.back_test(changed, x, 7)

    for name, said in before.ahead.items():
        assert after.ahead[name][:21] == pytest.approx(said[:21]), name


@given(some.integers(0, 30))
def test_a_forecast_at_a_lead_time_is_never_younger_than_it(lead: int) -> None:
    origins = np.arange(112, 364, 14)
    said = np.arange(56) + np.zeros((len(origins), 1))
    found = back_testing.BackTest(np.zeros(364), origins, {"age": said}, 14)

    places, ages = found.at_lead("age", lead, 1)

    assert np.all((ages >= lead) & (ages < lead + 14))
    assert len(np.unique(places)) == len(places)


def test_ranges_hold_about_as_often_as_they_say() -> None:
    inside = cases = 0
    for seed in range(6):
        found = challenge_one(one(series(104, seed)), 7)
        inside, cases = inside + found.covered, cases + found.cases

    assert inside / cases == pytest.approx(0.8, abs=0.03)
    assert cases > 4_000


def test_a_worse_forecast_in_use_is_beaten_and_a_perfect_one_is_not() -> None:
    came = series(104)

    poor, perfect = (challenge_one(one(came, current), 7) for current in (1.3 * came, came))

    assert poor.added is not None
    assert perfect.added is not None
    assert poor.added.verdict == "helps"
    assert perfect.added.verdict == "harms"
    assert poor.current == pytest.approx(0.3)
    assert len(poor.ahead) == HORIZON
    assert all(day.lower <= day.volume <= day.upper for day in poor.ahead)
    assert poor.ahead[0].day == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("came", "why", "volume"),
    [
        (series(15), "the series has 105 values; 16 seasons of 7 are needed", None),
        (series(20), "the series has 140 values; 168 are needed for a back-test", None),
        (np.where(np.arange(210) % 5, series(30), np.nan), "42 of 210 values are missing", None),
        (np.zeros(210), "every value is 0; a model needs some volume", 0.0),
        (np.full(210, 4.0), "every value is 4; a model needs some that vary", 4.0),
    ],
)
def test_each_series_that_no_model_fits_has_its_rule(
    came: np.ndarray, why: str, volume: float | None
) -> None:
    found = challenge_one(one(came), 7)

    assert found.why.startswith(why)
    assert (found.model, found.cases) == ("", 0)
    assert [day.volume for day in found.ahead] == [volume] * (56 if volume is not None else 0)


def test_too_short_a_series_is_refused_by_name() -> None:
    with pytest.raises(NotEnoughDataError, match="the series has 150 values; 168 are needed"):
        back_testing.back_test(series(30)[:150], np.zeros((206, 1)), 7)


def test_a_zone_without_volume_of_late_is_refused_by_name() -> None:
    found = challenge_one(one(np.concatenate([series(60), np.zeros(42 * 7)])), 7)

    assert found.why == "every actual is 0; an error in per cent needs some volume"
    assert found.model == ""


def challenged(series: str, p_value: float, verdict: str = "helps") -> Challenged:
    added = ValueAdded(0.05, 0.001, 0.099, p_value, 30, verdict)  # ty: ignore[invalid-argument-type]
    return Challenged(series, "", "", "ETS", {"ETS": 0.1}, "plan", 0.15, added, 80, 100, ())


def test_verdicts_hold_over_all_series_together() -> None:
    alone = [challenged("A", 0.04), challenged("B", 0.001), challenged("C", 0.03)]

    found = judged_together(alone)

    # Holm: 3 · 0.001, then 2 · 0.03 and 0.04 at least as much: 0.06
    assert [one.added and one.added.verdict for one in found] == [
        "no clear difference",
        "helps",
        "no clear difference",
    ]
    assert message(found) == (
        "The challenger beats the forecast in use in B, and is worse in 0 of 3 series; "
        "ranges of 80% held in 80.0%"
    )


def test_a_stopped_challenge_leaves_no_process_and_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen
    monkeypatch.setattr(
        challenge_all.subprocess,
        "Popen",
        lambda *words, **how: started.append(start(*words, **how)) or started[-1],
    )
    asked = tuple(replace(one(series(60, at)), segment=f"segment {at}") for at in range(6))
    stated = Challenge(asked, 7, {})

    with closing(work(stated, jobs=2)) as working:
        next(done for done in working if done)
    stopped = dict(stated.kept)
    for _ in work(stated, jobs=2):
        pass

    assert 0 < len(stopped) < len(asked)
    assert len(started) == 4
    assert all(process.poll() is not None for process in started)
    assert [stated.kept[key] is kept for key, kept in stopped.items()] == [True] * len(stopped)
    assert [one.segment for one in stated.results()] == [one.segment for one in asked]
    assert stated.results()[3].errors == pytest.approx(challenge_one(asked[3], 7).errors)


def test_a_process_that_ends_by_itself_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenge_all.sys, "executable", "/bin/true")

    with pytest.raises(WarehouseError, match="a process of the back-test ended by itself; it"):
        list(work(Challenge((one(series(60)),), 7, {})))


def test_what_is_done_stays_with_its_snapshot(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    rural = Scope().within(segment="Rural")
    first = challenge(reader, rural, Basis(), "segment")
    first.kept["Rural", ""] = challenged("Rural", 0.5)

    assert challenge(reader, rural, Basis(), "segment").left() == []
    assert len(challenge(reader, rural, Basis(28), "segment").left()) == 1


def test_ctrl_c_stops_the_command_and_nothing_is_written(
    sample_warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "next.csv"
    words = [
        "challenge",
        "--warehouse",
        str(sample_warehouse),
        "--by-zone",
        "--write",
        str(target),
    ]
    command = [sys.executable, "-m", "dashboard.cli", *words]
    environment = os.environ | {"PYTHONPATH": str(tree.root())}

    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Back-testing: ")
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()

    assert process.returncode == 2
    assert told.splitlines()[-1] == "doorstep: stopped"
    assert "Traceback" not in told
    assert not target.exists()


def test_the_command_writes_eight_weeks_in_the_contracts_shape(
    sample_warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "next.csv"
    words = ("challenge", "--warehouse", str(sample_warehouse), "--where", "segment=Enterprise")

    assert main([*words, "--jobs", "1", "--write", str(target), "--format", "json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    (row,) = printed["series"]
    assert printed["message"].startswith("The challenger beats the forecast in use ")
    assert row["value_added"] == pytest.approx(row["current_wape"] - row["wape"], abs=1e-9)
    assert row["value_added_weeks"] >= 26
    head, *lines = target.read_text("utf-8").splitlines()
    assert head == "segment,zone,target_date,issued_at,step,volume,lower,upper,level"
    assert len(lines) == HORIZON
    assert lines[0].startswith("Enterprise,,2026-09-30,2026-09-30T20:00:00")


def test_zones_are_series_of_their_own(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    scope = Scope().within(segment="Rural", zone=("Z40", "Z41"))

    found = asked(reader, scope, Basis(), "zone")

    assert [(one.segment, one.zone) for one in found] == [("Rural", "Z40"), ("Rural", "Z41")]
    assert all(len(one.came) + HORIZON == len(one.calendar) for one in found)
    assert all(np.nansum(one.came) > 0 for one in found)
    # zones have no consensus of their own: what depots plan is in use
    assert {one.step for one in found} == {"zonal"}
    known = [int(np.isfinite(one.current).sum()) for one in found]
    assert all(0 < days < ZONE_DAYS for days in known)  # their last day is not over
