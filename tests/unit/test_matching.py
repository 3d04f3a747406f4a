"""The matched difference: by hand, against statsmodels, and by simulated coverage."""

import numpy as np
import pytest
import statsmodels.api as sm

from dashboard.errors import NotEnoughDataError
from dashboard.stats.matching import Cell, few_matched, matched_difference


def cells_of(
    stratum: np.ndarray, cluster: np.ndarray, met: np.ndarray, y: np.ndarray
) -> list[Cell]:
    keys = sorted(set(zip(stratum.tolist(), cluster.tolist(), met.tolist(), strict=True)))
    found = []
    for s, w, m in keys:
        own = (stratum == s) & (cluster == w) & (met == m)
        found.append(Cell(str(s), str(w), bool(m), int(own.sum()), float(y[own].sum())))
    return found


def test_cases_weigh_the_strata() -> None:
    found = matched_difference(
        [
            # met 3 rows of 10 each against 4: 6 more; met 1 row of 9 against 1: 8 more
            Cell("a", "1", met=True, rows=2, total=20), Cell("a", "2", met=True, rows=1, total=10),
            Cell("a", "1", met=False, rows=10, total=40),
            Cell("b", "2", met=True, rows=1, total=9), Cell("b", "2", met=False, rows=5, total=5),
        ]
    )  # fmt: skip

    assert found.value == pytest.approx((3 * 6 + 1 * 8) / 4)
    assert (found.cases, found.matched, found.strata, found.clusters) == (4, 4, 2, 2)


def test_under_seventy_percent_matched_there_is_no_figure() -> None:
    alone = Cell("b", "2", met=True, rows=4, total=50)
    matched = [
        Cell("a", "1", met=True, rows=9, total=50), Cell("a", "1", met=False, rows=9, total=5),
        Cell("a", "2", met=False, rows=9, total=5),
    ]  # fmt: skip

    found = matched_difference([*matched, alone])

    assert (found.value, found.low, found.matched, found.cases) == (None, None, 9, 13)
    assert found.matched_share == pytest.approx(9 / 13)


def test_without_a_case_there_is_nothing_to_compare() -> None:
    with pytest.raises(NotEnoughDataError, match="no case met the event"):
        matched_difference([Cell("a", "1", met=False, rows=3, total=1)])


def test_with_one_stratum_it_is_least_squares_with_clustered_errors() -> None:
    rng = np.random.default_rng(7)
    cluster = rng.integers(0, 12, 400)
    met = rng.random(400) < 0.3
    y = 2 + 1.5 * met + rng.normal(0, 1, 12)[cluster] + rng.normal(0, 1, 400)
    fit = sm.OLS(y, np.column_stack([np.ones(400), met])).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )

    found = matched_difference(cells_of(np.zeros(400, int), cluster, met, y))

    assert found.value == pytest.approx(fit.params[1])
    quantile = 2.200985160082949  # Student's t, 97.5 %, 11 degrees of freedom
    error = fit.bse[1] * np.sqrt(12 / 11)
    assert found.low == pytest.approx(fit.params[1] - quantile * error)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        stratum, cluster = rng.integers(0, 6, 900), rng.integers(0, 13, 900)
        met = rng.random(900) < 0.1 + 0.05 * stratum
        effect = rng.normal(4, 1, 13)[cluster]
        y = stratum + effect * met + rng.normal(0, 2, 900)
        found = matched_difference(cells_of(stratum, cluster, met, y))
        assert found.low is not None
        covered += found.low <= 4 <= (found.high or 0)

    assert 364 <= covered <= 393  # 95 % of 400: the exact 99.9 % binomial interval


def test_few_cases_are_judged_by_leaving_each_week_out_worked_by_hand() -> None:
    cells = [
        Cell("a", week, met=met, rows=10, total=total)
        for week, met, total in (
            ("1", True, 6), ("2", True, 8), ("3", False, 9), ("4", False, 9), ("5", False, 9)
        )
    ]  # fmt: skip

    found = few_matched(cells)

    # 0.7 - 0.9; without week 1 -0.1, without week 2 -0.3, without another -0.2:
    # se² = 4/5 · (0.01 + 0.01), t with 1 degree of freedom 12.706
    assert found.value == pytest.approx(-0.2)
    half = 12.7062 * np.sqrt(0.016)
    assert (found.low, found.high) == pytest.approx((-0.2 - half, -0.2 + half), rel=1e-5)
    assert found.p_value == pytest.approx(2 / np.pi * np.arctan(np.sqrt(0.016) / 0.2))


def test_one_week_of_cases_has_no_figure() -> None:
    cells = [Cell("a", "1", met=True, rows=5, total=1), Cell("a", "2", met=False, rows=5, total=4)]

    found = few_matched(cells)

    assert (found.value, found.low, found.p_value) == (None, None, None)
    assert (found.cases, found.matched) == (5, 5)
