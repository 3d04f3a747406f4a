"""Which contract column a raw column fills by its values alone: never more than a guess."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dashboard.contract import Table
from dashboard.warehouse.guessing.facts import Facts
from dashboard.warehouse.guessing.values import MOST_FIT
from dashboard.warehouse.guessing.vocabulary import Vocabulary

_CONTENT = 0.5
_PLACE_DECIMALS = 3
_NORTH, _EAST = 90, 180


@dataclass(frozen=True)
class Match:
    """A raw column that may fill a contract column.

    Attributes:
        strength: How well founded; higher is better.
        why: In words.
    """

    column: str
    target: str
    strength: float
    why: str


def by_content(
    table: Table, free: Sequence[Facts], filled: Collection[str], vocabulary: Vocabulary
) -> dict[str, Match]:
    """What the values alone tell of contract columns that no name fills; only guesses.

    Args:
        table: The contract table.
        free: Raw columns whose name tells nothing.
        filled: Contract columns that are filled already.
        vocabulary: What other systems call things.
    """
    open_targets = set(table.columns) - set(filled)
    free = [one for one in free if one.filled and not vocabulary.is_trap(one.column)]
    found: dict[str, Match] = {}

    def take(target: str, candidates: list[Facts], why: str) -> None:
        left = [one for one in candidates if one.column not in found]
        if target in open_targets and len(left) == 1:
            found[left[0].column] = Match(left[0].column, target, _CONTENT, why)

    for target, column in table.columns.items():
        if column.values:
            take(
                target, _with_words(target, free, vocabulary), f"its values are words of {target}"
            )
    if len(table.key) == 1 and table.columns[table.key[0]].required:
        unique = [one for one in free if one.rows > 1 and one.distinct == one.rows]
        unique = [one for one in unique if one.times is None and not _has_decimals(one)]
        take(table.key[0], unique, "every value stands once")
    if table.name == "surveys":
        take("rating", [one for one in free if _is_rating(one)], "whole numbers from 1 to 5")
    if {"latitude", "longitude"} <= open_targets:
        places = [one for one in free if _may_be_degrees(one)]
        if places and _degrees(places[0]) <= _NORTH and len(places[1:]) == 1:
            take("latitude", places[:1], "degrees with decimals, the first of two")
            take("longitude", places[1:], "degrees with decimals, the second of two")
    return found


def _with_words(target: str, free: Sequence[Facts], vocabulary: Vocabulary) -> list[Facts]:
    return [
        one
        for one in free
        if one.distinct > 1
        and not one.numbers
        and sum(n for value, n in one.values.items() if vocabulary.meaning(target, value))
        >= MOST_FIT * one.filled
    ]


def _has_decimals(facts: Facts) -> bool:
    return facts.numbers is not None and facts.numbers.decimals > 0


def _is_rating(facts: Facts) -> bool:
    return facts.distinct > 1 and set(facts.values) <= set("12345")


def _may_be_degrees(facts: Facts) -> bool:
    found = facts.numbers
    return (
        found is not None
        and found.decimals > _PLACE_DECIMALS
        and found.least >= -_EAST
        and found.most <= _EAST
    )


def _degrees(facts: Facts) -> float:
    found = facts.numbers
    return max(abs(found.least), abs(found.most)) if found else 0.0
