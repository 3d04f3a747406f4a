"""Control charts: published limits, hand-worked weeks, properties, simulated rates."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dashboard.errors import NotEnoughDataError
from dashboard.stats import control, signals
from dashboard.stats.control import Method, Rules, Signal
from sample_data import customers, world
from tests.vector import column, expected, given_rows

ONLY_LIMITS = Rules(one_side=None)
TEXTBOOK = Method(spread=control.moving_range, rules=ONLY_LIMITS)
P_CHART = Method(spread=control.binomial, rules=ONLY_LIMITS)


def special(chart: control.ControlChart) -> list[int]:
    """Places of the special points, from 1."""
    return [at for at, signal in enumerate(chart.signals, 1) if signal]


def test_an_individuals_chart_is_that_of_the_nist_handbook() -> None:
    told = expected("14_spc_xmr_nist")
    x = np.array(told["x"])

    found = control.xmr(x, np.ones(len(x)), method=TEXTBOOK)

    assert found.centre == pytest.approx(told["mean"], abs=1e-3)
    assert found.sigma * 1.128 == pytest.approx(told["mr_bar"], abs=1e-3)
    assert (found.low[0], found.high[0]) == pytest.approx((told["lcl"], told["ucl"]), abs=1e-3)


def test_a_p_chart_is_that_of_the_textbook() -> None:
    told, rows = expected("15_spc_p_chart"), given_rows("15_spc_p_chart")

    found = control.laney(
        np.array(column(rows, "nonconforming")), np.array(column(rows, "n")), method=P_CHART
    )

    assert found.centre == pytest.approx(told["pbar"], abs=1e-4)
    assert list(found.high) == pytest.approx(told["ucl"], abs=1e-4)
    assert list(found.low) == pytest.approx(told["lcl"], abs=1e-4)
    assert special(found) == told["out_of_limits"]


@pytest.fixture
def weeks() -> tuple[np.ndarray, np.ndarray]:
    rows = given_rows("16_spc_laney")
    return np.array(column(rows, "on_time")), np.array(column(rows, "deliveries"))


def test_laneys_limits_are_those_of_qicharts2(weeks: tuple[np.ndarray, np.ndarray]) -> None:
    told = expected("16_spc_laney")

    found = control.laney(*weeks, method=TEXTBOOK)

    assert found.centre == pytest.approx(told["pbar"], rel=1e-8)
    assert found.sigma == pytest.approx(told["sigma_z"], rel=1e-8)
    assert list(found.high) == pytest.approx(told["laney"]["ucl"], rel=1e-8)
    assert list(found.low) == pytest.approx(told["laney"]["lcl"], rel=1e-8)
    assert special(found) == told["laney"]["out"]


def test_a_plain_p_chart_calls_most_of_these_weeks_special(
    weeks: tuple[np.ndarray, np.ndarray],
) -> None:
    told = expected("16_spc_laney")["p_chart"]

    found = control.laney(*weeks, method=P_CHART)

    assert list(found.high) == pytest.approx(told["ucl"], rel=1e-8)
    assert list(found.low) == pytest.approx(told["lcl"], rel=1e-8)
    assert len(special(found)) == told["n_out"]


def test_rules_and_icons_are_those_of_making_data_count() -> None:
    told, rows = expected("17_spc_xmr_rules"), given_rows("17_spc_xmr_rules")
    x = np.array(column(rows, "on_time_pct"))
    nhs = Method(control.moving_range, width=2.66 * 1.128, rules=control.MAKING_DATA_COUNT)

    found = control.xmr(x, np.ones(len(x)), method=nhs)

    names = {Signal("trend", is_high=True): "7 Point Trend (Increasing)", None: "Common Cause"}
    kinds = {Signal("trend", is_high=True): "special_cause_improvement", None: "common_cause"}
    assert found.centre == pytest.approx(told["mean"], rel=1e-8)
    assert (found.low[0], found.high[0]) == pytest.approx((told["lpl"], told["upl"]), rel=1e-8)
    assert [names[signal] for signal in found.signals] == told["special_cause_type"]
    assert [kinds[signal] for signal in found.signals] == told["point_type"]
    assert told["assurance_type"] == "inconsistent"
    assert control.assurance(found, told["target"], "higher") == "hit or miss"


@pytest.mark.parametrize(
    ("points", "baseline"), [(11, 0), (12, 12), (25, 25), (26, 26), (64, 26), (65, 52), (104, 52)]
)
def test_the_baseline_is_a_year_or_half_of_one(points: int, baseline: int) -> None:
    assert control.baseline_of(points) == baseline


def test_sigma_worked_by_hand_is_the_widest_of_three() -> None:
    kept, due = np.array([80.0, 90, 90, 80]), np.full(4, 100.0)

    found = control.laney(kept, due)

    # p = 0.85; chance √(0.85·0.15/100) = 0.0357071; z = ∓1.400280 twice each;
    # moving ranges 2.80056, 0, 2.80056: 1.655178 after 1.128; sd = √(4·1.9607843/3) = 1.616904
    assert found.centre == pytest.approx(0.85)
    assert found.sigma == pytest.approx(1.655178, abs=1e-6)
    assert found.high[0] == pytest.approx(1.0)  # 0.85 + 3·1.655178·0.0357071 = 1.0273: clipped
    assert found.low[0] == pytest.approx(0.672696, abs=1e-6)


def test_a_slow_drift_inside_the_baseline_widens_sigma_by_the_standard_deviation() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 6])

    assert control.moving_range(values) == pytest.approx(1 / 1.128)
    assert control.wider(values) == pytest.approx(np.sqrt(3.5))


def test_weeks_steadier_than_chance_keep_the_limits_of_chance() -> None:
    found = control.laney(np.array([90.0, 91, 90, 89]), np.full(4, 100.0))

    assert found.sigma == 1.0
    assert found.low[0] == pytest.approx(0.9 - 3 * 0.03)


def test_limits_are_frozen_after_the_baseline() -> None:
    kept = np.array([90.0, 95, 92, 93, 50, 40])

    found = control.laney(kept, np.full(6, 100.0), baseline=4)

    before = control.laney(kept[:4], np.full(4, 100.0))
    assert found.centre == before.centre
    assert list(found.low[:4]) == list(before.low)
    assert special(found) == [5, 6]


def test_each_week_has_the_limits_of_its_own_size() -> None:
    found = control.laney(np.array([90.0, 1_800, 91]), np.array([100.0, 2_000, 100]))

    assert found.high[0] - found.centre > found.high[1] - found.centre


def test_an_incomplete_week_is_never_judged_and_moves_no_limit() -> None:
    kept, due = np.array([90.0, 95, 92, 93, 1]), np.array([100.0] * 4 + [50.0])
    complete = np.array([True] * 4 + [False])

    found = control.laney(kept, due, judged=complete)

    assert special(found) == []
    assert found.centre == control.laney(kept[:4], due[:4]).centre
    assert control.variation(found, "higher") == "normal variation"


def broken(values: list[float], **rules: bool | int) -> list[str]:
    """Rules that points around 10 break, '' for none; limits are at 7 and 13."""
    away = (np.array(values) - 10) / 3
    codes = signals.codes_of(np.array(values), away, Rules(**rules))
    return [one.rule if one else "" for one in signals.signals_of(codes)]


def test_eight_on_one_side_are_special_and_seven_are_not() -> None:
    assert broken([9.0] + [11.0] * 7) == [""] * 8
    assert broken([9.0] + [11.0] * 8) == [""] + ["one side"] * 8


def test_a_point_on_the_centre_ends_a_run() -> None:
    assert broken([11.0] * 4 + [10.0] + [11.0] * 4) == [""] * 9


def test_outside_is_named_before_a_run() -> None:
    assert broken([11.0] * 7 + [14.0])[-2:] == ["one side", "outside"]


def test_on_the_limit_is_not_outside() -> None:
    assert broken([13.0, 7.0]) == ["", ""]


def test_two_of_three_near_a_limit_are_special_on_one_side_only() -> None:
    assert broken([12.5, 11, 12.5], two_of_three=True) == ["two of three", "", "two of three"]
    assert broken([12.5, 9, 12.5], two_of_three=True) == ["", "", ""]
    assert broken([12.5, 9, 7.5], two_of_three=True) == ["", "", ""]


def test_a_fall_is_a_trend_as_a_rise_is() -> None:
    falling = [11.5, 11.2, 10.9, 9.8, 9.5, 9.2, 8.9, 9.1]

    assert broken(falling, trend=7) == ["trend"] * 7 + [""]


@pytest.mark.parametrize(
    ("last", "better", "told"),
    [
        (0.99, "higher", "improving"),
        (0.99, "lower", "worsening"),
        (0.5, "higher", "worsening"),
        (0.5, "lower", "improving"),
        (0.5, "neither", "changed"),
        (0.9, "higher", "normal variation"),
    ],
)
def test_the_latest_week_gives_the_verdict(last: float, better: control.Better, told: str) -> None:
    rates = np.array([0.9, 0.91, 0.89] * 4 + [last])

    found = control.laney(rates * 1000, np.full(13, 1000.0), baseline=12)

    assert control.variation(found, better) == told


@pytest.mark.parametrize(
    ("target", "better", "told"),
    [
        (0.80, "higher", "met"),
        (0.80, "lower", "missed"),
        (0.90, "higher", "hit or miss"),
        (0.97, "higher", "missed"),
        (0.97, "lower", "met"),
        (0.97, "neither", "not judged"),
    ],
)
def test_a_target_is_met_missed_or_hit_or_miss(
    target: float, better: control.Better, told: str
) -> None:
    found = control.laney(np.array([0.9, 0.91, 0.89] * 4) * 1000, np.full(12, 1000.0))

    assert control.assurance(found, target, better) == told


def test_few_weeks_make_a_run_chart_around_their_median() -> None:
    found = control.weekly(
        np.array([9.0, 8, 1]), np.array([10.0, 10, 10]), is_share=True,
        judged=np.array([True, True, False]),
    )  # fmt: skip

    assert found.centre == pytest.approx(0.85)
    assert not found.has_limits
    assert np.isnan(found.low).all()
    assert control.variation(found, "higher") == "not judged"
    assert control.assurance(found, 0.9, "higher") == "not judged"


def test_weeks_of_a_cost_stand_around_the_ratio_of_sums() -> None:
    cost, delivered = np.array([100.0, 330] * 10), np.array([10.0, 30] * 10)

    found = control.weekly(cost, delivered, is_share=False)

    assert found.centre == pytest.approx(4_300 / 400)
    assert found.baseline == 20
    # weekly 10 and 11: every moving range is 1, 0.886525 after 1.128; sd = √(20·0.25/19)
    assert found.high[0] == pytest.approx(10.75 + 3 / 1.128)


@pytest.mark.parametrize(
    ("make", "numerators", "denominators", "message"),
    [
        (control.laney, [1, 2], [4, 0], "1 points have nothing to divide by; leave them out"),
        (control.xmr, [1], [4], "1 complete points in the baseline; at least 2 are needed"),
        (control.laney, [4, 4], [4, 4],
         "every case of the baseline is 1; limits need both outcomes"),
        (control.laney, [0, 0], [4, 4],
         "every case of the baseline is 0; limits need both outcomes"),
        (control.xmr, [8, 4], [4, 2],
         "all values of the baseline are equal; limits need values that vary"),
        (control.run_chart, [], [], "0 complete points in the baseline; at least 1 are needed"),
    ],
)  # fmt: skip
def test_what_cannot_carry_limits_is_refused_by_name(
    make: Callable[..., object], numerators: list[float], denominators: list[float], message: str
) -> None:
    with pytest.raises(NotEnoughDataError, match=f"^{message}$"):
        make(np.array(numerators, float), np.array(denominators, float))


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.integers(1, 40)).map(lambda t: (min(t), t[0] + t[1])),
        min_size=12,
        max_size=70,
    )
)
def test_counting_breaches_mirrors_counting_what_was_kept(rows: list[tuple[int, int]]) -> None:
    kept, due = np.array(rows, float).T

    up = control.weekly(kept, due, is_share=True)
    down = control.weekly(due - kept, due, is_share=True)

    assert list(up.high) == pytest.approx(list(1 - down.low), abs=1e-9)
    assert up.sigma == pytest.approx(down.sigma)
    assert all(
        0 <= low <= up.centre <= high <= 1 for low, high in zip(up.low, up.high, strict=True)
    )


def _chain() -> tuple[float, np.ndarray]:
    """Chance of one point inside 3 sigma, and steps between runs of 1 to 7 on one side."""
    inside, half = 1 - 2 * stats.norm.sf(3), stats.norm.cdf(3) - 0.5
    step = np.zeros((7, 7))
    step[range(6), range(1, 7)] = half
    step[:, 0] = half
    return inside, step


def _quiet(points: int) -> float:
    """Chance that so many points, limits known, show no signal."""
    inside, step = _chain()
    return float((np.eye(7)[0] * inside @ np.linalg.matrix_power(step, points - 1)).sum())


def test_the_rules_have_the_run_length_that_champ_and_woodall_published() -> None:
    """Shewhart limits with eight on one side: 152.73 points (Technometrics 29, 1987, table 1)."""
    inside, step = _chain()
    length = 1 + inside * np.linalg.solve(np.eye(7) - step, np.ones(7))[0]
    values = np.random.default_rng(1).standard_normal((40_000, 13))

    codes = signals.codes_of(values, values / 3, control.EIGHT_ON_ONE_SIDE)

    low, high = stats.binom.interval(0.999, len(values), _quiet(13))
    assert length == pytest.approx(152.73, abs=0.005)
    assert low <= np.sum(np.all(codes == 0, axis=1)) <= high


def test_the_stated_rate_after_a_long_baseline_is_that_of_known_limits() -> None:
    found = control.signal_rate(13, 400)

    # a run that ends among the 13 points began among the 20 last ones at the earliest
    assert 1 - _quiet(13) < found < 1 - _quiet(20)
    assert control.signal_rate(13, 26) > control.signal_rate(13, 52) > found


@pytest.mark.slow
@pytest.mark.parametrize(("baseline", "points"), [(52, 13), (52, 26), (26, 13)])
def test_a_process_in_control_signals_as_often_as_the_chart_says(
    baseline: int, points: int
) -> None:
    """Weeks of 1,500 deliveries with shocks: through Laney's chart, 1,000 worlds."""
    rng = np.random.default_rng(11)
    truth, rho, size, worlds = 0.93, 0.001, 1_500, 1_000
    week = rng.beta(
        truth * (1 / rho - 1), (1 - truth) * (1 / rho - 1), (worlds, baseline + points)
    )
    due = np.full(baseline + points, float(size))

    signalled = sum(
        any(control.laney(row, due, baseline=baseline).signals[baseline:])
        for row in rng.binomial(size, week).astype(float)
    )

    stated = control.signal_rate(points, baseline)
    interval = stats.binomtest(signalled, worlds).proportion_ci(0.999, "exact")
    assert interval.low <= stated <= interval.high


@pytest.mark.slow
def test_null_worlds_signal_no_more_often_than_the_chart_says() -> None:
    """200 samples of 40,000 in which nothing changes: 13 weeks after a year, by segment."""
    signalled, worlds = Counter[int](), 200
    for seed in range(1_000, 1_000 + worlds):
        for segment, kept, due in _null_world(seed):
            complete = due >= 30
            chart = control.weekly(kept, due, is_share=True, judged=complete)
            latest = np.flatnonzero(complete)[-13:]
            signalled[segment] += any(chart.signals[at] for at in latest)

    stated = control.signal_rate(13, 52)
    for count in signalled.values():
        interval = stats.binomtest(count, worlds).proportion_ci(0.999, "exact")
        assert interval.low <= stated <= interval.high
    assert len(signalled) == 5


def _null_world(seed: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Kept and due deliveries by whole week, of each segment."""
    options = world.Options(deliveries=40_000, seed=seed, null=True)
    who = customers.draw(options.deliveries, options.seed)
    columns = ("segment", "day", "is_late", "is_due")
    rows = pl.concat([world.quarter(who, options, at).select(columns) for at in range(8)])
    # the first day is a Tuesday
    weeks = rows.filter("is_due").with_columns(week=(pl.col("day") - pl.col("day").min() + 1) // 7)
    sums = weeks.group_by("segment", "week").agg(kept=(~pl.col("is_late")).sum(), due=pl.len())
    for (segment,), found in sums.sort("segment", "week").group_by("segment"):
        whole = found[1:-1].cast(pl.Float64)
        yield int(segment), whole["kept"].to_numpy(), whole["due"].to_numpy()
