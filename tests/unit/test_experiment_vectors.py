"""The experiments' estimators against figures that did not come from Doorstep."""

from collections.abc import Sequence

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments import (
    adjusted,
    clusters,
    heterogeneity,
    power,
    ranks,
    sequences,
    split,
    switchback,
)
from dashboard.stats.experiments.effects import Effect, welch
from dashboard.stats.experiments.moments import Moments
from dashboard.stats.experiments.shares import compare_shares
from tests.vector import column, expected, given_rows


def arms(folder: str, *names: str) -> list[list[np.ndarray]]:
    """Columns of the control and of the treatment arm."""
    rows = given_rows(folder)
    return [
        [np.array(column([r for r in rows if r["arm"] == arm], name)) for name in names]
        for arm in ("control", "treatment")
    ]


def counts(happened: float, total: float) -> Moments:
    """An arm whose units hold 0 or 1."""
    return Moments(total, happened, total, happened, happened, total)


def interval(found: Effect) -> tuple[float, float]:
    return found.low, found.high


@pytest.mark.parametrize("case", expected("01_ab_binary")["cases"])
def test_two_proportions_are_r_s_and_newcombe_s(case: dict) -> None:
    found = compare_shares(
        counts(case["x_control"], case["n_control"]),
        counts(case["x_treatment"], case["n_treatment"]),
    )

    assert found.estimate == pytest.approx(case["diff"], rel=1e-8)
    assert found.p_value == pytest.approx(case["p_pooled"], rel=1e-8)
    assert interval(found) == pytest.approx(case["newcombe_ci"], rel=1e-8)


def test_two_proportions_in_percent_are_gbstats() -> None:
    vector = expected("01_ab_binary")
    case, published = vector["cases"][2], vector["gbstats_cases"][2]

    found = compare_shares(
        counts(case["x_control"], case["n_control"]),
        counts(case["x_treatment"], case["n_treatment"]),
    )

    assert found.error == pytest.approx(published["absolute"]["se"], rel=1e-8)
    assert found.relative == pytest.approx(published["relative"]["estimate"], rel=1e-8)
    assert (found.relative_low, found.relative_high) == pytest.approx(
        published["relative"]["ci"], rel=1e-6
    )


def test_skewed_costs_are_compared_as_r_does() -> None:
    (y0,), (y1,) = arms("02_ab_mean_cuped", "cost")
    published = expected("02_ab_mean_cuped")

    found = welch(Moments.of(y0), Moments.of(y1))

    assert found.estimate == pytest.approx(published["welch"]["diff"], rel=1e-6)
    assert found.error == pytest.approx(published["welch"]["se"], rel=1e-6)
    assert found.freedom == pytest.approx(published["welch"]["df"], rel=1e-6)
    assert found.p_value == pytest.approx(published["welch"]["p"], rel=1e-6)
    assert interval(found) == pytest.approx(published["welch"]["ci"], rel=1e-6)
    relative = published["gbstats_unadjusted"]["relative"]
    assert found.relative == pytest.approx(relative["estimate"], rel=1e-6)
    assert (found.relative_low, found.relative_high) == pytest.approx(relative["ci"], rel=1e-6)


def test_adjustment_by_the_pre_period_is_lin_s_with_hc2() -> None:
    (y0, x0), (y1, x1) = arms("02_ab_mean_cuped", "cost", "cost_pre")
    published = expected("02_ab_mean_cuped")["lin_interacted"]

    found = adjusted.adjust((y0, x0), (y1, x1), welch(Moments.of(y0), Moments.of(y1)))

    assert found.estimate == pytest.approx(published["coef"], rel=1e-6)
    assert found.error == pytest.approx(published["se_hc2"], rel=1e-6)


def test_a_ratio_per_customer_has_the_delta_method_s_error() -> None:
    (y0, d0), (y1, d1) = arms("03_ab_ratio", "on_time", "deliveries")
    published = expected("03_ab_ratio")

    found = welch(Moments.of(y0, d0), Moments.of(y1, d1))

    assert (found.control, found.treatment) == pytest.approx(
        (published["control"]["est"], published["treatment"]["est"]), rel=1e-6
    )
    assert found.estimate == pytest.approx(published["diff"], rel=1e-6)
    assert found.error == pytest.approx(published["se_diff_linearised"], rel=1e-6)
    assert interval(found) == pytest.approx(published["gbstats_ratio"]["absolute"]["ci"], rel=1e-6)
    assert found.p_value == pytest.approx(published["gbstats_ratio"]["absolute"]["p"], rel=1e-6)
    assert found.error > 1.05 * published["naive_binomial_se"]


def test_every_daily_look_has_gbstats_sequence() -> None:
    vector = expected("04_ab_sequential")
    sums = {"control": np.zeros(2), "treatment": np.zeros(2)}
    looks = iter(vector["looks"])
    planned, alpha = vector["tuning_parameter_N_star"], vector["alpha"]
    first = None

    for row in given_rows("04_ab_sequential"):
        sums[row["arm"]] += [float(row["n"]), float(row["successes"])]
        if row["arm"] == "control":
            continue
        look = next(looks)
        n = sums["control"][0] + sums["treatment"][0]
        found = compare_shares(*(counts(x, size) for size, x in sums.values()))
        half = sequences.half_width(found.error, n, planned, alpha)
        p = sequences.p_value(found.estimate, found.error, n, planned, alpha)
        first = first or (look["day"] if p < alpha else None)

        assert n == look["n_total"]
        assert found.estimate - half == pytest.approx(look["seq_lo"], rel=1e-6)
        assert found.estimate + half == pytest.approx(look["seq_hi"], rel=1e-6)
        assert p == pytest.approx(look["seq_p"], rel=1e-6)

    assert first == vector["first_day_sequential_p_lt_05"]


@pytest.mark.parametrize("case", expected("05b_ab_srm")["cases"])
def test_the_sample_ratio_is_gbstats_and_kohavi_s(case: dict) -> None:
    found = split.sample_ratio(case["observed"], case["weights"])

    assert found.p_value == pytest.approx(case["p"], rel=1e-8)
    assert found.is_broken == case["alarm_0_001"]


def test_stars_are_compared_by_ranks_as_in_r() -> None:
    (control,), (treatment,) = arms("06_ab_ordinal", "csat")
    published = expected("06_ab_ordinal")["brunner_munzel"]

    found = ranks.compare_ranks(control, treatment)

    assert found.estimate + ranks.EVEN == pytest.approx(published["ps"], rel=1e-8)
    assert found.p_value == pytest.approx(published["p"], rel=1e-8)
    assert found.freedom == pytest.approx(published["df"], rel=1e-8)
    low, high = interval(found)
    assert (low + ranks.EVEN, high + ranks.EVEN) == pytest.approx(published["ci"], rel=1e-8)


def test_the_published_pain_scores_have_their_published_p_value() -> None:
    vector = expected("06b_ordinal_published")

    found = ranks.compare_ranks(np.array(vector["x"]), np.array(vector["y"]))

    assert found.p_value == pytest.approx(vector["p"], abs=1e-8)
    assert found.freedom == pytest.approx(vector["df"], abs=1e-8)
    assert found.estimate / found.error == pytest.approx(vector["statistic"], abs=1e-8)


def of_routes(metric: str) -> list[clusters.Clusters]:
    rows = given_rows("07_ab_cluster")
    found = []
    for arm in ("control", "treatment"):
        own = [row for row in rows if row["arm"] == arm]
        routes = np.array([row["route_id"] for row in own])
        found.append(clusters.Clusters.of(routes, np.array(column(own, metric))))
    return found


def test_routes_are_compared_with_clubsandwich_s_errors() -> None:
    published = expected("07_ab_cluster")["ols"]

    found = clusters.cr2(*of_routes("on_time"))

    assert found.estimate == pytest.approx(published["coef"], rel=1e-6)
    assert found.error == pytest.approx(published["se_CR2"], rel=1e-6)
    assert found.freedom == pytest.approx(published["df_satt"], rel=1e-6)
    assert found.p_value == pytest.approx(published["p_CR2"], rel=1e-6)


@pytest.mark.parametrize(
    ("metric", "key"), [("on_time", "cluster_means_ttest"), ("cost", "cluster_means_ttest_cost")]
)
def test_means_of_routes_are_compared_as_r_does(metric: str, key: str) -> None:
    published = expected("07_ab_cluster")[key]

    found = clusters.cluster_means(*of_routes(metric))

    assert found.estimate == pytest.approx(published["diff"], rel=1e-6)
    assert found.p_value == pytest.approx(published["p"], rel=1e-6)
    assert interval(found) == pytest.approx(published["ci"], rel=1e-6)


def test_dealing_the_routes_anew_agrees_with_their_t_test() -> None:
    found = clusters.randomisation_test(*of_routes("on_time"))

    assert found.p_value == pytest.approx(
        expected("07_ab_cluster")["cluster_means_ttest"]["p"], abs=0.02
    )
    assert found.low < 0 < found.high


def test_a_switchback_s_pairs_are_compared_as_in_r() -> None:
    pairs: dict[tuple[str, str], dict[str, float]] = {}
    for row in given_rows("08_ab_switchback"):
        share = float(row["on_time"]) / float(row["n"])
        pairs.setdefault((row["zone"], row["day"]), {})[row["arm"]] = share
    control, treatment = (
        np.array([pair[arm] for pair in pairs.values()]) for arm in ("control", "treatment")
    )
    published = expected("08_ab_switchback")

    found = switchback.compare_pairs(control, treatment)

    assert found.estimate == pytest.approx(published["mean_diff"], rel=1e-8)
    assert interval(found) == pytest.approx(published["paired_t"]["ci"], rel=1e-8)
    assert found.estimate / found.error == pytest.approx(published["paired_t"]["t"], rel=1e-8)
    assert found.p_value == pytest.approx(published["exact_sign_flip_p_two_sided"], abs=0.02)


def of_segments() -> tuple[list[Effect], list[list[float]]]:
    tables = [
        [float(row[f"{what}_{arm}"]) for arm in ("control", "treatment") for what in "xn"]
        for row in given_rows("09_ab_segments")
    ]
    return [compare_shares(counts(a, b), counts(c, d)) for a, b, c, d in tables], tables


def test_effects_by_segment_are_pooled_and_shrunken_as_metafor_does() -> None:
    effects, _ = of_segments()
    published = expected("09_ab_segments")
    estimates = np.array([one.estimate for one in effects])
    variances = np.array([one.error**2 for one in effects])

    found = heterogeneity.compare_segments(estimates, variances, [one.p_value for one in effects])

    assert estimates == pytest.approx(published["diff"], rel=1e-6)
    assert variances == pytest.approx(published["var"], rel=1e-6)
    assert found.p_values == pytest.approx(published["p_bh"], rel=1e-6)
    assert (found.fixed, found.fixed_error, found.q, found.q_p_value, found.i_squared) == (
        pytest.approx([published["fixed"][k] for k in ("est", "se", "Q", "Qp", "I2")], rel=1e-6)
    )
    assert (found.random, found.random_error, found.tau_squared) == pytest.approx(
        [published["random_DL"][k] for k in ("est", "se", "tau2")], rel=1e-6
    )
    assert found.shrunken == pytest.approx(published["shrunk_blup"], rel=1e-6)
    assert found.shrunken_errors == pytest.approx(published["shrunk_se"], rel=1e-6)
    assert found.differs


def test_the_segments_common_odds_ratio_is_mantel_and_haenszel_s() -> None:
    _, tables = of_segments()
    published = expected("09_ab_segments")["mantel_haenszel"]

    found = StratifiedTable([np.array([[c, d - c], [a, b - a]]) for a, b, c, d in tables])

    assert found.oddsratio_pooled == pytest.approx(published["or"], rel=1e-6)
    assert found.test_null_odds(correction=False).pvalue == pytest.approx(published["p"], rel=1e-6)


def test_equal_effects_have_no_negative_variance_between_them() -> None:
    found = heterogeneity.compare_segments(np.full(4, 0.02), np.full(4, 1e-4), [0.05] * 4)

    assert found.tau_squared == 0
    assert not found.differs
    assert found.shrunken == pytest.approx(np.full(4, 0.02))


@pytest.mark.parametrize("case", expected("10_ab_power")["cases"])
@pytest.mark.parametrize("share", [80, 90])
def test_units_for_shares_are_r_s(case: dict, share: int) -> None:
    found = power.units_for_shares(case["p1"], case["p2"], share / 100, 0.05)

    assert found == pytest.approx(case[f"n_per_arm_{share}"], rel=0.01)


def test_units_for_means_are_r_s() -> None:
    case = expected("10_ab_power")["ttest"]

    found = power.units_for_means(case["delta"], case["sd"], 0.8, 0.05)

    assert found == pytest.approx(case["n_per_arm_80"], abs=0.01)


def test_a_design_effect_worked_by_hand() -> None:
    assert power.design_effect(0.05, 21) == pytest.approx(2.0)


def one_each(values: Sequence[float]) -> Moments:
    return Moments.of(np.array(values))


def test_swapping_the_arms_turns_the_sign() -> None:
    one, other = one_each([1, 2, 3, 4.5]), one_each([2, 2, 5, 9])

    there, back = welch(one, other), welch(other, one)

    assert there.estimate == -back.estimate
    assert interval(there) == pytest.approx((-back.high, -back.low))
    assert there.p_value == pytest.approx(back.p_value)


def test_the_same_mix_turns_the_sign_of_the_published_admissions() -> None:
    published = expected("09b_simpson")
    rows = given_rows("09b_simpson")
    x_a, n_a, x_b, n_b = (np.array(column(rows, name)) for name in ("x_a", "n_a", "x_b", "n_b"))
    # a less b, as published: b is the control.
    effects = x_a / n_a - x_b / n_b

    found = heterogeneity.at_one_mix(effects, n_b, n_a)

    assert effects == pytest.approx(published["stratum_diff"], rel=1e-8)
    assert found == pytest.approx(published["mh_risk_difference"], rel=1e-8)
    assert (found * published["crude_diff"] < 0) == published["simpson_flag"]


def test_a_covariate_that_the_assignment_moved_is_refused() -> None:
    (_, before), (after, _) = arms("02_ab_mean_cuped", "cost", "cost_pre")

    adjusted.check_before(before, before + 0.01)
    with pytest.raises(NotEnoughDataError, match="measured after the assignment"):
        adjusted.check_before(before, after + 3)
