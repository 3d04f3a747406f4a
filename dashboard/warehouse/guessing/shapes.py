"""What files look like from outside: names, encoding, delimiter, columns, which belong together.

Only the header is parsed here, within a bounded number of bytes; what cannot be a table is
refused by name, with what to do.
"""

import csv
import glob
import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice, takewhile
from pathlib import Path

import duckdb

from dashboard.errors import SourceError
from dashboard.warehouse.guessing.values import numbers, times
from dashboard.warehouse.layout import chunks, is_empty, nul_bytes
from dashboard.warehouse.profile import RawTable
from dashboard.warehouse.reading import read_footer

ENDINGS = (".csv", ".txt", ".tsv", ".parquet")

_PACKED_ENDINGS = (".zip", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".xlsx", ".xls")
_HEAD = 1 << 20
_RECORDS_TRIED = 100
_SAME_WIDTH = 0.9
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a")) + b"\x7f"
_MOST_CONTROLS = 0.01
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_ONLY_IN_CP1252 = frozenset(range(0x80, 0xA0))
_ASCII = bytes(range(128))
_LONGEST_WORD = 30
_MOST_COLUMNS = 2_000
_DATE_AT_END = re.compile(r"[0-9]+(?:[-_.]?[0-9]+)*(?=\.\w+$)", re.ASCII)
_DIGITS_AT_END = re.compile(r"[0-9]+(?:[-_.]?[0-9]+)*[-_.]?$", re.ASCII)
_PACKED = {
    b"PK\x03\x04": "a ZIP archive or an Excel file; unpack it, or save the sheet as CSV",
    b"PK\x05\x06": "an empty ZIP archive; choose the files themselves",
    b"\x1f\x8b": "packed with gzip; unpack it first",
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ\x00": "packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it first",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save the sheet as CSV",
    b"%PDF": "a PDF; export the table as CSV",
}


@dataclass(frozen=True)
class Shape:
    """Files that are read as one raw table.

    Attributes:
        name: Of the raw table.
        paths: The files.
        pattern: Name or glob that finds exactly them.
        encoding, delimiter: As a profile says them.
        columns: Names in the order of the first file.
        why: How the encoding was told, in words.
    """

    name: str
    paths: tuple[Path, ...]
    pattern: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    why: str

    @property
    def is_parquet(self) -> bool:
        """Whether the files are Parquet."""
        return self.paths[0].suffix.lower() == ".parquet"

    @property
    def raw(self) -> RawTable:
        """What the profile says of them."""
        return RawTable(
            files=self.pattern,
            columns=self.columns,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )


def find_shapes(folder: Path) -> tuple[Shape, ...]:
    """The tables that a folder holds, by file name.

    Raises:
        SourceError: There is no folder or no file, or a file is no table.
    """
    if not folder.is_dir():
        message = f"no folder {folder}; name the folder that holds the raw files"
        raise SourceError(message)
    paths = [path for path in sorted(folder.iterdir()) if path.is_file()]
    paths = [path for path in paths if not path.name.startswith(".")]
    for path in paths:
        _refuse_name(path)
        if path.suffix.lower() in (*ENDINGS, *_PACKED_ENDINGS):
            refuse_packed(path)
    tables = [path for path in paths if path.suffix.lower() in ENDINGS]
    if not tables:
        found = f"only {paths[0].name}" if paths else "nothing"
        message = f"{folder} holds {found}; it needs CSV or Parquet files ({', '.join(ENDINGS)})"
        raise SourceError(message)
    try:
        return _grouped([_shape(path) for path in tables], folder)
    except OSError as wrong:
        message = f"a file cannot be read ({wrong.strerror or wrong}); check {folder}"
        raise SourceError(message) from wrong


def _refuse_name(path: Path) -> None:
    """Refuse a name that no profile could say, because it is no text."""
    try:
        path.name.encode()
    except UnicodeEncodeError as wrong:
        message = f"the name of file {path.name!a} is no text; rename it"
        raise SourceError(message) from wrong


def refuse_packed(path: Path) -> None:
    """Refuse a file that is no table by its first bytes, whatever it is called.

    Raises:
        SourceError: It is an archive, a workbook or a document.
    """
    with path.open("rb") as file:
        start = file.read(8)
    for magic, said in _PACKED.items():
        if start.startswith(magic):
            message = f"{path.name} is {said}"
            raise SourceError(message)


def _shape(path: Path) -> Shape:
    if path.suffix.lower() == ".parquet":
        columns = tuple(read_footer(path).schema.to_arrow_schema().names)
        found = Shape("", (path,), glob.escape(path.name), "utf-8", ",", columns, "Parquet")
    else:
        head = _head(path)
        encoding, why = _encoding(path, head)
        text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
        delimiter = _delimiter(text)
        columns = _columns(text, delimiter, path)
        found = Shape("", (path,), glob.escape(path.name), encoding, delimiter, columns, why)
    _check_names(found.columns, path)
    return found


def _head(path: Path) -> bytes:
    """The first lines of a file, whole ones unless it has no line end at all.

    Raises:
        SourceError: It is empty, no text, or its first line is too long to name columns.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise is_empty(path.name)
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        if b"\0" in head:
            raise nul_bytes(path.name)
        if len(head) - len(head.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(head):
            message = f"{path.name} holds control characters as no text does; export it as CSV"
            raise SourceError(message)
    if len(head) < _HEAD:
        return head
    cut = head.rfind(b"\n") + 1
    if not cut:
        message = f"{path.name} has a first line of over 1 MiB; it must name the columns"
        raise SourceError(message)
    return head[: cut + 1] if head.startswith(b"\xff\xfe") else head[:cut]


def _encoding(path: Path, head: bytes) -> tuple[str, str]:
    """The encoding by every byte of the file, and how it was told."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "UTF-16 by its first two bytes"
    high: set[int] = set()
    decoder, is_utf8 = getincrementaldecoder("utf-8")(), True
    for chunk in chunks(path):
        high |= set(chunk.translate(None, _ASCII))
        is_utf8 = is_utf8 and _decodes(decoder.decode, chunk)
    if is_utf8 and _decodes(lambda rest: decoder.decode(rest, final=True), b""):
        return "utf-8", "UTF-8" if high else "ASCII"
    if high & _NOT_IN_CP1252:
        encoding = "cp850"
    else:
        encoding = "cp1252" if high & _ONLY_IN_CP1252 else "latin-1"
    return encoding, f"not UTF-8, so read as {encoding}{_example(path, encoding)}"


def _decodes(decode: Callable[[bytes], str], data: bytes) -> bool:
    try:
        decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _example(path: Path, encoding: str) -> str:
    """A word of the file that shows whether an encoding is right."""
    for chunk in chunks(path):
        found = re.search(rb"[^\x00-\x7f]", chunk)
        if found:
            around = chunk[max(0, found.start() - _LONGEST_WORD) : found.end() + _LONGEST_WORD]
            text = around.decode(encoding, errors="replace")
            word = next((w for w in re.findall(r"\w+", text) if not w.isascii()), "")
            return f" (“{word[:_LONGEST_WORD]}”)" if word else ""
    return ""


def _delimiter(text: str) -> str:
    """The sign that gives most records the width of the first; a comma for one column."""
    best, found = (0.0, 1), ","
    for sign in ",;\t|":
        widths = _widths(text, sign)
        if not widths or widths[0] == 1:
            continue
        share = sum(width == widths[0] for width in widths) / len(widths)
        if (share >= _SAME_WIDTH, widths[0]) > best:
            best, found = (share >= _SAME_WIDTH, widths[0]), sign
    return found


def _widths(text: str, delimiter: str) -> list[int]:
    try:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        return [len(record) for record in islice(reader, _RECORDS_TRIED) if record]
    except csv.Error:
        return []


def _columns(text: str, delimiter: str, path: Path) -> tuple[str, ...]:
    try:
        first = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as wrong:
        message = f"{path.name} begins with no column names ({wrong}); check its first line"
        raise SourceError(message) from wrong
    return tuple(name.strip() for name in first)


def _check_names(columns: Sequence[str], path: Path) -> None:
    """Refuse a first line that cannot name columns."""
    found = ""
    if not columns or len(columns) > _MOST_COLUMNS:
        found = f"a first line of {len(columns)} names"
    elif "" in columns:
        found = f"no name over column {list(columns).index('') + 1}"
    twice = [name for name, n in Counter(name.lower() for name in columns).items() if n > 1]
    if twice and not found:
        found = f"column '{twice[0][:60]}' twice"
    own = [name for name in columns if name.lower() in ("_file", "_line", "_record")]
    if own and not found:
        found = f"a column '{own[0]}', which Doorstep adds itself"
    values = sum(bool(times({name: 1}) or numbers({name: 1})) for name in columns)
    if 2 * values > len(columns) and not found:
        found = "values in its first line"
    if found:
        message = f"{path.name} has {found}; give every column a name of its own in the first line"
        raise SourceError(message)


def _grouped(shapes: list[Shape], folder: Path) -> tuple[Shape, ...]:
    """Files of the same columns read as one raw table, where a glob finds just them."""
    groups: dict[tuple[object, ...], list[Shape]] = {}
    for shape in shapes:
        key = (frozenset(shape.columns), shape.delimiter, shape.paths[0].suffix)
        groups.setdefault(key, []).append(shape)
    joined = [one for group in groups.values() for one in _joined(group, folder)]
    taken: set[str] = _keywords()
    named = []
    for shape in joined:
        name = _table_name(shape, taken)
        taken.add(name)
        named.append(replace(shape, name=name))
    return tuple(named)


def _joined(group: list[Shape], folder: Path) -> list[Shape]:
    encodings = {shape.encoding for shape in group if shape.why != "ASCII"}
    names = [shape.paths[0].name for shape in group]
    pattern = _pattern(names, folder)
    if len(encodings) > 1 or pattern is None:
        return [
            replace(one, pattern=_pattern([one.paths[0].name], folder) or one.pattern)
            for one in group
        ]
    telling = next((shape for shape in group if shape.why != "ASCII"), group[0])
    paths = tuple(shape.paths[0] for shape in group)
    return [replace(telling, columns=group[0].columns, paths=paths, pattern=pattern)]


def _pattern(names: Sequence[str], folder: Path) -> str | None:
    """A glob that finds just these files, wide enough for the next month's; None if none does."""
    start = _common_start(names)
    end = _common_start([name[len(start) :][::-1] for name in names])[::-1]
    if len(names) == 1:
        dated = _DATE_AT_END.search(names[0])
        if dated is None:
            return glob.escape(names[0])
        start, end = names[0][: dated.start()], names[0][dated.end() :]
    tried = [f"{glob.escape(_DIGITS_AT_END.sub('', start))}*{glob.escape(end)}"]
    tried += [f"{glob.escape(start)}*{glob.escape(end)}"]
    for pattern in tried:
        if sorted(path.name for path in folder.glob(pattern)) == sorted(names):
            return pattern
    return None


def _common_start(names: Sequence[str]) -> str:
    """The letters that all names begin with."""
    first, last = min(names), max(names)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same)


def _table_name(shape: Shape, taken: set[str]) -> str:
    stem = _common_start([path.stem for path in shape.paths])
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    name = re.sub(r"[_0-9]+$", "", name) if "*" in shape.pattern else name
    name = name if name[:1].isalpha() else f"file_{name}".rstrip("_")
    name = name if name not in taken else f"{name}_rows"
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _keywords() -> set[str]:
    connection = duckdb.connect(":memory:")
    try:
        return {
            word
            for (word,) in connection.execute(
                "select keyword_name from duckdb_keywords()"
            ).fetchall()
        }
    finally:
        connection.close()
