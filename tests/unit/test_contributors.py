"""Contributors: against trusted libraries and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.api import OLS
from statsmodels.stats.multitest import multipletests

from dashboard.errors import NotEnoughDataError
from dashboard.stats.contributors import (
    Panel,
    benjamini_hochberg,
    collapse,
    contributions,
)

WEEKS = 13


@given(some.lists(some.floats(0, 1), min_size=1, max_size=60))
def test_the_correction_is_statsmodels(p_values: list[float]) -> None:
    theirs = multipletests(p_values, method="fdr_bh")[1]

    assert benjamini_hochberg(p_values) == pytest.approx(theirs.tolist(), abs=1e-12)


def test_the_error_is_the_week_clustered_one_of_a_regression() -> None:
    rng = np.random.default_rng(3)
    d = rng.integers(20, 60, (2, WEEKS)).astype(float)
    n = d * rng.normal(5, 1, (2, WEEKS))
    panel = Panel(n, d)

    found = contributions(panel, panel, share=False)

    # weighted regression of the weekly ratio on "is the value": its clustered variance
    # is Σ(residual sums)², and twice that for two equal periods
    value = np.repeat([1.0, 0.0], WEEKS)
    weight = np.sqrt(d.ravel())
    design = np.column_stack([np.ones_like(value), value]) * weight[:, None]
    fit = OLS(n.ravel() / d.ravel() * weight, design).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.tile(np.arange(WEEKS), 2), "use_correction": False},
    )
    assert found.difference == pytest.approx([0, 0])
    assert found.error[0] == pytest.approx(fit.bse[1] * np.sqrt(2 * WEEKS / (WEEKS - 1)))


def test_the_amount_is_what_the_whole_would_not_have_lost() -> None:
    steady = np.full(WEEKS, 10.0)
    then = Panel(np.array([9 * steady, 9 * steady]) / 10, np.array([steady, steady]))
    now = Panel(np.array([6 * steady, 9 * steady]) / 10, np.array([steady, steady]))

    found = contributions(then, now, share=True)

    assert found.difference == pytest.approx([-0.3, 0.3])
    assert found.amount == pytest.approx([-0.15, 0.15])
    assert found.bound[0] == pytest.approx(-found.high[0])
    assert found.p_value[0] == pytest.approx(found.p_value[1])


def test_thirty_kept_of_thirty_still_have_a_variance() -> None:
    kept = np.full((2, WEEKS), 3.0)
    panel = Panel(kept - np.array([[0.0], [0.1]]), kept)

    assert contributions(panel, panel, share=True).error[0] > 0


def test_one_week_is_too_little() -> None:
    panel = Panel(np.ones((2, 1)), np.ones((2, 1)))

    with pytest.raises(NotEnoughDataError) as refused:
        contributions(panel, panel, share=True)

    assert str(refused.value) == (
        "1 weeks or days with anything to divide by; at least 2 are needed"
    )


def test_findings_on_the_same_deliveries_collapse_into_the_first() -> None:
    shared = {("Wren", "in-house"): 1.0, ("Wren", "Z1"): 0.8, ("in-house", "Z1"): 0.8}

    found = collapse(["Wren", "in-house", "Z1"], lambda a, b: shared[a, b])

    assert found == [("Wren", ["in-house"]), ("Z1", [])]
