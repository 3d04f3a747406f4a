"""What people write is kept whole, whoever writes at the same time."""

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from dashboard.errors import NoSnapshotError, StateError
from dashboard.state import Mark, State, Task
from dashboard.state.database import TABLES, Database
from dashboard.state.migrations import MIGRATIONS

MARK = Mark("on_time_rate", date(2026, 3, 3))

WRITER = """
import sys
from datetime import date
from pathlib import Path
from dashboard.state import Mark, State

state, name = State(Path(sys.argv[1])), sys.argv[2]
sys.stdin.readline()
for turn in range(40):
    note = state.add_note(Mark("volume", date(2026, 3, 3)), f"{name} {turn}", name)
    state.withdraw_note(note.id, name) if turn % 2 else state.sign_off(turn, name, check=int)
"""

KILLED = """
import os, sys
from pathlib import Path
from dashboard.state.database import Database

with Database(Path(sys.argv[1])).writing() as connection:
    connection.exec_driver_sql(
        "insert into sign_offs (snapshot, by, at) values (1, 'Ann', '2026-03-03 00:00:00')"
    )
    os._exit(9)
"""


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.of(tmp_path)


def exists(_snapshot: int) -> None:
    """Stand for a warehouse that holds every snapshot."""


def test_reading_what_nobody_wrote_finds_nothing_and_makes_no_file(
    state: State, tmp_path: Path
) -> None:
    assert (state.sign_offs(), state.notes()) == ((), ())
    assert list(tmp_path.iterdir()) == []


def test_a_sign_off_says_who_when_and_why(state: State, tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(tzinfo=None)

    signed = state.sign_off(3, " Ann ", "as presented", check=exists)

    assert State.of(tmp_path).sign_offs() == (signed,)
    assert (signed.snapshot, signed.by, signed.note) == (3, "Ann", "as presented")
    assert before <= signed.at <= datetime.now(UTC).replace(tzinfo=None)


def test_several_people_sign_off_a_snapshot_each_once(state: State) -> None:
    signed = [state.sign_off(3, name, check=exists) for name in ("Ann", "Bo")]

    with pytest.raises(StateError) as refusal:
        state.sign_off(3, "Ann", check=exists)

    assert str(refusal.value) == (
        f"Ann signed off snapshot 3 on {signed[0].at:%Y-%m-%d}; nothing more is needed"
    )
    assert list(state.sign_offs()) == signed


def test_a_snapshot_that_is_gone_is_not_signed_off(state: State) -> None:
    def check(snapshot: int) -> None:
        message = f"snapshot {snapshot} is gone"
        raise NoSnapshotError(message)

    with pytest.raises(NoSnapshotError):
        state.sign_off(3, "Ann", check=check)

    assert state.sign_offs() == ()


def test_nobody_signs_off_while_sign_offs_are_held(state: State, tmp_path: Path) -> None:
    state.sign_off(3, "Ann", check=exists)
    other = sqlite3.connect(tmp_path / "state.sqlite", timeout=0)

    with state.holding_sign_offs() as held:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("insert into sign_offs (snapshot, by, at) values (4, 'Bo', '2026')")
        readable = state.sign_offs()

    other.close()
    assert held == {3}
    assert [one.snapshot for one in readable] == [3]


def test_a_note_stands_at_its_place(state: State, tmp_path: Path) -> None:
    mark = Mark("on_time_rate", date(2026, 3, 3), "Premium")

    note = state.add_note(mark, "depot fire", "Ann")
    baseline = state.add_note(MARK, "new carrier from here", "Bo", "rebaseline")

    assert State.of(tmp_path).notes("on_time_rate") == (note, baseline)
    assert (note.id, note.metric, note.segment) == (1, "on_time_rate", "Premium")
    assert (note.day, note.text, note.kind, note.by) == (
        date(2026, 3, 3), "depot fire", "note", "Ann",
    )  # fmt: skip
    assert (baseline.segment, baseline.kind) == (None, "rebaseline")


def test_notes_come_by_day_and_by_metric(state: State) -> None:
    late, early = (state.add_note(Mark("volume", date(2026, 3, day)), "x", "A") for day in (9, 2))
    other = state.add_note(MARK, "x", "A")

    assert state.notes("volume") == (early, late)
    assert state.notes() == (early, other, late)
    assert state.notes("margin_per_delivery") == ()


def test_a_note_is_withdrawn_and_never_deleted(state: State) -> None:
    note = state.add_note(MARK, "wrong day", "Ann")

    taken = state.withdraw_note(note.id, "Bo")
    again = state.add_note(MARK, "right day", "Ann")

    assert state.notes() == (again,)
    assert state.notes(withdrawn=True) == (taken, again)
    assert (taken.text, taken.by, taken.withdrawn_by) == ("wrong day", "Ann", "Bo")
    assert taken.withdrawn_at >= note.at
    assert not taken.stands


@pytest.mark.parametrize("times", [0, 1])
def test_a_note_that_does_not_stand_cannot_be_withdrawn(state: State, times: int) -> None:
    for _ in range(times):
        state.withdraw_note(state.add_note(MARK, "x", "Ann").id, "Ann")

    with pytest.raises(StateError) as refusal:
        state.withdraw_note(1, "Ann")

    assert str(refusal.value) == "note 1 does not stand (any more); name one that does"


@pytest.mark.parametrize(
    ("text", "by", "message"),
    [
        (" ", "Ann", "the text is empty; write it out"),
        ("fire", "", "the name is empty; write it out"),
        ("x" * 2_001, "Ann", "the text has 2001 characters; keep it within 2000"),
    ],
)
def test_words_nobody_can_use_are_refused(state: State, text: str, by: str, message: str) -> None:
    with pytest.raises(StateError) as refusal:
        state.add_note(MARK, text, by)

    assert str(refusal.value) == message
    assert state.notes() == ()


def test_a_state_without_its_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError) as refusal:
        State.of(tmp_path / "none").add_note(MARK, "fire", "Ann")

    assert str(refusal.value) == (
        f"there is no folder {tmp_path / 'none'}; import into a warehouse first"
    )


def test_an_action_says_who_does_what_by_when_and_what_came_of_it(
    state: State, tmp_path: Path
) -> None:
    later = state.file_action(Task("Heron", "audit the scans", "Bo", date(2026, 12, 1)), " Ann ")
    first = state.file_action(Task("Heron", "train drivers", "Cy", date(2026, 11, 1)), "Ann")
    state.file_action(Task("Swift", "new depot", "Di", date(2026, 10, 1)), "Ann")

    closed = state.close_action(first.id, "Bo", "12 drivers trained")

    again = State.of(tmp_path).actions("Heron")
    assert [one.id for one in again] == [later.id, first.id]
    assert again[1] == closed
    assert (closed.closed_by, closed.outcome) == ("Bo", "12 drivers trained")
    assert (later.filed_by, later.task.owner, later.is_open) == ("Ann", "Bo", True)
    assert later.is_overdue(date(2026, 12, 2))
    assert not later.is_overdue(date(2026, 12, 1))
    assert not closed.is_overdue(date(2027, 1, 1))
    assert len(state.actions()) == 3


def test_an_action_is_closed_once_and_names_what_and_who(state: State) -> None:
    filed = state.file_action(Task("Heron", "audit", "Bo", date(2026, 12, 1)), "Ann")
    state.close_action(filed.id, "Bo")

    with pytest.raises(StateError, match=r"action 1 is not open \(any more\); name one that is"):
        state.close_action(filed.id, "Bo")
    with pytest.raises(StateError, match="the owner is empty; write it out"):
        state.file_action(Task("Heron", "audit", " ", date(2026, 12, 1)), "Ann")


def test_two_processes_write_at_once_and_nothing_is_lost(state: State, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, name],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("Ann", "Bo")
    ]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate(timeout=120)[1] for writer in writers]

    notes = state.notes(withdrawn=True)
    texts = {f"{name} {turn}" for name in ("Ann", "Bo") for turn in range(40)}
    assert said == ["", ""]
    assert len(notes) == 80
    assert {note.text for note in notes} == texts
    assert all(note.stands == (int(note.text.split()[1]) % 2 == 0) for note in notes)
    assert len(state.sign_offs()) == 40


def test_a_process_killed_while_writing_leaves_what_was_there(
    state: State, tmp_path: Path
) -> None:
    state.sign_off(3, "Ann", check=exists)

    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "state.sqlite"], check=False)

    assert killed.returncode == 9
    assert [one.snapshot for one in state.sign_offs()] == [3]
    assert state.sign_off(4, "Bo", check=exists).snapshot == 4


def test_the_migrations_end_in_the_tables_that_are_read(state: State, tmp_path: Path) -> None:
    state.add_note(MARK, "fire", "Ann")

    engine = create_engine(f"sqlite:///{tmp_path / 'state.sqlite'}")
    found = {
        table: {(c["name"], c["nullable"]) for c in inspect(engine).get_columns(table)}
        for table in inspect(engine).get_table_names()
    }
    engine.dispose()
    assert found == {
        table.name: {(column.name, bool(column.nullable)) for column in table.columns}
        for table in TABLES.tables.values()
    }


def test_the_file_waits_keeps_a_log_and_heeds_foreign_keys(tmp_path: Path) -> None:
    with Database(tmp_path / "state.sqlite").writing() as connection:
        found = {
            name: connection.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "user_version")
        }

    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "user_version": len(MIGRATIONS),
    }


def test_a_file_of_a_newer_version_is_left_alone(state: State, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as newer:
        newer.execute("pragma user_version = 99")
    newer.close()

    with pytest.raises(StateError) as refusal:
        state.notes()

    assert str(refusal.value) == (
        f"{path} is of version 99, this Doorstep knows {len(MIGRATIONS)}; use a newer Doorstep"
    )


def test_a_damaged_file_is_named(state: State, tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 200)

    with pytest.raises(StateError) as refusal:
        state.notes()

    assert str(refusal.value) == (
        f"{tmp_path / 'state.sqlite'}: file is not a database; restore it from a backup"
    )
