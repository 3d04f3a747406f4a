"""Measure, print one table, and with `--write` renew that of docs/performance.md."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tests.bench import drilling, lines, loading, machine, peers, table
from tests.bench.apart import alone
from tests.bench.asking import ask_all
from tests.bench.files import BYTES_A_DELIVERY, Kind, Sample, make
from tests.bench.table import Line

_SMALL = 400_000


@click.command()
@click.option("--deliveries", default=10_000_000, show_default=True, help="How many.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A folder of its own, where files and warehouses are kept between runs.",
)
@click.option("--write", is_flag=True, help="Renew the table of docs/performance.md.")
def main(deliveries: int, folder: Path, *, write: bool) -> None:
    """Time imports, pages, reports and the same questions to Polars and pandas."""
    sample = Sample(folder, deliveries)
    _tell(f"needs about {deliveries * BYTES_A_DELIVERY / 2**30:.0f} GiB in the folder")
    busy = machine.load()
    found = list(_measure(sample))
    title = f"{deliveries:,} deliveries; {machine.describe()}."
    if busy > 1:
        title += f" **Others worked on this machine (load {busy:.1f} before the run).**"
    table.show(title, found)
    if write:
        table.renew(title, found)


def _measure(sample: Sample) -> Iterator[Line]:
    yield Line("Import, to a published snapshot")
    kinds: tuple[Kind, ...] = ("parquet", "csv")
    for kind in kinds:
        _tell(f"making up the {kind} files, unless they are there")
        alone(make, sample, kind)
        _tell(f"importing from {kind}")
        yield from lines.of_import(kind, loading.import_all(sample, kind))
    small = Sample(sample.cache, _SMALL)
    alone(make, small, "parquet")
    yield lines.of_small(loading.import_all(small, "parquet"))
    warehouse = loading.warehouse_of(sample, "parquet")
    _tell("asking for pages and reports")
    cost = alone(ask_all, warehouse)
    yield Line("Data of pages and reports, median of five")
    yield from lines.of_answers(cost.result, cost)
    _tell("writing rows to files")
    yield from lines.of_exports(drilling.exports(warehouse))
    _tell("asking the peers")
    yield Line("The same five questions, each peer in a process of its own")
    yield from lines.of_peers(peers.compare(warehouse), cost.result)
    _tell("restating a month")
    yield Line("A month again")
    yield lines.of_month(loading.import_month(sample))


def _tell(step: str) -> None:
    sys.stderr.write(f"bench: {step}\n")


if __name__ == "__main__":
    main()
