"""Single deliveries: pages of rows, one delivery, and all rows as a file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType

import polars as pl

from dashboard.access import LOCAL_USER
from dashboard.analysis.deliveries.delivery import delivery
from dashboard.analysis.deliveries.rows import COLUMNS, Beside, row_page, row_stream
from dashboard.charts.deliveries.streams import csv_parts, parquet_parts
from dashboard.scope import Scope
from dashboard.warehouse import Order, Reader, Warehouse
from tests.bench.apart import alone
from tests.bench.peers.snapshot import QUARTER

DATE_UNITS, ORDER_UNITS, ONE_UNITS = 3.0, 10.0, 1.0
EXPORTED = 1_000_000
MOST_MIB = 300
_STATUS = Path("/proc/self/status")
_PEAK_AGAIN = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Drill:
    """One question, and the units that it should take at 10 million deliveries."""

    what: str
    ask: Callable[[], object]
    most: float


@dataclass(frozen=True)
class Exported:
    """What writing rows to a file took, in a process of its own.

    Attributes:
        kind: 'csv' or 'parquet'.
        rows: How many were written, all columns of each.
        seconds: By the clock.
        mib: Most memory beyond what the process held before.
    """

    kind: str
    rows: int
    seconds: float
    mib: float


def drills(reader: Reader) -> Iterator[Drill]:
    """Every question about rows, put to a snapshot."""
    scopes = {
        "whole snapshot": Scope(),
        "a quarter": Scope(QUARTER.period()),
        "a quarter, one filter": Scope(QUARTER.period()).within(carrier="Kestrel"),
    }
    for cut, scope in scopes.items():
        for column in ("committed_by", "ordered_at", "lateness_minutes", "carrier", "total_cost"):
            is_date = column.endswith(("_at", "_by"))
            order, most = Order(column), DATE_UNITS if is_date else ORDER_UNITS
            page = partial(row_page, reader, COLUMNS, order, scope)
            yield Drill(f"rows by {column}, {cut}", partial(page, None), most)
            last = Beside(str(page(None).last))
            yield Drill(f"· next page by {column}, {cut}", partial(page, last), most)
    some = row_page(reader, (), Order("total_cost"), Scope(), None).rows["delivery_id"].to_list()
    ids = cycle(some)
    yield Drill("one delivery: its row", lambda: reader.rows.one("delivery", next(ids)), ONE_UNITS)
    yield Drill(
        "one delivery: its timeline, neighbours of its route too",
        lambda: delivery(reader, next(ids)),
        ONE_UNITS,
    )


def exports(warehouse: Path) -> Iterator[Exported]:
    """A million rows as each kind of file."""
    for kind in _KINDS:
        cost = alone(export, warehouse, kind)
        rows, mib = cost.result
        yield Exported(kind, rows, cost.seconds, mib)


def export(warehouse: Path, kind: str) -> tuple[int, float]:
    """Write up to a million rows to a file; returns how many, and MiB beyond those before."""
    reader = Warehouse(warehouse).reader(None, LOCAL_USER)
    row_page(reader, COLUMNS, Order(), Scope(), None)
    if _PEAK_AGAIN.exists():
        _PEAK_AGAIN.write_text("5", encoding="utf-8")
    before = _peak_mib()
    counted = _Counted(row_stream(reader, tuple(reader.rows.columns), Scope()))
    with TemporaryFile() as file:
        for part in _KINDS[kind](iter(counted)):
            file.write(part)
    return counted.rows, _peak_mib() - before


class _Counted:
    """Frames up to a million rows, counted."""

    def __init__(self, frames: Iterator[pl.DataFrame]) -> None:
        self.rows = 0
        self._frames = frames

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for frame in self._frames:
            self.rows += frame.height
            yield frame
            if self.rows >= EXPORTED:
                return


def _peak_mib() -> float:
    lines = _STATUS.read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) / 1024


_KINDS: Mapping[str, Callable[[Iterator[pl.DataFrame]], Iterator[bytes]]] = MappingProxyType(
    {"csv": csv_parts, "parquet": parquet_parts}
)
