"""Hot spots: Gi* against published figures, the ring score against chance and truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from dashboard.errors import NotEnoughDataError
from dashboard.stats.hotspots import (
    Places,
    _likely,
    _null_maps,
    design_effect,
    gi_star,
    hot_spots,
    joined,
    largest_by_chance,
    shrunken_ratios,
)
from tests import vector

SIDE = 12


def grid_rings(side: int, steps: list[tuple[int, int]]) -> np.ndarray:
    """Neighbours on a square grid, by steps; −1 beyond the edge."""
    row, column = np.divmod(np.arange(side * side), side)
    found = [np.arange(side * side)]
    for down, right in steps:
        r, c = row + down, column + right
        inside = (r >= 0) & (r < side) & (c >= 0) & (c < side)
        found.append(np.where(inside, r * side + c, -1))
    return np.column_stack(found)


QUEEN = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]
HEXAGONS = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, -1), (-1, 1)]
RINGS = grid_rings(SIDE, HEXAGONS)
CENTRE = 6 * SIDE + 6
PATCH = RINGS[CENTRE][:6]
DENSE = 2 * SIDE + 2


def drawn(rng: np.random.Generator, effect: float = 1.0, hot: float = 0.08) -> Places:
    """A map of 8 % breaches with one dense place; `hot` in six neighbouring ones."""
    trials = rng.integers(80, 160, SIDE * SIDE)
    trials[DENSE] = 1_300
    chance = np.full(SIDE * SIDE, 0.08)
    chance[PATCH] = hot
    if effect > 1:
        rho = (effect - 1) / (trials - 1)
        chance = rng.beta(chance * (1 - rho) / rho, (1 - chance) * (1 - rho) / rho)
    expected = trials * 0.08
    return Places(trials, rng.binomial(trials, chance), expected, expected * 0.92, RINGS)


def test_gi_star_is_that_of_the_six_points_of_getis_and_ord() -> None:
    figures = vector.expected("20_gistar_published")
    points = np.array(figures["points"], float)
    near = np.linalg.norm(points[:, None] - points, axis=2) <= figures["threshold"]
    rings = np.array([np.pad(np.flatnonzero(row), (0, 6))[:6] for row in near])
    for at, row in enumerate(near):
        rings[at, row.sum() :] = -1

    found = gi_star(np.array(figures["y"]), rings)

    assert found == pytest.approx(figures["gi_star_z"], abs=1e-6)


def test_gi_star_is_that_of_spdep_on_a_grid() -> None:
    rows = vector.given_rows("21_hotspot_gistar")
    values = np.array(vector.column(rows, "breaches"))

    found = gi_star(values, grid_rings(int(len(rows) ** 0.5), QUEEN))

    assert found == pytest.approx(vector.expected("21_hotspot_gistar")["gi_star_z"], abs=1e-8)


def test_gi_star_of_values_alike_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="3 places with nothing between them; Gi"):
        gi_star(np.ones(3), np.array([[0, 1], [1, 2], [2, -1]]))


def test_a_score_worked_by_hand() -> None:
    rings = np.array([[0, 1], [1, 0], [2, -1]])
    counts = np.array([100, 25, 100]), np.array([14, 3, 8])
    places = Places(*counts, np.array([8.0, 2.0, 8.0]), np.array([7.36, 1.84, 7.36]), rings)

    found = hot_spots(places, effect=1.0, draws=99)

    # (14 − 8 + 3 − 2) / √(7.36 + 1.84); the place with 25 feeds it and has none itself.
    assert found.score[0] == pytest.approx(7 / 9.2**0.5)
    assert np.isnan(found.score[1])
    assert np.isnan(found.p_value[1])
    assert found.score[2] == 0


def test_fewer_than_two_places_of_thirty_are_refused() -> None:
    places = Places(*(np.full(3, 9.0) for _ in range(4)), np.arange(3)[:, None])

    with pytest.raises(
        NotEnoughDataError, match="with 30 deliveries: 0; hot spots need at least 2"
    ):
        hot_spots(places, effect=1.0)


@pytest.mark.parametrize("effect", [1.0, 1.6])
def test_null_failures_have_the_chances_of_the_beta_binomial(effect: float) -> None:
    trials = np.array([40.0, 900.0])
    expected = trials * 0.1
    places = Places(trials, expected, expected, expected * 0.9, np.array([[0], [1]]))

    low, chances = _likely(places, effect)

    for at, n in enumerate((40, 900)):
        rho = (effect - 1) / (n - 1)
        size = (1 - rho) / max(rho, 1e-9)
        law = binom(n, 0.1) if effect == 1 else betabinom(n, 0.1 * size, 0.9 * size)
        k = low[at] + np.arange(chances.shape[1])
        assert chances[at] == pytest.approx(law.pmf(k), abs=1e-6)


def test_null_maps_scatter_as_much_as_the_design_effect_says() -> None:
    places = drawn(np.random.default_rng(1))

    values = _null_maps(np.random.default_rng(2), places, 1.7, 4_000)

    spread = values.var(axis=1) / (1.7 * places.variance)
    assert values.mean(axis=1) == pytest.approx(places.expected, rel=0.05)
    assert np.mean(spread) == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(values[0], values[1])[0, 1]) < 0.08


def test_a_null_map_shows_a_hot_spot_in_one_case_of_twenty() -> None:
    """200 maps, over-dispersed; the 99.9 % binomial interval of 5 % ends at 21."""
    rng = np.random.default_rng(7)
    maps = [drawn(rng, effect=1.4) for _ in range(200)]

    found = sum(hot_spots(one, 1.4, draws=999).flagged.any() for one in maps)

    assert 1 <= found <= 21


def test_six_hot_neighbours_are_one_cluster_and_the_dense_place_is_not_hot() -> None:
    """+14 points in six places: found in at least 87 of 100, the 99.9 % limit of 95 %."""
    rng = np.random.default_rng(11)
    maps = [drawn(rng, effect=1.2, hot=0.22) for _ in range(100)]

    found = [hot_spots(one, 1.2, draws=499) for one in maps]

    top = [one.cluster[int(np.nanargmax(one.score))] for one in found]
    hit = [np.sum(one.cluster[PATCH] == best) >= 4 for one, best in zip(found, top, strict=True)]
    assert sum(hit) >= 87
    assert sum(one.flagged[DENSE] for one in found) <= 5


def test_the_same_map_gives_the_same_answer() -> None:
    places = drawn(np.random.default_rng(3))

    first, again = (largest_by_chance(places, 1.3, draws=200) for _ in range(2))

    assert np.array_equal(first, again)


def test_flagged_neighbours_join_and_others_stand_alone() -> None:
    rings = np.array([[0, 1, -1], [1, 0, 2], [2, 1, -1], [3, 4, -1], [4, 3, -1]])

    found = joined(np.array([True, True, False, False, True]), rings)

    assert found.tolist() == [0, 0, -1, -1, 1]


def test_the_design_effect_of_shared_weeks_is_found_and_a_steady_hot_spot_adds_nothing() -> None:
    rng = np.random.default_rng(5)
    variance = np.full((SIDE * SIDE, 26), 1.0)
    alone = rng.normal(0, 1, variance.shape)
    steady = alone + (np.arange(SIDE * SIDE) == CENTRE)[:, None] * 2
    shared = alone + np.tile([0.5, -0.5], 13)

    by_chance, hot, together = (
        design_effect(excess, variance, RINGS, least=0.0) for excess in (alone, steady, shared)
    )

    # A ring of seven shares 0.5 each: (7 + 49/4) / 7; a little less at the edge.
    assert by_chance == pytest.approx(1, abs=0.1)
    assert hot == pytest.approx(by_chance)
    assert together == pytest.approx(1 + 7 / 4, rel=0.1)
    assert design_effect(0 * alone, variance, RINGS) == 1


def test_ratios_that_scatter_by_chance_are_drawn_to_one_and_true_ones_stay() -> None:
    rng = np.random.default_rng(9)
    expected = np.full(400, 20.0)

    by_chance = shrunken_ratios(rng.poisson(expected), expected, expected)
    truly = shrunken_ratios(np.where(np.arange(400) < 200, 10, 30), expected, expected)

    assert np.abs(by_chance - 1).max() < 0.15
    assert truly[0] == pytest.approx(0.5, abs=0.15)
    assert truly[-1] == pytest.approx(1.5, abs=0.15)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(0.5, 60)), min_size=2, max_size=12),
)
def test_a_shrunken_ratio_lies_between_its_own_and_one(places: list[tuple[int, float]]) -> None:
    observed, expected = (np.array(part, float) for part in zip(*places, strict=True))

    found = shrunken_ratios(observed, expected, expected)

    own = observed / expected
    assert (found >= np.minimum(own, 1) - 1e-9).all()
    assert (found <= np.maximum(own, 1) + 1e-9).all()
