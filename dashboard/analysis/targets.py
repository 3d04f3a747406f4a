"""What was aimed at: targets of a quarter, where a scope may be held against them."""

from collections.abc import Mapping

from dashboard.analysis.board import Standing
from dashboard.analysis.figures import Figure
from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Reader

_AIMED_AT = {"segment", "service"}


def targets_of(reader: Reader, scope: Scope, period: Period) -> Mapping[tuple[str, str], float]:
    """Targets by segment and metric.

    A segment's target stands for each of its services too. Seen by carrier, channel or
    zone a segment is seen in part, and has none; nor has a period that no quarter holds.
    """
    start = Quarter.of(period.start, reader.fiscal_year_start)
    end = Quarter.of(period.end, reader.fiscal_year_start)
    in_part = any(name not in _AIMED_AT for name, _ in scope.filters)
    return reader.targets(start.key) if start == end and not in_part else {}


def standing_of(found: Figure, target: float | None) -> Standing:
    """A figure against its target; 'not clear' where its interval holds the target."""
    if target is None:
        return "no target"
    if found.low is None or found.high is None or found.is_thin:
        return "not clear"
    above, below = found.low >= target, found.high < target
    if found.metric.better == "lower":
        above, below = found.high <= target, found.low > target
    return "met" if above else "missed" if below else "not clear"
