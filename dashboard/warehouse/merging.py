"""Bringing what was accepted together with the snapshot before.

Only months that a key was in or is in are written anew; the files of all other months
are carried over as they are.
"""

from dataclasses import dataclass

from dashboard.contract import Table
from dashboard.warehouse.sql import identifier, literal, names
from dashboard.warehouse.writing import Bench, Files, contract_view, month_of, scan


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
        _create_view(bench, table, _new_rows(table))
        superseded = _count_replaced(bench, table, before) if before else 0
        return Merge((), (), superseded, changed=is_new or bool(before))
    _set_aside_unchanged(bench, table, before)
    new = _changed_rows(table)
    is_new = _has_rows(bench, new)
    touched = (_touched_months(bench, table, before, new) if is_new else set()) | also
    rewritten = tuple(file for file in before if file.month in touched)
    carried = tuple(file for file in before if file.month not in touched)
    kept = f" union all by name {_kept_rows(bench, table, rewritten)}" if rewritten else ""
    _create_view(bench, table, f"{new}{kept}")
    superseded = _count_replaced(bench, table, before)
    return Merge(carried, rewritten, superseded, changed=is_new or bool(rewritten))


def is_written(bench: Bench, table: Table, merged: Merge, *, stored: bool) -> bool:
    """Whether new files are needed; a stored model has at least one, for its columns."""
    if bench.rows(f"select 1 from {contract_view(table)} limit 1"):
        return True
    return stored and not merged.carried


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
    named = f"select delivery_id from {contract_view(table)}"
    if replaced:
        named += f" union all select delivery_id from {scan(bench.warehouse, replaced)}"
    rows = bench.rows(
        f"select distinct {month_of(own)} from {scan(bench.warehouse, files)} "
        f"where delivery_id in ({named})"
    )
    return {month for (month,) in rows}


def _create_view(bench: Bench, table: Table, rows: str) -> None:
    """Create `contract.<table>`: rows, with the codes of their warnings, null where none."""
    warned = f", {_warnings(table)} as warnings" if table.warnings else ""
    bench.connection.execute(
        f"create view {contract_view(table)} as select *{warned} from ({rows})"
    )


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
