"""Which clauses of its carrier's contract does one delivery touch, and how?

Only the delivery's own row is judged. What a clause on a share comes to is known from the
whole period alone: the carrier review settles that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.analysis.settlement.quarter import Asked
from dashboard.analysis.settlement.rows import Deliveries, marked, meets, read_delivery
from dashboard.contracts import (
    Clause,
    Consecutive,
    Contract,
    MinVolume,
    PerDelivery,
    Rate,
    contract_for,
    words,
)
from dashboard.scope import Quarter
from dashboard.stats.settlement.exact import half_up
from dashboard.stats.settlement.reckoning import credit_of, needs_charge
from dashboard.warehouse import Reader

Row = Mapping[str, Any]

_CANCELLED = "cancelled"
_WAIVED = "; an upheld dispute took the whole line away"


@dataclass(frozen=True)
class Touch:
    """What a delivery is in one clause.

    Attributes:
        clause: Its id.
        period: The clause's period that holds the promise: '2026Q3' or '2026-07'.
        said: What the delivery is there, in words.
        amount: What it alone brings, before floors and caps of the whole line; positive is
            owed by the carrier. None for a clause that judges the period as a whole.
        wording: The clause in words.
    """

    clause: str
    period: str
    said: str
    amount: Decimal | None
    wording: str


@dataclass(frozen=True)
class Touched:
    """The clauses that a delivery touches.

    Attributes:
        contract: The contract's name.
        currency: Of amounts.
        carrier: Whose contract it is.
        quarter: That is settled with the delivery's promise in it.
        touches: In the order of the contract.
    """

    contract: str
    currency: str
    carrier: str
    quarter: Quarter
    touches: tuple[Touch, ...]


def quarter_of(row: Row, fiscal_year_start: int) -> Quarter | None:
    """The quarter that a delivery is settled in: that of its promise."""
    day = row["promised_date"]
    return Quarter.of(day, fiscal_year_start) if day else None


def clauses_touched(reader: Reader, asked: Asked, delivery_id: str) -> Touched:
    """Say which clauses of the contract of its quarter a delivery touches.

    Args:
        reader: The snapshot.
        asked: The delivery's carrier and quarter, contracts, and what people decided.
        delivery_id: The delivery.

    Raises:
        ContractError: No contract holds for the quarter, or it names what the data does
            not know.
    """
    quarter = Quarter.parse(asked.quarter)
    period = quarter.period(reader.fiscal_year_start)
    contract = contract_for(asked.contracts, asked.carrier, period)
    own = read_delivery(reader, contract, delivery_id, asked.upheld)
    found = {one.clause: one for one in _touches(contract, own, asked)}
    for clause in contract.clauses:
        if isinstance(clause, Consecutive) and clause.of in found:
            found[clause.id] = _through(clause, found[clause.of], contract)
    return Touched(
        contract=contract.name,
        currency=contract.contract.currency,
        carrier=contract.carrier,
        quarter=quarter,
        touches=tuple(found[one.id] for one in contract.clauses if one.id in found),
    )


def _touches(contract: Contract, own: Deliveries, asked: Asked) -> Iterator[Touch]:
    missed_in: list[str] = []
    for clause in sorted(contract.clauses, key=lambda one: isinstance(one, PerDelivery)):
        if isinstance(clause, Consecutive):
            continue
        rows = marked(own, clause)
        if isinstance(clause, PerDelivery):
            rows = rows.filter(meets(clause))
        for row in rows.collect().iter_rows(named=True):
            if row["state"] == "missed":
                missed_in.append(clause.id)
            said = _said(clause, row, contract)
            if said:
                waived = (asked.quarter, clause.id) in asked.waived
                yield Touch(
                    clause=clause.id,
                    period=_label(clause, row["promised_date"], asked.quarter),
                    said=f"{said}{_unless(clause, missed_in)}{_WAIVED if waived else ''}",
                    amount=_credit(clause, row),
                    wording=words(clause, contract.contract.currency),
                )


def _unless(clause: Clause, missed_in: Sequence[str]) -> str:
    """What may still take a credit away: only the whole period tells."""
    fining = [one for one in getattr(clause, "not_with", ()) if one in missed_in]
    return f", unless {' or '.join(fining)} fines its period" if fining else ""


def _through(clause: Consecutive, of: Touch, contract: Contract) -> Touch:
    wording = words(clause, contract.contract.currency)
    return Touch(clause.id, of.period, f"Only through {clause.of}", None, wording)


def _label(clause: Clause, day: date, quarter: str) -> str:
    return quarter if clause.period == "quarter" else f"{day:%Y-%m}"


def _credit(clause: Clause, row: Row) -> Decimal | None:
    """What the delivery alone brings; None where it is not paid for by itself."""
    if not isinstance(clause, PerDelivery) or row["state"] != "counts":
        return None
    return half_up(credit_of(clause, row["charge"]))


def _said(clause: Clause, row: Row, contract: Contract) -> str:
    """What a delivery is in a clause; '' where it does not touch it."""
    state = row["state"]
    if isinstance(clause, MinVolume):
        handed = f"Counts as one of the {clause.committed:,} that we hand over"
        return handed if state == "counts" else ""
    if state == "immature":
        days = contract.contract.maturity_days
        waits = f"Not judged yet: that is done {days} days after its promise fell due"
        return "" if row["status"] == _CANCELLED and not row["is_due"] else waits
    taken_out = {
        "excluded": f"Does not count: it fell due in {row['why']}",
        "excused": f"Missed, but does not count: excused by '{row['why']}'",
        "disputed": "Does not count: a dispute about it was upheld",
    }
    if state in taken_out:
        return taken_out[state]
    if isinstance(clause, Rate):
        return _in_share(clause, row)
    if isinstance(clause, PerDelivery) and needs_charge(clause) and row["charge"] is None:
        return "Meets the condition, but brings nothing: its charge is not known"
    return "Brings a credit"


def _in_share(clause: Rate, row: Row) -> str:
    """How a delivery counts in a share, and what nearly made it count otherwise."""
    share = clause.metric.replace("_", " ").removesuffix(" rate")
    if row["state"] == "kept":
        by_grace = ", thanks to its grace" if row[clause.metric] != 1 else ""
        return f"Counts as kept in the share '{share}'{by_grace}"
    lacks = clause.need_evidence and row["failure_reason"] in clause.excused
    but = f"; '{row['failure_reason']}' excuses it only with evidence" if lacks else ""
    return f"Counts as missed in the share '{share}'{but}"
