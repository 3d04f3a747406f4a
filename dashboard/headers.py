"""The comment lines that open a SQL file: `-- key: value`, a blank comment line, free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import CatalogError

_HEADER_KEY = re.compile(r"^(?P<key>[a-z]+):(?:\s+(?P<value>.*))?$")


@dataclass(frozen=True)
class Header:
    """The comment lines that open a SQL file.

    Attributes:
        path: The file.
        keys: Header keys and their values, in the order of the file.
        text: What follows the keys: the definition, in sentences.
        sql: The statement under the header.
        first_line: The line of the file on which the statement begins.
    """

    path: Path
    keys: Mapping[str, str]
    text: str
    sql: str
    first_line: int

    def need(self, *names: str, may: tuple[str, ...] = ()) -> None:
        """Check that the header has these keys, and none but those it `may` have.

        Raises:
            CatalogError: A key is missing or not known.
        """
        for name in names:
            if not self.keys.get(name):
                found = f"the header has no '{name}'"
                raise self.broken(found, f"add a line '-- {name}: …'")
        for name in self.keys:
            if name not in (*names, *may):
                found = f"unknown header key '{name}'"
                needed = f"use {', '.join((*names, *may))}"
                raise self.broken(found, needed, self.line_of(name))

    def one_of(self, name: str, values: tuple[str, ...]) -> str:
        """The value of a key that must come from a closed list."""
        value = self.keys[name]
        if value not in values:
            found = f"{name} is '{value}'"
            raise self.broken(found, f"use one of {', '.join(values)}", self.line_of(name))
        return value

    def broken(self, found: str, needed: str, line: int = 1) -> CatalogError:
        """An error that names the file, the line and the remedy."""
        place = f"{self.path.parent.name}/{self.path.name}, line {line}"
        return CatalogError(f"{place}: {found}; {needed}")

    def line_of(self, key: str) -> int:
        """The line of the file on which a header key stands."""
        return list(self.keys).index(key) + 1


def read_header(path: Path) -> Header:
    """Split a SQL file into header keys, text and statement.

    A key's value may go on over following, deeper-indented comment lines.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = []
    for line in lines:
        if not line.startswith("--"):
            break
        comments.append(line[2:].removeprefix(" "))
    keys: dict[str, str] = {}
    end = comments.index("") if "" in comments else len(comments)
    last = ""
    for comment in comments[:end]:
        found = _HEADER_KEY.match(comment)
        if found:
            last = found["key"]
            keys[last] = found["value"] or ""
        elif last:
            keys[last] = f"{keys[last]}\n{comment.strip()}".strip()
    text = " ".join(comment.strip() for comment in comments[end:]).strip()
    sql = "\n".join(lines[len(comments) :]).rstrip()
    return Header(path, keys, text, sql.lstrip("\n"), _first_line(lines))


def _first_line(lines: list[str]) -> int:
    """The first line, from 1, that is neither comment nor blank."""
    numbered = enumerate(lines, 1)
    return next((n for n, line in numbered if line.strip() and not line.startswith("--")), 1)
