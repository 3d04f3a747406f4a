"""Which customers bring the margin, and which ones take it away again (whale curve)."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.scope import Scope
from dashboard.warehouse import Reader


@dataclass(frozen=True)
class WhaleCurve:
    """Cumulative margin over customers by falling margin.

    Attributes:
        customers: Customers up to each point, from 0.
        margins: Margin up to each point, from 0; as booked.
    """

    customers: tuple[int, ...]
    margins: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """Margin of all customers."""
        return self.margins[-1]

    @property
    def peak(self) -> int:
        """The point with most margin: customers after it lose money together."""
        return max(range(len(self.margins)), key=lambda at: self.margins[at])

    @property
    def lost(self) -> Decimal:
        """What the customers after the peak take away."""
        return self.margins[self.peak] - self.total


def whale_curve(reader: Reader, scope: Scope) -> WhaleCurve | None:
    """The curve in hundredths of the customers; None where no customer's margin is known."""
    rows = reader.report("customer_margins", scope)
    if rows.is_empty():
        return None
    customers, margins = [0], [Decimal(0)]
    for count, margin in rows.select("customers", "margin").iter_rows():
        customers.append(customers[-1] + count)
        margins.append(margins[-1] + margin)
    return WhaleCurve(tuple(customers), tuple(margins))
