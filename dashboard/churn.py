"""The assumption behind churn exposure: how many breaches lose the customer, and what goes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from dashboard import tree
from dashboard.errors import CatalogError

_KEYS = {"probability", "margin_days", "segments"}


@dataclass(frozen=True)
class Churn:
    """What a breach is assumed to put at risk.

    Attributes:
        probability: That a breach loses the customer, 0 to 1.
        segments: The same for segments that have one of their own.
        margin_days: Days of a customer's margin that go with the customer.
        file: Name of the file that says so.
    """

    probability: Decimal
    segments: Mapping[str, Decimal]
    margin_days: int
    file: str

    def of(self, segment: str) -> Decimal:
        """The probability for one segment."""
        return self.segments.get(segment, self.probability)


def churn_in_use(path: Path | None) -> Churn:
    """The assumption of the setting `breaches`; Doorstep's own where none is set.

    Raises:
        CatalogError: As `read_churn`.
    """
    return read_churn(path or tree.root() / "queries" / "breaches.toml")


@cache
def read_churn(path: Path) -> Churn:
    """Read a file of assumptions, once per process.

    Raises:
        CatalogError: The file cannot be read, or a value is not what it may be.
    """
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))["churn"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as wrong:
        message = f"{path.name}: {str(wrong).splitlines()[0]}; state [churn] as TOML"
        raise CatalogError(message) from wrong
    if not isinstance(stated, dict) or not set(stated) <= _KEYS:
        found = ", ".join(sorted(set(stated) - _KEYS)) if isinstance(stated, dict) else stated
        message = f"{path.name}: [churn] has '{found}'; use {', '.join(sorted(_KEYS))}"
        raise CatalogError(message)
    own = stated.get("segments", {})
    return Churn(
        _share(path.name, "probability", stated.get("probability")),
        {name: _share(path.name, name, value) for name, value in own.items()},
        _days(path.name, stated.get("margin_days")),
        path.name,
    )


def _share(file: str, name: str, value: Any) -> Decimal:  # noqa: ANN401
    try:
        share = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        share = None
    if share is None or not 0 <= share <= 1:
        message = f'{file}: {name} is {value!r}; write a share between 0 and 1 in quotes: "0.02"'
        raise CatalogError(message)
    return share


def _days(file: str, value: Any) -> int:  # noqa: ANN401
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        message = f"{file}: margin_days is {value!r}; write a whole number of days"
        raise CatalogError(message)
    return value
