"""Rates compared exactly, held against statsmodels and R."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.rates import test_poisson_2indep as poisson_test

from dashboard.errors import NotEnoughDataError
from dashboard.stats.rates import benjamini_hochberg, rate_ratio

VECTORS = Path(__file__).parents[1] / "vectors"
COUNTS = st.integers(0, 60)
EXPOSURES = st.floats(1, 1e5)


@given(COUNTS, EXPOSURES, COUNTS, EXPOSURES)
def test_the_p_value_is_that_of_statsmodels_exact_conditional_test(
    now: int, exposure: float, before: int, earlier: float
) -> None:
    assume(before > 0)
    reference = poisson_test(
        now, exposure, before, earlier, method="exact-cond", alternative="larger"
    )

    found = rate_ratio((now, exposure), (before, earlier))

    assert found.p_risen == pytest.approx(reference.pvalue, rel=1e-6, abs=1e-12)


@given(COUNTS, EXPOSURES, COUNTS, EXPOSURES)
def test_the_interval_holds_the_ratio_and_turns_over_with_the_periods(
    now: int, exposure: float, before: int, earlier: float
) -> None:
    assume(now > 0 and before > 0)

    found = rate_ratio((now, exposure), (before, earlier))
    turned = rate_ratio((before, earlier), (now, exposure))

    assert found.low <= found.value <= found.high
    assert (found.low, found.high) == pytest.approx((1 / turned.high, 1 / turned.low), rel=1e-6)


def test_four_against_thirty_in_a_thousand_worked_by_hand() -> None:
    found = rate_ratio((30, 1_000), (4, 1_000))

    # Given 34 cases, 30 or more in one of two equal halves: (C(34,30)+…+C(34,34)) / 2^34.
    assert found.value == 7.5
    assert found.p_risen == pytest.approx((46_376 + 5_984 + 561 + 34 + 1) / 2**34)


def test_the_interval_covers_the_true_ratio_at_least_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    draws = zip(rng.poisson(8, 4_000), rng.poisson(10, 4_000), strict=True)

    ratios = [rate_ratio((int(x), 800), (int(y), 1_000)) for x, y in draws if x + y]
    covered = np.mean([found.low <= 1 <= found.high for found in ratios])

    assert covered >= 0.94  # exact limits are wide; 94 % is the least the rules accept


@pytest.mark.parametrize(("now", "before"), [((0, 5), (0, 5)), ((1, 0), (1, 5)), ((1, 5), (1, 0))])
def test_nothing_to_compare_is_refused(now: tuple[int, float], before: tuple[int, float]) -> None:
    with pytest.raises(NotEnoughDataError, match="both need some"):
        rate_ratio(now, before)


def test_what_never_happened_before_has_no_upper_limit() -> None:
    found = rate_ratio((3, 10), (0, 10))

    assert (found.value, found.high) == (float("inf"), float("inf"))
    assert found.low > 0


def test_the_published_vector_of_corrected_p_values() -> None:
    path = VECTORS / "05_ab_multiplicity" / "expected.json"
    expected = json.loads(path.read_text())["expected"]

    assert benjamini_hochberg(expected["p"]) == pytest.approx(expected["bh"], abs=1e-10)
    assert benjamini_hochberg([]) == []


def test_in_a_null_world_something_emerges_in_no_more_than_one_of_ten_families() -> None:
    """Sixty zones, ten themes, route-days that share their luck; 400 quarters."""
    rng = np.random.default_rng(2)
    rates = np.array([10, 8, 4, 3, 3, 2, 2, 1, 1, 0.5]) / 1_000
    exposures = rng.integers(300, 2_000, 60)
    alarms = 0
    for _ in range(400):
        luck = rng.lognormal(0, 0.2, (2, 60, 1))
        shared = luck / luck.mean(1, keepdims=True)
        days = 1 + 0.1 * (shared - 1)  # a quarter averages 90 days of luck
        now = rng.poisson(exposures[:, None] * rates * days[0])
        before = rng.poisson(4 * exposures[:, None] * rates * days[1])
        family = [
            rate_ratio((int(x), float(e)), (int(y), 4.0 * float(e))).p_risen
            for xs, ys, e in zip(now, before, exposures, strict=True)
            for x, y in zip(xs, ys, strict=True)
            if x + y >= 10
        ]
        alarms += min(benjamini_hochberg(family)) <= 0.10
    assert alarms <= 61  # 99.9 % binomial limit of 10 % in 400
