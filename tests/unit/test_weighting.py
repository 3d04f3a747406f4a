"""Weights for those who did not answer, held against R's survey package."""

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import NotEnoughDataError
from dashboard.stats.weighting import bounds, merged_weights, weighted_mean

FOLDER = Path(__file__).parents[1] / "vectors" / "24_csat_nonresponse"
VECTOR = json.loads((FOLDER / "expected.json").read_text())["expected"]
SEGMENTS = ("economy", "premium", "standard")


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, int, int | None]]:
    with (FOLDER / "input.csv").open() as file:
        return [
            (row["segment"], int(row["late"]), int(row["csat"]) if row["csat"] else None)
            for row in csv.DictReader(file)
        ]


def table(rows: list[tuple[str, int, int | None]], *, answered: bool) -> np.ndarray:
    counts = Counter((s, late) for s, late, csat in rows if csat is not None or not answered)
    return np.array([[counts[segment, late] for late in (0, 1)] for segment in SEGMENTS])


def test_the_published_vector_of_non_response(rows: list[tuple[str, int, int | None]]) -> None:
    weights = merged_weights(table(rows, answered=False), table(rows, answered=True))
    answers = [(s, late, csat) for s, late, csat in rows if csat is not None]
    values = np.array([csat for *_, csat in answers])
    own = np.array([weights[SEGMENTS.index(s), late] for s, late, _ in answers])

    found = weighted_mean(values, own, np.ones(len(values)))
    top = weighted_mean(values >= 4, own, np.ones(len(values)))

    named = {f"{s} {late}": weights[SEGMENTS.index(s), late] for s, late, _ in answers}
    assert named == pytest.approx(VECTOR["weights"], rel=1e-6)
    assert found.value == pytest.approx(VECTOR["weighted_mean"], rel=1e-6)
    assert found.variance**0.5 == pytest.approx(VECTOR["se_weighted_taylor"], rel=1e-6)
    assert found.effective == pytest.approx(VECTOR["kish_neff"], rel=1e-6)
    assert top.value == pytest.approx(VECTOR["top2_weighted"], rel=1e-6)
    assert bounds(values.sum(), len(values), len(rows), (1, 5)) == pytest.approx(
        (VECTOR["bounds"]["lo"], VECTOR["bounds"]["hi"])
    )


ANSWERS = st.lists(
    st.tuples(st.integers(1, 5), st.floats(0.1, 50), st.integers(1, 4)), min_size=2, max_size=30
)


@given(ANSWERS)
def test_it_is_weighted_least_squares_with_a_robust_variance(
    answers: list[tuple[int, float, int]],
) -> None:
    values, weights, counts = (np.array(part) for part in zip(*answers, strict=True))
    y, w = np.repeat(values, counts), np.repeat(weights, counts)
    reference = sm.WLS(y.astype(float), np.ones(len(y)), weights=w).fit(cov_type="HC1")

    found = weighted_mean(values, weights, counts)

    assert found.value == pytest.approx(reference.params[0])
    assert found.variance == pytest.approx(reference.cov_params()[0, 0], abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(reference.conf_int()[0]), abs=1e-6)


@given(ANSWERS)
def test_weights_matter_only_by_their_proportions(answers: list[tuple[int, float, int]]) -> None:
    values, weights, counts = (np.array(part) for part in zip(*answers, strict=True))

    one, other = (weighted_mean(values, scale * weights, counts) for scale in (1, 7))

    assert (one.value, one.variance, one.effective) == pytest.approx(
        (other.value, other.variance, other.effective), abs=1e-12
    )


def test_thin_cells_are_merged_across_segments_and_never_across_outcomes() -> None:
    due = np.array([[100, 10], [200, 20], [300, 30]])
    replies = np.array([[10, 4], [20, 3], [30, 6]])

    weights = merged_weights(due, replies)

    # Kept: 10 each. Late: 4 and 3 together answer for 30; the third answers for itself.
    assert weights.tolist() == [[10, 30 / 7], [10, 30 / 7], [10, 5]]


def test_thin_cells_that_stay_thin_take_the_smallest_other_one_with_them() -> None:
    weights = merged_weights(np.array([[10], [20], [30]]), np.array([[2], [6], [5]]))

    assert weights[:, 0].tolist() == pytest.approx([40 / 7, 20 / 6, 40 / 7])


CELL = st.tuples(st.integers(0, 90), st.integers(0, 12))


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6))
def test_answers_always_stand_for_every_delivery(
    cells: list[list[tuple[int, int]]],
) -> None:
    due = np.array([[max(d, n) for d, n in row] for row in cells])
    replies = np.array([[n for _, n in row] for row in cells])
    silent = (due.sum(0) > 0) & (replies.sum(0) == 0)

    if silent.any():
        with pytest.raises(NotEnoughDataError, match="only bounds can be given"):
            merged_weights(due, replies)
        return
    assert (merged_weights(due, replies) * replies).sum(0) == pytest.approx(due.sum(0))


@pytest.mark.parametrize("counts", [[], [1]])
def test_one_answer_has_no_interval(counts: list[int]) -> None:
    with pytest.raises(NotEnoughDataError, match="at least 2 are needed"):
        weighted_mean(np.ones(len(counts)), np.ones(len(counts)), np.array(counts))


def test_bounds_need_a_delivery() -> None:
    with pytest.raises(NotEnoughDataError, match="no delivery is due"):
        bounds(0.0, 0, 0, (1, 5))
