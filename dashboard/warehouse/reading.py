"""Reading raw files strictly: nothing is guessed, and every record is counted twice.

DuckDB parses the records; an independent count by quote parity, made while the file is
hashed, must agree. A file that cannot be read whole is refused by name.
"""

import codecs
import csv
import hashlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.errors import SourceError
from dashboard.warehouse.profile import Profile, RawTable

_CHUNK = 1 << 24
_QUOTE, _NEWLINE = ord('"'), ord("\n")
_MOST_LINES = 100
_NEVER = 256


@dataclass(frozen=True)
class Layout:
    """Where the records of a CSV file stand, the header and blank lines among them.

    Attributes:
        lengths: Lines that each record takes.
        blank: Whether it is an empty line.
        delimiters: How many stand in it outside quotes; not counted where they take
            several bytes.
    """

    lengths: np.ndarray
    blank: np.ndarray
    delimiters: np.ndarray

    @property
    def records(self) -> int:
        """Records that hold data."""
        return int((~self.blank).sum()) - 1

    @cached_property
    def starts(self) -> np.ndarray:
        """First line, from 1, of each record."""
        return np.cumsum(self.lengths) - self.lengths + 1

    def wide(self, columns: int) -> np.ndarray:
        """Ordinals, from 1, of records with more fields than columns, the header's left out."""
        return np.flatnonzero(self.delimiters[1:] >= columns) + 2

    def lines(self, malformed: list[int]) -> np.ndarray:
        """First line, from 1, of each record that was read.

        Args:
            malformed: Ordinals, from 1, of records that could not be read.
        """
        read = ~self.blank
        read[0] = False
        read[np.array(malformed, int) - 1] = False
        return self.starts[read]


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
        has_odd_space: Whether a field may begin or end in a tab, line end or no-break
            space; not known of Parquet.
    """

    path: Path
    readable: Path
    columns: tuple[str, ...]
    layout: "Layout | None"
    records: int
    digest: str
    has_odd_space: bool = False

    @property
    def is_parquet(self) -> bool:
        """Whether it is a Parquet file."""
        return _is_parquet(self.path)


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
    if _is_parquet(path):
        columns, records = _parquet_shape(path)
        _check_columns(path, columns, raw)
        return RawFile(path, path, columns, None, records, _digest(path))
    readable = _transcript(path, raw.encoding, staging)
    layout = _layout(readable, path, raw.delimiter.encode())
    columns = _header(readable, path, raw.delimiter)
    _check_columns(path, columns, raw)
    odd = bool(layout.lengths.max() > 1) or _holds(readable, b"\t", "\u00a0".encode())
    return RawFile(path, readable, columns, layout, layout.records, _digest(path), odd)


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _parquet_shape(path: Path) -> tuple[tuple[str, ...], int]:
    try:
        meta = pq.read_metadata(path)
    except (pa.ArrowException, ValueError) as broken:
        message = f"{path.name} is no readable Parquet file; export it again"
        raise SourceError(message) from broken
    return tuple(meta.schema.to_arrow_schema().names), meta.num_rows


def _header(readable: Path, path: Path, delimiter: str) -> tuple[str, ...]:
    try:
        with readable.open(encoding="utf-8-sig", newline="") as text:
            first = next(csv.reader(text, delimiter=delimiter), None)
    except csv.Error as wrong:
        message = f"{path.name} begins with no column names ({wrong}); check its first line"
        raise SourceError(message) from wrong
    if first is None:
        message = f"{path.name} is empty; it needs a line with column names"
        raise SourceError(message)
    if not first:
        message = f"{path.name} begins with an empty line; its first line must name the columns"
        raise SourceError(message)
    return tuple(name.strip() for name in first)


def _check_columns(path: Path, columns: tuple[str, ...], raw: RawTable) -> None:
    known = raw.all_columns
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        message = f"{path.name} names column '{twice[0]}' twice; each name may stand once"
        raise SourceError(message)
    missing = [name for name in raw.columns if name not in columns]
    unknown = [name for name in columns if name not in known]
    other = next((mark for mark in ";,\t|" if mark in columns[0]), None)
    if missing and len(columns) == 1 and other and other != raw.delimiter:
        message = (
            f"{path.name} has one column '{columns[0]}'; say delimiter = {other!r} in the profile"
        )
        raise SourceError(message)
    if missing:
        near = get_close_matches(missing[0], unknown or columns, n=1)
        hint = f" (nearest: '{near[0]}')" if near else ""
        message = f"{path.name} has no column '{missing[0]}'{hint}; the profile needs it"
        raise SourceError(message)
    if unknown:
        near = get_close_matches(unknown[0], [n for n in known if n not in columns], n=1)
        hint = f"did you mean '{near[0]}'?" if near else "name it in the profile as optional"
        message = f"{path.name} has an unknown column '{unknown[0]}'; {hint}"
        raise SourceError(message)


def _transcript(path: Path, encoding: str, staging: Path) -> Path:
    """The file itself where it is UTF-8 with one kind of line end, else a transcript."""
    if codecs.lookup(encoding).name == "utf-8" and _has_one_line_end(path):
        for _text in _decoded(path, encoding):
            pass
        return path
    folder = Path(mkdtemp(dir=staging))
    copy = folder / path.name
    with copy.open("w", encoding="utf-8", newline="") as out:
        out.writelines(_with_one_line_end(_decoded(path, encoding), path))
    return copy


def _has_one_line_end(path: Path) -> bool:
    """Whether all line ends are LF, or all are CRLF, and no CR stands elsewhere."""
    newlines = returns = pairs = 0
    last = b""
    for chunk in _chunks(path):
        newlines += chunk.count(b"\n")
        returns += chunk.count(b"\r")
        pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
        last = chunk[-1:]
    return returns == 0 or newlines == returns == pairs


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
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            text = decoder.decode(chunk)
            if "\0" in text:
                message = f"{path.name} holds NUL bytes; it is no text file"
                raise SourceError(message)
            yield text
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as wrong:
        message = (
            f"{path.name} is not {encoding} (byte {wrong.object[wrong.start]:#04x}); "
            "say its encoding in the profile"
        )
        raise SourceError(message) from wrong


def _layout(readable: Path, path: Path, delimiter: bytes) -> Layout:
    """Find every record by quote parity, in one pass over the bytes."""
    divides = delimiter[0] if len(delimiter) == 1 else _NEVER
    lengths: list[np.ndarray] = []
    blanks: list[np.ndarray] = []
    delimiters: list[np.ndarray] = []
    inside, lines_open, fields_open, tail = 0, 0, 0, b"\n"
    for chunk in _chunks(readable):
        block = np.frombuffer(chunk, np.uint8)
        quoted = np.bitwise_xor.accumulate((block == _QUOTE).view(np.uint8)) ^ inside
        newline = block == _NEWLINE
        outside = quoted == 0
        ends = np.flatnonzero(newline & outside)
        taken = np.cumsum(newline)[ends] + lines_open
        lengths.append(np.diff(taken, prepend=0))
        blanks.append(_blank(block, ends, at_start=tail.rstrip(b"\r").endswith(b"\n")))
        lines_open += int(newline.sum()) - (int(taken[-1]) if len(taken) else 0)
        places = np.flatnonzero((block == divides) & outside)
        passed = np.searchsorted(places, ends) + fields_open
        delimiters.append(np.diff(passed, prepend=0))
        fields_open += len(places) - (int(passed[-1]) if len(passed) else 0)
        inside, tail = int(quoted[-1]), (tail + chunk)[-2:]
    if inside:
        first = 1 + sum(int(piece.sum()) for piece in lengths)
        message = f"{path.name}: a quote in the record at line {first} never closes; close it"
        raise SourceError(message)
    if not tail.endswith(b"\n"):
        lengths.append(np.array([lines_open + 1]))
        blanks.append(np.array([False]))
        delimiters.append(np.array([fields_open]))
    if not lengths:
        message = f"{path.name} is empty; it needs a line with column names"
        raise SourceError(message)
    layout = Layout(*map(np.concatenate, (lengths, blanks, delimiters)))
    _refuse_swallowed_lines(layout.lengths, path)
    return layout


def _refuse_swallowed_lines(lengths: np.ndarray, path: Path) -> None:
    longest = int(lengths.argmax())
    if lengths[longest] > _MOST_LINES:
        first = 1 + int(lengths[:longest].sum())
        message = (
            f"{path.name}: the record at line {first} runs over {lengths[longest]} lines; "
            f"look for a stray quote there (at most {_MOST_LINES} lines a record)"
        )
        raise SourceError(message)


def _blank(block: np.ndarray, ends: np.ndarray, *, at_start: bool) -> np.ndarray:
    """Which records of a block hold nothing before their line end."""
    if not len(ends):
        return np.empty(0, bool)
    before = np.append(-1 if at_start else -3, ends[:-1])
    gaps = ends - before - 1
    only_return = (gaps == 1) & (block[np.maximum(ends - 1, 0)] == ord("\r"))
    return (gaps == 0) | only_return


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _holds(path: Path, *texts: bytes) -> bool:
    return any(text in chunk for chunk in _chunks(path) for text in texts)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
