"""Metrics row by row: the terms that a roll-up would sum, for settlements and evidence."""

from collections.abc import Sequence

from dashboard.catalog import Catalog
from dashboard.errors import CatalogError
from dashboard.scope import Scope
from dashboard.warehouse.rollup import Statement, by_model, conditions_on
from dashboard.warehouse.sql import identifier


def terms_scan(
    catalog: Catalog, metrics: Sequence[str], columns: Sequence[str], scope: Scope
) -> Statement:
    """Write the scan that gives each row's columns and its term of every metric.

    Args:
        catalog: Knows the metrics.
        metrics: Names of metrics of one model and date, each counting rows.
        columns: Columns of that model.
        scope: Period and filters.

    Raises:
        UnknownNameError: A metric is not in the catalogue.
        CatalogError: The metrics have no model in common, or one does not count rows.
    """
    models = by_model(catalog, metrics)
    found = [catalog.metric(name) for name in metrics]
    strange = [metric.name for metric in found if metric.denominator != "1"]
    if len(models) != 1 or strange:
        named = ", ".join(strange or metrics)
        message = f"{named}: no shares of rows of one model; ask for metrics that are"
        raise CatalogError(message)
    ((model, day),) = models
    values, conditions = conditions_on(catalog, scope, day)
    terms = [
        f"case when {metric.condition or 'true'} then {metric.numerator} end "
        f"as {identifier(metric.name)}"
        for metric in found
    ]
    listed = ", ".join([*map(identifier, columns), *terms])
    where = " and ".join([f"{day} is not null", *conditions])
    return Statement(f"select {listed} from {model} where {where}", values)
