"""The funnel, its over-dispersion and shrinkage against R, and what must hold of them."""

import numpy as np
import pytest

from dashboard.errors import NotEnoughDataError
from dashboard.stats import carriers
from dashboard.stats.carriers import INNER, OUTER, Pooled
from tests.vector import expected

R = "18_carrier_casemix_funnel"
METAFOR = "09_ab_segments"


def close(found: object, wanted: object) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-6)  # ty: ignore[no-matching-overload]


def test_dispersion_and_limits_are_those_of_funnelplotr() -> None:
    told = expected(R)
    funnel = told["funnel_SR_CQC"]
    values, variances = carriers.roots(told["observed"], told["expected"])

    phi, between = carriers.over_dispersion(values, variances, 1.0)
    inner = carriers.funnel_limits(variances, INNER, between)
    outer = carriers.funnel_limits(variances, OUTER, between)

    close(values**2, told["sr"])
    close((values - 1) / np.sqrt(variances), funnel["z"])
    close([phi, between], [funnel["phi"], funnel["tau2"]])
    close(inner, [funnel["od_ll95"], funnel["od_ul95"]])
    close(outer, [funnel["od_ll998"], funnel["od_ul998"]])


def test_pooling_and_shrinking_are_those_of_metafor() -> None:
    told = expected(METAFOR)

    pooled = carriers.pool(told["diff"], told["var"])
    found = carriers.shrink(told["diff"], told["var"], pooled)

    random = told["random_DL"]
    close(
        [pooled.mean, pooled.error, pooled.between], [random["est"], random["se"], random["tau2"]]
    )
    close(found.values, told["shrunk_blup"])
    close(found.errors, told["shrunk_se"])


def test_logs_of_the_ratios_shrink_as_in_metafor() -> None:
    told = expected(R)
    wanted = told["eb_log_sr"]
    logs = np.log(told["sr"])
    variances = 1 / np.array(told["observed"], float)

    pooled = carriers.pool(logs, variances)
    found = carriers.shrink(logs, variances, pooled)

    close([pooled.mean, pooled.between], [wanted["mu"], wanted["tau2"]])
    close(np.exp(found.values), wanted["shrunk_sr"])


def test_weeks_that_move_together_raise_the_design_effect() -> None:
    rng = np.random.default_rng(7)
    expected_ = np.full((8, 26), 40.0)
    shocks = rng.gamma(20, 1 / 20, (8, 26))

    alone = carriers.design_effect(rng.poisson(expected_), expected_)
    together = carriers.design_effect(rng.poisson(expected_ * shocks), expected_)

    # a shock of variance 1/20 on 40 cases: 1 + 40 / 20 = 3
    assert alone == pytest.approx(1, abs=0.25)
    assert together == pytest.approx(3, abs=0.8)


def test_a_unit_bad_throughout_is_no_scatter() -> None:
    expected_ = np.full((2, 10), 40.0)

    assert carriers.design_effect(expected_ * [[1.0], [1.5]], expected_) == 1.0


def test_units_of_one_week_have_no_design_effect() -> None:
    with pytest.raises(NotEnoughDataError, match="no unit has two weeks"):
        carriers.design_effect(np.ones((2, 1)), np.ones((2, 1)))


def test_without_differences_everybody_shrinks_to_the_mean() -> None:
    found = carriers.shrink([0.8, 1.2], [0.01, 0.01], Pooled(1.0, 0.0, 0.0))

    close(found.values, [1.0, 1.0])


def test_one_unit_cannot_be_pooled() -> None:
    with pytest.raises(NotEnoughDataError, match="1 units; at least 2 are needed"):
        carriers.pool([1.0], [0.1])


def test_a_band_ends_where_the_interval_of_its_best_does() -> None:
    # the third overlaps the second, not the first, and so begins a band of its own
    assert carriers.bands([0.8, 0.95, 1.1], [1.0, 1.2, 1.4]) == [1, 1, 2]
    assert carriers.bands([], []) == []
