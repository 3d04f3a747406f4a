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
    """The order of rows; of equal ones the newest order first, then by the id.

    Nulls come last, either way.

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
        ordered_at: When it was ordered.
        value: What it has in the order's column.
        backwards: Whether the page ends before it, rather than begins after it.
    """

    delivery_id: str
    ordered_at: datetime
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
    beyond, values = _beyond(order, start) if start else ("true", {})
    by = ", ".join(_by(order, backwards=bool(start and start.backwards)))
    select = names(dict.fromkeys((KEY, FILED, order.column, *columns)))
    return Statement(
        f"select {select} from deliveries where ({near}) and ({beyond}) "
        f"order by {by} limit {most:d}",
        values,
    )


def frontier(order: Order, start: Start | None, most: int) -> Statement:
    """The values of the order's column that come next, each as often as it occurs.

    One column is read for this; the rows are then looked for within these values.
    """
    column, back = identifier(order.column), bool(start and start.backwards)
    where, values = "true", {}
    if start:
        sign = "<=" if order.falling != back else ">="
        where, values = f"{column} {sign} $start_value", {"start_value": start.value}
    return Statement(
        f"select {column} as v from deliveries where {where} "
        f"order by {_by(order, backwards=back)[0]} limit {2 * most:d}",
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


def near(column: str, start: date, length: timedelta, *, rising: bool) -> Statement:
    """Condition: no further in time from where the page begins than so long."""
    bound = start + length if rising else start - length
    return Statement(f"{identifier(column)} {'<=' if rising else '>='} $near", {"near": bound})


def up_to(order: Order, value: object, *, backwards: bool) -> Statement:
    """Condition: no further in the order than a value."""
    sign = ">=" if order.falling != backwards else "<="
    return Statement(f"{identifier(order.column)} {sign} $last", {"last": value})


def equal_to(order: Order, value: object, also: Statement) -> Statement:
    """Condition: the order's column has one value, and a further condition holds."""
    column = identifier(order.column)
    if value is None:
        return Statement(f"{column} is null and {also.sql}", also.values)
    return Statement(f"{column} = $same and {also.sql}", {**also.values, "same": value})


def _by(order: Order, *, backwards: bool) -> list[str]:
    """The terms of the order, as SQL."""

    def term(column: str, *, falling: bool) -> str:
        return f"{identifier(column)} {'desc' if falling != backwards else 'asc'}"

    first = f"{term(order.column, falling=order.falling)} nulls {'first' if backwards else 'last'}"
    if order.column == KEY:
        return [first]
    newest = [] if order.column == FILED else [term(FILED, falling=True)]
    return [first, *newest, term(KEY, falling=False)]


def _beyond(order: Order, start: Start) -> tuple[str, dict[str, object]]:
    """Condition: a row comes after the start, or before it when looking back."""
    column, back = identifier(order.column), start.backwards
    sign = "<" if order.falling != back else ">"
    if order.column == KEY:
        return f"{KEY} {sign} $start_id", {"start_id": start.delivery_id}
    values: dict[str, object] = {"start_id": start.delivery_id, "start_at": start.ordered_at}
    same = f"{FILED} = $start_at and {KEY} {'<' if back else '>'} $start_id"
    if order.column == FILED:
        return f"{FILED} {sign} $start_at or ({same})", values
    same = f"{FILED} {'>' if back else '<'} $start_at or ({same})"
    if start.value is None:
        within = f"{column} is null and ({same})"
        return (f"{column} is not null or ({within})" if back else within), values
    values["start_value"] = start.value
    beyond = f"{column} {sign} $start_value or ({column} = $start_value and ({same}))"
    return (beyond if back else f"{beyond} or {column} is null"), values


def _places(values: Mapping[str, object]) -> str:
    return ", ".join(f"${name}" for name in values)
