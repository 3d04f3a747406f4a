"""A design with one column per level of every factor, never written out.

Each row has a 1 in one column of each factor, so products with such a design are counts by
level, and by pairs of levels: a tenth of the work of the matrix itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dashboard.stats.periods import Array


@dataclass(frozen=True, eq=False)
class Levels:
    """An intercept, then one column per level of each factor.

    Attributes:
        rows: How many there are.
        codes: Per factor the level of each row, from 0; −1 for a level without a column.
        sizes: Per factor the number of its levels.
    """

    rows: int
    codes: Sequence[Array]
    sizes: Sequence[int]

    @property
    def width(self) -> int:
        """Columns, the intercept included."""
        return 1 + sum(self.sizes)

    def split(self, effects: Array) -> list[Array]:
        """The effects of each factor, from those of all columns but the intercept."""
        return np.split(effects, np.cumsum(self.sizes)[:-1]) if self.sizes else []

    def times(self, beta: Array) -> Array:
        """The design times one number per column: one number per row."""
        found = np.full(self.rows, beta[0])
        for code, own in zip(self.codes, self.split(beta[1:]), strict=True):
            # −1 takes the last one: no effect.
            found = found + np.append(own, 0.0)[code]
        return found

    def totals(self, weights: Array) -> Array:
        """Weights summed by column: the transposed design times the weights."""
        parts = [
            np.bincount(code + 1, weights, size + 1)[1:]
            for code, size in zip(self.codes, self.sizes, strict=True)
        ]
        return np.concatenate([[weights.sum()], *parts])

    def products(self, weights: Array) -> Array:
        """Weights summed by pairs of columns: columns × columns."""
        starts = np.cumsum([1, *self.sizes])
        found = np.zeros((self.width, self.width))
        totals = self.totals(weights)
        np.fill_diagonal(found, totals)
        found[0, :] = found[:, 0] = totals
        for one, other in combinations(range(len(self.codes)), 2):
            shape = (self.sizes[one] + 1, self.sizes[other] + 1)
            pairs = (self.codes[one] + 1) * shape[1] + self.codes[other] + 1
            table = np.bincount(pairs, weights, shape[0] * shape[1]).reshape(shape)[1:, 1:]
            rows, columns = (slice(starts[k], starts[k + 1]) for k in (one, other))
            found[rows, columns] = table
            found[columns, rows] = table.T
        return found


@dataclass(frozen=True, eq=False)
class Matrix:
    """A design written out, that answers as `Levels` does.

    Attributes:
        x: Rows × columns, the intercept first.
    """

    x: Array

    @classmethod
    def of(cls, design: Array) -> "Matrix":
        """With an intercept before its columns."""
        return cls(np.column_stack([np.ones(len(design)), design]))

    @property
    def width(self) -> int:
        """Columns, the intercept included."""
        return self.x.shape[1]

    def times(self, beta: Array) -> Array:
        """One number per row."""
        return self.x @ beta

    def totals(self, weights: Array) -> Array:
        """Weights summed by column."""
        return self.x.T @ weights

    def products(self, weights: Array) -> Array:
        """Weights summed by pairs of columns."""
        return (self.x * weights[:, None]).T @ self.x
