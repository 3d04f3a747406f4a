"""Questions about the case mix to one snapshot under one policy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.catalog import Catalog
from dashboard.errors import AccessError
from dashboard.scope import Scope
from dashboard.stated import CauseDimension, Factor
from dashboard.warehouse import scoring
from dashboard.warehouse.gate import columns_named
from dashboard.warehouse.rollup import Statement
from dashboard.warehouse.scoring import DRIVER, JUDGED, Scores

_CALENDAR = "calendar"


@dataclass(frozen=True)
class Mixes:
    """What makes deliveries hard, and what a fit of it lets expect.

    Attributes:
        catalog: Metrics, dimensions and factors.
        columns: Names and types of what the policy shows of a table.
        policy: Its id.
        fiscal_year_start: Month.
        ask: Runs a statement about one model, cut by a scope.
    """

    catalog: Catalog
    columns: Callable[[str], Mapping[str, str]]
    policy: str
    fiscal_year_start: int
    ask: Callable[[str, Statement, Scope], pl.DataFrame]

    def factors(self, metric: str) -> list[Factor]:
        """The factors whose columns exist for the policy on the metric's model."""
        known = {*self.columns(self.catalog.metric(metric).fact)}
        dates = {*self.columns(_CALENDAR)}
        return [
            one
            for one in self.catalog.case_mix.values()
            if (dates or not one.calendar)
            and columns_named(one.sql) <= (known | dates if one.calendar else known)
        ]

    def causes(self) -> list[CauseDimension]:
        """What breaches are searched by, of what the policy shows."""
        known = {*self.columns(self.catalog.metric(JUDGED).fact)}
        return [one for one in self.catalog.causes.values() if columns_named(one.sql) <= known]

    def strata(self, metric: str, factors: Sequence[Factor], scope: Scope) -> pl.DataFrame:
        """Sum a metric by factors and carrier.

        Returns:
            One row per combination: a text column per factor, carrier, base (the
            denominator), observed (what is counted: of a share, what is missing from it).
        """
        asked = self.catalog.metric(metric)
        return self.ask(asked.fact, scoring.strata(self.catalog, asked, factors, scope), scope)

    def scored(
        self,
        metric: str,
        scores: Scores,
        by: Sequence[str],
        scope: Scope,
        *,
        spread: bool = False,
    ) -> pl.DataFrame:
        """Sum a metric beside what a fit expects.

        Args:
            metric: Its name.
            scores: The fit.
            by: Dimension names, or 'driver': the pseudonym of who drove.
            scope: Period and filters.
            spread: Whether variance is wanted; of a logistic fit.

        Returns:
            One row per group, sorted: the dimensions, base (the denominator), observed
            (what is counted), expected, and where it is wanted variance (the sum of
            p·(1 − p) over its rows).

        Raises:
            UnknownNameError: A dimension is not in the catalogue.
            AccessError: Drivers are asked for, and the policy does not show them.
        """
        asked = self.catalog.metric(metric)
        if DRIVER.name in by and DRIVER.column not in self.columns(asked.fact):
            message = (
                f"'{self.policy}' does not show who drove; ask somebody whose role may see it"
            )
            raise AccessError(message)
        question = scoring.Asked(asked, tuple(by), scope, self.fiscal_year_start, spread)
        return self.ask(asked.fact, scoring.scored(self.catalog, question, scores), scope)

    def listed(
        self, columns: Sequence[tuple[str, str]], scope: Scope, scores: Scores | None = None
    ) -> pl.DataFrame:
        """List due deliveries one by one, to be searched.

        Args:
            columns: Name and SQL of what is listed, from the catalogue.
            scope: Period and filters.
            scores: A fit of the case mix, if what it expects is wanted.

        Returns:
            One row per delivery due: the columns as text, day, late (0 or 1), chance (of
            being late; null without a fit).
        """
        asked = scoring.listed(self.catalog, columns, scope, scores)
        return self.ask(self.catalog.metric(JUDGED).fact, asked, scope)
