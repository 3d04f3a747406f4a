"""Roll-ups: sums per day kept with a snapshot, so that most questions need no scan.

One table per model, date column and dimension, split by segment too. Each holds the sums
of every metric of the model, made by the same SQL as a scan of the rows. They know the
snapshot's as_of and the completeness lag; with another lag they do not count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Literal

import duckdb

from dashboard.catalog import Catalog
from dashboard.scope import Period
from dashboard.settings import Settings
from dashboard.warehouse import failpoints, rollup
from dashboard.warehouse.gate import columns_named
from dashboard.warehouse.snapshots import DataFile, Manifest
from dashboard.warehouse.sql import identifier, literal, names
from dashboard.warehouse.writing import data_file, scan

SEGMENT = "segment"
DAY = "day"
_VERSION = 3


@dataclass(frozen=True)
class RollupTable:
    """One kept roll-up.

    Attributes:
        fact: The model whose rows it sums.
        date: The model's column that places a row in time.
        dimensions: What it is split by, beside the day.
        kept: Whether it keeps each day, or the first day of each month.
        made_with: The pass over the rows that makes it.
        distribution: Whose values it counts; None where it sums metrics.
        metrics: What it sums.
        cells: Its name among the catalogue's cells; None where it is none of them.
    """

    fact: str
    date: str
    dimensions: tuple[str, ...]
    kept: str
    made_with: str
    distribution: str | None = None
    metrics: tuple[str, ...] = ()
    cells: str | None = None

    @property
    def is_by_segment_alone(self) -> bool:
        """Whether it sums all metrics of a model and date column by nothing but the segment."""
        return self.dimensions == (SEGMENT,) and not (self.distribution or self.cells)

    @property
    def name(self) -> str:
        """Its name among the files of a manifest, and of its folder."""
        if self.distribution:
            return f"rollup_values_of_{self.distribution}_by_{'_'.join(self.dimensions)}"
        summed = self.cells or self.fact
        return f"rollup_{summed}_by_{self.date}_{'_'.join(self.dimensions)}"


@dataclass(frozen=True)
class Question:
    """What a roll-up is asked.

    Attributes:
        fact, date: The model and its date column.
        dimensions: All that the question splits or filters by.
        days: The period asked about, every single day, or all days together (None).
        distribution: Whose values are asked for; None asks for sums of metrics.
        metrics: Which metrics are asked for.
    """

    fact: str
    date: str
    dimensions: Sequence[str]
    days: Period | Literal["each"] | None
    distribution: str | None = None
    metrics: Sequence[str] = ()

    def can_be_put_to(self, table: RollupTable, also: Iterable[str]) -> bool:
        """Whether a roll-up is split finely enough, by what a policy filters `also`."""
        same = (table.fact, table.date, table.distribution)
        if same != (self.fact, self.date, self.distribution):
            return False
        if not set(self.metrics) <= set(table.metrics):
            return False
        if not {*self.dimensions, *also} <= set(table.dimensions):
            return False
        return table.kept == "day" or self._is_whole_months

    def reads(self, catalog: Catalog) -> frozenset[str]:
        """The columns of the model that its answer stands on."""
        asked = [catalog.metric(name) for name in self.metrics]
        parts = [sql for one in asked for sql in (one.numerator, one.denominator, one.condition)]
        if self.distribution:
            counted = catalog.distribution(self.distribution)
            parts += [counted.value, counted.condition]
        split = [catalog.dimension(name).column for name in self.dimensions]
        named = [columns_named(sql) for sql in parts if sql]
        return frozenset((self.date, *filter(None, split))).union(*named)

    @property
    def _is_whole_months(self) -> bool:
        if self.days is None or self.days == "each":
            return self.days is None
        return self.days.start.day == 1 and (self.days.end + timedelta(days=1)).day == 1


@dataclass(frozen=True)
class Months:
    """Months of a roll-up to make anew; all of them where `known` is None.

    Attributes:
        known: First days of the months.
    """

    known: frozenset[date] | None

    def inside(self, column: str) -> str:
        """SQL condition: a day lies in one of the months."""
        if self.known is None:
            return "true"
        if not self.known:
            return "false"
        months = ", ".join(f"date '{month}'" for month in sorted(self.known))
        return (
            f"{column} >= date '{min(self.known)}' "
            f"and {column} < date '{max(self.known)}' + interval 1 month "
            f"and date_trunc('month', {column}) in ({months})"
        )


def rollup_tables(catalog: Catalog) -> list[RollupTable]:
    """Every roll-up that the catalogue asks for."""
    return [*_sums(catalog), *_cells(catalog), *_values(catalog)]


def _sums(catalog: Catalog) -> list[RollupTable]:
    """Metrics by each dimension, and by each with segment."""
    facts = sorted({(metric.fact, metric.date) for metric in catalog.metrics.values()})
    split = sorted(
        (d for d in catalog.dimensions.values() if d.column and d.rolled_with),
        key=lambda dimension: str(dimension.rolled_with),
    )
    return [
        RollupTable(
            fact,
            day,
            (SEGMENT,) if dimension.name == SEGMENT else (dimension.name, SEGMENT),
            dimension.kept,
            str(dimension.rolled_with),
            metrics=_metrics(catalog, fact, day, "each"),
        )
        for fact, day in facts
        for dimension in split
    ]


def _cells(catalog: Catalog) -> list[RollupTable]:
    """Metrics by several dimensions at once, where the catalogue says so."""
    return [
        RollupTable(
            one.fact,
            one.date,
            one.dimensions,
            one.kept,
            one.rolled_with,
            metrics=one.metrics or _metrics(catalog, one.fact, one.date, "cells"),
            cells=one.name,
        )
        for one in catalog.cells.values()
    ]


def _values(catalog: Catalog) -> list[RollupTable]:
    """How often each value of a distribution occurs."""
    return [
        RollupTable(
            one.fact,
            one.date,
            (one.split, SEGMENT) if one.split else (SEGMENT,),
            one.kept,
            f"values of {one.name}",
            one.name,
        )
        for one in catalog.distributions.values()
    ]


def _metrics(catalog: Catalog, fact: str, day: str, kept: str) -> tuple[str, ...]:
    """The metrics of a model and date column that one kind of roll-up holds."""
    return tuple(
        metric.name
        for metric in catalog.metrics.values()
        if (metric.fact, metric.date) == (fact, day) and metric.kept in (kept, "everywhere")
    )


def recipe(catalog: Catalog, settings: Settings) -> str:
    """Digest of all that decides what roll-ups hold, but for the rows and the as_of."""
    stated = (
        _VERSION,
        sorted(catalog.metrics.items()),
        sorted(catalog.distributions.items()),
        sorted(catalog.dimensions.items()),
        sorted(catalog.cells.items()),
        sorted(catalog.views.items()),
        settings.completeness_lag_minutes,
        sorted(settings.completeness_lag_by_carrier.items()),
    )
    return blake2b(repr(stated).encode(), digest_size=16).hexdigest()


class Builder:
    """Makes the roll-ups of one snapshot that is about to be published."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        catalog: Catalog,
        manifest: Manifest,
        fewest_rows: int,
    ) -> None:
        """Name what is read and where files go.

        Args:
            connection: Shows the new snapshot's models in the schema `known`.
            folder: The warehouse.
            catalog: States metrics and dimensions.
            manifest: Of the new snapshot; its roll-ups are still missing.
            fewest_rows: Models with fewer keep only the roll-up by segment.
        """
        self._connection = connection
        self._folder = folder
        self._catalog = catalog
        self._manifest = manifest
        self._fewest_rows = fewest_rows

    def build(
        self, before: Manifest | None, months: Mapping[tuple[str, str], Months]
    ) -> dict[str, tuple[DataFile, ...]]:
        """Write the roll-ups of every model; returns their files by name.

        A model without rows keeps none; a small one only that by segment, which restatements
        are read from.

        Args:
            before: A snapshot whose roll-ups were made by the same recipe.
            months: By model and date column, the months whose rows or verdicts moved since.
        """
        files = {}
        kept = filter(self._is_worth_it, rollup_tables(self._catalog))
        for (fact, day, _), tables in groupby(sorted(kept, key=_pass_of), key=_pass_of):
            together = list(tables)
            known = before is not None and all(one.name in before.files for one in together)
            anew = months[fact, day] if known else Months(None)
            if together[0].distribution:
                self._count_values(together[0], anew)
            else:
                self._sum_together(fact, day, together, anew)
            for table in together:
                old = before.files.get(table.name, ()) if before else ()
                files[table.name] = (self._write(table, old, anew),)
        return files

    def _is_worth_it(self, table: RollupTable) -> bool:
        rows = sum(file.rows for file in self._manifest.files.get(table.fact, ()))
        return rows > 0 and (table.is_by_segment_alone or rows >= self._fewest_rows)

    def _sum_together(
        self, fact: str, day: str, tables: Sequence[RollupTable], months: Months
    ) -> None:
        """Sum all metrics by every dimension of a pass at once, as `summed`."""
        split = list(dict.fromkeys(name for table in tables for name in table.dimensions))
        keys, kept = self._keys(split), _kept_day(day, tables[0].kept)
        sums = ", ".join(rollup.sums_of(self._catalog, tables[0].metrics, tables[0].kept))
        self._connection.execute(
            f"create or replace temp table summed as select {kept} as {DAY}, {keys}, {sums} "
            f"from known.{identifier(fact)} where {day} is not null and {months.inside(day)} "
            "group by all"
        )

    def _count_values(self, table: RollupTable, months: Months) -> None:
        """Count how often each value of a distribution occurs, as `summed`."""
        one = self._catalog.distribution(str(table.distribution))
        keys = self._keys(table.dimensions)
        kept = _kept_day(one.date, table.kept)
        self._connection.execute(
            f"create or replace temp table summed as select {kept} as {DAY}, "
            f"{keys}, {one.value} as value, count(*) as rows "
            f"from known.{identifier(one.fact)} where {one.date} is not null "
            f"and ({one.condition or 'true'}) and {months.inside(one.date)} group by all"
        )

    def _keys(self, dimensions: Iterable[str]) -> str:
        return ", ".join(
            f"{rollup.value_of(self._catalog.dimension(name))} as {identifier(name)}"
            for name in dimensions
        )

    def _write(self, table: RollupTable, kept: Sequence[DataFile], months: Months) -> DataFile:
        """Write one roll-up: months made anew, and all other months as they were."""
        keys = f"{DAY}, {names(table.dimensions)}"
        if table.distribution:
            keys += ", value"
        totals = ", ".join(
            f"{fold}({identifier(name)})::{kind} as {identifier(name)}"
            for name, fold, kind in self._columns(table)
        )
        rows = f"select {keys}, {totals} from summed group by all"
        if kept and months.known is not None:
            old = scan(self._folder, kept)
            rows += f" union all by name select * from {old} where not ({months.inside(DAY)})"
        folder = self._folder / "tables" / table.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._manifest.id}-0.parquet"
        self._connection.execute(
            f"copy (select * from ({rows}) order by {keys}) to {literal(str(path))} "
            "(format parquet, compression zstd)"
        )
        failpoints.reached("rollup_written")
        return data_file(self._folder, path)

    def _columns(self, table: RollupTable) -> list[tuple[str, str, str]]:
        if table.distribution:
            return [("rows", "sum", "bigint")]
        return rollup.sum_columns(table.metrics, table.kept)


def _pass_of(table: RollupTable) -> tuple[str, str, str]:
    """What is summed in one pass over the rows; its first table holds all metrics."""
    return table.fact, table.date, table.made_with


def _kept_day(day: str, kept: str) -> str:
    return f"date_trunc('month', {day})::date" if kept == "month" else day


def months_moved(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    day: str,
    changed: Sequence[DataFile],
    judged: tuple[datetime, datetime],
) -> Months:
    """Months of a model's date column whose figures may have moved.

    Args:
        connection: Any.
        folder: The warehouse.
        day: The column.
        changed: Files that are new, or no longer part of the snapshot.
        judged: Promises between these moments may have fallen due.
    """
    found: set[date] = set()
    if changed:
        rows = connection.execute(
            f"select distinct date_trunc('month', {day})::date from {scan(folder, changed)} "
            f"where {day} is not null"
        ).fetchall()
        found = {month for (month,) in rows}
    return Months(frozenset(found | set(_months_between(*judged))))


def _months_between(start: datetime, end: datetime) -> Iterable[date]:
    """First days of the months, a day's slack for time zones on either side."""
    day = (start - timedelta(days=1)).date().replace(day=1)
    last = (end + timedelta(days=1)).date()
    while day <= last:
        yield day
        day = (day + timedelta(days=31)).replace(day=1)
