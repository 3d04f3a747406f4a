"""The failpoints themselves: a closed list that no setting and no slip can reach."""

from pathlib import Path

import pytest

from dashboard.errors import SettingsError
from dashboard.settings import load
from dashboard.warehouse import failpoints
from tests.failpoints.conftest import APRIL, MARCH, Place, known, leftovers, read


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (
            "draft_writen",
            "unknown failpoint 'draft_writen'; did you mean 'draft_written'?",
        ),
        (
            "swept:0",
            "DOORSTEP_FAILPOINT says '0' for the time; state a number from 1 to 99, or none",
        ),
        (
            "swept:twice",
            "DOORSTEP_FAILPOINT says 'twice' for the time; state a number from 1 to 99, or none",
        ),
    ],
)
def test_a_misspelt_failpoint_is_refused_before_anything_is_written(
    nothing_yet: Place, stated: str, message: str
) -> None:
    ended = nothing_yet.take_in(MARCH, stated)

    assert (ended.code, ended.said) == (2, f"doorstep: {message}\n")
    assert not list(nothing_yet.warehouse.rglob("*.json"))


@pytest.mark.parametrize("march", ["months"], indirect=True)
def test_a_time_that_never_comes_kills_nothing(place: Place) -> None:
    ended = place.take_in(APRIL, "swept:2")

    assert ended.code == 0
    assert read(place.warehouse) == known(MARCH, APRIL)
    assert leftovers(place.warehouse) == []


def test_the_failpoint_is_no_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without = load()
    load.cache_clear()
    monkeypatch.setenv(failpoints.VARIABLE, "swept")
    assert load() == without

    (tmp_path / "doorstep.toml").write_text('failpoint = "swept"\n')
    load.cache_clear()
    with pytest.raises(SettingsError, match="setting 'failpoint': Extra inputs are not permitted"):
        load()
