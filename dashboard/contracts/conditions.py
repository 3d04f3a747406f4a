"""Conditions of a per-delivery clause: a column, a comparison, a number; never SQL."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from dashboard.contracts.numbers import exact, written

COLUMNS: Final = (
    "lateness_minutes",
    "late_days",
    "attempts",
    "weight_kg",
    "volume_l",
    "distance_km",
    "carrier_charge",
    "customer_credit",
)
"""What a condition may ask about: numbers of a delivery."""

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_SAID: Final = {
    "<=": "is at most",
    ">=": "is at least",
    "!=": "is not",
    "=": "is",
    "<": "is below",
    ">": "is above",
}
_WRITTEN: Final = re.compile(r"\s*([a-z_]+)\s*(<=|>=|!=|=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True)
class Condition:
    """What a delivery must be like; an unknown number meets no condition.

    Attributes:
        column: One of `COLUMNS`.
        comparison: One of `COMPARISONS`.
        number: Exact.
    """

    column: str
    comparison: str
    number: Fraction

    @property
    def words(self) -> str:
        """As people say it."""
        return f"{self.column.replace('_', ' ')} {_SAID[self.comparison]} {written(self.number)}"

    def __str__(self) -> str:
        """As a contract writes it."""
        return f"{self.column} {self.comparison} {written(self.number)}"


def condition(text: object) -> Condition:
    """Read a condition such as 'lateness_minutes > 1440'.

    Raises:
        ValueError: It is none; the message says what to write.
    """
    if isinstance(text, Condition):
        return text
    found = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        message = (
            f"is {text!r:.60}, no condition; write a column, a comparison and a number, "
            'like "lateness_minutes > 1440"'
        )
        raise ValueError(message)
    column, comparison, number = found.groups()
    if column not in COLUMNS:
        message = f"asks about '{column:.60}'; use one of {', '.join(COLUMNS)}"
        raise ValueError(message)
    return Condition(column, comparison, exact(number))
