"""What tests share: one sample warehouse a run, and small hand-made ones."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest

from dashboard import settings
from dashboard.access import LOCAL_USER
from dashboard.sample import World, build_if_absent
from dashboard.warehouse import Imported, ImportOptions, Reader, Warehouse
from tests.rows import Row, write_csv

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

SAMPLE_DELIVERIES = 40_000
OLIST = Path(__file__).parents[2] / "shared" / "data" / "olist"
IMPORT_TIME = datetime(2026, 11, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Tests see Doorstep's defaults, wherever they run."""
    for name in list(os.environ):
        if name.startswith("DOORSTEP_") and name != "DOORSTEP_REQUIRE_BROWSER":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    if "PYTEST_XDIST_WORKER" in os.environ:
        monkeypatch.setenv("DOORSTEP_THREADS", "1")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the sample, built once a run whatever the number of workers."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "sample-warehouse"
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build_if_absent(Warehouse(folder), World(deliveries=SAMPLE_DELIVERIES))
    return folder


@pytest.fixture(scope="session")
def olist_folder() -> Path:
    """The public Olist files; skips where they are not at hand."""
    if not OLIST.is_dir():
        pytest.skip("the Olist files are not in ../shared/data/olist (licence: CC BY-NC-SA)")
    return OLIST


@pytest.fixture(scope="session")
def olist(tmp_path_factory: pytest.TempPathFactory, olist_folder: Path) -> Reader:
    """The Olist files, imported."""
    warehouse = Warehouse(tmp_path_factory.mktemp("olist") / "warehouse")
    warehouse.import_folder(olist_folder, ImportOptions("olist"))
    return warehouse.reader(None, LOCAL_USER)


Import = Callable[..., Imported]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty warehouse of the test's own."""
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def put_in(warehouse: Warehouse, tmp_path: Path) -> Import:
    """Import tables given as rows: `put_in(deliveries=[…], surveys=[…], as_of=…)`."""
    count = 0

    def import_rows(
        profile: str = "doorstep", as_of: datetime | None = None, **tables: Sequence[Row]
    ) -> Imported:
        nonlocal count
        count += 1
        folder = tmp_path / f"extract-{count}"
        folder.mkdir()
        for name, rows in tables.items():
            write_csv(folder / f"{name}.csv", rows)
        options = ImportOptions(profile, as_of, IMPORT_TIME)
        return warehouse.import_folder(folder, options)

    return import_rows
