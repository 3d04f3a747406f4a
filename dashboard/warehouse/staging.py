"""The workbench of one import: a throw-away DuckDB with the raw tables in it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import duckdb
import numpy as np

from dashboard.errors import SourceError
from dashboard.warehouse.functions import define_cells, define_local_time
from dashboard.warehouse.profile import RawTable
from dashboard.warehouse.reading import Layout, RawFile
from dashboard.warehouse.sql import identifier, literal, names, scalar

_MEMORY = "5GB"


@dataclass(frozen=True)
class Landed:
    """A file's records after they were read.

    Attributes:
        raw: Records that landed in the raw table.
        malformed: Records that could not be read.
    """

    file: RawFile
    table: str
    raw: int
    malformed: int


@contextmanager
def workbench(
    folder: Path, time_zone: str, threads: int
) -> Generator[duckdb.DuckDBPyConnection, None, None]:
    """A connection for one import, which spills into `folder` what memory cannot hold.

    Schemas: `raw` (what was read), `checked` (contract rows with their reasons) and
    `problems` (records that could not be read).
    """
    config: dict[str, str | int | float | list[str]] = {
        "memory_limit": _MEMORY,
        "temp_directory": str(folder / "spill"),
        "partitioned_write_flush_threshold": "65536",
        "autoinstall_known_extensions": "false",
        "TimeZone": "UTC",
    }
    connection = duckdb.connect(":memory:", config=config)
    if threads:
        connection.execute(f"set threads = {threads}")
    try:
        for schema in ("raw", "checked", "known", "contract", "finished"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table malformed (raw_table varchar, _file varchar, _line bigint, raw varchar)"
        )
        define_local_time(connection, time_zone)
        define_cells(connection)
        yield connection
    finally:
        connection.close()


def land(
    connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable, files: list[RawFile]
) -> list[Landed]:
    """Read the files of one raw table; Parquet keeps its types, CSV is text.

    Raises:
        SourceError: The records read are not the records counted.
    """
    if not files:
        columns = ", ".join(f"null::varchar as {identifier(c)}" for c in raw.all_columns)
        tail = "null::varchar as _file, null::bigint as _line"
        connection.execute(
            f"create view raw.{identifier(name)} as select {columns}, {tail} where false"
        )
        return []
    if all(file.is_parquet for file in files):
        return _land_parquet(connection, name, raw, files)
    if any(file.is_parquet for file in files):
        message = f"{raw.files} matches CSV and Parquet files; keep one kind"
        raise SourceError(message)
    _create_text_table(connection, name, raw)
    return [_land_csv(connection, name, raw, file) for file in files]


def _land_parquet(
    connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable, files: list[RawFile]
) -> list[Landed]:
    present = {column for file in files for column in file.columns}
    columns = [
        identifier(column) if column in present else f"null::varchar as {identifier(column)}"
        for column in raw.all_columns
    ]
    paths = ", ".join(literal(str(file.readable)) for file in files)
    connection.execute(
        f"create view raw.{identifier(name)} as select {', '.join(columns)}, "
        f"parse_filename(filename) as _file, file_row_number + 1 as _line "
        f"from read_parquet([{paths}], union_by_name=true, filename=true, "
        f"file_row_number=true, hive_partitioning=false)"
    )
    return [Landed(file, name, file.records, 0) for file in files]


def _create_text_table(connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable) -> None:
    columns = ", ".join(f"{identifier(column)} varchar" for column in raw.all_columns)
    connection.execute(
        f"create table raw.{identifier(name)} ({columns}, _file varchar, _line bigint)"
    )


def _land_csv(
    connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable, file: RawFile
) -> Landed:
    read = _read_csv(file, raw.delimiter)
    layout = cast("Layout", file.layout)
    try:
        connection.execute(
            f"create temp table landing as select *, row_number() over () as _record from {read}"
        )
    except duckdb.Error as refused:
        reason = str(refused).splitlines()[0]
        message = f"{file.path.name} cannot be read as CSV ({reason}); check its quotes"
        raise SourceError(message) from refused
    unread = _unread(connection)
    if max(unread, default=0) > len(layout.lengths):
        raise _miscounted(file, scalar(connection, "select count(*) from landing"), len(unread))
    wide = _wide(file, layout, unread)
    count = _drop(connection, file, layout, list(unread), list(wide))
    malformed = _note_malformed(connection, name, file, unread | wide)
    if count + len(malformed) != file.records:
        raise _miscounted(file, count, len(malformed))
    _add_lines(connection, name, file, layout.lines(malformed))
    connection.execute("drop table landing; drop table rejects; drop table reject_scans")
    return Landed(file, name, count, len(malformed))


def _miscounted(file: RawFile, read: int, malformed: int) -> SourceError:
    return SourceError(
        f"{file.path.name}: {file.records} records were counted but {read} read and "
        f"{malformed} refused; look for a stray quote in it"
    )


def _read_csv(file: RawFile, delimiter: str) -> str:
    columns = ", ".join(f"{literal(column)}: 'varchar'" for column in file.columns)
    return (
        f"read_csv({literal(str(file.readable))}, columns={{{columns}}}, header=true, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"', auto_detect=false, "
        "strict_mode=true, nullstr='', store_rejects=true, rejects_limit=0, "
        "rejects_table='rejects', rejects_scan='reject_scans', max_line_size=16777216)"
    )


def _unread(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """Raw text of the records that DuckDB could not read, by ordinal, from 1."""
    rows = connection.execute(
        "select line, coalesce(any_value(csv_line), '') from rejects group by line"
    ).fetchall()
    return {record: text.strip("\r\n") for record, text in rows}


def _wide(file: RawFile, layout: Layout, unread: Mapping[int, str]) -> dict[int, str]:
    """Raw text of the records with more fields than columns that DuckDB did read.

    It does where all fields too many are empty. They may well be the shift that an
    unquoted delimiter caused: then every value after it is in the wrong column.
    """
    found = [record for record in layout.wide(len(file.columns)) if record not in unread]
    if not found:
        return {}
    with file.readable.open("rb") as lines:
        texts = {}
        line = 1
        for record in map(int, found):
            first, length = int(layout.starts[record - 1]), int(layout.lengths[record - 1])
            next(islice(lines, first - line - 1, first - line), None) if first > line else None
            texts[record] = b"".join(islice(lines, length)).decode().strip("\r\n")
            line = first + length
    return texts


def _note_malformed(
    connection: duckdb.DuckDBPyConnection, name: str, file: RawFile, texts: Mapping[int, str]
) -> list[int]:
    """Keep the raw text of records that could not be read; returns their ordinals."""
    records = sorted(texts)
    starts = cast("Layout", file.layout).starts[np.array(records, int) - 1]
    connection.execute(
        "insert into malformed select ?, ?, unnest(?::bigint[]), unnest(?::varchar[])",
        [name, file.path.name, starts.tolist(), [texts[record] for record in records]],
    )
    return records


def oddly_spaced(landed: Sequence[Landed]) -> frozenset[str]:
    """Raw tables whose text is trimmed of all white space, not of spaces alone.

    Trimming a chosen set of characters takes four times as long.
    """
    return frozenset(one.table for one in landed if one.file.has_odd_space)


def _drop(
    connection: duckdb.DuckDBPyConnection,
    file: RawFile,
    layout: Layout,
    unread: list[int],
    wide: list[int],
) -> int:
    """Drop what DuckDB read and is no record, and count the rest.

    That is the records too wide and, of one column, the row that an empty line gives.
    """
    blanks_are_read = len(file.columns) == 1
    dropped = layout.blank.copy() if blanks_are_read else np.zeros_like(layout.blank)
    dropped[np.array(wide, int) - 1] = True
    if dropped.any():
        read = np.ones_like(layout.blank) if blanks_are_read else ~layout.blank
        read[[0, *(record - 1 for record in unread)]] = False
        rows = (np.flatnonzero(dropped[read]) + 1).tolist()
        kept = "select * replace (row_number() over () as _record) from landing where _record"
        connection.execute(
            f"create or replace temp table landing as {kept} not in (select unnest(?::bigint[]))",
            [rows],
        )
    return int(scalar(connection, "select count(*) from landing"))


def _add_lines(
    connection: duckdb.DuckDBPyConnection, name: str, file: RawFile, lines: np.ndarray
) -> None:
    """Move what landed into the raw table, each record with its line.

    Lines run ahead of records by a shift that changes only after a record of several
    lines, a blank line or one that could not be read.
    """
    shifts = lines - np.arange(1, len(lines) + 1)
    changes = np.flatnonzero(np.diff(shifts, prepend=-1))
    columns = names(file.columns)
    target = f"insert into raw.{identifier(name)} ({columns}, _file, _line) select {columns}, ?, "
    if len(changes) == 1:
        shift = int(shifts[0])
        connection.execute(f"{target} _record + ? from landing", [file.path.name, shift])
        return
    connection.execute(
        f"{target} _record + shift from landing asof join (select unnest(?::bigint[]) as since, "
        "unnest(?::bigint[]) as shift) on _record >= since order by _record",
        [file.path.name, (changes + 1).tolist(), shifts[changes].tolist()],
    )
