"""What of a customer's rows is forgotten, told in SQL: one rule per table.

A rule gives each column's new value; a row without anything to forget comes out as it was.
So a second run finds nothing to do, and files without such rows are left untouched.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import h3ronpy
import pyarrow as pa

from dashboard.warehouse.sql import identifier, literal, scalar

CELL_RESOLUTION = 5
"""Of the H3 cells that stay: about 250 square kilometres each."""

_FORM = "^retained-[0-9a-f]{24}$"
_CUSTOMER = " left join aged_customers as c on t.customer_id = c.old_id"
_DELIVERY = " left join deliveries_judged as d on t.delivery_id = d.delivery_id"
_ORDER = " left join aged_orders as o on t.order_id = o.old_id"
_CELL = " left join coarse_cells as h on t.cell = h.cell"
_NO_PERSON = (
    "calendar", "capacity", "carriers", "costs", "exclusion_windows", "experiments",
    "forecasts", "ledger", "routes", "targets", "zones",
)  # fmt: skip
"""Contract tables whose refused rows say nothing about a customer."""


@dataclass(frozen=True)
class Rule:
    """How the rows of one table change.

    Attributes:
        joins: SQL after the table `t` that brings in what the values need.
        values: New value of each column that may change, as SQL.
    """

    joins: str
    values: Mapping[str, str]

    def rewritten(self, source: str) -> str:
        """A SELECT of all rows of a source, as they are to be kept."""
        values = ", ".join(f"{value} as {name}" for name, value in self.values.items())
        return f"select t.* replace ({values}) from {source} as t{self.joins}"

    def changes(self, source: str) -> str:
        """A SELECT of one row: how many rows change, in each column."""
        counts = ", ".join(
            f"count(*) filter (where t.{name} is distinct from {value})"
            for name, value in self.values.items()
        )
        return f"select {counts} from {source} as t{self.joins}"


def rules(cut: datetime) -> dict[str, Rule]:
    """What changes, by table, once `find_aged` has run on the connection.

    A row that names no customer and no known delivery is judged by its own time.
    """
    of_delivery = "coalesce(d.is_aged, t.{} < " + f"timestamp '{cut}')"
    survey, event = of_delivery.format("sent_at"), of_delivery.format("occurred_at")
    contact = (
        "(c.old_id is not null or coalesce(d.is_aged, "
        f"t.customer_id is null and t.opened_at < timestamp '{cut}'))"
    )
    new_id = {"customer_id": "coalesce(c.new_id, t.customer_id)"}
    places = ("latitude", "longitude")
    return {
        "deliveries": Rule(
            _CUSTOMER + _DELIVERY + _ORDER + _CELL,
            new_id
            | {"order_id": "case when d.is_aged then o.new_id else t.order_id end"}
            | _cleared("d.is_aged", *places, "postcode")
            | {"cell": _coarse("d.is_aged")},
        ),
        "surveys": Rule(
            _CUSTOMER + _DELIVERY + _CELL,
            new_id | _cleared(survey, "comment") | {"cell": _coarse(survey)},
        ),
        "events": Rule(_DELIVERY, _cleared(event, *places, "evidence")),
        "contacts": Rule(_CUSTOMER + _DELIVERY, new_id | _cleared(contact, "text")),
        "customers": Rule(_CUSTOMER, new_id | _cleared("c.old_id is not null", "account")),
        "segment_assignments": Rule(_CUSTOMER, new_id),
        "assignments": Rule(
            " left join stored.experiments as e on t.experiment_id = e.experiment_id"
            " left join aged_customers as c on e.unit = 'customer' and t.unit_id = c.old_id",
            {"unit_id": "coalesce(c.new_id, t.unit_id)"},
        ),
        "quarantine": Rule(
            f"{_DELIVERY} left join refused_of_aged as r on t.raw = r.raw",
            {"raw": f"case when {_may_stay(cut)} then t.raw end"},
        ),
    }


def find_aged(connection: duckdb.DuckDBPyConnection, cut: datetime, active: str) -> int:
    """Find the customers, deliveries and orders whose rows are to be forgotten.

    Args:
        connection: Shows the snapshot's tables in the schema `stored`.
        cut: Customers whose last delivery was ordered before this moment, UTC. One without
            a delivery is judged by the last that is known of them.
        active: Source of deliveries whose customers stay if one was ordered since the cut.

    Returns:
        Number of customers who get a new id.
    """
    _coarsen_cells(connection)
    since = f"timestamp '{cut}'"
    connection.execute(
        "create temp table last_seen as "
        "select customer_id, max(ordered_at) as last from stored.deliveries "
        "where customer_id is not null group by 1 "
        f"union all select customer_id, max(seen) from ({_seen_elsewhere()}) "
        "where customer_id not in (select customer_id from stored.deliveries "
        "where customer_id is not null) group by 1"
    )
    _name_anew(
        connection,
        "aged_customers",
        f"select customer_id as id from last_seen where last < {since} and customer_id not in "
        f"(select customer_id from {active} where ordered_at >= {since} "
        "and customer_id is not null)",
    )
    connection.execute(
        "create temp table deliveries_judged as select delivery_id, order_id, "
        f"c.old_id is not null or (t.customer_id is null and ordered_at < {since}) as is_aged "
        f"from stored.deliveries as t{_CUSTOMER}"
    )
    _name_anew(
        connection,
        "aged_orders",
        "select distinct order_id as id from deliveries_judged where is_aged",
    )
    connection.execute(
        "create temp table refused_of_aged as select distinct raw from stored.quarantine "
        ", unnest(case when json_valid(raw) then json_extract_string(raw, '$.*') end) as v(id) "
        "where id in (select old_id from aged_customers)"
    )
    anew = "select count(*) from aged_customers where old_id <> new_id"
    return int(scalar(connection, anew))


def count_changes(
    connection: duckdb.DuckDBPyConnection, rule: Rule, source: str
) -> dict[str, int]:
    """Number of rows that change, by column; columns in which none does are left out."""
    found = connection.execute(rule.changes(source)).fetchall()[0]
    return {name: int(n) for name, n in zip(rule.values, found, strict=True) if n}


def _seen_elsewhere() -> str:
    return (
        "select customer_id, first_order_at as seen from stored.customers "
        "union all select customer_id, opened_at from stored.contacts "
        "where customer_id is not null "
        "union all select customer_id, valid_from from stored.segment_assignments "
        "union all select unit_id, assigned_at from stored.assignments "
        "join stored.experiments using (experiment_id) where unit = 'customer'"
    )


def _name_anew(connection: duckdb.DuckDBPyConnection, table: str, ids: str) -> None:
    """Give each id a random new one; one that was given before stays.

    The new ids come from the operating system: from none of them can another be told.
    """
    connection.execute(f"create temp table old_ids as {ids}")
    count = int(scalar(connection, "select count(*) from old_ids"))
    connection.execute(
        f"create temp table {identifier(table)} as select id as old_id, "
        f"case when regexp_matches(id, {literal(_FORM)}) then id else new_id end as new_id "
        "from old_ids positional join (select unnest(?::varchar[]) as new_id)",
        [[f"retained-{secrets.token_hex(12)}" for _ in range(count)]],
    )
    connection.execute("drop table old_ids")


def _cleared(is_aged: str, *columns: str) -> dict[str, str]:
    return {column: f"case when {is_aged} then null else t.{column} end" for column in columns}


def _coarse(is_aged: str) -> str:
    return f"case when {is_aged} then h.coarse else t.cell end"


def _may_stay(cut: datetime) -> str:
    """SQL: a refused row is of a table without people, or known to be of one who stays."""
    impersonal = ", ".join(map(literal, _NO_PERSON))
    return (
        f"t.table_name in ({impersonal}) or (r.raw is null and "
        f"coalesce(not d.is_aged, t.promised_by >= timestamp '{cut}', false))"
    )


def _coarsen_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Find the larger H3 cell around every cell; h3ronpy leaves out what has none."""
    rows = connection.execute(
        "select cell from stored.deliveries where cell is not null "
        "union select cell from stored.surveys where cell is not null"
    ).fetchall()
    cells = pa.array([cell for (cell,) in rows], pa.string())
    larger = h3ronpy.change_resolution(h3ronpy.cells_parse(cells), CELL_RESOLUTION)
    connection.execute(
        "create temp table coarse_cells as select unnest(?::varchar[]) as cell, "
        "unnest(?::varchar[]) as coarse",
        [cells.to_pylist(), pa.array(h3ronpy.cells_to_string(larger)).to_pylist()],
    )
