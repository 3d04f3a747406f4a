"""Opening a snapshot: its files as views in a database of its own, in memory.

Schemas, each reading only the one before: `stored` (Parquet files as they are) and `known`
(what the snapshot can know at its as_of: views/*.sql).
"""

from pathlib import Path

import duckdb
from sqlglot import exp

from dashboard.catalog import Catalog
from dashboard.contract import VERSION
from dashboard.errors import WarehouseError
from dashboard.settings import Settings
from dashboard.warehouse.functions import define_as_of, define_local_time, define_planning
from dashboard.warehouse.gate import rewrite
from dashboard.warehouse.rollup_tables import recipe
from dashboard.warehouse.snapshots import Manifest
from dashboard.warehouse.sql import identifier
from dashboard.warehouse.standing import kept_files, standing_views
from dashboard.warehouse.writing import are_alike, no_quarantine, no_rows, scan

QUARANTINE = "quarantine"


def open_snapshot(
    folder: Path, manifest: Manifest, catalog: Catalog, settings: Settings
) -> duckdb.DuckDBPyConnection:
    """Connect to a snapshot's tables: `stored`, as they lie in their files, and `known`.

    Raises:
        WarehouseError: It was made for another version of the contract, or a file that the
            manifest names is missing or damaged.
    """
    _check_version(manifest)
    connection = _connect(manifest, settings)
    connection.execute("create schema stored; create schema known")
    try:
        for name in (*catalog.contract, QUARANTINE):
            files = manifest.files.get(name, ())
            kept = scan(folder, files, are_alike=are_alike(folder, files)) if files else None
            source = _stored(catalog, name, kept)
            connection.execute(f"create view stored.{identifier(name)} as {source}")
            view = catalog.views.get(name, f"select * from {name}")
            known = rewrite(view, lambda table: exp.table_(table, db="stored", quoted=True))
            connection.execute(f"create view known.{identifier(name)} as {known}")
        is_current = manifest.rollup_recipe == recipe(catalog, settings)
        for name in standing_views(catalog):
            kept = kept_files(manifest, name) if is_current else ()
            standing = (
                f"select * from {scan(folder, kept)}"
                if kept
                else rewrite(
                    catalog.views[name], lambda table: exp.table_(table, db="known", quoted=True)
                )
            )
            connection.execute(f"create view known.{identifier(name)} as {standing}")
    except duckdb.Error as wrong:
        connection.close()
        reason = str(wrong).splitlines()[0]
        message = f"snapshot {manifest.id} cannot be opened ({reason}); restore its files"
        raise WarehouseError(message) from wrong
    return connection


def _connect(manifest: Manifest, settings: Settings) -> duckdb.DuckDBPyConnection:
    """An empty database with the functions that views call, as a snapshot knows them."""
    connection = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": "false", "TimeZone": "UTC"}
    )
    # A question about rows would else read the footer of every month's file anew.
    connection.execute("set parquet_metadata_cache = true")
    if settings.threads:
        connection.execute(f"set threads = {settings.threads}")
    define_local_time(connection, manifest.time_zone)
    lags = settings.completeness_lag_by_carrier
    define_as_of(connection, manifest.as_of, settings.completeness_lag_minutes, lags)
    define_planning(connection, settings.capacity_commit_days)
    return connection


def _check_version(manifest: Manifest) -> None:
    made_for = f"snapshot {manifest.id} was made for version {manifest.contract_version} of the"
    if manifest.contract_version < VERSION:
        message = f"{made_for} data contract, this is {VERSION}; run 'doorstep migrate'"
        raise WarehouseError(message)
    if manifest.contract_version > VERSION:
        message = f"{made_for} data contract, this is {VERSION}; use a newer Doorstep"
        raise WarehouseError(message)


def _stored(catalog: Catalog, name: str, files: str | None) -> str:
    """A table as it lies in its files; older quarantines lack columns."""
    if name == QUARANTINE:
        kept = f" union all by name select * from {files}" if files else ""
        return f"{no_quarantine()}{kept}"
    return f"select * from {files}" if files else no_rows(catalog.contract[name])
