"""How columns are written: never a wrong order of day and month, never a wrong decimal sign."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.warehouse.guessing.values import numbers, times


def _once(*values: str) -> dict[str, int]:
    return dict.fromkeys(values, 1)


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["13.02.2025 08:05"], ("%d.%m.%Y %H:%M",)),
        (["3.2.2025"], ("%d.%m.%Y",)),
        (["02/13/2025 08:05:09"], ("%m/%d/%Y %H:%M:%S",)),
        (["13/02/2025"], ("%d/%m/%Y",)),
        (["2/13/2025 8:05 PM"], ("%m/%d/%Y %I:%M %p",)),
        (["13-02-25"], ("%d-%m-%y",)),
        (["13 Feb 2025"], ("%d %b %Y",)),
        (["20250213"], ("%Y%m%d",)),
        (["20250213 080509"], ("%Y%m%d %H%M%S",)),
        (["2025-02-13", "2025-02-13T08:05:09Z", "2025/02/13 08:05"], ()),
        (
            ["13.02.2025", "13.02.25", "14.02.2025 07:00"],
            ("%d.%m.%y", "%d.%m.%Y", "%d.%m.%Y %H:%M"),
        ),
    ],
)
def test_a_way_of_writing_times_is_known_by_its_values(
    values: list[str], formats: tuple[str, ...]
) -> None:
    found = times(_once(*values))

    assert found is not None
    assert found.formats_as(found.order) == formats


@pytest.mark.parametrize("values", [["03/04/2025", "12-12-2025"], ["1/2/2025 10:00"]])
def test_an_order_that_the_values_leave_open_is_not_chosen(values: list[str]) -> None:
    found = times(_once(*values))

    assert found is not None
    assert found.needs_order
    assert found.order is None
    assert found.fits_both


def test_values_in_both_orders_are_not_decided_either() -> None:
    found = times(_once("13/02/2025", "02/13/2025"))

    assert found is not None
    assert (found.order, found.fits_both) == (None, False)


@pytest.mark.parametrize(
    "values",
    [["ja", "nein"], ["32.01.2025"], ["13/13/2025"], ["1.5", "2.5"], [], ["12345"], ["10:30"]],
)
def test_what_is_no_time_is_none(values: list[str]) -> None:
    assert times(_once(*values)) is None


def test_a_few_values_that_are_no_times_are_counted_and_shown() -> None:
    found = times({"13.02.2025": 9, "bald": 1})

    assert found is not None
    assert (found.fit, found.unfit) == (0.9, "bald")


@pytest.mark.parametrize(
    ("values", "days_only"),
    [
        (["2025-02-13", "2025-02-14 00:00:00"], True),
        (["13.02.2025 00:00"], True),
        (["2/13/2025 12:00 AM"], True),
        (["13.02.2025 00:00", "14.02.2025 09:00"], False),
        (["1739433909"], False),
    ],
)
def test_times_at_midnight_alone_are_days(values: list[str], *, days_only: bool) -> None:
    found = times(_once(*values))

    assert found is not None
    assert found.days_only is days_only


@pytest.mark.parametrize(("value", "digits"), [("1739433909", 10), ("1739433909000", 13)])
def test_seconds_since_1970_are_known_by_their_digits(value: str, digits: int) -> None:
    found = times(_once(value))

    assert found is not None
    assert found.epoch == digits


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001
WRITTEN = st.sampled_from(
    [f"{day}{clock}" for day in ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%y", "%d.%m.%Y")
     for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p")]
)  # fmt: skip


@given(st.lists(MOMENTS, min_size=1, max_size=12), WRITTEN)
def test_times_are_read_as_they_were_written_or_left_open(
    moments: list[datetime], written: str
) -> None:
    values = [moment.strftime(written) for moment in moments]

    found = times(_once(*values))

    assert found is not None
    if found.order is None:
        assert all(moment.day <= 12 and moment.month <= 12 for moment in moments)
        return
    (stated,) = found.formats_as(found.order)
    assert [datetime.strptime(value, stated) for value in values] == [  # noqa: DTZ007
        datetime.strptime(value, written)  # noqa: DTZ007
        for value in values
    ]


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (["1,5"], ","),
        (["1.5"], "."),
        (["12", "7"], "."),
        (["1.234,50 €"], ","),
        (["$1,234.50"], "."),
        (["1.234.567"], ","),
        (["0.250"], "."),
        (["1.234", "1,5"], ","),
        (["1.234"], None),
        (["1,234"], None),
    ],
)
def test_a_decimal_sign_is_known_by_the_values_or_left_open(
    values: list[str], decimal: str | None
) -> None:
    found = numbers(_once(*values))

    assert found is not None
    assert found.decimal == decimal


@pytest.mark.parametrize("values", [["1,5", "1.5"], ["12a"], ["1.2.3"], ["1,23,4"], [""], []])
def test_what_is_no_number_is_none(values: list[str]) -> None:
    assert numbers(_once(*values)) is None


@given(
    st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=12),
    st.sampled_from([",", "."]),
    st.booleans(),
)
def test_numbers_are_read_as_they_were_written(
    given_numbers: list[Decimal],
    sign: str,
    thousands: bool,  # noqa: FBT001
) -> None:
    swap = str.maketrans(",.", ".,") if sign == "," else {}
    values = [f"{n:,.2f}".translate(swap) for n in given_numbers]
    if not thousands:
        values = [value.replace("." if sign == "," else ",", "") for value in values]

    found = numbers(_once(*values))

    assert found is not None
    assert found.decimal == sign
    assert found.most == float(max(given_numbers))
