"""The proportional-odds model, held against R's MASS::polr and statsmodels itself."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from dashboard.errors import NotEnoughDataError
from dashboard.stats.ordinal import fit_ordinal, likelihood_ratio

FOLDER = Path(__file__).parents[1] / "vectors" / "06_ab_ordinal"
POLR = json.loads((FOLDER / "expected.json").read_text())["expected"]["polr"]


@pytest.fixture(scope="module")
def answers() -> tuple[np.ndarray, np.ndarray]:
    with (FOLDER / "input.csv").open() as file:
        rows = [(int(row["csat"]), row["arm"] == "treatment") for row in csv.DictReader(file)]
    csat, arm = zip(*rows, strict=True)
    return np.array(csat), np.array(arm, float)[:, None]


def test_the_published_vector_of_proportional_odds(
    answers: tuple[np.ndarray, np.ndarray],
) -> None:
    csat, arm = answers

    found = fit_ordinal(csat, arm, np.ones(len(csat)))

    assert found.slopes[0] == pytest.approx(POLR["logOR"], rel=1e-4)
    assert found.cuts == pytest.approx(POLR["cuts"], rel=1e-4)
    assert found.covariance[0, 0] ** 0.5 == pytest.approx(POLR["se"], rel=1e-4)
    assert found.log_likelihood == pytest.approx(POLR["loglik"], rel=1e-4)


def test_counted_rows_are_the_same_as_rows_repeated(
    answers: tuple[np.ndarray, np.ndarray],
) -> None:
    csat, arm = answers
    cells, counts = np.unique(np.column_stack([csat, arm]), axis=0, return_counts=True)
    reference = OrderedModel(csat, arm, distr="logit").fit(method="bfgs", disp=False)

    found = fit_ordinal(cells[:, 0], cells[:, 1:], counts)

    assert found.answers == len(csat)
    assert found.log_likelihood == pytest.approx(reference.llf, rel=1e-8)
    assert found.mean(np.array([[1.0]]))[0] == pytest.approx(
        reference.predict([[1.0]])[0] @ np.arange(1, 6), rel=1e-4
    )


def test_expected_answers_differ_as_those_drawn_do() -> None:
    rng = np.random.default_rng(3)
    late = rng.random(40_000) < 0.3
    shares = np.where(late[:, None], (0.15, 0.15, 0.2, 0.25, 0.25), (0.03, 0.04, 0.08, 0.25, 0.6))
    answer = 1 + (rng.random(40_000)[:, None] > shares.cumsum(1)).sum(1)
    cells, counts = np.unique(np.column_stack([answer, late]), axis=0, return_counts=True)

    found = fit_ordinal(cells[:, 0], cells[:, 1:], counts)
    value, low, high = found.difference(np.array([[1.0]]), np.array([[0.0]]))

    assert low < value < high
    assert value == pytest.approx(answer[late].mean() - answer[~late].mean(), abs=0.03)


def test_an_effect_that_is_not_there_is_as_rarely_found_as_promised() -> None:
    rng = np.random.default_rng(4)
    p_values = []
    for _ in range(200):
        answer, group = rng.integers(1, 6, 300), rng.integers(0, 2, 300)
        other = rng.integers(0, 2, 300)
        rows = np.column_stack([answer, group, other]).astype(float)
        cells, counts = np.unique(rows, axis=0, return_counts=True)
        smaller = fit_ordinal(cells[:, 0], cells[:, 1:2], counts)
        larger = fit_ordinal(cells[:, 0], cells[:, 1:], counts)
        p_values.append(likelihood_ratio(smaller, larger))

    assert np.sum(np.array(p_values) < 0.05) <= 21


@pytest.mark.parametrize(("answer", "group"), [([5, 5], [0, 1]), ([4, 5], [1, 1]), ([], [])])
def test_what_cannot_be_told_is_refused(answer: list[int], group: list[int]) -> None:
    rows = np.array(group, float).reshape(-1, 1)

    with pytest.raises(NotEnoughDataError, match="no model"):
        fit_ordinal(np.array(answer), rows, np.ones(len(answer)))
