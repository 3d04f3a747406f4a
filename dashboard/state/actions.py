"""Actions agreed with carriers: who does what by when; closed once, never deleted."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Table, insert, select, update

from dashboard.errors import StateError
from dashboard.state.columns import days, found, key, moments, texts
from dashboard.state.database import TABLES

_actions = Table(
    "actions",
    TABLES,
    key(),
    *texts("carrier", "what", "owner", "filed_by"),
    *days("due"),
    *moments("filed_at"),
    *texts("closed_by", "outcome", optional=True),
    *moments("closed_at", optional=True),
)
_TASK = ("carrier", "what", "owner", "due")


@dataclass(frozen=True)
class Task:
    """What is agreed.

    Attributes:
        carrier: With whom.
        what: Is to be done.
        owner: Who does it.
        due: By which local day.
    """

    carrier: str
    what: str
    owner: str
    due: date


@dataclass(frozen=True)
class Action:
    """An action as it is kept.

    Attributes:
        id: Counts up; never used again.
        task: What is agreed.
        filed_by, filed_at: Who wrote it down, and when, UTC.
        closed_by, closed_at, outcome: Who closed it, when, UTC, and what came of it; None
            while it is open.
    """

    id: int
    task: Task
    filed_by: str
    filed_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    outcome: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody closed it yet."""
        return self.closed_at is None

    def is_overdue(self, today: date) -> bool:
        """Whether it is open beyond its day."""
        return self.is_open and self.task.due < today


def file(connection: Connection, task: Task, by: str, at: datetime) -> Action:
    """Keep an action."""
    row = insert(_actions).values(**vars(task), filed_by=by, filed_at=at).returning(_actions)
    return _action(dict(connection.execute(row).mappings().one()))


def close(connection: Connection, action: int, **closed: object) -> Action:
    """Close an action: `closed_by`, `closed_at`, `outcome`.

    Raises:
        StateError: There is no such action, or it was closed before.
    """
    is_open = (_actions.c.id == action) & _actions.c.closed_at.is_(None)
    row = connection.execute(update(_actions).where(is_open).values(**closed).returning(_actions))
    kept = row.mappings().one_or_none()
    if kept is None:
        message = f"action {action} is not open (any more); name one that is"
        raise StateError(message)
    return _action(dict(kept))


def read(connection: Connection, carrier: str | None) -> tuple[Action, ...]:
    """Actions with one carrier, or with all, closed ones too; the open ones first, by day."""
    wanted = select(_actions).order_by(
        _actions.c.closed_at.is_not(None), _actions.c.due, _actions.c.id
    )
    if carrier is not None:
        wanted = wanted.where(_actions.c.carrier == carrier)
    return tuple(map(_action, found(connection, wanted)))


def _action(row: dict) -> Action:
    return Action(task=Task(**{name: row.pop(name) for name in _TASK}), **row)
