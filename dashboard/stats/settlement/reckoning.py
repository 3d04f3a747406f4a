"""One clause and one period: from exact counts to an exact amount, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Final

import numpy as np

from dashboard.contracts import (
    Cliff,
    EarnBack,
    Incentive,
    Linear,
    MinVolume,
    PerDelivery,
    Rate,
    Tier,
)
from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import ratio_interval
from dashboard.stats.settlement.exact import money_said, share_said
from dashboard.stats.settlement.facts import Counts, Facts

NOTHING: Final = Fraction(0)


@dataclass(frozen=True)
class Reckoned:
    """An amount before floor and caps.

    Attributes:
        amount: Exact; positive is owed by the carrier.
        arithmetic: How it comes about.
        rule: What kept it from being paid; '' for nothing.
        judged: Whether enough deliveries were there to judge at all.
    """

    amount: Fraction
    arithmetic: str
    rule: str = ""
    judged: bool = True


def reckon_rate(clause: Rate, facts: Facts) -> Reckoned:
    """What a clause on a share comes to in a period."""
    value = facts.counts.value
    if value is None or facts.counts.counted < clause.min_deliveries:
        found = f"{facts.counts.counted:,} deliveries"
        needed = f"; {clause.min_deliveries:,} are needed" if clause.min_deliveries else ""
        return Reckoned(NOTHING, found, f"not judged: {found}{needed}", judged=False)
    found = _RATES[type(clause)](clause, facts, value)
    if found.amount <= 0 or clause.interval_rule.kind == "none":
        return found
    is_beyond_chance, said = _interval_rule(clause, facts)
    return replace(found, amount=found.amount if is_beyond_chance else NOTHING, rule=said)


def reckon_credits(
    clause: PerDelivery, facts: Facts, fined: frozenset[tuple[str, str]]
) -> Reckoned:
    """What a per-delivery clause credits.

    Args:
        clause: The clause.
        facts: With the deliveries that meet its condition.
        fined: Clauses and labels of periods that a penalty is paid for.
    """
    apart = {pair for pair in fined if pair[0] in clause.not_with}
    taken = [one for one in facts.charged if not one.missed_in & apart]
    left_out = sum(one.deliveries for one in facts.charged) - sum(o.deliveries for o in taken)
    amount = sum((one.deliveries * credit_of(clause, one.charge) for one in taken), NOTHING)
    credited = sum(one.deliveries for one in taken)
    each = clause.amount.words
    said = f"{credited:,} × {each}" if clause.amount.money is not None else f"{credited:,}: {each}"
    if amount != credited * clause.amount.sign and clause.amount.money is not None:
        said = f"{said}, each at most its charge: {money_said(amount)}"
    rules = []
    if left_out:
        rules.append(f"{left_out:,} fined in {' or '.join(clause.not_with)} left out")
    unknown = sum(one.deliveries for one in taken if one.charge is None)
    if unknown and needs_charge(clause):
        rules.append(f"{unknown:,} of unknown charge bring no credit")
    return Reckoned(amount, said, "; ".join(rules))


def reckon_volume(clause: MinVolume, facts: Facts) -> Reckoned:
    """What we owe for handing over too little: negative."""
    short = clause.committed - facts.handed_over
    found = f"{facts.handed_over:,} of {clause.committed:,} handed over"
    if short <= 0:
        return Reckoned(NOTHING, f"{found}; the commitment is met")
    money = clause.amount.of(facts.fee)
    return Reckoned(-short * money, f"{found}: {short:,} short × {money_said(money)}, we owe")


def reaches(clause: EarnBack, counts: Counts) -> bool | None:
    """Whether a quarter is good enough to earn back; None where it cannot be judged."""
    value = counts.value
    if value is None or counts.counted < clause.min_deliveries:
        return None
    return value >= clause.target


def ratio_said(facts: Facts) -> str:
    """The contract figure as people check it: '5,622 / 6,000 = 0.9370'."""
    counts = facts.counts
    value = "" if counts.value is None else f" = {share_said(counts.value)}"
    return f"{counts.kept:,} / {counts.counted:,}{value}"


def _linear(clause: Linear, facts: Facts, value: Fraction) -> Reckoned:
    found = ratio_said(facts)
    short = clause.target - value
    if short <= 0:
        return Reckoned(NOTHING, f"{found}; the target of {share_said(clause.target)} is met")
    amount, said = _steps(clause, short, clause.step, facts)
    return Reckoned(amount, f"{found}; short {share_said(short)} = {said}")


def _incentive(clause: Incentive, facts: Facts, value: Fraction) -> Reckoned:
    found = ratio_said(facts)
    above = value - clause.target
    if above < 0:
        return Reckoned(NOTHING, f"{found}; below {share_said(clause.target)}, no bonus")
    if clause.step is None:
        said = f"{found} reaches {share_said(clause.target)}: {_of(clause, facts)}"
        return Reckoned(-clause.amount.of(facts.fee), said)
    amount, said = _steps(clause, above, clause.step, facts)
    return Reckoned(-amount, f"{found}; above by {share_said(above)} = {said}, we owe")


def _steps(
    clause: Linear | Incentive, distance: Fraction, step: Fraction, facts: Facts
) -> tuple[Fraction, str]:
    steps = distance / step
    counted = steps if clause.partial_step == "pro_rata" else Fraction(floor(steps))
    number = f"{counted.numerator:,}" if counted.denominator == 1 else f"{float(counted):,.4f}"
    return counted * clause.amount.of(facts.fee), f"{number} steps × {_of(clause, facts)}"


def _cliff(clause: Cliff, facts: Facts, value: Fraction) -> Reckoned:
    found = ratio_said(facts)
    if value >= clause.target:
        return Reckoned(NOTHING, f"{found}; the target of {share_said(clause.target)} is met")
    amount = clause.amount.of(facts.fee)
    return Reckoned(amount, f"{found}, below {share_said(clause.target)}: {_of(clause, facts)}")


def _tier(clause: Tier, facts: Facts, value: Fraction) -> Reckoned:
    bands = clause.bands
    band = next((one for one in bands if one.low <= value < one.high), bands[-1])
    tier = f"tier {share_said(band.low)} to {share_said(band.high)}"
    words = band.words
    if band.percent_of_fee is not None:
        words = words.replace("the fee", money_said(facts.fee))
    return Reckoned(band.of(facts.fee), f"{ratio_said(facts)}, {tier}: {words}")


def _of(clause: Linear | Incentive | Cliff, facts: Facts) -> str:
    return clause.amount.words.replace("of the fee", f"× {money_said(facts.fee)}")


def _interval_rule(clause: Any, facts: Facts) -> tuple[bool, str]:  # noqa: ANN401
    """Whether the whole interval lies below the target, and that in words."""
    rule = clause.interval_rule
    kept = np.array([one.kept for one in facts.clusters], float)
    counted = np.array([one.counted for one in facts.clusters], float)
    confidence = float(rule.confidence)
    try:
        found = ratio_interval(kept, counted, share=True, confidence=confidence)
    except NotEnoughDataError as refused:
        return False, f"interval rule: {refused}; nothing is fined"
    within = f"{100 * confidence:g} % interval by {rule.cluster} to {found.high:.4f}"
    if Fraction(found.high) < clause.target:
        return True, f"{within}, wholly below {share_said(clause.target)}"
    return False, f"{within}, not below {share_said(clause.target)}: may be chance, not fined"


def needs_charge(clause: PerDelivery) -> bool:
    """Whether a credit cannot be told without what the delivery was charged."""
    return clause.amount.money is None or bool(clause.cap and clause.cap.per_delivery)


def credit_of(clause: PerDelivery, charge: Decimal | None) -> Fraction:
    """What one delivery that meets the condition brings, exact.

    Args:
        clause: The clause.
        charge: What the delivery was charged; None where that is not known.
    """
    if charge is None:
        return NOTHING if needs_charge(clause) else clause.amount.sign
    amount = clause.amount.of(charge)
    capped = clause.cap and clause.cap.per_delivery
    return min(amount, Fraction(charge)) if capped else amount


_RATES: Final[Mapping[type, Callable[[Any, Facts, Fraction], Reckoned]]] = {
    Linear: _linear,
    Incentive: _incentive,
    Cliff: _cliff,
    Tier: _tier,
}
