"""Months of a small network with figures known by hand, and warehouses that hold them."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboard.access import LOCAL_USER
from dashboard.scope import Scope
from dashboard.warehouse import Warehouse
from tests.crashing import Ended, doorstep
from tests.raw import contract_shaped
from tests.rows import delivery, write_csv

KILLED = -9


class Month(NamedTuple):
    """A month's extract: how many deliveries, how many of them late, how many rated 4."""

    number: str
    deliveries: int
    late: int
    rated: int


MARCH = Month("03", 400, 40, 100)
APRIL = Month("04", 300, 60, 50)
MAY = Month("05", 200, 10, 20)
JUNE = Month("06", 30, 3, 10)


@pytest.fixture(autouse=True)
def _every_rollup_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small worlds go through the steps of large ones."""
    monkeypatch.setenv("DOORSTEP_ROLLUP_FROM_ROWS", "0")


class Figures(NamedTuple):
    """What a snapshot says: rows stored, and sums of metrics."""

    deliveries: int
    on_time: int
    due: int
    ratings: int
    rated: int


def known(*months: Month) -> Figures:
    """The figures of months together, by hand."""
    deliveries = sum(month.deliveries for month in months)
    late, rated = sum(month.late for month in months), sum(month.rated for month in months)
    return Figures(deliveries, deliveries - late, deliveries, 4 * rated, rated)


def read(warehouse: Path, snapshot: int | None = None) -> Figures:
    """The figures of a snapshot, from its rows and its roll-ups, by a fresh reader."""
    reader = Warehouse(warehouse).reader(snapshot, LOCAL_USER)
    rows = reader._query("select count(*) as n from deliveries", {}, {}).item()
    sums = reader.roll_up(["on_time_rate", "satisfaction"], [], Scope())
    pairs = {name: (top, bottom) for name, top, bottom in _sums(sums.rows(named=True))}
    return Figures(rows, *pairs["on_time_rate"], *pairs["satisfaction"])


def _sums(rows: list[dict]) -> Iterator[tuple[str, int, int]]:
    for row in rows:
        yield row["metric"], row["numerator"], row["denominator"]


def damaged(warehouse: Path) -> list[str]:
    """Files that a manifest names and that are not there, to the byte."""
    return [
        file["path"]
        for file in _named(warehouse)
        if not (warehouse / file["path"]).is_file()
        or hashlib.blake2b((warehouse / file["path"]).read_bytes()).hexdigest()[:32]
        != file["hash"]
    ]


def leftovers(warehouse: Path) -> list[str]:
    """What lies in a warehouse and belongs to no snapshot: files, drafts, empty folders."""
    files = {warehouse / file["path"] for file in _named(warehouse)}
    kept = {*files, *(warehouse / "snapshots").glob("*.json"), warehouse / ".lock"}
    kept |= {folder for path in kept for folder in path.parents}
    return sorted(str(path.relative_to(warehouse)) for path in set(warehouse.rglob("*")) - kept)


def _named(warehouse: Path) -> list[dict]:
    """Files as the manifests name them."""
    manifests = [json.loads(path.read_text()) for path in (warehouse / "snapshots").glob("*.json")]
    tables = [files for manifest in manifests for files in manifest["files"].values()]
    return [file for files in tables for file in files]


@dataclass(frozen=True)
class Place:
    """A test's own folder with a warehouse, and the extracts of every month."""

    folder: Path
    extracts: Path
    profile: str

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    def words(self, month: Month) -> list[str]:
        """The command that imports a month."""
        source = str(self.extracts / month.number)
        return ["import", source, "--profile", self.profile, "--warehouse", str(self.warehouse)]

    def take_in(self, month: Month, failpoint: str = "") -> Ended:
        """Import a month in a process of its own."""
        return doorstep(self.folder, *self.words(month), failpoint=failpoint)

    def copied_to(self, folder: Path) -> "Place":
        """The same, to be changed by one test."""
        shutil.copytree(self.warehouse, folder / "warehouse")
        return Place(folder, self.extracts, self.profile)


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of raw files for each month, and profiles for `months` and `changes`."""
    folder = tmp_path_factory.mktemp("extracts")
    for load in ("months", "changes"):
        contract_shaped(folder / load, load)
    for month in (MARCH, APRIL, MAY, JUNE):
        _write(folder / month.number, month)
    return folder


@pytest.fixture(scope="session")
def march(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, extracts: Path
) -> Place:
    """March is published; an import of June died and left its files and a draft.

    The parameter says what extracts stand for: months or changes.
    """
    load = request.param
    place = Place(tmp_path_factory.mktemp(load), extracts, str(extracts / load))
    assert place.take_in(MARCH).code == 0
    assert place.take_in(JUNE, failpoint="draft_written").code == KILLED
    return place


@pytest.fixture
def place(march: Place, tmp_path: Path) -> Place:
    """The same for each test."""
    return march.copied_to(tmp_path)


@pytest.fixture
def nothing_yet(tmp_path: Path, extracts: Path) -> Place:
    """No warehouse yet."""
    return Place(tmp_path, extracts, str(extracts / "months"))


def _write(folder: Path, month: Month) -> None:
    folder.mkdir()
    days = f"2026-{month.number}"
    rows = [
        delivery(
            f"{month.number}-{n}",
            ordered_at=f"{days}-02 08:00:00",
            promised_by=f"{days}-03 12:00:00",
            delivered_at=f"{days}-03 {'13' if n < month.late else '10'}:00:00",
        )
        for n in range(month.deliveries)
    ]
    surveys = [
        {
            "survey_id": f"S{month.number}-{n}",
            "delivery_id": f"{month.number}-{n}",
            "sent_at": f"{days}-03 18:00:00",
            "answered_at": f"{days}-03 19:00:00",
            "rating": 4,
        }
        for n in range(month.rated)
    ]
    write_csv(folder / "deliveries.csv", rows)
    write_csv(folder / "surveys.csv", surveys)
    write_csv(folder / "carriers.csv", [{"carrier": "Wren"}])
