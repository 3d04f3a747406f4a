"""What people decided about settlements: disputes upheld, quarters signed off."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dashboard.analysis.settlement.quarter import Agreed, Asked, settlement, settlement_evidence
from dashboard.analysis.settlement.rows import Upheld
from dashboard.contracts import Contract
from dashboard.errors import ContractError, UnknownNameError
from dashboard.scope import Quarter
from dashboard.state import Claim, Dispute, Settled, SignedSettlement
from dashboard.warehouse import Reader


def as_decided(
    contracts: tuple[Contract, ...],
    carrier: str,
    quarter: str,
    disputes: Sequence[Dispute] = (),
    signed: Sequence[SignedSettlement] = (),
) -> Asked:
    """A carrier's quarter, with what people decided about it and the quarters before.

    Args:
        contracts: Every contract at hand.
        carrier: Whose.
        quarter: '2026Q3'.
        disputes: Of the carrier; those upheld count, in the quarter they are about.
        signed: Settlements of the carrier; the newest of each other quarter stands.

    Raises:
        ScopeError: The quarter is no quarter.
    """
    key = Quarter.parse(quarter).key
    upheld = [
        one.claim for one in disputes if one.decision == "upheld" and one.claim.carrier == carrier
    ]
    newest = {one.settled.quarter: one for one in signed if one.settled.carrier == carrier}
    return Asked(
        contracts=contracts,
        carrier=carrier,
        quarter=key,
        upheld=tuple(Upheld(name, claim.clause) for claim in upheld for name in claim.deliveries),
        agreed=tuple(
            agreed for name, one in sorted(newest.items()) if name != key for agreed in _lines(one)
        ),
        waived=frozenset(
            (one.quarter, one.clause) for one in upheld if one.clause and not one.deliveries
        ),
    )


def undisputed(asked: Asked) -> Asked:
    """The same quarter, had nobody disputed it."""
    return replace(asked, upheld=(), waived=frozenset())


def signed_versions(
    signed: Sequence[SignedSettlement], carrier: str, quarter: str
) -> tuple[SignedSettlement, ...]:
    """Every version of a quarter that was signed; the last one stands."""
    key = (carrier, quarter)
    return tuple(one for one in signed if (one.settled.carrier, one.settled.quarter) == key)


def signed_of(
    signed: Sequence[SignedSettlement], carrier: str, quarter: str
) -> SignedSettlement | None:
    """The settlement that stands for a quarter; None where nobody signed one."""
    found = signed_versions(signed, carrier, quarter)
    return found[-1] if found else None


def to_sign(statement_json: str, snapshot: int) -> Settled:
    """What is signed off of a settlement.

    Args:
        statement_json: `Statement.to_json`.
        snapshot: What it stands on.
    """
    told = json.loads(statement_json)
    return Settled(
        carrier=told["carrier"],
        quarter=told["quarter"],
        snapshot=snapshot,
        contract_version=told["version"],
        total=told["total"],
        currency=told["currency"],
        statement=statement_json,
    )


def _lines(signed: SignedSettlement) -> list[Agreed]:
    sums: dict[str, Decimal] = {}
    for line in json.loads(signed.settled.statement)["lines"]:
        sums[line["clause"]] = sums.get(line["clause"], Decimal(0)) + Decimal(line["amount"])
    return [Agreed(signed.settled.quarter, name, amount) for name, amount in sums.items()]


def check_claim(reader: Reader, asked: Asked, claim: Claim) -> None:
    """Check that a dispute names a clause and deliveries that the settlement knows.

    Raises:
        ContractError: It names a clause that the contract, or a delivery that the quarter
            does not have.
    """
    found = settlement(reader, asked)
    known = [line.clause for line in found.statement.lines]
    if claim.clause is not None and claim.clause not in known:
        message = str(UnknownNameError.among("clause", claim.clause, dict.fromkeys(known)))
        raise ContractError(message)
    if not claim.deliveries:
        return
    evidence = settlement_evidence(reader, asked)
    if claim.clause is not None:
        evidence = evidence.filter(evidence["clause"] == claim.clause)
    strange = set(claim.deliveries) - set(evidence["delivery_id"])
    if strange:
        where = claim.clause or "any line"
        message = (
            f"delivery '{min(strange)}' stands in {where} of {asked.carrier}, {asked.quarter} not "
            "at all; name deliveries of `doorstep settle … --evidence`"
        )
        raise ContractError(message)
