"""The parts of the page Cost to serve: groups under every rule, and the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dashboard.analysis.costs.ledger import Reconciliation
from dashboard.analysis.costs.rules import Allocation, GroupCost
from dashboard.analysis.figures import FEWEST
from dashboard.scope import Period

Verdict = Literal[
    "loses under every rule",
    "earns under every rule",
    "depends on the rule",
    "not clear",
    "too few",
]


@dataclass(frozen=True)
class RuleReadout:
    """One group under every rule.

    Attributes:
        name: What people call the group: 'Rural', 'Rural · economy'.
        group: Its values.
        delivered: Completed deliveries.
        margins: Per completed delivery, by rule; empty without revenue.
        half: Half the 95 % interval of the booked margin per delivery; None where the
            days carry none. Rules move money, not its scatter, so it serves for all.
    """

    name: str
    group: tuple[str, ...]
    delivered: int
    margins: Mapping[str, float]
    half: float | None

    @property
    def splits(self) -> tuple[float, ...]:
        """Margins under the rules that split, as booked left out."""
        return tuple(value for rule, value in self.margins.items() if rule != "booked")

    @property
    def verdict(self) -> Verdict:
        """What the rules agree on, beyond noise."""
        if self.delivered < FEWEST:
            return "too few"
        if not self.splits or self.half is None:
            return "not clear"
        low, high = min(self.splits), max(self.splits)
        if high + self.half < 0:
            return "loses under every rule"
        if low - self.half > 0:
            return "earns under every rule"
        if low + self.half < 0 < high - self.half:
            return "depends on the rule"
        return "not clear"


@dataclass(frozen=True)
class CostBoard:
    """The page's first screen.

    Attributes:
        message: The finding, as the page's title.
        rule: The rule chosen.
        period: Days asked about; None for all.
        segments: Each segment under the rule chosen, the largest first.
        whole: All of them together.
        allocation: The rule applied, by the finest groups.
        covers_all: Whether no filter hides any delivery; idle time and unallocated cost
            belong to whole cells and are only shown then.
        readouts: Segments, then segments by channel, then segments by service.
        reconciliation: Against the ledger; for the whole network.
        without_revenue: Completed deliveries with a cost but no known income.
        unavailable: Rules for which this snapshot has no weights.
    """

    message: str
    rule: str
    period: Period | None
    segments: tuple[GroupCost, ...]
    whole: GroupCost
    allocation: Allocation
    covers_all: bool
    readouts: tuple[RuleReadout, ...]
    reconciliation: Reconciliation
    without_revenue: int
    unavailable: tuple[str, ...]

    @property
    def spent(self) -> Decimal:
        """Everything the page accounts for: segments, idle time and unallocated cost."""
        return self.allocation.total + self.reconciliation.on_neither

    def of_segments(self) -> tuple[RuleReadout, ...]:
        """Readouts of whole segments."""
        return tuple(one for one in self.readouts if len(one.group) == 1)
