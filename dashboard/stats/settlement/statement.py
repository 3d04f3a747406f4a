"""A settlement as it is written down: lines that sum to a total."""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction

from dashboard.stats.settlement.facts import Facts


@dataclass(frozen=True)
class Line:
    """What one clause makes of one period. Positive: the carrier owes us.

    Attributes:
        clause, kind: The clause.
        words: The clause in words.
        facts: What it stands on.
        arithmetic: How the amount comes about.
        rule: What the interval rule, the floor and the caps did; '' for nothing.
        before_cap: Rounded, before the contract's cap.
        amount: What is owed, to the cent.
    """

    clause: str
    kind: str
    words: str
    facts: Facts
    arithmetic: str
    rule: str
    before_cap: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Statement:
    """What a contract makes of a quarter.

    Attributes:
        carrier, version, currency, quarter: What is settled.
        lines: By clause and period.
        fee: What the contract's cap is a percentage of.
        cap: The contract's cap in money; None where it has none.
        provisional: Whether deliveries may still change it.
    """

    carrier: str
    version: int
    currency: str
    quarter: str
    lines: tuple[Line, ...]
    fee: Decimal
    cap: Decimal | None
    provisional: bool

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    def came_to(self, clause: str) -> Decimal:
        """The sum of one clause's lines."""
        own = (line.amount for line in self.lines if line.clause == clause)
        return sum(own, Decimal("0.00"))

    def to_json(self) -> str:
        """The whole statement as text: the same statement gives the same bytes."""
        found = asdict(self) | {"total": self.total}
        return json.dumps(found, sort_keys=True, indent=1, default=_plain, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, (frozenset, set)):
        return sorted(list(one) for one in value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return str(value)
