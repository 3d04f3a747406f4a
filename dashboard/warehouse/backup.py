"""Backup and restore: a whole warehouse in one tar file, every byte of it accounted for.

The first member lists every other with its size and hash. Restoring believes nothing: each
name has to look like a warehouse's own, and nothing shows before everything was verified.
"""

import io
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import IO, BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from dashboard.errors import WarehouseError
from dashboard.warehouse.retaining import CERTIFICATES
from dashboard.warehouse.snapshots import Store

CopyState = Callable[[Path], bool]
"""Copies what people wrote into a new file, as of one moment; False where nothing is."""

LISTING = "backup.json"
STATE = "state.sqlite"
CONTRACTS = "contracts"
_VERSION = 1
_CHUNK = 1 << 20
_LONGEST_LISTING = 256 << 20
_OWN = re.compile(
    r"snapshots/[1-9][0-9]*\.json|certificates/[1-9][0-9]*\.json|state\.sqlite"
    r"|tables(/[A-Za-z0-9_=-]+){1,2}/[A-Za-z0-9_-]+\.parquet"
    r"|contracts/[^/\\\x00-\x1f.][^/\\\x00-\x1f]*\.toml",
    re.ASCII,
)


class Entry(BaseModel):
    """Size and hash (BLAKE2b, as in manifests) of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    bytes: int
    hash: str


class Listing(BaseModel):
    """What a backup holds, by path in the warehouse."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    doorstep_backup: int
    files: Mapping[str, Entry]


@dataclass(frozen=True)
class Kept:
    """What a backup holds.

    Attributes:
        snapshots: Ids of its snapshots, oldest first.
        files: How many files.
        bytes: What they take.
    """

    snapshots: tuple[int, ...]
    files: int
    bytes: int


def back_up(store: Store, path: Path, copy_state: CopyState) -> Kept:
    """Write a whole warehouse to one new file; it shows only when it is complete.

    Raises:
        WarehouseError: The file exists, cannot be written, or a table file is damaged.
        ImportConflictError: An import or another command holds the lock.
    """
    store.check()
    if path.exists():
        message = f"{path} exists already; name another file"
        raise WarehouseError(message)
    draft = path.with_name(f".{path.name}.tmp")
    try:
        with store.locked("a backup of"), TemporaryDirectory() as folder:
            state = Path(folder) / STATE
            files = _files(store) | ({STATE: state} if copy_state(state) else {})
            listing = _listing(store, files)
            with draft.open("wb") as file:
                _write(file, listing, files)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
    except OSError as wrong:
        message = f"the backup broke off ({_reason(wrong)}); nothing was written"
        raise WarehouseError(message) from wrong
    finally:
        draft.unlink(missing_ok=True)
    return _kept(listing)


def restore(path: Path, folder: Path) -> Kept:
    """Bring a backup into a folder that is new or empty.

    Raises:
        WarehouseError: The folder holds something, or the file is no whole backup; nothing
            is left behind then.
    """
    if folder.is_file() or (folder.exists() and any(folder.iterdir())):
        message = f"{folder} holds something already; name a new or an empty folder"
        raise WarehouseError(message)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=f".{folder.name}.restoring-", dir=folder.parent))
        try:
            listing = _extract(path, draft)
            if not _kept(listing).snapshots:
                raise _refused(path, "it holds no snapshot")
            _verify(Store(draft), listing)
            draft.chmod(0o755)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except tarfile.TarError as broken:
        raise _refused(path, f"it is no whole tar file: {broken}") from broken
    except OSError as wrong:
        message = f"{path} cannot be restored ({_reason(wrong)}); nothing was written"
        raise WarehouseError(message) from wrong
    return _kept(listing)


def _files(store: Store) -> dict[str, Path]:
    """Every file of a warehouse that belongs into a backup, by its path there.

    Raises:
        WarehouseError: There is no snapshot, or a name that a restore would refuse.
    """
    store.manifest()
    named = [
        file.path
        for snapshot in store.ids()
        for files in store.manifest(snapshot).files.values()
        for file in files
    ]
    described = [f"snapshots/{snapshot}.json" for snapshot in store.ids()]
    certificates = sorted((store.path / CERTIFICATES).glob("[0-9]*.json"))
    contracts = sorted((store.path / CONTRACTS).glob("[!.]*.toml"))
    kept = [str(one.relative_to(store.path)) for one in (*certificates, *contracts)]
    names = (*described, *kept, *sorted(set(named)))
    for name in names:
        if not _OWN.fullmatch(name):
            message = f"{name} is no name of a warehouse's file; report this as a defect"
            raise WarehouseError(message)
    return {name: store.path / name for name in names}


def _listing(store: Store, files: Mapping[str, Path]) -> Listing:
    """Sizes and hashes: of table files, those of their manifests; of others, their own."""
    stated = {
        file.path: Entry(bytes=file.bytes, hash=file.hash)
        for snapshot in store.ids()
        for kept in store.manifest(snapshot).files.values()
        for file in kept
    }
    own = {name: _entry(path.read_bytes()) for name, path in files.items() if name not in stated}
    listed = {name: stated.get(name) or own[name] for name in files}
    return Listing(doorstep_backup=_VERSION, files=listed)


def _write(file: BinaryIO, listing: Listing, files: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        first = listing.model_dump_json(indent=1).encode()
        tar.addfile(_member(LISTING, len(first)), io.BytesIO(first))
        for name, path in files.items():
            entry = listing.files[name]
            with path.open("rb") as source:
                hashed = _Hashed(source)
                if path.stat().st_size == entry.bytes:
                    tar.addfile(_member(name, entry.bytes), hashed)
            if hashed.hash != entry.hash:
                message = f"{name} is not what its manifest says; restore it from a backup"
                raise WarehouseError(message)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member


def _extract(path: Path, folder: Path) -> Listing:
    """Bring every member of a backup into a folder, each checked by name, size and hash."""
    with tarfile.open(path, mode="r:") as tar:
        listing = _read_listing(path, tar)
        missing = dict(listing.files)
        for member in tar:
            if member.name == LISTING and member.offset == 0:
                continue
            entry = missing.pop(member.name, None)
            if entry is None or member.type != tarfile.REGTYPE:
                raise _refused(path, f"{member.name[:80]!r} is none of its files")
            source = tar.extractfile(member)
            if member.size != entry.bytes or source is None:
                raise _refused(path, f"{member.name} has {member.size} bytes, not {entry.bytes}")
            if _copy(source, folder / member.name) != entry.hash:
                raise _refused(path, f"{member.name} was altered")
    if missing:
        raise _refused(path, f"{min(missing)} is missing")
    return listing


def _read_listing(path: Path, tar: tarfile.TarFile) -> Listing:
    first = tar.next()
    found = tar.extractfile(first) if first and first.name == LISTING else None
    if first is None or found is None or first.size > _LONGEST_LISTING:
        raise _refused(path, f"it does not begin with {LISTING}")
    try:
        listing = Listing.model_validate_json(found.read())
    except ValidationError as wrong:
        raise _refused(path, f"{LISTING} cannot be read") from wrong
    if listing.doorstep_backup != _VERSION:
        message = f"{path} is a backup of version {listing.doorstep_backup}; use a newer Doorstep"
        raise WarehouseError(message)
    for name in listing.files:
        if not _OWN.fullmatch(name):
            raise _refused(path, f"{name[:80]!r} is no name of a warehouse's file")
    return listing


def _verify(store: Store, listing: Listing) -> None:
    """Check that every manifest can be read and every file it names is the one listed.

    Raises:
        WarehouseError: A snapshot would lack a file.
    """
    for manifest in map(store.manifest, store.ids()):
        for files in manifest.files.values():
            for file in files:
                entry = listing.files.get(file.path)
                if entry is None or (entry.bytes, entry.hash) != (file.bytes, file.hash):
                    message = (
                        f"snapshot {manifest.id} of the backup lacks {file.path}; use another one"
                    )
                    raise WarehouseError(message)


def _copy(source: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    hashed = _Hashed(source)
    with path.open("xb") as target:
        shutil.copyfileobj(hashed, target, _CHUNK)
        target.flush()
        os.fsync(target.fileno())
    return hashed.hash


class _Hashed(io.RawIOBase):
    """A file that is hashed while it is read, as `writing.data_file` hashes it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest = source, blake2b()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data = self._source.read(size)
        self._digest.update(data)
        return data

    @property
    def hash(self) -> str:
        """Of all that was read."""
        return self._digest.hexdigest()[:32]


def _entry(data: bytes) -> Entry:
    return Entry(bytes=len(data), hash=blake2b(data).hexdigest()[:32])


def _kept(listing: Listing) -> Kept:
    ids = [int(Path(name).stem) for name in listing.files if name.startswith("snapshots/")]
    return Kept(
        tuple(sorted(ids)),
        len(listing.files),
        sum(entry.bytes for entry in listing.files.values()),
    )


def _reason(wrong: OSError) -> str:
    name = f": {wrong.filename}" if wrong.filename else ""
    return f"{wrong.strerror or wrong}{name}"


def _refused(path: Path, found: str) -> WarehouseError:
    return WarehouseError(
        f"{path} cannot be restored: {found}; name a file as 'doorstep backup' wrote it"
    )
