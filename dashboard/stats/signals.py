"""What makes a point of a control chart special: rules over points and their limits."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
Rule = Literal["outside", "one side", "trend", "two of three"]

_RULES: tuple[Rule, ...] = ("outside", "one side", "trend", "two of three")
_NEAR = 2 / 3
_THREE, _TWO = 3, 2


@dataclass(frozen=True)
class Rules:
    """What makes a point special, beside lying outside the limits.

    Attributes:
        one_side: So many points in a row on one side of the centre; None: not a rule.
        trend: So many points in a row that rise, or fall; None: not a rule.
        two_of_three: Two of three points in the outer third, all three on one side.
    """

    one_side: int | None = 8
    trend: int | None = None
    two_of_three: bool = False


EIGHT_ON_ONE_SIDE = Rules()
"""Doorstep's rules for weeks."""

MAKING_DATA_COUNT = Rules(one_side=7, trend=7, two_of_three=True)
"""The rules of NHS England's 'Making data count'."""


@dataclass(frozen=True)
class Signal:
    """Why a point is special.

    Attributes:
        rule: The first of the rules that it breaks.
        is_high: It lies above the centre; of a trend: it rises.
    """

    rule: Rule
    is_high: bool


def signals_of(codes: Array) -> tuple[Signal | None, ...]:
    """Codes of `codes_of` in words, one per point; None where nothing is special."""
    return tuple(Signal(_RULES[abs(code) - 1], bool(code > 0)) if code else None for code in codes)


def codes_of(values: Array, scaled: Array, rules: Rules) -> Array:
    """The first rule that each point breaks: ±(place of the rule + 1), 0 for none.

    Args:
        values: Points along the last axis.
        scaled: Their distance from the centre; ±1 is on a limit.
        rules: What makes a point special.
    """
    side = np.sign(scaled)
    found = {"outside": side * (np.abs(scaled) > 1)}
    if rules.one_side:
        found["one side"] = side * _part_of_run(side, rules.one_side)
    if rules.trend:
        found["trend"] = _trend(values, rules.trend)
    if rules.two_of_three:
        near = side * ((np.abs(scaled) > _NEAR) & (np.abs(scaled) <= 1))
        found["two of three"] = near * _near_limits(side, near)
    codes = np.zeros(values.shape, int)
    for place, rule in enumerate(_RULES, 1):
        broken = found.get(rule)
        if broken is not None:
            codes = np.where(codes == 0, place * broken, codes).astype(int)
    return codes


def _part_of_run(signs: Array, length: int) -> Array:
    """Which points belong to `length` or more in a row of one sign, not 0."""
    return _covered(np.abs(_windows(signs, length).sum(axis=-1)) == length, signs, length)


def _trend(values: Array, length: int) -> Array:
    """±1 for the points of `length` or more that keep rising (falling)."""
    steps = np.sign(np.diff(values, axis=-1))
    sums = _windows(steps, length - 1).sum(axis=-1)
    rises = _covered(sums == length - 1, values, length)
    falls = _covered(sums == 1 - length, values, length)
    return np.where(rises, 1, np.where(falls, -1, 0))


def _near_limits(side: Array, near: Array) -> Array:
    """Which points belong to three on one side, two of them near a limit."""
    same = np.abs(_windows(side, _THREE).sum(axis=-1)) == _THREE
    two = np.abs(_windows(near, _THREE).sum(axis=-1)) >= _TWO
    return _covered(same & two, side, _THREE)


def _windows(values: Array, length: int) -> Array:
    """All stretches of `length` points; none where there are fewer."""
    if values.shape[-1] < length:
        return np.zeros((*values.shape[:-1], 0, length))
    return np.lib.stride_tricks.sliding_window_view(values, length, axis=-1)


def _covered(hits: Array, points: Array, length: int) -> Array:
    """Which points lie in a stretch that was hit, given by its first point."""
    marks = np.zeros(points.shape, bool)
    for place in range(length):
        marks[..., place : place + hits.shape[-1]] |= hits
    return marks
