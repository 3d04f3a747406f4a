"""Links: read before any widget runs, written with everything they mean."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.catalog import Dimension
from dashboard.scope import Period, Scope
from dashboard.ui.empty import why_empty
from dashboard.ui.links import Choices, read_link, write_link
from dashboard.ui.parameters import Parameter
from dashboard.ui.periods import CUSTOM, LAST_YEAR, NOTHING, PREVIOUS, WHOLE, Calendar
from dashboard.ui.text import plain, safe

CALENDAR = Calendar(Period(date(2025, 11, 3), date(2026, 9, 28)))
CHOICES = Choices(
    CALENDAR, (Dimension("segment", "Segment", "segment"),), {"segment": ("Premium", "Rural")}
)


def test_the_calendar_offers_quarters_with_data_newest_first() -> None:
    assert CALENDAR.periods == (
        "2026 Q3", "2026 Q2", "2026 Q1", "2025 Q4", "whole snapshot", "custom dates",
    )  # fmt: skip


def test_the_newest_quarter_is_cut_to_the_data() -> None:
    assert CALENDAR.newest == Period(date(2026, 7, 1), date(2026, 9, 28))


@pytest.mark.parametrize(
    ("choice", "versus", "days"),
    [
        ("2026 Q3", PREVIOUS, Period(date(2026, 4, 1), date(2026, 6, 30))),
        ("2026 Q3", LAST_YEAR, Period(date(2025, 7, 1), date(2025, 9, 30))),
        ("2026 Q3", NOTHING, None),
        (WHOLE, PREVIOUS, None),
        (CUSTOM, PREVIOUS, Period(date(2024, 2, 27), date(2024, 2, 28))),
        (CUSTOM, LAST_YEAR, Period(date(2023, 2, 28), date(2023, 3, 1))),
    ],
)
def test_the_days_compared_with(choice: str, versus: str, days: Period | None) -> None:
    custom = Period(date(2024, 2, 29), date(2024, 3, 1))

    assert CALENDAR.compared(choice, custom, versus) == days


def test_a_fiscal_year_that_begins_in_april_moves_the_quarters() -> None:
    fiscal = Calendar(Period(date(2026, 4, 1), date(2026, 7, 2)), fiscal_year_start=4)

    assert [str(quarter) for quarter in fiscal.quarters] == ["2026 Q2", "2026 Q1"]


@pytest.mark.parametrize(
    ("params", "refused"),
    [
        ({"segment": ["Foo", "Premium"]}, ["segment=Foo"]),
        ({"segment": [""]}, []),
        ({"period": ["2031Q9"]}, ["period=2031Q9"]),
        ({"period": ["2031Q1"]}, ["period=2031Q1"]),
        ({"period": ["2026Q1", "2026Q2"]}, ["period=2026Q1"]),
        ({"versus": ["xyz"]}, ["versus=xyz"]),
        ({"from": ["nonsense"]}, ["from=nonsense"]),
        ({"from": ["1999-01-01"]}, ["from=1999-01-01"]),
        ({"colour": ["red", "blue"]}, ["colour=red, colour=blue"]),
        ({"period": ["2026Q2"], "from": ["2026-07-01"]}, ["from=2026-07-01"]),
        ({"snapshot": ["7"]}, []),
    ],
)
def test_what_does_not_exist_is_refused_by_name(
    params: dict[str, list[str]], refused: list[str]
) -> None:
    found = read_link(params, CHOICES).refused

    assert [phrase.split(" (")[0] for phrase in found] == refused


def test_dates_without_a_period_mean_custom_dates() -> None:
    read = read_link({"from": ["2026-07-01"], "to": ["2026-07-03"]}, CHOICES)

    assert read.respelt == {"period": CUSTOM}
    assert read.unused == ()


def test_a_quarter_may_be_written_without_a_blank() -> None:
    assert read_link({"period": ["2026q2"]}, CHOICES).respelt == {"period": "2026 Q2"}


def test_dates_beside_their_own_quarter_are_dropped_unsaid() -> None:
    params = {"period": ["2026 Q2"], "from": ["2026-04-01"], "to": ["2026-06-30"]}

    read = read_link(params, CHOICES)

    assert read.refused == ()
    assert read.unused == ("from", "to")


@given(some.lists(some.text(min_size=1)), some.text())
def test_a_written_link_reads_back_as_it_was(values: list[str], one: str) -> None:
    link = write_link("http://localhost:8501/", {"segment": values, "period": one})

    read = parse_qs(urlsplit(link).query, keep_blank_values=True)

    assert read == {"segment": values or [""], "period": [one]}


def test_the_filter_that_emptied_a_scope_is_named() -> None:
    scope = Scope().within(segment="Premium", channel="locker")
    labels = {"segment": "Segment", "channel": "Channel"}

    said = why_empty(scope, labels, lambda asked: "channel" not in dict(asked.filters))

    assert said == "No delivery is left. There would be some without “Channel: locker”."


def test_filters_that_only_together_leave_nothing_are_named_together() -> None:
    scope = Scope().within(segment="Premium", channel="locker", zone="1")
    labels = {"segment": "Segment", "channel": "Channel", "zone": "Zone"}

    said = why_empty(scope, labels, lambda asked: not asked.filters)

    assert said == (
        "No delivery has all of these at once: Channel: locker; Segment: Premium; Zone: 1."
    )


def test_an_empty_period_is_not_blamed_on_filters() -> None:
    assert why_empty(Scope(), {}, lambda _asked: False) == ""


def test_text_from_the_data_is_shown_letter_by_letter() -> None:
    assert safe("<img src=x onerror=a>") == "&lt;img src=x onerror=a&gt;"
    assert plain("[a](b) :red[c] $x$ <b>") == (r"\[a\]\(b\) \:red\[c\] \$x\$ \<b\>")


def test_a_review_opens_on_the_newest_quarter_that_is_more_than_a_beginning() -> None:
    volumes = (("2026-07-01", 2), ("2026-04-01", 400), ("2026-01-01", 500))

    assert Calendar(CALENDAR.span, volumes=volumes).usual == "2026 Q2"
    assert Calendar(CALENDAR.span).usual == "2026 Q3"


WITH_A_BOX = replace(
    CHOICES, parameters=(Parameter("by", "By", {"carrier": "Carrier", "zone": "Zone"}),)
)


def test_a_pages_own_choice_may_be_named_or_labelled() -> None:
    assert read_link({"by": ["zone"]}, WITH_A_BOX).respelt == {"by": "Zone"}
    assert read_link({"by": ["Zone"]}, WITH_A_BOX) == read_link({}, WITH_A_BOX)
    assert read_link({"by": ["zone"]}, CHOICES).refused == ("by=zone (no such filter)",)


def test_a_choice_that_a_page_does_not_offer_is_refused_with_those_it_does() -> None:
    refused = read_link({"by": ["zone", "moon"]}, WITH_A_BOX).refused

    assert refused == ("by=moon (use one of: carrier, zone)", "by=zone (only the last by counts)")
