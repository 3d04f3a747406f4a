"""Pages of rows, by key: the deliveries that come next in an order, and never an offset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.warehouse.rollup import Statement
from dashboard.warehouse.sql import identifier, names

KEY = "delivery_id"
FILED = "ordered_at"
"""The column whose month chooses a delivery's file."""

FEW = 16
"""Columns that are read with the keys; more are read of the rows found alone."""

WINDOWS = (timedelta(days=2), timedelta(days=16), timedelta(days=128))
"""How far to look from where a page in order of time begins, before looking everywhere."""


@dataclass(frozen=True)
class Order:
    """The order of rows; of equal ones, by the id. Nulls come last, either way.

    Attributes:
        column: Any column of the deliveries.
        falling: Whether the greatest comes first.
    """

    column: str = "committed_by"
    falling: bool = True


@dataclass(frozen=True)
class Start:
    """Where a page begins: next to a delivery that is not on it.

    Attributes:
        delivery_id: The delivery.
        value: What it has in the order's column.
        backwards: Whether the page ends before it, rather than begins after it.
    """

    delivery_id: str
    value: object
    backwards: bool = False


def keys(
    columns: Sequence[str], order: Order, start: Start | None, most: int, near: str = "true"
) -> Statement:
    """The rows that come next: id, the order's value, where they are filed, some columns.

    Args:
        columns: To read with the keys.
        order: Of the rows.
        start: Beside which delivery; None begins at the first.
        most: Rows.
        near: A further condition, whose values the caller binds.
    """
    column, backwards = identifier(order.column), bool(start and start.backwards)
    beyond, values = _beyond(order, start) if start else ("true", {})
    way = "desc" if order.falling != backwards else "asc"
    nulls = "first" if backwards else "last"
    by = f"{column} {way} nulls {nulls}, {KEY} {'desc' if backwards else 'asc'}"
    if order.column == KEY:
        by = f"{KEY} {way}"
    select = names(dict.fromkeys((KEY, FILED, order.column, *columns)))
    return Statement(
        f"select {select} from deliveries where ({near}) and ({beyond}) "
        f"order by {by} limit {most:d}",
        values,
    )


def wide(columns: Sequence[str], found: Sequence[tuple[str, datetime]]) -> Statement:
    """The columns of deliveries whose id and time of order are known, in no order."""
    ids = {f"id_{n}": delivery_id for n, (delivery_id, _) in enumerate(found)}
    times = {f"at_{n}": at for n, at in enumerate(dict.fromkeys(at for _, at in found))}
    select = names(dict.fromkeys((KEY, *columns)))
    return Statement(
        f"select {select} from deliveries where {FILED} in ({_places(times)}) "
        f"and {KEY} in ({_places(ids)})",
        ids | times,
    )


def near(order: Order, start: date, length: timedelta, *, rising: bool) -> Statement:
    """Condition: no further from where the page begins than so long."""
    column = identifier(order.column)
    bound = start + length if rising else start - length
    return Statement(f"{column} {'<=' if rising else '>='} $near", {"near": bound})


def _beyond(order: Order, start: Start) -> tuple[str, dict[str, object]]:
    """Condition: a row comes after the start, or before it when looking back."""
    column, back = identifier(order.column), start.backwards
    values: dict[str, object] = {"start_id": start.delivery_id}
    of_equals = f"{KEY} {'<' if back else '>'} $start_id"
    if order.column == KEY:
        sign = "<" if order.falling != back else ">"
        return f"{KEY} {sign} $start_id", values
    if start.value is None:
        same = f"{column} is null and {of_equals}"
        return (f"{column} is not null or ({same})" if back else same), values
    values["start_value"] = start.value
    sign = "<" if order.falling != back else ">"
    beyond = f"{column} {sign} $start_value or ({column} = $start_value and {of_equals})"
    return (beyond if back else f"{beyond} or {column} is null"), values


def _places(values: Mapping[str, object]) -> str:
    return ", ".join(f"${name}" for name in values)
