"""Bringing a warehouse of an older contract version up to this one."""

from datetime import UTC, datetime

from dashboard.catalog import Catalog
from dashboard.contract import VERSION
from dashboard.settings import Settings
from dashboard.themes import themes_in_use
from dashboard.warehouse import building, checking, failing, merging, staging, writing
from dashboard.warehouse.snapshots import DataFile, Manifest, Store


def migrate(store: Store, catalog: Catalog, settings: Settings) -> Manifest | None:
    """Write the newest snapshot's tables anew, by today's contract, models and metrics.

    Its rows, its as_of and the account of its import stay as they are; older snapshots
    are left alone, and can be opened by the version that made them.

    Returns:
        The manifest published; None where the newest snapshot needs nothing.

    Raises:
        NoSnapshotError: Nothing was imported yet.
        WarehouseError: A newer Doorstep made it, or its files cannot be read.
    """
    store.check()
    work = failing.Work("migration", store.path)
    with failing.all_or_nothing(work), store.importing() as folder:
        store.sweep()
        before = store.manifest()
        if before.contract_version == VERSION:
            return None
        work.reads(before.bytes)
        writing_again = before.model_copy(
            update={
                "id": before.id + 1,
                "previous": before.id,
                "contract_version": VERSION,
                "published_at": datetime.now(UTC).replace(tzinfo=None),
                "recipe": "",
                "restated": (),
            }
        )
        work.begin("writing")
        themes = themes_in_use(settings.themes)
        with staging.workbench(folder, before.time_zone, settings.threads, themes) as connection:
            bench = writing.Bench(
                connection, store.path, "changes", before.files.get("deliveries", ())
            )
            files = _write_anew(bench, catalog, before, writing_again.id)
        work.begin("rolling up")
        place = building.Place(store.path, catalog, settings)
        migrated = building.roll_up(place, writing_again.model_copy(update={"files": files}), None)
        work.begin("publishing")
        store.publish(migrated)
    return migrated


def _write_anew(
    bench: writing.Bench, catalog: Catalog, before: Manifest, snapshot: int
) -> dict[str, tuple[DataFile, ...]]:
    """Every contract table in new files; the quarantine stays as it is."""
    files = {"quarantine": before.files.get("quarantine", ())}
    for name in building.write_order(catalog):
        table, old = catalog.contract[name], before.files.get(name, ())
        checking.create_checked(bench.connection, table)
        merged = merging.merge(bench, table, old, frozenset(file.month for file in old))
        files[name] = building.write_table(bench, catalog, name, merged, snapshot)
    return {name: found for name, found in files.items() if found}
