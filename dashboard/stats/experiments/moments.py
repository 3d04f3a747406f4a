"""Sums over the randomised units of an arm: all that most comparisons need."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
Number: TypeAlias = "float | np.ndarray"


@dataclass(frozen=True)
class Moments:
    """Sums of an arm's units; numbers, or arrays that hold one arm per element.

    Attributes:
        units: How many randomised units.
        y, d: Sums of numerators and denominators.
        yy, yd, dd: Sums of their squares and products.
    """

    units: Number
    y: Number
    d: Number
    yy: Number
    yd: Number
    dd: Number

    @classmethod
    def of(cls, y: Array, d: Array | None = None) -> "Moments":
        """Sum units given one by one, along the last axis.

        Args:
            y: Numerator per unit.
            d: Denominator per unit; 1 each by default: then the ratio is a mean.
        """
        top = np.asarray(y, float)
        low = np.ones_like(top) if d is None else np.asarray(d, float)
        sums = (top, low, top * top, top * low, low * low)
        return cls(top.shape[-1], *(part.sum(axis=-1) for part in sums))

    @classmethod
    def by_look(cls, unit: Array, look: Array, y: Array, d: Array, *, looks: int) -> "Moments":
        """Sums over units as they stood at each look; one element per look.

        A unit that goes on adds, at each look, the square of its sum by then less the
        square of its sum before.

        Args:
            unit: Of each row; rows are sorted by unit and look.
            look: When the row became known, from 1.
            y: Numerator.
            d: Denominator.
            looks: How many there are.
        """
        is_first = np.ones(len(unit), dtype=bool)
        is_first[1:] = unit[1:] != unit[:-1]
        y1, d1 = (_within(part, is_first) for part in (y, d))
        y0, d0 = y1 - y, d1 - d
        squares = (y1**2 - y0**2, y1 * d1 - y0 * d0, d1**2 - d0**2)
        parts = (is_first.astype(float), y, d, *squares)
        return cls(*(np.cumsum(np.bincount(look - 1, part, looks)) for part in parts))

    @property
    def value(self) -> Number:
        """Sum of numerators over sum of denominators."""
        return self.y / self.d

    @property
    def variance(self) -> Number:
        """Squared standard error of `value`, by the delta method.

        n/(n-1) · Σ(y - R·d)² / D²; with a denominator of 1 each it is s²/n.
        """
        ratio = self.value
        squares = self.yy - 2 * ratio * self.yd + ratio * ratio * self.dd
        return self.units / (self.units - 1) * np.maximum(squares, 0.0) / (self.d * self.d)

    def __add__(self, other: "Moments") -> "Moments":
        """The units of both."""
        return Moments(
            self.units + other.units,
            self.y + other.y,
            self.d + other.d,
            self.yy + other.yy,
            self.yd + other.yd,
            self.dd + other.dd,
        )


def _within(values: Array, is_first: Array) -> Array:
    """Running sums that begin anew where a unit begins."""
    if is_first.all():
        return values
    running = np.cumsum(values)
    starts = np.flatnonzero(is_first)
    before = running[starts] - values[starts]
    return running - np.repeat(before, np.diff(starts, append=len(values)))
