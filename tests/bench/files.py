"""The files that are measured: the sample's world, named and shaped as the contract.

They are kept in a folder between runs. A sample of over `WORLD` deliveries is made of
several worlds, so that making it takes no more memory than one.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from dashboard import tree
from dashboard.catalog import read_catalog
from dashboard.warehouse.profile import Profile, read_profile

WORLD = 10_000_000
"""Deliveries of one world: its quarters are held in memory, one at a time."""

BYTES_A_DELIVERY = 900
"""Of disk: raw Parquet, Parquet and CSV in the contract's shape, and two warehouses."""

Kind = Literal["parquet", "csv"]

_OWN_NAMES = ("delivery_id", "order_id", "customer_id", "survey_id", "contact_id")
_OF_EVERY_WORLD = (
    "deliveries",
    "promise_changes",
    "surveys",
    "contacts",
    "customers",
    "segment_assignments",
)


@dataclass(frozen=True)
class Sample:
    """A sample of one size, in a folder of its own.

    Attributes:
        cache: Where samples are kept between runs.
        deliveries: How many, in all its worlds.
    """

    cache: Path
    deliveries: int

    @property
    def folder(self) -> Path:
        """Where this size is kept."""
        return self.cache / f"{self.deliveries}-deliveries"

    def files(self, kind: Kind) -> Path:
        """The folder with its files of one kind, written if absent."""
        own = self.folder / kind
        if not (own / ".complete").exists():
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir(parents=True)
            for world, deliveries in enumerate(_worlds(self.deliveries), 1):
                _write_world(own, self._raw(world, deliveries), world, kind)
            (own / ".complete").touch()
        return own

    def _raw(self, world: int, deliveries: int) -> Path:
        """The raw exports of one world, generated if absent."""
        own = self.folder / f"raw-{world}"
        if not (own / ".complete").exists():
            generator = tree.sample_generator()
            generator.write_sample(own, generator.Options(deliveries=deliveries, seed=world))
            (own / ".complete").touch()
        return own


def make(sample: Sample, kind: Kind) -> Path:
    """Write a sample's files of one kind, unless they are there."""
    return sample.files(kind)


def _worlds(deliveries: int) -> Iterator[int]:
    for first in range(0, deliveries, WORLD):
        yield min(WORLD, deliveries - first)


def _write_world(folder: Path, raw: Path, world: int, kind: Kind) -> None:
    """Translate one world by the sample profile's own statements.

    Deliveries that were keyed in by hand are left out, and what refers to them: their file
    is no plain one.
    """
    queries = tree.root() / "queries"
    profile = read_profile(queries, read_catalog(queries).contract, "sample")
    with duckdb.connect() as connection:
        _name_raw_tables(connection, profile, raw)
        statements = {part.table: part.sql for part in profile.parts if "manual" not in part.file}
        connection.execute(
            f"create view known as select delivery_id from ({statements['deliveries']})"
        )
        for table, statement in statements.items():
            if world > 1 and table not in _OF_EVERY_WORLD:
                continue
            rows = _rows(connection, table, statement, world)
            path = folder / f"{table}.{world}.{kind}"
            connection.execute(f"copy ({rows}) to '{path}' ({_FORMAT[kind]})")


_FORMAT = {"parquet": "format parquet, compression zstd", "csv": "format csv, header"}


def _name_raw_tables(connection: duckdb.DuckDBPyConnection, profile: Profile, raw: Path) -> None:
    for name, table in profile.raw.items():
        if table.encoding != "utf-8":
            continue
        source = f"read_parquet('{raw / table.files}')"
        if table.files.endswith(".csv"):
            source = (
                f"read_csv('{raw / table.files}', all_varchar=true, delim='{table.delimiter}')"
            )
        trace = "null as _file, null as _line"
        connection.execute(f"create view {name} as select *, {trace} from {source}")


def _rows(connection: duckdb.DuckDBPyConnection, table: str, statement: str, world: int) -> str:
    """The rows of a table, under names that no other world uses."""
    columns = [name for name, *_ in connection.execute(f"describe {statement}").fetchall()]
    own = [
        f"'{world}' || {name} as {name}" for name in _OWN_NAMES if world > 1 and name in columns
    ]
    replaced = f" replace ({', '.join(own)})" if own else ""
    rows = f"select * exclude (_file, _line){replaced} from ({statement})"
    if "delivery_id" in columns and table != "deliveries":
        rows += " where delivery_id in (from known)"
    return rows
