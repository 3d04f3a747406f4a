"""Time to delivery with open parcels: against R's survival, statsmodels and by hand."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from dashboard.errors import NotEnoughDataError
from dashboard.stats.survival import Survival, log_rank, product_limit
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


def by_group(
    hours: np.ndarray, delivered: np.ndarray, group: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Counts by group and distinct time: delivered, and last seen open."""
    times, names = np.unique(hours), np.unique(group)
    found = [
        [[np.sum((hours == t) & (delivered == kind) & (group == g)) for t in times] for g in names]
        for kind in (1, 0)
    ]
    return np.array(found[0]), np.array(found[1])


def test_the_log_rank_test_is_what_r_gives(orders: tuple[np.ndarray, np.ndarray]) -> None:
    told = expected("23_censoring_km")
    services = np.array([row["service"] for row in given_rows("23_censoring_km")])

    found = log_rank(*by_group(*orders, services))

    assert found.chi2 == pytest.approx(told["logrank_chi2"], rel=1e-8)


def test_the_published_leukaemia_data_give_the_published_statistic() -> None:
    told = expected("23_censoring_km")["aml"]
    kept_on = [9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -161]
    stopped = [5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45]
    weeks, ended = np.abs([*kept_on, *stopped]), (np.array([*kept_on, *stopped]) > 0).astype(int)
    group = np.array([0] * len(kept_on) + [1] * len(stopped))

    found = log_rank(*by_group(weeks, ended, group))

    assert found.chi2 == pytest.approx(told["logrank"], rel=1e-8)


def test_with_three_groups_it_is_what_statsmodels_gives(
    orders: tuple[np.ndarray, np.ndarray],
) -> None:
    group = np.arange(len(orders[0])) % 3

    found = log_rank(*by_group(*orders, group))

    assert (found.chi2, found.p_value) == pytest.approx(survdiff(*orders, group))


def test_one_group_alone_or_never_seen_is_refused_by_name() -> None:
    some, none = np.array([[1, 2]]), np.zeros((1, 2))

    for delivered in (some, np.vstack([some, none])):
        with pytest.raises(NotEnoughDataError, match="two that were seen are needed"):
            log_rank(delivered, np.zeros(delivered.shape))
