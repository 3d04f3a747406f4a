"""The one way in to what people write."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dashboard.errors import StateError
from dashboard.state import notes, sign_offs
from dashboard.state.database import Database
from dashboard.state.notes import Mark, Note, NoteKind
from dashboard.state.sign_offs import SignOff

FILE = "state.sqlite"
"""Its name in the folder of a warehouse."""

_LONGEST = 2_000


class State:
    """What people wrote about one warehouse."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made by the first thing written.

        Args:
            path: The SQLite file, `state.sqlite` in the folder of a warehouse.
        """
        self._database = Database(path)

    @classmethod
    def of(cls, warehouse: Path) -> "State":
        """The state of the warehouse in a folder."""
        return cls(warehouse / FILE)

    def sign_off(
        self, snapshot: int, by: str, note: str | None = None, *, check: Callable[[int], object]
    ) -> SignOff:
        """Vouch for a snapshot; from now on pruning leaves it alone.

        Args:
            snapshot: Its id.
            by: Who vouches.
            note: What they say to it.
            check: Called with the id while nothing can be pruned; raises where the snapshot
                does not exist (`Warehouse.manifest`).

        Raises:
            StateError: The same person signed it off before, or nobody is named.
        """
        said = _said("note", note) if note else None
        signed = SignOff(snapshot, _said("name", by), _now(), said)
        with self._database.writing() as connection:
            check(snapshot)
            sign_offs.add(connection, signed)
        return signed

    def sign_offs(self) -> tuple[SignOff, ...]:
        """All sign-offs, by snapshot and then time."""
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            return sign_offs.read(connection)

    @contextmanager
    def holding_sign_offs(self) -> Generator[frozenset[int], None, None]:
        """Ids of the snapshots signed off; nobody can sign off another one meanwhile."""
        with self._database.writing() as connection:
            yield frozenset(one.snapshot for one in sign_offs.read(connection))

    def copy_to(self, path: Path) -> bool:
        """Copy everything to a new file, as it is at one moment; False where nothing is."""
        if self._database.exists:
            self._database.copy_to(path)
        return self._database.exists

    def add_note(self, mark: Mark, text: str, by: str, kind: NoteKind = "note") -> Note:
        """Write a note on a chart.

        Raises:
            StateError: The text is empty or too long, or nobody is named.
        """
        written = {"text": _said("text", text), "by": _said("name", by), "kind": kind}
        with self._database.writing() as connection:
            return notes.add(connection, mark, at=_now(), **written)

    def withdraw_note(self, note: int, by: str) -> Note:
        """Take a note back; it stays on file as withdrawn.

        Raises:
            StateError: There is no such note, or it was withdrawn before.
        """
        with self._database.writing() as connection:
            return notes.withdraw(connection, note, _said("name", by), _now())

    def notes(self, metric: str | None = None, *, withdrawn: bool = False) -> tuple[Note, ...]:
        """Notes on the charts of one metric, or of all, by day.

        Args:
            metric: Name of the metric.
            withdrawn: Give withdrawn ones too.
        """
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            found = notes.read(connection, metric)
        return tuple(note for note in found if withdrawn or note.stands)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _said(what: str, words: str) -> str:
    trimmed = words.strip()
    if not trimmed:
        message = f"the {what} is empty; write it out"
        raise StateError(message)
    if len(trimmed) > _LONGEST:
        message = f"the {what} has {len(trimmed)} characters; keep it within {_LONGEST}"
        raise StateError(message)
    return trimmed
