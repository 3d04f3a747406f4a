"""Counterfactuals: shares shrunk, each value held against the median of the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import NotEnoughDataError
from dashboard.stats.levelling import levelled, shrunken_shares


def test_values_that_scatter_as_chance_would_are_all_the_mean() -> None:
    n, late = np.array([100.0, 100.0, 100.0]), np.array([10.0, 11.0, 9.0])

    assert shrunken_shares(n, late) == pytest.approx([0.1, 0.1, 0.1])


def test_many_deliveries_keep_a_share_that_few_do_not() -> None:
    n = np.array([10_000.0, 10_000.0, 10_000.0, 40.0])
    late = np.array([500.0, 1_000.0, 1_500.0, 12.0])

    shrunken = shrunken_shares(n, late)

    assert shrunken[:3] == pytest.approx([0.05, 0.10, 0.15], abs=0.002)
    assert 0.10 < shrunken[3] < 0.25


def test_a_value_is_held_against_the_others_and_not_against_itself() -> None:
    n = np.full(3, 1e9)
    found = levelled(n, n * np.array([0.05, 0.07, 0.20]))

    assert found.usual == pytest.approx([0.135, 0.125, 0.06], rel=1e-4)
    assert found.avoided[:2] == pytest.approx([0, 0])
    assert found.avoided[2] == pytest.approx(0.14e9, rel=1e-4)


@given(st.lists(st.tuples(st.integers(1, 5_000), st.floats(0, 1)), min_size=3, max_size=20))
def test_a_shrunken_share_lies_between_its_own_and_the_mean(
    values: list[tuple[int, float]],
) -> None:
    n = np.array([float(count) for count, _ in values])
    late = np.floor(n * np.array([share for _, share in values]))
    mean = late.sum() / n.sum()

    found = shrunken_shares(n, late)

    low, high = np.minimum(late / n, mean), np.maximum(late / n, mean)
    assert np.all((low - 1e-12 <= found) & (found <= high + 1e-12))


def test_two_values_have_no_usual_share() -> None:
    with pytest.raises(NotEnoughDataError, match="2 values; at least 3 are needed"):
        levelled(np.array([50.0, 60.0]), np.array([5.0, 6.0]))
