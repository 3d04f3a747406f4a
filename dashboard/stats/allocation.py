"""Splitting money that was paid for many drops at once, exactly.

Amounts are decimals of four places; weights are exact numbers. Whatever the weights, the
parts sum to the amount: what rounding leaves goes to the largest remainders.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Generic, TypeVar

from dashboard.errors import NotEnoughDataError

K = TypeVar("K", bound=Hashable)
Weight = Decimal | Fraction | int

PLACES = 4
_UNIT = Decimal(1).scaleb(-PLACES)


@dataclass(frozen=True)
class Work:
    """What stops took.

    Attributes:
        minutes: On the way to them and at the door.
        km: On the way to them.
        stops: How many; failed attempts count too.
    """

    minutes: Weight
    km: Weight
    stops: Weight


@dataclass(frozen=True)
class Capacity:
    """What routes were paid for.

    Attributes:
        paid_minutes: All of them, stem time included.
        stem_minutes, stem_km: From the depot to the first stop and back.
        per_minute, per_km: Their rates.
        fixed_cost: Beside time and distance.
    """

    paid_minutes: Weight
    stem_minutes: Weight
    stem_km: Weight
    per_minute: Weight
    per_km: Weight
    fixed_cost: Weight = 0


@dataclass(frozen=True)
class TimeDriven(Generic[K]):
    """Time-driven charges, exact.

    Attributes:
        charges: What each group's stops cost at the rates.
        idle: Paid time that nobody used, priced; negative is overtime.
    """

    charges: Mapping[K, Fraction]
    idle: Fraction

    @property
    def total(self) -> Fraction:
        """What the routes cost: every charge, and the idle time."""
        return sum(self.charges.values(), Fraction(0)) + self.idle


def split(amount: Decimal, weights: Mapping[K, Weight]) -> dict[K, Decimal]:
    """Split an amount in proportion to weights.

    Args:
        amount: Money, to four places.
        weights: By group, none negative; decimals to four places.

    Returns:
        Parts to four places, in the order given, that sum to the amount.

    Raises:
        NotEnoughDataError: The weights sum to nothing, or one is negative.
    """
    return split_each({"": amount}, weights)[""]


def split_each(
    amounts: Mapping[str, Decimal], weights: Mapping[K, Weight]
) -> dict[str, dict[K, Decimal]]:
    """Split several amounts by the same weights; see `split`."""
    scaled = _whole_numbers(weights)
    whole = sum(scaled.values())
    if whole <= 0 or min(scaled.values()) < 0:
        found = float(sum(Fraction(weight) for weight in weights.values()))
        message = f"weights sum to {found:g}; weights above nothing are needed to split"
        raise NotEnoughDataError(message)
    return {name: _divided(amount, scaled, whole) for name, amount in amounts.items()}


def _divided(amount: Decimal, scaled: Mapping[K, int], whole: int) -> dict[K, Decimal]:
    units = int(amount / _UNIT)
    parts = {key: divmod(units * weight, whole) for key, weight in scaled.items()}
    missing = units - sum(floor for floor, _ in parts.values())
    by_remainder = sorted(parts, key=lambda key: -parts[key][1])
    raised = set(by_remainder[:missing])
    return {key: (floor + (key in raised)) * _UNIT for key, (floor, _) in parts.items()}


def _whole_numbers(weights: Mapping[K, Weight]) -> dict[K, int]:
    """The weights as whole numbers in the same proportions."""
    decimals = {key: one for key, one in weights.items() if isinstance(one, Decimal)}
    if len(decimals) == len(weights):
        return {key: int(one.scaleb(PLACES)) for key, one in decimals.items()}
    exact = {key: Fraction(weight) for key, weight in weights.items()}
    common = lcm(*(weight.denominator for weight in exact.values()))
    return {key: int(weight * common) for key, weight in exact.items()}


def time_driven(capacity: Capacity, work: Mapping[K, Work]) -> TimeDriven[K]:
    """Price stops by the time and distance they took (time-driven activity-based costing).

    The leg belongs to the stop it leads to, the minutes at the door to their stop; stem and
    fixed cost are shared equally per stop. Paid time that nobody used is never spread.

    Args:
        capacity: Of one route, or of routes with the same rates together.
        work: Of the stops, by group; all that the routes did.

    Raises:
        NotEnoughDataError: No stop was made.

    Reference:
        Kaplan, Anderson (2004), "Time-Driven Activity-Based Costing", HBR.
    """
    per_minute, per_km = Fraction(capacity.per_minute), Fraction(capacity.per_km)
    stops = sum((Fraction(one.stops) for one in work.values()), Fraction(0))
    if stops <= 0:
        message = "no stop was made; stops are needed to share the way to them"
        raise NotEnoughDataError(message)
    stem = (
        Fraction(capacity.stem_minutes) * per_minute
        + Fraction(capacity.stem_km) * per_km
        + Fraction(capacity.fixed_cost)
    ) / stops
    charges = {
        key: Fraction(one.minutes) * per_minute
        + Fraction(one.km) * per_km
        + Fraction(one.stops) * stem
        for key, one in work.items()
    }
    used = sum((Fraction(one.minutes) for one in work.values()), Fraction(0))
    unused = Fraction(capacity.paid_minutes) - Fraction(capacity.stem_minutes) - used
    return TimeDriven(charges, unused * per_minute)


def rounded(amount: Fraction) -> Decimal:
    """An exact number to four places, halves to even."""
    return Decimal(round(amount / Fraction(_UNIT))) * _UNIT
