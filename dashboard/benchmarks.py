"""Published figures: what others say they reach, by whose definition, and when."""

import csv
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from dashboard import tree
from dashboard.errors import CatalogError

FRESH_YEARS: Final = 3
"""A figure older than this is stale: networks, promises and definitions move on."""

REQUIRED: Final = ("id", "metric", "value", "unit", "year", "definition_as_published", "source")
OPTIONAL: Final = (
    "geo", "population", "exclusions", "url", "grade", "ours", "not_comparable", "note",
)  # fmt: skip
_YEAR: Final = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?!\d))?")


@dataclass(frozen=True)
class Benchmark:
    """One published figure.

    Attributes:
        value: As published; a range stays text.
        year: As published: '2024-12', 'FY2023-24', 'undated'.
        definition, exclusions: As published.
        grade: A primary source, B named secondary source, C unnamed or old.
        ours: The figure of ours that counts the same: a metric's name, '1 - ' before it for
            its complement, or 'theme:' and a theme for its share of contacts. Empty where
            none does.
        not_comparable: Why not, where none does.
        note: What still differs.
    """

    id: str
    metric: str
    value: str
    unit: str
    year: str
    geo: str
    population: str
    definition: str
    exclusions: str
    source: str
    url: str
    grade: str
    ours: str
    not_comparable: str
    note: str

    @property
    def last_day(self) -> date | None:
        """The last day that the figure can speak of; None where it is undated.

        A fiscal year that runs into the next is taken to end with its first year.
        """
        found = _YEAR.findall(self.year)
        if not found:
            return None
        year, _, month = found[-1].partition("-")
        if not month:
            return date(int(year), 12, 31)
        return date(int(year), int(month), monthrange(int(year), int(month))[1])

    def is_stale(self, today: date) -> bool:
        """Whether it is over three years old, or nobody says how old."""
        last = self.last_day
        return last is None or (today.year - last.year, today.month, today.day) > (
            FRESH_YEARS, last.month, last.day,
        )  # fmt: skip


def benchmarks_in_use(own: Path | None) -> tuple[Benchmark, ...]:
    """Doorstep's own list, and after it the file of the setting `benchmarks`.

    Raises:
        CatalogError: A file cannot be read, or lacks a column.
    """
    known = read_benchmarks(tree.root() / "queries" / "benchmarks.csv")
    return known + (read_benchmarks(own) if own else ())


@cache
def read_benchmarks(path: Path) -> tuple[Benchmark, ...]:
    """Read a file of published figures, once per process.

    Args:
        path: CSV, UTF-8; columns in any order.

    Raises:
        CatalogError: The file cannot be read, or a required column or value is missing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        message = f"{path.name} cannot be read ({wrong}); save it as CSV in UTF-8"
        raise CatalogError(message) from wrong
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        message = f"{path.name} has no column {', '.join(missing)}; add it"
        raise CatalogError(message)
    return tuple(_benchmark(path.name, at, row) for at, row in enumerate(rows, 2))


def _benchmark(file: str, line: int, row: dict[str, str | None]) -> Benchmark:
    text = {name: (row.get(name) or "").strip() for name in (*REQUIRED, *OPTIONAL)}
    empty = [name for name in REQUIRED if not text[name]]
    if empty:
        message = f"{file}, row {line} has no {', '.join(empty)}; fill it in"
        raise CatalogError(message)
    definition = text.pop("definition_as_published")
    return Benchmark(definition=definition, **text)
