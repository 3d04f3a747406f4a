"""What cards and verdicts say."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Card:
    """A headline number: what it is, the number, small print."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Standing:
    """Whether something holds: a word for the badge, and what stands beside it."""

    tone: Literal["good", "bad", "unknown"]
    label: str
    detail: str = ""
