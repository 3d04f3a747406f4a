"""Views over whole tables, kept with a snapshot: such as when each customer ordered last.

A view that is no table's own says what all rows of other tables say together. It is worked
out when a snapshot is made, so that a question about a week need not read every row.
"""

from typing import TYPE_CHECKING

import duckdb

from dashboard.catalog import Catalog
from dashboard.warehouse import failpoints
from dashboard.warehouse.gate import tables_named
from dashboard.warehouse.snapshots import DataFile, Manifest
from dashboard.warehouse.sql import identifier, literal
from dashboard.warehouse.writing import data_file

if TYPE_CHECKING:
    from dashboard.warehouse.building import Place

_PREFIX = "view_"


def standing_views(catalog: Catalog) -> list[str]:
    """Views that are no table's own."""
    return [name for name in catalog.views if name not in (*catalog.contract, "quarantine")]


def kept_files(manifest: Manifest, name: str) -> tuple[DataFile, ...]:
    """The files that hold a view of a snapshot; none where it is not kept."""
    return manifest.files.get(_PREFIX + name, ())


def without_views(manifest: Manifest) -> Manifest:
    """A snapshot whose views are worked out from its rows."""
    files = {name: own for name, own in manifest.files.items() if not name.startswith(_PREFIX)}
    return manifest.model_copy(update={"files": files})


def keep_views(
    connection: duckdb.DuckDBPyConnection,
    place: "Place",
    manifest: Manifest,
    before: Manifest | None,
) -> dict[str, tuple[DataFile, ...]]:
    """Write every view of more than a few rows; returns their files by name.

    Args:
        connection: Shows the new snapshot's tables in the schema `known`.
        place: The warehouse and its rules.
        manifest: Of the new snapshot.
        before: A snapshot whose views were made in the same way: one stays that reads
            nothing but what it read then.
    """
    found = {}
    for name in standing_views(place.catalog):
        tables = tables_named(place.catalog.views[name])
        rows = sum(file.rows for table in tables for file in manifest.files.get(table, ()))
        old = kept_files(before, name) if before else ()
        if before and old and all(_same(before, manifest, table) for table in tables):
            found[_PREFIX + name] = old
        elif rows and rows >= place.settings.rollup_from_rows:
            path = place.folder / "tables" / f"{_PREFIX}{name}" / f"{manifest.id}-0.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select * from known.{identifier(name)} order by all) "
                f"to {literal(str(path))} (format parquet, compression zstd)"
            )
            failpoints.reached("rollup_written")
            found[_PREFIX + name] = (data_file(place.folder, path),)
    return found


def _same(before: Manifest, after: Manifest, table: str) -> bool:
    return set(before.files.get(table, ())) == set(after.files.get(table, ()))
