"""The public Olist files: figures counted from the files themselves, without Doorstep."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.scope import Scope
from dashboard.warehouse import Reader
from dashboard.warehouse.snapshots import SourceFile


def _records(folder: Path, name: str) -> int:
    """Records of a file as Python's csv module counts them."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for row in csv.reader(file) if row) - 1


@pytest.fixture(scope="module")
def sources(olist: Reader) -> dict[str, SourceFile]:
    return {source.file: source for source in olist.manifest.sources}


def _rate(reader: Reader, metric: str) -> tuple[int, int]:
    [row] = reader.roll_up([metric], [], Scope()).rows(named=True)
    return int(row["numerator"]), int(row["denominator"])


def test_every_record_of_every_file_is_read(
    sources: dict[str, SourceFile], olist_folder: Path
) -> None:
    counted = {path.name: _records(olist_folder, path.name) for path in olist_folder.glob("*.csv")}

    assert {name: source.records for name, source in sources.items()} == counted
    assert {name: source.raw for name, source in sources.items()} == counted
    assert {source.malformed for source in sources.values()} == {0}


def test_reviews_with_line_breaks_are_all_read(sources: dict[str, SourceFile]) -> None:
    reviews = sources["olist_order_reviews_dataset.csv"]

    assert (reviews.records, reviews.raw, reviews.malformed, reviews.unused) == (
        8_225,
        8_225,
        0,
        0,
    )


def test_every_order_is_a_delivery_and_the_payments_are_not_used(
    olist: Reader, sources: dict[str, SourceFile]
) -> None:
    payments = sources["olist_order_payments_dataset.csv"]
    orders = sources["olist_orders_dataset.csv"]
    counts = {one.table: one for one in olist.manifest.tables}

    assert counts["deliveries"].accepted == orders.records == 8_135
    assert counts["deliveries"].quarantined == orders.unused == 0
    assert payments.unused == payments.records > 0


def test_the_industrys_rate_leaves_out_what_never_arrived(olist: Reader) -> None:
    assert _rate(olist, "on_time_rate") == (4_822, 6_901)
    assert _rate(olist, "delivered_only_on_time_rate") == (4_822, 5_164)


def test_freight_is_counted_once_whatever_an_order_is_joined_with(
    olist: Reader, olist_folder: Path
) -> None:
    with (olist_folder / "olist_orders_dataset.csv").open(encoding="utf-8-sig") as file:
        orders = {row["order_id"] for row in csv.DictReader(file)}
    with (olist_folder / "olist_order_items_dataset.csv").open(encoding="utf-8-sig") as file:
        items = [row for row in csv.DictReader(file) if row["order_id"] in orders]
    freight = sum(Decimal(item["freight_value"]) for item in items)

    found = olist._query("select sum(total_cost) as total from deliveries", {}, {})

    assert found["total"][0] == freight == Decimal("172288.39")
