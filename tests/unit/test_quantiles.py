"""Quantiles of counted values, and of lateness."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import LOCAL_USER
from dashboard.analysis.quantiles import quantiles
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stats.quantiles import quantile, tightest_window
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import delivery
from tests.unit.test_rollup_tables import scanned

BY = ((), ("segment",), ("carrier",))


@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=60),
    st.sampled_from([0.01, 0.5, 0.9, 0.95, 1.0]),
)
def test_it_is_the_smallest_value_that_the_share_does_not_exceed(
    values: list[int], share: float
) -> None:
    distinct = sorted(set(values))

    found = quantile(distinct, [values.count(value) for value in distinct], share)

    def not_exceeding(limit: int) -> float:
        return sum(value <= limit for value in values) / len(values)

    assert found is not None
    assert not_exceeding(found) >= share
    assert all(not_exceeding(value) < share for value in distinct if value < found)


def test_those_without_a_value_rank_last() -> None:
    assert quantile([-5, 0, None], [4, 1, 5], 0.5) == 0
    assert quantile([-5, 0, None], [4, 1, 5], 0.51) is None


def test_nothing_counted_has_no_quantile() -> None:
    with pytest.raises(ValueError, match="no values were counted"):
        quantile([], [], 0.5)


def test_lateness_is_signed_and_what_has_not_arrived_ranks_last(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(
        deliveries=[
            delivery("early"),  # 120 minutes before its promise
            delivery("late", delivered_at="2026-03-03 12:00:01"),
            delivery("lost", status="lost", delivered_at=None),
            delivery("day", promise_is_date="true"),
            delivery("not due", promised_by="2026-10-03 12:00:00", status="open",
                     delivered_at=None),
        ],
    )  # fmt: skip
    reader = warehouse.reader(None, LOCAL_USER)

    assert quantiles(reader, "lateness", ["segment"], Scope()).to_dicts() == [
        {"segment": "Standard", "rows": 3, "without": 1, "p50": 1, "p90": None, "p95": None}
    ]


def test_a_scope_without_rows_is_refused(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("x"), delivery("y", carrier="Wren", promise_is_date="true")])
    reader = warehouse.reader(None, LOCAL_USER)

    with pytest.raises(ScopeError, match="unknown segment 'Gold'"):
        quantiles(reader, "lateness", [], Scope().within(segment="Gold"))
    with pytest.raises(ScopeError, match="nothing to measure 'lateness' by"):
        quantiles(reader, "lateness", [], Scope().within(carrier="Wren"))


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.mark.parametrize("by", BY)
def test_kept_counts_are_those_of_the_rows(reader: Reader, by: tuple[str, ...]) -> None:
    scope = Scope().within(segment=("Premium", "Rural"))

    assert reader.distribution("lateness", by, scope).equals(
        scanned(reader).distribution("lateness", by, scope)
    )


def test_the_tightest_window_worked_by_hand() -> None:
    values, counts = [-30, -15, 0, 15, 60], [1, 4, 4, 1, 0]

    assert tightest_window(values, counts, 0.8) == (-15, 0)
    assert tightest_window(values, counts, 0.9) == (-30, 0)  # the earliest of two
    assert tightest_window(values, counts, 1.0) == (-30, 15)


def test_what_never_arrived_is_inside_no_window() -> None:
    assert tightest_window([0, 15, None], [18, 1, 1], 0.95) == (0, 15)
    assert tightest_window([0, 15, None], [18, 1, 2], 0.95) is None
    assert tightest_window([None], [3], 0.95) is None


@given(
    st.dictionaries(st.integers(-9, 9), st.integers(1, 9), min_size=1, max_size=8),
    st.sampled_from([0.2, 0.5, 0.9, 1.0]),
)
def test_no_shorter_window_holds_the_share(counts: dict[int, int], share: float) -> None:
    values = sorted(counts)

    found = tightest_window(values, [counts[value] for value in values], share)

    def held(low: int, high: int) -> int:
        return sum(n for value, n in counts.items() if low <= value <= high)

    enough = share * sum(counts.values())
    assert found is not None
    assert held(*found) >= enough
    shorter = [
        (low, high) for low in values for high in values if 0 <= high - low < found[1] - found[0]
    ]
    assert all(held(*one) < enough for one in shorter)


def test_no_cases_have_no_window() -> None:
    with pytest.raises(ValueError, match="no values were counted"):
        tightest_window([], [], 0.95)
