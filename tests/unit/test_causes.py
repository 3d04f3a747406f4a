"""The search for causes: what it counts, what it finds, and what it must not find."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats import combinations
from dashboard.stats.causes import (
    BLOCK_DAYS,
    FALSE_DISCOVERIES,
    Cause,
    halves,
    largest_passing,
    search,
)
from dashboard.stats.combinations import (
    SEAM,
    Axis,
    Rows,
    count,
    neighbours,
    rows_of,
    sets_to_combine,
)
from dashboard.stats.main_effects import chances
from tests import vector

DAYS = 84


def world(seed: int, late: np.ndarray, **codes: np.ndarray) -> Rows:
    """Two periods of twelve weeks, deliveries spread evenly; lateness by given chances."""
    rng = np.random.default_rng(seed)
    size = len(late)
    day = rng.integers(0, DAYS, size)
    then = np.arange(size) >= size // 2
    half = halves(day, DAYS)
    kept = ~((half == SEAM) & then)
    unions = {"zone": ((0, 1), (1, 2)), "hour": ((0, 1),)}
    axes = tuple(
        Axis(name, own[kept], int(own.max()) + 1, unions.get(name, ()), of_depot=name == "zone")
        for name, own in codes.items()
    )
    happened = rng.random(size) < late
    return Rows(
        axes,
        np.where(half == SEAM, SEAM, half + 2 * then)[kept],
        np.ones(int(kept.sum()), np.int64),
        happened[kept].astype(np.int64),
        np.zeros(int(kept.sum())),
        (day + DAYS * then)[kept],
        4,
    )


def drawn(seed: int, size: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(10_000 + seed)
    return {
        "carrier": rng.integers(0, 4, size),
        "zone": rng.integers(0, 6, size),
        "hour": rng.integers(0, 3, size),
        "service": rng.integers(0, 3, size),
    }


def found(rows: Rows) -> tuple[Cause, ...]:
    return search(replace(rows, expected=chances(rows)), DAYS - 10, 1.0).causes


def named(rows: Rows, cause: Cause) -> dict[str, tuple[int, ...]]:
    return {
        rows.axes[axis].name: rows.axes[axis].values[value]
        for axis, value in zip(cause.axes, cause.values, strict=True)
    }


def test_fortnights_take_turns_and_the_days_on_both_sides_of_a_seam_are_dropped() -> None:
    half = halves(np.arange(35), 35)

    assert half[:14].tolist() == [0] * 13 + [SEAM]
    assert half[14:28].tolist() == [SEAM, *[1] * 12, SEAM]
    assert half[28:].tolist() == [SEAM, *[0] * 6]


@given(st.integers(BLOCK_DAYS * 2, 400))
def test_a_period_of_two_fortnights_or_more_has_days_of_both_halves(days: int) -> None:
    assert {0, 1} <= set(halves(np.arange(days), days).tolist())


def test_every_combination_counts_exactly_the_rows_that_it_holds() -> None:
    codes = drawn(1, 4_000)
    rows = world(1, np.full(4_000, 0.3), **codes)

    sums = count(rows, sets_to_combine(rows))

    rng = np.random.default_rng(5)
    for column in rng.integers(0, sums.n.shape[1], 200):
        inside = rows_of(rows, *sums.at(int(column)))
        for block in range(4):
            own = inside & (rows.block == block)
            assert sums.n[block, column] == own.sum()
            assert sums.late[block, column] == rows.late[own].sum()


def test_rows_that_are_alike_count_together_as_they_do_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = drawn(9, 4_000)
    rows = world(9, np.full(4_000, 0.3), **codes)
    driver = Axis("driver", np.arange(len(rows.n)) % 50, 50, most=2)
    rows = replace(rows, axes=(*rows.axes, driver), expected=np.linspace(0, 1, len(rows.n)))
    sets = sets_to_combine(rows)
    apart = count(rows, sets)

    monkeypatch.setattr(combinations, "_WORTH_JOINING", 0)
    together = count(rows, sets)

    assert np.array_equal(apart.n, together.n)
    assert np.array_equal(apart.late, together.late)
    assert apart.expected == pytest.approx(together.expected)
    assert not any(len(places) > 2 for places in sets if len(rows.axes) - 1 in places)


def test_all_pairs_and_triples_are_tried_but_none_whose_one_part_says_the_other() -> None:
    codes = drawn(2, 2_000)
    rows = world(2, np.full(2_000, 0.1), **codes, channel=codes["carrier"] // 2)

    sets = sets_to_combine(rows)

    # Five dimensions: 5 + 10 + 10, less those with carrier and channel together: 1 + 3.
    assert len(sets) == 5 + 9 + 7
    assert not any({0, 4} <= set(places) for places in sets)


def test_areas_are_neighbours_by_a_border_and_not_by_a_corner() -> None:
    def square(x: float, y: float) -> list[tuple[float, float]]:
        return [(x + dx, y + dy) for dx, dy in product((0.0, 1.0), repeat=2)]

    pairs = set(neighbours([square(0, 0), square(1, 0), square(1, 1), square(5, 5)]))

    assert pairs == {(0, 1), (1, 2)}


def test_the_search_stops_where_benjamini_and_hochberg_do() -> None:
    own = vector.expected("05_ab_multiplicity")
    p = np.array(own["p"])

    for level in (0.01, FALSE_DISCOVERIES, 0.10, 0.30):
        passing = p[np.array(own["bh"]) <= level]
        assert largest_passing(p, level) == (passing.max() if len(passing) else -1.0)


def test_a_planted_combination_is_found_alone_with_its_size() -> None:
    codes = drawn(3, 24_000)
    late = np.full(24_000, 0.06)
    planted = (codes["carrier"] == 1) & (codes["zone"] <= 1) & (codes["hour"] <= 1)
    late[planted & (np.arange(24_000) < 12_000)] = 0.30
    rows = world(3, late, **codes)

    causes = found(rows)

    assert [named(rows, one) for one in causes] == [
        {"carrier": (1,), "zone": (0, 1), "hour": (0, 1)}
    ]
    (only,) = causes
    low, high = only.limits
    assert low < 0.24 * only.n < high
    assert only.avoidable == pytest.approx(only.confirm.excess * only.n)


def test_of_two_planted_combinations_the_second_is_judged_without_the_first() -> None:
    codes = drawn(4, 24_000)
    late = np.full(24_000, 0.06)
    now = np.arange(24_000) < 12_000
    late[now & (codes["carrier"] == 1) & (codes["zone"] == 3)] = 0.40
    late[now & (codes["carrier"] == 1) & (codes["service"] == 2) & (codes["zone"] != 3)] = 0.25
    rows = world(4, late, **codes)

    causes = found(rows)

    assert {"carrier": (1,), "zone": (3,)} in [named(rows, one) for one in causes]
    assert {"carrier": (1,), "service": (2,)} in [named(rows, one) for one in causes]
    assert sum(one.n for one in causes) <= int((rows.block < 2).sum())


def test_what_was_as_bad_before_is_no_change() -> None:
    codes = drawn(5, 24_000)
    late = np.full(24_000, 0.06)
    late[(codes["carrier"] == 1) & (codes["zone"] == 3)] = 0.25

    assert found(world(5, late, **codes)) == ()


def test_a_carrier_that_takes_over_more_brings_its_own_lateness_and_is_no_cause() -> None:
    rng = np.random.default_rng(6)
    codes = drawn(6, 24_000)
    now = np.arange(24_000) < 12_000
    codes["carrier"] = np.where(
        now, rng.choice(4, 24_000, p=[0.55, 0.15, 0.15, 0.15]), codes["carrier"]
    )
    late = np.where(codes["carrier"] == 0, 0.12, 0.05)

    assert found(world(6, late, **codes)) == ()


def test_what_happened_in_one_half_only_is_not_confirmed() -> None:
    codes = drawn(7, 24_000)
    rows = world(7, np.full(24_000, 0.06), **codes)
    hit = (rows.axes[0].codes == 1) & (rows.axes[1].codes == 3) & (rows.block == 0)
    rows.late[hit] = 1

    assert found(rows) == ()


def test_fewer_than_thirty_deliveries_in_a_half_are_not_tested() -> None:
    codes = {"carrier": np.arange(96) % 2, "zone": np.arange(96) % 3}
    rows = world(8, np.where(codes["carrier"] == 1, 0.9, 0.1), **codes)

    answer = search(rows, DAYS - 10, 1.0)

    assert (answer.tested, answer.carried) == (0, ())
