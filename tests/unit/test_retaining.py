"""Customers long gone are forgotten everywhere, and no figure but those by cell moves."""

import hashlib
import json
import re
import shutil
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboard.access import LOCAL_USER
from dashboard.cli import main
from dashboard.commands.options import Age
from dashboard.errors import WarehouseError
from dashboard.scope import Scope
from dashboard.state import State
from dashboard.warehouse import Certificate, ImportOptions, Warehouse
from dashboard.warehouse.snapshots import Store
from tests.conftest import IMPORT_TIME, Import
from tests.raw import contract_shaped, stored
from tests.rows import Row, delivery, write_csv

CUT = datetime(2026, 3, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)
BERLIN = {"latitude": 52.52, "longitude": 13.405}
FINE, COARSE = "881f1d4895fffff", "851f1d4bfffffff"
"""H3 cells of Berlin's centre: one lies in the other, which a test checks bit by bit."""
RETAINED = re.compile("retained-[0-9a-f]{24}")


def old(name: str, **columns: object) -> Row:
    """A delivery of January."""
    return delivery(
        name,
        **{
            "ordered_at": "2026-01-05 08:00:00",
            "promised_by": "2026-01-06 12:00:00",
            "delivered_at": "2026-01-06 10:00:00",
        }
        | BERLIN
        | {"postcode": "10178", "order_id": f"O-{name}"}
        | columns,
    )


def new(name: str, **columns: object) -> Row:
    """A delivery of March."""
    return delivery(name, **BERLIN | {"postcode": "10178", "order_id": f"O-{name}"} | columns)


TABLES = {
    "deliveries": [
        old("gone-1", customer_id="Gone", order_id="O-1"),
        old("gone-2", customer_id="Gone", order_id="O-1"),
        old("back-1", customer_id="Back"),
        new("back-2", customer_id="Back"),
        old("nobody-1"),
        new("nobody-2"),
        old("gone-3", customer_id="Gone", status="odd"),
        new("back-3", customer_id="Back", status="odd"),
    ],
    "customers": [
        {"customer_id": "Gone", "account": "Gone & Co", "region": "East"},
        {"customer_id": "Back", "account": "Back & Co", "region": "East"},
        {"customer_id": "Left", "account": "Left", "first_order_at": "2025-01-01 00:00:00"},
        {"customer_id": "Undated", "account": "Undated"},
    ],
    "segment_assignments": [
        {"customer_id": name, "segment": "Premium", "valid_from": "2026-01-01"}
        for name in ("Gone", "Back")
    ],
    "surveys": [
        {"survey_id": name, "delivery_id": name, "sent_at": "2026-01-07 08:00:00",
         "answered_at": "2026-01-08 08:00:00", "rating": 4, "comment": "rings twice"}
        for name in ("gone-1", "back-1", "nobody-1")
    ],
    "contacts": [
        {"opened_at": "2026-01-06 08:00:00", "text": "where is it?"} | contact
        for contact in (
            {"contact_id": "1", "customer_id": "Gone", "delivery_id": "gone-1"},
            {"contact_id": "2", "customer_id": "Back", "delivery_id": "back-1"},
            {"contact_id": "3", "delivery_id": "gone-2"},
            {"contact_id": "4", "delivery_id": "back-1"},
            {"contact_id": "5"},
            {"contact_id": "6", "opened_at": "2026-03-02 08:00:00"},
        )
    ],
    "events": [
        {"delivery_id": name, "kind": "delivery", "occurred_at": "2026-01-06 10:00:00",
         "evidence": f"{name}.jpg"} | BERLIN
        for name in ("gone-1", "back-1", "nobody-1")
    ],
    "experiments": [
        {"experiment_id": unit, "name": unit, "unit": unit, "control_arm": "A",
         "primary_metric": "on_time_rate", "started_on": "2026-01-01", "ends_on": "2026-02-01"}
        for unit in ("customer", "delivery")
    ],
    "assignments": [
        {"experiment_id": "customer", "unit_id": name, "arm": "A",
         "assigned_at": "2026-01-01 00:00:00"}
        for name in ("Gone", "Back")
    ] + [
        {"experiment_id": "delivery", "unit_id": "gone-1", "arm": "A",
         "assigned_at": "2026-01-01 00:00:00"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which Gone and Left are long gone, not to be written to."""
    folder = tmp_path_factory.mktemp("retaining")
    for name, rows in TABLES.items():
        write_csv(folder / f"{name}.csv", rows)
    options = ImportOptions("doorstep", now=IMPORT_TIME)
    Warehouse(folder / "warehouse").import_folder(folder, options)
    return folder / "warehouse"


@pytest.fixture
def peopled(before: Path, warehouse: Warehouse) -> Warehouse:
    """The same, to be written to."""
    shutil.copytree(before, warehouse.path)
    return warehouse


def retain(warehouse: Warehouse, cut: datetime = CUT, *, dry_run: bool = False) -> Certificate:
    hold = State.of(warehouse.path).holding_sign_offs
    return warehouse.retain(cut, hold, dry_run=dry_run)


def values(warehouse: Warehouse, table: str, columns: str, where: str = "true") -> list:
    rows = stored(warehouse, columns, f"(select * from {table} where {where})")
    return [row[0] if len(row) == 1 else row for row in rows]


def all_text(folder: Path) -> str:
    """Every value of every table file of a warehouse."""
    with closing(duckdb.connect()) as connection:
        return "\n".join(
            str(connection.execute(f"select * from '{path}'").fetchall())
            for path in (folder / "tables").rglob("*.parquet")
        )


def test_the_coarse_cell_is_the_one_around_the_fine_one() -> None:
    fine = int(FINE, 16)
    resolution, unused = 5, (1 << 3 * (15 - 5)) - 1

    around = fine & ~(0xF << 52) | resolution << 52 | unused

    assert f"{around:x}" == COARSE


def test_gone_customers_get_one_new_id_in_every_table(peopled: Warehouse) -> None:
    certificate = retain(peopled)

    [gone] = set(values(peopled, "deliveries", "customer_id", "delivery_id like 'gone%'"))
    assert certificate.customers == 2
    assert RETAINED.fullmatch(gone)
    assert values(peopled, "customers", "customer_id", "region = 'East'") == ["Back", gone]
    assert values(peopled, "surveys", "customer_id", "delivery_id = 'gone-1'") == [gone]
    assert values(peopled, "contacts", "customer_id", "contact_id = '1'") == [gone]
    assert values(peopled, "segment_assignments", "customer_id") == ["Back", gone]
    assert values(peopled, "assignments", "unit_id") == ["Back", "gone-1", gone]
    assert set(values(peopled, "deliveries", "segment", "delivery_id like 'gone%'")) == {"Premium"}


def test_no_place_text_or_order_of_theirs_is_left(peopled: Warehouse) -> None:
    retain(peopled)

    places = "delivery_id, latitude, longitude, postcode, cell"
    here = (52.52, 13.405, "10178", FINE)
    assert values(peopled, "deliveries", places) == [
        ("back-1", *here), ("back-2", *here),
        ("gone-1", None, None, None, COARSE), ("gone-2", None, None, None, COARSE),
        ("nobody-1", None, None, None, COARSE), ("nobody-2", *here),
    ]  # fmt: skip
    orders = dict(values(peopled, "deliveries", "delivery_id, order_id"))
    assert orders["gone-1"] == orders["gone-2"]
    assert RETAINED.fullmatch(orders["gone-1"])
    assert (orders["back-1"], orders["nobody-2"]) == ("O-back-1", "O-nobody-2")
    assert values(peopled, "surveys", "delivery_id, comment, cell, rating") == [
        ("back-1", "rings twice", FINE, 4), ("gone-1", None, COARSE, 4),
        ("nobody-1", None, COARSE, 4),
    ]  # fmt: skip
    assert values(peopled, "events", "delivery_id, latitude, longitude, evidence") == [
        ("back-1", 52.52, 13.405, "back-1.jpg"), ("gone-1", None, None, None),
        ("nobody-1", None, None, None),
    ]  # fmt: skip
    assert values(peopled, "contacts", "contact_id", "text is not null") == ["2", "4", "6"]
    assert values(peopled, "customers", "account", "account is not null") == [
        "Back & Co", "Undated",
    ]  # fmt: skip


def test_a_refused_row_keeps_its_text_only_where_its_customer_stays(peopled: Warehouse) -> None:
    retain(peopled)

    refused = values(peopled, "quarantine", "delivery_id, reasons, raw is null, line")
    assert refused == [
        ("back-3", "not_in_domain:status", False, 9), ("gone-3", "not_in_domain:status", True, 8),
    ]  # fmt: skip


def test_nothing_on_disk_tells_who_they_were(peopled: Warehouse) -> None:
    names = ("'Gone'", "'Left'", "Gone & Co", "O-1'", "gone-1.jpg")
    said_before = all_text(peopled.path)

    retain(peopled)

    said = all_text(peopled.path)
    assert [name for name in names if name not in said_before] == []
    assert [name for name in names if name in said] == []
    assert [path.name for path in (peopled.path / "snapshots").iterdir()] == ["2.json"]
    assert not (peopled.path / ".staging").exists()


def test_the_new_ids_are_random_and_the_map_is_not_kept(
    before: Path, peopled: Warehouse, tmp_path: Path
) -> None:
    other = Warehouse(shutil.copytree(before, tmp_path / "other"))

    retain(peopled)
    retain(other)

    ids = [set(values(one, "customers", "customer_id")) for one in (peopled, other)]
    assert ids[0] & ids[1] == {"Back", "Undated"}


def test_the_certificate_says_what_changed_and_is_kept(peopled: Warehouse) -> None:
    certificate = retain(peopled)

    path = peopled.path / "certificates" / "2.json"
    manifest = (peopled.path / "snapshots" / "2.json").read_bytes()
    assert Certificate.model_validate_json(path.read_bytes()) == certificate
    assert certificate.manifest_hash == hashlib.blake2b(manifest, digest_size=32).hexdigest()
    assert (certificate.snapshot, certificate.customers_older_than) == (2, CUT)
    assert (certificate.deleted, certificate.kept) == ((1,), ())
    three = dict.fromkeys(("order_id", "latitude", "longitude", "postcode", "cell"), 3)
    assert certificate.changed == {
        "deliveries": {"customer_id": 2} | three,
        "surveys": {"customer_id": 1, "comment": 2, "cell": 2},
        "events": {"latitude": 2, "longitude": 2, "evidence": 2},
        "contacts": {"customer_id": 1, "text": 3},
        "customers": {"customer_id": 2, "account": 2},
        "segment_assignments": {"customer_id": 1},
        "assignments": {"unit_id": 1},
        "quarantine": {"raw": 1},
    }


def test_a_signed_off_snapshot_stays_with_its_rows_and_is_named(peopled: Warehouse) -> None:
    State.of(peopled.path).sign_off(1, "Ann", check=peopled.manifest)

    certificate = retain(peopled)

    assert (certificate.deleted, certificate.kept) == ((), (1,))
    rows = stored(peopled, "distinct customer_id", "customers", snapshot=1)
    assert ("Gone",) in rows


def test_an_older_snapshot_without_their_rows_stays(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    changes = contract_shaped(tmp_path / "changes")
    put_in(profile=changes, deliveries=[new("b", customer_id="Back")])
    put_in(profile=changes, deliveries=[old("a", customer_id="Gone")])
    put_in(profile=changes, deliveries=[new("c", customer_id="Back")])

    certificate = retain(warehouse)

    assert certificate.deleted == (2, 3)
    assert [one.id for one in warehouse.manifests()] == [1, 4]


def test_who_came_back_since_an_older_snapshot_is_not_gone(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    changes = contract_shaped(tmp_path / "changes")
    put_in(profile=changes, deliveries=[old("a", customer_id="Back")])
    put_in(profile=changes, deliveries=[new("b", customer_id="Back")])

    certificate = retain(warehouse)

    assert (certificate.changed, certificate.deleted) == ({}, ())
    assert stored(warehouse, "customer_id", snapshot=1) == [("Back",)]


def test_a_second_run_finds_nothing_to_do(peopled: Warehouse) -> None:
    retain(peopled)
    ids = values(peopled, "customers", "customer_id")

    again = retain(peopled)

    assert (again.customers, again.changed, again.deleted) == (0, {}, ())
    assert peopled.newest().id == 2
    assert values(peopled, "customers", "customer_id") == ids


def test_files_without_their_rows_are_not_written_anew(peopled: Warehouse) -> None:
    by_month = {file.month: file.path for file in peopled.newest().files["deliveries"]}

    retain(peopled)

    after = {file.month: file.path for file in peopled.newest().files["deliveries"]}
    assert after["2026-03"] == by_month["2026-03"]
    assert after["2026-01"] != by_month["2026-01"]


def test_the_same_files_again_do_not_bring_them_back(peopled: Warehouse, before: Path) -> None:
    retain(peopled)

    again = peopled.import_folder(before.parent, ImportOptions("doorstep", now=IMPORT_TIME))

    assert not again.published
    assert peopled.newest().id == 2


def test_a_load_that_brings_a_row_back_brings_it_whole_until_the_next_run(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    changes = contract_shaped(tmp_path / "changes")
    put_in(
        profile=changes, deliveries=[old("a", customer_id="Gone"), old("b", customer_id="Gone")]
    )
    retain(warehouse)

    put_in(profile=changes, deliveries=[old("a", customer_id="Gone")])
    brought_back = dict(values(warehouse, "deliveries", "delivery_id, customer_id"))
    certificate = retain(warehouse)

    assert brought_back["a"] == "Gone"
    assert RETAINED.fullmatch(brought_back["b"])
    assert certificate.customers == 1
    assert "Gone" not in values(warehouse, "deliveries", "customer_id")


def test_killed_before_older_snapshots_went_the_next_run_takes_them(
    peopled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "forget", killed)
        with pytest.raises(KeyboardInterrupt):
            retain(peopled)
    left = [one.id for one in peopled.manifests()]
    certificate = retain(peopled)

    assert left == [1, 2]
    assert (certificate.snapshot, certificate.deleted) == (2, (1,))
    assert (certificate.customers, certificate.changed["customers"]["account"]) == (2, 2)
    assert "'Gone'" not in all_text(peopled.path)


def test_a_dry_run_says_the_same_and_leaves_everything(peopled: Warehouse) -> None:
    foretold = retain(peopled, dry_run=True)
    left = peopled.newest().id

    done = retain(peopled)

    assert left == 1
    assert not (peopled.path / "certificates" / "1.json").exists()
    assert (foretold.customers, foretold.changed) == (done.customers, done.changed)
    assert (foretold.deleted, foretold.kept) == (done.deleted, done.kept)


def test_a_day_ahead_is_refused(peopled: Warehouse) -> None:
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)

    with pytest.raises(WarehouseError) as refusal:
        retain(peopled, tomorrow)

    assert str(refusal.value) == f"{tomorrow:%Y-%m-%d} lies ahead; name a day that has passed"


@pytest.fixture(scope="module")
def sample_before_and_after(
    sample_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, Warehouse]:
    """The sample, and the sample without its customers from before June 2026."""
    copy = tmp_path_factory.mktemp("retained") / "warehouse"
    after = Warehouse(shutil.copytree(sample_warehouse, copy))
    certificate = retain(after, datetime(2026, 6, 1))  # noqa: DTZ001
    assert certificate.customers > 1_000
    return Warehouse(sample_warehouse), after


def test_every_metric_by_every_dimension_but_the_cell_is_exactly_the_same(
    sample_before_and_after: tuple[Warehouse, Warehouse],
) -> None:
    readers = [one.reader(None, LOCAL_USER) for one in sample_before_and_after]
    catalog = readers[0].catalog
    moved = []
    for by in [name for name in catalog.dimensions if not name.startswith("cell")]:
        was, now = (one.roll_up(list(catalog.metrics), [by], Scope()) for one in readers)
        order = ["metric", by]
        if not was.sort(order).equals(now.sort(order)):
            moved.append(by)

    assert moved == []


def test_money_and_every_row_sum_is_the_same_to_the_last_digit(
    sample_before_and_after: tuple[Warehouse, Warehouse],
) -> None:
    contract = sample_before_and_after[0].catalog.contract["deliveries"]
    money = [name for name, column in contract.columns.items() if column.type == "money"]
    sums = ", ".join(f"sum({name})::varchar" for name in [*money, "total_cost"])

    was, now = (
        stored(one, f"carrier, count(*), {sums}", "(select * from deliveries) group by carrier")
        for one in sample_before_and_after
    )

    assert was == now


def test_by_cell_only_the_fineness_moves(
    sample_before_and_after: tuple[Warehouse, Warehouse],
) -> None:
    was, now = (
        one.reader(None, LOCAL_USER).roll_up(["volume", "cost_to_serve"], ["cell"], Scope())
        for one in sample_before_and_after
    )

    kept = ["metric", "numerator", "denominator"]
    totals = [
        one.select(kept).group_by("metric").agg(pl.all().sum()).sort("metric")
        for one in (was, now)
    ]
    assert_frame_equal(*totals)
    assert now.filter(pl.col("cell").str.starts_with("85")).height > 0


def test_by_customer_there_are_as_many_with_as_many_deliveries(
    sample_before_and_after: tuple[Warehouse, Warehouse],
) -> None:
    grouped = "(select count(*) as n, sum(total_cost) as c from deliveries group by customer_id)"
    joined = (
        "(select c.business_type, s.segment, count(*) as n from deliveries as d "
        "join customers as c using (customer_id) "
        "join segment_assignments as s using (customer_id) group by all)"
    )

    for columns, table in (("n, c", grouped), ("business_type, segment, n", joined)):
        was, now = (stored(one, columns, table) for one in sample_before_and_after)
        assert was == now


# On the command line


def test_the_command_prints_what_it_did(
    peopled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["retain", "--customers-older-than", "2026-03-01", "--warehouse", str(peopled.path)]

    codes = [main([*words, "--dry-run"]), main([*words, "--format", "json"]), main(words)]

    dry, _, rest = capsys.readouterr().out.partition("{")
    printed, _, again = rest.rpartition("}\n")
    certificate = (peopled.path / "certificates" / "2.json").read_text()
    assert codes == [0, 0, 0]
    assert dry.startswith(
        "2 customers whose last delivery was ordered before 2026-03-01 would get a random new id."
        "\n  deliveries: customer_id 2, order_id 3, "
    )
    assert dry.endswith("Snapshots that hold their rows, would be deleted: 1.\n")
    shown = json.loads(f"{{{printed}}}")
    assert shown["changed"] == json.loads(certificate)["changed"]
    assert again == "Snapshot 2 holds nothing from before 2026-03-01 to forget.\n"


@pytest.mark.parametrize("text", ["2", "2W", "-1Y", "", "9999Y", "2026-13-01"])
def test_an_age_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write it like 2Y, 24M, 90D or 2026-09-30"):
        Age().convert(text, None, None)


def test_an_age_counts_back_from_today_in_whole_months_and_days() -> None:
    today = datetime.now(UTC).date()

    read = {text: Age().convert(text, None, None) for text in ("2Y", "24m", "1M", "90D", "0D")}

    assert read["2Y"] == read["24m"]
    assert (read["2Y"].year, read["2Y"].month) == (today.year - 2, today.month)
    assert (read["90D"], read["0D"]) == (today - timedelta(days=90), today)
    assert today - timedelta(days=31) <= read["1M"] <= today - timedelta(days=28)
    assert Age().convert("2026-09-30", None, None) == date(2026, 9, 30)
