"""Reading raw files strictly: nothing is guessed, and every record is counted twice.

DuckDB parses the records; an independent count by quote parity, made while the file is
hashed, must agree. A file that cannot be read whole is refused by name.
"""

import codecs
import csv
import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.errors import SourceError
from dashboard.warehouse.layout import (
    Layout,
    Survey,
    chunks,
    is_empty,
    not_decoded,
    nul_bytes,
    refuse_long,
    survey,
)
from dashboard.warehouse.profile import Profile, RawTable

_LONGEST_NAME = 60
_NAMES_COMPARED = 1000


@dataclass(frozen=True)
class RawFile:
    """One file that was found, checked and counted.

    Attributes:
        path: As found.
        readable: What DuckDB reads: the file, or its UTF-8 transcript.
        columns: Names in file order.
        layout: Where the records of a CSV file stand; None for Parquet.
        records: Number of records, header and blank lines left out.
        digest: BLAKE2b of the bytes as found.
        state: Its size, time of change and inode when it was opened.
        has_odd_space: Whether a field may begin or end in a tab, line end or no-break
            space; not known of Parquet.
    """

    path: Path
    readable: Path
    columns: tuple[str, ...]
    layout: Layout | None
    records: int
    digest: str
    state: tuple[int, ...]
    has_odd_space: bool = False

    @property
    def is_parquet(self) -> bool:
        """Whether it is a Parquet file."""
        return _is_parquet(self.path)

    def refuse_change(self) -> None:
        """Make sure that what was read is what was counted.

        Raises:
            SourceError: The file is not as it was when it was opened.
        """
        try:
            is_same = _state(self.path) == self.state
        except FileNotFoundError:
            is_same = False
        if not is_same:
            message = f"{self.path.name} changed while it was read; import it when it is complete"
            raise SourceError(message)


def find_all(folder: Path, profile: Profile) -> dict[str, list[Path]]:
    """The files of every raw table of a profile.

    Raises:
        SourceError: As `find_files`; or a file's name does not say which table and file
            it is, because two have it.
    """
    found = {name: find_files(folder, name, raw) for name, raw in profile.raw.items()}
    seen: dict[str, tuple[str, Path]] = {}
    for table, paths in found.items():
        for path in paths:
            other, twin = seen.setdefault(path.name, (table, path))
            if twin != path:
                message = f"two files are named {path.name}; rename {path.relative_to(folder)}"
                raise SourceError(message)
            if other != table:
                message = (
                    f"{path.name} belongs to the raw tables '{other}' and '{table}'; name one"
                )
                raise SourceError(message)
    if profile.contract_shaped:
        _refuse_strangers(folder, seen, profile)
    return found


def _refuse_strangers(folder: Path, known: Container[str], profile: Profile) -> None:
    """Refuse a data file that no table reads: its rows would be missing without a word."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in (".csv", ".parquet") or path.name in known:
            continue
        near = get_close_matches(path.stem, profile.raw, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "rename it or take it away"
        message = f"{path.name} is named after no table; {hint}"
        raise SourceError(message)


def find_files(folder: Path, name: str, raw: RawTable) -> list[Path]:
    """The files of a raw table, by name.

    Raises:
        SourceError: The folder does not exist, or a required file is missing.
    """
    if not folder.is_dir():
        message = f"no folder {folder}; name the folder that holds the raw files"
        raise SourceError(message)
    kinds = {".csv", ".parquet"} if raw.files.endswith(".*") else None
    found = [
        path
        for path in sorted(folder.glob(raw.files))
        if path.is_file() and (kinds is None or path.suffix.lower() in kinds)
    ]
    if raw.required and not found:
        message = f"no file {raw.files} in {folder}; the raw table '{name}' needs it"
        raise SourceError(message)
    return found


def open_file(path: Path, raw: RawTable, staging: Path) -> RawFile:
    """Check one file's header, bytes and quotes, and count its records.

    Args:
        path: The file.
        raw: What the profile says of it.
        staging: Folder for a UTF-8 transcript, where one is needed.

    Raises:
        SourceError: The file is empty, names other columns than the profile, is not in
            its encoding, or holds a quote that never closes.
    """
    try:
        return _opened(path, raw, staging)
    except OSError as wrong:
        message = f"{path.name} cannot be read ({wrong.strerror or wrong}); check the file"
        raise SourceError(message) from wrong


def _opened(path: Path, raw: RawTable, staging: Path) -> RawFile:
    state = _state(path)
    if _is_parquet(path):
        columns, records = _parquet_shape(path)
        _check_columns(path, columns, raw)
        return RawFile(path, path, columns, None, records, _digest(path), state)
    readable, digest, found = _surveyed(path, raw, staging)
    columns = _header(found.layout, path, raw.delimiter)
    _check_columns(path, columns, raw)
    records = found.layout.records
    return RawFile(
        path, readable, columns, found.layout, records, digest, state, found.has_odd_space
    )


def _surveyed(path: Path, raw: RawTable, staging: Path) -> tuple[Path, str, Survey]:
    """What DuckDB reads, digest of the bytes as found, and what stands where."""
    if codecs.lookup(raw.encoding).name == "utf-8":
        found = survey(path, path.name, raw.delimiter)
        if found.has_one_line_end:
            return path, found.digest, found
    readable = _transcript(path, raw.encoding, staging)
    return readable, _digest(path), survey(readable, path.name, raw.delimiter)


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def read_footer(path: Path) -> pq.FileMetaData:
    """What a Parquet file says of itself.

    Raises:
        SourceError: It is no Parquet file.
    """
    try:
        return pq.read_metadata(path)
    except (pa.ArrowException, ValueError) as broken:
        message = f"{path.name} is no readable Parquet file; export it again"
        raise SourceError(message) from broken


def _parquet_shape(path: Path) -> tuple[tuple[str, ...], int]:
    meta = read_footer(path)
    counted = sum(_rows(meta, group) for group in range(meta.num_row_groups))
    if counted != meta.num_rows:
        message = (
            f"{path.name} states {meta.num_rows} rows but its columns hold {counted}; "
            "export it again"
        )
        raise SourceError(message)
    return tuple(meta.schema.to_arrow_schema().names), meta.num_rows


def _rows(meta: pq.FileMetaData, group: int) -> int:
    """Rows of a row group as its columns count them; one that repeats has more values."""
    found = meta.row_group(group)
    flat = [n for n in range(found.num_columns) if not meta.schema.column(n).max_repetition_level]
    return min((found.column(n).num_values for n in flat), default=found.num_rows)


def _header(layout: Layout, path: Path, delimiter: str) -> tuple[str, ...]:
    lines = StringIO(layout.header.decode("utf-8-sig"), newline="")
    try:
        first = next(csv.reader(lines, delimiter=delimiter))
    except csv.Error as wrong:
        message = f"{path.name} begins with no column names ({wrong}); check its first line"
        raise SourceError(message) from wrong
    if not first and layout.records < 1:
        raise is_empty(path.name)
    if not first:
        message = f"{path.name} begins with an empty line; its first line must name the columns"
        raise SourceError(message)
    return tuple(name.strip() for name in first)


def _check_columns(path: Path, columns: tuple[str, ...], raw: RawTable) -> None:
    known = raw.all_columns
    twice = next((name for name, count in Counter(columns).items() if count > 1), None)
    if twice is not None:
        message = f"{path.name} names column {_shown(twice)} twice; each name may stand once"
        raise SourceError(message)
    missing = [name for name in raw.columns if name not in columns]
    unknown = [name for name in columns if name not in known]
    other = next((mark for mark in ";,\t|" if mark in columns[0]), None)
    if missing and len(columns) == 1 and other and other != raw.delimiter:
        message = (
            f"{path.name} has one column {_shown(columns[0])}; "
            f"say delimiter = {other!r} in the profile"
        )
        raise SourceError(message)
    if missing:
        near = get_close_matches(missing[0], (unknown or columns)[:_NAMES_COMPARED], n=1)
        hint = f" (nearest: {_shown(near[0])})" if near else ""
        message = f"{path.name} has no column '{missing[0]}'{hint}; the profile needs it"
        raise SourceError(message)
    if unknown:
        near = get_close_matches(unknown[0], [n for n in known if n not in columns], n=1)
        hint = f"did you mean '{near[0]}'?" if near else "name it in the profile as optional"
        message = f"{path.name} has an unknown column {_shown(unknown[0])}; {hint}"
        raise SourceError(message)


def _shown(name: str) -> str:
    """A column's name in quotes, on one line and of bounded length."""
    line = " ".join(name.split())
    return f"'{line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + '…'}'"


def _transcript(path: Path, encoding: str, staging: Path) -> Path:
    """A copy in UTF-8 with one kind of line end."""
    copy = Path(mkdtemp(dir=staging)) / path.name
    with copy.open("w", encoding="utf-8", newline="") as out:
        out.writelines(_with_one_line_end(_decoded(path, encoding), path))
    return copy


def _with_one_line_end(texts: Iterable[str], path: Path) -> Iterator[str]:
    """Turn CRLF into LF outside quotes; what stands inside a quoted field stays as it is."""
    inside, held = False, ""
    for text in texts:
        pieces = (held + text).split('"')
        held = "\r" if pieces[-1].endswith("\r") else ""
        pieces[-1] = pieces[-1].removesuffix("\r")
        for number in range(int(inside), len(pieces), 2):
            pieces[number] = _only_newlines(pieces[number], path)
        inside ^= len(pieces) % 2 == 0
        yield '"'.join(pieces)
    yield held if inside else _only_newlines(held, path)


def _only_newlines(text: str, path: Path) -> str:
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        message = f"{path.name} has a CR without LF outside quotes; end its lines with LF or CRLF"
        raise SourceError(message)
    return text


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder, line = codecs.getincrementaldecoder(encoding)(), 0
    try:
        for chunk in chunks(path):
            text = decoder.decode(chunk)
            if "\0" in text:
                raise nul_bytes(path.name)
            line = len(text) - text.rfind("\n") - 1 + (0 if "\n" in text else line)
            refuse_long(line, path.name)
            yield text
        yield decoder.decode(b"", final=True)
    except UnicodeError as wrong:
        raise not_decoded(path.name, encoding, wrong) from wrong


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
