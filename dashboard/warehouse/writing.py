"""Writing tables as Parquet, month by month, and reading them back.

Every stored table has all its contract columns; a table with a stored model has the
columns that the model derives as well. Only months that a key was in or is in are
written anew; the files of all other months are carried over as they are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.contract import Table
from dashboard.errors import WarehouseError
from dashboard.warehouse.profile import LoadMode
from dashboard.warehouse.snapshots import DataFile
from dashboard.warehouse.sql import identifier, literal, names

Files = tuple[DataFile, ...]

_ROWS_A_BATCH = 400_000
"""Fewer rows in a statement of its own would leave cores idle: they are shared out by 122,880."""

_ROWS_A_GROUP = 61_440
"""One delivery is read with its whole group: half of DuckDB's own size halves that. Sums of
a column take a tenth more, groupings no more."""

JUDGED = {
    "delivery_id": "varchar",
    "promised_by": "timestamp",
    "promise_is_date": "boolean",
    "delivered_at": "timestamp",
    "status": "varchar",
}
"""What a refused delivery says of itself, so that the effect of refusing it can be told."""

_BYTES_A_PAGE = 262_144
"""Pages before the one row that is looked for are not unpacked: a quarter less for one
delivery, a hundredth more on disk, and no more for whole columns."""

_LAID_OUT = (
    f"format parquet, compression zstd, row_group_size {_ROWS_A_GROUP}, "
    f"data_page_size_limit {_BYTES_A_PAGE}"
)

_QUARANTINE = {
    "table_name": "varchar",
    "file": "varchar",
    "line": "bigint",
    "reasons": "varchar",
    "raw": "varchar",
} | JUDGED


@dataclass(frozen=True)
class Bench:
    """Where tables are merged and written.

    Attributes:
        connection: The workbench, with `checked.<table>` judged.
        warehouse: Folder that file paths are relative to.
        load: What the extract stands for.
        before: Files of the deliveries in the snapshot before; none without one.
    """

    connection: duckdb.DuckDBPyConnection
    warehouse: Path
    load: LoadMode
    before: Files

    def rows(self, statement: str) -> list[tuple]:
        """All rows of a statement."""
        return self.connection.execute(statement).fetchall()


def create_finished(bench: Bench, table: Table, files: Files) -> None:
    """Make all rows of a table readable as `finished.<table>`."""
    source = f"select * from {scan(bench.warehouse, files)}" if files else no_rows(table)
    bench.connection.execute(f"create view finished.{identifier(table.name)} as {source}")


def assert_keys_unique(bench: Bench, table: Table) -> None:
    """Check every row of `finished.<table>`, carried and new.

    Raises:
        WarehouseError: A key stands twice: a model or the merge doubled a row.
    """
    key = names(table.key)
    twice = bench.rows(
        f"select {key} from finished.{identifier(table.name)} group by {key} "
        "having count(*) > 1 limit 1"
    )
    if twice:
        message = f"{table.name} would hold {twice[0]} twice; report this as a defect"
        raise WarehouseError(message)


def no_rows(table: Table) -> str:
    """A SELECT of a contract table's columns, typed, that gives no row."""
    columns = [
        f"null::{column.sql_type} as {identifier(name)}" for name, column in table.columns.items()
    ]
    if table.warnings:
        columns.append("null::varchar as warnings")
    return f"select {', '.join(columns)} where false"


def no_quarantine() -> str:
    """A SELECT of the quarantine's columns, typed, that gives no row."""
    columns = ", ".join(f"null::{kind} as {identifier(n)}" for n, kind in _QUARANTINE.items())
    return f"select {columns} where false"


def scan(warehouse: Path, files: Sequence[DataFile], *, are_alike: bool = False) -> str:
    """A FROM clause over Parquet files.

    Args:
        warehouse: Folder that file paths are relative to.
        files: To read.
        are_alike: Whether all are known to have the same columns; else the columns of all
            are brought together anew in every question.
    """
    paths = ", ".join(literal(str(warehouse / file.path)) for file in files)
    union = str(not are_alike).lower()
    return f"read_parquet([{paths}], union_by_name={union}, hive_partitioning=false)"


@lru_cache(maxsize=128)
def are_alike(warehouse: Path, files: Files) -> bool:
    """Whether files have the same columns in the same order.

    Files never change. Not where one cannot be read: whoever reads it will say so.
    """
    try:
        schemas = [pq.read_schema(warehouse / file.path) for file in files]
    except (OSError, pa.ArrowInvalid):
        return False
    return all(schema.equals(schemas[0]) for schema in schemas)


def write(bench: Bench, table: Table, relation: str, snapshot: int, *, at_once: bool) -> Files:
    """Write a relation as a table's Parquet files of one snapshot.

    Args:
        bench: Where.
        table: Says the column whose month chooses the file.
        relation: Name of a view or table with one row per row of `contract.<table>`.
        snapshot: Id that the file names carry.
        at_once: Whether the relation costs as much to read in part as whole. Else it is
            written some months at a time: sorting rows into many open files costs as much
            as writing them.

    Raises:
        WarehouseError: Not every row was written.
    """
    folder = bench.warehouse / "tables" / table.name
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows_by_month(bench, table)
    if not rows or table.month is None:
        write_one(bench, relation, folder / f"{snapshot}-0.parquet")
    elif at_once:
        _write_months(bench, table, relation, folder, snapshot)
    else:
        for months in _batches(rows):
            some = f"(select * from {relation} where {_within(table.month, months)})"
            if len(months) == 1:
                own = folder / f"month={months[0]}"
                own.mkdir(exist_ok=True)
                write_one(bench, some, own / f"{snapshot}-0.parquet", keeps_order=False)
            else:
                _write_months(bench, table, some, folder, snapshot)
    written = sorted(folder.rglob(f"{snapshot}-*.parquet"))
    files = tuple(data_file(bench.warehouse, path) for path in written)
    if sum(file.rows for file in files) < sum(rows.values()):
        message = f"rows of {table.name} were not written; report this as a defect"
        raise WarehouseError(message)
    return files


def _write_months(bench: Bench, table: Table, relation: str, folder: Path, snapshot: int) -> None:
    """Write several months in one statement, each to files of its own."""
    bench.connection.execute(
        f"copy (select *, {month_of(table)} as month from {relation}) "
        f"to {literal(str(folder))} ({_LAID_OUT}, partition_by (month), "
        f"overwrite_or_ignore, preserve_order false, filename_pattern '{snapshot}-{{i}}')"
    )


def _rows_by_month(bench: Bench, table: Table) -> dict[str, int]:
    """Rows of `contract.<table>` by month; all under '' for a table that is kept whole."""
    month = month_of(table) if table.month else "''"
    rows = bench.rows(
        f"select {month} as month, count(*) from {contract_view(table)} group by 1 order by 1"
    )
    return dict(rows)


def _batches(rows: Mapping[str, int]) -> list[list[str]]:
    """Successive months in batches of about as many rows, larger months alone."""
    batches: list[list[str]] = []
    taken = 0
    for month in sorted(rows):
        if not batches or taken + rows[month] > _ROWS_A_BATCH:
            batches.append([])
            taken = 0
        batches[-1].append(month)
        taken += rows[month]
    return batches


def _within(column: str, months: Sequence[str]) -> str:
    """SQL condition: a time lies between the first and the last of some months."""
    return (
        f"{identifier(column)} >= date '{months[0]}-01' "
        f"and {identifier(column)} < date '{months[-1]}-01' + interval 1 month"
    )


def month_of(table: Table) -> str:
    """SQL of the month that chooses a row's file, as 'YYYY-MM'."""
    return f"strftime({identifier(str(table.month))}, '%Y-%m')"


def write_one(bench: Bench, relation: str, path: Path, *, keeps_order: bool = True) -> None:
    """Write a relation as one Parquet file."""
    bench.connection.execute(
        f"copy (select * from {relation}) to {literal(str(path))} "
        f"({_LAID_OUT}, preserve_order {keeps_order})"
    )


def data_file(warehouse: Path, path: Path) -> DataFile:
    """Describe a Parquet file that was just written."""
    month = path.parent.name.removeprefix("month=")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    return DataFile(
        path=str(path.relative_to(warehouse)),
        month=month if path.parent.name.startswith("month=") else None,
        rows=pq.read_metadata(path).num_rows,
        bytes=path.stat().st_size,
        hash=digest,
    )


def contract_view(table: Table) -> str:
    """The view that holds the rows to be written: contract columns and warnings."""
    return f"contract.{identifier(table.name)}"
