"""Merging what was accepted with the snapshot before, and writing Parquet.

Every stored table has all its contract columns; a table with a stored model has the
columns that the model derives as well. Only months that a key was in or is in are
written anew; the files of all other months are carried over as they are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from dashboard.contract import Table
from dashboard.errors import WarehouseError
from dashboard.warehouse.profile import LoadMode
from dashboard.warehouse.snapshots import DataFile
from dashboard.warehouse.sql import identifier, literal, names

Files = tuple[DataFile, ...]

_ROWS_A_BATCH = 400_000
"""Fewer rows in a statement of its own would leave cores idle: they are shared out by 122,880."""

JUDGED = {
    "delivery_id": "varchar",
    "promised_by": "timestamp",
    "promise_is_date": "boolean",
    "delivered_at": "timestamp",
    "status": "varchar",
}
"""What a refused delivery says of itself, so that the effect of refusing it can be told."""

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


@dataclass(frozen=True)
class Merge:
    """How one table's new rows meet the old ones.

    Attributes:
        carried: Files taken over untouched.
        rewritten: Files whose rows are kept or replaced, in new files.
        superseded: Old rows that newer ones replace.
        changed: Whether any row is new or written anew.
    """

    carried: Files
    rewritten: Files
    superseded: int
    changed: bool


def merge(bench: Bench, table: Table, before: Files, also: frozenset[str | None]) -> Merge:
    """Bring old and new rows of a table together as the view `contract.<table>`.

    The view holds the contract's columns of every row of the months to be written.

    Args:
        bench: Where.
        table: The contract table.
        before: The table's files in the snapshot before.
        also: Months to write anew whether or not a new row touches them; None stands for
            the file of a table that is kept whole.
    """
    if bench.load == "full" or not before:
        is_new = _has_rows(bench, _new_rows(table))
        _create_contract(bench, table, _new_rows(table))
        superseded = _count_replaced(bench, table, before) if before else 0
        return Merge((), (), superseded, changed=is_new or bool(before))
    _set_aside_unchanged(bench, table, before)
    new = _changed_rows(table)
    is_new = _has_rows(bench, new)
    touched = (_touched_months(bench, table, before, new) if is_new else set()) | also
    rewritten = tuple(file for file in before if file.month in touched)
    carried = tuple(file for file in before if file.month not in touched)
    kept = f" union all by name {_kept_rows(bench, table, rewritten)}" if rewritten else ""
    _create_contract(bench, table, f"{new}{kept}")
    superseded = _count_replaced(bench, table, before)
    return Merge(carried, rewritten, superseded, changed=is_new or bool(rewritten))


def create_known(bench: Bench, table: Table, before: Files) -> None:
    """Make all rows that other tables may refer to readable as `known.<table>`."""
    kept = ""
    if before and bench.load != "full":
        kept = f" union all select {names(table.columns)} from {scan(bench.warehouse, before)}"
    bench.connection.execute(
        f"create view known.{identifier(table.name)} as {_new_rows(table)}{kept}"
    )


def months_named_by(
    bench: Bench, table: Table, replaced: Files, own: Table, files: Files
) -> set[str]:
    """Months in which old rows share a delivery with rows of another table.

    Args:
        bench: Where.
        table: The other table; its rows in the months to be written count.
        replaced: Files of it in the snapshot before whose rows count as well.
        own: The table whose months are asked for.
        files: Of this table, in the snapshot before.
    """
    named = f"select delivery_id from {_contract(table)}"
    if replaced:
        named += f" union all select delivery_id from {scan(bench.warehouse, replaced)}"
    rows = bench.rows(
        f"select distinct {_month_of(own)} from {scan(bench.warehouse, files)} "
        f"where delivery_id in ({named})"
    )
    return {month for (month,) in rows}


def is_written(bench: Bench, table: Table, merged: Merge, *, stored: bool) -> bool:
    """Whether new files are needed; a stored model has at least one, for its columns."""
    if bench.rows(f"select 1 from {_contract(table)} limit 1"):
        return True
    return stored and not merged.carried


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


def scan(warehouse: Path, files: Sequence[DataFile]) -> str:
    """A FROM clause over Parquet files."""
    paths = ", ".join(literal(str(warehouse / file.path)) for file in files)
    return f"read_parquet([{paths}], union_by_name=true, hive_partitioning=false)"


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
        f"copy (select *, {_month_of(table)} as month from {relation}) "
        f"to {literal(str(folder))} (format parquet, compression zstd, partition_by (month), "
        f"overwrite_or_ignore, preserve_order false, filename_pattern '{snapshot}-{{i}}')"
    )


def _rows_by_month(bench: Bench, table: Table) -> dict[str, int]:
    """Rows of `contract.<table>` by month; all under '' for a table that is kept whole."""
    month = _month_of(table) if table.month else "''"
    rows = bench.rows(
        f"select {month} as month, count(*) from {_contract(table)} group by 1 order by 1"
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


def _month_of(table: Table) -> str:
    return f"strftime({identifier(str(table.month))}, '%Y-%m')"


def write_one(bench: Bench, relation: str, path: Path, *, keeps_order: bool = True) -> None:
    """Write a relation as one Parquet file."""
    bench.connection.execute(
        f"copy (select * from {relation}) to {literal(str(path))} "
        f"(format parquet, compression zstd, preserve_order {keeps_order})"
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


def _contract(table: Table) -> str:
    return f"contract.{identifier(table.name)}"


def _create_contract(bench: Bench, table: Table, rows: str) -> None:
    """Create `contract.<table>`: rows, with the codes of their warnings, null where none."""
    warned = f", {_warnings(table)} as warnings" if table.warnings else ""
    bench.connection.execute(f"create view {_contract(table)} as select *{warned} from ({rows})")


def _warnings(table: Table) -> str:
    doubtful = " or ".join(f"({rule.when})" for rule in table.warnings.values())
    codes = ", ".join(
        f"case when {rule.when} then {literal(code)} end" for code, rule in table.warnings.items()
    )
    return f"case when {doubtful} then concat_ws(', ', {codes}) end"


def _new_rows(table: Table) -> str:
    """A SELECT of the accepted rows of this import."""
    return (
        f"select {names(table.columns)} from checked.{identifier(table.name)} "
        "where _reasons is null"
    )


def _changed_rows(table: Table) -> str:
    """A SELECT of the accepted rows of this import that are not kept already as they are."""
    return f"{_new_rows(table)} and rowid not in (select id from {_unchanged(table)})"


def _unchanged(table: Table) -> str:
    return identifier(f"unchanged_{table.name}")


def _set_aside_unchanged(bench: Bench, table: Table, before: Files) -> None:
    """Note the new rows that change nothing, so that their months keep their files.

    A month that is replaced whole changes nothing only if no old row is missing from it.
    """
    same_row = " and ".join(
        f"new.{column} is not distinct from old.{column}"
        for column in map(identifier, (*table.key, *table.columns))
    )
    months = _touched_months(bench, table, before, _new_rows(table))
    near = tuple(file for file in before if file.month in months)
    if not near:
        bench.connection.execute(f"create temp table {_unchanged(table)} (id bigint)")
        return
    old = f"(select {', '.join(_held(bench, table, near))} from {scan(bench.warehouse, near)})"
    new = f"(select rowid as id, * from checked.{identifier(table.name)} where _reasons is null)"
    same = f"select new.id from {new} as new semi join {old} as old on {same_row}"
    if bench.load == "months" and table.month:
        month = f"strftime({identifier(table.month)}, '%Y-%m')"
        moved = (
            f"select {month} from {new} where id not in ({same}) union all "
            f"select {month} from {old} as old anti join {new} as new on {same_row}"
        )
        same = f"select id from {new} where {month} not in ({moved})"
    bench.connection.execute(f"create temp table {_unchanged(table)} as {same}")


def _has_rows(bench: Bench, rows: str) -> bool:
    return bool(bench.rows(f"{rows} limit 1"))


def _touched_months(bench: Bench, table: Table, before: Files, new: str) -> set[str | None]:
    """Months that new rows are in, or that old rows of the same keys were in.

    None, the file of a table that is not kept by month, is always among them.
    """
    if table.month is None:
        return {None}
    month = f"strftime({identifier(table.month)}, '%Y-%m')"
    rows = bench.rows(
        f"select distinct {month} from ({new}) union "
        f"select distinct {month} from {scan(bench.warehouse, before)} as old "
        f"semi join ({new}) as new on {_same_key(table)}"
    )
    return {month for (month,) in rows} | {None}


def _kept_rows(bench: Bench, table: Table, old: Files) -> str:
    """A SELECT of the old rows that no new row replaces."""
    columns = ", ".join(_held(bench, table, old))
    new = _changed_rows(table)
    kept = (
        f"select {columns} from {scan(bench.warehouse, old)} as old "
        f"anti join ({new}) as new on {_same_key(table)}"
    )
    if bench.load == "months" and table.month:
        month = f"strftime({identifier(table.month)}, '%Y-%m')"
        kept += f" where {month} not in (select distinct {month} from ({new}))"
    return kept


def _held(bench: Bench, table: Table, files: Files) -> list[str]:
    """The contract's columns; null where files of an older contract have no such column."""
    present = {
        name for name, *_ in bench.rows(f"describe select * from {scan(bench.warehouse, files)}")
    }
    return [
        identifier(name) if name in present else f"null::{column.sql_type} as {identifier(name)}"
        for name, column in table.columns.items()
    ]


def _count_replaced(bench: Bench, table: Table, old: Files) -> int:
    rows = bench.rows(
        f"select count(*) from {scan(bench.warehouse, old)} as old "
        f"semi join ({_new_rows(table)}) as new on {_same_key(table)}"
    )
    return int(rows[0][0])


def _same_key(table: Table) -> str:
    return " and ".join(
        f"new.{column} is not distinct from old.{column}" for column in map(identifier, table.key)
    )
