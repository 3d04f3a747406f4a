"""An import publishes all of a folder or nothing; loads change only what they hold."""

import random
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.errors import ProfileError, SourceError, WarehouseError
from dashboard.scope import Scope
from dashboard.warehouse import Imported, ImportOptions, Manifest, Warehouse, writing
from tests.conftest import IMPORT_TIME, Import
from tests.raw import contract_shaped, own_profile, stored
from tests.rows import delivery, write_csv

MARCH = "2026-03-02 08:00:00"
APRIL = "2026-04-02 08:00:00"
JUNE = "2026-06-01 00:00:00"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def changes(tmp_path: Path) -> str:
    return contract_shaped(tmp_path / "changes", "changes")


@pytest.fixture
def months(tmp_path: Path) -> str:
    return contract_shaped(tmp_path / "months", "months")


def _open(delivery_id: str, **changed: object) -> dict[str, object]:
    return delivery(delivery_id, delivered_at=None, status="open") | changed


def _files(manifest: Manifest, table: str = "deliveries") -> dict[str, str]:
    """Paths by month."""
    return {str(file.month): file.path for file in manifest.files.get(table, ())}


def _superseded(outcome: Imported, table: str = "deliveries") -> int:
    return next(one.superseded for one in outcome.manifest.tables if one.table == table)


def _on_time(warehouse: Warehouse) -> tuple[int, int]:
    """Numerator and denominator of the on-time rate."""
    reader = warehouse.reader(None, LOCAL_USER)
    found = reader.roll_up(["on_time_rate"], [], Scope()).rows(named=True)
    return (int(found[0]["numerator"]), int(found[0]["denominator"])) if found else (0, 0)


# Loads


def test_an_open_delivery_is_superseded_when_it_is_delivered(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    put_in(profile=changes, deliveries=[_open("a"), delivery("b")])

    outcome = put_in(profile=changes, deliveries=[delivery("a", carrier="Later")])

    found = stored(warehouse, "delivery_id, carrier, status")
    assert found == [("a", "Later", "delivered"), ("b", "Wren", "delivered")]
    assert _superseded(outcome) == 1


def test_only_months_with_changes_are_written_anew(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    april = {"ordered_at": APRIL, "delivered_at": "2026-04-03 10:00:00"}
    first = put_in(profile=changes, deliveries=[_open("a"), delivery("b", **april)])

    second = put_in(profile=changes, deliveries=[delivery("a")])

    before, after = _files(first.manifest), _files(second.manifest)
    assert before.keys() == after.keys() == {"2026-03", "2026-04"}
    assert after["2026-04"] == before["2026-04"]
    assert after["2026-03"] != before["2026-03"]
    assert stored(warehouse, "delivery_id, status") == [("a", "delivered"), ("b", "delivered")]


def test_a_key_that_moves_to_another_month_leaves_no_double(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    put_in(profile=changes, deliveries=[delivery("a"), delivery("b")])

    moved = delivery("a", ordered_at=APRIL, delivered_at="2026-04-03 10:00:00")
    outcome = put_in(profile=changes, deliveries=[moved])

    found = stored(warehouse, "delivery_id, ordered_at")
    assert found == [("a", _moment(APRIL)), ("b", _moment(MARCH))]
    assert _superseded(outcome) == 1


def test_the_last_row_of_a_month_may_move_away(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    put_in(profile=changes, deliveries=[delivery("a")])

    moved = delivery("a", ordered_at=APRIL, delivered_at="2026-04-03 10:00:00")
    outcome = put_in(profile=changes, deliveries=[moved])

    assert stored(warehouse, "delivery_id, ordered_at") == [("a", _moment(APRIL))]
    assert _files(outcome.manifest).keys() == {"2026-04"}


def test_changes_never_delete(warehouse: Warehouse, put_in: Import, changes: str) -> None:
    put_in(profile=changes, deliveries=[delivery("a")], carriers=[{"carrier": "Wren"}])

    put_in(profile=changes, deliveries=[delivery("b")], carriers=[{"carrier": "Heron"}])

    assert stored(warehouse, "delivery_id") == [("a",), ("b",)]
    assert stored(warehouse, "carrier", "carriers") == [("Heron",), ("Wren",)]


def test_months_are_replaced_whole_and_others_left_alone(
    warehouse: Warehouse, put_in: Import, months: str
) -> None:
    april = delivery("c", ordered_at=APRIL, delivered_at="2026-04-03 10:00:00")
    first = put_in(profile=months, deliveries=[delivery("a"), delivery("b"), april])

    second = put_in(profile=months, deliveries=[delivery("b", carrier="Later")])

    found = stored(warehouse, "delivery_id, carrier")
    assert found == [("b", "Later"), ("c", "Wren")]
    assert _files(second.manifest)["2026-04"] == _files(first.manifest)["2026-04"]


def test_a_full_load_keeps_nothing_of_the_one_before(warehouse: Warehouse, put_in: Import) -> None:
    surveys = [{"survey_id": "1", "delivery_id": "a", "sent_at": "2026-03-04"}]
    put_in(deliveries=[delivery("a"), delivery("b")], surveys=surveys)

    outcome = put_in(deliveries=[delivery("b", carrier="Later")])

    assert stored(warehouse, "delivery_id, carrier") == [("b", "Later")]
    assert stored(warehouse, "survey_id", "surveys") == []
    assert _superseded(outcome) == 1


def test_refused_rows_of_earlier_changes_stay_in_the_quarantine(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    put_in(profile=changes, deliveries=[delivery("a"), delivery("x", status="odd")])

    put_in(profile=changes, deliveries=[delivery("b"), delivery("y", status="odd")])

    found = stored(warehouse, "line, reasons", "quarantine")
    assert found == [(3, "not_in_domain:status")] * 2


def test_a_later_request_of_the_customer_moves_the_promise_of_an_old_month(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    late = delivery("a", delivered_at="2026-03-05 10:00:00")
    put_in(profile=changes, as_of=_moment(JUNE), deliveries=[late])
    before = _on_time(warehouse)

    request = {
        "delivery_id": "a",
        "changed_at": "2026-05-01 08:00:00",
        "new_by": "2026-03-06 12:00:00",
        "requested_by": "customer",
    }
    april = delivery("b", ordered_at=APRIL, promised_by="2026-07-01 00:00:00")
    april |= {"delivered_at": "2026-04-03 10:00:00"}
    put_in(profile=changes, deliveries=[april], promise_changes=[request])

    assert before == (0, 1)
    assert _on_time(warehouse) == (1, 1)
    found = stored(warehouse, "delivery_id, committed_by")
    assert found[0] == ("a", _moment("2026-03-06 12:00:00"))


def test_a_cost_that_is_corrected_to_another_delivery_is_counted_once(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    april = delivery("b", ordered_at=APRIL, delivered_at="2026-04-03 10:00:00")
    cost = {"cost_id": "1", "pool": "claims", "amount": "5", "booked_on": "2026-03-09"}
    put_in(profile=changes, deliveries=[delivery("a"), april], costs=[cost | {"delivery_id": "a"}])

    may = _open("c", ordered_at="2026-05-02 08:00:00")
    put_in(profile=changes, deliveries=[may], costs=[cost | {"delivery_id": "b"}])

    assert stored(warehouse, "delivery_id, total_cost") == [("a", None), ("b", 5), ("c", None)]


def test_an_import_that_touches_no_old_file_makes_yesterdays_open_parcel_late(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    before_promise, after_promise = "2026-03-03 11:00:00", "2026-03-04 11:00:00"
    first = put_in(
        profile=changes,
        as_of=_moment(before_promise),
        deliveries=[_open("late"), delivery("kept", promised_by="2026-03-03 10:30:00")],
    )
    judged_before = _on_time(warehouse)

    april = _open("b", ordered_at="2026-04-02 08:00:00", promised_by="2026-06-01 00:00:00")
    second = put_in(profile=changes, as_of=_moment(after_promise), deliveries=[april])

    assert judged_before == (1, 1)
    assert _on_time(warehouse) == (1, 2)
    assert _files(second.manifest)["2026-03"] == _files(first.manifest)["2026-03"]


def test_a_restated_delivery_renews_its_surveys_and_no_other_month_of_surveys(
    put_in: Import, warehouse: Warehouse, changes: str
) -> None:
    april = delivery("april") | APRIL_ROW
    surveys = [
        {"survey_id": "1", "delivery_id": "march", "sent_at": "2026-05-04 09:00:00"},
        {"survey_id": "2", "delivery_id": "april", "sent_at": "2026-04-04 09:00:00"},
    ]
    first = put_in(profile=changes, deliveries=[delivery("march"), april], surveys=surveys)

    second = put_in(profile=changes, deliveries=[delivery("march", segment="Premium")])

    found = stored(warehouse, "survey_id, segment", "surveys")
    assert found == [("1", "Premium"), ("2", "Standard")]
    was, now = (
        {file.month: file for file in one.manifest.files["surveys"]} for one in (first, second)
    )
    assert was["2026-04"] == now["2026-04"]
    assert was["2026-05"] != now["2026-05"]


@pytest.mark.parametrize("rows_a_batch", [0, 2, 3, 1_000])
def test_months_written_alone_or_together_hold_the_same_rows(
    put_in: Import, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, rows_a_batch: int
) -> None:
    monkeypatch.setattr(writing, "_ROWS_A_BATCH", rows_a_batch)
    ordered = {"a": "2026-01-31 23:59:59", "b": "2026-02-01 00:00:00", "c": "2026-02-28 12:00:00",
               "d": "2026-04-30 23:59:59"}  # fmt: skip
    due = {"promised_by": "2026-05-02 12:00:00", "delivered_at": "2026-05-01 12:00:00"}
    cost = {
        "cost_id": "1",
        "delivery_id": "c",
        "pool": "p",
        "amount": 3,
        "booked_on": "2026-03-05",
    }

    found = put_in(
        deliveries=[delivery(name, ordered_at=at, **due) for name, at in ordered.items()],
        costs=[cost],
    )

    files = found.manifest.files["deliveries"]
    assert {file.month: file.rows for file in files} == {
        "2026-01": 1,
        "2026-02": 2,
        "2026-04": 1,
    }
    assert stored(warehouse, "delivery_id, total_cost, is_on_time") == [
        ("a", None, True),
        ("b", None, True),
        ("c", Decimal("3.0000"), True),
        ("d", None, True),
    ]


KEYS: Mapping[str, tuple[str, ...]] = {
    "deliveries": ("delivery_id",),
    "promise_changes": ("delivery_id", "changed_at"),
    "costs": ("cost_id",),
    "contacts": ("contact_id",),
    "surveys": ("survey_id",),
    "zones": ("zone",),
}
FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001


def _made_up(table: str, chance: random.Random) -> dict[str, object]:
    """A row of a table with so few keys that later rows correct earlier ones."""
    day = str(FIRST_DAY + timedelta(hours=chance.randrange(3_000)))
    parcel, number = f"D{chance.randrange(6)}", str(chance.randrange(4))
    if table == "deliveries":
        return delivery(
            parcel,
            ordered_at=day,
            delivered_at=None,
            promised_by=str(FIRST_DAY + timedelta(hours=chance.randrange(4_000))),
            status="open",
            zone=chance.choice(["Z1", "Z2"]),
        )
    others: dict[str, dict[str, object]] = {
        "promise_changes": {
            "delivery_id": parcel,
            "changed_at": f"2026-01-0{chance.randrange(1, 4)} 00:00:00",
            "new_by": day,
            "requested_by": chance.choice(["customer", "carrier"]),
        },
        "costs": {
            "cost_id": number,
            "delivery_id": parcel,
            "pool": "claims",
            "amount": chance.randrange(100),
            "booked_on": day[:10],
        },
        "contacts": {"contact_id": number, "delivery_id": parcel, "opened_at": day},
        "surveys": {"survey_id": number, "delivery_id": parcel, "sent_at": day},
        "zones": {
            "zone": chance.choice(["Z1", "Z2"]),
            "density_class": chance.choice(["urban", "rural"]),
            "time_zone": chance.choice(["Asia/Tokyo", ""]),
        },
    }
    return others[table]


@pytest.mark.parametrize("seed", range(4))
def test_changes_in_pieces_give_the_tables_that_one_load_of_them_all_gives(
    tmp_path: Path, put_in: Import, warehouse: Warehouse, changes: str, seed: int
) -> None:
    chance = random.Random(seed)
    whole: dict[str, dict[tuple, dict[str, object]]] = {table: {} for table in KEYS}
    for _ in range(3):
        piece = {}
        for table, key in KEYS.items():
            rows = [_made_up(table, chance) for _ in range(chance.randrange(1, 4))]
            new = {tuple(row[name] for name in key): row for row in reversed(rows)}
            whole[table] |= new
            piece[table] = list(new.values())
        put_in(profile=changes, as_of=_moment(JUNE), **piece)

    at_once = Warehouse(tmp_path / "at-once")
    folder = tmp_path / "whole"
    folder.mkdir()
    for table, rows in whole.items():
        write_csv(folder / f"{table}.csv", list(rows.values()))
    at_once.import_folder(folder, ImportOptions(changes, _moment(JUNE), IMPORT_TIME))

    for table in KEYS:
        assert stored(warehouse, "*", table) == stored(at_once, "*", table), table


# A folder again, with a changed file

APRIL_ROW = {"ordered_at": APRIL, "promised_by": "2026-04-03 12:00:00", "delivered_at": None,
             "status": "open"}  # fmt: skip
MASTER = {
    "zones": [{"zone": "Z1", "density_class": "city"}],
    "customers": [{"customer_id": "C1"}],
    "costs": [{"cost_id": "1", "pool": "p", "amount": "2.50", "booked_on": "2026-03-05"}],
}


@pytest.mark.parametrize("load", ["changes", "months"])
def test_a_folder_again_with_a_changed_file_replaces_only_the_months_touched(
    warehouse: Warehouse, put_in: Import, tmp_path: Path, load: str
) -> None:
    profile = contract_shaped(tmp_path / "own", load)
    whole = [delivery("a", zone="Z1"), delivery("b"), delivery("c", **APRIL_ROW)]
    first = put_in(profile=profile, deliveries=whole, **MASTER)

    corrected = [*whole[:2], delivery("c", **APRIL_ROW, carrier="Corrected")]
    second = put_in(profile=profile, deliveries=corrected, **MASTER)

    before, after = _files(first.manifest), _files(second.manifest)
    assert after["2026-03"] == before["2026-03"]
    assert after["2026-04"] != before["2026-04"]
    for table in MASTER:
        assert second.manifest.files[table] == first.manifest.files[table], table
    assert stored(warehouse, "delivery_id, carrier, density_class") == [
        ("a", "Wren", "city"), ("b", "Wren", None), ("c", "Corrected", None),
    ]  # fmt: skip


@pytest.mark.parametrize("load", ["changes", "months"])
def test_a_folder_again_without_one_row_loses_it_only_where_months_are_whole(
    warehouse: Warehouse, put_in: Import, tmp_path: Path, load: str
) -> None:
    profile = contract_shaped(tmp_path / "own", load)
    whole = [delivery("a"), delivery("b"), delivery("c", **APRIL_ROW)]
    first = put_in(profile=profile, deliveries=whole)

    second = put_in(profile=profile, deliveries=[whole[0], whole[2]])

    before, after = _files(first.manifest), _files(second.manifest)
    left = {"changes": [("a",), ("b",), ("c",)], "months": [("a",), ("c",)]}
    assert stored(warehouse, "delivery_id") == left[load]
    assert after["2026-04"] == before["2026-04"]
    assert (after["2026-03"] == before["2026-03"]) == (load == "changes")


def test_a_corrected_zone_touches_every_month_that_reads_it(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    rows = [delivery("a", zone="Z1"), delivery("c", **APRIL_ROW)]
    put_in(profile=changes, deliveries=rows, zones=MASTER["zones"])

    put_in(profile=changes, deliveries=rows, zones=[{"zone": "Z1", "density_class": "village"}])

    assert stored(warehouse, "delivery_id, density_class") == [("a", "village"), ("c", None)]


# The same again


def test_the_same_files_again_publish_nothing(warehouse: Warehouse, put_in: Import) -> None:
    first = put_in(deliveries=[delivery("a")])

    again = put_in(deliveries=[delivery("a")])

    assert (first.published, again.published) == (True, False)
    assert again.manifest == first.manifest
    assert len(warehouse.manifests()) == 1


def test_the_same_files_with_a_later_as_of_are_published(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("a")])

    again = put_in(deliveries=[delivery("a")], as_of=_moment(JUNE))

    assert again.published
    assert warehouse.newest().as_of == _moment(JUNE)


def test_the_same_files_with_a_mended_profile_are_published(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_csv(tmp_path / "shipments.csv", [delivery("a")])
    profile = own_profile(tmp_path / "own")
    warehouse.import_folder(tmp_path, ImportOptions(profile, now=IMPORT_TIME))
    statement = Path(profile) / "deliveries.sql"
    statement.write_text(statement.read_text().replace(" carrier,", " 'Mended' as carrier,"))

    again = warehouse.import_folder(tmp_path, ImportOptions(profile, now=IMPORT_TIME))

    assert again.published
    assert stored(warehouse, "carrier") == [("Mended",)]


# As of


def test_as_of_is_the_latest_event_unless_somebody_states_it(
    warehouse: Warehouse, put_in: Import
) -> None:
    surveys = [{"survey_id": "1", "delivery_id": "a", "sent_at": "2026-03-04 09:00:00"}]
    future = delivery("x", delivered_at="2027-01-01 00:00:00")

    put_in(deliveries=[delivery("a", promised_by="2026-09-01 00:00:00"), future], surveys=surveys)

    assert warehouse.newest().as_of == _moment("2026-03-04 09:00:00")


@pytest.mark.parametrize(
    ("sql", "as_of"),
    [
        ("select timestamp '2026-04-01 12:00:00'", "2026-04-01 12:00:00"),
        ("select '2026-04-01 12:00:00'", "2026-04-01 12:00:00"),
        ("select date '2026-04-01'", "2026-04-01 00:00:00"),
        ("select timestamptz '2026-04-01 12:00:00+02:00'", "2026-04-01 10:00:00"),
        ("select null", "2026-03-03 10:00:00"),
        ("select timestamp '2026-04-01' from shipments where false", "2026-03-03 10:00:00"),
    ],
)
def test_a_profile_states_as_of_in_its_own_sql(
    warehouse: Warehouse, tmp_path: Path, sql: str, as_of: str
) -> None:
    write_csv(tmp_path / "shipments.csv", [delivery("a")])

    profile = own_profile(tmp_path / "own", as_of=sql)
    warehouse.import_folder(tmp_path, ImportOptions(profile, now=IMPORT_TIME))

    assert warehouse.newest().as_of == _moment(as_of)


def test_the_option_goes_before_the_profile(warehouse: Warehouse, tmp_path: Path) -> None:
    write_csv(tmp_path / "shipments.csv", [delivery("a")])
    profile = own_profile(tmp_path / "own", as_of="select timestamp '2026-04-01'")

    warehouse.import_folder(
        tmp_path, ImportOptions(profile, _moment("2026-03-10 06:00"), now=IMPORT_TIME)
    )

    assert warehouse.newest().as_of == _moment("2026-03-10 06:00")


def test_a_stated_as_of_never_goes_back(warehouse: Warehouse, put_in: Import) -> None:
    put_in(as_of=_moment(JUNE), deliveries=[delivery("a")])

    with pytest.raises(WarehouseError) as refusal:
        put_in(as_of=_moment("2026-05-31"), deliveries=[delivery("a"), delivery("b")])

    assert str(refusal.value) == (
        "as_of would go back from 2026-06-01 00:00:00 to 2026-05-31 00:00:00; "
        "import older data into a warehouse of its own"
    )
    assert warehouse.newest().id == 1


def test_the_latest_event_of_older_files_does_not_set_as_of_back(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=_moment(JUNE), deliveries=[delivery("a")])

    put_in(deliveries=[delivery("b")])

    assert warehouse.newest().as_of == _moment(JUNE)


@pytest.mark.parametrize("year", [2027, 9999])
def test_an_as_of_that_is_still_to_come_is_refused(
    warehouse: Warehouse, put_in: Import, year: int
) -> None:
    with pytest.raises(WarehouseError) as refusal:
        put_in(as_of=datetime(year, 1, 1), deliveries=[delivery("a")])  # noqa: DTZ001

    assert str(refusal.value) == (
        f"as_of {year}-01-01 00:00:00 lies after the import (2026-11-01 00:00); mend it"
    )
    assert not warehouse.exists()


def test_without_any_event_as_of_must_be_stated(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "deliveries.csv").write_text("delivery_id,carrier,ordered_at,promised_by,status\n")

    with pytest.raises(SourceError) as refusal:
        warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))
    warehouse.import_folder(tmp_path, ImportOptions("doorstep", _moment(JUNE), now=IMPORT_TIME))

    assert str(refusal.value) == ("no accepted row says when anything happened; state --as-of")
    assert stored(warehouse, "delivery_id") == []


# Several sources


def test_changes_of_another_profile_are_refused(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    put_in(deliveries=[delivery("a")])

    with pytest.raises(WarehouseError) as refusal:
        put_in(profile=changes, deliveries=[delivery("b")])

    assert str(refusal.value) == (
        f"{warehouse.path} holds data of profile 'doorstep'; import 'changes' "
        "into a warehouse of its own"
    )


def test_a_failed_import_leaves_the_snapshot_before(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    put_in(deliveries=[delivery("a")])
    write_csv(tmp_path / "shipments.csv", [delivery("b")])
    broken = own_profile(tmp_path / "own", unused="select nothing")

    with pytest.raises(ProfileError):
        warehouse.import_folder(tmp_path, ImportOptions(broken, now=IMPORT_TIME))

    assert warehouse.newest().id == 1
    assert stored(warehouse, "delivery_id") == [("a",)]


def test_a_model_that_doubles_a_row_publishes_nothing(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    queries = Path(shutil.copytree(warehouse.queries, tmp_path / "queries"))
    model = queries / "models" / "deliveries.sql"
    model.write_text(f"{model.read_text()}cross join (values (1), (2)) as twice (n)\n")
    (tmp_path / "files").mkdir()
    write_csv(tmp_path / "files" / "deliveries.csv", [delivery("a")])
    doubling = Warehouse(tmp_path / "doubled", queries)

    with pytest.raises(WarehouseError) as refused:
        doubling.import_folder(tmp_path / "files", ImportOptions("doorstep", now=IMPORT_TIME))

    assert "deliveries would hold ('a',) twice" in str(refused.value)
    assert not doubling.exists()
