"""All tables change together or not at all; a pinned snapshot stays what it was."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dashboard.errors import (
    DashboardError,
    ImportConflictError,
    NoSnapshotError,
    WarehouseError,
)
from dashboard.warehouse import ImportOptions, Warehouse
from dashboard.warehouse.snapshots import Store
from tests.conftest import IMPORT_TIME, Import
from tests.raw import contract_shaped, stored
from tests.rows import delivery, write_csv


def _tables(warehouse: Warehouse) -> set[str]:
    """Paths of all table files on disk."""
    return {
        str(path.relative_to(warehouse.path))
        for path in (warehouse.path / "tables").rglob("*.parquet")
    }


def _named(warehouse: Warehouse) -> set[str]:
    """Paths that some manifest names."""
    return {
        file.path
        for manifest in warehouse.manifests()
        for files in manifest.files.values()
        for file in files
    }


def test_a_pinned_snapshot_stays_readable(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("a")])

    put_in(deliveries=[delivery("b")])

    assert stored(warehouse, "delivery_id", snapshot=1) == [("a",)]
    assert stored(warehouse, "delivery_id", snapshot=2) == [("b",)]
    assert [one.id for one in warehouse.manifests()] == [1, 2]
    assert warehouse.newest().previous == 1


def test_every_row_on_disk_is_named_counted_and_hashed(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("a"), delivery("b"), delivery("x", status="odd")])

    assert _tables(warehouse) == _named(warehouse)
    for table, files in warehouse.newest().files.items():
        for file in files:
            path = warehouse.path / file.path
            digest = hashlib.blake2b(path.read_bytes()).hexdigest()[:32]
            assert file.rows == pq.read_metadata(path).num_rows, table
            assert (file.bytes, file.hash) == (path.stat().st_size, digest)


def test_a_failure_in_the_middle_publishes_nothing_and_is_swept_next_time(
    warehouse: Warehouse, put_in: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(deliveries=[delivery("a")])
    before = _tables(warehouse)

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            put_in(deliveries=[delivery("b")], carriers=[{"carrier": "Wren"}])
    orphans = _tables(warehouse) - before
    still = stored(warehouse, "delivery_id")
    put_in(deliveries=[delivery("c")])

    assert orphans
    assert still == [("a",)]
    assert [one.id for one in warehouse.manifests()] == [1, 2]
    assert _tables(warehouse) == _named(warehouse)
    assert stored(warehouse, "delivery_id") == [("c",)]


def test_a_draft_of_a_manifest_is_no_snapshot(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("a")])
    snapshots = warehouse.path / "snapshots"

    for name in ("2.tmp", "2.json.bak", "notes.json", "².json"):
        shutil.copy(snapshots / "1.json", snapshots / name)

    assert [one.id for one in warehouse.manifests()] == [1]
    assert put_in(deliveries=[delivery("b")]).manifest.id == 2


def test_a_second_import_at_once_is_refused(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("a")])

    with Store(warehouse.path).importing():  # noqa: SIM117
        with pytest.raises(ImportConflictError) as refusal:
            put_in(deliveries=[delivery("b")])

    assert str(refusal.value) == (
        f"another import into {warehouse.path} is running; try again after it"
    )
    assert put_in(deliveries=[delivery("b")]).manifest.id == 2


def test_nothing_is_published_over_a_snapshot_that_came_meanwhile(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("a")])
    stale = put_in(deliveries=[delivery("b")]).manifest

    with pytest.raises(ImportConflictError) as refusal:
        Store(warehouse.path).publish(stale)

    assert str(refusal.value) == "snapshot 2 was published meanwhile; import again"


def test_the_lock_is_let_go_after_a_failure(warehouse: Warehouse, tmp_path: Path) -> None:
    write_csv(tmp_path / "deliveries.csv", [{"delivery_id": "a"}])
    with pytest.raises(DashboardError):
        warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))

    write_csv(tmp_path / "deliveries.csv", [delivery("a")])
    outcome = warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))

    assert outcome.manifest.id == 1
    assert not (warehouse.path / ".staging").exists()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _text: b"", id="empty"),
        pytest.param(lambda text: text[: len(text) // 2], id="cut off"),
        pytest.param(lambda _text: b"\xff\xfe", id="no UTF-8"),
        pytest.param(lambda _text: b"[]", id="no object"),
        pytest.param(lambda text: text.replace(b'"as_of"', b'"as_off"'), id="another key"),
    ],
)
def test_a_damaged_manifest_is_named(
    warehouse: Warehouse, put_in: Import, damage: Callable[[bytes], bytes]
) -> None:
    put_in(deliveries=[delivery("a")])
    path = warehouse.path / "snapshots" / "1.json"
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(WarehouseError) as reading:
        warehouse.newest()
    with pytest.raises(WarehouseError) as importing:
        put_in(deliveries=[delivery("b")])

    message = "the manifest of snapshot 1 is damaged; restore it from a backup"
    assert str(reading.value) == str(importing.value) == message


def test_a_manifest_of_an_earlier_version_is_read(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("a")])
    path = warehouse.path / "snapshots" / "1.json"
    text = json.loads(path.read_text())
    del text["recipe"]
    path.write_text(json.dumps(text))

    again = put_in(deliveries=[delivery("a")])

    assert again.published
    assert stored(warehouse, "delivery_id", snapshot=1) == [("a",)]


def test_an_unknown_snapshot_is_refused(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("a")])

    with pytest.raises(NoSnapshotError) as refusal:
        warehouse.manifest(7)

    assert str(refusal.value) == "snapshot 7 does not exist (any more); the newest is 1"


def test_a_folder_of_something_else_is_no_warehouse(warehouse: Warehouse, put_in: Import) -> None:
    tables = warehouse.path / "tables"
    tables.mkdir(parents=True)
    (tables / "mine.parquet").write_text("not yours")

    with pytest.raises(WarehouseError) as reading:
        warehouse.newest()
    with pytest.raises(WarehouseError) as importing:
        put_in(deliveries=[delivery("a")])

    message = f"{warehouse.path} is not a warehouse; name the folder that imports write to"
    assert str(reading.value) == str(importing.value) == message
    assert (tables / "mine.parquet").read_text() == "not yours"


def test_an_empty_folder_is_an_empty_warehouse(warehouse: Warehouse, put_in: Import) -> None:
    warehouse.path.mkdir()

    with pytest.raises(NoSnapshotError) as refusal:
        warehouse.newest()
    put_in(deliveries=[delivery("a")])

    assert str(refusal.value) == (
        f"the warehouse {warehouse.path} is empty; import a folder first"
    )
    assert stored(warehouse, "delivery_id") == [("a",)]


def test_a_warehouse_that_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path,
) -> None:
    write_csv(tmp_path / "deliveries.csv", [delivery("a")])
    warehouse = Warehouse(tmp_path / "deliveries.csv" / "inside")

    with pytest.raises(WarehouseError) as refusal:
        warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))

    assert str(refusal.value).startswith("the import broke off ([Errno 20] Not a directory")
    assert str(refusal.value).endswith("); nothing was published")


def test_a_missing_table_file_is_named_by_the_next_import(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    changes = contract_shaped(tmp_path / "changes")
    put_in(profile=changes, deliveries=[delivery("a")])
    shutil.rmtree(warehouse.path / "tables" / "deliveries")

    with pytest.raises(WarehouseError, match=r"^the import broke off \(IO Error: No files found"):
        put_in(profile=changes, deliveries=[delivery("b")])

    assert warehouse.newest().id == 1


@pytest.mark.parametrize("name", ["o'neil", "a [b] *", "ä ö"])
def test_a_warehouse_may_have_any_name(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / "deliveries.csv", [delivery("a")])
    warehouse = Warehouse(tmp_path / name)

    warehouse.import_folder(tmp_path, ImportOptions("doorstep", now=IMPORT_TIME))

    assert stored(warehouse, "delivery_id") == [("a",)]
