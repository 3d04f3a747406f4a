"""Notes on charts: what happened on a day, and where a new baseline begins."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, Table, insert, select, update

from dashboard.errors import StateError
from dashboard.state.columns import days, found, key, moments, texts
from dashboard.state.database import TABLES

NoteKind = Literal["note", "rebaseline"]

_notes = Table(
    "notes",
    TABLES,
    key(),
    *texts("metric", "text", "kind", "by"),
    *days("day"),
    *moments("at"),
    *texts("segment", "withdrawn_by", optional=True),
    *moments("withdrawn_at", optional=True),
)


@dataclass(frozen=True)
class Mark:
    """The place of a note.

    Attributes:
        metric: Name of the metric whose chart it stands on.
        day: Local day; of a rebaseline, the first day of the new baseline.
        segment: The one segment it is about; None for all.
    """

    metric: str
    day: date
    segment: str | None = None


@dataclass(frozen=True)
class Note:
    """A note as it is kept; never deleted, at most withdrawn.

    Attributes:
        id: Counts up; never used again.
        metric, segment, day: Its place; see `Mark`.
        text: What happened.
        kind: 'note', or 'rebaseline' where limits are to be computed anew from its day.
        by, at: Who wrote it, and when, UTC.
        withdrawn_at, withdrawn_by: When and by whom it was taken back; None while it stands.
    """

    id: int
    metric: str
    segment: str | None
    day: date
    text: str
    kind: NoteKind
    by: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None

    @property
    def stands(self) -> bool:
        """Whether it was not withdrawn."""
        return self.withdrawn_at is None


def add(connection: Connection, mark: Mark, **written: object) -> Note:
    """Keep a note: its place, and `text`, `kind`, `by` and `at`."""
    kept = connection.execute(insert(_notes).values(**vars(mark), **written).returning(_notes))
    return Note(**kept.mappings().one())


def withdraw(connection: Connection, note: int, by: str, at: datetime) -> Note:
    """Take a note back; it stays on file.

    Raises:
        StateError: There is no such note, or it was withdrawn before.
    """
    standing = (_notes.c.id == note) & _notes.c.withdrawn_at.is_(None)
    taken_back = update(_notes).where(standing).values(withdrawn_at=at, withdrawn_by=by)
    row = connection.execute(taken_back.returning(_notes)).mappings().one_or_none()
    if row is None:
        message = f"note {note} does not stand (any more); name one that does"
        raise StateError(message)
    return Note(**row)


def read(connection: Connection, metric: str | None) -> tuple[Note, ...]:
    """Notes of one metric, or of all; withdrawn ones too; by day and then id."""
    wanted = select(_notes).order_by(_notes.c.day, _notes.c.id)
    if metric is not None:
        wanted = wanted.where(_notes.c.metric == metric)
    return tuple(Note(**row) for row in found(connection, wanted))
