"""Intervals of figures and changes: against trusted libraries, properties, simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from dashboard.errors import NotEnoughDataError
from dashboard.stats import periods

WEEKS = 13


def test_weeks_that_scatter_less_than_chance_get_the_binomial_wilson_interval() -> None:
    kept, due = np.full(WEEKS, 90.0), np.full(WEEKS, 100.0)

    found = periods.ratio_interval(kept, due, share=True)

    as_t = 2 * stats.norm.sf(stats.t.ppf(0.975, WEEKS - 1))
    low, high = proportion_confint(1170, 1300, alpha=as_t, method="wilson")
    assert found.value == pytest.approx(0.9)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-10)


def test_with_equal_weeks_a_mean_has_students_interval_of_the_weekly_means() -> None:
    means = np.array([4.1, 4.4, 4.3, 3.9, 4.2, 4.6, 4.0, 4.5, 4.3, 4.2])

    found = periods.ratio_interval(means * 50, np.full(10, 50.0), share=False)

    low, high = stats.t.interval(0.95, 9, loc=means.mean(), scale=stats.sem(means))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-10)


def test_the_residual_variance_of_three_weeks_worked_by_hand() -> None:
    numerators, denominators = np.array([8.0, 12.0, 10.0]), np.array([10.0, 10.0, 20.0])

    found = periods.residual_variance(numerators, denominators)

    # R = 30/40; residuals 0.5, 4.5, -5; 3/2 x (0.25 + 20.25 + 25) / 1600
    assert found == pytest.approx(0.04265625, rel=1e-12)


def test_two_equal_spreads_give_the_pooled_t_test() -> None:
    now, then = np.array([5.0, 6, 7, 8, 9]), np.array([1.0, 2, 3, 4, 5])
    ones = np.ones(5)

    found = periods.difference(
        periods.ratio_interval(now, ones, share=False),
        periods.ratio_interval(then, ones, share=False),
    )

    expected = stats.ttest_ind(now, then)
    assert found.value == pytest.approx(4.0)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)


def test_autocorrelation_widens_the_interval_of_a_change() -> None:
    rng = np.random.default_rng(1)
    arms = [
        periods.ratio_interval(rng.normal(5, 1, WEEKS), np.ones(WEEKS), share=False)
        for _ in range(2)
    ]

    plain = periods.difference(*arms)
    wide = periods.difference(*arms, r=0.5)

    ratio = (wide.high - wide.low) / (plain.high - plain.low)
    assert ratio == pytest.approx(np.sqrt(3))


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        ([1.0, -1.0] * 10, 0.0),  # negative is clipped
        (list(np.repeat([1.0, -1.0], 10)), 0.5),  # 17/20 is clipped
        ([2.0, 1.0, 0.0, -1.0, -2.0], 0.4),  # (2 + 0 + 0 + 2) / 10
        ([5.0, 5.0, 5.0], 0.0),  # no scatter
        ([1.0, 2.0], 0.0),  # too short
    ],
)
def test_autocorrelation_of_weeks_worked_by_hand(weeks: list[float], expected: float) -> None:
    found = periods.autocorrelation(np.array(weeks), np.ones(len(weeks)))

    assert found == pytest.approx(expected)


@settings(max_examples=15)  # statsmodels collects garbage at every call
@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=12))
def test_holm_is_what_statsmodels_gives(p_values: list[float]) -> None:
    found = periods.holm(p_values)

    assert found == pytest.approx(list(multipletests(p_values, method="holm")[1]))


def test_holm_of_no_test_is_no_test() -> None:
    assert periods.holm([]) == []


@pytest.mark.parametrize(
    ("numerators", "denominators"), [([1.0], [2.0]), ([0.0, 3.0], [0.0, 0.0])]
)
def test_too_little_data_is_refused_by_name(
    numerators: list[float], denominators: list[float]
) -> None:
    with pytest.raises(NotEnoughDataError, match="anything to divide by; at least 2 are needed"):
        periods.ratio_interval(np.array(numerators), np.array(denominators), share=True)


def test_a_perfect_share_keeps_its_upper_limit_at_one() -> None:
    found = periods.ratio_interval(np.full(WEEKS, 50.0), np.full(WEEKS, 50.0), share=True)

    low, _ = proportion_confint(
        650, 650, alpha=2 * stats.norm.sf(stats.t.ppf(0.975, 12)), method="wilson"
    )
    assert (found.low, found.high) == pytest.approx((low, 1.0))


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda t: (min(t), max(t))),
        min_size=8,
        max_size=20,
    ).filter(lambda weeks: sum(d > 0 for _, d in weeks) > 1),
    st.randoms(),
)
def test_the_order_of_weeks_does_not_matter(weeks: list[tuple[int, int]], rng: object) -> None:
    shuffled = list(weeks)
    rng.shuffle(shuffled)  # ty: ignore[unresolved-attribute]

    found = [
        periods.ratio_interval(*np.array(rows, float).T, share=True) for rows in (weeks, shuffled)
    ]

    assert found[0].value == pytest.approx(found[1].value)
    assert found[0].low == pytest.approx(found[1].low, abs=1e-9)
    assert 0 <= found[0].low <= found[0].value <= found[0].high <= 1


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """4,000 quarters whose weeks have shocks: 94 to 96 % are covered."""
    rng = np.random.default_rng(20260930)
    truth, rho, size, draws = 0.93, 0.002, 600, 4_000
    week = rng.beta(truth * (1 / rho - 1), (1 - truth) * (1 / rho - 1), (draws, WEEKS))
    kept = rng.binomial(size, week)
    due = np.full(WEEKS, float(size))

    found = [periods.ratio_interval(row, due, share=True) for row in kept]

    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.94 <= covered <= 0.96


def test_a_null_change_is_called_a_change_about_as_rarely_as_it_says() -> None:
    """2,000 pairs of equal quarters with weekly shocks: one in twenty comes out below 5 %."""
    rng = np.random.default_rng(7)
    truth, rho, size, draws = 0.93, 0.002, 600, 2_000
    week = rng.beta(truth * (1 / rho - 1), (1 - truth) * (1 / rho - 1), (draws, 2, WEEKS))
    kept = rng.binomial(size, week)
    due = np.full(WEEKS, float(size))

    p_values = [
        periods.difference(*(periods.ratio_interval(q, due, share=True) for q in pair)).p_value
        for pair in kept
    ]

    false_alarms = int(np.sum(np.array(p_values) < 0.05))
    low, high = stats.binom.interval(0.999, draws, 0.05)
    assert low <= false_alarms <= high
