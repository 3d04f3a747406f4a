"""How far one lever alone would have to move for a loss to end.

Every lever is solved on its own, all else as it is; None where it cannot do it alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Economics:
    """A segment per completed delivery.

    Attributes:
        revenue, cost: Per completed delivery.
        per_stop_cost: Part of the cost that is paid per stop, whatever is handed over.
        drops_per_stop: Drops handed over per stop now.
        first_attempt_rate: Share of deliveries that arrived at the first attempt; None
            where it is not known.
        failed_attempt_cost: What one failed first attempt costs; None where not known.
    """

    revenue: float
    cost: float
    per_stop_cost: float
    drops_per_stop: float
    first_attempt_rate: float | None
    failed_attempt_cost: float | None

    @property
    def gap(self) -> float:
        """What is missing per completed delivery; negative where it earns."""
        return self.cost - self.revenue


def fee_needed(now: Economics) -> float:
    """Income per delivery at which margin is nothing: the cost."""
    return now.cost


def drops_per_stop_needed(now: Economics) -> float | None:
    """Drops per stop at which the cost per stop is spread thin enough.

    Cost per stop c falls on d drops: c/d per drop. Break even at d' = d·c / (c − gap),
    where c is the cost per delivery that is paid per stop; None where even endless
    density does not save enough.
    """
    left = now.per_stop_cost - now.gap
    return now.drops_per_stop * now.per_stop_cost / left if left > 0 else None


def first_attempt_rate_needed(now: Economics) -> float | None:
    """First-attempt rate at which failures avoided pay for the gap.

    One point more saves a hundredth of what one failed attempt costs: r' = r + gap / f;
    None where r' lies above 1, or r or f is not known.
    """
    if now.first_attempt_rate is None or not now.failed_attempt_cost:
        return None
    needed = now.first_attempt_rate + now.gap / now.failed_attempt_cost
    return needed if needed <= 1 else None
