"""Retention: customers long gone are forgotten, and every figure stays.

A new snapshot is published in which their rows lead to nobody; older snapshots that still
hold the rows are taken away; a certificate says what changed.
"""

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import duckdb
from pydantic import BaseModel, ConfigDict

from dashboard.contract import VERSION
from dashboard.errors import WarehouseError
from dashboard.warehouse import building, failing, forgetting
from dashboard.warehouse.opening import open_snapshot
from dashboard.warehouse.pruning import HoldSignOffs, Pruned, take_away
from dashboard.warehouse.snapshots import DataFile, Manifest, Store
from dashboard.warehouse.writing import Bench, data_file, no_quarantine, scan, write_one

CERTIFICATES = "certificates"

STAYS = (
    "Every metric by every dimension but the H3 cell: no figure moved.",
    "delivery_id, route_id, stop_id and driver_id: carriers settle by them.",
    "The hashes of the files that were imported.",
)


class Certificate(BaseModel):
    """What a retention run did, for whoever has to show it.

    Attributes:
        snapshot: The snapshot in which the customers are forgotten.
        manifest_hash: BLAKE2b of that snapshot's manifest file.
        customers_older_than: Their last delivery was ordered before this moment, UTC.
        customers: How many got a random new id; the map was not kept.
        changed: Rows whose value changed, by table and column.
        stays: What did not change, in words.
        deleted: Older snapshots that held the rows, and are gone.
        kept: Older snapshots that still hold the rows, because they are signed off.
    """

    model_config = ConfigDict(frozen=True)

    snapshot: int
    manifest_hash: str
    finished_at: datetime
    customers_older_than: datetime
    customers: int
    changed: Mapping[str, Mapping[str, int]]
    stays: tuple[str, ...] = STAYS
    deleted: tuple[int, ...]
    kept: tuple[int, ...]


def retain(
    place: building.Place, cut: datetime, hold: HoldSignOffs, *, dry_run: bool = False
) -> Certificate:
    """Forget the customers whose last delivery was ordered before a moment.

    Args:
        place: The warehouse and its rules.
        cut: The moment, UTC.
        hold: Holds the sign-offs.
        dry_run: Say what would change, and leave it.

    Returns:
        The certificate, also kept in the warehouse. Where nothing was to be forgotten in
        the newest snapshot, that one stays, and only older ones may have gone.

    Raises:
        WarehouseError: The moment lies ahead, or the warehouse cannot be used.
        ImportConflictError: An import or another command holds the lock.
    """
    if cut > _now():
        message = f"{cut:%Y-%m-%d} lies ahead; name a day that has passed"
        raise WarehouseError(message)
    store = Store(place.folder)
    store.check()
    work = failing.Work("retention run", store.path)
    with store.importing("a retention run on"):
        with failing.all_or_nothing(work):
            store.sweep()
            run = _Run(store, place, cut)
            work.reads(run.before.bytes)
            found, after = _publish(run, dry_run=dry_run)
        return _finish(run, found, after, hold, dry_run=dry_run)


class _Run:
    """What one run works on."""

    def __init__(self, store: Store, place: building.Place, cut: datetime) -> None:
        self.store, self.place, self.cut = store, place, cut
        self.rules = forgetting.rules(cut)
        self.before = store.manifest()

    def open(self, manifest: Manifest) -> duckdb.DuckDBPyConnection:
        """Open a snapshot; one of another contract version is refused."""
        return open_snapshot(self.place.folder, manifest, self.place.catalog, self.place.settings)

    def source(self, table: str, file: DataFile) -> str:
        """A FROM clause over one file; older quarantines lack columns."""
        found = scan(self.place.folder, [file])
        if table != "quarantine":
            return found
        return f"({no_quarantine()} union all by name select * from {found})"

    def active(self) -> str:
        """Source of the deliveries that say who is a customer today."""
        files = self.before.files.get("deliveries", ())
        return scan(self.place.folder, files) if files else "stored.deliveries"


@dataclass(frozen=True)
class _Found:
    """What the newest snapshot holds that is to be forgotten.

    Attributes:
        customers: How many get a new id.
        changed: Rows that change, by table and column.
        files: Paths of the files that hold them.
    """

    customers: int
    changed: Mapping[str, Mapping[str, int]]
    files: frozenset[str]


def _publish(run: _Run, *, dry_run: bool) -> tuple[_Found, Manifest]:
    """Find what is to be forgotten, and publish a snapshot without it."""
    after = run.before
    with closing(run.open(run.before)) as connection:
        found = _find(run, connection)
        if found.files and not dry_run:
            after = _rewritten(run, connection, found)
    if after is not run.before:
        after = building.roll_up(run.place, after, run.before)
        _assert_same(after)
        run.store.publish(after)
    return found, after


def _finish(
    run: _Run, found: _Found, after: Manifest, hold: HoldSignOffs, *, dry_run: bool
) -> Certificate:
    """Certify what was done, and take away the older snapshots that hold the rows.

    The certificate is there first: whatever ends this early, the next run completes it.
    """
    before = [one for one in run.store.ids() if one != after.id or after is run.before]
    try:
        holding = [snapshot for snapshot in before if _holds(run, snapshot, found)]
        with hold() as signed_off:
            foretold = take_away(run.store, holding, signed_off, dry_run=True)
            certificate = _certified(run, found, after, foretold)
            if not dry_run and (found.files or foretold.snapshots):
                _keep(run.store, certificate)
                take_away(run.store, holding, signed_off)
    except (duckdb.Error, OSError) as wrong:
        reason = str(wrong).splitlines()[0]
        message = f"older snapshots may still hold the rows ({reason}); run it again"
        raise WarehouseError(message) from wrong
    return certificate


def _certified(run: _Run, found: _Found, after: Manifest, foretold: Pruned) -> Certificate:
    made = Certificate(
        snapshot=after.id,
        manifest_hash=blake2b(run.store.read(after.id), digest_size=32).hexdigest(),
        finished_at=_now(),
        customers_older_than=run.cut,
        customers=found.customers,
        changed=found.changed,
        deleted=foretold.snapshots,
        kept=foretold.signed_off,
    )
    path = run.store.path / CERTIFICATES / f"{after.id}.json"
    if found.files or not foretold.snapshots or not path.is_file():
        return made
    begun = Certificate.model_validate_json(path.read_bytes())
    return made.model_copy(
        update={
            "customers_older_than": max(run.cut, begun.customers_older_than),
            "customers": begun.customers,
            "changed": begun.changed,
            "deleted": tuple(sorted({*begun.deleted, *foretold.snapshots})),
        }
    )


def _find(run: _Run, connection: duckdb.DuckDBPyConnection) -> _Found:
    customers = forgetting.find_aged(connection, run.cut, run.active())
    totals: dict[str, Counter[str]] = {}
    files = set()
    for table, rule in run.rules.items():
        for file in run.before.files.get(table, ()):
            counts = forgetting.count_changes(connection, rule, run.source(table, file))
            if counts:
                totals.setdefault(table, Counter()).update(counts)
                files.add(file.path)
    changed = {table: dict(counts) for table, counts in totals.items()}
    return _Found(customers, changed, frozenset(files))


def _rewritten(run: _Run, connection: duckdb.DuckDBPyConnection, found: _Found) -> Manifest:
    """Write the files that hold anything to forget anew; the manifest lacks its roll-ups."""
    before = run.before

    def kept(table: str, place: int, file: DataFile) -> DataFile:
        if file.path not in found.files:
            return file
        path = (run.place.folder / file.path).with_name(f"{before.id + 1}-{place}.parquet")
        rows = run.rules[table].rewritten(run.source(table, file))
        write_one(Bench(connection, run.place.folder, "changes", ()), f"({rows})", path)
        return data_file(run.place.folder, path)

    files = {
        table: tuple(kept(table, place, file) for place, file in enumerate(files))
        for table, files in before.files.items()
    }
    return before.model_copy(
        update={
            "id": before.id + 1,
            "previous": before.id,
            "published_at": _now(),
            "files": files,
            "restated": (),
        }
    )


def _holds(run: _Run, snapshot: int, found: _Found) -> bool:
    """Whether a snapshot holds anything that is to be forgotten.

    One of another contract version cannot be read any more; it counts as holding some.
    """
    old = run.store.manifest(snapshot)
    if old.contract_version != VERSION:
        return True
    files = {(table, file) for table in run.rules for file in old.files.get(table, ())}
    if any(file.path in found.files for _, file in files):
        return True
    known = {file for files in run.before.files.values() for file in files}
    unknown = [(table, file) for table, file in files if file not in known]
    if not unknown:
        return False
    with closing(run.open(old)) as connection:
        forgetting.find_aged(connection, run.cut, run.active())
        return any(
            forgetting.count_changes(connection, run.rules[table], run.source(table, file))
            for table, file in unknown
        )


def _assert_same(after: Manifest) -> None:
    """Refuse to publish where a headline figure moved."""
    if after.restated:
        first = after.restated[0]
        message = (
            f"{first.metric} of {first.month:%Y-%m} would move from {first.was} to {first.now}; "
            "report this as a defect"
        )
        raise WarehouseError(message)


def _keep(store: Store, certificate: Certificate) -> None:
    """Write a certificate beside the snapshots, whole or not at all."""
    folder = store.path / CERTIFICATES
    folder.mkdir(exist_ok=True)
    path = folder / f"{certificate.snapshot}.json"
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        file.write(certificate.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
