"""A clause in words, as it stands beside its line of a statement."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from dashboard.contracts.clauses import (
    Clause,
    Cliff,
    Consecutive,
    EarnBack,
    Incentive,
    Linear,
    MinVolume,
    PerDelivery,
    Rate,
    Tier,
)
from dashboard.contracts.numbers import written
from dashboard.contracts.sums import Sum


def words(clause: Clause, currency: str) -> str:
    """A clause as one or a few sentences."""
    said = _SAID[type(clause)](clause, currency)
    return " ".join([said, *_limits(clause, currency), *_exceptions(clause)])


def percent(share: Fraction) -> str:
    """A share as people say it: '95 %'."""
    return f"{written(share * 100)} %"


def _scope(clause: Clause) -> str:
    named = [*clause.segment, *clause.service]
    return f" of {' and '.join(named)}" if named else ""


def _sum(amount: Sum, currency: str) -> str:
    if amount.money is not None:
        return f"{currency} {float(amount.money):,.2f}"
    return amount.words


def _measured(clause: Rate) -> str:
    name = clause.metric.replace("_", " ").removesuffix(" rate")
    grace = f", {clause.grace_minutes} minutes of grace" if clause.grace_minutes else ""
    how = f"by the committed promise{grace}"
    return f"the {clause.period}'s share '{name}'{_scope(clause)} ({how})"


def _linear(clause: Linear, currency: str) -> str:
    part = "parts of a step count" if clause.partial_step == "pro_rata" else "whole steps only"
    return (
        f"For every {written(clause.step * 100)} points by which {_measured(clause)} falls short "
        f"of {percent(clause.target)} the carrier owes {_sum(clause.amount, currency)} ({part})."
    )


def _incentive(clause: Incentive, currency: str) -> str:
    amount, target = _sum(clause.amount, currency), percent(clause.target)
    if clause.step is None:
        return f"Where {_measured(clause)} reaches {target} we owe a bonus of {amount}."
    return (
        f"For every {written(clause.step * 100)} points by which {_measured(clause)} exceeds "
        f"{target} we owe a bonus of {amount}."
    )


def _cliff(clause: Cliff, currency: str) -> str:
    return (
        f"Where {_measured(clause)} falls short of {percent(clause.target)} the carrier owes "
        f"{_sum(clause.amount, currency)}."
    )


def _tier(clause: Tier, currency: str) -> str:
    bands = [
        f"from {percent(band.low)} to {percent(band.high)}: {_sum(band, currency)}"
        for band in reversed(clause.bands)
    ]
    return (
        f"By {_measured(clause)} the carrier owes, {'; '.join(bands)} (a minus is a bonus; the "
        "lower end of each belongs to it)."
    )


def _consecutive(clause: Consecutive, _currency: str) -> str:
    return (
        f"From the {clause.count}. period in a row below {percent(clause.below)} on, {clause.of} "
        f"counts {written(clause.multiplier)} times: this line adds "
        f"{written(clause.multiplier - 1)} times its amount."
    )


def _per_delivery(clause: PerDelivery, currency: str) -> str:
    own = _sum(clause.amount, currency).replace("the fee", "its own fee")
    most = ", at most what it cost" if clause.cap and clause.cap.per_delivery else ""
    apart = f" Not for what {' or '.join(clause.not_with)} fines." if clause.not_with else ""
    return (
        f"For every delivery{_scope(clause)} whose {clause.condition.words} the carrier owes "
        f"{own}{most}.{apart}"
    )


def _min_volume(clause: MinVolume, currency: str) -> str:
    return (
        f"We hand over at least {clause.committed:,} deliveries{_scope(clause)} a "
        f"{clause.period} and owe {_sum(clause.amount, currency)} for each one short, outside "
        "the cap of the contract."
    )


def _earn_back(clause: EarnBack, _currency: str) -> str:
    within = "the next quarter" if clause.periods == 1 else f"one of {clause.periods} quarters"
    return (
        f"Where {_measured(clause)} reaches {percent(clause.target)} in {within}, we return "
        f"{percent(clause.share)} of what {' and '.join(clause.of)} came to."
    )


def _limits(clause: Clause, currency: str) -> list[str]:
    said = []
    if clause.floor:
        said.append(f"Below {_sum(clause.floor, currency)} nothing is paid.")
    if clause.cap and clause.cap.total:
        said.append(f"At most {_sum(clause.cap.total, currency)}.")
    if isinstance(clause, Rate):
        if clause.min_deliveries:
            said.append(f"Not judged under {clause.min_deliveries:,} deliveries.")
        if clause.interval_rule.kind != "none":
            confidence = percent(clause.interval_rule.confidence)
            said.append(
                f"Fined only where the {confidence} interval lies wholly below the target."
            )
    return said


def _exceptions(clause: Clause) -> list[str]:
    said = []
    if clause.exclusions:
        said.append(f"Without what fell due in {' or '.join(clause.exclusions)}.")
    if clause.excused:
        proof = ", with evidence" if clause.need_evidence else ""
        named = " or ".join(reason.replace("_", " ") for reason in clause.excused)
        said.append(f"Missed for {named}{proof}: does not count.")
    return said


_SAID: Final[Mapping[type, Callable[[Any, str], str]]] = {
    Linear: _linear,
    Incentive: _incentive,
    Cliff: _cliff,
    Tier: _tier,
    Consecutive: _consecutive,
    PerDelivery: _per_delivery,
    MinVolume: _min_volume,
    EarnBack: _earn_back,
}
