"""What broken promises cost: money paid out, and custom put at risk.

The two are never one figure: the first is on the books, the second is an expectation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.errors import NotEnoughDataError


@dataclass(frozen=True)
class Tariff:
    """Prices of a breach.

    Attributes:
        tiers: Credit up to so many minutes late, bounds included, ascending.
        redelivery: One further attempt.
        contact: One customer contact.
        churn: By segment: probability that a breach loses the customer, and the margin
            that goes with the customer.
    """

    tiers: Sequence[tuple[int, Decimal]]
    redelivery: Decimal
    contact: Decimal
    churn: Mapping[str, tuple[Decimal, Decimal]]

    def credit(self, minutes: int) -> Decimal:
        """The credit for so many minutes late.

        Raises:
            NotEnoughDataError: No tier reaches that far.
        """
        for bound, credit in self.tiers:
            if minutes <= bound:
                return credit
        message = f"no tier reaches {minutes} minutes; state one that does"
        raise NotEnoughDataError(message)


@dataclass(frozen=True)
class Breach:
    """One broken promise."""

    segment: str
    minutes_late: int
    contacts: int = 0
    redelivered: bool = False


@dataclass(frozen=True)
class BreachCost:
    """What breaches cost.

    Attributes:
        credit, redelivery, contact: Cash.
        churn_exposure: Expected margin lost with the customers; no cash.
    """

    credit: Decimal = Decimal(0)
    redelivery: Decimal = Decimal(0)
    contact: Decimal = Decimal(0)
    churn_exposure: Decimal = Decimal(0)

    @property
    def cash(self) -> Decimal:
        """Money paid out."""
        return self.credit + self.redelivery + self.contact

    def __add__(self, other: "BreachCost") -> "BreachCost":
        """Both together, part by part."""
        return BreachCost(
            self.credit + other.credit,
            self.redelivery + other.redelivery,
            self.contact + other.contact,
            self.churn_exposure + other.churn_exposure,
        )


def breach_cost(breaches: Iterable[Breach], tariff: Tariff) -> dict[str, BreachCost]:
    """Price breaches by segment.

    Raises:
        NotEnoughDataError: A segment has no churn stated, or no tier reaches a lateness.
    """
    found: dict[str, BreachCost] = {}
    for breach in breaches:
        if breach.segment not in tariff.churn:
            message = f"no churn is stated for segment '{breach.segment}'; state it"
            raise NotEnoughDataError(message)
        probability, margin = tariff.churn[breach.segment]
        cost = BreachCost(
            tariff.credit(breach.minutes_late),
            tariff.redelivery if breach.redelivered else Decimal(0),
            tariff.contact * breach.contacts,
            probability * margin,
        )
        found[breach.segment] = found.get(breach.segment, BreachCost()) + cost
    return found
