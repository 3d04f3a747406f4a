"""Tables read from the files of some months alone, though a snapshot has many.

Whoever asks about one delivery knows its months. A view over all files would open every one
of them, to leave nearly all unread. Here the files are bound like any other value, so that
the text of a statement stays the same and passes the gate once.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import sqlglot
from sqlglot import exp

from dashboard.catalog import Catalog
from dashboard.warehouse.gate import rewrite
from dashboard.warehouse.snapshots import Manifest
from dashboard.warehouse.sql import identifier
from dashboard.warehouse.writing import are_alike

Months = Mapping[str, Collection[str]]
"""By table the months, 'YYYY-MM', that hold what is asked for."""

Files = Mapping[str, list[str]]


class Narrowed:
    """The files of one snapshot, by table and month."""

    def __init__(self, folder: Path, manifest: Manifest, catalog: Catalog) -> None:
        """Remember where files lie; opens none."""
        self._folder = folder.resolve()
        self._manifest = manifest
        self._catalog = catalog

    def files(self, months: Months) -> Files:
        """By table the files of its months.

        Without a table whose files differ in their columns: they are brought together by
        the view over all of them alone.
        """
        found = {}
        for table, own in months.items():
            held = self._manifest.files.get(table, ())
            if are_alike(self._folder, held):
                found[table] = [str(self._folder / one.path) for one in held if one.month in own]
        return found

    def months(self, table: str, first: str, last: str) -> list[str]:
        """Those of a table's months, 'YYYY-MM', that lie between two, both included."""
        held = {one.month for one in self._manifest.files.get(table, ()) if one.month}
        return sorted(month for month in held if first <= month <= last)

    def source(self, table: str, columns: Collection[str]) -> str:
        """SELECT of what the snapshot can know of a table; its files are bound by name.

        Args:
            table: Its name.
            columns: What is wanted. What a view derives beside them is left out: to plan
                it would take as long as to read a row.
        """
        stored = sqlglot.parse_one(
            f"select * from read_parquet(${bound_as(table)}, union_by_name = false, "
            "hive_partitioning = false)",
            dialect="duckdb",
        )

        def resolve(name: str) -> exp.Table | exp.Subquery:
            own = exp.Subquery(this=stored.copy())
            return own if name == table else exp.table_(name, db="stored", quoted=True)

        view = self._catalog.views.get(table, f"select * from {identifier(table)}")
        known = sqlglot.parse_one(rewrite(view, resolve), dialect="duckdb")
        kept = [
            one
            for one in known.expressions
            if isinstance(one, exp.Star) or one.alias_or_name in columns
        ]
        known.set("expressions", kept)
        return known.sql(dialect="duckdb")


def bound_as(table: str) -> str:
    """The name of the value that holds a table's files."""
    return f"files_of_{table}"
