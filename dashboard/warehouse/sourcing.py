"""Where an answer comes from: a kept roll-up that is split finely enough, or the rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.access import Policy
from dashboard.catalog import Catalog, Dimension
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import rollup
from dashboard.warehouse.engine import Engine, Kept, named_in
from dashboard.warehouse.filtering import where_conditions
from dashboard.warehouse.rollup import Statement
from dashboard.warehouse.rollup_tables import Question

_SMALL = 100_000


@dataclass(frozen=True)
class Sources:
    """What a policy may read of a snapshot, as statements that are ready to run.

    Attributes:
        fiscal_year_start: Month in which quarter 1 begins.
    """

    engine: Engine
    policy: Policy
    fiscal_year_start: int

    @property
    def catalog(self) -> Catalog:
        """Metrics and dimensions by name."""
        return self.engine.catalog

    def of_sums(
        self, metrics: Sequence[str], by: Sequence[str], scope: Scope
    ) -> Iterator[Statement]:
        """Sums of metrics, one statement per scan."""
        for (fact, _), found in rollup.by_model(self.catalog, metrics).items():
            for stretch in self._stretches(found, by, scope):
                kept = {part: self._kept_sums(part, by, stretch) for part in self._parts(found)}
                yield from (one for one in kept.values() if one)
                rest = [name for part, one in kept.items() if one is None for name in part]
                for scan in self.scans(rest, by, stretch):
                    yield self.allowed(fact, scan, stretch)

    def keeps(self, metrics: Sequence[str], by: Sequence[str]) -> bool:
        """Whether small roll-ups hold the sums of metrics over the whole snapshot."""
        of_models = rollup.by_model(self.catalog, metrics).values()
        parts = [part for found in of_models for part in self._parts(found)]
        kept = [self._kept(part, by, Scope()) for part in parts]
        return all(one is not None and one.rows <= _SMALL for one in kept)

    def of_values(
        self, name: str, by: Sequence[str], scope: Scope, since: date | None
    ) -> Statement:
        """Counts of a distribution's values."""
        asked = self.catalog.distribution(name)
        split = [self.column_dimension(one).name for one in (*by, *dict(scope.filters))]
        days = scope.period if since is None else "each"
        question = Question(asked.fact, asked.date, split, days, name)
        apart = rollup.Split(by, since)
        kept = None if scope.where else self.engine.rollup(question, self.policy)
        if kept is None:
            scan = rollup.value_counts(self.catalog, asked, apart, scope)
            return self.allowed(asked.fact, scan, scope)
        return rollup.value_counts(self.catalog, asked, apart, scope, self._source(kept))

    def allowed(self, fact: str, scan: Statement, scope: Scope) -> Statement:
        """A scan of one model's rows, cut to what the policy shows and conditions ask."""
        values, conditions = self.where(fact, scope)
        sql = self.engine.allow(scan.sql, self.policy, conditions)
        return Statement(sql, named_in(sql, {**scan.values, **values}))

    def where(self, fact: str, scope: Scope) -> tuple[dict[str, object], dict[str, Sequence[str]]]:
        """The conditions on columns as they cut one model, and the values bound in them.

        Raises:
            ScopeError: The model lacks a column.
        """
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

    def scans(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> list[Statement]:
        """Sums of metrics over the rows of their models, as they are written."""
        return rollup.statements(self.catalog, metrics, by, scope, self.fiscal_year_start)

    def column_dimension(self, name: str) -> Dimension:
        """A dimension that has a value in every row.

        Raises:
            UnknownNameError: The catalogue does not know it.
            ScopeError: It cuts time.
        """
        dimension = self.catalog.dimension(name)
        if dimension.column is None:
            message = f"'{name}' cuts time; ask for a period instead"
            raise ScopeError(message)
        return dimension

    def _parts(self, metrics: Sequence[str]) -> list[tuple[str, ...]]:
        """Metrics that the same roll-ups hold; all of them where one roll-up holds all."""
        only_cells = tuple(n for n in metrics if self.catalog.metric(n).kept == "cells")
        each = tuple(n for n in metrics if self.catalog.metric(n).kept == "each")
        if not each or not only_cells:
            return [tuple(metrics)]
        return [tuple(n for n in metrics if n not in only_cells), only_cells]

    def _stretches(
        self, metrics: Sequence[str], by: Sequence[str], scope: Scope
    ) -> tuple[Scope, ...]:
        """A scope's whole months apart from its edges, where that spares reading their rows.

        Only where groups are months anyway: no group is then in two answers.
        """
        months = scope.period.whole_months if scope.period else None
        by_month = any(self.catalog.dimension(name).grain == "month" for name in by)
        if scope.period is None or months is None or not by_month:
            return (scope,)
        inner, parts = scope.during(months), self._parts(metrics)
        if all(self._kept(part, by, scope) for part in parts) or not all(
            self._kept(part, by, inner) for part in parts
        ):
            return (scope,)
        return (inner, *(scope.during(edge) for edge in scope.period.without(months)))

    def _kept_sums(
        self, metrics: Sequence[str], by: Sequence[str], scope: Scope
    ) -> Statement | None:
        """The question put to a kept roll-up; None where only the rows can answer."""
        found = self._kept(metrics, by, scope)
        if found is None:
            return None
        return rollup.kept_scan(self.catalog, metrics, by, scope, self._source(found))

    def _kept(self, metrics: Sequence[str], by: Sequence[str], scope: Scope) -> Kept | None:
        """The smallest roll-up that can answer; None where only the rows can."""
        first = self.catalog.metric(metrics[0])
        split = [self.catalog.dimension(name) for name in (*by, *dict(scope.filters))]
        days = scope.period if not {"day", "week"} & {d.grain for d in split} else "each"
        columns = tuple(dict.fromkeys(d.name for d in split if d.column))
        if scope.where or any(d.grain for d in split[len(by) :]):
            return None
        asked = Question(first.fact, first.date, columns, days, metrics=tuple(metrics))
        return self.engine.rollup(asked, self.policy)

    def _source(self, kept: Kept) -> rollup.Source:
        return rollup.Source(
            kept.relation, kept.conditions, self.fiscal_year_start, kept.kept, kept.dimensions
        )
