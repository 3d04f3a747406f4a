"""Reading files, checking, storing and serving: the only part that knows DuckDB."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from dashboard import tree
from dashboard.access import Policy
from dashboard.catalog import Catalog, read_catalog
from dashboard.errors import NoSnapshotError, WarehouseError
from dashboard.settings import Settings, load
from dashboard.warehouse.backup import CopyState, Kept, back_up, restore
from dashboard.warehouse.building import Place
from dashboard.warehouse.drill import Order, Start
from dashboard.warehouse.engine import Engine
from dashboard.warehouse.guessing import Draft, Editor, Known, guess
from dashboard.warehouse.guessing.vocabulary import read_vocabulary
from dashboard.warehouse.importing import Imported, ImportOptions, import_folder
from dashboard.warehouse.migrating import migrate
from dashboard.warehouse.profile import profile_names
from dashboard.warehouse.pruning import HoldSignOffs, Pruned, prune
from dashboard.warehouse.reader import Coverage, Reader
from dashboard.warehouse.retaining import Certificate, retain
from dashboard.warehouse.snapshots import Manifest, Store

__all__ = [
    "Certificate",
    "Coverage",
    "Draft",
    "Editor",
    "ImportOptions",
    "Imported",
    "Kept",
    "Known",
    "Manifest",
    "Order",
    "Pruned",
    "Reader",
    "Start",
    "Warehouse",
]

_OPEN_AT_ONCE = 2


class Warehouse:
    """A folder of snapshots: the one way in for pages, commands and tests."""

    def __init__(
        self, path: Path, queries: Path | None = None, settings: Settings | None = None
    ) -> None:
        """Name the folder; nothing is read before it is asked for.

        Args:
            path: The warehouse folder.
            queries: The queries/ folder; Doorstep's own by default.
            settings: Read from doorstep.toml and the environment by default.
        """
        self.queries = queries or tree.root() / "queries"
        self.settings = settings or load()
        self._store = Store(path)
        self._engines: OrderedDict[int, Engine] = OrderedDict()
        self._lock = Lock()

    @property
    def path(self) -> Path:
        """The warehouse folder."""
        return self._store.path

    def exists(self) -> bool:
        """Whether anything was imported yet.

        Raises:
            WarehouseError: The folder exists and is no warehouse.
        """
        if not self.path.exists() or not any(self.path.iterdir()):
            return False
        self._store.check()
        return bool(self._store.ids())

    @property
    def catalog(self) -> Catalog:
        """Metrics, dimensions, reports and the contract."""
        return read_catalog(self.queries)

    def newest(self) -> Manifest:
        """The newest snapshot's manifest.

        Raises:
            NoSnapshotError: Nothing was imported yet.
            WarehouseError: The folder is no warehouse.
        """
        return self._store.manifest()

    def manifest(self, snapshot: int) -> Manifest:
        """One snapshot's manifest.

        Raises:
            NoSnapshotError: It does not exist (any more).
        """
        return self._store.manifest(snapshot)

    def manifests(self) -> list[Manifest]:
        """All manifests, oldest first."""
        self._store.check()
        return list(self._standing())

    def import_folder(self, folder: Path, options: ImportOptions) -> Imported:
        """Import a folder of raw files; see `importing.import_folder`."""
        own = replace(options, settings=self.settings)
        return import_folder(self._store, self.catalog, self.queries, folder, own)

    def guess_profile(self, folder: Path, known: Known) -> Draft:
        """Guess a profile for a folder of raw files; see `guessing.guess`."""
        return guess(folder, self.queries, self.catalog.contract, known, self.settings)

    def profiles(self) -> tuple[str, ...]:
        """Names of the profiles that come with Doorstep."""
        return profile_names(self.queries)

    def editor(self) -> Editor:
        """What corrects a guessed profile."""
        return Editor(self.catalog.contract, read_vocabulary(self.queries))

    def migrate(self) -> Manifest | None:
        """Bring the newest snapshot to this contract version; see `migrating.migrate`."""
        return migrate(self._store, self.catalog, self.settings)

    def prune(self, keep: int, hold: HoldSignOffs, *, dry_run: bool = False) -> Pruned:
        """Take away old snapshots; see `pruning.prune`."""
        return prune(self._store, keep, hold, dry_run=dry_run)

    def retain(self, cut: datetime, hold: HoldSignOffs, *, dry_run: bool = False) -> Certificate:
        """Forget customers not seen since a moment, UTC; see `retaining.retain`."""
        place = Place(self.path, self.catalog, self.settings)
        return retain(place, cut, hold, dry_run=dry_run)

    def back_up(self, path: Path, copy_state: CopyState) -> Kept:
        """Write everything to one file; see `backup.back_up`."""
        return back_up(self._store, path, copy_state)

    def restore(self, path: Path) -> Kept:
        """Bring a backup into this folder, new or empty; see `backup.restore`."""
        return restore(path, self.path)

    def reader(self, snapshot: int | None, policy: Policy) -> Reader:
        """Open a snapshot, the newest by default, as a policy shows it.

        At most two snapshots stay open; the one unused for longest is let go.
        """
        manifest = self._store.manifest(snapshot)
        with self._lock:
            engine = self._engines.get(manifest.id)
            if engine is None:
                engine = self._open(manifest)
                self._engines[manifest.id] = engine
            self._engines.move_to_end(manifest.id)
            while len(self._engines) > _OPEN_AT_ONCE:
                self._engines.popitem(last=False)
        return Reader(manifest, policy, self.settings.fiscal_year_start, engine)

    def _open(self, manifest: Manifest) -> Engine:
        """Open a snapshot; one that is pruned at this very moment is said to be."""
        try:
            return Engine(self.path, manifest, self.catalog, self.settings)
        except WarehouseError:
            self._store.manifest(manifest.id)
            raise

    def _standing(self) -> Iterator[Manifest]:
        """Every manifest, but for those pruned between the listing and the reading."""
        for snapshot in self._store.ids():
            with suppress(NoSnapshotError):
                yield self._store.manifest(snapshot)
