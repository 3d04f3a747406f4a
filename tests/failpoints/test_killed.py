"""An import that is killed at any step leaves the last snapshot, whole, and no trace."""

import json

import pytest

from dashboard.cli import main
from dashboard.warehouse import failpoints
from tests.failpoints.conftest import APRIL, MARCH, MAY, Place, known, leftovers, read

KILLED = -9
AGAIN = ("table_written:2", "orphan_deleted:2", "rollup_written:2", "file_synced:2")
PLACES = (*failpoints.NAMES, *AGAIN)
VISIBLE = failpoints.NAMES[failpoints.NAMES.index("manifest_renamed") :]


@pytest.mark.parametrize("failpoint", PLACES)
def test_a_killed_import_is_as_if_it_had_never_begun_or_had_ended(
    place: Place, failpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    published = [MARCH, APRIL] if failpoint in VISIBLE else [MARCH]

    ended = place.take_in(APRIL, failpoint)

    assert ended.code == KILLED
    assert read(place.warehouse) == known(*published)
    assert read(place.warehouse, 1) == known(MARCH)
    main(["snapshots", "--warehouse", str(place.warehouse), "--format", "json"])
    listed = json.loads(capsys.readouterr().out)
    assert [one["snapshot"] for one in listed] == list(range(1, len(published) + 1))

    code = main(place.words(MAY))

    assert code == 0
    assert read(place.warehouse) == known(*published, MAY)
    assert leftovers(place.warehouse) == []
