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
