"""What the rules agree on, in one sentence: the title of Cost to serve."""

from collections.abc import Sequence

from dashboard.analysis.costs.board import RuleReadout
from dashboard.analysis.costs.rules import GroupCost

_MOST_NAMED = 2
MINUS = "\N{MINUS SIGN}"


def finding(readouts: Sequence[RuleReadout], whole: GroupCost) -> str:
    """Say who loses money whatever the rule, and whose sign the rule decides.

    Args:
        readouts: Groups under every rule, segments first.
        whole: All deliveries together.
    """
    cost = whole.per_delivery(whole.cost)
    if cost is None:
        return "No delivery was completed in these days"
    if whole.revenue is None:
        return f"One completed delivery costs {cost:.2f}; without revenue no margin can be shown"
    segments = [one for one in readouts if len(one.group) == 1]
    parts = _losing(_losers(segments, readouts)[:_MOST_NAMED])
    flips = _flipping(segments, readouts)
    if flips:
        verb = "depends" if len(flips) == 1 else "depend"
        parts.append(f"{' and '.join(flips)} {verb} on the rule")
    if not parts and all(one.verdict == "earns under every rule" for one in segments):
        parts.append("Every segment earns money under every rule")
    margin = whole.per_delivery(whole.margin) or 0.0
    return "; ".join(parts) or f"One completed delivery leaves {_signed(margin)} after {cost:.2f}"


def _losers(segments: Sequence[RuleReadout], readouts: Sequence[RuleReadout]) -> list[RuleReadout]:
    """Losing segments; where there is none, the losing combinations with most at stake."""
    losing = "loses under every rule"
    whole = [one for one in segments if one.verdict == losing]
    parts = [one for one in readouts if len(one.group) > 1 and one.verdict == losing]
    return sorted(whole or parts, key=lambda one: max(one.splits) * one.delivered)


def _flipping(segments: Sequence[RuleReadout], readouts: Sequence[RuleReadout]) -> list[str]:
    """Segments whose sign the rule decides; else combinations, the largest first."""
    flips = "depends on the rule"
    whole = [one for one in segments if one.verdict == flips]
    parts = [one for one in readouts if len(one.group) > 1 and one.verdict == flips]
    found = sorted(whole or parts, key=lambda one: -one.delivered)
    return [one.name for one in found[:_MOST_NAMED]]


def _losing(losers: Sequence[RuleReadout]) -> list[str]:
    if not losers:
        return []
    first, *others = losers
    said = [f"{first.name} loses {_span(first)} a delivery under every rule"]
    return [", ".join([*said, *(f"{one.name} {_span(one)}" for one in others)])]


def _span(one: RuleReadout) -> str:
    least, most = sorted(f"{abs(value):.2f}" for value in (min(one.splits), max(one.splits)))
    return most if least == most else f"{least} to {most}"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)
