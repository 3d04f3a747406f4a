"""One delivery's timeline, on deliveries whose story is known; local time is Berlin's."""

from datetime import datetime
from decimal import Decimal

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.deliveries.delivery import Story
from dashboard.analysis.deliveries.delivery import delivery as tell
from dashboard.analysis.deliveries.money import assumption
from dashboard.charts import palette
from dashboard.charts.deliveries.money import breach_sentences
from dashboard.charts.deliveries.timeline import (
    bookings_table,
    facts_table,
    moments_table,
    route_said,
    stops_table,
    timeline,
    unknown_said,
)
from dashboard.errors import UnknownNameError
from dashboard.warehouse import ImportOptions, Reader, Warehouse
from tests.conftest import IMPORT_TIME
from tests.rows import delivery, write_csv

AS_OF = datetime(2026, 3, 10, 12)  # noqa: DTZ001
DAY = {"promised_by": "2026-03-03 12:00:00", "promise_is_date": "true"}
DELIVERIES = [
    # promised 10 to 13 in Berlin; tried at 12:30, delivered at 13:46:01
    delivery(
        "late",
        promised_from="2026-03-03 09:00:00",
        out_for_delivery_at="2026-03-03 07:00:00",
        first_attempt_at="2026-03-03 11:30:00",
        delivered_at="2026-03-03 12:46:01",
        attempts=2,
        failure_reason="recipient absent",
        proof_of_delivery="photo",
        required_proof="signature",
        route_id="Tour 7",
        stop_sequence=2,
        cost_contact="3.00",
        carrier_charge="4.50",
    ),
    delivery("kept", first_attempt_at="2026-03-03 10:00:00", route_id="Tour 7", stop_sequence=1),
    delivery("other day", ordered_at="2026-03-04 08:00:00", delivered_at="2026-03-05 10:00:00",
             promised_by="2026-03-05 12:00:00", route_id="Tour 7", stop_sequence=3),
    delivery("on the dot", delivered_at="2026-03-03 12:00:00"),
    delivery("next morning", delivered_at="2026-03-04 08:00:00"),
    delivery("day kept", delivered_at="2026-03-03 22:59:00", **DAY),
    delivery("day early", delivered_at="2026-03-02 10:00:00", **DAY),
    delivery("day late", delivered_at="2026-03-04 23:30:00", **DAY),
    delivery("lost", status="lost", delivered_at=None),
    delivery("no time", delivered_at=None),
    delivery("overdue", status="open", delivered_at=None, promised_by="2026-03-10 09:55:00"),
    delivery("not due", status="open", delivered_at=None, promised_by="2026-03-11 09:00:00"),
    delivery("cancelled", status="cancelled", delivered_at=None,
             cancelled_at="2026-03-03 11:00:00"),
    delivery("cancelled late", status="cancelled", delivered_at=None,
             cancelled_at="2026-03-03 14:05:00"),
]  # fmt: skip
TABLES = {
    "deliveries": DELIVERIES,
    "promise_changes": [
        {"delivery_id": "late", "changed_at": "2026-03-03 08:00:00",
         "new_by": "2026-03-03 18:00:00", "requested_by": "carrier"},
        {"delivery_id": "next morning", "changed_at": "2026-03-02 09:00:00",
         "new_by": "2026-03-04 09:00:00", "requested_by": "customer"},
    ],
    "events": [
        {"delivery_id": "late", "kind": "arrival", "occurred_at": "2026-03-03 11:28:00",
         "recorded_at": "2026-03-03 11:58:00", "attempt": 1, "reason": "recipient absent"},
    ],
    "surveys": [
        {"survey_id": 1, "delivery_id": "late", "sent_at": "2026-03-04 08:00:00",
         "answered_at": "2026-03-05 08:00:00", "rating": 2,
         "comment": "My name is Anna Vogt, too late"},
    ],
    "costs": [
        {"cost_id": 1, "delivery_id": "late", "pool": "customer_credit", "amount": "2.50",
         "booked_on": "2026-03-20", "estimated": "true"},
    ],
}  # fmt: skip


def _utc(value: object) -> object:
    """Moments stand in UTC here, though the network's clocks are Berlin's."""
    text = str(value)
    return f"{text}Z" if text.startswith("2026-") and " " in text else value


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("delivery")
    (folder / "profile.toml").write_text(
        'label = "B"\ntime_zone = "Europe/Berlin"\nload = "full"\ncontract_shaped = true\n'
    )
    for name, rows in TABLES.items():
        in_utc = [{column: _utc(value) for column, value in row.items()} for row in rows]
        write_csv(folder / f"{name}.csv", in_utc)
    warehouse = Warehouse(folder / "warehouse")
    warehouse.import_folder(folder, ImportOptions(str(folder), AS_OF, IMPORT_TIME))
    return warehouse.reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def late(reader: Reader) -> Story:
    return tell(reader, "late")


@pytest.mark.parametrize(
    ("delivery_id", "message"),
    [
        ("late", "Late by 47 minutes: delivered 13:46, promised 10:00 to 13:00 on 3 Mar 2026"),
        ("kept", "On time, 2 h to spare: delivered 11:00, promised by 13:00 on 3 Mar 2026"),
        ("on the dot",
         "On time, 0 minutes to spare: delivered 13:00, promised by 13:00 on 3 Mar 2026"),
        ("next morning",
         "On time, 1 h to spare: delivered 09:00, promised by 10:00 on 4 Mar 2026"),
        ("day kept", "On time: delivered 3 Mar 2026, 23:59, promised for 3 Mar 2026"),
        ("day early",
         "On time, 1 day early: delivered 2 Mar 2026, 11:00, promised for 3 Mar 2026"),
        ("day late", "Late by 2 days: delivered 5 Mar 2026, 00:30, promised for 3 Mar 2026"),
        ("lost", "Never delivered: it was lost; promised by 13:00 on 3 Mar 2026"),
        ("no time", "Delivered, but nobody knows when: it counts as late; "
         "promised by 13:00 on 3 Mar 2026"),
        ("overdue", "Not delivered, 2 h 5 min overdue when the data ends: it counts as late; "
         "promised by 10:55 on 10 Mar 2026"),
        ("not due", "Not due yet; promised by 10:00 on 11 Mar 2026"),
        ("cancelled", "Cancelled before its promise fell due: it counts in no rate; "
         "promised by 13:00 on 3 Mar 2026"),
        ("cancelled late", "Cancelled 2 h 5 min after its promise had passed: it counts as late; "
         "promised by 13:00 on 3 Mar 2026"),
    ],
)  # fmt: skip
def test_the_first_line_says_what_became_of_the_promise(
    reader: Reader, delivery_id: str, message: str
) -> None:
    assert tell(reader, delivery_id).message == message


def test_every_known_event_stands_in_order_of_time_against_the_promise(late: Story) -> None:
    rows = moments_table(late).rows()

    assert [(when, against, what) for when, against, what, _ in rows] == [
        ("2 Mar 2026, 09:00", "28 h before", "Ordered"),
        ("3 Mar 2026, 08:00", "5 h before", "Out for delivery"),
        ("3 Mar 2026, 09:00", "4 h before", "Promise changed by the carrier"),
        ("3 Mar 2026, 12:28", "32 minutes before", "Event: arrival"),
        ("3 Mar 2026, 12:30", "30 minutes before", "First attempt"),
        ("3 Mar 2026, 13:00", "on the dot", "End of the promise, committed"),
        ("3 Mar 2026, 13:46", "47 minutes after", "Delivered"),
        ("3 Mar 2026, 19:00", "6 h after", "End of the promise, announced by the carrier"),
        ("4 Mar 2026, 09:00", "20 h after", "Survey sent"),
        ("5 Mar 2026, 09:00", "44 h after", "Survey answered: 2 of 5"),
        ("20 Mar 2026", "", "Booked: customer_credit"),
    ]  # fmt: skip
    beside = {what: known for _, _, what, known in rows}
    assert beside["Event: arrival"] == "recipient absent, attempt 1, recorded 30 min later"
    assert beside["First attempt"] == "declared: recipient absent"
    assert beside["Delivered"] == "2 attempts, proof: photo"
    assert beside["End of the promise, committed"].endswith("this promise counts")
    assert beside["End of the promise, announced by the carrier"] == "does not count"
    assert beside["Survey answered: 2 of 5"] == "My name is [name], too late"


def test_the_customers_own_request_moves_the_promise_that_counts(reader: Reader) -> None:
    windows = tell(reader, "next morning").windows

    assert [(one.name, one.ends.day, one.counts) for one in windows] == [
        ("first promised", 3, False), ("committed", 4, True),
    ]  # fmt: skip


def test_the_chart_shows_what_the_table_says(late: Story) -> None:
    drawn = timeline(late, palette("light"))

    marks = [x for trace in drawn.figure.data for x in trace.x if x is not None]
    assert len(marks) == sum(not one.is_day for one in late.moments)
    assert len(drawn.figure.layout.shapes) == 2
    assert drawn.alt.startswith(late.message)
    assert "delivered 3 Mar 2026, 13:46" in drawn.alt


def test_costs_add_up_to_what_the_models_say(late: Story) -> None:
    assert sum(one.amount for one in late.bookings) == late.total_cost == Decimal("10.00")
    assert bookings_table(late.bookings, late.total_cost).rows() == [
        ("Carrier charges", "4.50", "stated on the delivery"),
        ("Customer contacts", "3.00", "stated on the delivery"),
        ("Credits to customers", "2.50", "booked 20 Mar 2026, estimated"),
        ("All", "10.00", ""),
    ]


def test_neighbours_are_those_of_the_same_route_and_day(late: Story) -> None:
    assert stops_table(late).rows() == [
        ("", "1", "kept", "3 Mar 2026, 11:00", "on time"),
        ("▶", "2", "late", "3 Mar 2026, 12:30", "late by 47 minutes"),
    ]
    assert route_said(late.stops) == "Other deliveries of the route that day: 1; late: 0 of 1 due."


def test_facts_leave_out_what_is_not_known_and_name_a_proof_that_was_required(
    late: Story,
) -> None:
    facts = dict(facts_table(late).iter_rows())

    assert facts["Proof"] == "photo, signature was required"
    assert "Zone" not in facts


def test_tables_without_any_row_are_not_taken_for_silence(late: Story) -> None:
    assert unknown_said(late) == (
        "No contacts can be seen in this data at all: that none is shown says nothing."
    )


def test_a_broken_promise_has_two_figures_and_a_kept_one_none(reader: Reader, late: Story) -> None:
    said = breach_sentences(late, assumption(reader))

    assert said == [
        "A broken promise: 5.50 was paid in credits, redelivery and contacts. Beside it, no "
        "margin of its segment's customers is known."
    ]
    assert breach_sentences(tell(reader, "kept"), assumption(reader)) == []


def test_an_unknown_delivery_is_named(reader: Reader) -> None:
    with pytest.raises(UnknownNameError, match="snapshot 1 has no delivery 'gone'; check the id"):
        tell(reader, "gone")
