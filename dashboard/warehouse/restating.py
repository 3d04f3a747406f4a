"""What an import restated: months whose headline figures moved, and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from dashboard.catalog import HEADLINES, Catalog, Metric
from dashboard.warehouse.rollup_tables import DAY, RollupTable, rollup_tables
from dashboard.warehouse.snapshots import Manifest, Restated
from dashboard.warehouse.sql import identifier
from dashboard.warehouse.writing import scan


@dataclass(frozen=True)
class Monthly:
    """Headline figures by month, read from snapshots' roll-ups.

    Attributes:
        connection: Any.
        folder: The warehouse.
        catalog: States the metrics.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    catalog: Catalog

    def values(self, metric: Metric, snapshot: Manifest) -> dict[date, float | None]:
        """A metric's value in each month that has any of its rows."""
        table = next(_made_of(metric, self.catalog))
        files = snapshot.files.get(table.name)
        if not files:
            return {}
        numerator, denominator, rows = (
            identifier(f"{metric.name}.{part}") for part in ("numerator", "denominator", "rows")
        )
        found = self.connection.execute(
            f"select date_trunc('month', {DAY})::date, sum({numerator}), sum({denominator}) "
            f"from {scan(self.folder, files)} where {rows} > 0 group by 1"
        ).fetchall()
        return {month: _value(top, bottom) for month, top, bottom in found}


def restated(monthly: Monthly, before: Manifest, after: Manifest) -> tuple[Restated, ...]:
    """Compare two snapshots, whose roll-ups were made by the same recipe, month by month.

    Returns:
        One record per month that both hold and headline metric that moved, by month.
    """
    found = []
    for metric in (m for name, m in monthly.catalog.metrics.items() if name in HEADLINES):
        was, now = monthly.values(metric, before), monthly.values(metric, after)
        moved = [month for month in was.keys() & now.keys() if was[month] != now[month]]
        found += [_record(metric, month, (was[month], now[month]), before) for month in moved]
    order = {name: place for place, name in enumerate(HEADLINES)}
    return tuple(sorted(found, key=lambda one: (one.month, order[one.metric])))


def _record(
    metric: Metric, month: date, values: tuple[float | None, float | None], before: Manifest
) -> Restated:
    was, now = values
    end = before.as_of.date()
    was_over = (month.year, month.month) < (end.year, end.month)
    return Restated(month=month, metric=metric.name, was=was, now=now, was_over=was_over)


def _value(numerator: Decimal, denominator: Decimal | None) -> float | None:
    if denominator is None:
        return float(numerator)
    return float(numerator / denominator) if denominator else None


def _made_of(metric: Metric, catalog: Catalog) -> Iterator[RollupTable]:
    """The roll-ups by segment alone that hold a metric; there is one."""
    for table in rollup_tables(catalog):
        is_own = (table.fact, table.date) == (metric.fact, metric.date)
        if is_own and table.is_by_segment_alone:
            yield table
