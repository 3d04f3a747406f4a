"""Import: a folder of raw files becomes the next published snapshot, or nothing does.

raw files -> raw text tables -> profile -> contract check -> models -> manifest
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import duckdb

from dashboard.catalog import Catalog
from dashboard.contract import VERSION
from dashboard.errors import SourceError, WarehouseError
from dashboard.settings import Settings
from dashboard.themes import Themes, themes_in_use
from dashboard.warehouse import (
    accounting,
    building,
    checking,
    failing,
    failpoints,
    merging,
    modelling,
    staging,
    writing,
)
from dashboard.warehouse.profile import Part, Profile, profile_error, read_profile
from dashboard.warehouse.reading import RawFile, find_all, open_file
from dashboard.warehouse.snapshots import DataFile, Manifest, Store
from dashboard.warehouse.sql import identifier, scalar

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ImportOptions:
    """What an import may be told.

    Attributes:
        profile: Name, or folder that holds a profile.toml.
        as_of: Moment, UTC, that the data is complete to; None asks the profile, then the
            latest event.
        now: Time of the import, UTC; later events are quarantined.
        progress: Told the name of each step as it begins.
        same_profile: Whether even a full load is refused where the warehouse holds data of
            another profile, instead of replacing it.
        settings: Of the warehouse: threads, and the completeness lag that roll-ups know.
    """

    profile: str
    as_of: datetime | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))
    progress: Progress = lambda _step: None
    same_profile: bool = False
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Imported:
    """The outcome: the newest manifest, and whether this import published it."""

    manifest: Manifest
    published: bool


@dataclass
class _Run:
    """What one import carries from step to step."""

    store: Store
    catalog: Catalog
    options: ImportOptions
    profile: Profile
    themes: Themes
    connection: duckdb.DuckDBPyConnection
    before: Manifest | None
    begin: Progress

    @property
    def bench(self) -> writing.Bench:
        files = self.before.files.get("deliveries", ()) if self.before else ()
        return writing.Bench(self.connection, self.store.path, self.profile.load, files)

    @property
    def id(self) -> int:
        return self.before.id + 1 if self.before else 1

    @cached_property
    def recipe(self) -> str:
        """Digest of all that decides what the same files become."""
        catalog = self.catalog
        stated = repr((self.profile, catalog.contract, catalog.models, self.themes, VERSION))
        return blake2b(stated.encode(), digest_size=16).hexdigest()


def import_folder(
    store: Store, catalog: Catalog, queries: Path, folder: Path, options: ImportOptions
) -> Imported:
    """Import a folder of raw files and publish it as the next snapshot.

    Args:
        store: The warehouse; created when its folder does not exist yet.
        catalog: The contract and the models.
        queries: Folder that holds sources/.
        folder: The raw files.
        options: Profile, as_of and progress.

    Raises:
        DashboardError: Something cannot be taken in; nothing is published then.
    """
    work = failing.Work("import", store.path, options.progress)
    with failing.all_or_nothing(work):
        profile = read_profile(queries, catalog.contract, options.profile)
        found = find_all(folder, profile)
        raw = sum(path.stat().st_size for paths in found.values() for path in paths)
        work.reads(raw)
        store.create()
        with store.importing() as bench:
            store.sweep()
            before = store.manifest() if store.ids() else None
            _check_same_profile(store, profile, before, options)
            work.reads(raw + (before.bytes if before else 0))
            work.begin("reading")
            files = {
                name: [open_file(path, profile.raw[name], bench) for path in paths]
                for name, paths in found.items()
            }
            failpoints.reached("files_opened")
            themes, threads = themes_in_use(options.settings.themes), options.settings.threads
            with staging.workbench(bench, profile.time_zone, threads, themes) as connection:
                steps = work.begin
                run = _Run(store, catalog, options, profile, themes, connection, before, steps)
                return _import(run, files)


def _import(run: _Run, files: dict[str, list[RawFile]]) -> Imported:
    """Land, check, merge, write and publish; nothing where the files are known already."""
    landed = _land(run, files)
    as_of = _stated_as_of(run)
    if _nothing_new(run, landed, as_of):
        return Imported(run.before, published=False)  # ty: ignore[invalid-argument-type]
    run.begin("checking")
    checked = _check(run, landed)
    failpoints.reached("rows_checked")
    as_of = as_of or _latest_event(run)
    _check_as_of(run, as_of)
    run.begin("writing")
    merges = _merge(run)
    failpoints.reached("rows_merged")
    files_of = _write(run, merges, landed)
    account = {
        name: replace(found, superseded=found.superseded + merges[name].superseded)
        for name, found in checked.items()
    }
    manifest = _described(run, as_of).model_copy(
        update={
            "files": files_of,
            "sources": tuple(accounting.count_sources(run.bench, run.profile, landed)),
            "tables": tuple(accounting.count_tables(run.bench, account)),
        }
    )
    run.begin("rolling up")
    run.connection.close()
    place = building.Place(run.store.path, run.catalog, run.options.settings)
    manifest = building.roll_up(place, manifest, run.before)
    run.begin("publishing")
    run.store.publish(manifest)
    return Imported(manifest, published=True)


def _land(run: _Run, files: dict[str, list[RawFile]]) -> list[staging.Landed]:
    """Read every file into its raw table."""
    run.connection.execute(f"create macro import_time() as timestamp '{run.options.now}'")
    landed = [
        one
        for name, raw in run.profile.raw.items()
        for one in staging.land(run.connection, name, raw, files[name])
    ]
    failpoints.reached("files_landed")
    return landed


def _write(
    run: _Run, merges: dict[str, merging.Merge], landed: Sequence[staging.Landed]
) -> dict[str, tuple[DataFile, ...]]:
    """Write all tables and the quarantine; their files by table, none without rows."""
    written = {
        name: building.write_table(run.bench, run.catalog, name, merged, run.id)
        for name, merged in merges.items()
    }
    refused = accounting.write_quarantine(run.bench, landed, run.id)
    earlier = () if run.profile.load == "full" else _files_before(run, "quarantine")
    written["quarantine"] = (*earlier, *refused)
    failpoints.reached("quarantine_written")
    return {name: found for name, found in written.items() if found}


def _described(run: _Run, as_of: datetime) -> Manifest:
    """The manifest of this import, but for its files and its account."""
    return Manifest(
        id=run.id,
        as_of=as_of,
        published_at=run.options.now,
        contract_version=VERSION,
        profile=run.profile.name,
        recipe=run.recipe,
        label=run.profile.label,
        synthetic=run.profile.synthetic,
        notes=run.profile.notes,
        time_zone=run.profile.time_zone,
        previous=run.before.id if run.before else None,
        files={},
        sources=(),
        tables=(),
    )


def _check_same_profile(
    store: Store, profile: Profile, before: Manifest | None, options: ImportOptions
) -> None:
    must_be_same = profile.load != "full" or options.same_profile
    if before and must_be_same and before.profile != profile.name:
        message = (
            f"{store.path} holds data of profile '{before.profile}'; import '{profile.name}' "
            "into a warehouse of its own"
        )
        raise WarehouseError(message)


def _nothing_new(run: _Run, landed: Sequence[staging.Landed], as_of: datetime | None) -> bool:
    """Whether the same files, to the byte, were imported just before."""
    before = run.before
    if before is None or before.recipe != run.recipe:
        return False
    if as_of not in (None, before.as_of):
        return False
    return {one.file.digest for one in landed} == {source.hash for source in before.sources}


def _check(run: _Run, landed: Sequence[staging.Landed]) -> dict[str, accounting.Checked]:
    """Judge every row of every table, each on its own, then against the others."""
    rows, repeats, warnings = {}, {}, {}
    oddly_spaced = staging.oddly_spaced(landed)
    for name, table in run.catalog.contract.items():
        checking.create_checked(run.connection, table)
        rows[name] = sum(
            checking.check_part(run.connection, table, run.profile, part, oddly_spaced)
            for part in _parts_to_check(run.profile, name, landed)
        )
        if not rows[name]:
            repeats[name] = 0
            continue
        repeats[name] = checking.set_aside_repeats(run.connection, table)
        checking.set_aside_overlaps(run.connection, table)
    for name, table in run.catalog.contract.items():
        merging.create_known(run.bench, table, _files_before(run, name))
    for name, table in run.catalog.contract.items():
        if rows[name]:
            warnings[name] = checking.set_aside_unknown(
                run.connection, table, may_still_come=run.profile.load == "changes"
            )
            warnings[name] |= checking.count_warnings(run.connection, table)
    return {
        name: accounting.Checked(rows[name], repeats[name], warnings.get(name, {}))
        for name in rows
    }


def _parts_to_check(profile: Profile, table: str, landed: Sequence[staging.Landed]) -> list[Part]:
    """The SELECTs that fill a table, but for those that take over a file that is not there."""
    present = table in {one.table for one in landed}
    parts = (part for part in profile.parts if part.table == table)
    return [part for part in parts if present or not part.is_pass_through]


def _stated_as_of(run: _Run) -> datetime | None:
    if run.options.as_of or run.profile.as_of is None:
        return run.options.as_of
    run.connection.execute("use raw")
    try:
        return scalar(run.connection, f"select cast(({run.profile.as_of}) as timestamp)")
    except duckdb.Error as wrong:
        raise profile_error(run.profile.name, "as_of.sql", wrong) from wrong
    finally:
        run.connection.execute("use main")


def _latest_event(run: _Run) -> datetime:
    """The latest thing known to have happened, never before the last snapshot's as_of."""
    latest = [
        f"(select greatest(max({'), max('.join(map(identifier, times))})) "
        f"from checked.{identifier(name)} where _reasons is null)"
        for name, table in run.catalog.contract.items()
        if (times := table.known_times)
    ]
    found = scalar(run.connection, f"select greatest({', '.join(latest)})")
    if found is None:
        refused = accounting.most_refused(run.bench, "deliveries")
        message = "no accepted row says when anything happened; state --as-of"
        raise SourceError(f"{refused}; mend the files or the profile" if refused else message)
    return max(found, run.before.as_of) if run.before else found


def _check_as_of(run: _Run, as_of: datetime) -> None:
    """Refuse a moment that is still to come, or before the last snapshot's."""
    if as_of > run.options.now:
        message = (
            f"as_of {as_of} lies after the import ({run.options.now:%Y-%m-%d %H:%M}); mend it"
        )
        raise WarehouseError(message)
    if run.before and as_of < run.before.as_of:
        message = (
            f"as_of would go back from {run.before.as_of} to {as_of}; "
            "import older data into a warehouse of its own"
        )
        raise WarehouseError(message)


def _files_before(run: _Run, table: str) -> tuple[DataFile, ...]:
    return run.before.files.get(table, ()) if run.before else ()


def _merge(run: _Run) -> dict[str, merging.Merge]:
    """Bring old and new rows of every table together, in the order they are written."""
    merges: dict[str, merging.Merge] = {}
    for name in building.write_order(run.catalog):
        also = _months_touched_by_others(run, name, merges)
        before = _files_before(run, name)
        merges[name] = merging.merge(run.bench, run.catalog.contract[name], before, also)
    return merges


def _months_touched_by_others(
    run: _Run, name: str, merges: dict[str, merging.Merge]
) -> frozenset[str]:
    """Months of a stored model in which other tables' new rows may change a figure.

    Rows that name a delivery touch its month, and those of its surveys. Any other change
    touches all months, and so does a table's first arrival: what it does not say becomes
    0 where it was unknown.
    """
    before = _files_before(run, name)
    models = run.catalog.models
    if run.profile.load == "full" or not before or name not in models:
        return frozenset()
    every = frozenset(file.month for file in before if file.month)
    if run.before is None or run.before.recipe != run.recipe:
        return every
    changed = {
        other for other in modelling.tables_read(models, name) - {name} if merges[other].changed
    }
    if any(not _files_before(run, other) for other in changed):
        return every
    own, tables = run.catalog.contract[name], [run.catalog.contract[one] for one in changed]
    if all("delivery_id" in table.columns for table in (own, *tables)):
        named = (
            merging.months_named_by(run.bench, table, merges[table.name].rewritten, own, before)
            for table in tables
        )
        return frozenset().union(*named)
    return every if changed else frozenset()
