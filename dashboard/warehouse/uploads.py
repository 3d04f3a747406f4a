"""Files that came through a browser: put into a folder, or refused by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import SourceError
from dashboard.warehouse.guessing.shapes import ENDINGS, refuse_packed
from dashboard.warehouse.reading import read_footer

_LONGEST_NAME = 120
_MEGABYTE = 1 << 20
_UNPACKED = 20
_ROWS = 200_000


@dataclass(frozen=True)
class Upload:
    """One file as a browser sent it.

    Attributes:
        name: What the browser says it is called; anything may stand in it.
        data: Its bytes.
    """

    name: str
    data: bytes | memoryview


def save(uploads: Sequence[Upload], folder: Path, most_megabytes: int) -> None:
    """Put uploaded files into an empty folder, each under its own name.

    Raises:
        SourceError: They are too large together; a name is no plain file name or stands
            twice; a file is no table.
    """
    size = sum(memoryview(one.data).nbytes for one in uploads)
    if size > most_megabytes * _MEGABYTE:
        message = (
            f"the upload has {size / _MEGABYTE:,.0f} MB; at most {most_megabytes} MB are taken "
            "here, more by 'doorstep profile new' on the server"
        )
        raise SourceError(message)
    seen: set[str] = set()
    for one in uploads:
        _check_name(one.name, seen)
        seen.add(one.name.lower())
        path = folder / one.name
        path.write_bytes(one.data)
        refuse_packed(path)
        _check_ending(one.name)
        if path.suffix.lower() == ".parquet":
            _refuse_bomb(path, most_megabytes)


def _refuse_bomb(path: Path, most_megabytes: int) -> None:
    """Refuse a Parquet file that unpacks to far more than an upload may hold."""
    meta = read_footer(path)
    size = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
    if size > _UNPACKED * most_megabytes * _MEGABYTE or meta.num_rows > _ROWS * most_megabytes:
        message = (
            f"{path.name} unpacks to {meta.num_rows:,} rows, far more than an upload may hold; "
            "use 'doorstep import' on the server"
        )
        raise SourceError(message)


def _check_name(name: str, seen: set[str]) -> None:
    shown = "".join(sign if sign.isprintable() else "?" for sign in name[:_LONGEST_NAME])
    found = ""
    if not name or not name.isprintable() or any(sign in name for sign in '/\\:*?"<>|'):
        found = "is no plain file name"
    elif name.startswith(".") or name != name.strip():
        found = "begins or ends in a dot or space"
    elif len(name.encode()) > _LONGEST_NAME:
        found = "is too long a name"
    elif name.lower() in seen:
        found = "was uploaded twice"
    if found:
        message = f"“{shown}” {found}; rename the file and choose it again"
        raise SourceError(message)


def _check_ending(name: str) -> None:
    if Path(name).suffix.lower() not in ENDINGS:
        message = f"“{name}” is no table; choose files that end in {', '.join(ENDINGS)}"
        raise SourceError(message)
