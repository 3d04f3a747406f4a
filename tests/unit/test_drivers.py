"""Drivers: the logistic regression matches R, and tells levels in points."""

import numpy as np
import pytest

from dashboard.errors import NotEnoughDataError
from dashboard.stats.drivers import (
    Factor,
    Observed,
    differences,
    fit_drivers,
    likelihood_ratios,
    told_apart,
)
from tests import vector

FOLDER = "25_breach_drivers"
CARRIERS, ZONES = ("A", "B", "C"), ("urban", "suburb", "rural")


def seen() -> Observed:
    rows = vector.given_rows(FOLDER)
    texts = {name: [row[name] for row in rows] for name in ("carrier", "zone", "rain")}
    factors = tuple(
        Factor(name, levels, np.array([levels.index(value) for value in texts[name]]))
        for name, levels in (("carrier", CARRIERS), ("zone", ZONES), ("rain", ("0", "1")))
    )
    numbers = tuple(
        (name, np.array(vector.column(rows, name))) for name in ("stops_before", "weight_kg")
    )
    late = np.array(vector.column(rows, "late"))
    cluster = np.arange(len(rows)) // 40
    return Observed(factors, numbers, np.ones(len(rows)), late, cluster)


NAMES = {
    ("", ""): "(Intercept)",
    ("rain", "1"): "rain",
    ("stops_before", ""): "stops_before",
    ("weight_kg", ""): "weight_kg",
}


def named_as_r(column: tuple[str, str]) -> str:
    return NAMES.get(column, f"{column[0]}{column[1]}")


def test_coefficients_are_those_of_r() -> None:
    own, fit = vector.expected(FOLDER), fit_drivers(seen())

    found = dict(zip(map(named_as_r, fit.seen.columns), fit.effects.tolist(), strict=True))
    assert found == pytest.approx(own["coef"], rel=1e-5)
    assert fit.log_likelihood == pytest.approx(own["loglik"], rel=1e-5)


def test_errors_are_those_at_the_maximum_where_r_stops_a_step_before() -> None:
    """The vector's standard errors are right to 1.3e-5: they, not ours, are the rough side.

    R's glm.fit ends when the deviance moves by less than 1e-8, after its fourth step here,
    and returns the information that step started from. Its steps are repeated beside, in
    extended precision: the fourth gives the vector's errors to 1e-9, the last gives ours.
    """
    own, fit = vector.expected(FOLDER), fit_drivers(seen())
    columns = [named_as_r(column) for column in fit.seen.columns]
    of_r = [own["se"][name] for name in columns]

    fourth, last = reweighted(4), reweighted(12)

    assert fourth == pytest.approx(of_r, rel=1e-9)
    assert fit.errors == pytest.approx(last, rel=1e-9)
    assert fit.errors == pytest.approx(of_r, rel=1.3e-5)


def reweighted(steps: int) -> np.ndarray:
    """Standard errors after so many steps of iteratively reweighted least squares, as R's."""
    rows = seen()
    levels = [one.codes[:, None] == np.arange(1, len(one.levels)) for one in rows.factors]
    numbers = [values[:, None] for _, values in rows.numbers]
    design = np.hstack([np.ones((len(rows.late), 1)), *levels, *numbers]).astype(np.longdouble)
    late = rows.late.astype(np.longdouble)
    chance = (late + 0.5) / 2
    linear = np.log(chance / (1 - chance))
    for _ in range(steps):
        weight = chance * (1 - chance)
        inverse = inverted(design.T @ (design * weight[:, None]))
        linear = design @ (inverse @ (design.T @ (weight * linear + late - chance)))
        chance = 1 / (1 + np.exp(-linear))
    return np.sqrt(np.diag(inverse)).astype(float)


def inverted(matrix: np.ndarray) -> np.ndarray:
    """By Gauss and Jordan: numpy's own routine would fall back to doubles."""
    size = len(matrix)
    both = np.hstack([matrix, np.eye(size, dtype=np.longdouble)])
    for at in range(size):
        both[at] /= both[at, at]
        others = np.arange(size) != at
        both[others] -= np.outer(both[others, at], both[at])
    return both[:, size:]


def test_average_differences_and_slopes_are_those_of_r() -> None:
    own = vector.expected(FOLDER)
    told = {(one.factor, one.level): one.value for one in differences(fit_drivers(seen()))}

    assert told["carrier", "B"] == pytest.approx(own["avg_diff"]["carrier_B_vs_A"], rel=1e-5)
    assert told["carrier", "C"] == pytest.approx(own["avg_diff"]["carrier_C_vs_A"], rel=1e-5)
    assert told["zone", "rural"] == pytest.approx(own["avg_diff"]["zone_rural_vs_urban"], rel=1e-5)
    assert told["rain", "1"] == pytest.approx(own["avg_diff"]["rain_1_vs_0"], rel=1e-5)
    assert told["stops_before", ""] == pytest.approx(own["ame"]["stops_before"], rel=1e-5)
    assert told["weight_kg", ""] == pytest.approx(own["ame"]["weight_kg"], rel=1e-5)


def test_likelihood_ratios_are_those_of_r() -> None:
    own = vector.expected(FOLDER)["lrt"]

    found = likelihood_ratios(fit_drivers(seen()))

    assert {name: ratio for name, (ratio, _) in found.items()} == pytest.approx(own, rel=1e-5)


def test_rows_counted_together_give_what_single_deliveries_give() -> None:
    rows = seen()
    single = Observed(rows.factors, (), rows.n, rows.late, rows.cluster)
    codes = [*(one.codes for one in rows.factors), rows.cluster]
    keys, place = np.unique(np.stack(codes), axis=1, return_inverse=True)
    together = Observed(
        tuple(Factor(one.name, one.levels, keys[at]) for at, one in enumerate(rows.factors)),
        (),
        np.bincount(place).astype(float),
        np.bincount(place, rows.late),
        keys[-1],
    )

    one, other = (differences(fit_drivers(own)) for own in (single, together))

    assert [d.value for d in other] == pytest.approx([d.value for d in one], rel=1e-6)
    # Only the small-sample correction knows how many rows there are.
    assert [d.high for d in other] == pytest.approx([d.high for d in one], rel=2e-2)


def test_a_level_that_another_factor_says_already_is_named_and_left_out() -> None:
    rows = seen()
    alike = Factor("depot", ("north", "rim"), (rows.factors[1].codes == 2).astype(int))
    both = Observed((*rows.factors, alike), (), rows.n, rows.late, rows.cluster)

    kept, told = told_apart(both)

    assert told == (("depot", "rim"),)
    assert [one.name for one in kept.factors] == ["carrier", "zone", "rain"]


def test_clusters_that_vary_together_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(40), 50)
    level = (cluster % 2).astype(int)
    chance = 1 / (1 + np.exp(2 + rng.normal(0, 1, 40)[cluster]))
    late = (rng.random(2_000) < chance).astype(float)

    def width(groups: np.ndarray) -> float:
        factor = Factor("depot", ("a", "b"), level)
        (one,) = differences(fit_drivers(Observed((factor,), (), np.ones(2_000), late, groups)))
        return one.high - one.low

    assert width(cluster) > 1.5 * width(np.arange(2_000))


@pytest.mark.parametrize(
    ("late", "clusters", "words"),
    [
        (np.zeros(100), 20, "0 of 100 late in 20 clusters; 8 clusters and both outcomes"),
        (np.arange(100) % 2, 4, "50 of 100 late in 4 clusters; 8 clusters and both outcomes"),
    ],
)
def test_too_little_is_refused_by_name(late: np.ndarray, clusters: int, words: str) -> None:
    factor = Factor("depot", ("a", "b"), np.arange(100) // 50)
    rows = Observed((factor,), (), np.ones(100), late.astype(float), np.arange(100) % clusters)

    with pytest.raises(NotEnoughDataError, match=words):
        fit_drivers(rows)
