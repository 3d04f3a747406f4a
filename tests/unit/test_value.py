"""The map of values: the rule by hand, and no call where an interval holds the line."""

from datetime import date, datetime

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis import value_map
from dashboard.charts import palette, value_chart
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, daily, delivery

DAYS = Period(date(2026, 1, 5), date(2026, 3, 15))
AS_OF = datetime(2026, 4, 1)  # noqa: DTZ001


def worth(segment: str, count: int, revenue: str | None) -> list[Row]:
    return daily(DAYS, count, segment=segment, revenue=revenue, cost_last_mile="5")


@pytest.fixture
def reader(warehouse: Warehouse, put_in: Import) -> Reader:
    """A day: 6 lose 1, 1 loses 1, 2 earn 10, 1 earns 1: on average 1.40."""
    rows = [
        *worth("Big", 6, "4"), *worth("Small", 1, "4"),
        *worth("Rich", 2, "15"), *worth("Plain", 1, "6"),
    ]  # fmt: skip
    put_in(as_of=AS_OF, deliveries=rows)
    return warehouse.reader(None, LOCAL_USER)


def test_each_quarter_of_the_map_has_its_call(reader: Reader) -> None:
    found = value_map(reader, Scope(DAYS))

    assert {one.segment: one.call for one in found.segments} == {
        "Big": "fix", "Small": "exit", "Rich": "differentiate", "Plain": "standard service",
    }  # fmt: skip
    assert (found.average.value, found.equal_share) == (pytest.approx(1.4), 0.25)
    assert [one.share for one in found.segments] == pytest.approx([0.6, 0.2, 0.1, 0.1])
    assert found.message == (
        "Exit: Small. Fix: Big. Differentiate: Rich. Standard service: Plain."
    )


def test_the_map_says_in_words_what_it_shows(reader: Reader) -> None:
    alt = value_chart(value_map(reader, Scope(DAYS)), palette("light")).alt

    assert "Big: fix, −1.00 a delivery (−1.00 – −1.00), 60.0\xa0% of the volume" in alt
    assert alt.endswith("Average margin 1.40.")


def test_one_segment_has_nothing_to_be_held_against(reader: Reader) -> None:
    for segment in ("Big", "Rich"):
        [one] = value_map(reader, Scope(DAYS).within(segment=segment)).segments

        assert one.call == "not clear"


def test_one_day_carries_no_call(reader: Reader) -> None:
    found = value_map(reader, Scope(DAYS.first(1)))

    assert {one.call for one in found.segments} == {"not clear"}
    assert found.segments[0].share_low is None


def test_zero_revenue_is_a_loss_and_no_error(warehouse: Warehouse, put_in: Import) -> None:
    put_in(as_of=AS_OF, deliveries=[*worth("Free", 1, "0"), *worth("Paid", 3, "7")])

    found = value_map(warehouse.reader(None, LOCAL_USER), Scope(DAYS))

    free = next(one for one in found.segments if one.segment == "Free")
    assert (free.margin.value, free.call) == (-5, "exit")


def test_unknown_revenue_is_said(warehouse: Warehouse, put_in: Import) -> None:
    put_in(as_of=AS_OF, deliveries=[delivery("a", cost_last_mile="5")])

    with pytest.raises(ScopeError) as refused:
        value_map(warehouse.reader(None, LOCAL_USER), Scope())

    assert str(refused.value) == (
        "no completed delivery has both revenue and cost; choose another period"
    )
