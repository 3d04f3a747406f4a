"""Fractions into cents, and into words."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

CENTS = 100
_HALF = Fraction(1, 2)
_MOST_DIGITS = 6


def half_up(amount: Fraction) -> Decimal:
    """Round to whole cents; a half goes away from zero.

    >>> half_up(Fraction("268.125")), half_up(Fraction("-67.5"))
    (Decimal('268.13'), Decimal('-67.50'))
    """
    cents = floor(abs(amount) * CENTS + _HALF)
    return _money(-cents if amount < 0 else cents)


def pro_rata(amounts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Cut amounts down in proportion so that they sum to a total, to the cent.

    Each is rounded down; the cents that are left go to the largest remainders, the first
    of equals first. No amount grows.

    Args:
        amounts: Whole cents, above 0.
        total: Whole cents, between 0 and the sum of the amounts.

    >>> pro_rata([Decimal("1.00"), Decimal("1.00"), Decimal("1.00")], Decimal("2.00"))
    [Decimal('0.67'), Decimal('0.67'), Decimal('0.66')]
    """
    whole = sum(amounts, Decimal(0))
    exact = [Fraction(one) * Fraction(total) / Fraction(whole) * CENTS for one in amounts]
    cents = [floor(one) for one in exact]
    left = int(total * CENTS) - sum(cents)
    by_remainder = sorted(range(len(exact)), key=lambda at: (cents[at] - exact[at], at))
    for at in by_remainder[:left]:
        cents[at] += 1
    return [_money(one) for one in cents]


def share_said(value: Fraction) -> str:
    """A share with all its digits, or with six of them.

    >>> share_said(Fraction(5622, 6000)), share_said(Fraction(1, 3))
    ('0.9370', '0.333333')
    """
    for digits in range(4, _MOST_DIGITS):
        if (value * 10**digits).denominator == 1:
            return f"{float(value):.{digits}f}"
    return f"{float(value):.{_MOST_DIGITS}f}"


def money_said(amount: Fraction | Decimal) -> str:
    """An amount with two digits, or up to four where it has parts of a cent.

    >>> money_said(Decimal("41250")), money_said(Fraction("268.125"))
    ('41,250.00', '268.125')
    """
    exact = Fraction(amount)
    digits = next((n for n in (2, 3) if (exact * 10**n).denominator == 1), 4)
    return f"{float(exact):,.{digits}f}"


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
