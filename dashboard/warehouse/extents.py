"""The least and the greatest value of a column, from what Parquet files say of themselves."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock

import pyarrow.parquet as pq

from dashboard.warehouse.snapshots import DataFile

Extent = tuple[date, date]


class Extents:
    """How far the days and moments of a table reach; read once, on the first question."""

    def __init__(self, folder: Path, files: Sequence[DataFile]) -> None:
        """Name the files; none is read yet."""
        self._folder = folder
        self._files = files
        self._found: dict[str, Extent | None] = {}
        self._lock = Lock()

    def of(self, column: str) -> Extent | None:
        """Bounds of a column of days or moments; None where a file does not tell."""
        with self._lock:
            if column not in self._found:
                self._found[column] = self._read(column)
            return self._found[column]

    def _read(self, column: str) -> Extent | None:
        bounds: list[date] = []
        for file in self._files:
            if file.rows:
                own = _bounds(self._folder / file.path, column)
                if own is None:
                    return None
                bounds += own
        return (min(bounds), max(bounds)) if bounds else None


def _bounds(path: Path, column: str) -> list[date] | None:
    """The bounds of every row group that holds a value; None where one has no statistics."""
    metadata = pq.read_metadata(path)
    if column not in metadata.schema.names:
        return None
    place = metadata.schema.names.index(column)
    bounds: list[date] = []
    for number in range(metadata.num_row_groups):
        statistics = metadata.row_group(number).column(place).statistics
        if statistics is None:
            return None
        if statistics.has_min_max:
            bounds += [statistics.min, statistics.max]
    return bounds
