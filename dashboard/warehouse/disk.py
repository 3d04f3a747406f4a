"""The disk under a warehouse: what is written reaches it, and it may be full."""

import os
from collections.abc import Iterable
from errno import EDQUOT, ENOSPC
from pathlib import Path

import duckdb

from dashboard.warehouse import failpoints

_FULL = (os.strerror(ENOSPC), os.strerror(EDQUOT), "max_temp_directory_size")
"""How DuckDB's messages say that a write or a spill found no room."""


def sync_files(root: Path, files: Iterable[Path]) -> None:
    """Bring files under a folder to the disk, and the folders that name them.

    DuckDB leaves what it wrote to the operating system: after a power cut, a file that was
    closed may be empty, and a folder may not know it.
    """
    folders = {root}
    for file in files:
        sync(file)
        folders.update(parent for parent in file.parents if root in parent.parents)
        failpoints.reached("file_synced")
    for folder in sorted(folders, reverse=True):
        sync(folder)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(wrong: BaseException) -> bool:
    """Whether a full disk, or a quota used up, is what an error comes from."""
    cause: BaseException | None = wrong
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (ENOSPC, EDQUOT):
            return True
        if isinstance(cause, duckdb.Error) and any(text in str(cause) for text in _FULL):
            return True
        cause = cause.__cause__
    return False
