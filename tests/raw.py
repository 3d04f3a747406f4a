"""What tests of the import share: raw files read on their own, profiles, stored rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.access import LOCAL_USER
from dashboard.warehouse import Warehouse, staging
from dashboard.warehouse.profile import RawTable
from dashboard.warehouse.reading import find_files, open_file

Stored = tuple[Any, ...]

CONTRACT_SHAPED = """
label = "Test"
time_zone = "{zone}"
load = "{load}"
contract_shaped = true
"""

OWN = """
label = "Own"
time_zone = "{zone}"
load = "full"

[raw.shipments]
files = "{files}"
columns = [
    "delivery_id", "carrier", "segment", "ordered_at", "delivered_at", "promised_by", "status",
]
"""

SELECT = """-- grain: one row per delivery
-- times: local
select
    delivery_id, carrier, segment, ordered_at, delivered_at, promised_by, status, _file, _line
from shipments
"""


@dataclass(frozen=True)
class Reading:
    """What became of the records of files that were read as one raw table.

    Attributes:
        rows: Columns as the table names them, then `_line`.
        malformed: Line and raw text of each record that could not be read.
        records: Records counted in the files.
    """

    rows: list[Stored]
    malformed: list[Stored]
    records: int


def read_raw(folder: Path, raw: RawTable) -> Reading:
    """Read the files of one raw table as an import would."""
    staged = folder / "staging"
    staged.mkdir()
    files = [open_file(path, raw, staged) for path in find_files(folder, "t", raw)]
    with staging.workbench(staged, "UTC", threads=1) as connection:
        landed = staging.land(connection, "t", raw, files)
        columns = ", ".join(f'"{name}"' for name in raw.all_columns)
        rows = connection.execute(f"select {columns}, _line from raw.t").fetchall()
        malformed = connection.execute("select _line, raw from malformed").fetchall()
    assert sum(one.raw for one in landed) == len(rows)
    return Reading(rows, malformed, sum(one.file.records for one in landed))


def read_text(folder: Path, data: bytes | str, **raw: object) -> Reading:
    """Read one CSV file with columns a and b, unless `raw` says else."""
    stated: dict[str, Any] = {"files": "t.csv", "columns": ("a", "b")} | raw
    (folder / "t.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    return read_raw(folder, RawTable(**stated))


def contract_shaped(folder: Path, load: str = "changes", zone: str = "UTC") -> str:
    """Write a profile for files named and shaped as the contract."""
    folder.mkdir(exist_ok=True)
    text = CONTRACT_SHAPED.format(load=load, zone=zone)
    (folder / "profile.toml").write_text(text, encoding="utf-8")
    return str(folder)


def own_profile(
    folder: Path, *, zone: str = "UTC", files: str = "shipments.csv", **statements: str
) -> str:
    """Write a profile that reads `shipments.csv`; further statements by file stem."""
    folder.mkdir(exist_ok=True)
    toml = OWN.format(zone=zone, files=files)
    (folder / "profile.toml").write_text(toml, encoding="utf-8")
    for stem, sql in ({"deliveries": SELECT} | statements).items():
        (folder / f"{stem}.sql").write_text(sql, encoding="utf-8")
    return str(folder)


def stored(
    warehouse: Warehouse, columns: str, table: str = "deliveries", snapshot: int | None = None
) -> list[Stored]:
    """Rows of a stored table, sorted by all columns asked for."""
    reader = warehouse.reader(snapshot, LOCAL_USER)
    return reader._query(f"select {columns} from {table} order by all", {}, {}).rows()


def refused(warehouse: Warehouse) -> list[Stored]:
    """Table, file, line and reasons of every row in the quarantine."""
    return stored(warehouse, "table_name, file, line, reasons", "quarantine")


def reasons(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, as a plain dict."""
    return dict(counts)
