"""Where the records of a CSV file stand, found by quote parity in one pass over its bytes.

DuckDB parses the records; this is the independent count that it must agree with.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from dashboard.errors import SourceError

MOST_LINES = 100
"""Lines that one record may take."""

MOST_BYTES = 1 << 26
"""Bytes that one record may take."""

_CHUNK = 1 << 24
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_ODD_SPACES = (b"\t", "\u00a0".encode())


@dataclass(frozen=True)
class Layout:
    """Where the records stand, the header and blank lines among them.

    Attributes:
        header: Bytes of the first record.
        lengths: Lines that each record takes.
        blank: Whether it is an empty line.
        wide: Whether it has more fields than the header.
        stray: Whether a quote in it neither opens nor closes a field, nor is doubled.
            Then it could be divided in other ways.
    """

    header: bytes
    lengths: np.ndarray
    blank: np.ndarray
    wide: np.ndarray
    stray: np.ndarray

    @property
    def records(self) -> int:
        """Records that hold data."""
        return int((~self.blank).sum()) - 1

    @cached_property
    def starts(self) -> np.ndarray:
        """First line, from 1, of each record."""
        ends = np.cumsum(self.lengths, dtype=np.int64)
        return ends - self.lengths + 1

    @property
    def first_line(self) -> int:
        """Line, from 1, after the header."""
        return int(self.lengths[0]) + 1

    def texts(self, readable: Path, records: list[int]) -> list[str]:
        """Text of records as it stands in the file, without the last line end.

        Args:
            readable: The file, in UTF-8.
            records: Ordinals, from 1, in rising order.
        """
        found, line = [], 1
        with readable.open("rb") as lines:
            for record in records:
                first, length = int(self.starts[record - 1]), int(self.lengths[record - 1])
                own = islice(lines, first - line, first - line + length)
                text = b"".join(own).decode()
                found.append(text.removesuffix("\n").removesuffix("\r"))
                line = first + length
        return found


@dataclass(frozen=True)
class Survey:
    """What one pass over a UTF-8 file finds.

    Attributes:
        layout: Where its records stand.
        digest: BLAKE2b of its bytes.
        has_one_line_end: Whether all line ends are LF, or all are CRLF, and no CR stands
            elsewhere.
        has_odd_space: Whether a field may begin or end in a tab, line end or no-break
            space.
    """

    layout: Layout
    digest: str
    has_one_line_end: bool
    has_odd_space: bool


def survey(readable: Path, name: str, delimiter: str) -> Survey:
    """Look at every byte of a UTF-8 file once.

    Args:
        readable: The file.
        name: What to call it in a refusal.
        delimiter: What stands between two fields.

    Raises:
        SourceError: It is empty, not UTF-8, holds NUL bytes, a quote that never closes,
            or a record too long to be one.
    """
    count, ends = _Count(name, delimiter.encode()), _LineEnds()
    hashed = hashlib.blake2b()
    has_odd_space = False
    for lines in _whole_lines(readable, name, hashed):
        _check_text(lines, name)
        ends.take(lines)
        has_odd_space = has_odd_space or any(space in lines for space in _ODD_SPACES)
        count.take(lines if lines.endswith(b"\n") else lines + b"\n")
    layout = count.layout()
    has_odd_space = has_odd_space or bool(layout.lengths.max() > 1)
    return Survey(layout, hashed.hexdigest()[:32], ends.are_one_kind, has_odd_space)


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a bounded number at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def is_empty(name: str) -> SourceError:
    """The refusal of a file without a header."""
    return SourceError(f"{name} is empty; it needs a line with column names")


def nul_bytes(name: str) -> SourceError:
    """The refusal of a file that holds NUL bytes."""
    return SourceError(
        f"{name} holds NUL bytes; export it as text, or say its encoding in the profile"
    )


def refuse_long(size: int, name: str) -> None:
    """Refuse what would be a record of more bytes than any may have.

    Raises:
        SourceError: It is.
    """
    if size > MOST_BYTES:
        raise _too_long(name)


def not_decoded(name: str, encoding: str, wrong: UnicodeError) -> SourceError:
    """The refusal of a file that is not in its encoding."""
    found = str(wrong)
    if isinstance(wrong, UnicodeDecodeError):
        found = f"byte {wrong.object[wrong.start]:#04x}"
    return SourceError(f"{name} is not {encoding} ({found}); say its encoding in the profile")


def _check_text(lines: bytes, name: str) -> None:
    try:
        if not lines.isascii():
            lines.decode()
    except UnicodeDecodeError as wrong:
        raise not_decoded(name, "utf-8", wrong) from wrong
    if b"\0" in lines:
        raise nul_bytes(name)


def _whole_lines(path: Path, name: str, hashed: hashlib.blake2b) -> Iterator[bytes]:
    """The file in pieces of whole lines; the last may lack its line end."""
    rest = b""
    for chunk in chunks(path):
        hashed.update(chunk)
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
            continue
        rest += chunk
        if len(rest) > MOST_BYTES:
            raise nul_bytes(name) if b"\0" in rest else _too_long(name)
    if rest:
        yield rest


def _too_long(name: str) -> SourceError:
    return SourceError(
        f"{name} has a record of over {MOST_BYTES >> 20} MiB; look for a stray quote, or for "
        "line ends that are missing"
    )


@dataclass
class _LineEnds:
    """Counts line ends through pieces that are cut after a line."""

    newlines: int = 0
    returns: int = 0
    pairs: int = 0

    def take(self, lines: bytes) -> None:
        """Count those of a piece."""
        self.newlines += lines.count(b"\n")
        returns = lines.count(b"\r")
        self.returns += returns
        self.pairs += lines.count(b"\r\n") if returns else 0

    @property
    def are_one_kind(self) -> bool:
        """Whether all are LF, or all are CRLF, and no CR stands elsewhere."""
        return not self.returns or self.newlines == self.returns == self.pairs


@dataclass
class _Count:
    """Counts records through pieces of whole lines; a record may run over several pieces."""

    name: str
    delimiter: bytes
    inside: bool = False
    lines_open: int = 0
    bytes_open: int = 0
    delimiters_open: int = 0
    allowed: int | None = None
    header: bytes = b""
    lengths: list[np.ndarray] = field(default_factory=list)
    blank: list[np.ndarray] = field(default_factory=list)
    wide: list[np.ndarray] = field(default_factory=list)
    stray: list[np.ndarray] = field(default_factory=list)
    is_open_stray: bool = False

    def take(self, lines: bytes) -> None:
        """Count the records that end in a piece."""
        block = np.frombuffer(lines, np.uint8)
        quotes = np.flatnonzero(block == _QUOTE)
        if self.inside:
            quotes = np.concatenate(([-1], quotes))
        newlines = np.flatnonzero(block == _NEWLINE)
        ordinals = np.arange(len(newlines))
        if len(quotes):
            ordinals = np.flatnonzero(np.searchsorted(quotes, newlines) % 2 == 0)
        ends = newlines[ordinals]
        self._note_header(lines, ends)
        self._note_lengths(ordinals, len(newlines))
        self._note_blank(block, ends)
        places = _places(block, self.delimiter)
        self._note_wide(places, quotes, ends)
        self._note_stray(block, places, quotes, ends)
        self.inside = bool(len(quotes) % 2)

    def layout(self) -> Layout:
        """All that was counted."""
        if self.inside:
            first = 1 + self._lines()
            message = f"{self.name}: a quote in the record at line {first} never closes; close it"
            raise SourceError(message)
        if not self.lengths:
            raise is_empty(self.name)
        parts = (self.lengths, self.blank, self.wide, self.stray)
        return Layout(self.header, *map(np.concatenate, parts))

    def _lines(self) -> int:
        return sum(int(piece.sum(dtype=np.int64)) for piece in self.lengths)

    def _note_header(self, lines: bytes, ends: np.ndarray) -> None:
        if self.allowed is None:
            self.header += lines[: int(ends[0]) + 1] if len(ends) else lines

    def _note_lengths(self, ordinals: np.ndarray, newlines: int) -> None:
        lengths = np.diff(ordinals, prepend=-1 - self.lines_open)
        self.lines_open += newlines
        if len(lengths):
            self.lines_open = newlines - 1 - int(ordinals[-1])
            self._refuse_swallowed_lines(lengths)
        self.lengths.append(lengths.astype(np.uint8))

    def _refuse_swallowed_lines(self, lengths: np.ndarray) -> None:
        longest = int(lengths.argmax())
        if lengths[longest] > MOST_LINES:
            first = 1 + self._lines() + int(lengths[:longest].sum())
            message = (
                f"{self.name}: the record at line {first} runs over {lengths[longest]} lines; "
                f"look for a stray quote there (at most {MOST_LINES} lines a record)"
            )
            raise SourceError(message)

    def _note_blank(self, block: np.ndarray, ends: np.ndarray) -> None:
        sizes = np.diff(ends, prepend=-1 - self.bytes_open)
        self.bytes_open += len(block)
        if len(ends):
            self.bytes_open = len(block) - 1 - int(ends[-1])
        if max(self.bytes_open, sizes.max(initial=0)) > MOST_BYTES:
            raise _too_long(self.name)
        self.blank.append(sizes - (block[ends - 1] == _RETURN) == 1)

    def _note_wide(self, places: np.ndarray, quotes: np.ndarray, ends: np.ndarray) -> None:
        """Compare the delimiters outside quotes of each record with the header's."""
        before = np.searchsorted(places, ends)
        total = len(places)
        if len(quotes):
            edges = np.searchsorted(places, quotes)
            if len(quotes) % 2:
                edges = np.append(edges, total)
            quoted = np.concatenate(([0], np.cumsum(edges[1::2] - edges[::2])))
            before = before - quoted[np.searchsorted(quotes, ends) // 2]
            total -= int(quoted[-1])
        counts = np.diff(before, prepend=-self.delimiters_open)
        self.delimiters_open += total
        if len(counts):
            self.delimiters_open = total - int(before[-1])
            self.allowed = int(counts[0]) if self.allowed is None else self.allowed
        self.wide.append(counts > (self.allowed or 0))

    def _note_stray(
        self, block: np.ndarray, places: np.ndarray, quotes: np.ndarray, ends: np.ndarray
    ) -> None:
        stray = np.zeros(len(ends) + 1, bool)
        stray[0] = self.is_open_stray
        if len(quotes):
            delimits = np.zeros(len(block) + 1, bool)
            delimits[places] = True
            opening, closing = quotes[::2], quotes[1::2]
            opening = opening[opening > 0]
            before, after = block[opening - 1], block[closing + 1]
            opens = delimits[opening - len(self.delimiter)]
            opens |= (before == _NEWLINE) | (before == _QUOTE)
            closes = delimits[closing + 1] | (after == _QUOTE)
            closes |= (after == _NEWLINE) | (after == _RETURN)
            odd = np.concatenate((opening[~opens], closing[~closes]))
            stray[np.searchsorted(ends, odd)] = True
        self.is_open_stray = bool(stray[-1])
        self.stray.append(stray[:-1])


def _places(block: np.ndarray, delimiter: bytes) -> np.ndarray:
    """Where a delimiter of one or more bytes begins."""
    width = len(block) - len(delimiter) + 1
    found = block[: max(width, 0)] == delimiter[0]
    for number, byte in enumerate(delimiter[1:], 1):
        found &= block[number : number + width] == byte
    return np.flatnonzero(found)
