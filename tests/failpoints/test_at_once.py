"""Two imports at once: one publishes, the other says why not, and neither is half in."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from dashboard.errors import ImportConflictError
from dashboard.warehouse import ImportOptions, Warehouse
from tests.crashing import PATIENCE_SECONDS, Held, start
from tests.failpoints.conftest import (
    APRIL,
    KILLED,
    MARCH,
    MAY,
    Month,
    Place,
    known,
    leftovers,
    read,
)

pytestmark = pytest.mark.parametrize("march", ["months"], indirect=True)


def _held(place: Place, month: Month, step: str) -> Held:
    return Held(place.warehouse, place.extracts / month.number, place.profile, step)


def _refusal(place: Place) -> str:
    return f"another import into {place.warehouse} is running; try again after it"


@pytest.mark.parametrize(
    ("step", "other", "ids"), [("publishing", APRIL, [1, 2]), ("reading", MAY, [1, 2, 3])]
)
def test_of_two_processes_the_second_says_that_the_first_is_running(
    place: Place, step: str, other: Month, ids: list[int]
) -> None:
    first = _held(place, APRIL, step)

    second = place.take_in(other)
    before = read(place.warehouse)
    ended = first.go_on()
    between = read(place.warehouse)
    again = place.take_in(other)

    assert (second.code, second.said) == (2, f"doorstep: {_refusal(place)}\n")
    assert (before, ended, between) == (known(MARCH), 0, known(MARCH, APRIL))
    assert again.code == 0
    assert [one.id for one in Warehouse(place.warehouse).manifests()] == ids
    assert read(place.warehouse) == known(MARCH, *{APRIL, other})
    assert leftovers(place.warehouse) == []


@pytest.mark.parametrize("one_warehouse", [True, False])
def test_of_two_threads_the_second_says_that_the_first_is_running(
    place: Place, *, one_warehouse: bool
) -> None:
    there, go = Event(), Event()
    mine = Warehouse(place.warehouse)
    other = mine if one_warehouse else Warehouse(place.warehouse)

    def stop(step: str) -> None:
        if step == "writing":
            there.set()
            assert go.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor() as threads:
        first = threads.submit(
            mine.import_folder,
            place.extracts / APRIL.number,
            ImportOptions(place.profile, progress=stop),
        )
        assert there.wait(PATIENCE_SECONDS)
        with pytest.raises(ImportConflictError) as refusal:
            other.import_folder(place.extracts / MAY.number, ImportOptions(place.profile))
        go.set()
        assert first.result().published

    assert str(refusal.value) == _refusal(place)
    assert read(place.warehouse) == known(MARCH, APRIL)
    assert other.import_folder(place.extracts / MAY.number, ImportOptions(place.profile)).published
    assert read(place.warehouse) == known(MARCH, APRIL, MAY)
    assert leftovers(place.warehouse) == []


def test_imports_that_race_are_all_in_once_the_refused_ones_came_again(place: Place) -> None:
    waiting = [APRIL, MAY]

    rounds = 0
    while waiting:
        rounds += 1
        racing = [(month, *start(place.folder, *place.words(month))) for month in waiting]
        for _, process, _ in racing:
            process.join(PATIENCE_SECONDS)
        codes = {month: process.exitcode for month, process, _ in racing}
        said = [text.read_text() for month, _, text in racing if codes[month]]
        waiting = [month for month in waiting if codes[month]]
        assert 0 in codes.values()
        assert said == [f"doorstep: {_refusal(place)}\n"] * len(waiting)

    assert rounds <= 2
    assert read(place.warehouse) == known(MARCH, APRIL, MAY)
    assert leftovers(place.warehouse) == []


def test_a_holder_that_is_killed_lets_go_of_the_lock(place: Place) -> None:
    first = _held(place, APRIL, "publishing")

    refused = place.take_in(MAY)
    first.process.kill()
    first.process.join()
    after = place.take_in(MAY)

    assert first.process.exitcode == KILLED
    assert (refused.code, after.code) == (2, 0)
    assert read(place.warehouse) == known(MARCH, MAY)
    assert leftovers(place.warehouse) == []
