"""Splitting shared cost: the published vectors, and what must hold for any weights."""

import csv
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import NotEnoughDataError
from dashboard.stats.allocation import Capacity, Work, rounded, split, time_driven

VECTORS = Path(__file__).parents[1] / "vectors"
AMOUNTS = st.decimals(0, 10**9, places=4, allow_nan=False)
WEIGHTS = st.dictionaries(
    st.text(max_size=3), st.decimals(0, 10**6, places=4, allow_nan=False), min_size=1
).filter(lambda weights: sum(weights.values()) > 0)


def vector(name: str) -> tuple[dict, list[dict[str, str]]]:
    folder = VECTORS / name
    expected = json.loads((folder / "expected.json").read_text(), parse_float=Decimal)
    with (folder / "input.csv").open(newline="") as file:
        return expected["expected"], list(csv.DictReader(file))


def test_a_route_is_priced_as_the_published_vector_says() -> None:
    expected, stops = vector("26_cost_to_serve")
    paid = expected["params"]
    capacity = Capacity(
        paid["paid_minutes"], paid["stem_min"], paid["stem_km"],
        paid["rate_per_min"], paid["rate_per_km"],
    )  # fmt: skip
    work = {
        stop["stop"]: Work(
            Decimal(stop["inter_stop_min"]) + Decimal(stop["service_min"]),
            Decimal(stop["inter_stop_km"]),
            1,
        )
        for stop in stops
    }

    found = time_driven(capacity, work)

    assert found.charges == {name: Fraction(c) for name, c in expected["cost_by_stop"].items()}
    assert found.idle == Fraction(expected["idle_capacity_cost"])
    assert found.total == Fraction(expected["route_total"])


def test_stops_of_a_segment_cost_together_what_they_cost_one_by_one() -> None:
    expected, stops = vector("26_cost_to_serve")
    paid = expected["params"]
    capacity = Capacity(
        paid["paid_minutes"], paid["stem_min"], paid["stem_km"],
        paid["rate_per_min"], paid["rate_per_km"],
    )  # fmt: skip
    work = {}
    for name in expected["cost_by_segment"]:
        own = [stop for stop in stops if stop["segment"] == name]
        work[name] = Work(
            sum(Decimal(s["inter_stop_min"]) + Decimal(s["service_min"]) for s in own),
            sum(Decimal(s["inter_stop_km"]) for s in own),
            len(own),
        )

    found = time_driven(capacity, work)

    assert found.charges == {n: Fraction(c) for n, c in expected["cost_by_segment"].items()}
    assert found.total == Fraction(expected["route_total"])


def test_more_work_than_paid_time_is_overtime() -> None:
    found = time_driven(Capacity(60, 10, 0, 2, 0), {"a": Work(55, 0, 1)})

    assert found.idle == -10
    assert found.total == 120


def test_without_a_stop_there_is_nothing_to_price() -> None:
    with pytest.raises(NotEnoughDataError) as refusal:
        time_driven(Capacity(60, 10, 0, 2, 0), {"a": Work(5, 0, 0)})

    assert str(refusal.value) == ("no stop was made; stops are needed to share the way to them")


def test_thirds_sum_to_the_whole_and_the_first_gets_the_rest() -> None:
    assert split(Decimal(10), {"a": 1, "b": 1, "c": 1}) == {
        "a": Decimal("3.3334"), "b": Decimal("3.3333"), "c": Decimal("3.3333"),
    }  # fmt: skip


@given(AMOUNTS, WEIGHTS)
def test_parts_sum_to_the_amount_and_lie_within_a_unit_of_their_share(
    amount: Decimal, weights: dict[str, Decimal]
) -> None:
    parts = split(amount, weights)

    assert sum(parts.values()) == amount
    whole = sum(map(Fraction, weights.values()))
    for key, part in parts.items():
        exact = Fraction(amount) * Fraction(weights[key]) / whole
        assert abs(Fraction(part) - exact) < Fraction(1, 10_000)


@given(AMOUNTS, WEIGHTS, st.integers(1, 1000))
def test_only_the_proportions_of_the_weights_count(
    amount: Decimal, weights: dict[str, Decimal], times: int
) -> None:
    assert split(amount, weights) == split(amount, {k: w * times for k, w in weights.items()})


@pytest.mark.parametrize(
    ("weights", "said"), [({"a": 0}, "weights sum to 0"), ({"a": 2, "b": -1}, "sum to 1")]
)
def test_weights_that_cannot_split_are_refused(weights: dict[str, int], said: str) -> None:
    with pytest.raises(NotEnoughDataError, match=said):
        split(Decimal(1), weights)


def test_an_exact_number_is_rounded_to_four_places() -> None:
    assert rounded(Fraction(2, 3)) == Decimal("0.6667")
