"""Every row is accepted or set aside with its reasons, its file, its line and its text."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.errors import SourceError
from dashboard.warehouse import Imported, ImportOptions, Warehouse
from tests.conftest import IMPORT_TIME, Import
from tests.raw import contract_shaped, own_profile, reasons, refused, stored
from tests.rows import Row, delivery, write_csv

KEPT = delivery("kept")
NEXT_YEAR = "2027-01-01 00:00:00"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


REFUSED = [
    (delivery(""), "missing_key"),
    (delivery("   "), "missing_key"),
    (delivery("x", carrier=""), "missing:carrier"),
    (delivery("x", carrier=None), "missing:carrier"),
    (delivery("x", status=" "), "missing:status"),
    (delivery("x", ordered_at=""), "missing:ordered_at"),
    (delivery("x", attempts="3.7"), "unparseable:attempts"),
    (delivery("x", attempts="0x10"), "unparseable:attempts"),
    (delivery("x", attempts="1_000"), "unparseable:attempts"),
    (delivery("x", attempts="1e1"), "unparseable:attempts"),
    (delivery("x", attempts="99999999999999999999"), "unparseable:attempts"),
    (delivery("x", weight_kg="NaN"), "unparseable:weight_kg"),
    (delivery("x", weight_kg="NaN "), "unparseable:weight_kg"),
    (delivery("x", weight_kg="inf"), "unparseable:weight_kg"),
    (delivery("x", weight_kg="1e999"), "unparseable:weight_kg"),
    (delivery("x", weight_kg="1_000"), "unparseable:weight_kg"),
    (delivery("x", weight_kg="1,5"), "unparseable:weight_kg"),
    (delivery("x", weight_kg="NA"), "unparseable:weight_kg"),
    (delivery("x", revenue="12 EUR"), "unparseable:revenue"),
    (delivery("x", revenue="1e15"), "unparseable:revenue"),
    (delivery("x", promise_is_date="maybe"), "unparseable:promise_is_date"),
    (delivery("x", delivered_at="soon"), "unparseable:delivered_at"),
    (delivery("x", delivered_at="03.03.2026 10:00"), "unparseable:delivered_at"),
    (delivery("x", delivered_at="2026-02-30 10:00:00"), "unparseable:delivered_at"),
    (delivery("x", delivered_at="0000-00-00 00:00:00"), "unparseable:delivered_at"),
    (delivery("x", delivered_at="2026-03-03 10:00 PM"), "unparseable:delivered_at"),
    (delivery("x", delivered_at="2026-03-03 10:00 Europe/Berlin"), "unparseable:delivered_at"),
    (delivery("x", delivered_at="2026-03-03 10:00+25:00"), "unparseable:delivered_at"),
    (delivery("x", promised_by="infinity"), "unparseable:promised_by"),
    (delivery("x", promised_by="epoch"), "unparseable:promised_by"),
    (delivery("x", promised_by="12026-03-03 12:00:00"), "unparseable:promised_by"),
    (delivery("x", promised_by="9999-12-31 23:59:59"), "out_of_range:promised_by"),
    (delivery("x", promised_by="0001-01-01 00:00:00"), "out_of_range:promised_by"),
    (delivery("x", latitude="90.1", longitude="1"), "out_of_range:latitude"),
    (delivery("x", longitude="-181", latitude="1"), "out_of_range:longitude"),
    (delivery("x", attempts="-1"), "out_of_range:attempts"),
    (delivery("x", attempts="51"), "out_of_range:attempts"),
    (delivery("x", weight_kg="-0.1"), "out_of_range:weight_kg"),
    (delivery("x", cost_claims="-0.01"), "out_of_range:cost_claims"),
    (delivery("x", status="shipped"), "not_in_domain:status"),
    (delivery("x", status="Delivered"), "not_in_domain:status"),
    (delivery("x", channel="drone"), "not_in_domain:channel"),
    (delivery("x", delivered_at="2026-03-02 07:59:59"), "impossible_order"),
    (delivery("x", ordered_at=NEXT_YEAR, delivered_at=None), "after_import_time"),
    (delivery("x", delivered_at=NEXT_YEAR), "after_import_time"),
    (
        delivery("x", status="odd", weight_kg="-1"),
        "out_of_range:weight_kg, not_in_domain:status",
    ),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Reasons by line of a file with every row of REFUSED, and one row to keep."""
    folder = tmp_path_factory.mktemp("refused")
    write_csv(folder / "deliveries.csv", [KEPT, *(row for row, _ in REFUSED)])
    warehouse = Warehouse(folder / "warehouse")
    warehouse.import_folder(folder, ImportOptions("doorstep", now=IMPORT_TIME))
    assert stored(warehouse, "delivery_id") == [("kept",)]
    return {line: found for _, _, line, found in refused(warehouse)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [pytest.param(3 + i, reason, id=f"{i} {reason}") for i, (_, reason) in enumerate(REFUSED)],
)
def test_a_row_that_cannot_be_taken_is_set_aside_with_its_reason_and_line(
    judged: dict[int, str], line: int, reason: str
) -> None:
    assert judged[line] == reason


MEANT = [
    ({"attempts": "3"}, "attempts", 3),
    ({"attempts": "3.0"}, "attempts", 3),
    ({"attempts": "+3"}, "attempts", 3),
    ({"weight_kg": "1.5"}, "weight_kg", 1.5),
    ({"weight_kg": ".5"}, "weight_kg", 0.5),
    ({"weight_kg": "1e1"}, "weight_kg", 10.0),
    ({"weight_kg": " 1.5\t"}, "weight_kg", 1.5),
    ({"weight_kg": ""}, "weight_kg", None),
    ({"revenue": "0.1"}, "revenue", Decimal("0.1000")),
    ({"revenue": "12345678901234.5678"}, "revenue", Decimal("12345678901234.5678")),
    ({"latitude": "-90", "longitude": "180"}, "latitude", -90.0),
    ({"promise_is_date": "TRUE"}, "promise_is_date", True),
    ({"carrier": "  Wren "}, "carrier", "Wren"),
    ({"carrier": "\u00a0Wren\t"}, "carrier", "Wren"),
    ({"carrier": "NA"}, "carrier", "NA"),
    ({"carrier": "null"}, "carrier", "null"),
    ({"zone": "  "}, "zone", None),
    ({"depot": 'St. John\'s "North", 2\nnd'}, "depot", 'St. John\'s "North", 2\nnd'),
    ({"postcode": "01067"}, "postcode", "01067"),
    ({"delivered_at": "2026-03-02 08:00:00"}, "delivered_at", _moment("2026-03-02 08:00")),
]


@pytest.fixture(scope="module")
def meant(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with every value of MEANT, each in a delivery named by its place."""
    folder = tmp_path_factory.mktemp("meant")
    rows = [delivery(str(i), **changes) for i, (changes, _, _) in enumerate(MEANT)]
    write_csv(folder / "deliveries.csv", rows)
    warehouse = Warehouse(folder / "warehouse")
    warehouse.import_folder(folder, ImportOptions("doorstep", now=IMPORT_TIME))
    return warehouse


@pytest.mark.parametrize(
    ("place", "column", "value"),
    [
        pytest.param(i, column, value, id=f"{i} {column}")
        for i, (_, column, value) in enumerate(MEANT)
    ],
)
def test_a_value_is_stored_as_it_is_meant(
    meant: Warehouse, place: int, column: str, value: object
) -> None:
    found = dict(stored(meant, f"delivery_id, {column}"))

    assert found[str(place)] == value


IN_BERLIN = {
    "2026-03-03 10:00:00": "2026-03-03 09:00",
    "2026-03-03T10:00": "2026-03-03 09:00",
    "2026/3/3 10:00": "2026-03-03 09:00",
    "2026-03-03": "2026-03-02 23:00",
    "2026-03-03 10:00:00.250": "2026-03-03 09:00:00.250",
    "2026-03-03T10:00:00Z": "2026-03-03 10:00",
    "2026-03-03 10:00:00 Z": "2026-03-03 10:00",
    "2026-03-03 10:00:00 UTC": "2026-03-03 10:00",
    "2026-03-03T10:00:00+02:00": "2026-03-03 08:00",
    "2026-03-03 10:00:00 +02:00": "2026-03-03 08:00",
    "2026-03-03 10:00+0200": "2026-03-03 08:00",
    "2026-03-03 10:00+02": "2026-03-03 08:00",
    "2026-03-03 10:00:00-03:30": "2026-03-03 13:30",
    "2026-03-29 01:59:59": "2026-03-29 00:59:59",
    "2026-03-29 02:30:00": "2026-03-29 01:30",  # does not exist: 03:30 summer time
    "2026-03-29 03:00:00": "2026-03-29 01:00",
    "2026-10-25 01:59:59": "2026-10-24 23:59:59",
    "2026-10-25 02:30:00": "2026-10-25 01:30",  # twice: the second, winter time
    "2026-10-25 02:30:00+02:00": "2026-10-25 00:30",
    "2026-10-25 03:00:00": "2026-10-25 02:00",
}


@pytest.fixture(scope="module")
def in_berlin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, datetime]:
    """Every time of IN_BERLIN as it is stored."""
    folder = tmp_path_factory.mktemp("berlin")
    rows = [delivery(text, ordered_at="2026-03-01", delivered_at=text) for text in IN_BERLIN]
    write_csv(folder / "deliveries.csv", rows)
    profile = contract_shaped(folder / "profile", zone="Europe/Berlin")
    warehouse = Warehouse(folder / "warehouse")
    warehouse.import_folder(folder, ImportOptions(profile, now=IMPORT_TIME))
    return dict(stored(warehouse, "delivery_id, delivered_at"))


@pytest.mark.parametrize(("text", "utc"), IN_BERLIN.items())
def test_a_time_is_local_unless_it_states_its_offset(
    in_berlin: dict[str, datetime], text: str, utc: str
) -> None:
    assert in_berlin[text] == _moment(utc)


def test_times_that_a_profile_calls_utc_are_not_shifted(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_csv(tmp_path / "shipments.csv", [delivery("x")])
    profile = own_profile(tmp_path / "own", zone="Europe/Berlin")
    statement = tmp_path / "own" / "deliveries.sql"
    statement.write_text(statement.read_text().replace("times: local", "times: utc"))

    warehouse.import_folder(tmp_path, ImportOptions(profile, now=IMPORT_TIME))

    assert stored(warehouse, "delivered_at") == [(_moment("2026-03-03 10:00"),)]


def test_a_day_is_read_only_where_no_zone_could_move_it(
    warehouse: Warehouse, put_in: Import
) -> None:
    days = {
        "2026-03-03": "2026-03-03",
        "9999-12-31": "9999-12-31",
        "2026-03-03T23:00:00Z": None,
        "2026-03-03 10:00 PM": None,
        "infinity": None,
        "20260303": None,
        "2026-02-29": None,
        "1899-12-31": None,
        "2026-03-04 00:00:00": "2026-03-04",
    }

    put_in(deliveries=[KEPT], calendar=[{"date": text} for text in days])

    read = sorted(day for day in days.values() if day)
    assert stored(warehouse, "cast(date as varchar)", "calendar") == [(day,) for day in read]
    lines = [line for line, day in enumerate(days.values(), 2) if day is None]
    assert [row[2] for row in refused(warehouse)] == lines


def test_the_first_row_of_a_key_within_a_file_wins(warehouse: Warehouse, put_in: Import) -> None:
    rows = [
        delivery("b", carrier="First"),
        delivery("a"),
        delivery("b", carrier="Second"),
        delivery(" b\t", carrier="Third"),
    ]

    outcome = put_in(deliveries=rows)

    assert stored(warehouse, "delivery_id, carrier") == [("a", "Wren"), ("b", "First")]
    assert refused(warehouse) == [
        ("deliveries", "deliveries.csv", 4, "duplicate_key"),
        ("deliveries", "deliveries.csv", 5, "duplicate_key"),
    ]
    assert reasons(outcome.manifest.tables[0].reasons) == {"duplicate_key": 2}


def test_a_refused_row_does_not_use_up_its_key(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("a", status="odd"), delivery("a", carrier="Second")])

    assert stored(warehouse, "delivery_id, carrier") == [("a", "Second")]
    assert refused(warehouse) == [("deliveries", "deliveries.csv", 2, "not_in_domain:status")]


def test_a_key_of_several_columns_counts_null_as_a_value(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [
        {"date": "2026-03-02", "segment": segment, "zone": zone, "planned_deliveries": count}
        for segment, zone, count in [("A", "", 1), ("A", "Z", 2), ("A", "", 3), ("", "", 4)]
    ]

    put_in(deliveries=[KEPT | {"segment": "A"}], capacity=rows)

    found = stored(warehouse, "planned_deliveries", "capacity")
    assert found == [(1.0,), (2.0,), (4.0,)]
    assert refused(warehouse) == [("capacity", "capacity.csv", 4, "duplicate_key")]


def _period(customer: str, start: str, end: str = "") -> Row:
    return {"customer_id": customer, "segment": "A", "valid_from": start, "valid_to": end}


def test_a_period_that_begins_before_an_earlier_one_ends_is_refused(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [
        _period("c", "2026-03-01"),  # line 2: overlaps what began before
        _period("c", "2026-01-01", "2026-02-01"),
        _period("c", "2026-02-01", "2026-04-01"),
        _period("d", "2026-01-01", "2026-03-01"),
        _period("d", "2026-02-01", "2026-05-01"),  # line 6: overlaps line 5
        _period("d", "2026-03-01", "2026-04-01"),  # overlaps only what was refused
        _period("e", "2026-01-01"),
        _period("e", "2026-06-01"),  # line 9: the earlier one is open
    ]

    outcome = put_in(deliveries=[KEPT], segment_assignments=rows)

    assert refused(warehouse) == [
        ("segment_assignments", "segment_assignments.csv", line, "overlap") for line in (2, 6, 9)
    ]
    count = outcome.manifest.tables[-1]
    assert (count.table, count.accepted, count.quarantined) == ("segment_assignments", 5, 3)


def test_the_quarantine_keeps_the_text_as_it_was(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[KEPT, delivery("x", carrier=" Wren ", status='"odd"\n, sort')])

    [(raw,)] = stored(warehouse, "raw", "quarantine")
    kept = json.loads(raw)
    assert (kept["delivery_id"], kept["carrier"]) == ("x", " Wren ")
    assert kept["status"] == '"odd"\n, sort'


def test_a_row_made_of_several_records_is_kept_as_the_profile_gives_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_csv(tmp_path / "shipments.csv", [delivery("x", status="odd"), KEPT])
    summed = "select delivery_id, max(carrier) as carrier, max(ordered_at) as ordered_at, max(promised_by) as promised_by, max(status) as status from shipments group by delivery_id"  # noqa: E501

    warehouse.import_folder(
        tmp_path, ImportOptions(own_profile(tmp_path / "own", deliveries=summed), now=IMPORT_TIME)
    )

    assert refused(warehouse) == [("deliveries", None, None, "not_in_domain:status")]
    [(raw,)] = stored(warehouse, "raw", "quarantine")
    assert json.loads(raw)["delivery_id"] == "x"


def test_a_malformed_row_is_quarantined_with_its_line_and_text(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_csv(tmp_path / "deliveries.csv", [KEPT])
    with (tmp_path / "deliveries.csv").open("a") as file:
        file.write("torn,li\n")

    outcome = warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))

    found = stored(warehouse, "table_name, file, line, reasons, raw", "quarantine")
    assert found == [("deliveries", "deliveries.csv", 3, "malformed_row", "torn,li")]
    [source] = outcome.manifest.sources
    assert (source.records, source.raw, source.malformed, source.unused) == (2, 1, 1, 0)
    assert source.refused == 0


def test_typed_values_of_parquet_are_checked_like_text(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    far = datetime(9999, 12, 31)  # noqa: DTZ001
    values = [
        ({"attempts": 2.5}, "unparseable:attempts"),
        ({"attempts": math.nan}, "unparseable:attempts"),
        ({"weight_kg": math.nan}, "unparseable:weight_kg"),
        ({"weight_kg": math.inf}, "unparseable:weight_kg"),
        ({"revenue": math.nan}, "unparseable:revenue"),
        ({"revenue": 1e300}, "unparseable:revenue"),
        ({"promise_is_date": 5}, "unparseable:promise_is_date"),
        ({"volume_l": [1, 2]}, "unparseable:volume_l"),
        ({"first_attempt_at": far}, "out_of_range:first_attempt_at, after_import_time"),
    ]
    rows = [KEPT, *(delivery(str(i)) | value for i, (value, _) in enumerate(values))]
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(tmp_path / "deliveries.parquet")

    warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))

    expected = [(line, reason) for line, (_, reason) in enumerate(values, 2)]
    assert stored(warehouse, "line, reasons", "quarantine") == expected
    assert stored(warehouse, "delivery_id") == [("kept",)]


def test_typed_moments_of_parquet_are_taken_as_they_are(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    row = delivery("x") | {
        "ordered_at": datetime(2026, 3, 1, 8),  # noqa: DTZ001  (local in Berlin: UTC + 1)
        "delivered_at": datetime(2026, 3, 3, 10, tzinfo=UTC),
        "attempts": 2.0,
        "promise_is_date": 0,
    }
    pl.DataFrame([row]).write_parquet(tmp_path / "deliveries.parquet")
    in_berlin = contract_shaped(tmp_path / "berlin", zone="Europe/Berlin")

    warehouse.import_folder(tmp_path, ImportOptions(in_berlin, now=IMPORT_TIME))

    found = stored(warehouse, "ordered_at, delivered_at, attempts, promise_is_date")
    assert found == [(_moment("2026-03-01 07:00"), _moment("2026-03-03 10:00"), 2, False)]


def test_a_file_of_which_nothing_is_accepted_is_refused_with_the_commonest_reason(
    put_in: Import,
) -> None:
    rows = [delivery(str(i), ordered_at="02.03.2026 08:00") for i in range(3)]

    with pytest.raises(SourceError) as refusal:
        put_in(deliveries=rows)

    assert str(refusal.value) == (
        "none of the 3 rows of deliveries was accepted (3 unparseable:ordered_at); "
        "mend the files or the profile"
    )


VALUES = {
    "delivery_id": ["a", "b", " a", ""],
    "carrier": ["Wren", "", "NA"],
    "ordered_at": ["2026-03-02 08:00", "2027-01-01", "?"],
    "delivered_at": ["2026-03-03", "2026-03-01", ""],
    "status": ["delivered", "odd", ""],
    "weight_kg": ["1", "-1", "nan"],
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(found) for name, found in VALUES.items()}),
    max_size=8,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_every_row_is_accepted_or_quarantined(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    write_csv(folder / "deliveries.csv", [KEPT, *(delivery("") | row for row in rows)])
    warehouse = Warehouse(folder / "warehouse")

    manifest = warehouse.import_folder(folder, ImportOptions("doorstep", now=IMPORT_TIME)).manifest

    [count] = manifest.tables
    assert count.rows == 1 + len(rows)
    assert count.accepted == len(stored(warehouse, "delivery_id"))
    assert count.quarantined == len(refused(warehouse))
    assert count.accepted + count.quarantined == count.rows


def _count(outcome: Imported) -> Callable[[str], int]:
    return lambda name: sum(getattr(table, name) for table in outcome.manifest.tables)


def test_rows_of_a_later_file_supersede_and_the_account_adds_up(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_csv(tmp_path / "s1.csv", [delivery("a"), delivery("b"), delivery("a")])
    write_csv(tmp_path / "s2.csv", [delivery("b", carrier="Later"), delivery("c", status="odd")])
    profile = own_profile(tmp_path / "own", files="s*.csv")

    outcome = warehouse.import_folder(tmp_path, ImportOptions(profile, now=IMPORT_TIME))

    assert stored(warehouse, "delivery_id, carrier") == [("a", "Wren"), ("b", "Later")]
    total = _count(outcome)
    assert (total("rows"), total("accepted")) == (5, 2)
    assert (total("quarantined"), total("superseded")) == (2, 1)
