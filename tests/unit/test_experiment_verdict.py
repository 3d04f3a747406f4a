"""The verdict's rules, one by one, and what the estimators refuse."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments import adjusted, clusters, heterogeneity, power, ranks, split
from dashboard.stats.experiments.effects import welch
from dashboard.stats.experiments.moments import Moments
from dashboard.stats.experiments.power import Course
from dashboard.stats.experiments.shares import compare_shares
from dashboard.stats.experiments.switchback import compare_pairs
from dashboard.stats.experiments.verdict import (
    VERDICTS,
    Evidence,
    Verdict,
    is_early_at,
    judge,
    share_still_needed,
    verdict,
)

ENDED = Evidence(
    is_broken=False,
    is_unjudged=False,
    is_harmed=False,
    is_worse=False,
    is_early=False,
    is_over=True,
    is_enough=True,
    guards_hold=True,
    estimate=0.02,
    low=0.01,
    high=0.03,
    worthwhile=0.005,
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"is_broken": True, "is_harmed": True}, "Do not use"),
        ({"is_unjudged": True, "is_harmed": True}, "No verdict"),
        ({"is_harmed": True, "is_worse": True}, "Stop: harm"),
        ({"is_worse": True, "is_early": True}, "Stop: worse"),
        ({"is_early": True, "is_over": False}, "Ship early"),
        ({"is_over": False, "guards_hold": False}, "Keep running"),
        ({"is_enough": False}, "No verdict"),
        ({"guards_hold": False}, "Hold"),
        ({}, "Ship"),
        ({"worthwhile": 0.02}, "Ship"),
        ({"worthwhile": 0.025}, "Ship if cheap"),
        ({"worthwhile": 0.03}, "Ship if cheap"),
        ({"worthwhile": 0.04}, "Real but too small"),
        ({"estimate": -0.02, "low": -0.03, "high": -0.01}, "Stop: worse"),
        ({"estimate": 0.0, "low": -0.004, "high": 0.004}, "Stop: no worthwhile effect"),
        ({"estimate": 0.0, "low": -0.01, "high": 0.01}, "Inconclusive"),
    ],
)
def test_the_first_rule_that_holds_wins(changed: dict[str, float], said: Verdict) -> None:
    assert verdict(replace(ENDED, **changed)) == said  # ty: ignore[invalid-argument-type]


def test_many_experiments_are_judged_as_each_alone() -> None:
    lows, highs = np.array([0.01, -0.01, -0.03]), np.array([0.03, 0.01, -0.01])

    found = judge(replace(ENDED, estimate=(lows + highs) / 2, low=lows, high=highs))

    assert [VERDICTS[place] for place in found] == ["Ship", "Inconclusive", "Stop: worse"]


@given(st.floats(-1, 1), st.floats(0.001, 1), st.floats(0, 1))
def test_nothing_ships_whose_interval_holds_no_effect(
    estimate: float, half: float, worthwhile: float
) -> None:
    low, high = estimate - half, estimate + half
    found = verdict(replace(ENDED, estimate=estimate, low=low, high=high, worthwhile=worthwhile))

    assert found.startswith("Ship") <= (low > 0)


def test_an_early_end_needs_minimums_and_guardrails() -> None:
    found = is_early_at(
        np.array([0.1, 0.1, 0.1, 0.0]),
        np.array([True, False, True, True]),
        np.array([True, True, False, True]),
    )

    assert found.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("estimate", "low", "high", "needed"),
    [
        (0.01, -0.01, 0.03, 4.0),  # half 0.02 must shrink to 0.01
        (0.004, -0.016, 0.024, (0.02 / 0.006) ** 2),  # … to d - estimate = 0.006
        (0.0, -0.01, 0.03, None),
    ],
)
def test_how_much_more_would_decide_worked_by_hand(
    estimate: float, low: float, high: float, needed: float | None
) -> None:
    open_ = replace(ENDED, estimate=estimate, low=low, high=high, worthwhile=0.01)

    found = share_still_needed(open_)

    assert found == (needed if needed is None else pytest.approx(needed))


def test_the_foreseen_verdicts_add_up_and_grow_with_the_effect() -> None:
    found = [power.foreseen(Course(e, 0.01, 0.01, 2_000, 8)) for e in (0.0, 0.03)]

    ships = [sum(p for name, p in one.items() if name.startswith("Ship")) for one in found]
    assert [sum(one.values()) for one in found] == pytest.approx([1, 1])
    assert ships[0] <= 0.035
    assert ships[1] == pytest.approx(power.power_of(0.03, 0.01), abs=0.02)


def clusters_of(*means: float) -> clusters.Clusters:
    return clusters.Clusters(np.array(means), np.ones(len(means)))


def test_few_clusters_are_dealt_anew_and_many_are_not() -> None:
    few = [clusters_of(1, 2, 3, 4, 5.5), clusters_of(7, 8, 9, 10, 12)]
    many = [clusters_of(*np.arange(12.0)), clusters_of(*np.arange(3.0, 15.0))]

    dealt, robust = (clusters.compare_clusters(*arms) for arms in (few, many))

    # All 5 treated above all 5 others: the two most extreme of 252 deals.
    assert dealt.p_value == pytest.approx(2 / 252)
    assert dealt.method == "randomisation test of cluster means"
    assert dealt.low < dealt.estimate < dealt.high
    assert "CR2" in robust.method


NOT_0_OR_1 = Moments(10, 12, 10, 20, 12, 10)
REPEATED = Moments(10, 12, 20, 15, 25, 45)
SAME = Moments(10, 10, 10, 10, 10, 10)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            lambda: compare_shares(SAME, REPEATED),
            "10 units hold 20 observations; a row-level test needs one each, so compare them "
            "as a ratio of sums per unit",
        ),
        (
            lambda: compare_shares(SAME, NOT_0_OR_1),
            "a share's units hold values other than 0 and 1; compare them as a mean",
        ),
        (
            lambda: compare_shares(SAME, SAME),
            "every unit of both arms has the same value; a metric that varies is needed",
        ),
        (
            lambda: welch(SAME, SAME),
            "every unit of both arms has the same value; a metric that varies is needed",
        ),
        (
            lambda: welch(Moments.of(np.ones(1)), SAME),
            "1 units with 1 to divide by in an arm; at least 2 units and something to divide "
            "by are needed",
        ),
        (
            lambda: clusters.compare_clusters(clusters_of(1, 2, 3), clusters_of(4)),
            "3 and 1 clusters were randomised; no verdict can be given below 4 in each arm",
        ),
        (
            lambda: clusters.randomisation_test(clusters_of(1, 2), clusters_of(3, 4)),
            "2 and 2 clusters can be dealt in too few ways for an interval of 95%; more "
            "clusters are needed",
        ),
        (
            lambda: clusters.cr2(clusters_of(1), clusters_of(4, 5)),
            "1 clusters in an arm; at least 2 are needed",
        ),
        (
            lambda: compare_pairs(np.arange(5.0), np.ones(5)),
            "5 pairs of blocks; at least 6 are needed",
        ),
        (
            lambda: compare_pairs(np.arange(8.0), np.arange(8.0) + 1),
            "all 8 pairs differ by the same; a metric that varies is needed",
        ),
        (
            lambda: ranks.compare_ranks(np.full(9, 5.0), np.full(9, 5.0)),
            "9 and 9 answers, or all of them equal; answers that differ are needed in both arms",
        ),
        (
            lambda: ranks.compare_ranks(np.array([1.0, 1.0]), np.array([2.0, 2.0])),
            "every treated answer lies on one side of every other; the ranks have no spread to "
            "test by, so more answers are needed",
        ),
        (
            lambda: split.sample_ratio([10], [1]),
            "1 arms with 10 units; two arms with units are needed",
        ),
        (
            lambda: adjusted.linearised(np.ones(3), np.zeros(3)),
            "3 units with 0 to divide by; something to divide by is needed",
        ),
        (
            lambda: heterogeneity.compare_segments(np.ones(1), np.ones(1), [0.5]),
            "1 segments with an effect and a variance; at least 2 are needed",
        ),
        (
            lambda: power.units_for_shares(0.9, 1.0, 0.8, 0.05),
            "shares of 0.9 and 1; two different ones between 0 and 1 are needed",
        ),
        (
            lambda: power.units_for_means(0, 1, 0.8, 0.05),
            "an effect of 0 where units vary by 1; both are needed",
        ),
    ],
)
def test_what_the_data_cannot_carry_is_refused_by_name(asked: object, says: str) -> None:
    with pytest.raises(NotEnoughDataError) as refused:
        asked()  # ty: ignore[call-non-callable]

    assert str(refused.value) == says


def test_a_covariate_that_does_not_vary_is_refused() -> None:
    y, x = np.arange(40.0), np.ones(40)
    plain = welch(Moments.of(y), Moments.of(y + 1))

    with pytest.raises(NotEnoughDataError, match="the covariate does not vary"):
        adjusted.adjust((y, x), (y + 1, x), plain)
    with pytest.raises(NotEnoughDataError, match="at least 30 units"):
        adjusted.adjust((y[:9], y[:9]), (y, x), plain)


def test_a_ratio_linearised_has_the_ratio_as_its_mean_and_the_delta_method_s_variance() -> None:
    rng = np.random.default_rng(3)
    d = rng.integers(1, 6, 200).astype(float)
    y = rng.binomial(d.astype(int), 0.9).astype(float)

    found = adjusted.linearised(y, d)

    moments = Moments.of(y, d)
    assert found.mean() == pytest.approx(y.sum() / d.sum())
    assert found.var(ddof=1) / len(d) == pytest.approx(float(moments.variance))


def test_sums_of_parts_are_the_sums_of_the_whole() -> None:
    y, d = np.arange(10.0), np.arange(1.0, 11.0)

    found = Moments.of(y[:4], d[:4]) + Moments.of(y[4:], d[4:])

    assert vars(found) == pytest.approx(vars(Moments.of(y, d)))
