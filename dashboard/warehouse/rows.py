"""Deliveries one by one: a page of them, one with all that is known, all of them streamed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

import polars as pl

from dashboard.access import Policy
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import drill, index, rollup
from dashboard.warehouse.drill import KEY, Order, Start
from dashboard.warehouse.engine import Engine, named_in
from dashboard.warehouse.filtering import Columns, is_time, type_of, where_conditions
from dashboard.warehouse.gate import without
from dashboard.warehouse.snapshots import Manifest
from dashboard.warehouse.terms import terms_scan

TABLE = "deliveries"
BATCH = 4_096
"""Rows that are in memory at once while all of them are handed out."""

_DAY = "promised_date"
_PROMISES = ("committed_by", "promised_by", _DAY)
_ROUTE_DAYS = timedelta(days=45)
_SLACK = timedelta(days=2)


@dataclass(frozen=True)
class Rows:
    """The deliveries of one snapshot as one policy shows them."""

    manifest: Manifest
    policy: Policy
    engine: Engine

    @property
    def columns(self) -> Columns:
        """Names and types of all columns of a delivery."""
        return self.engine.columns(TABLE, self.policy)

    def page(
        self, columns: Sequence[str], order: Order, scope: Scope, start: Start | None, most: int
    ) -> pl.DataFrame:
        """The deliveries of a scope that come next in an order.

        Few columns are read with the keys, where the order leaves most rows unread. Of many
        columns only the keys' rows are read, in a second statement.

        Args:
            columns: Names from `columns`.
            order: Of the rows.
            scope: Period, filters and conditions.
            start: Beside which delivery the page lies; None for the first page.
            most: Rows.

        Returns:
            delivery_id and the columns, in the order.

        Raises:
            UnknownNameError: A column or dimension does not exist.
        """
        for name in (*columns, order.column):
            type_of(name, self.columns)
        own = columns if len(columns) <= drill.FEW else ()
        keys = self._keys(own, order, scope, start, most)
        if start and start.backwards:
            keys = keys.reverse()
        wanted = list(dict.fromkeys((KEY, *columns)))
        if own == columns or keys.is_empty():
            return keys.select(wanted) if own == columns else self._none(wanted)
        found = self._ask(drill.wide(columns, list(keys.select(KEY, drill.FILED).iter_rows())), {})
        return keys.select(KEY).join(found, on=KEY, how="left", maintain_order="left")

    def start(self, delivery_id: str, column: str, *, backwards: bool = False) -> Start:
        """Where a page beside a delivery begins, in the order of a column.

        Raises:
            UnknownNameError: There is no such column.
            ScopeError: There is no such delivery.
        """
        type_of(column, self.columns)
        sql = f"select {drill.names(dict.fromkeys((drill.FILED, column)))} from {TABLE}"
        found = self._about(sql, delivery_id).rows(named=True)
        if not found:
            message = f"there is no delivery '{delivery_id}' here; begin at the first page"
            raise ScopeError(message)
        return Start(delivery_id, found[0][drill.FILED], found[0][column], backwards)

    def count(self, scope: Scope) -> int:
        """How many deliveries a scope holds, cancelled ones too."""
        values, conditions = self._cut(scope)
        statement = rollup.Statement(f"select count(*) as n from {TABLE}", values)
        return int(self._ask(statement, {TABLE: conditions}).item())

    def one(self, report: str, delivery_id: str) -> pl.DataFrame:
        """The rows of a report about one delivery.

        Raises:
            UnknownNameError: No report has this name.
            AccessError: It reads a table that the policy does not show.
        """
        rule = self.policy.rule(TABLE)
        sql = self.engine.catalog.report(report).sql
        return self._about(without(sql, rule.hidden) if rule else sql, delivery_id)

    def terms(
        self, metrics: Sequence[str], columns: Sequence[str], delivery_id: str
    ) -> pl.DataFrame:
        """One delivery with its term of every metric, as `Reader.terms` gives many.

        Raises:
            UnknownNameError: A metric is not in the catalogue.
            CatalogError: The metrics are no shares of deliveries.
        """
        scan = terms_scan(self.engine.catalog, metrics, columns, Scope())
        return self._about(scan.sql, delivery_id)

    def route(self, report: str, route_id: str, day: date, ordered: datetime) -> pl.DataFrame:
        """The rows of a report about one route on one day.

        Routes may bear the same name every day, so the day is part of the question; only
        what was ordered within 45 days of one of its deliveries is looked for.
        """
        conditions = [
            "route_id = $route",
            f"coalesce(tried_date, {_DAY}) = $day",
            f"{drill.FILED} between $earliest and $latest",
        ]
        values = {
            "route": route_id,
            "day": day,
            "earliest": ordered - _ROUTE_DAYS,
            "latest": ordered + _ROUTE_DAYS,
        }
        first, last = (f"{values[end]:%Y-%m}" for end in ("earliest", "latest"))
        months = {TABLE: self.engine.narrowed.months(TABLE, first, last)}
        sql = self.engine.catalog.report(report).sql
        return self.engine.ask(sql, self.policy, values, {TABLE: conditions}, months)

    def stream(self, columns: Sequence[str], scope: Scope) -> Iterator[pl.DataFrame]:
        """All deliveries of a scope in no order, a bounded number at a time, the first none.

        Raises:
            UnknownNameError: A column or dimension does not exist.
        """
        for name in columns:
            type_of(name, self.columns)
        values, conditions = self._cut(scope)
        sql = f"select {drill.names(columns)} from {TABLE}"
        statement = self.engine.allow(sql, self.policy, {TABLE: conditions})
        yield self._none(columns)
        for batch in self.engine.stream(statement, named_in(statement, values), BATCH):
            yield pl.DataFrame(batch)

    def evidenced(self, delivery_ids: Sequence[str]) -> list[str]:
        """Those of some deliveries that an event carries evidence about, in no order.

        Raises:
            AccessError: The policy does not show events.
        """
        sql = (
            "select distinct delivery_id from events where evidence is not null "
            "and delivery_id in (select unnest($delivery_ids))"
        )
        asked = rollup.Statement(sql, {"delivery_ids": list(delivery_ids)})
        return self._ask(asked, {})["delivery_id"].to_list()

    def _none(self, columns: Sequence[str]) -> pl.DataFrame:
        """No delivery, with these columns."""
        sql = f"select {drill.names(columns)} from {TABLE}"
        return self._ask(rollup.Statement(sql, {}), {TABLE: ["1 = 0"]})

    def _keys(
        self,
        columns: Sequence[str],
        order: Order,
        scope: Scope,
        start: Start | None,
        most: int,
    ) -> pl.DataFrame:
        """Near where the page begins first: files say which of them can hold a value.

        The further condition is one on the order itself, so a page that is full is right.
        """
        values, conditions = self._cut(scope)
        for near in self._near(order, scope, start, most):
            statement = drill.keys(columns, order, start, most, near.sql)
            found = self._ask(statement, {TABLE: conditions}, {**values, **near.values})
            if found.height == most:
                return found
        return self._ask(drill.keys(columns, order, start, most), {TABLE: conditions}, values)

    def _near(
        self, order: Order, scope: Scope, start: Start | None, most: int
    ) -> Iterator[rollup.Statement]:
        back = bool(start and start.backwards)
        if order.column == KEY:
            return
        if is_time(type_of(order.column, self.columns)):
            rising = order.falling == back
            begins = start.value if start else self._first(order.column, scope, rising=rising)
            yield from _windows(order.column, begins, rising=rising)
            return
        values = self._frontier(order, scope, start, most)
        if len(values) < most:
            return
        if values[0] == values[-1]:
            is_beside = start is not None and start.value == values[0]
            begins = start.ordered_at if start and is_beside else None
            for one in _windows(drill.FILED, begins or self._newest(scope), rising=back):
                yield drill.equal_to(order, values[0], one)
            return
        ties = values.count(start.value) if start else 0
        last = values[min(most - 1 + ties, len(values) - 1)]
        if last is not None:
            yield drill.up_to(order, last, backwards=back)

    def _frontier(
        self, order: Order, scope: Scope, start: Start | None, most: int
    ) -> list[object]:
        """The values that come next; none where looking back from one that is not known."""
        if start and start.value is None:
            return [] if start.backwards else [None] * most
        values, conditions = self._cut(scope)
        found = self._ask(drill.frontier(order, start, most), {TABLE: conditions}, values)
        return found["v"].to_list()

    def _newest(self, scope: Scope) -> date | None:
        """No delivery of the scope was ordered after it, but for oddities."""
        newest = self._first(drill.FILED, scope, rising=False)
        if newest is None or scope.period is None:
            return newest
        return min(newest, datetime.combine(scope.period.end + _SLACK, datetime.min.time()))

    def _first(self, column: str, scope: Scope, *, rising: bool) -> date | None:
        """No value of the scope lies before it, in the direction of the order."""
        extent = self.engine.extents.of(column)
        if extent is None:
            return None
        first = extent[0] if rising else extent[1]
        if scope.period is None or column not in _PROMISES:
            return first
        bound = scope.period.start - _SLACK if rising else scope.period.end + _SLACK
        if isinstance(first, datetime):
            bound = datetime.combine(bound, datetime.min.time())
        return max(first, bound) if rising else min(first, bound)

    def _cut(self, scope: Scope) -> tuple[dict[str, object], list[str]]:
        """A scope as conditions on deliveries, and the values bound in them."""
        values, conditions = rollup.conditions_on(self.engine.catalog, scope, _DAY)
        also, further = where_conditions(scope, self.columns)
        return {**values, **also}, [*conditions, *further]

    def _about(self, sql: str, delivery_id: str) -> pl.DataFrame:
        """Run a statement, every table cut to the rows about one delivery."""
        held = self.engine.months_of(delivery_id)
        tables = [table.name for table in index.tables(self.engine.catalog)]
        months = {} if held is None else {table: held.get(table, ()) for table in tables}
        conditions = {table: [f"{KEY} = $delivery"] for table in tables}
        return self.engine.ask(sql, self.policy, {"delivery": delivery_id}, conditions, months)

    def _ask(
        self,
        statement: rollup.Statement,
        conditions: Mapping[str, Sequence[str]],
        also: Mapping[str, object] = MappingProxyType({}),
    ) -> pl.DataFrame:
        values = {**statement.values, **also}
        return self.engine.ask(statement.sql, self.policy, values, conditions)


def _windows(column: str, begins: object, *, rising: bool) -> Iterator[rollup.Statement]:
    """Conditions that look further and further; none where it is not known from where."""
    if isinstance(begins, date):
        for length in drill.WINDOWS:
            yield drill.near(column, begins, length, rising=rising)
