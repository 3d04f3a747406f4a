"""Periods, quarters and scopes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter, Scope


@pytest.mark.parametrize("text", ["2026Q3", "2026 Q3", "2026q3"])
def test_a_quarter_is_read_as_people_write_it(text: str) -> None:
    assert Quarter.parse(text) == Quarter(2026, 3)


@pytest.mark.parametrize("text", ["", "2026", "Q3", "2026Q5", "2026Q", "20x6Q1", "2026-07"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ScopeError) as refused:
        Quarter.parse(text)

    assert str(refused.value) == f"'{text}' is not a quarter; write it like 2026Q3"


def test_quarters_of_a_fiscal_year_that_begins_in_april() -> None:
    assert Quarter.of(date(2026, 3, 31), 4) == Quarter(2025, 4)
    assert Quarter.of(date(2026, 4, 1), 4) == Quarter(2026, 1)
    assert Quarter(2025, 4).period(4) == Period(date(2026, 1, 1), date(2026, 3, 31))


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 12), st.integers(-9, 9))
def test_a_day_lies_in_its_quarter_and_quarters_follow_each_other(
    day: date, start: int, back: int
) -> None:
    quarter = Quarter.of(day, start)
    period = quarter.period(start)

    assert period.start <= day <= period.end
    assert 89 <= period.days <= 92
    assert quarter.earlier(back).earlier(-back) == quarter
    assert (period.start - quarter.earlier().period(start).end).days == 1
    assert Quarter.parse(quarter.key) == Quarter.parse(str(quarter)) == quarter


def test_a_reversed_period_is_refused() -> None:
    with pytest.raises(ScopeError) as refused:
        Period(date(2026, 2, 1), date(2026, 1, 1))

    assert str(refused.value) == (
        "the period 2026-02-01 to 2026-01-01 is reversed; start it first"
    )


def test_parts_of_a_period() -> None:
    january = Period(date(2026, 1, 1), date(2026, 1, 31))

    assert january.first(10) == Period(date(2026, 1, 1), date(2026, 1, 10))
    assert january.first(99) == january
    assert january.until(date(2026, 1, 5)).days == 5
    assert january.until(date(2025, 12, 31)) == january
    assert january.before() == Period(date(2025, 12, 1), date(2025, 12, 31))


def test_a_scope_is_the_same_however_it_was_narrowed() -> None:
    one = Scope().within(segment=("Rural", "Premium", "Rural"), carrier="Wren")
    other = Scope().within(carrier=("Wren",)).within(segment=("Premium", "Rural"))

    assert one == other
    assert hash(one) == hash(other)
    assert one.within(segment=(), carrier=()) == Scope()


def test_another_period_leaves_nothing_to_compare_with() -> None:
    week = Period(date(2026, 1, 5), date(2026, 1, 11))
    scope = Scope(week, week.before()).within(zone="Z1")

    assert scope.during(None) == Scope().within(zone="Z1")


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_whole_months_and_edges_are_every_day_once(day: date, more: int) -> None:
    period = Period(day, day + timedelta(days=more))

    months = period.whole_months

    if months is None:
        assert more < 62
        return
    edges = period.without(months)
    assert (months.start.day, (months.end + timedelta(days=1)).day) == (1, 1)
    assert sum(one.days for one in (months, *edges)) == period.days
    assert min(one.start for one in (months, *edges)) == period.start
    assert max(one.end for one in (months, *edges)) == period.end
    assert all(one.whole_months is None for one in edges)
