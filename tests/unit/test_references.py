"""References between tables, pairs of columns, and warnings."""

from pathlib import Path

import pytest

from dashboard.errors import ProfileError
from dashboard.warehouse import ImportOptions, Warehouse
from tests.conftest import IMPORT_TIME, Import
from tests.raw import contract_shaped, own_profile, refused, stored
from tests.rows import Row, delivery, write_csv

KNOWN = delivery("known", customer_id="C1", route_id="R1")
EXPERIMENT = {
    "experiment_id": "E",
    "name": "Lockers",
    "unit": "delivery",
    "control_arm": "door",
    "primary_metric": "on_time_rate",
    "started_on": "2026-03-01",
    "ends_on": "2026-03-29",
}


def assignment(unit_id: str, experiment_id: str = "E") -> Row:
    moment = "2026-03-01 00:00:00"
    return {
        "experiment_id": experiment_id,
        "unit_id": unit_id,
        "arm": "door",
        "assigned_at": moment,
    }


def warnings(imported: object, table: str = "deliveries") -> dict[str, int]:
    counts = {one.table: dict(one.warnings) for one in imported.manifest.tables}  # ty: ignore[unresolved-attribute]
    return counts[table]


@pytest.mark.parametrize(
    ("unit", "known", "unknown"),
    [("delivery", "known", "C1"), ("customer", "C1", "known"), ("route", "R1", "C1")],
)
def test_an_assignment_names_a_unit_of_its_experiments_kind(
    warehouse: Warehouse, put_in: Import, unit: str, known: str, unknown: str
) -> None:
    put_in(
        deliveries=[KNOWN],
        experiments=[EXPERIMENT | {"unit": unit}],
        assignments=[assignment(known), assignment(unknown)],
    )

    assert stored(warehouse, "unit_id", "assignments") == [(known,)]
    assert refused(warehouse) == [
        ("assignments", "assignments.csv", 3, "unknown_reference:unit_id")
    ]


def test_an_assignment_to_no_experiment_is_refused_where_experiments_are_known(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(
        deliveries=[KNOWN],
        experiments=[EXPERIMENT],
        assignments=[assignment("known"), assignment("known", "other")],
    )

    reasons = [reason for *_, reason in refused(warehouse)]
    assert reasons == ["unknown_reference:experiment_id"]


def test_a_forecast_for_a_segment_nobody_is_in_is_refused(
    warehouse: Warehouse, put_in: Import
) -> None:
    forecast = {
        "target_date": "2026-03-05",
        "issued_at": "2026-03-01 00:00:00",
        "step": "naive",
        "volume": 5,
    }
    put_in(
        deliveries=[KNOWN],
        segment_assignments=[
            {"customer_id": "C1", "segment": "Premium", "valid_from": "2026-01-01"}
        ],
        forecasts=[forecast | {"segment": name} for name in ("Standard", "Premium", "Gold")],
    )

    found = [segment for (segment,) in stored(warehouse, "segment", "forecasts")]
    assert found == ["Premium", "Standard"]
    assert refused(warehouse) == [("forecasts", "forecasts.csv", 4, "unknown_reference:segment")]


def test_what_refers_to_a_refused_delivery_is_refused_too(
    warehouse: Warehouse, put_in: Import
) -> None:
    event = {"kind": "scan", "occurred_at": "2026-03-02 09:00:00"}
    put_in(
        deliveries=[KNOWN, delivery("bad", status="odd")],
        events=[event | {"delivery_id": "known"}, event | {"delivery_id": "bad"}],
    )

    assert [(table, reasons) for table, _, _, reasons in refused(warehouse)] == [
        ("deliveries", "not_in_domain:status"),
        ("events", "unknown_reference:delivery_id"),
    ]


def test_a_cost_of_an_unknown_delivery_stays_in_the_books_with_a_warning(
    warehouse: Warehouse, put_in: Import
) -> None:
    imported = put_in(
        deliveries=[KNOWN],
        costs=[
            {"cost_id": "1", "delivery_id": "gone", "pool": "linehaul", "amount": "5.00",
             "booked_on": "2026-03-03"},
        ],
    )  # fmt: skip

    assert refused(warehouse) == []
    assert warnings(imported, "costs") == {"unknown_reference:delivery_id": 1}


def test_a_reference_to_an_earlier_import_is_known(tmp_path: Path, put_in: Import) -> None:
    months = contract_shaped(tmp_path / "months", "months")
    survey = {"survey_id": "S", "delivery_id": "known", "sent_at": "2026-04-01 09:00:00"}
    april = delivery("april", ordered_at="2026-04-01 08:00:00", promised_by="2026-04-01 12:00:00",
                     delivered_at="2026-04-01 09:00:00")  # fmt: skip
    put_in(profile=months, deliveries=[KNOWN])

    imported = put_in(profile=months, deliveries=[april], surveys=[survey])

    assert {one.table: one.quarantined for one in imported.manifest.tables} == {
        "deliveries": 0,
        "surveys": 0,
    }


def test_in_a_load_of_changes_the_delivery_may_still_come(
    tmp_path: Path, warehouse: Warehouse, put_in: Import
) -> None:
    changes = contract_shaped(tmp_path / "changes", "changes")
    survey = {"survey_id": "S", "delivery_id": "later", "sent_at": "2026-03-04 09:00:00"}

    early = put_in(profile=changes, deliveries=[KNOWN], surveys=[survey])
    put_in(profile=changes, deliveries=[delivery("later", segment="Premium")])

    assert warnings(early, "surveys") == {"unknown_reference:delivery_id": 1}
    assert stored(warehouse, "survey_id, segment", "surveys") == [("S", "Premium")]


def test_a_table_with_no_rows_is_no_reason_to_doubt(put_in: Import) -> None:
    without = put_in(deliveries=[KNOWN])
    given = put_in(deliveries=[KNOWN], carriers=[{"carrier": "Kestrel"}])

    assert warnings(without) == {}
    assert warnings(given) == {"unknown_reference:carrier": 1}


@pytest.mark.parametrize("given", ["latitude", "longitude"])
def test_half_a_place_is_refused(warehouse: Warehouse, put_in: Import, given: str) -> None:
    whole = delivery("whole", latitude="52.5", longitude="13.4")
    half = delivery("half", **{given: "13.4"})

    put_in(deliveries=[whole, delivery("neither"), half])

    other = {"latitude": "longitude", "longitude": "latitude"}[given]
    assert [reasons for *_, reasons in refused(warehouse)] == [f"missing:{other}"]


def test_a_profile_that_gives_half_a_place_is_refused(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    write_csv(files / "shipments.csv", [delivery("x")])
    sql = "-- grain: one row per delivery\nselect *, 1 as latitude from shipments"
    profile = own_profile(tmp_path / "own", deliveries=sql)

    with pytest.raises(ProfileError) as refusal:
        warehouse.import_folder(files, ImportOptions(profile, now=IMPORT_TIME))

    assert str(refusal.value) == (
        "profile own, deliveries.sql gives 'latitude' alone; give latitude and longitude, "
        "or neither"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"delivered_at": None}, "delivered_without_time"),
        ({"status": "cancelled"}, "cancelled_with_time"),
        ({"status": "open"}, "time_without_delivery"),
        ({"handed_over_at": "2026-03-02 07:59:59"}, "handed_over_before_ordered"),
        (
            {"handed_over_at": "2026-03-02 09:00:00",
             "out_for_delivery_at": "2026-03-02 08:59:59"},
            "out_before_handed_over",
        ),
        ({"first_attempt_at": "2026-03-03 10:00:01"}, "attempted_after_delivered"),
        ({"attempts": 0}, "delivered_without_attempt"),
        ({"promised_by": "2026-03-02 07:59:59"}, "promised_before_ordered"),
        ({"latitude": "0.01", "longitude": "0.01"}, "coordinates_near_zero"),
    ],
)  # fmt: skip
def test_a_doubtful_delivery_is_accepted_counted_and_marked(
    warehouse: Warehouse, put_in: Import, changes: Row, code: str
) -> None:
    imported = put_in(deliveries=[KNOWN, delivery("doubtful", **changes)])

    assert warnings(imported) == {code: 1}
    assert stored(warehouse, "delivery_id, warnings") == [("doubtful", code), ("known", None)]


def test_warnings_go_along_when_a_month_is_written_anew(
    tmp_path: Path, warehouse: Warehouse, put_in: Import
) -> None:
    changes = contract_shaped(tmp_path / "changes", "changes")
    put_in(profile=changes, deliveries=[delivery("doubtful", attempts=0)])

    put_in(profile=changes, deliveries=[KNOWN])

    assert stored(warehouse, "delivery_id, warnings") == [
        ("doubtful", "delivered_without_attempt"),
        ("known", None),
    ]


def test_a_row_set_aside_for_its_key_keeps_what_it_held(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    write_csv(files / "shipments.csv", [delivery("x"), delivery("x", carrier="Swift")])
    sql = "-- grain: one row per delivery\nselect * exclude (_line, _file) from shipments"
    profile = own_profile(tmp_path / "own", deliveries=sql)

    warehouse.import_folder(files, ImportOptions(profile, now=IMPORT_TIME))

    [(raw,)] = stored(warehouse, "raw", "quarantine")
    assert '"delivery_id":"x"' in raw
