"""The index of deliveries: in which months of which tables a delivery has rows.

Ids may be drawn by chance, so no file's least and greatest id says which one holds a
delivery. The index keeps 32 bits of a digest of each id, sorted, in one file: a question
about one delivery reads some thousand of them, then only the months found. Two ids of
the same bits cost a look into a month too many.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.catalog import Catalog
from dashboard.contract import Table
from dashboard.errors import WarehouseError
from dashboard.warehouse import failpoints
from dashboard.warehouse.snapshots import DataFile, Manifest
from dashboard.warehouse.sql import literal
from dashboard.warehouse.writing import data_file, scan

if TYPE_CHECKING:
    from dashboard.warehouse.building import Place

NAME = "index_of_deliveries"
"""Its name among the files of a manifest, and of its folder."""

KEY = "delivery_id"
_BITS = 0xFFFF_FFFF
_DIGEST = f"(md5_number_lower({KEY}) & {_BITS})::uinteger"
_ROWS_A_GROUP = 20_480
_HELD = ("held_in", "month")
_OLD = "select * from {source} where (held_in, month) in ({places})"
_NEW = "select distinct {digest}, {table}, {month} from {source}"

Held = tuple[str, str]
"""Table and month, 'YYYY-MM'."""


class Index:
    """The index of one snapshot, open for questions from any number of threads."""

    def __init__(self, path: Path) -> None:
        """Read the file's footer: the least digest of each of its groups.

        Raises:
            OSError: The file cannot be read.
        """
        self._path = path
        self._footer = pq.read_metadata(path)
        groups = range(self._footer.num_row_groups)
        self._ends = [self._footer.row_group(one).column(0).statistics.max for one in groups]

    def months_of(self, delivery_id: str) -> dict[str, list[str]]:
        """Months, by table, that may hold rows about a delivery.

        Raises:
            OSError: The file cannot be read.
        """
        digest, found = digest_of(delivery_id), set()
        with pq.ParquetFile(self._path, metadata=self._footer) as file:
            for group in range(bisect_left(self._ends, digest), len(self._ends)):
                places = file.read_row_group(group)
                digests = places["digest"].to_numpy()
                first = int(np.searchsorted(digests, digest, "left"))
                after = int(np.searchsorted(digests, digest, "right"))
                some = places.slice(first, after - first)
                found.update(zip(*(some[name].to_pylist() for name in _HELD), strict=True))
                if after < len(digests):
                    break
        months: dict[str, list[str]] = {}
        for table, month in sorted(found):
            months.setdefault(table, []).append(month)
        return months


def open_index(folder: Path, files: Sequence[DataFile]) -> Index | None:
    """The index that a manifest names; None where it names none.

    Raises:
        WarehouseError: It cannot be read.
    """
    if not files:
        return None
    try:
        return Index(folder / files[0].path)
    except (OSError, pa.ArrowInvalid) as wrong:
        message = f"the index of deliveries cannot be read ({wrong}); restore its file"
        raise WarehouseError(message) from wrong


def tables(catalog: Catalog) -> list[Table]:
    """Contract tables that are kept by month and say which delivery a row is about."""
    return [one for one in catalog.contract.values() if one.month and KEY in one.columns]


def build(
    connection: duckdb.DuckDBPyConnection,
    place: "Place",
    manifest: Manifest,
    before: Manifest | None,
) -> DataFile | None:
    """Write the index of a snapshot that is about to be published.

    Months whose files are those of the snapshot before are taken over from its index.

    Returns:
        Its file; None where no month holds any row.
    """
    files = _by_month(place.catalog, manifest)
    if not files:
        return None
    old = before.files.get(NAME, ()) if before else ()
    known = _by_month(place.catalog, before) if before and old else {}
    same = [held for held, own in files.items() if known.get(held) == own]
    connection.execute(
        "create or replace temp table places (digest uinteger, held_in varchar, month varchar)"
    )
    if same:
        kept = ", ".join(f"({literal(table)}, {literal(month)})" for table, month in same)
        taken = _OLD.format(source=scan(place.folder, old), places=kept)
        connection.execute(f"insert into places {taken}")
    for (table, month), own in files.items():
        if (table, month) not in same:
            found = _NEW.format(
                digest=_DIGEST,
                table=literal(table),
                month=literal(month),
                source=scan(place.folder, own),
            )
            connection.execute(f"insert into places {found}")
    return _write(connection, place, manifest)


def _write(connection: duckdb.DuckDBPyConnection, place: "Place", manifest: Manifest) -> DataFile:
    folder = place.folder / "tables" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{manifest.id}-0.parquet"
    connection.execute(
        f"copy (select * from places order by digest) to {literal(str(path))} "
        f"(format parquet, compression zstd, row_group_size {_ROWS_A_GROUP})"
    )
    connection.execute("drop table places")
    failpoints.reached("index_written")
    return data_file(place.folder, path)


def digest_of(delivery_id: str) -> int:
    """The bits of an id that the index keeps: as `md5_number_lower`, the last 8 bytes."""
    whole = md5(delivery_id.encode(), usedforsecurity=False).digest()
    return int.from_bytes(whole[8:], "little") & _BITS


def _by_month(catalog: Catalog, manifest: Manifest) -> Mapping[Held, tuple[DataFile, ...]]:
    """Files with rows, by table and month."""
    found: dict[Held, tuple[DataFile, ...]] = {}
    for table in tables(catalog):
        for file in manifest.files.get(table.name, ()):
            if file.month and file.rows:
                held = (table.name, file.month)
                found[held] = (*found.get(held, ()), file)
    return found
