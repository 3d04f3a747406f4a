"""Questions to one snapshot under one policy: roll-ups, reports, filter options."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

import polars as pl

from dashboard.access import Policy
from dashboard.benchmarks import Benchmark
from dashboard.catalog import Catalog
from dashboard.churn import Churn
from dashboard.errors import ScopeError
from dashboard.faults import Faults
from dashboard.scope import Period, Scope
from dashboard.themes import Themes
from dashboard.warehouse import rollup
from dashboard.warehouse.engine import Engine
from dashboard.warehouse.gate import tables_named
from dashboard.warehouse.mixes import Mixes
from dashboard.warehouse.rollup_tables import Question
from dashboard.warehouse.rows import Rows
from dashboard.warehouse.snapshots import Manifest
from dashboard.warehouse.sourcing import Sources
from dashboard.warehouse.terms import terms_scan
from dashboard.warehouse.trial_units import Trials

T = TypeVar("T")


@dataclass(frozen=True)
class Coverage:
    """What a table holds.

    Attributes:
        latest: Its newest row's time, by the column that chooses its month; None without.
        held: Rows that hold each column.
    """

    table: str
    rows: int
    latest: str | None
    held: Mapping[str, int]


@dataclass(frozen=True)
class Reader:
    """One snapshot as one policy shows it. Safe to share between threads.

    Attributes:
        manifest: The snapshot's manifest.
        policy: Whose rows and columns are shown.
        fiscal_year_start: Month in which quarter 1 begins.
    """

    manifest: Manifest
    policy: Policy
    fiscal_year_start: int
    engine: Engine

    @property
    def catalog(self) -> Catalog:
        """Metrics, dimensions and reports by name."""
        return self.engine.catalog

    @property
    def _sources(self) -> Sources:
        return Sources(self.engine, self.policy, self.fiscal_year_start)

    @property
    def themes(self) -> Themes:
        """What keywords stand for, by today's file."""
        return self.engine.themes

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Published figures, by today's files."""
        return self.engine.benchmarks

    @property
    def churn(self) -> Churn:
        """What a breach is assumed to put at risk, by today's file."""
        return self.engine.churn

    @property
    def rows(self) -> Rows:
        """The deliveries one by one."""
        return Rows(self.manifest, self.policy, self.engine)

    @property
    def trials(self) -> Trials:
        """The experiments that the policy shows."""
        shown = self.shows("experiments") and self.shows("assignments")
        return Trials(
            self.catalog, partial(self._query, conditions={}), shown, self.engine.longest_lag
        )

    @property
    def mixes(self) -> Mixes:
        """What makes deliveries hard, and what a fit of it lets expect."""
        columns = partial(self.engine.columns, policy=self.policy)
        return Mixes(self.catalog, columns, self.policy.id, self.fiscal_year_start, self._of_rows)

    @property
    def faults(self) -> Faults:
        """Whose fault declared reasons and evidence say it is, by today's file."""
        return self.engine.faults

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What this snapshot and policy answer to a question, worked out once: see `Memory`.

        Args:
            key: All else that the answer depends on, its kind among it.
            make: Works the answer out.
        """
        return self.engine.memory.once((self.policy.id, key), make)

    def roll_up(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> pl.DataFrame:
        """Sum metrics over the rows of a scope, split by dimensions.

        Metrics of one model and date share one scan.

        Args:
            metrics: Names from the catalogue.
            by: Dimension names; a null value becomes '(none)'.
            scope: Period and filters.

        Returns:
            One row per metric and group that has any row: metric, the dimensions, numerator,
            denominator (both Decimal, exact; denominator null for a count), first_day
            and last_day of its rows. Sorted by metric as asked, then group.

        Raises:
            UnknownNameError: A metric, dimension or column does not exist.
            ScopeError: A condition cannot be read, or the metric's model lacks its column.
        """
        return rollup.stack(self.sums(metrics, by, scope), metrics, by)

    def sums(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> list[pl.DataFrame]:
        """As `roll_up`, a metric in three columns: for thousands of days at once.

        Returns:
            One frame per scan, one row per group that has any row of its model: the
            dimensions and, per metric, its numerator, denominator and rows, named
            `metric.part`. Without any row of a metric, `metric.rows` is 0. In no order.

        Raises:
            UnknownNameError: A metric or dimension is not in the catalogue.
        """
        statements = self._sources.of_sums(metrics, by, scope)
        return [self.engine.query(one.sql, one.values) for one in statements]

    def keeps(self, metrics: Sequence[str], by: Sequence[str]) -> bool:
        """Whether small roll-ups hold the sums of metrics over the whole snapshot.

        What is made of them may then be kept with it, whatever the period looked at.
        """
        return self._sources.keeps(metrics, by)

    def distribution(
        self, name: str, by: Sequence[str], scope: Scope, since: date | None = None
    ) -> pl.DataFrame:
        """Count how often each value of a distribution occurs.

        Args:
            name: From the catalogue.
            by: Dimension names; cuts of time are refused.
            scope: Period and filters.
            since: Tells days from this one on from earlier ones, in one pass.

        Returns:
            One row per group and value: the dimensions, `is_since` where it was asked,
            value (null ranks last: not arrived), rows. Sorted by all of these.

        Raises:
            UnknownNameError: The distribution or a dimension is not in the catalogue.
            ScopeError: A dimension cuts time.
        """
        found = self._sources.of_values(name, by, scope, since)
        return self.engine.query(found.sql, found.values)

    def terms(self, metrics: Sequence[str], columns: Sequence[str], scope: Scope) -> pl.DataFrame:
        """The rows of a model, each with its term of every metric.

        Args:
            metrics: Shares of rows of one model.
            columns: Columns of that model.
            scope: Period and filters.

        Returns:
            The columns, then one column per metric: 1 where the row is in the numerator, 0
            where it is in the denominator alone, null where it is in neither. In no order.

        Raises:
            UnknownNameError: A metric is not in the catalogue.
            CatalogError: The metrics are no shares of rows of one model.
        """
        scan = terms_scan(self.catalog, metrics, columns, scope)
        return self._of_rows(self.catalog.metric(metrics[0]).fact, scan, scope)

    def report(self, name: str, scope: Scope) -> pl.DataFrame:
        """The rows of a report, its models cut to a scope.

        Raises:
            UnknownNameError: No report has this name.
            ScopeError: It reads no model that a period or filter could cut.
            AccessError: It reads a table that the policy does not show.
        """
        report = self.catalog.report(name)
        if report.params != "scope":
            message = f"report '{name}' is about one {report.params}; ask 'doorstep delivery ID'"
            raise ScopeError(message)
        values, conditions = rollup.scope_conditions(self.catalog, scope)
        if report.cuts is not None:
            conditions = {model: conditions[model] for model in report.cuts}
        for fact in tables_named(report.sql) & set(conditions):
            where, cut = self._sources.where(fact, scope)
            values |= where
            conditions[fact] = [*conditions[fact], *cut.get(fact, ())]
        if values and not tables_named(report.sql) & set(conditions):
            message = f"report '{name}' knows no period and no filter; ask without them"
            raise ScopeError(message)
        return self._query(report.sql, values, conditions)

    def _of_rows(self, fact: str, scan: rollup.Statement, scope: Scope) -> pl.DataFrame:
        found = self._sources.allowed(fact, scan, scope)
        return self.engine.query(found.sql, found.values)

    def whole_report(self, name: str, days: Period | None = None) -> pl.DataFrame:
        """The rows of a report that no filter cuts, asked once: it never changes.

        Raises:
            UnknownNameError: No report has this name.
            AccessError: It reads a table that the policy does not show.
        """
        return self.once(("report", name, days), lambda: self.report(name, Scope(days)))

    def values(self, dimension: str) -> list[str]:
        """The values of a dimension, sorted; '(none)' among them where it is null."""
        column = rollup.value_of(self._sources.column_dimension(dimension))
        asked = Question("deliveries", "promised_date", (dimension,), None)
        kept = self.engine.rollup(asked, self.policy)
        if kept:
            where = " and ".join(kept.conditions) or "true"
            sql = (
                f'select distinct "{dimension}" as v from {kept.relation} where {where} order by v'
            )
            return self.engine.query(sql, {})["v"].to_list()
        found = self._query(f"select distinct {column} as v from deliveries order by v", {}, {})
        return found["v"].to_list()

    def span(self) -> Period | None:
        """First and last local day with a promise, due or not; None without any."""
        return self.once("span", self._span)

    def coverage(self, table: str) -> Coverage:
        """How many rows of a contract table hold each column that the policy shows.

        Raises:
            AccessError: The policy does not show the table.
        """
        contract = self.catalog.contract[table]
        shown = self.engine.columns(table, self.policy)
        named = [name for name in contract.columns if name in shown]
        counts = ", ".join(f'count("{name}") as "{name}"' for name in named)
        latest = f'cast(max("{contract.month}") as varchar)' if contract.month else "null"
        sql = f'select count(*) as "_rows", {latest} as "_latest", {counts} from {table}'
        found = self._query(sql, {}, {}).row(0, named=True)
        return Coverage(table, found.pop("_rows"), found.pop("_latest"), found)

    def shows(self, table: str) -> bool:
        """Whether the policy shows a contract table at all."""
        return self.engine.shows(table, self.policy)

    def targets(self, quarter: str) -> dict[tuple[str, str], float]:
        """Targets of a quarter ('2026Q3') by segment and metric; none if not shown."""
        return self.once("targets", self._targets).get(quarter, {})

    def sql(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> str:
        """The statements that answer `roll_up`, to read."""
        return "\n\n".join(
            rollup.pretty(statement.sql) for statement in self._sources.scans(metrics, by, scope)
        )

    def _span(self) -> Period | None:
        found = self.roll_up(("volume",), (), Scope())
        return Period(*found.row(0)[-2:]) if found.height else None

    def _targets(self) -> dict[str, dict[tuple[str, str], float]]:
        """All targets, by quarter."""
        found: dict[str, dict[tuple[str, str], float]] = {}
        if self.shows("targets"):
            rows = self._query("select quarter, segment, metric, target from targets", {}, {})
            for quarter, segment, metric, target in rows.iter_rows():
                found.setdefault(quarter, {})[segment, metric] = target
        return found

    def _query(
        self,
        sql: str,
        values: Mapping[str, Any],
        conditions: Mapping[str, Sequence[str]],
    ) -> pl.DataFrame:
        return self.engine.ask(sql, self.policy, values, conditions)
