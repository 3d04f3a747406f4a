"""The workbench of one import: a throw-away DuckDB with the raw tables in it."""

import csv
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import cast

import duckdb
import numpy as np

from dashboard.errors import SourceError
from dashboard.themes import Themes
from dashboard.warehouse.functions import define_bands, define_cells, define_local_time
from dashboard.warehouse.profile import RawTable
from dashboard.warehouse.reading import Layout, RawFile
from dashboard.warehouse.sql import identifier, literal, names, scalar
from dashboard.warehouse.theming import define_themes

_MEMORY = "5GB"
_LONGEST_START = 2_000
_NO_THEMES = Themes(())


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
    folder: Path, time_zone: str, threads: int, themes: Themes = _NO_THEMES
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
        define_bands(connection)
        define_themes(connection, themes)
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
    paths = ", ".join(map(_path, files))
    connection.execute(
        f"create view raw.{identifier(name)} as select {', '.join(columns)}, "
        f"parse_filename(filename) as _file, file_row_number + 1 as _line "
        f"from read_parquet([{paths}], union_by_name=true, filename=true, "
        f"file_row_number=true, hive_partitioning=false)"
    )
    return [Landed(file, name, file.records, 0) for file in files]


def _path(file: RawFile) -> str:
    """A file's path as SQL, with the signs in it that would make it a pattern taken as such."""
    return literal(re.sub(r"[*?[]", r"[\g<0>]", str(file.readable)))


def _create_text_table(connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable) -> None:
    columns = ", ".join(f"{identifier(column)} varchar" for column in raw.all_columns)
    connection.execute(
        f"create table raw.{identifier(name)} ({columns}, _file varchar, _line bigint)"
    )


def _land_csv(
    connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable, file: RawFile
) -> Landed:
    layout = cast("Layout", file.layout)
    _insert(connection, name, raw, file)
    refused = _refused(connection)
    unread = list(refused)
    landed = _count(connection, name, file)
    read = _read(file, unread)
    if unread[-1:] > [len(layout.lengths)] or landed != len(read):
        raise _miscounted(file, landed, len(unread))
    wide = _wide(layout, unread)
    landed -= _drop(connection, name, file, read, wide)
    malformed = sorted([*unread, *wide])
    if landed + len(malformed) != file.records or not _in_step(file, raw, refused, wide):
        raise _miscounted(file, landed, len(malformed))
    _note_malformed(connection, name, file, malformed)
    _set_lines(connection, name, file, read)
    connection.execute("drop table rejects; drop table reject_scans")
    return Landed(file, name, landed, len(malformed))


def _insert(
    connection: duckdb.DuckDBPyConnection, name: str, raw: RawTable, file: RawFile
) -> None:
    """Read all records, each with the line it has if no other is blank, long or unread."""
    columns = names(file.columns)
    ahead = cast("Layout", file.layout).first_line - 1
    try:
        connection.execute(
            f"insert into raw.{identifier(name)} ({columns}, _file, _line) select {columns}, "
            f"{literal(file.path.name)}, row_number() over () + {ahead} "
            f"from {_read_csv(file, raw.delimiter)}"
        )
    except duckdb.Error as refused:
        file.refuse_change()
        reason = str(refused).splitlines()[0]
        message = f"{file.path.name} cannot be read as CSV ({reason}); check its quotes"
        raise SourceError(message) from refused
    file.refuse_change()


def _count(connection: duckdb.DuckDBPyConnection, name: str, file: RawFile) -> int:
    statement = f"select count(*) from raw.{identifier(name)} where _file = ?"
    return int(scalar(connection, statement, [file.path.name]))


def _miscounted(file: RawFile, read: int, malformed: int) -> SourceError:
    found = f"{file.records} records were counted but {read} read and {malformed} refused"
    if read + malformed == file.records:
        found = "the records that were read begin at other lines than those that were counted"
    return SourceError(f"{file.path.name}: {found}; look for a stray quote in it")


def _read_csv(file: RawFile, delimiter: str) -> str:
    columns = ", ".join(f"{literal(column)}: 'varchar'" for column in file.columns)
    return (
        f"read_csv({_path(file)}, columns={{{columns}}}, header=true, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"', auto_detect=false, "
        "compression='none', strict_mode=true, nullstr='', store_rejects=true, rejects_limit=0, "
        "rejects_table='rejects', rejects_scan='reject_scans', max_line_size=16777216)"
    )


def _refused(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """Records that DuckDB could not read: ordinals, from 1, rising, and how they begin."""
    rows = connection.execute(
        "select line, coalesce(min(csv_line), '') from rejects group by line order by line"
    ).fetchall()
    return dict(rows)


def _in_step(file: RawFile, raw: RawTable, refused: Mapping[int, str], wide: list[int]) -> bool:
    """Whether DuckDB ended every record where the count by quote parity did.

    Only after a stray quote could it be otherwise: both numbers may agree by chance.
    """
    layout = cast("Layout", file.layout)
    strays = (np.flatnonzero(layout.stray) + 1).tolist()
    if not strays:
        return True
    accepted = [record for record in strays if record not in refused]
    widths = [_fields(text, raw.delimiter) for text in layout.texts(file.readable, accepted)]
    texts = layout.texts(file.readable, list(refused))
    return all(
        width == len(file.columns) or (width > len(file.columns) and record in wide)
        for record, width in zip(accepted, widths, strict=True)
    ) and all(
        text == start or (len(start) >= _LONGEST_START and text.startswith(start))
        for text, start in zip(texts, map(_without_end, refused.values()), strict=True)
    )


def _fields(text: str, delimiter: str) -> int:
    """Number of fields where a text is one record whatever its stray quotes, else 0."""
    try:
        records = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return 0
    return len(records[0]) if len(records) == 1 else 0


def _without_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _wide(layout: Layout, unread: list[int]) -> list[int]:
    """Ordinals of the records with more fields than columns that DuckDB did read.

    It does where all fields too many are empty. They may well be the shift that an
    unquoted delimiter caused: then every value after it is in the wrong column.
    """
    wide = layout.wide.copy()
    wide[np.array([1, *unread]) - 1] = False
    return (np.flatnonzero(wide) + 1).tolist()


def _note_malformed(
    connection: duckdb.DuckDBPyConnection, name: str, file: RawFile, records: list[int]
) -> None:
    """Keep the raw text of records that could not be read."""
    if not records:
        return
    layout = cast("Layout", file.layout)
    starts = layout.starts[np.array(records) - 1].tolist()
    connection.execute(
        "insert into malformed select ?, ?, unnest(?::bigint[]), unnest(?::varchar[])",
        [name, file.path.name, starts, layout.texts(file.readable, records)],
    )


def oddly_spaced(landed: Sequence[Landed]) -> frozenset[str]:
    """Raw tables whose text is trimmed of all white space, not of spaces alone.

    Trimming a chosen set of characters takes four times as long.
    """
    return frozenset(one.table for one in landed if one.file.has_odd_space)


def _read(file: RawFile, unread: list[int]) -> np.ndarray:
    """Ordinals, from 1, of the records that DuckDB must have read, in file order.

    Of one column, it reads an empty line as a record.
    """
    layout = cast("Layout", file.layout)
    read = np.ones_like(layout.blank) if len(file.columns) == 1 else ~layout.blank
    known = [record for record in unread if record <= len(read)]
    read[np.array([1, *known]) - 1] = False
    return np.flatnonzero(read) + 1


def _drop(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    file: RawFile,
    read: np.ndarray,
    wide: list[int],
) -> int:
    """Drop what DuckDB read and is no record: empty lines, and records too wide."""
    layout = cast("Layout", file.layout)
    dropped = layout.blank.copy()
    dropped[np.array(wide, int) - 1] = True
    rows = np.flatnonzero(dropped[read - 1]) + layout.first_line
    if not len(rows):
        return 0
    connection.execute(
        f"delete from raw.{identifier(name)} where _file = ? "
        "and _line in (select unnest(?::bigint[]))",
        [file.path.name, rows.tolist()],
    )
    return len(rows)


def _set_lines(
    connection: duckdb.DuckDBPyConnection, name: str, file: RawFile, read: np.ndarray
) -> None:
    """Give each row its own first line.

    It is ahead of the one it was read with by a shift that changes only after a record of
    several lines, a blank line or one that could not be read.
    """
    layout = cast("Layout", file.layout)
    lines = layout.starts[read - 1]
    given = np.arange(len(lines)) + layout.first_line
    changes = np.flatnonzero(np.diff(lines - given, prepend=0))
    if not len(changes):
        return
    table = f"raw.{identifier(name)}"
    connection.execute(
        f"update {table} set _line = line from (select _line as given, _line + shift as line "
        f"from {table} asof join (select unnest($1::bigint[]) as since, "
        "unnest($2::bigint[]) as shift) on _line >= since where _file = $3) "
        "where _line = given and _file = $3",
        [given[changes].tolist(), (lines - given)[changes].tolist(), file.path.name],
    )
