"""`make bench`: import speed, and questions as multiples of one column's sum.

Timings depend on the machine; the multiples, taken in one run, do not.
"""

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb

from dashboard import analysis, tree
from dashboard.access import LOCAL_USER
from dashboard.scope import Quarter, Scope
from dashboard.warehouse import ImportOptions, Reader, Warehouse

_REPEATS = 5


def main(deliveries: int) -> None:
    """Generate, import and ask; prints one table."""
    with TemporaryDirectory(prefix="doorstep-bench-") as folder:
        files, warehouse = Path(folder) / "files", Warehouse(Path(folder) / "warehouse")
        files.mkdir()
        generator = tree.sample_generator()
        generator.write_sample(files, generator.Options(deliveries=deliveries))
        seconds = _once(lambda: warehouse.import_folder(files, ImportOptions("sample")))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        _say(
            "import, Parquet to published", f"{seconds:.1f} s, {deliveries / seconds:,.0f} rows/s"
        )
        _say("peak memory of generating and importing", f"{peak:.1f} GiB")
        _questions(warehouse)


def _questions(warehouse: Warehouse) -> None:
    reader = warehouse.reader(None, LOCAL_USER)
    unit = _median(lambda: _one_column(warehouse))
    _say("unit: sum of one double column", f"{1000 * unit:.0f} ms")
    quarter = Quarter(2026, 3)
    board = Scope(quarter.period(), quarter.earlier().period())
    for name, ask in {
        "all metrics by segment, all days": lambda: _all_metrics(reader, Scope()),
        "all metrics by segment, one carrier": lambda: _all_metrics(
            reader, Scope().within(carrier="Kestrel")
        ),
        "scoreboard of a quarter": lambda: analysis.scoreboard(reader, board),
        "report due_by_status": lambda: reader.report("due_by_status", Scope()),
    }.items():
        seconds = _median(ask)
        _say(name, f"{1000 * seconds:.0f} ms, {seconds / unit:.1f} units")


def _all_metrics(reader: Reader, scope: Scope) -> None:
    reader.roll_up(list(reader.catalog.metrics), ["segment"], scope)


def _one_column(warehouse: Warehouse) -> None:
    files = [str(warehouse.path / f.path) for f in warehouse.newest().files["deliveries"]]
    with duckdb.connect() as connection:
        connection.execute("select sum(distance_km) from read_parquet(?)", [files]).fetchall()


def _median(ask: Callable[[], object]) -> float:
    return sorted(_once(ask) for _ in range(_REPEATS))[_REPEATS // 2]


def _once(ask: Callable[[], object]) -> float:
    start = perf_counter()
    ask()
    return perf_counter() - start


def _say(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:42} {figure}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
