"""A warehouse of an older contract version."""

import json

import duckdb
import pytest

from dashboard.access import LOCAL_USER
from dashboard.cli import main
from dashboard.contract import VERSION
from dashboard.errors import WarehouseError
from dashboard.scope import Scope
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.raw import stored
from tests.rows import delivery

LATER = "lateness_band, tried_date, contact_themes, contact_tool_themes"
ROWS = [
    delivery("kept", cost_last_mile="4.00"),
    delivery("late", delivered_at="2026-03-03 13:00:00", attempts=0),
    delivery("bad", status="odd"),
]


def made_by_version_1(warehouse: Warehouse) -> None:
    """Take from snapshot 1 what version 2 of the contract brought."""
    path = warehouse.path / "snapshots" / "1.json"
    manifest = json.loads(path.read_text())
    manifest |= {"contract_version": 1}
    del manifest["rollup_recipe"], manifest["restated"]
    manifest["files"] = {n: f for n, f in manifest["files"].items() if "rollup" not in n}
    path.write_text(json.dumps(manifest))
    for file in manifest["files"]["deliveries"]:
        whole = warehouse.path / file["path"]
        older = whole.with_suffix(".old")
        rows = f"select * exclude (warnings, cell, {LATER}) from '{whole}'"
        duckdb.execute(f"copy ({rows}) to '{older}' (format parquet)").fetchall()
        older.rename(whole)


@pytest.fixture
def older(warehouse: Warehouse, put_in: Import) -> Warehouse:
    surveys = [{"survey_id": "S", "delivery_id": "kept", "sent_at": "2026-03-03 11:00:00"}]
    put_in(deliveries=ROWS, surveys=surveys)
    made_by_version_1(warehouse)
    return Warehouse(warehouse.path)


def test_an_older_snapshot_names_the_way_to_open_it(older: Warehouse) -> None:
    with pytest.raises(WarehouseError) as refusal:
        older.reader(None, LOCAL_USER)

    assert str(refusal.value) == (
        f"snapshot 1 was made for version 1 of the data contract, this is {VERSION}; "
        "run 'doorstep migrate'"
    )


def test_a_newer_snapshot_asks_for_a_newer_doorstep(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=ROWS)
    path = warehouse.path / "snapshots" / "1.json"
    newer = path.read_text().replace(f'"contract_version": {VERSION}', '"contract_version": 99')
    path.write_text(newer)

    with pytest.raises(WarehouseError, match="use a newer Doorstep"):
        Warehouse(warehouse.path).reader(None, LOCAL_USER)


def test_migrating_keeps_every_row_and_the_account_and_brings_what_is_new(
    older: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    before = older.newest()

    code = main(["migrate", "--warehouse", str(older.path)])

    after = older.newest()
    assert code == 0
    said = f"Snapshot 2 is published, made anew by data contract {VERSION}.\n"
    assert capsys.readouterr().out == said
    assert (after.as_of, after.sources, after.tables) == (
        before.as_of, before.sources, before.tables,
    )  # fmt: skip
    assert stored(older, "delivery_id, warnings") == [
        ("kept", None), ("late", "delivered_without_attempt"),
    ]  # fmt: skip
    assert stored(older, "survey_id, is_on_time", "surveys") == [("S", True)]
    found = older.reader(None, LOCAL_USER).roll_up(["on_time_rate"], [], Scope())
    assert found.select("numerator", "denominator").row(0) == (1, 2)


def test_a_migrated_warehouse_needs_nothing_more(
    older: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["migrate", "--warehouse", str(older.path)]
    main(words)
    capsys.readouterr()

    assert main(words) == 0
    said = f"Nothing to do: snapshot 2 is of data contract {VERSION}.\n"
    assert capsys.readouterr().out == said
