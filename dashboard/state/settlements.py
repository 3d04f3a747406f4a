"""Settlements signed off: frozen as they were, with the snapshot that they stand on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, insert, select

from dashboard.state.columns import found, key, moments, numbers, texts
from dashboard.state.database import TABLES

_settlements = Table(
    "settlements",
    TABLES,
    key(),
    *texts("carrier", "quarter", "total", "currency", "statement", "by"),
    *numbers("snapshot", "contract_version"),
    *moments("at"),
    *texts("note", optional=True),
)


@dataclass(frozen=True)
class Settled:
    """What is signed off.

    Attributes:
        carrier, quarter: Whose, and which ('2026Q3').
        snapshot: What it stands on.
        contract_version: Of the contract that it was settled by.
        total: To the cent, as text; positive is owed by the carrier.
        statement: All lines, as JSON.
    """

    carrier: str
    quarter: str
    snapshot: int
    contract_version: int
    total: str
    currency: str
    statement: str


@dataclass(frozen=True)
class SignedSettlement:
    """A settlement as it was signed off; a later one of the same quarter replaces it.

    Attributes:
        id: Counts up; the highest of a quarter stands.
        settled: What was signed.
        by, at: Who, and when, UTC.
        note: What they said; None where nothing.
    """

    id: int
    settled: Settled
    by: str
    at: datetime
    note: str | None


def add(connection: Connection, settled: Settled, **written: object) -> SignedSettlement:
    """Keep a settlement: what it is, and `by`, `at` and `note`."""
    row = insert(_settlements).values(**vars(settled), **written).returning(_settlements)
    return _signed(dict(connection.execute(row).mappings().one()))


def read(connection: Connection, carrier: str | None) -> tuple[SignedSettlement, ...]:
    """Settlements of one carrier, or of all; those replaced too; oldest first."""
    wanted = select(_settlements).order_by(_settlements.c.id)
    if carrier is not None:
        wanted = wanted.where(_settlements.c.carrier == carrier)
    return tuple(map(_signed, found(connection, wanted)))


def _signed(row: dict) -> SignedSettlement:
    own = {name: row.pop(name) for name in ("id", "by", "at", "note")}
    return SignedSettlement(settled=Settled(**row), **own)
