"""What the peers are told of a snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.scope import Period, Quarter
from dashboard.warehouse import Warehouse

Answer = Mapping[tuple[str, ...], tuple[float, ...]]
"""Figures by group; values of dimensions and days are text."""

QUARTER = Quarter(2026, 3)


@dataclass(frozen=True)
class Snapshot:
    """One snapshot's files, and what is asked of them.

    Attributes:
        warehouse: For Doorstep itself.
        deliveries, surveys: Paths of the Parquet files.
        as_of: Promises until then have fallen due; completeness lags are 0.
        period: Days asked about.
    """

    warehouse: Warehouse
    deliveries: list[str]
    surveys: list[str]
    as_of: datetime
    period: Period

    @classmethod
    def of(cls, warehouse: Warehouse) -> "Snapshot":
        """The newest snapshot of a warehouse."""
        manifest = warehouse.newest()
        paths = {
            table: [str(warehouse.path / file.path) for file in manifest.files[table]]
            for table in ("deliveries", "surveys")
        }
        return cls(
            warehouse, paths["deliveries"], paths["surveys"], manifest.as_of, QUARTER.period()
        )

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of the period."""
        return self.period.start, self.period.end
