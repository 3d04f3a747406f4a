"""Time to delivery with open parcels: against R's survival, statsmodels and by hand."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from dashboard.errors import NotEnoughDataError
from dashboard.stats.survival import Survival, product_limit
from tests.vector import expected, given_rows

HOURS_A_DAY = 24


@pytest.fixture(scope="module")
def orders() -> tuple[np.ndarray, np.ndarray]:
    """Hours seen, and whether they ended in a delivery."""
    rows = given_rows("23_censoring_km")
    return (
        np.array([float(row["hours"]) for row in rows]),
        np.array([int(row["delivered"]) for row in rows]),
    )


def counted(hours: np.ndarray, delivered: np.ndarray) -> Survival:
    times = np.unique(hours)
    return product_limit(
        times,
        np.array([np.sum((hours == t) & (delivered == 1)) for t in times]),
        np.array([np.sum((hours == t) & (delivered == 0)) for t in times]),
    )


def test_it_is_what_r_gives(orders: tuple[np.ndarray, np.ndarray]) -> None:
    told = expected("23_censoring_km")

    found = counted(*orders)

    at = [int(np.searchsorted(found.times, t, side="right")) - 1 for t in told["times"]]
    limits = [found.interval(time) for time in told["times"]]
    assert [found.at(t) for t in told["times"]] == pytest.approx(told["survival"], rel=1e-8)
    assert list(found.error[at]) == pytest.approx(told["se"], rel=1e-8)
    assert [low for low, _ in limits] == pytest.approx(told["ci_loglog_lo"], rel=1e-8)
    assert [high for _, high in limits] == pytest.approx(told["ci_loglog_hi"], rel=1e-8)
    assert found.quantile(0.5) == pytest.approx(told["median"])


def test_delivered_only_flatters_and_calling_open_late_condemns(
    orders: tuple[np.ndarray, np.ndarray],
) -> None:
    told = expected("23_censoring_km")
    hours, delivered = orders

    by_a_day = 1 - counted(hours, delivered).at(HOURS_A_DAY)

    inside = np.sum((hours <= HOURS_A_DAY) & (delivered == 1))
    flattered, condemned = inside / delivered.sum(), inside / len(hours)
    assert by_a_day == pytest.approx(told["delivered_by_24h_km"], rel=1e-8)
    assert flattered == pytest.approx(told["naive_delivered_only_by_24h"])
    assert condemned == pytest.approx(told["naive_all_orders_by_24h"])
    assert condemned < by_a_day < flattered


def test_it_is_what_statsmodels_gives(orders: tuple[np.ndarray, np.ndarray]) -> None:
    other = SurvfuncRight(*orders)

    found = counted(*orders)

    some = found.left > 0
    assert list(found.times) == list(other.surv_times)
    assert list(found.left) == pytest.approx(list(other.surv_prob))
    assert list(found.error[some]) == pytest.approx(list(other.surv_prob_se[some]))


def test_without_open_parcels_it_is_the_plain_share_worked_by_hand() -> None:
    found = product_limit(np.array([-30, 0, 10]), np.array([5, 3, 2]), np.zeros(3))

    assert list(found.left) == pytest.approx([0.5, 0.2, 0.0])
    assert (found.at(-31), found.at(-30), found.at(99)) == pytest.approx((1.0, 0.5, 0.0))
    assert (found.quantile(0.5), found.quantile(0.9)) == (-30, 10)
    assert found.interval(99) == (0.0, 0.0)
    assert found.interval(-31) == (1.0, 1.0)


def test_a_share_that_is_never_reached_has_no_quantile() -> None:
    found = product_limit(np.array([1, 2]), np.array([1, 0]), np.array([0, 9]))

    assert found.quantile(0.1) == 1
    assert found.quantile(0.11) is None


def test_nothing_delivered_is_refused_by_name() -> None:
    with pytest.raises(NotEnoughDataError, match="nothing was delivered; a time to delivery"):
        product_limit(np.array([1]), np.array([0]), np.array([3]))
