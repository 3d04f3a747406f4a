"""Conditions on any column, as SQL: names from a closed list, values always bound."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Scope, Where
from dashboard.warehouse.sql import identifier

Columns = Mapping[str, str]
"""Column name -> DuckDB type."""

TEXT = "VARCHAR"
_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_WILD = ("\\", "%", "_")


def where_conditions(scope: Scope, columns: Columns) -> tuple[dict[str, object], list[str]]:
    """A scope's conditions on columns as SQL, and the values bound in them.

    Args:
        scope: Holds the conditions.
        columns: Of the deliveries, as the reader's policy shows them.

    Raises:
        UnknownNameError: A condition names no column.
        ScopeError: A value is none that the column can hold, or the test does not suit it.
    """
    values: dict[str, object] = {}
    conditions = []
    for number, where in enumerate(scope.where):
        kind = type_of(where.column, columns)
        name, place = identifier(where.column), f"where_{number}"
        if where.test in ("is empty", "is known"):
            conditions.append(f"{name} is {'not ' if where.test == 'is known' else ''}null")
            continue
        if where.test == "~":
            conditions.append(f"{_as_text(where, kind)} like ${place} escape '\\'")
            values[place] = f"%{_literally(where.value.lower())}%"
            continue
        values[place] = _read(where, kind)
        conditions.append(f"{name} {'<>' if where.test == '!=' else where.test} ${place}")
    return values, conditions


def type_of(column: str, columns: Columns) -> str:
    """The type of a column of the closed list.

    Raises:
        UnknownNameError: There is no such column.
    """
    if column not in columns:
        raise UnknownNameError.among("column", column, columns)  # noqa: EM101  (a kind)
    return columns[column]


def is_time(kind: str) -> bool:
    """Whether a type is a moment or a day."""
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def _as_text(where: Where, kind: str) -> str:
    if kind != TEXT:
        message = f"{where.column} is no text; compare it with =, >= or <="
        raise ScopeError(message)
    return f"lower({identifier(where.column)})"


def _literally(text: str) -> str:
    for sign in _WILD:
        text = text.replace(sign, f"\\{sign}")
    return text


def _read(where: Where, kind: str) -> object:
    """The value in the column's type."""
    read, what = _reader(kind)
    try:
        return read(where.value)
    except (ValueError, KeyError, InvalidOperation):
        message = f"{where.column} is {what}; '{where.value}' is none"
        raise ScopeError(message) from None


def _reader(kind: str) -> tuple[Callable[[str], object], str]:
    if kind == TEXT:
        return str, "text"
    if kind == "BOOLEAN":
        return lambda text: _YES[text.lower()], "yes or no"
    if kind == "DATE":
        return date.fromisoformat, "a day like 2026-09-30"
    if is_time(kind):
        return _moment, "a moment (UTC) like 2026-09-30T20:00"
    if kind == "DOUBLE":
        return _number, "a number"
    return _exact, "a number"


def _moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo:
        raise ValueError(text)
    return read


def _number(text: str) -> float:
    return float(_exact(text))


def _exact(text: str) -> Decimal:
    found = Decimal(text)
    if not found.is_finite():
        raise ValueError(text)
    return found
