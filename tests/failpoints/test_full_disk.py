"""A full disk gives one clear sentence, and leaves the last snapshot as it was."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from errno import EDQUOT, EIO, ENOSPC
from pathlib import Path

import pytest

from dashboard.contract import VERSION
from dashboard.errors import DiskFullError, WarehouseError
from dashboard.warehouse import ImportOptions, Warehouse, disk, staging
from dashboard.warehouse.snapshots import Store
from tests.failpoints.conftest import APRIL, MARCH, Month, Place, known, leftovers, read

SIZE = 4_000_000
BALLAST = "ballast"

pytestmark = pytest.mark.parametrize("march", ["months"], indirect=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 4 MB; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("there is no command that mounts a small disk")
    words = [mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk may be mounted here ({made.stderr.strip()})")
    yield folder
    subprocess.run([umount, "--lazy", str(folder)], check=True)


@pytest.fixture
def full(march: Place, small_disk: Path) -> Place:
    """March is published on the small disk, and what the dead import left is swept."""
    place = march.copied_to(small_disk)
    store = Store(place.warehouse)
    with store.importing():
        store.sweep()
    return place


def fill(folder: Path, leave: int = 0) -> None:
    """Fill a small disk up, but for some bytes."""
    disk_now = shutil.disk_usage(folder)
    assert disk_now.total <= 2 * SIZE
    with (folder / BALLAST).open("ab") as file:
        file.write(bytes(max(0, disk_now.free - leave)))


def empty(folder: Path) -> None:
    """Take the ballast away."""
    (folder / BALLAST).unlink()


def refused(place: Place, month: Month, fill_at: str = "") -> str:
    """Import a month, and fill the disk as a step begins; returns what is said."""

    def begun(step: str) -> None:
        if step == fill_at:
            fill(place.folder)

    options = ImportOptions(place.profile, progress=begun)
    with pytest.raises(DiskFullError) as refusal:
        Warehouse(place.warehouse).import_folder(place.extracts / month.number, options)
    return str(refusal.value)


def sentence(place: Place, step: str) -> str:
    """What is said, as a pattern."""
    return (
        f"the disk of {re.escape(str(place.warehouse))} is full, nothing was published \\(the "
        f"import was at '{step}' and may need \\d\\.\\d MB, \\d\\.\\d MB are free\\); "
        "make room and start it again"
    )


@pytest.mark.parametrize(
    ("fill_at", "step"),
    [
        ("reading", "reading"),
        ("checking", "writing"),
        ("writing", "writing"),
        ("rolling up", "rolling up"),
        ("publishing", "publishing"),
    ],
)
def test_a_disk_that_fills_up_at_a_step_is_named_with_the_step(
    full: Place, tmp_path: Path, fill_at: str, step: str
) -> None:
    extracts = _with_mixed_line_ends(full.extracts, tmp_path / "mixed")
    place = Place(full.folder, extracts, full.profile)

    said = refused(place, APRIL, fill_at)

    assert re.fullmatch(sentence(place, step), said)
    assert read(place.warehouse) == known(MARCH)
    assert leftovers(place.warehouse) == []

    empty(place.folder)
    imported = place.take_in(APRIL)

    assert imported.code == 0
    assert read(place.warehouse) == known(MARCH, APRIL)
    assert leftovers(place.warehouse) == []


def _with_mixed_line_ends(extracts: Path, folder: Path) -> Path:
    """April again, in files that must be copied into the warehouse to be read."""
    shutil.copytree(extracts / APRIL.number, folder / APRIL.number)
    for path in (folder / APRIL.number).glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n", 1))
    return folder


@pytest.mark.parametrize("leave", [0, 50_000, 200_000])
def test_a_disk_with_too_little_room_is_named_and_enough_is_what_was_said(
    full: Place, leave: int
) -> None:
    fill(full.folder, leave)

    said = refused(full, APRIL)
    needed = re.search(r"may need (\S+) MB", said)
    assert needed

    assert re.fullmatch(sentence(full, ".*"), said)
    assert read(full.warehouse) == known(MARCH)
    assert leftovers(full.warehouse) == []

    empty(full.folder)
    fill(full.folder, leave=int(float(needed[1]) * 1_000_000))
    imported = full.take_in(APRIL)

    assert imported.code == 0
    assert read(full.warehouse) == known(MARCH, APRIL)


def test_a_full_disk_ends_the_command_with_2_and_one_line(full: Place) -> None:
    fill(full.folder, leave=8192)

    ended = full.take_in(APRIL)

    assert ended.code == 2
    assert ended.said.splitlines()[-1].startswith(f"doorstep: the disk of {full.warehouse} is")
    assert "Traceback" not in ended.said
    assert read(full.warehouse) == known(MARCH)


def test_no_room_to_spill_is_a_full_disk_and_no_fault_of_the_profile(
    full: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_MEMORY", "6MB")
    fill(full.folder, leave=100_000)

    said = refused(full, APRIL)

    assert re.fullmatch(sentence(full, "(checking|writing)"), said)


def test_a_full_disk_breaks_a_migration_off_with_the_same_sentence(full: Place) -> None:
    path = full.warehouse / "snapshots" / "1.json"
    path.write_text(
        path.read_text().replace(
            f'"contract_version": {VERSION}', f'"contract_version": {VERSION - 1}'
        )
    )
    fill(full.folder, leave=100_000)

    with pytest.raises(DiskFullError, match=r"the migration was at '(writing|rolling up)' and"):
        Warehouse(full.warehouse).migrate()

    empty(full.folder)
    Warehouse(full.warehouse).migrate()
    assert read(full.warehouse) == known(MARCH)
    assert leftovers(full.warehouse) == []


@pytest.mark.parametrize("number", [ENOSPC, EDQUOT])
def test_a_manifest_that_cannot_be_synced_is_not_published(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(path: Path) -> None:
        if path.name == "snapshots":
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(disk, "sync", failing)

    said = refused(place, APRIL)

    assert re.fullmatch(sentence(place, "publishing").replace(r"\d\.\d", r"\S+"), said)
    assert read(place.warehouse) == known(MARCH)
    assert leftovers(place.warehouse) == []


def test_another_failure_of_the_disk_is_told_as_what_it_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_path: Path) -> None:
        raise OSError(EIO, os.strerror(EIO))

    monkeypatch.setattr(disk, "sync", failing)

    with pytest.raises(WarehouseError) as refusal:
        Warehouse(place.warehouse).import_folder(
            place.extracts / APRIL.number, ImportOptions(place.profile)
        )

    assert str(refusal.value) == (
        "the import broke off ([Errno 5] Input/output error); nothing was published"
    )
    assert read(place.warehouse) == known(MARCH)
    assert leftovers(place.warehouse) == []
