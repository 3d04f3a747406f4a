"""Questions to one snapshot under one policy: roll-ups, reports, filter options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from dashboard.access import Policy
from dashboard.benchmarks import Benchmark
from dashboard.catalog import Catalog, Dimension
from dashboard.churn import Churn
from dashboard.errors import ScopeError
from dashboard.faults import Faults
from dashboard.scope import Period, Scope
from dashboard.themes import Themes
from dashboard.warehouse import rollup
from dashboard.warehouse.engine import Engine, Kept
from dashboard.warehouse.filtering import where_conditions
from dashboard.warehouse.gate import tables_named
from dashboard.warehouse.mixes import Mixes
from dashboard.warehouse.rollup_tables import Question
from dashboard.warehouse.rows import Rows
from dashboard.warehouse.snapshots import Manifest
from dashboard.warehouse.terms import terms_scan
from dashboard.warehouse.trial_units import Trials


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
        return Mixes(self.catalog, columns, self.policy.id, self.fiscal_year_start, self._cut)

    @property
    def faults(self) -> Faults:
        """Whose fault declared reasons and evidence say it is, by today's file."""
        return self.engine.faults

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
        frames = []
        for (fact, _), found in rollup.by_model(self.catalog, metrics).items():
            where, cut = self._where(fact, scope)
            kept = {part: self._from_rollup(part, by, scope) for part in self._parts(found)}
            frames += [self.engine.query(one.sql, one.values) for one in kept.values() if one]
            rest = [name for part, one in kept.items() if one is None for name in part]
            frames += [
                self._query(statement.sql, {**statement.values, **where}, cut)
                for statement in self._statements(rest, by, scope)
            ]
        return frames

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
        asked = self.catalog.distribution(name)
        where, cut = self._where(asked.fact, scope)
        split = [self._column_dimension(one).name for one in (*by, *dict(scope.filters))]
        days = scope.period if since is None else "each"
        question = Question(asked.fact, asked.date, split, days, name)
        kept = None if scope.where else self.engine.rollup(question, self.policy)
        apart = rollup.Split(by, since)
        if kept is None:
            found = rollup.value_counts(self.catalog, asked, apart, scope)
            return self._query(found.sql, {**found.values, **where}, cut)
        found = rollup.value_counts(self.catalog, asked, apart, scope, self._source(kept))
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
        where, cut = self._where(self.catalog.metric(metrics[0]).fact, scope)
        return self._query(scan.sql, {**scan.values, **where}, cut)

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
            where, cut = self._where(fact, scope)
            values |= where
            conditions[fact] = [*conditions[fact], *cut.get(fact, ())]
        if values and not tables_named(report.sql) & set(conditions):
            message = f"report '{name}' knows no period and no filter; ask without them"
            raise ScopeError(message)
        return self._query(report.sql, values, conditions)

    def whole_report(self, name: str, days: Period | None = None) -> pl.DataFrame:
        """The rows of a report that no filter cuts, asked once: it never changes.

        Raises:
            UnknownNameError: No report has this name.
            AccessError: It reads a table that the policy does not show.
        """
        asked = f"report {name} {days}"
        return self.engine.once(asked, self.policy, lambda: self.report(name, Scope(days)))

    def values(self, dimension: str) -> list[str]:
        """The values of a dimension, sorted; '(none)' among them where it is null."""
        column = rollup.value_of(self._column_dimension(dimension))
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
        return self.engine.once("span", self.policy, self._span)

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
        return self.engine.once("targets", self.policy, self._targets).get(quarter, {})

    def sql(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> str:
        """The statements that answer `roll_up`, to read."""
        return "\n\n".join(
            rollup.pretty(statement.sql) for statement in self._statements(metrics, by, scope)
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

    def _where(
        self, fact: str, scope: Scope
    ) -> tuple[dict[str, object], dict[str, Sequence[str]]]:
        """The conditions on columns as they cut one model, and the values bound in them."""
        if not scope.where:
            return {}, {}
        known = self.engine.columns("deliveries", self.policy)
        values, conditions = where_conditions(scope, known)
        lacking = [one.column for one in scope.where
                   if one.column not in self.engine.columns(fact, self.policy)]  # fmt: skip
        if lacking:
            message = f"{fact} have no {lacking[0]}; leave out that condition"
            raise ScopeError(message)
        return values, {fact: conditions}

    def _cut(self, asked: rollup.Statement, fact: str, scope: Scope) -> pl.DataFrame:
        """Put a statement about the rows of one model, cut by columns too."""
        where, cut = self._where(fact, scope)
        return self._query(asked.sql, {**asked.values, **where}, cut)

    def _parts(self, metrics: Sequence[str]) -> list[tuple[str, ...]]:
        """Metrics that the same roll-ups hold; all of them where one roll-up holds all."""
        only_cells = tuple(n for n in metrics if self.catalog.metric(n).kept == "cells")
        each = tuple(n for n in metrics if self.catalog.metric(n).kept == "each")
        if not each or not only_cells:
            return [tuple(metrics)]
        return [tuple(n for n in metrics if n not in only_cells), only_cells]

    def _from_rollup(
        self, metrics: Sequence[str], by: Sequence[str], scope: Scope
    ) -> rollup.Statement | None:
        """The question put to a kept roll-up; None where only the rows can answer."""
        first = self.catalog.metric(metrics[0])
        split = [self.catalog.dimension(name) for name in (*by, *dict(scope.filters))]
        days = scope.period if not {"day", "week"} & {d.grain for d in split} else "each"
        columns = tuple(dict.fromkeys(d.name for d in split if d.column))
        if scope.where or any(d.grain for d in split[len(by) :]):
            return None
        asked = Question(first.fact, first.date, columns, days, metrics=tuple(metrics))
        found = self.engine.rollup(asked, self.policy)
        if found is None:
            return None
        return rollup.kept_scan(self.catalog, metrics, by, scope, self._source(found))

    def _source(self, kept: Kept) -> rollup.Source:
        return rollup.Source(
            kept.relation, kept.conditions, self.fiscal_year_start, kept.kept, kept.dimensions
        )

    def _statements(
        self, metrics: Sequence[str], by: Sequence[str], scope: Scope
    ) -> list[rollup.Statement]:
        return rollup.statements(self.catalog, metrics, by, scope, self.fiscal_year_start)

    def _column_dimension(self, name: str) -> Dimension:
        dimension = self.catalog.dimension(name)
        if dimension.column is None:
            message = f"'{name}' cuts time; ask for a period instead"
            raise ScopeError(message)
        return dimension

    def _query(
        self,
        sql: str,
        values: Mapping[str, Any],
        conditions: Mapping[str, Sequence[str]],
    ) -> pl.DataFrame:
        return self.engine.ask(sql, self.policy, values, conditions)
