"""Disputes with carriers: filed on deliveries or on a line, decided once, never deleted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Table, insert, select, update

from dashboard.errors import StateError
from dashboard.state.columns import found, key, moments, texts
from dashboard.state.database import TABLES

Decision = Literal["upheld", "rejected"]
_BETWEEN = "\n"

_disputes = Table(
    "disputes",
    TABLES,
    key(),
    *texts("carrier", "quarter", "deliveries", "reason", "filed_by"),
    *moments("filed_at"),
    *texts("clause", "note", "evidence", optional=True),
    *texts("decision", "decided_by", "decision_note", optional=True),
    *moments("decided_at", optional=True),
)


@dataclass(frozen=True)
class Claim:
    """What is disputed, and why.

    Attributes:
        carrier, quarter: Whose settlement, of which quarter ('2026Q3').
        reason: Why it is wrong, in a word or two.
        clause: The one clause that it is about; None for all that count the deliveries, but
            commitments of volume.
        deliveries: Their ids; none where the clause's whole line is disputed.
        note: What else there is to say.
        evidence: Where the evidence is: a link or a reference.
    """

    carrier: str
    quarter: str
    reason: str
    clause: str | None = None
    deliveries: tuple[str, ...] = ()
    note: str | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class Dispute:
    """A dispute as it is kept.

    Attributes:
        id: Counts up; never used again.
        claim: What is disputed.
        filed_by, filed_at: Who filed it, and when, UTC.
        decision: None while it is open.
        decided_by, decided_at, decision_note: Who decided, when, UTC, and what they said.
    """

    id: int
    claim: Claim
    filed_by: str
    filed_at: datetime
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody decided it yet."""
        return self.decision is None


def file(connection: Connection, claim: Claim, by: str, at: datetime) -> Dispute:
    """Keep a dispute."""
    stated = vars(claim) | {"deliveries": _BETWEEN.join(claim.deliveries)}
    row = insert(_disputes).values(**stated, filed_by=by, filed_at=at).returning(_disputes)
    return _dispute(dict(connection.execute(row).mappings().one()))


def decide(connection: Connection, dispute: int, **decided: object) -> Dispute:
    """Decide a dispute: `decision`, `decided_by`, `decided_at`, `decision_note`.

    Raises:
        StateError: There is no such dispute, or it was decided before.
    """
    is_open = (_disputes.c.id == dispute) & _disputes.c.decision.is_(None)
    row = connection.execute(
        update(_disputes).where(is_open).values(**decided).returning(_disputes)
    )
    kept = row.mappings().one_or_none()
    if kept is None:
        message = f"dispute {dispute} is not open (any more); name one that is"
        raise StateError(message)
    return _dispute(dict(kept))


def read(connection: Connection, carrier: str | None) -> tuple[Dispute, ...]:
    """Disputes of one carrier, or of all, decided ones too; oldest first."""
    wanted = select(_disputes).order_by(_disputes.c.id)
    if carrier is not None:
        wanted = wanted.where(_disputes.c.carrier == carrier)
    return tuple(map(_dispute, found(connection, wanted)))


def _dispute(row: dict) -> Dispute:
    ids = row.pop("deliveries")
    names = ("carrier", "quarter", "reason", "clause", "note", "evidence")
    stated = {name: row.pop(name) for name in names}
    claim = Claim(**stated, deliveries=tuple(ids.split(_BETWEEN)) if ids else ())
    return Dispute(claim=claim, **row)
