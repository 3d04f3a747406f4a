"""Questions to one snapshot under one policy: roll-ups, reports, filter options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboard.access import Policy
from dashboard.benchmarks import Benchmark
from dashboard.catalog import Catalog, Dimension
from dashboard.churn import Churn
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stated import Factor
from dashboard.themes import Themes
from dashboard.warehouse import rollup, scoring
from dashboard.warehouse.engine import Engine
from dashboard.warehouse.gate import tables_named
from dashboard.warehouse.rollup_tables import Question
from dashboard.warehouse.scoring import Scores
from dashboard.warehouse.snapshots import Manifest


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
            UnknownNameError: A metric or dimension is not in the catalogue.
        """
        frames = []
        for found in rollup.by_model(self.catalog, metrics).values():
            kept = {part: self._from_rollup(part, by, scope) for part in self._parts(found)}
            frames += [self.engine.query(one.sql, one.values) for one in kept.values() if one]
            rest = [name for part, one in kept.items() if one is None for name in part]
            frames += [
                self._query(statement.sql, statement.values, {})
                for statement in self._statements(rest, by, scope)
            ]
        return rollup.stack(frames, metrics, by)

    def distribution(self, name: str, by: Sequence[str], scope: Scope) -> pl.DataFrame:
        """Count how often each value of a distribution occurs.

        Args:
            name: From the catalogue.
            by: Dimension names; cuts of time are refused.
            scope: Period and filters.

        Returns:
            One row per group and value: the dimensions, value (null ranks last: not
            arrived), rows. Sorted by group, then value.

        Raises:
            UnknownNameError: The distribution or a dimension is not in the catalogue.
            ScopeError: A dimension cuts time.
        """
        asked = self.catalog.distribution(name)
        split = [self._column_dimension(one).name for one in (*by, *dict(scope.filters))]
        question = Question(asked.fact, asked.date, split, scope.period, name)
        kept = self.engine.rollup(question, self.policy)
        if kept is None:
            found = rollup.value_counts(self.catalog, asked, by, scope, None)
            return self._query(found.sql, found.values, {})
        source = rollup.Source(kept.relation, kept.conditions, self.fiscal_year_start, kept.kept)
        found = rollup.value_counts(self.catalog, asked, by, scope, source)
        return self.engine.query(found.sql, found.values)

    def report(self, name: str, scope: Scope) -> pl.DataFrame:
        """The rows of a report, its models cut to a scope.

        Raises:
            UnknownNameError: No report has this name.
            ScopeError: It reads no model that a period or filter could cut.
            AccessError: It reads a table that the policy does not show.
        """
        report = self.catalog.report(name)
        values, conditions = rollup.scope_conditions(self.catalog, scope)
        if report.cuts is not None:
            conditions = {model: conditions[model] for model in report.cuts}
        if values and not tables_named(report.sql) & set(conditions):
            message = f"report '{name}' knows no period and no filter; ask without them"
            raise ScopeError(message)
        return self._query(report.sql, values, conditions)

    def strata(self, factors: Sequence[Factor], scope: Scope) -> pl.DataFrame:
        """Count due deliveries and breaches by every factor of the case mix and carrier.

        Returns:
            One row per combination: a text column per factor, carrier, due, late.
        """
        asked = scoring.strata(self.catalog, factors, scope)
        return self._query(asked.sql, asked.values, {})

    def scored(self, scores: Scores, by: Sequence[str], scope: Scope) -> pl.DataFrame:
        """Sum breaches beside what a fit of the case mix expects.

        Returns:
            One row per group, sorted: the dimensions, due, late, expected, variance (the
            sum of p·(1 − p) over its deliveries).

        Raises:
            UnknownNameError: A dimension is not in the catalogue.
        """
        asked = scoring.scored(self.catalog, scores, by, scope, self.fiscal_year_start)
        return self._query(asked.sql, asked.values, {})

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
        found = self.roll_up(("volume",), (), Scope())
        return Period(*found.row(0)[-2:]) if found.height else None

    def coverage(self, table: str) -> Coverage:
        """How many rows of a contract table hold each column.

        Raises:
            AccessError: The policy does not show the table.
        """
        contract = self.catalog.contract[table]
        counts = ", ".join(f'count("{name}") as "{name}"' for name in contract.columns)
        latest = f'cast(max("{contract.month}") as varchar)' if contract.month else "null"
        sql = f'select count(*) as "_rows", {latest} as "_latest", {counts} from {table}'
        found = self._query(sql, {}, {}).row(0, named=True)
        return Coverage(table, found.pop("_rows"), found.pop("_latest"), found)

    def shows(self, table: str) -> bool:
        """Whether the policy shows a contract table at all."""
        return self.engine.shows(table, self.policy)

    def targets(self, quarter: str) -> dict[tuple[str, str], float]:
        """Targets of a quarter ('2026Q3') by segment and metric; none if not shown."""
        if not self.shows("targets"):
            return {}
        found = self._query(
            "select segment, metric, target from targets where quarter = $quarter",
            {"quarter": quarter},
            {},
        )
        return {(segment, metric): target for segment, metric, target in found.iter_rows()}

    def sql(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> str:
        """The statements that answer `roll_up`, to read."""
        return "\n\n".join(
            rollup.pretty(statement.sql) for statement in self._statements(metrics, by, scope)
        )

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
        if any(d.grain for d in split[len(by) :]):
            return None
        asked = Question(first.fact, first.date, columns, days, metrics=tuple(metrics))
        found = self.engine.rollup(asked, self.policy)
        if found is None:
            return None
        source = rollup.Source(
            found.relation, found.conditions, self.fiscal_year_start, found.kept
        )
        return rollup.kept_scan(self.catalog, metrics, by, scope, source)

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
        """Every question goes through here: gate, policy, cursor."""
        statement = self.engine.allow(sql, self.policy, conditions)
        bound = {name: value for name, value in values.items() if f"${name}" in statement}
        return self.engine.query(statement, bound)
