"""Every definition and every metric, worked by hand on a dozen deliveries.

The day of looking is 2026-03-10 12:00 UTC; local time is UTC unless a test says else.
"""

from datetime import datetime
from decimal import Decimal

import pytest

from dashboard.access import LOCAL_USER
from dashboard.scope import Scope
from dashboard.settings import Settings
from dashboard.warehouse import ImportOptions, Reader, Warehouse
from tests.conftest import IMPORT_TIME, Import
from tests.rows import delivery, write_csv

AS_OF = datetime(2026, 3, 10, 12)  # noqa: DTZ001
NOON_3RD = "2026-03-03 12:00:00"


def open_(delivery_id: str, promised_by: str) -> dict[str, object]:
    return delivery(delivery_id, status="open", delivered_at=None, promised_by=promised_by)


DELIVERIES = [
    # kept, first attempt, in its window; cost 5, revenue 8; a stop of 7.5 min and 1.5 km
    delivery(
        "kept",
        promised_from="2026-03-03 09:00:00",
        attempts=1,
        first_attempt_at="2026-03-03 10:00:00",
        cost_last_mile="4.00",
        cost_linehaul="1.00",
        revenue="8.00",
        leg_minutes="5",
        leg_km="1.5",
        service_minutes="2.5",
        distance_km="9",
        weight_kg="2",
    ),
    # on the dot is on time; a second attempt; cost 7, no revenue; at the stop before
    delivery(
        "on the dot",
        delivered_at=NOON_3RD,
        attempts=2,
        first_attempt_at="2026-03-03 09:00:00",
        carrier_charge="6.50",
        cost_redelivery="0.50",
        leg_minutes="0",
        leg_km="0",
        service_minutes="3",
        weight_kg="4",
    ),
    # one second late, tried in time; cost 6, revenue 4; nobody knows its leg
    delivery(
        "late",
        promised_from="2026-03-03 09:00:00",
        delivered_at="2026-03-03 12:00:01",
        attempts=2,
        first_attempt_at="2026-03-03 11:00:00",
        cost_last_mile="6.00",
        revenue="4.00",
        distance_km="7",
        weight_kg="1.25",
    ),
    # customer asked for a day later, then it came: on time, earlier than its window
    delivery(
        "moved by customer",
        promised_from="2026-03-03 09:00:00",
        delivered_at="2026-03-04 11:00:00",
    ),
    # the carrier moved it: still late
    delivery("moved by carrier", delivered_at="2026-03-04 11:00:00"),
    open_("overdue", NOON_3RD),
    open_("not yet due", "2026-03-11 12:00:00"),
    # failed: its cost stays; tried once; 1 more is booked apart
    delivery(
        "failed",
        status="failed",
        delivered_at=None,
        attempts=1,
        cost_last_mile="3.00",
        leg_minutes="6",
        leg_km="2",
    ),
    delivery("sent back", status="returned", delivered_at=None),
    delivery("lost", status="lost", delivered_at=None),
    delivery(
        "cancelled in time",
        status="cancelled",
        delivered_at=None,
        cancelled_at="2026-03-03 11:00:00",
    ),
    delivery(
        "cancelled after",
        status="cancelled",
        delivered_at=None,
        cancelled_at="2026-03-04 12:00:00",
    ),
    delivery("cancelled sometime", status="cancelled", delivered_at=None),
    # arrived before a promise that is not due yet: waits for its day
    delivery("early bird", promised_by="2026-03-20 12:00:00"),
    delivery("no time", delivered_at=None),
    # its carrier reports an hour late: neither kept nor late so far
    delivery("silent", carrier="Slow", status="open", delivered_at=None,
             promised_by="2026-03-10 11:30:00"),
]  # fmt: skip
PROMISE_CHANGES = [
    {
        "delivery_id": name,
        "changed_at": "2026-03-03 08:00:00",
        "new_from": "2026-03-04 11:30:00",
        "new_by": "2026-03-04 12:00:00",
        "requested_by": who,
    }
    for name, who in (("moved by customer", "customer"), ("moved by carrier", "carrier"))
]
EXCLUSIONS = [
    {"name": "storm", "starts_at": "2026-03-04 12:00:00", "ends_at": "2026-03-05 00:00:00"},
    {"name": "ends at noon", "starts_at": "2026-03-03 00:00:00", "ends_at": NOON_3RD},
    {"name": "elsewhere", "starts_at": "2026-03-01", "ends_at": "2026-03-09", "zone": "Z"},
    {"name": "other carrier", "starts_at": "2026-03-01", "ends_at": "2026-03-09",
     "carrier": "Heron"},
]  # fmt: skip
SURVEYS = [
    {"survey_id": 1, "delivery_id": "kept", "sent_at": "2026-03-04", "answered_at": "2026-03-05", "rating": 5, "recommend": 9},  # noqa: E501
    {"survey_id": 2, "delivery_id": "late", "sent_at": "2026-03-04", "answered_at": "2026-03-04", "rating": 2, "recommend": 7},  # noqa: E501
    {"survey_id": 3, "delivery_id": "lost", "sent_at": "2026-03-04"},
]  # fmt: skip
CONTACTS = [
    {"contact_id": n, "delivery_id": name, "opened_at": "2026-03-05"}
    for n, name in enumerate(("late", "lost", "lost"))
]
COSTS = [
    {"cost_id": 1, "delivery_id": "failed", "pool": "returns", "amount": "0.25", "booked_on": "2026-03-09"},  # noqa: E501
    {"cost_id": 2, "delivery_id": "failed", "pool": "towing", "amount": "0.75", "booked_on": "2026-04-09"},  # noqa: E501
    {"cost_id": 3, "delivery_id": "overdue", "pool": "claims", "amount": "2.00", "booked_on": "2026-03-09"},  # noqa: E501
    {"cost_id": 4, "delivery_id": "overdue", "pool": "customer_credit", "amount": "1.50", "booked_on": "2026-03-09"},  # noqa: E501
    {"cost_id": 5, "delivery_id": "overdue", "pool": "redelivery", "amount": "1.25", "booked_on": "2026-03-09"},  # noqa: E501
    {"cost_id": 6, "delivery_id": "overdue", "pool": "contact", "amount": "0.50", "booked_on": "2026-03-09"},  # noqa: E501
]  # fmt: skip

DUE_KEPT = {"kept", "on the dot", "moved by customer"}
DUE_LATE = {
    "late", "moved by carrier", "overdue", "failed", "sent back", "lost", "cancelled after",
    "no time",
}  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("definitions")
    tables = {
        "deliveries": DELIVERIES,
        "promise_changes": PROMISE_CHANGES,
        "surveys": SURVEYS,
        "contacts": CONTACTS,
        "costs": COSTS,
        "exclusion_windows": EXCLUSIONS,
    }
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", rows)
    lag = Settings(threads=1, completeness_lag_by_carrier={"Slow": 60})
    warehouse = Warehouse(folder / "warehouse", settings=lag)
    warehouse.import_folder(folder, ImportOptions("doorstep", AS_OF, IMPORT_TIME))
    return warehouse.reader(None, LOCAL_USER)


# metric: numerator, denominator, and how one gets there
BY_HAND = {
    "on_time_rate": (3, 11),  # DUE_KEPT of DUE_KEPT + DUE_LATE
    "on_time_attempt_rate": (4, 11),  # and "late", tried at 11:00
    "delivered_only_on_time_rate": (4, 6),  # kept, dot, customer, early bird; late, carrier
    "in_window_rate": (1, 3),  # kept; "moved by customer" came before its window, "late" after
    "first_attempt_rate": (1, 4),  # kept; two second attempts, one failed
    "cost_to_serve": (22, 3),  # 5 + 7 + 6 + 4 (failed) over three that arrived
    "cost_carrier_charge": (Decimal("6.5"), 3),
    "cost_redelivery": (Decimal("0.5"), 3),
    "cost_last_mile": (13, 3),  # 4 + 6 + 3
    "cost_linehaul": (1, 3),
    "cost_returns": (Decimal("0.25"), 3),  # booked apart
    "cost_other": (Decimal("0.75"), 3),  # towing is no pool of the contract
    "cost_claims": (0, 3),  # 2 are booked on one that is still open
    "cost_contact": (0, 3),
    "cost_customer_credit": (0, 3),
    "cost_overhead": (0, 3),
    "cost_sorting": (0, 3),
    "cost_surcharge": (0, 3),
    "booked_at_once": (21, None),
    "booked_apart": (Decimal("6.25"), None),  # 1 on the failed, 5.25 on the overdue
    "open_cost": (Decimal("5.25"), None),  # the overdue
    "credit_per_breach": (Decimal("1.5"), 3),  # late, overdue, failed: of others no cost is known
    "redelivery_per_breach": (Decimal("1.25"), 3),
    "contact_cost_per_breach": (Decimal("0.5"), 3),
    "cash_per_kept_promise": (Decimal("0.5"), 2),  # of "on the dot", over it and kept
    "drops_per_delivery": (4, 3),
    "stops_per_delivery": (3, 3),  # "on the dot" was handed over at the stop before
    "minutes_per_delivery": (Decimal("16.5"), 3),  # 5 + 2.5, 3, 6
    "late_minutes": (1_381, 5),  # "late" 1, "moved by carrier" 23 h; the three kept none
    "kilometres_per_delivery": (Decimal("10.5"), 3),  # legs 1.5, 0, 2; 7 from the depot
    "kilograms_per_delivery": (Decimal("7.25"), 3),
    "revenue_per_delivery": (12, 2),  # 8 + 4
    "margin_per_delivery": (1, 2),  # (8 - 5) + (4 - 6)
    "tried_day_rate": (4, 11),  # the same: whatever else was tried has no known time
    "satisfaction": (7, 2),  # 5 + 2
    "top_two_share": (1, 2),  # the 5
    "net_recommendation": (100, 2),  # 9 speaks for it, 7 neither way
    "survey_response_rate": (2, 3),
    "contacts_per_delivery": (3, 11),  # late once, lost twice
    "volume": (14, None),  # all but the two cancelled in time
    "promise_width": (390, 3),  # kept and late 180, moved by its customer 30; else no window
    "revised_promise_rate": (1, 11),  # by the carrier; the customer's own is no revision
    "on_time_grace_rate": (4, 11),  # and "late", one minute
    "on_time_day_rate": (4, 11),  # and "late", on its day
    "on_time_last_promise_rate": (4, 11),  # and "moved by carrier", by its new promise
    "on_time_contract_rate": (2, 10),  # the storm takes out "moved by customer", due on its dot
    "on_time_window_rate": (2, 3),  # kept, moved by its customer; "late" is late
    "not_yet_known": (1, None),  # silent
}


def test_every_metric_of_the_catalogue_is_worked_by_hand(reader: Reader) -> None:
    assert set(reader.catalog.metrics) == set(BY_HAND)


@pytest.mark.parametrize("metric", BY_HAND)
def test_a_metric_gives_the_figures_worked_by_hand(reader: Reader, metric: str) -> None:
    row = reader.roll_up([metric], [], Scope()).row(0, named=True)

    assert (row["numerator"], row["denominator"]) == BY_HAND[metric]


def _names(reader: Reader, condition: str) -> set[str]:
    statement = reader.engine.allow(
        f"select delivery_id from deliveries where {condition}", LOCAL_USER, {}
    )
    return set(reader.engine.query(statement, {})["delivery_id"])


def _value(reader: Reader, delivery_id: str, column: str) -> object:
    statement = reader.engine.allow(
        f"select {column} from deliveries where delivery_id = $id", LOCAL_USER, {}
    )
    return reader.engine.query(statement, {"id": delivery_id}).item()


def test_what_is_due_and_what_was_kept(reader: Reader) -> None:
    assert _names(reader, "is_due and is_on_time") == DUE_KEPT
    assert _names(reader, "is_due and not is_on_time") == DUE_LATE


def test_only_the_customers_own_request_moves_the_promise(reader: Reader) -> None:
    moved = datetime(2026, 3, 4, 12)  # noqa: DTZ001
    kept = datetime(2026, 3, 3, 12)  # noqa: DTZ001

    assert _value(reader, "moved by customer", "committed_by") == moved
    assert _value(reader, "moved by carrier", "committed_by") == kept


@pytest.mark.parametrize(
    ("delivery_id", "minutes"),
    [("kept", -120), ("on the dot", 0), ("late", 1), ("overdue", None)],
)
def test_lateness_is_signed_and_rounded_up(
    reader: Reader, delivery_id: str, minutes: int | None
) -> None:
    assert _value(reader, delivery_id, "lateness_minutes") == minutes


def test_without_any_amount_the_cost_is_unknown_not_zero(reader: Reader) -> None:
    assert _value(reader, "lost", "total_cost") is None
    assert _value(reader, "kept", "total_cost") == Decimal("5.0000")


def test_costs_booked_on_a_delivery_are_added(warehouse: Warehouse, put_in: Import) -> None:
    costs = [
        {"cost_id": n, "delivery_id": "a", "pool": "returns", "amount": amount, "booked_on": "2026-03-09"}  # noqa: E501
        for n, amount in enumerate(("1.25", "0.75"))
    ]  # fmt: skip

    put_in(as_of=AS_OF, deliveries=[delivery("a", cost_last_mile="3.00")], costs=costs)

    reader = warehouse.reader(None, LOCAL_USER)
    assert _value(reader, "a", "total_cost") == Decimal("5.0000")


def test_contacts_are_unknown_where_no_table_has_them(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=AS_OF, deliveries=[delivery("a")])

    reader = warehouse.reader(None, LOCAL_USER)
    assert reader.roll_up(["contacts_per_delivery"], [], Scope()).is_empty()


@pytest.fixture
def in_berlin(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("berlin")
    (folder / "profile.toml").write_text(
        'label = "Berlin"\ntime_zone = "Europe/Berlin"\nload = "full"\ncontract_shaped = true\n'
    )
    return str(folder)


def test_a_date_promise_lasts_to_the_end_of_its_local_day(
    warehouse: Warehouse, put_in: Import, in_berlin: str
) -> None:
    day = {"promised_by": "2026-03-29 00:00:00", "promise_is_date": "true"}
    rows = [  # on that day clocks go forward: it ends at 22:00 UTC, not 23:00
        delivery("last minute", delivered_at="2026-03-29T21:59:00Z", **day),
        delivery("next day", delivered_at="2026-03-29T22:00:00Z", **day),
    ]

    put_in(profile=in_berlin, as_of=datetime(2026, 4, 2), deliveries=rows)  # noqa: DTZ001

    reader = warehouse.reader(None, LOCAL_USER)
    assert _names(reader, "is_on_time") == {"last minute"}
    assert _value(reader, "next day", "late_days") == 1
    assert _value(reader, "next day", "lateness_minutes") is None
    assert str(_value(reader, "next day", "promised_date")) == "2026-03-29"


def test_the_segment_of_the_local_order_day_wins(
    warehouse: Warehouse, put_in: Import, in_berlin: str
) -> None:
    periods = [
        {"customer_id": "c", "segment": "Premium", "valid_from": "2026-01-01", "valid_to": "2026-03-02"},  # noqa: E501
        {"customer_id": "c", "segment": "Rural", "valid_from": "2026-03-02"},
    ]  # fmt: skip
    rows = [
        delivery("before", customer_id="c", ordered_at="2026-03-01T22:59:00Z"),
        delivery("after", customer_id="c", ordered_at="2026-03-01T23:00:00Z"),  # 00:00 in Berlin
        delivery("declared", customer_id="d", segment="Enterprise"),
        delivery("none", customer_id="d", segment=None),
    ]

    put_in(profile=in_berlin, as_of=AS_OF, deliveries=rows, segment_assignments=periods)

    reader = warehouse.reader(None, LOCAL_USER)
    found = {
        name: _value(reader, name, "segment") for name in ("before", "after", "declared", "none")
    }
    assert found == {
        "before": "Premium",
        "after": "Rural",
        "declared": "Enterprise",
        "none": "(unassigned)",
    }


def test_promises_inside_the_completeness_lag_are_not_yet_known(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [
        delivery("fast", carrier="Wren", promised_by="2026-03-10 11:30:00"),
        delivery("slow", carrier="Heron", promised_by="2026-03-10 11:30:00"),
    ]
    put_in(as_of=AS_OF, deliveries=rows)

    settings = Settings(completeness_lag_by_carrier={"Heron": 60})
    reader = Warehouse(warehouse.path, settings=settings).reader(None, LOCAL_USER)

    assert _names(reader, "is_due") == {"fast"}
    assert _names(reader, "is_not_yet_known") == {"slow"}


def test_the_published_vector_of_on_time_by_status(warehouse: Warehouse, put_in: Import) -> None:
    """Vector 30: of ten orders six are in the denominator and one was on time."""
    statuses = {
        "a": ("delivered", -5, -6), "b": ("delivered", -5, -4), "c": ("open", -1, None),
        "d": ("open", 2, None), "e": ("failed", -3, None), "f": ("returned", -9, None),
        "g": ("cancelled", -2, None), "h": ("delivered", 3, -1), "i": ("lost", -4, None),
        "j": ("cancelled", -2, None),
    }  # fmt: skip
    rows = [
        delivery(
            name,
            status=status,
            ordered_at="2026-02-01 00:00:00",
            promised_by=f"2026-03-{10 + promised:02} 12:00:00",
            delivered_at=delivered and f"2026-03-{10 + delivered:02} 12:00:00",
        )
        for name, (status, promised, delivered) in statuses.items()
    ]

    put_in(as_of=AS_OF, deliveries=rows)

    reader = warehouse.reader(None, LOCAL_USER)
    assert _names(reader, "is_due") == set("abcefi")
    assert _names(reader, "is_due and is_on_time") == {"a"}
