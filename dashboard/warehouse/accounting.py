"""The account of an import: every record and every row ends up somewhere, and is counted.

reading:  records in the file = raw rows + malformed
contract: rows of the profile = accepted + quarantined (+ superseded within the import)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dashboard.errors import ProfileError, WarehouseError
from dashboard.warehouse.checking import SUPERSEDED
from dashboard.warehouse.profile import Profile, profile_error
from dashboard.warehouse.snapshots import DataFile, SourceFile, TableCount
from dashboard.warehouse.sql import identifier, literal, names
from dashboard.warehouse.staging import Landed
from dashboard.warehouse.writing import JUDGED, Bench, data_file, write_one

_REFUSED = f"_reasons is not null and _reasons <> ['{SUPERSEDED}']"


@dataclass(frozen=True)
class Checked:
    """What the contract check found in one table.

    Attributes:
        rows: Rows that the profile gave.
        superseded: Older rows, of this import or an earlier one, that a later one replaced.
        warnings: Accepted rows by warning.
    """

    rows: int
    superseded: int
    warnings: Mapping[str, int]


def write_quarantine(
    bench: Bench, landed: Sequence[Landed], snapshot: int
) -> tuple[DataFile, ...]:
    """Write every refused row: table, file, line, reasons and its raw text as JSON.

    A row that its profile made of several records has no line; it keeps the profile's
    row instead.
    """
    tables = _checked_tables(bench)
    refused = " union all ".join(
        f"select {literal(table)} as table_name, _file, _line, "
        f"array_to_string(_reasons, ', ') as reasons, _given, {_judged_by(table)} "
        f"from checked.{identifier(table)} where {_REFUSED}"
        for table in tables
    )
    bench.connection.execute(f"create temp table refused as {refused}")
    bench.connection.execute(
        "create temp table refused_raw (_file varchar, _line bigint, raw varchar)"
    )
    files = {name for (name,) in bench.rows("select distinct _file from refused")}
    for raw_table in sorted({one.table for one in landed if one.file.path.name in files}):
        bench.connection.execute(
            "insert into refused_raw select _file, _line, to_json(r)::varchar "
            f"from raw.{identifier(raw_table)} as r "
            "where (_file, _line) in (select (_file, _line) from refused)"
        )
    bench.connection.execute(
        "create temp view quarantine as "
        "select table_name, _file as file, _line as line, reasons, "
        f"coalesce(raw, _given) as raw, {names(JUDGED)} "
        "from refused left join refused_raw using (_file, _line) "
        "union all by name select raw_table as table_name, _file as file, _line as line, "
        "'malformed_row' as reasons, raw from malformed order by all"
    )
    path = bench.warehouse / "tables" / "quarantine" / f"{snapshot}-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_one(bench, "quarantine", path)
    return (data_file(bench.warehouse, path),)


def _judged_by(table: str) -> str:
    own = table == "deliveries"
    return ", ".join(
        identifier(name) if own else f"null::{kind} as {identifier(name)}"
        for name, kind in JUDGED.items()
    )


def count_tables(bench: Bench, checked: Mapping[str, Checked]) -> list[TableCount]:
    """Count what became of the rows of each table that the profile fills.

    Raises:
        WarehouseError: Rows were lost or doubled on the way.
    """
    reasons: dict[str, dict[str, int]] = {}
    for table, reason, count in bench.rows(
        "select table_name, reason, count(*) from (select table_name, "
        "unnest(string_split(reasons, ', ')) as reason from refused) group by all order by all"
    ):
        reasons.setdefault(table, {})[reason] = count
    refused = dict(bench.rows("select table_name, count(*) from refused group by table_name"))
    counts = []
    for table, found in checked.items():
        given = found.rows
        accepted, repeats = bench.rows(
            f"select count(*) filter (where _reasons is null), "
            f"count(*) filter (where _reasons = ['{SUPERSEDED}']) "
            f"from checked.{identifier(table)}"
        )[0]
        quarantined = refused.get(table, 0)
        if accepted + quarantined + repeats != given:
            message = (
                f"{table}: {given} rows came in but {accepted + quarantined + repeats} are "
                "accounted for; report this as a defect"
            )
            raise WarehouseError(message)
        if given:
            counts.append(
                TableCount(
                    table=table,
                    rows=given,
                    accepted=accepted,
                    quarantined=quarantined,
                    superseded=found.superseded,
                    reasons=reasons.get(table, {}),
                    warnings=found.warnings,
                )
            )
    return counts


def count_sources(bench: Bench, profile: Profile, landed: Sequence[Landed]) -> list[SourceFile]:
    """Count what became of the records of each file."""
    traced = _lines_taken(bench, profile)
    refused = dict(bench.rows("select _file, count(*) from refused group by _file"))
    stated = _stated_unused(bench, profile)
    read = {table for part in profile.parts for table in part.reads}
    sources = []
    for one in landed:
        file = one.file.path.name
        unused = stated.get(file)
        if file in traced:
            unused = one.raw - traced[file]
        elif unused is None and one.table not in read:
            unused = one.raw
        sources.append(
            SourceFile(
                file=file,
                records=one.file.records,
                raw=one.raw,
                malformed=one.malformed,
                unused=unused,
                refused=refused.get(file, 0) if file in traced else None,
                hash=one.file.digest,
            )
        )
    return sources


def _lines_taken(bench: Bench, profile: Profile) -> dict[str, int]:
    """Records of each file that some row of some table came from.

    Where every table takes over a file of its own, record by record, no line comes twice.
    """
    lines = "count(*)" if profile.passes_through else "count(distinct _line)"
    taken = " union all ".join(
        f"select _file, _line from checked.{identifier(table)} where _line is not null"
        for table in _checked_tables(bench)
    )
    return dict(bench.rows(f"select _file, {lines} from ({taken}) group by _file"))


def most_refused(bench: Bench, table: str) -> str:
    """Why no row of a table was accepted, in words; '' where it has none to refuse."""
    rows = bench.rows(
        f"select reason, count(*), (select count(*) from checked.{identifier(table)}) "
        f"from (select unnest(_reasons) as reason from checked.{identifier(table)}) "
        "group by reason order by count(*) desc, reason limit 1"
    )
    if not rows:
        return ""
    reason, count, given = rows[0]
    return f"none of the {given} rows of {table} was accepted ({count} {reason})"


def _stated_unused(bench: Bench, profile: Profile) -> dict[str, int]:
    if profile.unused is None:
        return {}
    bench.connection.execute("use raw")
    try:
        return {str(file): int(unused) for file, unused in bench.rows(profile.unused)}
    except duckdb.Error as wrong:
        raise profile_error(profile.name, "unused.sql", wrong) from wrong
    except (TypeError, ValueError) as wrong:
        message = f"profile {profile.name}, unused.sql gives no counts; select _file and unused"
        raise ProfileError(message) from wrong
    finally:
        bench.connection.execute("use main")


def _checked_tables(bench: Bench) -> list[str]:
    rows = bench.rows(
        "select table_name from information_schema.tables "
        "where table_schema = 'checked' order by table_name"
    )
    return [name for (name,) in rows]
