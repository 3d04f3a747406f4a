"""The case mix: against R and statsmodels, and against a truth that carriers hide."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import LOCAL_USER, Policy, TableRule, one_carrier
from dashboard.analysis.case_mix import case_mix, expected
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Quarter, Scope
from dashboard.stats.case_mix import (
    MixFit,
    fit_additive,
    fit_logistic,
    fit_multiplicative,
    indicators,
    shifted,
)
from dashboard.stats.levels import Levels
from dashboard.warehouse import Reader, Warehouse
from dashboard.warehouse.scoring import JUDGED
from tests import vector

R = "18_carrier_casemix_funnel"
PRICED_IN_ORDER = ("density_class", "service", "product_class")
QUARTER = Scope(Quarter(2026, 3).period())


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def test_without_a_ridge_it_is_the_regression_of_r() -> None:
    rows, glm = vector.given_rows(R), vector.expected(R)["glm"]
    promise = np.array([row["promise"] for row in rows])
    late = np.array(vector.column(rows, "late"))
    numbers = [vector.column(rows, name) for name in ("rural", "weight_kg")]
    design = np.column_stack([*numbers, promise == "same_day", promise == "2h"]).astype(float)

    found = fit_logistic(np.ones(len(late)), late, design, ridge=0)

    assert [found.intercept, *found.effects] == pytest.approx(list(glm["coef"].values()), rel=1e-6)
    assert found.deviance == pytest.approx(glm["deviance"], rel=1e-6)


def test_counts_of_alike_rows_are_fitted_as_the_rows_one_by_one() -> None:
    rng = np.random.default_rng(3)
    x, late = rng.integers(0, 2, (400, 2)), rng.integers(0, 2, 400)
    cells, place = np.unique(x, axis=0, return_inverse=True)
    trials, successes = np.bincount(place), np.bincount(place, late)

    counted = fit_logistic(trials, successes, cells.astype(float))
    one_by_one = fit_logistic(np.ones(400), late, x.astype(float))

    assert counted.effects == pytest.approx(one_by_one.effects, rel=1e-8)


def test_the_ridge_is_that_of_statsmodels_bayesian_normal_prior() -> None:
    rng = np.random.default_rng(5)
    x, n = rng.normal(size=(60, 3)), rng.integers(5, 50, 60)
    y = rng.binomial(n, 0.2)

    found = fit_logistic(n, y, x, ridge=2.5)

    # The slope of the penalised likelihood is nothing at its top.
    chance = found.chance(x)
    assert (y - n * chance) @ x == pytest.approx(2.5 * found.effects, abs=1e-6)
    assert chance @ n == pytest.approx(y.sum())
    plain = sm.GLM(np.column_stack([y, n - y]), sm.add_constant(x), sm.families.Binomial())
    assert fit_logistic(n, y, x, ridge=0).effects == pytest.approx(plain.fit().params[1:])


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=2, max_size=8))
def test_the_effects_of_a_factor_sum_to_zero(cells: list[tuple[int, int]]) -> None:
    trials = np.array([5, 5, *(a + b for a, b in cells)])
    late = np.array([0, 5, *(b for _, b in cells)])

    found = fit_logistic(trials, late, indicators(np.arange(len(trials)), len(trials)))

    assert found.effects.sum() == pytest.approx(0, abs=1e-8)


def test_a_good_carrier_of_hard_deliveries_does_not_make_them_look_easy() -> None:
    """Odds of 0.75 of a carrier that brings four of five rural deliveries."""
    rural = np.array([0, 0, 1, 1])
    good = np.array([0, 1, 0, 1])
    trials = np.array([40_000, 10_000, 10_000, 40_000])
    late = np.rint(trials / (1 + np.exp(2.6 - 0.9 * rural - np.log(0.75) * good)))
    levels, carriers = indicators(rural, 2), indicators(good, 2)

    beside = fit_logistic(trials, late, np.column_stack([levels, carriers]))
    without = fit_logistic(trials, late, levels)

    odds = np.exp(beside.effects[3] - beside.effects[2])
    hidden = late[good == 1].sum() / (trials * without.chance(levels))[good == 1].sum()
    assert odds == pytest.approx(0.75, abs=0.002)
    assert beside.effects[1] - beside.effects[0] == pytest.approx(0.9, abs=0.002)
    assert hidden > 0.9


@pytest.mark.parametrize("late", [0, 30])
def test_one_outcome_only_is_refused(late: int) -> None:
    with pytest.raises(NotEnoughDataError, match=f"{late} of 30 cases; a case mix needs some of"):
        fit_logistic(np.array([30]), np.array([late]), np.empty((1, 0)))


def test_columns_that_say_the_same_are_refused_without_a_ridge() -> None:
    with pytest.raises(NotEnoughDataError, match="say the same; leave one out or use a ridge"):
        fit_logistic(np.array([30, 30]), np.array([3, 6]), np.eye(2), ridge=0)


def test_a_level_with_one_outcome_is_refused_without_a_ridge() -> None:
    with pytest.raises(NotEnoughDataError, match="does not settle; some level has only one"):
        fit_logistic(np.array([30, 30]), np.array([0, 6]), np.array([[0.0], [1.0]]), ridge=0)


@given(
    st.lists(st.tuples(st.floats(0.01, 0.6), st.integers(1, 500)), min_size=1, max_size=9),
    st.floats(0.05, 0.95),
)
def test_shifted_chances_expect_what_happened_and_keep_their_order(
    cells: list[tuple[float, int]], share: float
) -> None:
    chances, trials = (np.array(part, float) for part in zip(*cells, strict=True))

    found = shifted(chances, trials, share * trials.sum())

    assert trials @ found == pytest.approx(share * trials.sum())
    assert (np.diff(found[np.argsort(chances)]) >= -1e-12).all()


def test_nothing_to_shift_to_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="0 of 40 cases; some of both outcomes"):
        shifted(np.array([0.1]), np.array([40.0]), 0)


def test_the_sums_of_the_warehouse_are_those_of_its_strata_scored_one_by_one(
    reader: Reader,
) -> None:
    model = case_mix(reader, QUARTER)
    strata = reader.mixes.strata(JUDGED, model.scores.factors, QUARTER)
    logit = np.full(strata.height, model.scores.intercept)
    for factor, effects in model.scores.effects:
        known = dict(effects)
        logit += [known.get(level, 0.0) for level in strata[factor.name]]
    chance = 1 / (1 + np.exp(-logit))

    found = expected(reader, ("carrier",), QUARTER, spread=True)

    for name, due, late, hoped, variance in found.iter_rows():
        rows = (strata["carrier"] == name).to_numpy()
        own = strata["base"].to_numpy()[rows]
        assert (due, late) == (own.sum(), strata["observed"].to_numpy()[rows].sum())
        assert hoped == pytest.approx(own @ chance[rows], abs=1e-4)
        assert variance == pytest.approx(own @ (chance * (1 - chance))[rows], abs=1e-4)


def test_due_and_late_are_those_of_the_on_time_rate(reader: Reader) -> None:
    by = ("zone", "week")

    found = expected(reader, by, QUARTER.within(segment="Premium"))

    kept = reader.roll_up(("on_time_rate",), by, QUARTER.within(segment="Premium"))
    assert found.select(by).equals(kept.select(by))
    assert found["base"].to_list() == [int(n) for n in kept["denominator"]]
    late = [int(d - n) for n, d in kept.select("numerator", "denominator").iter_rows()]
    assert found["observed"].to_list() == late


def test_what_makes_deliveries_hard_has_an_effect_and_carriers_sum_to_zero(
    reader: Reader,
) -> None:
    model = case_mix(reader, QUARTER)

    effects = {factor.name: dict(levels) for factor, levels in model.scores.effects}
    assert effects["density_class"]["rural"] > effects["density_class"]["core"] + 0.5
    assert sum(effect for _, effect in model.carriers) == pytest.approx(0, abs=1e-6)
    assert {"distance", "service", "product_class", "weight", "promised_hour"} <= set(effects)
    assert {"promised_weekday", "weather"} <= set(effects)
    assert "carrier" not in effects


def test_the_fit_is_kept_with_its_snapshot_and_policy(
    reader: Reader, sample_warehouse: Path
) -> None:
    wren = Warehouse(sample_warehouse).reader(None, one_carrier("Wren"))

    assert case_mix(reader, QUARTER) is case_mix(reader, QUARTER)
    assert case_mix(reader, QUARTER.within(segment="Rural")).base < case_mix(reader, QUARTER).base
    assert case_mix(wren, QUARTER).carriers == ()


def test_a_scope_without_due_deliveries_is_refused(reader: Reader) -> None:
    empty = Scope(Period(date(2027, 9, 30), date(2028, 9, 30)))

    with pytest.raises(ScopeError, match="no data between 2027-09-30"):
        expected(reader, ("zone",), empty)


def test_levels_do_what_their_columns_written_out_do() -> None:
    """Some rows have a level without a column."""
    rng = np.random.default_rng(7)
    sizes, rows = (3, 1, 4), 200
    codes = [rng.integers(-1, size, rows) for size in sizes]
    columns = [indicators(code, size) for code, size in zip(codes, sizes, strict=True)]
    written = np.column_stack([np.ones(rows), *columns])
    levels = Levels(rows, codes, sizes)
    weights, beta = rng.random(rows), rng.normal(size=levels.width)

    assert levels.width == written.shape[1]
    assert levels.times(beta) == pytest.approx(written @ beta)
    assert levels.totals(weights) == pytest.approx(written.T @ weights)
    assert levels.products(weights) == pytest.approx((written * weights[:, None]).T @ written)


def test_a_fit_to_levels_is_that_to_their_columns() -> None:
    rng = np.random.default_rng(8)
    codes = [rng.integers(-1, 3, 300), rng.integers(0, 2, 300)]
    trials = rng.integers(0, 9, 300)
    successes = rng.binomial(trials, 0.3)
    design = np.column_stack([indicators(codes[0], 3), indicators(codes[1], 2)])

    by_levels = fit_logistic(trials, successes, Levels(300, codes, (3, 2)))
    by_columns = fit_logistic(trials, successes, design)

    assert by_levels.effects == pytest.approx(by_columns.effects, rel=1e-8)
    assert by_levels.intercept == pytest.approx(by_columns.intercept, rel=1e-8)
    assert by_levels.deviance == pytest.approx(by_columns.deviance)


def test_without_any_factor_only_the_intercept_is_left() -> None:
    fit = fit_logistic(np.array([10, 10]), np.array([2, 3]), Levels(2, (), ()))

    assert fit.intercept == pytest.approx(np.log(0.25 / 0.75))
    assert len(fit.effects) == 0


def test_the_additive_fit_is_least_squares_on_the_rows_one_by_one() -> None:
    rng = np.random.default_rng(8)
    x, rating = rng.integers(0, 2, (400, 2)).astype(float), rng.integers(1, 6, 400).astype(float)
    cells, place = np.unique(x, axis=0, return_inverse=True)

    found = fit_additive(np.bincount(place), np.bincount(place, rating), cells, ridge=0)

    plain = sm.OLS(rating, sm.add_constant(x)).fit()
    assert [found.intercept, *found.effects] == pytest.approx(plain.params, rel=1e-8)


def test_the_multiplicative_fit_is_poissons_whatever_the_currency() -> None:
    rng = np.random.default_rng(9)
    x, cost = rng.integers(0, 2, (400, 2)).astype(float), rng.lognormal(1.5, 0.4, 400)
    cells, place = np.unique(x, axis=0, return_inverse=True)
    base, sums = np.bincount(place), np.bincount(place, cost)

    found = fit_multiplicative(base, sums, cells, ridge=0)
    cents = fit_multiplicative(base, 100 * sums, cells)

    plain = sm.GLM(cost, sm.add_constant(x), sm.families.Poisson()).fit()
    assert [found.intercept, *found.effects] == pytest.approx(plain.params, rel=1e-6)
    assert cents.effects == pytest.approx(fit_multiplicative(base, sums, cells).effects)


def test_a_cost_without_a_completed_delivery_is_paid_by_its_level() -> None:
    """Failures stay in the cost: 40 over 8 completed, and 12 over 4."""
    base, sums = np.array([8.0, 0.0, 4.0]), np.array([30.0, 10.0, 12.0])

    found = fit_multiplicative(base, sums, np.array([[0.0], [0.0], [1.0]]), ridge=0)

    assert np.exp(found.intercept) == pytest.approx(5.0)
    assert np.exp(found.intercept + found.effects[0]) == pytest.approx(3.0)


@pytest.mark.parametrize("fit", [fit_additive, fit_multiplicative])
def test_no_case_is_refused(fit: Callable[..., MixFit]) -> None:
    with pytest.raises(NotEnoughDataError, match=r"^0 cases"):
        fit(np.zeros(2), np.array([0.0, 3.0]), np.eye(2))


def test_nothing_paid_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match=r"2 cases and 0 in all; a case mix needs some"):
        fit_multiplicative(np.ones(2), np.zeros(2), np.eye(2))


@pytest.mark.parametrize("metric", ["satisfaction", "cost_to_serve"])
def test_scores_of_means_are_those_of_the_strata_one_by_one(reader: Reader, metric: str) -> None:
    model = case_mix(reader, QUARTER, metric)
    plain = reader.mixes.factors(metric)
    strata = reader.mixes.strata(metric, plain, QUARTER)
    predictor = np.full(strata.height, model.scores.intercept)
    for factor, effects in model.scores.effects:
        columns = PRICED_IN_ORDER if factor.parts else (factor.name,)
        levels = strata.select(pl.concat_str(columns, separator=" / ")).to_series()
        predictor += [dict(effects).get(level, 0.0) for level in levels]
    mean = predictor if metric == "satisfaction" else np.exp(predictor)

    found = expected(reader, ("carrier",), QUARTER, model)

    for name, base, observed, hoped in found.iter_rows():
        rows = (strata["carrier"] == name).to_numpy()
        assert base == pytest.approx(strata["base"].to_numpy()[rows].sum())
        assert observed == pytest.approx(strata["observed"].to_numpy()[rows].sum())
        assert hoped == pytest.approx(strata["base"].to_numpy()[rows] @ mean[rows], abs=1e-3)


def test_a_factor_whose_columns_are_hidden_drops_out(sample_warehouse: Path) -> None:
    hiding = Policy("no weights", default=TableRule(hidden=frozenset({"weight_kg"})))
    reader = Warehouse(sample_warehouse).reader(None, hiding)

    named = {factor.name for factor in reader.mixes.factors(JUDGED)}

    assert "weight" not in named
    assert {"distance", "weather"} <= named
