"""The order of operations: rates, credits, floors and caps, the contract's cap, earn-back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from dashboard.contracts import (
    Clause,
    Consecutive,
    Contract,
    EarnBack,
    MinVolume,
    PerDelivery,
    Rate,
    words,
)
from dashboard.stats.settlement.exact import half_up, money_said, pro_rata, share_said
from dashboard.stats.settlement.facts import Earlier, Facts, QuarterFacts
from dashboard.stats.settlement.reckoning import (
    NOTHING,
    Reckoned,
    ratio_said,
    reaches,
    reckon_credits,
    reckon_rate,
    reckon_volume,
)
from dashboard.stats.settlement.statement import Line, Statement

Rates = Mapping[str, tuple[tuple[Facts, Reckoned], ...]]
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Desk:
    """What lies on the table while a quarter is settled."""

    contract: Contract
    quarter: QuarterFacts
    rates: Rates

    @property
    def fined(self) -> Pairs:
        """Clauses on shares, with their periods, that a penalty is paid for."""
        return frozenset(
            (name, facts.label)
            for name, periods in self.rates.items()
            for facts, found in periods
            if _limited(self.contract.named(name), facts, found).amount > 0
        )


def settle(contract: Contract, quarter: QuarterFacts) -> Statement:
    """Settle a quarter.

    Args:
        contract: Its clauses.
        quarter: The facts of every clause; see `QuarterFacts`.

    Returns:
        One line per clause and period, in the order of the contract.
    """
    rates = {
        clause.id: tuple((facts, reckon_rate(clause, facts)) for facts in found)
        for clause in contract.clauses
        if isinstance(clause, Rate) and not isinstance(clause, EarnBack)
        for found in (quarter.periods[clause.id],)
    }
    desk = _Desk(contract, quarter, rates)
    lines = [line for clause in contract.clauses for line in _lines(desk, clause)]
    cap = contract.contract.contract_cap
    most = half_up(cap.of(quarter.fee)) if cap else None
    return Statement(
        carrier=contract.carrier,
        version=contract.contract.version,
        currency=contract.contract.currency,
        quarter=quarter.quarter,
        lines=tuple(lines if most is None else _capped(lines, most)),
        fee=quarter.fee,
        cap=most,
        provisional=quarter.provisional,
    )


def line_amount(clause: Rate, facts: Facts) -> Fraction:
    """What a clause on a share comes to in one period, floor and cap considered."""
    return _limited(clause, facts, reckon_rate(clause, facts)).amount


def _lines(desk: _Desk, clause: Clause) -> Iterator[Line]:
    for facts, found in _reckoned(desk, clause):
        limited = _limited(clause, facts, found)
        if clause.id in desk.quarter.waived:
            rule = _and(limited.rule, "waived by an upheld dispute")
            limited = replace(limited, amount=NOTHING, rule=rule)
        amount = half_up(limited.amount)
        yield Line(
            clause=clause.id,
            kind=clause.kind,  # ty: ignore[missing-attribute]
            words=words(clause, desk.contract.contract.currency),
            facts=facts,
            arithmetic=limited.arithmetic,
            rule=limited.rule,
            before_cap=amount,
            amount=amount,
        )


def _reckoned(desk: _Desk, clause: Clause) -> tuple[tuple[Facts, Reckoned], ...]:
    if clause.id in desk.rates:
        return desk.rates[clause.id]
    if isinstance(clause, Consecutive):
        return tuple(_in_a_row(desk, clause))
    periods = desk.quarter.periods[clause.id]
    if isinstance(clause, PerDelivery):
        return tuple((facts, reckon_credits(clause, facts, desk.fined)) for facts in periods)
    if isinstance(clause, MinVolume):
        return tuple((facts, reckon_volume(clause, facts)) for facts in periods)
    return tuple((facts, _earned_back(desk, clause, facts)) for facts in periods)  # ty: ignore[invalid-argument-type]


def _in_a_row(desk: _Desk, clause: Consecutive) -> Iterator[tuple[Facts, Reckoned]]:
    """A line for each period that follows enough others below the value."""
    of = desk.contract.named(clause.of)
    before = desk.quarter.before.get(clause.of, ())
    judged = [(facts, reckon_rate(of, facts)) for facts in before]  # ty: ignore[invalid-argument-type]
    row = 0
    for at, (facts, found) in enumerate([*judged, *desk.rates[clause.of]]):
        value = facts.counts.value
        is_below = found.judged and value is not None and value < clause.below
        row = row + 1 if is_below else 0
        if at < len(judged) or row < clause.count:
            continue
        more = clause.multiplier - 1
        amount = max(found.amount, NOTHING)
        said = (
            f"{facts.label} is period {row} in a row below {share_said(clause.below)}: "
            f"{float(more):g} × {money_said(amount)}"
        )
        yield facts, Reckoned(more * amount, said)


def _earned_back(desk: _Desk, clause: EarnBack, facts: Facts) -> Reckoned:
    """What is returned of earlier penalties that no quarter between has returned."""
    target, found = share_said(clause.target), ratio_said(facts)
    reached = reaches(clause, facts.counts)
    if reached is None:
        return Reckoned(NOTHING, found, f"not judged: {facts.counts.counted:,} deliveries")
    if not reached:
        return Reckoned(NOTHING, f"{found}; below {target}, nothing is returned")
    open_quarters = _not_returned_yet(desk.quarter.earlier[: clause.periods], clause)
    penalties = [(one.quarter, _penalty(one, clause)) for one in open_quarters]
    returned = [(quarter, amount) for quarter, amount in penalties if amount > 0]
    if not returned:
        return Reckoned(NOTHING, f"{found} reaches {target}; there is no penalty to return")
    owed = sum((amount for _, amount in returned), Decimal(0))
    named = " + ".join(f"{money_said(amount)} of {quarter}" for quarter, amount in returned)
    said = f"{found} reaches {target}: {float(clause.share):g} × {named}, we return"
    return Reckoned(-clause.share * Fraction(owed), said)


def _penalty(earlier: Earlier, clause: EarnBack) -> Decimal:
    return sum((earlier.penalties.get(name, Decimal(0)) for name in clause.of), Decimal(0))


def _not_returned_yet(earlier: tuple[Earlier, ...], clause: EarnBack) -> Iterator[Earlier]:
    """Quarters before, the newest first, up to the last one that was good enough itself."""
    for one in earlier:
        yield one
        counts = one.counts.get(clause.id)
        if counts is not None and reaches(clause, counts):
            return


def _limited(clause: Clause, facts: Facts, found: Reckoned) -> Reckoned:
    """Floor, then the cap of the clause."""
    if clause.floor and 0 < abs(found.amount) < clause.floor.of(facts.fee):
        floor = money_said(clause.floor.of(facts.fee))
        said = f"{money_said(found.amount)} is below the floor of {floor}"
        return replace(found, amount=NOTHING, rule=_and(found.rule, said))
    total = clause.cap.total if clause.cap else None
    most = total.of(facts.fee) if total else None
    if most is not None and abs(found.amount) > most:
        capped = most if found.amount > 0 else -most
        said = f"{money_said(found.amount)} is capped at {money_said(most)}"
        return replace(found, amount=capped, rule=_and(found.rule, said))
    return found


def _capped(lines: list[Line], most: Decimal) -> list[Line]:
    """Cut penalties down so that, less bonuses, they come to no more than the contract's cap.

    What we owe for volume, and what is earned back, stand outside.
    """
    inside = [line for line in lines if line.kind not in ("min_volume", "earn_back")]
    penalties = [line for line in inside if line.amount > 0]
    bonuses = sum((line.amount for line in inside if line.amount < 0), Decimal(0))
    owed = sum((line.amount for line in penalties), Decimal(0))
    if owed + bonuses <= most:
        return lines
    amounts = pro_rata([line.amount for line in penalties], most - bonuses)
    cut = {id(line): amount for line, amount in zip(penalties, amounts, strict=True)}
    net = money_said(owed + bonuses)
    said = f"the contract's cap of {money_said(most)} cuts net penalties of {net}"
    return [
        replace(line, amount=cut.get(id(line), line.amount), rule=_and(line.rule, said))
        if id(line) in cut
        else line
        for line in lines
    ]


def _and(*said: str) -> str:
    return "; ".join(filter(None, said))
