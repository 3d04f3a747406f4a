"""What the columns of files hold, counted over every record as an import would read it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dashboard.errors import SourceError
from dashboard.warehouse import staging
from dashboard.warehouse.guessing.shapes import Shape
from dashboard.warehouse.guessing.values import Numbers, Times, numbers, times
from dashboard.warehouse.reading import open_file
from dashboard.warehouse.sql import identifier

LOOKED_AT = 5_000
"""Distinct values of a column that are looked at; all of them where there are no more."""

_LONGEST = 200
_HEAD = 5
_NUMBER_TYPES = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"),
    *("UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL"),
)


@dataclass(frozen=True)
class Facts:
    """One column of a raw table.

    Attributes:
        column: Its name.
        type: Its DuckDB type; VARCHAR for CSV.
        rows: Records of its table.
        filled: Records with a value.
        distinct: Different values.
        values: Up to LOOKED_AT of them with how often each stands, trimmed and cut; the
            most frequent first.
    """

    column: str
    type: str
    rows: int
    filled: int
    distinct: int
    values: Mapping[str, int]

    @property
    def is_text(self) -> bool:
        """Whether its values have to be read."""
        return self.type == "VARCHAR"

    @property
    def is_typed_number(self) -> bool:
        """Whether its type says that it is a number."""
        return self.type.startswith(_NUMBER_TYPES)

    @property
    def sample(self) -> str:
        """A value to show; empty if there is none."""
        return next(iter(self.values), "")

    @cached_property
    def times(self) -> Times | None:
        """How the values read as times."""
        return times(self.values)

    @cached_property
    def numbers(self) -> Numbers | None:
        """How the values read as numbers."""
        return numbers(self.values)


@dataclass(frozen=True)
class Contents:
    """What a raw table holds.

    Attributes:
        records: Records of its files.
        malformed: Of them, those that cannot be read.
        columns: What each column holds, in file order.
        head: The first records, as they were read.
    """

    records: int
    malformed: int
    columns: tuple[Facts, ...]
    head: tuple[tuple[str, ...], ...] = ()


def contents(shapes: Sequence[Shape], threads: int) -> Generator[Contents, None, None]:
    """Read the files of every shape in turn, by the same rules as an import.

    Raises:
        SourceError: A file cannot be read whole.
    """
    for shape in shapes:
        with _bench(threads) as (folder, connection):
            try:
                yield _contents(shape, folder, connection)
            except duckdb.Error as wrong:
                reason = str(wrong).splitlines()[0]
                message = f"{shape.paths[0].name} cannot be read ({reason}); check the file"
                raise SourceError(message) from wrong


@contextmanager
def _bench(threads: int) -> Generator[tuple[Path, duckdb.DuckDBPyConnection], None, None]:
    with (
        TemporaryDirectory(prefix="doorstep-guess-") as folder,
        staging.workbench(Path(folder), "UTC", threads) as connection,
    ):
        yield Path(folder), connection


def _contents(shape: Shape, folder: Path, connection: duckdb.DuckDBPyConnection) -> Contents:
    files = [open_file(path, shape.raw, folder) for path in shape.paths]
    landed = staging.land(connection, shape.name, shape.raw, files)
    described = connection.execute(f"describe raw.{identifier(shape.name)}").fetchall()
    types = {row[0]: str(row[1]) for row in described}
    rows = sum(one.raw for one in landed)
    return Contents(
        records=sum(one.file.records for one in landed),
        malformed=sum(one.malformed for one in landed),
        columns=tuple(
            _facts(connection, shape.name, name, types[name], rows) for name in shape.columns
        ),
        head=_head(connection, shape),
    )


def _head(connection: duckdb.DuckDBPyConnection, shape: Shape) -> tuple[tuple[str, ...], ...]:
    columns = ", ".join(
        f"coalesce(left(cast({identifier(name)} as varchar), {_LONGEST}), '')"
        for name in shape.columns
    )
    rows = connection.execute(f"select {columns} from raw.{identifier(shape.name)} limit {_HEAD}")
    return tuple(rows.fetchall())


def _facts(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, kind: str, rows: int
) -> Facts:
    """Count one column; of many values the ones looked at are chosen by their hash."""
    text = f"trim(cast({identifier(name)} as varchar), ' \t\r\n\u00a0')"
    given = (
        f"select left({text}, {_LONGEST}) as value from raw.{identifier(table)} where {text} <> ''"
    )
    filled, distinct = connection.execute(
        f"select count(*), count(distinct value) from ({given})"
    ).fetchall()[0]
    chosen = connection.execute(
        f"select value, count(*) as n from ({given}) group by value "
        f"order by hash(value) limit {LOOKED_AT}"
    ).fetchall()
    chosen.sort(key=lambda one: (-one[1], one[0]))
    return Facts(name, kind, rows, int(filled), int(distinct), dict(chosen))
