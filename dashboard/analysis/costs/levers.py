"""What would have to change for a losing segment to break even: one lever at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.analysis.costs.attempts import failed_attempt_cost
from dashboard.analysis.costs.rules import GroupCost
from dashboard.analysis.costs.to_serve import cost_to_serve
from dashboard.analysis.figures import FEWEST, measured
from dashboard.scope import Scope
from dashboard.stats import breakeven
from dashboard.stats.matching import Matched
from dashboard.warehouse import Reader

PAID_PER_STOP = ("carrier_charge", "last_mile")
FIRST_ATTEMPT = "first_attempt_rate"


@dataclass(frozen=True)
class Levers:
    """A segment's levers: what they are now, and what each alone would have to be.

    Attributes:
        segment: Its name.
        delivered: Completed deliveries.
        gap: Missing per completed delivery; negative where the segment earns.
        fee, drops_per_stop, first_attempt: Now and needed; needed is None where the lever
            cannot do it alone.
    """

    segment: str
    delivered: int
    gap: float
    fee: tuple[float, float]
    drops_per_stop: tuple[float | None, float | None]
    first_attempt: tuple[float | None, float | None]


@dataclass(frozen=True)
class LeverBoard:
    """Every segment's levers under a rule, and what a failed attempt was priced at."""

    rule: str
    segments: tuple[Levers, ...]
    failed_attempt: Matched | None


def levers(reader: Reader, rule: str, scope: Scope) -> LeverBoard:
    """Solve each lever alone for every segment with an income.

    Raises:
        ScopeError: No delivery lies in the scope, or none has a known cost.
        UnknownNameError: There is no such rule.
    """
    board = cost_to_serve(reader, rule, scope)
    failed = failed_attempt_cost(reader, scope)
    rates = {
        one.group[0][1]: one.value
        for one in measured(reader, (FIRST_ATTEMPT,), ("segment",), scope)
        if not one.is_thin
    }
    found = tuple(_levers(board.segments, rates, failed.value if failed else None))
    return LeverBoard(rule, found, failed)


def _levers(
    segments: tuple[GroupCost, ...], rates: dict[str, float | None], failed: float | None
) -> Iterator[Levers]:
    for one in segments:
        revenue, cost = one.per_delivery(one.revenue), one.per_delivery(one.cost)
        if revenue is None or cost is None or one.delivered < FEWEST:
            continue
        per_stop = sum(float(one.pools.get(pool, 0)) for pool in PAID_PER_STOP)
        density = one.drops / one.stops if one.stops else None
        now = breakeven.Economics(
            revenue,
            cost,
            per_stop / one.delivered,
            density or 1.0,
            rates.get(one.group[0]),
            failed,
        )
        yield Levers(
            one.group[0],
            one.delivered,
            now.gap,
            (revenue, breakeven.fee_needed(now)),
            (density, breakeven.drops_per_stop_needed(now) if density else None),
            (now.first_attempt_rate, breakeven.first_attempt_rate_needed(now)),
        )
