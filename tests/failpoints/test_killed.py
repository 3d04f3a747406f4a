"""An import that is killed at any step leaves the last snapshot, whole, and no trace."""

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from dashboard.cli import main
from dashboard.contract import VERSION
from dashboard.errors import NoSnapshotError
from dashboard.warehouse import Warehouse, failpoints
from tests.crashing import doorstep, start
from tests.failpoints.conftest import (
    APRIL,
    KILLED,
    MARCH,
    MAY,
    Place,
    damaged,
    known,
    leftovers,
    read,
)

PLACES = (
    *failpoints.NAMES,
    "table_written:2",
    "orphan_deleted:2",
    "rollup_written:2",
    "file_synced:2",
)
BY_DEFAULT = ("table_written", "rollup_written", "manifest_renamed")
"""Where migrations, first imports and loads of changes die; elsewhere too in slow tests."""

VISIBLE = failpoints.NAMES[failpoints.NAMES.index("manifest_renamed") :]
OF_A_SWEEP = ("draft_deleted", "orphan_deleted", "folder_deleted")
OF_ANY = tuple(name for name in failpoints.NAMES if name not in OF_A_SWEEP)
OF_AN_IMPORT = (
    "files_opened",
    "files_landed",
    "rows_checked",
    "rows_merged",
    "quarantine_written",
)
OF_A_MIGRATION = tuple(name for name in OF_ANY if name not in OF_AN_IMPORT)


def _slow_but(places: Iterable[str], *before: str) -> list:
    """Cases of a test; most of them slow."""
    return [
        pytest.param(*before, place, marks=() if place in BY_DEFAULT else pytest.mark.slow)
        for place in places
    ]


def _listed(place: Place, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Ids that the command lists."""
    capsys.readouterr()
    assert main(["snapshots", "--warehouse", str(place.warehouse), "--format", "json"]) == 0
    return [one["snapshot"] for one in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize(
    ("march", "failpoint"),
    [*(("months", place) for place in PLACES), *_slow_but(PLACES, "changes")],
    indirect=["march"],
)
def test_a_killed_import_has_published_all_or_nothing_and_the_next_is_not_troubled(
    place: Place, failpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    published = [MARCH, APRIL] if failpoint in VISIBLE else [MARCH]

    killed = place.take_in(APRIL, failpoint)

    assert killed.code == KILLED
    assert _listed(place, capsys) == list(range(1, len(published) + 1))
    assert damaged(place.warehouse) == []
    assert read(place.warehouse) == known(*published)

    after = main(place.words(MAY))

    assert after == 0
    assert read(place.warehouse) == known(*published, MAY)
    assert leftovers(place.warehouse) == []


@pytest.mark.parametrize("failpoint", _slow_but(OF_ANY))
def test_a_killed_first_import_leaves_an_empty_warehouse_or_a_whole_one(
    nothing_yet: Place, failpoint: str
) -> None:
    published = [APRIL] if failpoint in VISIBLE else []

    killed = nothing_yet.take_in(APRIL, failpoint)

    assert killed.code == KILLED
    if published:
        assert read(nothing_yet.warehouse) == known(APRIL)
    else:
        with pytest.raises(NoSnapshotError, match="is empty; import a folder first"):
            Warehouse(nothing_yet.warehouse).newest()

    after = main(nothing_yet.words(MAY))

    assert after == 0
    assert read(nothing_yet.warehouse) == known(*published, MAY)
    assert leftovers(nothing_yet.warehouse) == []


@pytest.mark.parametrize("march", ["months"], indirect=True)
@pytest.mark.parametrize("failpoint", _slow_but(OF_A_MIGRATION))
def test_a_killed_migration_is_done_or_can_be_done_again(place: Place, failpoint: str) -> None:
    manifest = _made_older(place.warehouse)
    stated = manifest.read_bytes()
    words = ["migrate", "--warehouse", str(place.warehouse)]

    killed = doorstep(place.folder, *words, failpoint=failpoint)

    assert killed.code == KILLED
    assert manifest.read_bytes() == stated
    assert damaged(place.warehouse) == []
    assert len(Warehouse(place.warehouse).manifests()) == 1 + (failpoint in VISIBLE)

    again = main(words)

    assert again == 0
    assert read(place.warehouse) == known(MARCH)
    assert leftovers(place.warehouse) == []


def _made_older(warehouse: Path) -> Path:
    """Make snapshot 1 one of an older contract; returns its manifest."""
    path = warehouse / "snapshots" / "1.json"
    stated = json.loads(path.read_text(encoding="utf-8")) | {"contract_version": VERSION - 1}
    path.write_text(json.dumps(stated), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("march", ["months"], indirect=True)
def test_an_import_killed_at_any_moment_has_published_all_or_nothing(
    march: Place, tmp_path: Path
) -> None:
    started = monotonic()
    whole = march.copied_to(tmp_path / "whole")
    assert whole.take_in(APRIL).code == 0
    lasts = monotonic() - started
    chance = Random(1)

    for number in range(60):
        place = march.copied_to(tmp_path / str(number))
        process, _ = start(place.folder, *place.words(APRIL))
        sleep(chance.uniform(0, lasts))
        process.kill()
        process.join()
        ids = [one.id for one in Warehouse(place.warehouse).manifests()]
        published = [MARCH, APRIL] if ids == [1, 2] else [MARCH]

        assert damaged(place.warehouse) == []
        assert read(place.warehouse) == known(*published)
        assert main(place.words(MAY)) == 0
        assert read(place.warehouse) == known(*published, MAY)
        assert leftovers(place.warehouse) == []
