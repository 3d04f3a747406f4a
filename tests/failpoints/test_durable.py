"""What a snapshot names is on the disk before the snapshot is: a power cut finds no gap."""

import json
import os
from pathlib import Path

import pytest

from dashboard.cli import main
from tests.failpoints.conftest import APRIL, Place

pytestmark = pytest.mark.parametrize("march", ["months"], indirect=True)

RENAMED = "renamed"


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths in the order in which they were synced, and when a manifest was renamed."""
    order: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted(handle: int) -> None:
        fsync(handle)
        order.append(str(Path(f"/proc/self/fd/{handle}").readlink()))

    def noted_rename(path: Path, target: Path) -> Path:
        order.append(RENAMED)
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "rename", noted_rename)
    return order


def test_new_files_their_folders_and_the_draft_reach_the_disk_before_the_manifest_does(
    place: Place, synced: list[str]
) -> None:
    assert main(place.words(APRIL)) == 0

    home = place.warehouse
    one, two = (
        {
            file["path"]
            for files in json.loads((home / "snapshots" / f"{snapshot}.json").read_text())[
                "files"
            ].values()
            for file in files
        }
        for snapshot in (1, 2)
    )
    new = {home / path for path in two - one}
    folders = {folder for path in new for folder in path.parents if home in folder.parents}
    before, after = synced[: synced.index(RENAMED)], synced[synced.index(RENAMED) + 1 :]
    assert len(new) > 20
    assert {str(path) for path in new | folders} | {str(home)} <= set(before)
    assert before[-1] == str(home / "snapshots" / "2.tmp")
    assert after == [str(home / "snapshots")]
    assert not {str(home / path) for path in one} & set(synced)


def test_the_folder_of_a_new_warehouse_reaches_the_disk_too(
    march: Place, tmp_path: Path, synced: list[str]
) -> None:
    place = Place(tmp_path / "deep" / "er", march.extracts, march.profile)

    assert main(place.words(APRIL)) == 0

    assert {str(tmp_path), str(tmp_path / "deep"), str(tmp_path / "deep" / "er")} <= set(synced)
