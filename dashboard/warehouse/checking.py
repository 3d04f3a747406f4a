"""The contract check: every row of a profile is accepted, or set aside with its reasons.

Rows land in `checked.<table>`: typed contract columns (null where the profile gives
none), `_file`, `_line`, `_part` and `_reasons`, which is null for an accepted row.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import duckdb

from dashboard.contract import Column, Reference, Table
from dashboard.errors import ProfileError, SourceError, UnknownNameError
from dashboard.warehouse import casting
from dashboard.warehouse.profile import Part, Profile, profile_error
from dashboard.warehouse.sql import identifier, literal, names, scalar

SUPERSEDED = "superseded"
"""Marks a row that a later file of the same import replaces: neither kept nor refused."""

_SPACES = " \t\r\n\u00a0"
_MOMENTS = ("1900-01-01", "2200-01-01")
_DAYS = ("1900-01-01", "9999-12-31")


def create_checked(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create the empty table that accepted and refused rows of a contract table go to."""
    columns = ", ".join(f"{identifier(n)} {c.sql_type}" for n, c in table.columns.items())
    connection.execute(
        f"create table checked.{identifier(table.name)} ({columns}, _file varchar, "
        "_line bigint, _part integer, _reasons varchar[], _given varchar)"
    )


def check_part(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    profile: Profile,
    part: Part,
    oddly_spaced: frozenset[str],
) -> int:
    """Run one SELECT of a profile and judge its rows one by one.

    Args:
        connection: The workbench.
        table: The contract table that the SELECT fills.
        profile: Says the time zone.
        part: The SELECT.
        oddly_spaced: Raw tables whose text may begin or end in more than spaces.

    Returns:
        Number of rows the SELECT gave.

    Raises:
        ProfileError: The SELECT does not run, or gives columns outside the contract.
    """
    connection.execute("use raw")
    try:
        given = _given_columns(connection, table, profile, part)
        local = profile.time_zone if part.times == "local" else "UTC"
        trim = f", {literal(_SPACES)}" if part.reads & oddly_spaced else ""
        connection.execute(f"create or replace macro main.trimmed(value) as trim(value{trim})")
        statement = _check_statement(table, part, given, local)
        return int(scalar(connection, statement, [profile.parts.index(part)]))
    except duckdb.Error as wrong:
        _refuse_damaged_parquet(connection)
        raise profile_error(profile.name, part.file, wrong) from wrong
    finally:
        connection.execute("use main")


def set_aside_repeats(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Keep one row a key: the first within a file, the later file's among several.

    Returns:
        Number of rows superseded by a later file of the same import.
    """
    target = f"checked.{identifier(table.name)}"
    key = names(table.key)
    connection.execute(
        f"create or replace temp table repeated as select {key} from {target} "
        f"where _reasons is null group by {key} having count(*) > 1"
    )
    if scalar(connection, "select count(*) from repeated") == 0:
        return 0
    same = " and ".join(
        f"r.{column} is not distinct from t.{column}" for column in map(identifier, table.key)
    )
    own_key = ", ".join(f"t.{column}" for column in map(identifier, table.key))
    connection.execute(
        f"create or replace temp table ranked as select {own_key}, t.rowid as id, "
        f"t._part, t._file, row_number() over (partition by {own_key}, t._part, t._file "
        "order by t._line, t.rowid) as in_file "
        f"from {target} as t semi join repeated as r on {same} where t._reasons is null"
    )
    _set_aside(connection, table, "duplicate_key", "select id from ranked where in_file > 1")
    later = (
        f"update {target} set _reasons = ['{SUPERSEDED}'] where rowid in (select id from "
        f"(select id, row_number() over (partition by {key} order by _part desc, _file desc) "
        "as recency from ranked where in_file = 1) where recency > 1)"
    )
    return int(scalar(connection, later))


def set_aside_overlaps(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Refuse a period of validity that begins before an earlier one ends."""
    if table.period is None:
        return
    start, end = (identifier(column) for column in table.period)
    owner = names(column for column in table.key if column not in table.period)
    target = f"checked.{identifier(table.name)}"
    before = (
        f"max(coalesce({end}, date '9999-12-31')) over (partition by {owner} "
        f"order by {start} rows between unbounded preceding and 1 preceding)"
    )
    periods = connection.execute(
        f"select hash({owner}), rowid, {start}, {end} from {target} where _reasons is null "
        f"and ({owner}) in (select ({owner}) from {target} where _reasons is null "
        f"qualify {start} < {before}) order by 1, {start}, rowid"
    ).fetchall()
    _set_aside(connection, table, "overlap", "select unnest(?::bigint[])", [_overlapping(periods)])


def set_aside_unknown(
    connection: duckdb.DuckDBPyConnection, table: Table, *, may_still_come: bool
) -> dict[str, int]:
    """Refuse accepted rows that refer to nothing; count those that are only doubtful.

    `known.<table>` must show the accepted rows of every table, new and kept.

    Args:
        connection: The workbench.
        table: The contract table whose rows refer to others.
        may_still_come: Whether a later extract may bring what a row refers to; nothing
            is refused then.

    Returns:
        Number of accepted rows by code, of the references that only warn.
    """
    doubtful = {}
    connection.execute("use known")
    try:
        for reference in table.references:
            known = _known_values(connection, reference)
            if known is None:
                continue
            unknown = _unknown_rows(table, reference, known)
            if reference.unknown == "refuse" and not may_still_come:
                _set_aside(connection, table, reference.code, unknown)
            elif count := int(scalar(connection, f"select count(*) from ({unknown})")):
                doubtful[reference.code] = count
    finally:
        connection.execute("use main")
    return doubtful


def count_warnings(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    """Number of accepted rows by warning of their table; those that never occur left out.

    Findings look at other rows too: `known.<table>` must show them, new and kept.
    """
    accepted = f"checked.{identifier(table.name)} where _reasons is null"
    counted = {}
    if table.warnings:
        counts = ", ".join(
            f"count(*) filter (where {rule.when}) as {identifier(code)}"
            for code, rule in table.warnings.items()
        )
        found = connection.execute(f"select {counts} from {accepted}").fetchall()[0]
        counted = dict(zip(table.warnings, found, strict=True))
    for code, rule in table.findings.items():
        counted[code] = int(
            scalar(connection, f"select count(*) from {accepted} and ({rule.when})")
        )
    return {code: n for code, n in counted.items() if n}


def _known_values(connection: duckdb.DuckDBPyConnection, reference: Reference) -> str | None:
    """A SELECT of all values that may be referred to; None where there is no row at all."""
    sources = [
        f"select {identifier(column)} as value from known.{identifier(place)}"
        for place, column in reference.places
    ]
    together = " union all ".join(sources)
    return together if scalar(connection, f"select count(*) from ({together} limit 1)") else None


def _unknown_rows(table: Table, reference: Reference, known: str) -> str:
    """A SELECT of the accepted rows whose value is not known; values are looked up once."""
    column = identifier(reference.column)
    rows = f"(select rowid as id, * from checked.{identifier(table.name)})"
    judged = f"{rows} where _reasons is null and {column} is not null"
    if reference.where:
        judged += f" and ({reference.where})"
    values = f"select distinct {column} as value from {judged}"
    return (
        f"select id from {judged} and {column} in "
        f"(select value from ({values}) anti join ({known}) using (value))"
    )


def _set_aside(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    reason: str,
    rows: str,
    values: Sequence[object] = (),
) -> None:
    """Refuse accepted rows, chosen by a SELECT of their ids; each keeps what it held."""
    connection.execute(
        f"update checked.{identifier(table.name)} set _reasons = [{literal(reason)}], "
        f"_given = to_json({_row_of(table.columns)})::varchar where rowid in ({rows})",
        list(values),
    )


def _overlapping(periods: Iterable[tuple[int, int, date, date | None]]) -> list[int]:
    """Rows, of periods sorted by owner and start, that overlap one that is kept."""
    refused, last, taken_until = [], None, date.min
    for owner, row, start, end in periods:
        if owner != last:
            last, taken_until = owner, date.min
        if start < taken_until:
            refused.append(row)
        else:
            taken_until = end or date.max
    return refused


def _refuse_damaged_parquet(connection: duckdb.DuckDBPyConnection) -> None:
    """Tell a file whose pages cannot be read, though its foot can, from a wrong statement."""
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'raw' order by all"
    ).fetchall()
    for (table,) in views:
        try:
            connection.execute(f"select max(hash(r)) from raw.{identifier(table)} as r").fetchall()
        except duckdb.Error as damaged:
            reason = str(damaged).splitlines()[0]
            message = f"the files of raw table '{table}' are damaged ({reason}); export them again"
            raise SourceError(message) from damaged


def _given_columns(
    connection: duckdb.DuckDBPyConnection, table: Table, profile: Profile, part: Part
) -> dict[str, str]:
    """Columns of the SELECT and their DuckDB types."""
    described = connection.execute(f"describe {part.sql}").fetchall()
    given = {str(name): str(kind) for name, kind, *_ in described}
    where = f"profile {profile.name}, {part.file}"
    listed = [str(name).lower() for name, *_ in described]
    for name in given:
        if listed.count(name.lower()) > 1:
            message = f"{where} gives '{name}' twice; each name may stand once"
            raise ProfileError(message)
    for name in given:
        if name not in table.columns and name not in ("_file", "_line"):
            unknown = UnknownNameError.among(f"column of {table.name}", name, table.columns)
            message = f"{where}: {unknown}"
            raise ProfileError(message)
    for name in table.required:
        if name not in given:
            message = f"{where} gives no '{name}'; {table.name} requires it"
            raise ProfileError(message)
    for pair in table.together:
        alone = [name for name in pair if name in given]
        if len(alone) == 1:
            message = f"{where} gives '{alone[0]}' alone; give {' and '.join(pair)}, or neither"
            raise ProfileError(message)
    return given


def _check_statement(table: Table, part: Part, given: dict[str, str], zone: str) -> str:
    columns = {name: column for name, column in table.columns.items() if name in given}
    cleaned = ", ".join(_cleaned(name, given[name]) for name in columns)
    trace = ", ".join(name if name in given else f"null as {name}" for name in ("_file", "_line"))
    typed = ", ".join(
        f"{casting.typed(name, column, given[name], zone)} as {identifier('t ' + name)}"
        for name, column in columns.items()
    )
    refusals = [
        (condition, reason)
        for name, column in columns.items()
        for condition, reason in _refusals(name, column, key=name in table.key)
    ]
    refusals += _row_refusals(table, columns)
    bad = " or ".join(f"({condition})" for condition, _ in refusals)
    reasons = ", ".join(f"case when {c} then {literal(r)} end" for c, r in refusals)
    final = ", ".join(f"{identifier('t ' + name)} as {identifier(name)}" for name in columns)
    return (
        f"insert into checked.{identifier(table.name)} by name "
        f"with given as ({part.sql}), cleaned as (select {cleaned}, {trace} from given), "
        f"typed as (select *, {typed} from cleaned), "
        f"judged as (select *, {bad} as _is_bad from typed) "
        f"select {final}, _file, _line, ?::integer as _part, "
        f"case when _is_bad then list_filter([{reasons}], lambda r: r is not null) end "
        "as _reasons, "
        f"case when _is_bad then to_json({_row_of(columns)})::varchar end as _given from judged"
    )


def _row_of(columns: Iterable[str]) -> str:
    fields = ", ".join(f"{literal(name)}: {identifier(name)}" for name in columns)
    return f"{{{fields}}}"


def _cleaned(name: str, kind: str) -> str:
    column = identifier(name)
    return f"nullif(trimmed({column}), '') as {column}" if kind == "VARCHAR" else column


def _refusals(name: str, column: Column, *, key: bool) -> list[tuple[str, str]]:
    """Conditions, never null, under which one value refuses its row."""
    given, typed = identifier(name), identifier("t " + name)
    refusals = []
    if column.required:
        reason = "missing_key" if key else f"missing:{name}"
        refusals.append((f"{given} is null", reason))
    if column.type != "text":
        refusals.append((f"{given} is not null and {typed} is null", f"unparseable:{name}"))
    if column.values:
        known = ", ".join(literal(value) for value in column.values)
        outside = f"{typed} is not null and {typed} not in ({known})"
        refusals.append((outside, f"not_in_domain:{name}"))
    least, most = _range_of(column)
    limits = [
        f"{typed} {sign} {limit}"
        for sign, limit in (("<", least), (">", most))
        if limit is not None
    ]
    if limits:
        refusals.append((f"coalesce({' or '.join(limits)}, false)", f"out_of_range:{name}"))
    return refusals


def _range_of(column: Column) -> tuple[object, object]:
    """Least and most that a column may hold; times outside are some system's 'never'."""
    if column.type == "timestamp":
        return f"timestamp {literal(_MOMENTS[0])}", f"timestamp {literal(_MOMENTS[1])}"
    if column.type == "date":
        return f"date {literal(_DAYS[0])}", f"date {literal(_DAYS[1])}"
    return column.min, column.max


def _row_refusals(table: Table, columns: Iterable[str]) -> list[tuple[str, str]]:
    """Conditions on several values of a row."""
    present = set(columns)
    times = [identifier("t " + name) for name in table.known_times if name in present]
    refusals = [
        (f"coalesce({identifier('t ' + b)} < {identifier('t ' + a)}, false)", "impossible_order")
        for a, b in table.order
        if a in present and b in present
    ]
    for one, other in (pair for a, b in table.together for pair in ((a, b), (b, a))):
        if one in present:
            alone = f"{identifier(one)} is not null and {identifier(other)} is null"
            refusals.append((alone, f"missing:{other}"))
    if times:
        late = " or ".join(f"{time} > import_time()" for time in times)
        refusals.append((f"coalesce({late}, false)", "after_import_time"))
    return refusals
