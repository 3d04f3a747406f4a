"""From merged contract rows to a snapshot's files: models, then roll-ups."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dashboard.catalog import Catalog
from dashboard.settings import Settings
from dashboard.warehouse import failpoints, index, merging, modelling, rollup_tables, writing
from dashboard.warehouse.opening import open_snapshot
from dashboard.warehouse.restating import Monthly, restated
from dashboard.warehouse.rollup_tables import Months
from dashboard.warehouse.snapshots import STAGING, DataFile, Manifest
from dashboard.warehouse.sql import identifier, literal
from dashboard.warehouse.standing import keep_views, without_views


@dataclass(frozen=True)
class Place:
    """Where a snapshot is built, and by which rules.

    Attributes:
        folder: The warehouse.
        catalog: Contract, models and metrics.
        settings: Threads, and the completeness lag.
    """

    folder: Path
    catalog: Catalog
    settings: Settings


def write_order(catalog: Catalog) -> list[str]:
    """Contract tables, those with a stored model after all that the model reads."""
    stored = modelling.build_order(catalog.models)
    return [name for name in catalog.contract if name not in stored] + stored


def write_table(
    bench: writing.Bench, catalog: Catalog, name: str, merged: merging.Merge, snapshot: int
) -> tuple[DataFile, ...]:
    """Write a table's new files and make all its rows readable as `finished.<table>`.

    Returns:
        Files carried over and files written.
    """
    table = catalog.contract[name]
    relation = f"contract.{identifier(name)}"
    files = merged.carried
    model = catalog.models.get(name)
    stored = model is not None and model.stored
    if merging.is_written(bench, table, merged, stored=stored):
        if stored:
            past = writing.scan(bench.warehouse, bench.before) if bench.before else ""
            relation = modelling.create_model_view(bench.connection, catalog.models, name, past)
        at_once = modelling.joins_stored(catalog.models, name)
        files = (*files, *writing.write(bench, table, relation, snapshot, at_once=at_once))
        failpoints.reached("table_written")
    writing.create_finished(bench, table, files)
    writing.assert_keys_unique(bench, table)
    return files


def roll_up(place: Place, manifest: Manifest, before: Manifest | None) -> Manifest:
    """Make the roll-ups and the index of a snapshot, and say which months moved.

    Only months are made anew whose rows, or what can be known of them, moved since a
    snapshot before whose roll-ups were made in the same way.

    Returns:
        The manifest, with its roll-ups, its index and what they restate.
    """
    recipe = rollup_tables.recipe(place.catalog, place.settings)
    same = before if before and before.rollup_recipe == recipe else None
    with closing(
        open_snapshot(place.folder, without_views(manifest), place.catalog, place.settings)
    ) as connection:
        spill = literal(str(place.folder / STAGING / "spill"))
        connection.execute(f"set temp_directory = {spill}")
        months = _months_to_make(place, connection, manifest, same)
        builder = rollup_tables.Builder(
            connection, place.folder, place.catalog, manifest, place.settings.rollup_from_rows
        )
        files = {**manifest.files, **builder.build(same, months)}
        files |= keep_views(connection, place, manifest, same)
        found = index.build(connection, place, manifest, before)
        files |= {index.NAME: (found,)} if found else {}
        rolled = manifest.model_copy(update={"files": files, "rollup_recipe": recipe})
        monthly = Monthly(connection, place.folder, place.catalog)
        moved = restated(monthly, same, rolled) if same else ()
    failpoints.reached("rollups_written")
    return rolled.model_copy(update={"restated": moved})


def _months_to_make(
    place: Place,
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    before: Manifest | None,
) -> dict[tuple[str, str], Months]:
    months = {}
    for table in rollup_tables.rollup_tables(place.catalog):
        own = table.fact, table.date
        if own in months:
            continue
        months[own] = Months(None)
        if before:
            old, new = (set(one.files.get(table.fact, ())) for one in (before, manifest))
            changed = sorted(old ^ new, key=lambda file: file.path)
            judged = before.as_of - place.settings.longest_lag, manifest.as_of
            months[own] = rollup_tables.months_moved(
                connection, place.folder, table.date, changed, judged
            )
    return months
