"""Sign-offs: somebody vouches for the figures of a snapshot, which is then kept for good."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, String, Table, insert, select

from dashboard.errors import StateError
from dashboard.state.columns import found, moments, texts
from dashboard.state.database import TABLES

_sign_offs = Table(
    "sign_offs",
    TABLES,
    Column("snapshot", Integer, primary_key=True),
    Column("by", String, primary_key=True),
    *moments("at"),
    *texts("note", optional=True),
)


@dataclass(frozen=True)
class SignOff:
    """One person's word on one snapshot.

    Attributes:
        snapshot: Its id.
        by: Who.
        at: When, UTC.
        note: What they said; None where nothing.
    """

    snapshot: int
    by: str
    at: datetime
    note: str | None


def add(connection: Connection, sign_off: SignOff) -> None:
    """Keep a sign-off.

    Raises:
        StateError: The same person signed this snapshot off before.
    """
    for before in read(connection):
        if (before.snapshot, before.by) == (sign_off.snapshot, sign_off.by):
            message = (
                f"{before.by} signed off snapshot {before.snapshot} on {before.at:%Y-%m-%d}; "
                "nothing more is needed"
            )
            raise StateError(message)
    connection.execute(insert(_sign_offs).values(vars(sign_off)))


def read(connection: Connection) -> tuple[SignOff, ...]:
    """All sign-offs, by snapshot and then time."""
    columns = _sign_offs.c
    wanted = select(_sign_offs).order_by(columns.snapshot, columns.at)
    return tuple(SignOff(**row) for row in found(connection, wanted))
