"""A change taken apart: exact, and the published or hand-worked answers."""

import csv
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.stats.bridge import THIN, Sums, bridge, merge_thin, total

VECTORS = Path(__file__).parents[1] / "vectors"


def expected(folder: str) -> dict[str, Any]:
    text = (VECTORS / folder / "expected.json").read_text(encoding="utf-8")
    return json.loads(text)["expected"]


def rows(folder: str) -> list[dict[str, str]]:
    with (VECTORS / folder / "input.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cell(key: str | tuple[str, ...], n0: Any, d0: Any, n1: Any, d1: Any) -> Sums:  # noqa: ANN401
    own = (key,) if isinstance(key, str) else key
    return Sums(own, Fraction(n0), Fraction(d0), Fraction(n1), Fraction(d1))


def cells(dimensions: int) -> some.SearchStrategy[list[Sums]]:
    """Sums of any cells: entrants, leavers, thin ones, cost over nothing completed."""
    names = some.tuples(*[some.sampled_from("abcde")] * dimensions)
    count, money = some.integers(0, 200), some.decimals(0, 10_000, places=4)
    row = some.tuples(money, count, money, count)
    found = some.dictionaries(names, row, min_size=1, max_size=12)
    return found.map(lambda named: [cell(key, *sums) for key, sums in named.items()]).filter(
        lambda found: all(sum(getattr(c, d) for c in found) for d in ("d0", "d1"))
    )


# Answers from elsewhere


def test_mix_and_rate_by_segment_are_those_of_the_vector() -> None:
    answer = expected("19_mix_rate")
    found = bridge(
        cell(r["segment"], r["ontime_prev"], r["n_prev"], r["ontime_curr"], r["n_curr"])
        for r in rows("19_mix_rate")
    )

    shown = {part.sums.key[0]: part for part in found.parts}
    assert float(found.before) == pytest.approx(answer["rate_prev"], abs=1e-12)
    assert float(found.after) == pytest.approx(answer["rate_curr"], abs=1e-12)
    assert float(found.rate) == pytest.approx(answer["total_rate_effect"], abs=1e-12)
    assert float(found.mix) == pytest.approx(answer["total_mix_effect"], abs=1e-12)
    for name, effects in answer["by_segment"].items():
        assert float(shown[name].rate) == pytest.approx(effects["rate_effect"], abs=1e-12)
        assert float(shown[name].mix) == pytest.approx(effects["mix_effect"], abs=1e-12)


def test_the_three_factors_of_cost_are_those_of_the_vector() -> None:
    answer = expected("19b_cost_shapley")
    found = total(
        cell(
            r["segment"],
            Fraction(r["cost_per_stop_prev"]) * int(r["stops_prev"]),
            r["stops_prev"],
            Fraction(r["cost_per_stop_curr"]) * int(r["stops_curr"]),
            r["stops_curr"],
        )
        for r in rows("19b_cost_shapley")
    )

    assert float(found.change) == pytest.approx(answer["change"], abs=1e-6)
    assert float(found.volume) == pytest.approx(answer["volume_effect"], abs=1e-6)
    assert float(found.mix) == pytest.approx(answer["mix_effect"], abs=1e-6)
    assert float(found.unit) == pytest.approx(answer["unit_cost_effect"], abs=1e-6)


def test_simpsons_paradox_is_seen_in_the_admissions_of_berkeley() -> None:
    answer = expected("09b_simpson")
    found = bridge(
        cell(r["stratum"], r["x_b"], r["n_b"], r["x_a"], r["n_a"]) for r in rows("09b_simpson")
    )

    assert float(found.change) == pytest.approx(answer["crude_diff"], rel=1e-8)
    # the vector merges nothing: stratum B has 25 women, which we would merge with itself
    assert float(found.same_mix) == pytest.approx(answer["std_to_pooled_mix_diff"], rel=1e-8)
    assert found.is_reversed is answer["simpson_flag"]


def test_cost_over_nothing_completed_stays_in_the_ratio_on_a_line_of_its_own() -> None:
    answer = expected("29_ratio_of_sums")
    routes = [
        cell((r["segment"], r["route"]), 0, r["deliveries"], r["cost"], r["deliveries"])
        for r in rows("29_ratio_of_sums")
    ]
    found = bridge([*routes, cell(("rural", "r5"), 0, 0, 71, 0)])

    assert float(found.after) == pytest.approx(answer["overall"] + 71 / 142, abs=1e-10)
    assert found.undivided == Fraction(71, 142)


# Worked by hand


def test_a_cell_in_one_period_only_is_pure_mix() -> None:
    found = bridge([cell("stays", 90, 100, 90, 100), cell("new", 0, 0, 50, 100)])

    new = next(part for part in found.parts if part.sums.key == ("new",))
    assert found.change == Fraction(-20, 100)
    assert found.rate == 0
    # its share rose by a half; its ratio of .5 stands .3 below the mean of .9 and .7
    assert new.mix == Fraction(1, 2) * (Fraction(5, 10) - Fraction(8, 10))


def test_thin_cells_are_merged_from_the_last_dimension() -> None:
    merged = merge_thin(
        [
            cell(("a", "x"), 9, 10, 8, 40),
            cell(("a", "y"), 9, 25, 8, 20),
            cell(("b", "x"), 1, 2, 1, 2),
            cell(("b", "y"), 50, 60, 0, 0),
        ]
    )

    assert merged == [
        cell(("b", "y"), 50, 60, 0, 0),
        cell(("a", THIN), 18, 35, 16, 60),
        cell((THIN, THIN), 1, 2, 1, 2),
    ]


def test_mix_of_two_dimensions_is_split_as_the_mean_of_both_orders() -> None:
    # carrier a goes from half to all, and within each carrier the zones keep their shares
    found = bridge(
        [
            cell(("a", "x"), 90, 100, 180, 200),
            cell(("a", "y"), 80, 100, 160, 200),
            cell(("b", "x"), 70, 100, 0, 0),
            cell(("b", "y"), 60, 100, 0, 0),
        ]
    )

    assert found.mix == found.change == Fraction(1, 10)
    assert found.mix_by == (Fraction(1, 10), 0)


# Properties


@given(cells(1))
def test_by_one_dimension_the_parts_are_the_change(found: list[Sums]) -> None:
    taken = bridge(found)

    assert taken.rate + taken.mix + taken.undivided == taken.change
    assert taken.mix_by == (taken.mix,)


@given(cells(2))
def test_by_two_dimensions_the_parts_are_the_change(found: list[Sums]) -> None:
    taken = bridge(found)
    apart = total(found)

    assert taken.rate + taken.mix + taken.undivided == taken.change
    assert sum(taken.mix_by) == taken.mix
    assert apart.volume + apart.mix + apart.unit + apart.undivided == apart.change


@given(cells(2))
def test_turning_time_round_turns_every_sign(found: list[Sums]) -> None:
    back = [Sums(c.key, c.n1, c.d1, c.n0, c.d0) for c in found]
    there, here = bridge(found), bridge(back)

    assert (there.rate, there.mix, there.undivided) == (-here.rate, -here.mix, -here.undivided)
    assert there.mix_by == tuple(-part for part in here.mix_by)


@given(cells(2))
def test_the_order_of_the_dimensions_does_not_matter_where_no_cell_is_thin(
    found: list[Sums],
) -> None:
    full = [Sums(c.key, c.n0, c.d0 * 30, c.n1, c.d1 * 30) for c in found]
    turned = [Sums(c.key[::-1], c.n0, c.d0, c.n1, c.d1) for c in full]

    assert bridge(turned).mix_by == bridge(full).mix_by[::-1]


# Refusals


def test_three_dimensions_are_refused() -> None:
    with pytest.raises(ScopeError) as refused:
        bridge([cell(("a", "b", "c"), 1, 40, 1, 40)])

    assert str(refused.value) == "3 dimensions to explain a change by; name one or two"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "earlier"),
        ([cell("a", 1, 0, 1, 40)], "earlier"),
        ([cell("a", 1, 40, 1, 0)], "later"),
    ],
)
def test_nothing_to_divide_by_is_refused(found: Sequence[Sums], said: str) -> None:
    with pytest.raises(NotEnoughDataError) as refused:
        bridge(found)

    message = f"the {said} period has nothing to divide by; choose another period"
    assert str(refused.value) == message
