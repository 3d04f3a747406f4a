"""The Data quality page says what the manifest says."""

from pathlib import Path

from dashboard.warehouse import Manifest, Warehouse
from tests.app.conftest import Open
from tests.conftest import Import
from tests.rows import delivery

PAGE = "pages/data_quality.py"


def rows_of(manifest: Manifest) -> int:
    """Rows of all tables, and the records that could not be read."""
    malformed = sum(one.malformed for one in manifest.sources)
    return sum(one.rows for one in manifest.tables) + malformed


def test_the_page_shows_every_table_and_file_of_the_import(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE)
    manifest = Warehouse(sample_warehouse).newest()
    shown = [frame.value for frame in app.dataframe]

    assert not app.exception
    rows = rows_of(manifest)
    assert app.title[0].value.startswith(f"800 of {rows:,} rows of the last import were refused")
    tables = next(frame for frame in shown if "Superseded" in frame.columns)
    assert list(tables["Refused"]) == [one.quarantined for one in manifest.tables]
    files = next(frame for frame in shown if "Malformed" in frame.columns)
    assert sum(files["Records"]) == sum(one.records for one in manifest.sources)


def test_a_filter_cuts_the_carriers_table_and_nothing_else(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE, carrier="Kestrel")

    carriers = [f.value for f in app.dataframe if "With proof" in f.value.columns]
    assert list(carriers[0]["Carrier"]) == ["Kestrel"]
    rows = rows_of(Warehouse(sample_warehouse).newest())
    assert app.title[0].value.startswith(f"800 of {rows:,} rows")


def test_an_import_without_refusals_shows_empty_tables(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("x")])

    app = open_app(warehouse.path, PAGE)

    assert not app.exception
    assert app.title[0].value == "All 1 rows of the last import were accepted"
