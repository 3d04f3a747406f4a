"""Imports: all files at once, and one month again."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import duckdb

from dashboard.warehouse import ImportOptions, Warehouse
from tests.bench.apart import Cost, alone
from tests.bench.files import Kind, Sample

_PROFILE = """label = "Benchmark"
synthetic = true
time_zone = "UTC"
load = "months"
contract_shaped = true
"""

_STEPS = ("reading", "checking", "writing", "rolling up", "publishing")


@dataclass(frozen=True)
class Loaded:
    """One import.

    Attributes:
        rows: Deliveries that were imported.
        steps: Seconds by step, in the order they were taken.
    """

    rows: int
    steps: dict[str, float]


def import_all(sample: Sample, kind: Kind) -> Cost:
    """Import all files of one kind into an empty warehouse, in a process of its own."""
    warehouse = warehouse_of(sample, kind)
    shutil.rmtree(warehouse, ignore_errors=True)
    return alone(load, sample.files(kind), warehouse, _profile(sample))


def import_month(sample: Sample) -> Cost:
    """Import the last whole month of deliveries again, each with another revenue."""
    warehouse, folder = warehouse_of(sample, "parquet"), sample.folder / "month"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files = Warehouse(warehouse).newest().files["deliveries"]
    month = sorted({file.month for file in files if file.month})[-2]
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * replace (cast(revenue + 1 as decimal(18, 4)) as revenue) "
            f"from '{sample.files('parquet')}/deliveries.*.parquet' "
            f"where strftime(ordered_at, '%Y-%m') = '{month}') "
            f"to '{folder}/deliveries.parquet' (format parquet)"
        )
    return alone(load, folder, warehouse, _profile(sample))


def warehouse_of(sample: Sample, kind: Kind) -> Path:
    """The warehouse that the files of one kind are imported into."""
    return sample.folder / f"warehouse-{kind}"


def _profile(sample: Sample) -> str:
    folder = sample.folder / "benchmark-profile"
    folder.mkdir(exist_ok=True)
    (folder / "profile.toml").write_text(_PROFILE, encoding="utf-8")
    return str(folder)


def load(files: Path, warehouse: Path, profile: str) -> Loaded:
    """Import a folder, in this process."""
    begun: list[tuple[str, float]] = []
    options = ImportOptions(profile, progress=lambda step: begun.append((step, perf_counter())))
    manifest = Warehouse(warehouse).import_folder(files, options).manifest
    begun.append(("", perf_counter()))
    rows = next(count.rows for count in manifest.tables if count.table == "deliveries")
    return Loaded(rows, dict(_durations(begun)))


def _durations(begun: list[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    for (step, start), (_, end) in pairwise(begun):
        yield step, end - start
