"""Snapshots: one manifest each, written last and renamed into place.

A manifest names the immutable Parquet files of every table. Files that no manifest
names are invisible; the next import sweeps them.
"""

import fcntl
import os
import shutil
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboard.errors import ImportConflictError, NoSnapshotError, WarehouseError
from dashboard.warehouse import disk, failpoints

STAGING = ".staging"
"""Folder, under the warehouse, of what an import needs while it runs."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataFile(_Record):
    """One Parquet file.

    Attributes:
        path: Relative to the warehouse.
        month: 'YYYY-MM' of its rows; None for a table that is kept whole.
        hash: BLAKE2b of its bytes.
    """

    path: str
    month: str | None
    rows: int
    bytes: int
    hash: str


class SourceFile(_Record):
    """What became of the records of one raw file.

    Attributes:
        records: Records counted in the file; raw + malformed.
        raw: Records read.
        malformed: Records that could not be read; they are in the quarantine.
        unused: Records that no contract row takes over; None where the profile joins or
            sums the file without saying so in its unused.sql.
        refused: Contract rows made of its records that were refused; None where the
            profile does not say which rows come from it.
        hash: BLAKE2b of the file's bytes.
    """

    file: str
    records: int
    raw: int
    malformed: int
    unused: int | None
    refused: int | None = None
    hash: str


class TableCount(_Record):
    """What became of the rows that a profile gave for one contract table.

    Attributes:
        rows: Rows of the profile; accepted + quarantined.
        superseded: Older rows, of this or an earlier import, that a later extract replaced.
        reasons: Quarantined rows by reason; a row may have several.
        warnings: Accepted rows by warning; a row may have several.
    """

    table: str
    rows: int
    accepted: int
    quarantined: int
    superseded: int
    reasons: Mapping[str, int]
    warnings: Mapping[str, int] = Field(default_factory=dict)


class Restated(_Record):
    """A headline figure of a month that an import moved.

    Attributes:
        month: Its first day; by the metric's own date.
        was, now: The value before and after; None where there is nothing to divide by.
        was_over: Whether the month was over when the snapshot before was complete.
    """

    month: date
    metric: str
    was: float | None
    now: float | None
    was_over: bool


class Manifest(_Record):
    """One published state of the warehouse.

    Attributes:
        id: Counts up from 1.
        recipe: Digest of the profile, contract and models that it was made by.
        rollup_recipe: Digest of what its roll-ups were made by.
        as_of: The moment, UTC, that the data is complete to.
        time_zone: Zone of the network's local days.
        files: Parquet files by table.
        sources, tables: The account of the import that published it.
        restated: Headline figures of months that moved against the snapshot before.
        previous: Id of the snapshot it was built on; None for the first.
    """

    id: int
    as_of: datetime
    published_at: datetime
    contract_version: int
    profile: str
    recipe: str = ""
    rollup_recipe: str = ""
    label: str
    synthetic: bool
    notes: tuple[str, ...]
    time_zone: str
    previous: int | None
    files: Mapping[str, tuple[DataFile, ...]]
    sources: tuple[SourceFile, ...]
    tables: tuple[TableCount, ...]
    restated: tuple[Restated, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """Paths, relative to the warehouse, of all its files."""
        return frozenset(file.path for files in self.files.values() for file in files)

    @property
    def bytes(self) -> int:
        """Bytes of all its files."""
        return sum(file.bytes for files in self.files.values() for file in files)


class Store:
    """The folder of a warehouse: its manifests, its lock and its table files."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is read yet."""
        self.path = path
        self._snapshots = path / "snapshots"

    def check(self) -> None:
        """Check that the folder is a warehouse.

        Raises:
            NoSnapshotError: It is empty.
            WarehouseError: It does not exist, or holds something else.
        """
        if not self.path.exists():
            message = f"no warehouse at {self.path}; import a folder or run 'doorstep demo' first"
            raise WarehouseError(message)
        if self.path.is_dir() and not any(self.path.iterdir()):
            raise self._is_empty()
        if not self._snapshots.is_dir():
            message = f"{self.path} is not a warehouse; name the folder that imports write to"
            raise WarehouseError(message)

    def create(self) -> None:
        """Make the folder a warehouse, unless it holds something else.

        Raises:
            WarehouseError: The folder exists and is no warehouse.
        """
        if self.path.is_file() or (self.path.exists() and any(self.path.iterdir())):
            self.check()
        missing = [one for one in (self.path, *self.path.parents) if not one.exists()]
        self._snapshots.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            disk.sync(folder.parent)

    def ids(self) -> list[int]:
        """Ids of all snapshots, oldest first."""
        found = (path.stem for path in self._snapshots.glob("*.json"))
        return sorted(int(stem) for stem in found if stem.isdecimal() and stem.isascii())

    def manifest(self, snapshot: int | None = None) -> Manifest:
        """Read one manifest; the newest by default.

        Raises:
            NoSnapshotError: There is none, or not this one (any more).
            WarehouseError: The folder is no warehouse, or the manifest is damaged.
        """
        self.check()
        ids = self.ids()
        if not ids:
            raise self._is_empty()
        wanted = ids[-1] if snapshot is None else snapshot
        if wanted not in ids:
            raise _is_gone(wanted, ids[-1])
        try:
            return Manifest.model_validate_json(self.read(wanted))
        except FileNotFoundError as pruned:
            raise _is_gone(wanted, ids[-1]) from pruned
        except (ValidationError, OSError) as damaged:
            message = f"the manifest of snapshot {wanted} is damaged; restore it from a backup"
            raise WarehouseError(message) from damaged

    def read(self, snapshot: int) -> bytes:
        """The bytes of a manifest that is there."""
        return self._file(snapshot).read_bytes()

    @contextmanager
    def importing(self, doing: str = "another import into") -> Generator[Path, None, None]:
        """Hold the warehouse's only lock; yields an empty staging folder.

        The lock is the operating system's: it is let go when its holder ends, however. Work
        that fails takes its files with it; work that is killed leaves them to the next.

        Args:
            doing: What another command is told meanwhile.

        Raises:
            ImportConflictError: Another command holds it.
        """
        with self.locked(doing):
            failpoints.reached("lock_taken")
            staging = self.path / STAGING
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir()
            failpoints.reached("staging_made")
            try:
                yield staging
            except Exception:
                self.sweep()
                raise
            finally:
                shutil.rmtree(staging, ignore_errors=True)
                failpoints.reached("staging_deleted")

    @contextmanager
    def locked(self, doing: str) -> Generator[None, None, None]:
        """Hold the warehouse's only lock; snapshots come and go only under it.

        Args:
            doing: What another command is told meanwhile: 'a backup of'.

        Raises:
            ImportConflictError: Another command holds it.
        """
        with (self.path / ".lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                lock.seek(0)
                running = lock.read() or "another import into"
                message = f"{running} {self.path} is running; try again after it"
                raise ImportConflictError(message) from held
            lock.truncate(0)
            lock.write(doing)
            lock.flush()
            yield

    def orphans(self, gone: Collection[int] = ()) -> list[Path]:
        """Table files that no manifest names, left by a killed import or by pruning.

        Only under the lock: a running import's files are not named yet.

        Args:
            gone: Ids of snapshots to look at as if they did not exist.
        """
        kept = [snapshot for snapshot in self.ids() if snapshot not in gone]
        named = {path for snapshot in kept for path in self.manifest(snapshot).paths}
        found = (self.path / "tables").rglob("*.parquet")
        return [path for path in found if str(path.relative_to(self.path)) not in named]

    def sweep(self) -> int:
        """Delete what a dead command left: drafts, files no manifest names, empty folders.

        Only under the lock: a running import's files are not named yet.

        Returns:
            How many table files were deleted.
        """
        orphans = self.orphans()
        for draft in self._snapshots.glob("*.tmp"):
            draft.unlink()
            failpoints.reached("draft_deleted")
        for path in orphans:
            path.unlink()
            failpoints.reached("orphan_deleted")
        tables = self.path / "tables"
        for folder in sorted((one for one in tables.rglob("*") if one.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()
                failpoints.reached("folder_deleted")
        failpoints.reached("swept")
        return len(orphans)

    def forget(self, snapshots: Iterable[int]) -> None:
        """Delete manifests, the oldest first; their files are swept afterwards.

        So whatever ends this early, no snapshot is seen that lacks a file.
        """
        for snapshot in sorted(snapshots):
            self._file(snapshot).unlink()
        disk.sync(self._snapshots)

    def publish(self, manifest: Manifest) -> None:
        """Make a manifest visible: written, synced to disk and renamed, in this order.

        The files that it names first reach the disk themselves.

        Raises:
            ImportConflictError: The newest snapshot is not the one it was built on.
        """
        newest = self.ids()[-1:] or [None]
        if newest != [manifest.previous]:
            message = f"snapshot {newest[0]} was published meanwhile; import again"
            raise ImportConflictError(message)
        self._sync_new_files(manifest)
        draft = self._snapshots / f"{manifest.id}.tmp"
        with draft.open("w", encoding="utf-8") as file:
            failpoints.reached("draft_opened")
            file.write(manifest.model_dump_json(indent=1))
            file.flush()
            failpoints.reached("draft_written")
            os.fsync(file.fileno())
        failpoints.reached("draft_synced")
        published = draft.rename(self._file(manifest.id))
        failpoints.reached("manifest_renamed")
        try:
            disk.sync(self._snapshots)
        except OSError:
            published.unlink()
            raise
        failpoints.reached("manifest_published")

    def _sync_new_files(self, manifest: Manifest) -> None:
        before = manifest.previous
        known = self.manifest(before).paths if before else frozenset()
        disk.sync_files(self.path, (self.path / one for one in sorted(manifest.paths - known)))
        failpoints.reached("files_synced")

    def _is_empty(self) -> NoSnapshotError:
        return NoSnapshotError(f"the warehouse {self.path} is empty; import a folder first")

    def _file(self, snapshot: int) -> Path:
        return self._snapshots / f"{snapshot}.json"


def _is_gone(snapshot: int, newest: int) -> NoSnapshotError:
    """Ids count up and the newest is never pruned: an older one that is missing was there."""
    found = "was pruned" if 0 < snapshot < newest else "does not exist (any more)"
    return NoSnapshotError(f"snapshot {snapshot} {found}; the newest is {newest}")
