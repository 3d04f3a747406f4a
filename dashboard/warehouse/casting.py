"""From what a profile gives to a contract type: SQL that is null where a value cannot be read."""

from dashboard.contract import Column
from dashboard.warehouse.sql import identifier, literal

_DAY = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_TIME = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
_NAIVE = f"^{_DAY}([ T]{_TIME})?$"
_OFFSET = r"( ?Z| UTC| GMT| ?[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_WITH_OFFSET = f"^{_DAY}[ T]{_TIME}{_OFFSET}$"
_WHOLE = r"^[+-]?[0-9]+(\.0*)?$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def typed(name: str, column: Column, given: str, zone: str) -> str:
    """SQL that casts a cleaned column to its contract type, null where it cannot be."""
    value = identifier(name)
    if column.type == "text":
        return value if given == "VARCHAR" else f"cast({value} as varchar)"
    if column.type == "timestamp":
        return _moment(value, given, zone, "opening_of" if column.opens else "moment_of")
    if column.type == "date":
        return _day(value, given, zone)
    cast = f"try_cast({value} as {column.sql_type})"
    readable = _readable(value, column, given, cast)
    return f"case when {readable} then {cast} end" if readable else cast


def _readable(value: str, column: Column, given: str, cast: str) -> str | None:
    """SQL condition under which a cast keeps what is meant; None where it always does."""
    if column.type == "boolean":
        return None if given in ("VARCHAR", "BOOLEAN") else f"{value} in (0, 1)"
    if given == "VARCHAR":
        pattern = _WHOLE if column.type == "integer" else _NUMBER
        finite = f" and isfinite({cast})" if column.type == "number" else ""
        return f"regexp_matches({value}, {literal(pattern)}){finite}"
    if column.type == "integer":
        return f"{value} = floor({value})"
    return f"isfinite({value})" if given in ("DOUBLE", "FLOAT") else None


def _day(value: str, given: str, zone: str) -> str:
    """SQL for a local day; a time beside it is dropped, one of another zone is not read."""
    if given == "VARCHAR":
        readable = f"regexp_matches({value}, {literal(_NAIVE)})"
        return f"case when {readable} then try_cast({value} as date) end"
    if given == "TIMESTAMP WITH TIME ZONE":
        value = f"timezone({literal(zone)}, {value})"
    return f"case when isfinite({value}) then try_cast({value} as date) end"


def _moment(value: str, given: str, zone: str, reading: str) -> str:
    """SQL for a UTC moment: an offset in the text counts, else the part's zone does.

    `reading` is the function that reads a local time.
    """
    if given == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {value})"
    naive = f"try_cast({value} as timestamp)"
    if zone != "UTC":
        naive = f"{reading}({naive}, {literal(zone)})"
    if given != "VARCHAR":
        return naive
    stated = (
        f"timezone('UTC', try_cast(regexp_replace({value}, ' ([Z+-])', '\\1') as timestamptz))"
    )
    return (
        f"case when regexp_matches({value}, {literal(_NAIVE)}) then {naive} "
        f"when regexp_matches({value}, {literal(_WITH_OFFSET)}) then {stated} end"
    )
