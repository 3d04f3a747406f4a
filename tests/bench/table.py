"""The one table: on a terminal, as Markdown, and in docs/performance.md."""

import re
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

DOCS = Path(__file__).parents[2] / "docs" / "performance.md"

_HEAD = ("What", "Time", "Units", "First", "From rows", "Peak", "Target")
_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"


@dataclass(frozen=True)
class Line:
    """One line of the table, as text; a line without a time begins a section.

    Attributes:
        what: Was done or asked.
        time: It took; the median where it was asked several times.
        units: The same, as a multiple of the unit.
        first: Time of the first of several times.
        rows: Multiple of the unit without roll-ups.
        peak: Most memory that the process held.
        target: And whether it was missed.
    """

    what: str
    time: str = ""
    units: str = ""
    first: str = ""
    rows: str = ""
    peak: str = ""
    target: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """As the columns stand."""
        return astuple(self)


def show(title: str, lines: Sequence[Line]) -> None:
    """Print the table: drawn on a terminal, Markdown elsewhere."""
    if not sys.stdout.isatty():
        sys.stdout.write(markdown(title, lines))
        return
    table = Table(*_HEAD, title=title)
    for line in lines:
        table.add_row(*line.cells, style=None if line.time else "bold")
    Console().print(table)


def markdown(title: str, lines: Sequence[Line]) -> str:
    """The table as Markdown, its title before it."""
    rows = [_HEAD, ("---", *["---:"] * (len(_HEAD) - 2), "---"), *(_bold(line) for line in lines)]
    drawn = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{title}\n\n{drawn}\n"


def renew(title: str, lines: Sequence[Line]) -> None:
    """Put the table in the place of the last one in docs/performance.md.

    Raises:
        ValueError: The marks around it are gone.
    """
    text = DOCS.read_text(encoding="utf-8")
    anew = f"{_BEGIN}\n{markdown(title, lines)}{_END}"
    renewed, count = re.subn(f"{_BEGIN}.*{_END}", lambda _: anew, text, flags=re.DOTALL)
    if count != 1:
        message = f"{DOCS.name} holds {count} tables; write {_BEGIN} and {_END} once"
        raise ValueError(message)
    DOCS.write_text(renewed, encoding="utf-8")


def _bold(line: Line) -> tuple[str, ...]:
    if line.time:
        return line.cells
    return (f"**{line.what}**", *line.cells[1:])
