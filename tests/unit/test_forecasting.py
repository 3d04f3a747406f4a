"""Forecasts: against R, utilsforecast, hierarchicalforecast, closed forms and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.errors import NotEnoughDataError
from dashboard.stats.forecasting import (
    accuracy,
    capacity,
    intervals,
    naive,
    reconciling,
    series,
    tracking,
    value_added,
)
from tests.vector import column, expected, given_rows

CLOSE = 1e-8


def close(value: object) -> object:
    return pytest.approx(value, rel=CLOSE, abs=1e-9)


def split(rows: list[dict[str, str]], part: str, name: str = "y") -> np.ndarray:
    return np.array(column([row for row in rows if row["split"] == part], name))


@pytest.mark.parametrize("method", ["mean", "naive", "snaive"])
def test_accuracy_of_the_wine_series_is_what_r_gives(method: str) -> None:
    rows = given_rows("11_forecast_fpp")
    training, actual = split(rows, "train"), split(rows, "test")
    ahead = np.arange(len(actual))
    said = {
        "mean": np.full(len(actual), training.mean()),
        "naive": np.full(len(actual), training[-1]),
        "snaive": training[len(training) - 12 + ahead % 12],
    }[method]

    off = accuracy.errors(actual, said)
    per_cent = accuracy.percentage_errors(actual, said)
    found = {
        "ME": -off.mean(),
        "RMSE": np.sqrt(np.mean(off**2)),
        "MAE": np.abs(off).mean(),
        "MPE": -per_cent.mean(),
        "MAPE": np.abs(per_cent).mean(),
        "MASE": accuracy.mase(actual, said, accuracy.scale(training, 12)),
    }

    assert found == close(expected("11_forecast_fpp")["test"][method])


@pytest.fixture(scope="module")
def four() -> dict[str, list[dict[str, str]]]:
    """Rows of four series, the last with days of no demand."""
    rows = given_rows("12_forecast_eval")
    names = sorted({row["unique_id"] for row in rows})
    return {name: [row for row in rows if row["unique_id"] == name] for name in names}


def forecast_of(rows: list[dict[str, str]], model: str) -> np.ndarray:
    if model != "snaive":
        return split(rows, "test", model)
    training = split(rows, "train")
    ahead = np.arange(len(split(rows, "test")))
    return training[len(training) - 7 + ahead % 7]


@pytest.mark.parametrize("model", ["model_a", "model_b", "snaive"])
@pytest.mark.parametrize("name", ["s0", "s1", "s2", "s3"])
def test_each_series_is_what_utilsforecast_gives(
    four: dict[str, list[dict[str, str]]], name: str, model: str
) -> None:
    told, rows = expected("12_forecast_eval"), four[name]
    actual, said = split(rows, "test"), forecast_of(rows, model)
    by = accuracy.scale(split(rows, "train"), 7)
    off = accuracy.errors(actual, said)

    found = {
        "mae": np.abs(off).mean(),
        "rmse": np.sqrt(np.mean(off**2)),
        "bias": off.mean(),
        "cfe": off.sum(),
        "wape": accuracy.wape(actual, said),
        "smape_half": accuracy.smape_m4(actual, said) / 200,
        "mase": accuracy.mase(actual, said, by),
        "rmsse": accuracy.rmsse(actual, said, by),
    }

    assert found == close({key: told[key][name][model] for key in found})


@pytest.mark.parametrize("name", ["s0", "s1", "s2", "s3"])
def test_ranges_and_tracking_are_what_the_vector_gives(
    four: dict[str, list[dict[str, str]]], name: str
) -> None:
    told, rows = expected("12_forecast_eval"), four[name]
    actual = split(rows, "test")
    low, high = split(rows, "test", "model_a_q10"), split(rows, "test", "model_a_q90")

    covered = intervals.coverage(actual, low, high)

    assert intervals.pinball(actual, low, 0.1) == close(told["pinball_q10"][name])
    assert intervals.pinball(actual, high, 0.9) == close(told["pinball_q90"][name])
    assert covered.share == close(told["coverage_80"][name])
    assert covered.low < covered.share < covered.high
    signal = tracking.tracking_signal(actual, split(rows, "test", "model_a"))
    assert signal == close(told["tracking_signal_model_a"][name])


@pytest.mark.parametrize("model", ["model_a", "model_b", "snaive"])
def test_pooled_figures_sum_before_they_divide(
    four: dict[str, list[dict[str, str]]], model: str
) -> None:
    told = expected("12_forecast_eval")
    actual = [split(rows, "test") for rows in four.values()]
    said = [forecast_of(rows, model) for rows in four.values()]
    plain = [forecast_of(rows, "snaive") for rows in four.values()]
    flat = [np.concatenate(one) for one in (actual, plain, said)]
    weeks = np.tile(np.repeat(np.arange(4), 7), 4)

    gained = value_added.value_added(*flat, weeks)

    pooled = told["pooled"][model]
    assert accuracy.wape(flat[0], flat[2]) == close(pooled["pooled_wape"])
    assert accuracy.bias(flat[0], flat[2]) == close(pooled["pooled_bias_pct"])
    assert accuracy.wape(sum(actual), sum(said)) == close(pooled["wape_of_total"])
    assert gained.value == close(told["fva_wape_points_vs_snaive"][model])
    assert (gained.weeks, gained.verdict) == (4, "too few weeks")


def test_a_percentage_of_nothing_is_refused_not_dropped(
    four: dict[str, list[dict[str, str]]],
) -> None:
    actual = split(four["s3"], "test")
    zeros = int(np.sum(actual == 0))

    with pytest.raises(NotEnoughDataError, match=f"{zeros} of 28 actuals are 0, so MAPE is undef"):
        accuracy.percentage_errors(actual, actual + 1)
    with pytest.raises(NotEnoughDataError, match="every actual is 0; an error in per cent needs"):
        accuracy.wape(np.zeros(3), np.ones(3))
    assert accuracy.smape_m4(np.array([0.0, 0.0]), np.array([0.0, 5.0])) == 100


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ([1.0] * 7, "7 values to learn from; more than one season of 7 is needed"),
        ([float(n % 7) for n in range(28)], "every season repeats the one before; MASE needs"),
    ],
)
def test_no_scale_where_nothing_can_be_learnt(training: list[float], message: str) -> None:
    with pytest.raises(NotEnoughDataError, match=message):
        accuracy.scale(np.array(training), 7)


def test_pairs_must_align_and_be_known() -> None:
    with pytest.raises(NotEnoughDataError, match="2 actuals beside 1 forecasts; as many of both"):
        accuracy.errors(np.ones(2), np.ones(1))
    with pytest.raises(NotEnoughDataError, match="1 of 2 pairs lack a value; leave them out"):
        accuracy.errors(np.array([1.0, np.nan]), np.ones(2))
    with pytest.raises(NotEnoughDataError, match="no forecast has both a lower and an upper end"):
        intervals.coverage(np.ones(2), np.full(2, np.nan), np.ones(2))


@pytest.mark.parametrize(
    ("lead", "lag", "back"),
    [(1, 0, 7), (7, 0, 7), (7, 1, 14), (8, 0, 14), (28, 0, 28), (28, 2, 35)],
)
def test_the_naive_forecast_looks_back_whole_weeks_worked_by_hand(
    lead: int, lag: int, back: int
) -> None:
    assert naive.steps_back(lead, 7, lag) == back


@given(some.integers(1, 40), some.integers(0, 5), some.integers(1, 60))
def test_the_naive_forecast_never_sees_the_future(lead: int, lag: int, at: int) -> None:
    values = np.arange(80.0)
    changed = values.copy()
    changed[max(at - lead - lag + 1, 0) :] = -1

    before, after = (naive.seasonal_naive(one, lead, 7, lag)[at] for one in (values, changed))

    assert before == after or np.isnan(before)


def test_a_naive_forecast_without_a_lead_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="lead 0, season 7 and data lag 0; a lead and"):
        naive.steps_back(0)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(13.0), "too short"),
        (np.where(np.arange(28) % 5 == 0, np.nan, 3.0), "gaps"),
        (np.zeros(28), "all zero"),
        (np.full(28, 4.0), "constant"),
        (np.arange(28.0), "usable"),
    ],
)
def test_each_kind_of_series_has_its_rule(values: np.ndarray, kind: str) -> None:
    found = series.judged(values, 7)

    assert found.kind == kind
    if kind != "usable":
        with pytest.raises(NotEnoughDataError, match=found.why.replace("(", r"\(")):
            series.filled(values, 7)


def test_a_gap_is_filled_from_the_same_weekday() -> None:
    values = np.array([10.0, 1, 2, 3, 4, 5, 6] * 3)
    values[7] = np.nan
    values[14] = 30

    assert series.filled(values, 7)[7] == 20


def test_value_added_is_the_gap_and_its_t_interval_worked_by_hand() -> None:
    actual, plain = np.full(28, 100.0), np.full(28, 110.0)
    better = np.where(np.arange(28) % 2, 102.0, 106.0)

    found = value_added.value_added(actual, plain, better, np.arange(28))

    # gains of 8 and 4 points in turn: mean 6, sd 2.037, t(27) = 2.0518, half 0.79
    assert found.value == pytest.approx(0.06)
    assert (found.low, found.high) == pytest.approx((0.05210, 0.06790), abs=1e-5)
    assert found.verdict == "helps"
    swapped = value_added.value_added(actual, better, plain, np.arange(28))
    assert (swapped.value, swapped.verdict) == (pytest.approx(-0.06), "harms")


def test_labels_may_stand_for_more_weeks_than_one() -> None:
    actual, plain = np.full(28, 100.0), np.full(28, 110.0)
    better = np.where(np.arange(28) % 2, 102.0, 106.0)

    one = value_added.value_added(actual, plain, better, np.arange(28) // 2, weeks_each=2)
    few = value_added.value_added(actual, plain, better, np.arange(28) // 2)

    assert (one.weeks, one.verdict) == (28, "helps")
    assert (few.weeks, few.verdict, few.value) == (14, "too few weeks", one.value)


def test_a_sure_but_tiny_gain_is_no_clear_difference() -> None:
    actual, plain = np.full(30, 1000.0), np.full(30, 1010.0)

    found = value_added.value_added(actual, plain, plain - 4, np.arange(30))

    assert found.low is not None
    assert found.low > 0
    assert found.verdict == "no clear difference"


def test_comparisons_read_together_are_one_family_worked_by_hand() -> None:
    def one(value: float, p_value: float | None, weeks: int = 30) -> value_added.ValueAdded:
        limits = (None, None) if p_value is None else (value - 0.01, value + 0.01)
        return value_added.ValueAdded(value, *limits, p_value, weeks, "too few weeks")

    found = value_added.together(
        [one(0.05, 0.02), one(-0.05, 0.01), None, one(0.05, 0.001, 25), one(0.004, 0.001),
         one(0.05, 0.03), one(-0.05, None, 1)]
    )  # fmt: skip

    # four have the weeks. Holm: 4 · 0.001 but within the dead zone; 3 · 0.01 = 0.03;
    # 2 · 0.02 = 0.04; 0.03, raised to the 0.04 before it
    assert [one and one.verdict for one in found] == [
        "helps", "harms", None, "too few weeks", "no clear difference", "helps", "too few weeks",
    ]  # fmt: skip
    five = value_added.together([one(0.05, 0.02), *[one(0.05, 0.5)] * 4])
    assert five[0] is not None
    assert five[0].verdict == "no clear difference"  # 5 · 0.02
    assert (five[0].low, five[0].high) == (0.04, 0.060000000000000005)


def test_one_week_has_no_interval_and_no_volume_no_value() -> None:
    found = value_added.value_added(np.ones(3), np.ones(3), np.zeros(3), np.zeros(3))

    assert (found.value, found.low, found.verdict) == (-1, None, "too few weeks")
    with pytest.raises(NotEnoughDataError, match="nothing came in the weeks compared"):
        value_added.value_added(np.zeros(3), np.ones(3), np.ones(3), np.arange(3))


def test_of_null_comparisons_about_one_in_twenty_looks_different() -> None:
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(200):
        shock = np.repeat(rng.normal(0, 30, 52), 7)
        actual = 1000 + shock + rng.normal(0, 50, 364)
        one, other = (1000 + rng.normal(0, 50, 364) for _ in range(2))
        found = value_added.value_added(actual, one, other, np.repeat(np.arange(52), 7))
        assert found.p_value is not None
        wrong += found.p_value < 0.05

    assert wrong <= 21  # the exact 99.9 % limit of 5 % in 200


def test_the_alarm_is_the_rule_worked_by_hand() -> None:
    base = np.array([10.0, -10.0] * 13)

    quiet = tracking.alarm(np.concatenate([base, np.full(13, 10.4)]))
    loud = tracking.alarm(np.concatenate([base, np.full(13, -10.5)]))

    # 3 · 1.253 · 10 · √13 = 135.53; 13 · 10.4 = 135.2; 13 · 10.5 = 136.5
    assert quiet.limit == pytest.approx(135.532, abs=1e-3)
    assert not quiet.rings
    assert loud.rings
    assert loud.total == pytest.approx(-136.5)


def test_the_alarm_rings_by_chance_in_few_windows() -> None:
    rng = np.random.default_rng(3)

    rung = sum(tracking.alarm(rng.normal(0, 10, 39)).rings for _ in range(1000))

    assert rung <= 20  # 0.3 % were MAD known, about 0.7 % with MAD of 26 weeks


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (np.ones(38), "38 complete weeks; the alarm needs 39"),
        (np.zeros(39), "no error in the 26 weeks before; the alarm needs some"),
    ],
)
def test_an_alarm_without_a_base_is_refused(errors: np.ndarray, message: str) -> None:
    with pytest.raises(NotEnoughDataError, match=message):
        tracking.alarm(errors)


def test_no_error_has_no_tracking_signal() -> None:
    with pytest.raises(NotEnoughDataError, match="every forecast was exact; a tracking signal"):
        tracking.tracking_signal(np.ones(3), np.ones(3))


@pytest.mark.parametrize("method", ["ols", "wls_struct", "wls_var"])
def test_reconciled_forecasts_are_what_mintrace_gives(method: str) -> None:
    told, rows = expected("13_reconcile"), given_rows("13_reconcile")
    leaves = [tuple(name.split("/")) for name in told["bottom"]]
    nodes, summing = reconciling.summing_matrix(leaves)
    variance = {
        "ols": None,
        "wls_struct": reconciling.structural_variance(summing),
        "wls_var": np.array(column(rows, "resid_var")),
    }[method]

    found = reconciling.reconcile(np.array(column(rows, "base_forecast")), summing, variance)

    named = ["/".join(filter(None, node)) or "total" for node in nodes]
    assert named == told["nodes"]
    assert list(found) == close(told[method])
    assert summing @ found[:4] == pytest.approx(found, abs=1e-6)


@given(some.lists(some.floats(-50, 500), min_size=9, max_size=9))
def test_reconciled_forecasts_add_up_and_are_never_negative(base: list[float]) -> None:
    _, summing = reconciling.summing_matrix([("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")])

    found = reconciling.reconcile(np.array(base), summing)

    assert np.all(found >= -1e-9)
    assert summing @ found[:4] == pytest.approx(found, abs=1e-6)


def test_reconciling_without_forecasts_or_variances_is_refused() -> None:
    _, summing = reconciling.summing_matrix([("a",), ("b",)])

    with pytest.raises(NotEnoughDataError, match="2 forecasts for 3 nodes; each needs one"):
        reconciling.reconcile(np.array([1, 2, np.nan]), summing)
    with pytest.raises(NotEnoughDataError, match="a node has no variance above 0; each needs one"):
        reconciling.reconcile(np.ones(3), summing, np.zeros(3))


def test_the_newsvendor_is_the_closed_form() -> None:
    told = expected("28_newsvendor")
    mean, sd, under, over = told["params"].values()

    found = capacity.normal_plan(mean, sd, under, over)

    assert found.ratio == close(told["critical_ratio"])
    assert found.z == close(told["z"])
    assert found.capacity == close(told["optimal_capacity"])
    assert found.cost == close(told["expected_cost_at_optimum"])
    at_mean = capacity.normal_cost(mean, mean, sd, (under, over))
    assert at_mean == close(told["expected_cost_at_mean_forecast"])


def test_the_empirical_quantile_is_an_order_statistic() -> None:
    told = expected("28_newsvendor")
    case = told["empirical"]
    errors = np.array(case["errors_actual_minus_forecast"])
    ratios = np.repeat(1 + errors / case["forecast"], 2)  # 26 are needed, 20 are given

    found = capacity.demand(ratios, np.zeros(len(ratios), bool))

    factor = found.quantile(told["critical_ratio"])
    assert factor is not None
    assert factor * case["forecast"] == close(case["capacity"])


def test_days_cut_off_by_capacity_raise_the_plan_instead_of_lowering_it() -> None:
    rng = np.random.default_rng(1)
    wanted = rng.normal(1, 0.1, 4000)
    limit = 1.05
    seen, cut = np.minimum(wanted, limit), wanted >= limit

    true = np.quantile(wanted, 0.6)
    found = capacity.demand(seen, cut)
    dropped = capacity.demand(seen[~cut], np.zeros(int(np.sum(~cut)), bool))

    assert found.quantile(0.6) == pytest.approx(true, abs=0.01)
    assert dropped.quantile(0.6) < true - 0.02
    assert found.quantile(0.9) is None  # beyond what was ever seen


@given(some.floats(0.8, 1.3))
def test_no_plan_is_expected_to_cost_less_than_the_critical_quantile(factor: float) -> None:
    ratios = np.linspace(0.8, 1.3, 101)
    found = capacity.demand(ratios, np.zeros(101, bool))
    best = found.quantile(capacity.critical_ratio(3, 1))

    assert best is not None
    least = capacity.expected_cost(best, found, (3, 1))
    assert least <= capacity.expected_cost(factor, found, (3, 1)) + 1e-12


@pytest.mark.parametrize(
    ("ratios", "capped", "message"),
    [
        (np.ones(25), np.zeros(25), "25 days with a forecast and an actual; 26 are needed"),
        (np.ones(26), np.ones(26), "every day came to its capacity; what would have come"),
    ],
)
def test_too_few_days_carry_no_capacity(
    ratios: np.ndarray, capped: np.ndarray, message: str
) -> None:
    with pytest.raises(NotEnoughDataError, match=message):
        capacity.demand(ratios, capped)


def test_costs_below_nothing_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="costs of 0 under and 0 over; neither below 0"):
        capacity.critical_ratio(0, 0)
