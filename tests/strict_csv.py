"""An independent reader of CSV for tests: one character at a time, quotes as in RFC 4180."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTED = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL)


@dataclass(frozen=True)
class Record:
    """A record as it stands.

    Attributes:
        line: First line, from 1.
        fields: Values without their quotes.
        is_strict: Whether quotes stand only round whole fields, doubled within.
        is_blank: Whether it is an empty line.
    """

    line: int
    fields: tuple[str, ...]
    is_strict: bool
    is_blank: bool


class OpenQuoteError(Exception):
    """A quote that never closes."""


def read(text: str, delimiter: str = ",") -> Iterator[Record]:
    """Records, the header and blank lines among them; lines end in LF or CRLF."""
    fields, value, line, first, inside = [], "", 1, 1, False
    if not text.endswith("\n"):
        text += "\n"
    for character in text:
        inside ^= character == '"'
        line += character == "\n"
        if inside or character not in (delimiter, "\n"):
            value += character
        elif character == delimiter:
            fields.append(value)
            value = ""
        else:
            fields.append(value.removesuffix("\r"))
            yield _record(first, fields)
            fields, value, first = [], "", line
    if inside:
        raise OpenQuoteError


def _record(line: int, fields: list[str]) -> Record:
    quoted = [_QUOTED.fullmatch(field) for field in fields]
    values = tuple(
        found[1].replace('""', '"') if found else field
        for found, field in zip(quoted, fields, strict=True)
    )
    strict = all(found or '"' not in field for found, field in zip(quoted, fields, strict=True))
    return Record(line, values, strict, fields == [""])
