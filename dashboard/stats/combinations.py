"""Sums of every combination of up to three dimensions, two halves of the time apart.

Rows come as codes, so that one count of whole numbers gives all combinations of a set of
dimensions at once. A union of values (two adjacent zones, the hours of the evening) is a sum
of its parts: it needs no count of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
Places: TypeAlias = tuple[int, ...]

MOST_DIMENSIONS = 3
HALVES = 2
"""The search half and the confirm half, in this order."""

SEAM = -1
NOW_AND_THEN = 4


@dataclass(frozen=True)
class Axis:
    """One dimension.

    Attributes:
        name: What it is called.
        codes: Per row the value, counted from 0.
        size: Number of values.
        unions: Values taken together: codes of each, two or more.
        most: Dimensions that a combination with this one may have, itself included.
        of_depot: Whether one value lies in one depot.
        of_days: Whether one value is one weekday.
    """

    name: str
    codes: Array
    size: int
    unions: tuple[Places, ...] = ()
    most: int = MOST_DIMENSIONS
    of_depot: bool = False
    of_days: bool = False

    @property
    def values(self) -> tuple[Places, ...]:
        """What a combination may take of it: each value alone, then the unions."""
        return (*((at,) for at in range(self.size)), *self.unions)

    @property
    def members(self) -> Array:
        """Values × codes: 1 where a code belongs to a value."""
        found = np.zeros((len(self.values), self.size))
        for at, codes in enumerate(self.values):
            found[at, list(codes)] = 1
        return found


@dataclass(frozen=True)
class Rows:
    """Deliveries due, alike ones counted together, as codes.

    Attributes:
        axes: The dimensions.
        block: 0 search half, 1 confirm half, 2 and 3 the same of the days compared with;
            `SEAM` for days between blocks, that neither half counts.
        n: Per row how many deliveries it stands for.
        late: Of them late.
        expected: Late ones that a model expects of each row.
        cluster: Per row its depot-day, counted from 0.
        blocks: Two; four where there are days to compare with.
    """

    axes: tuple[Axis, ...]
    block: Array
    n: Array
    late: Array
    expected: Array
    cluster: Array
    blocks: int

    def chosen(self, rows: Array) -> "Rows":
        """Some of the rows: flags, or places."""
        return Rows(
            tuple(replace(axis, codes=axis.codes[rows]) for axis in self.axes),
            self.block[rows],
            self.n[rows],
            self.late[rows],
            self.expected[rows],
            self.cluster[rows],
            self.blocks,
        )


@dataclass(frozen=True)
class Candidates:
    """Sums of many combinations, flat: one column per combination.

    Attributes:
        sets: Dimensions of each set that was combined, by place.
        shapes: How many values each dimension of a set has.
        starts: The column at which each set begins; one more for the end.
        n, late, expected: Blocks × columns.
    """

    sets: tuple[Places, ...]
    shapes: tuple[Places, ...]
    starts: Array
    n: Array
    late: Array
    expected: Array

    def at(self, column: int) -> tuple[Places, Places]:
        """The dimensions of a column, and the place of the value in each."""
        number = int(np.searchsorted(self.starts, column, side="right")) - 1
        inside = np.unravel_index(column - self.starts[number], self.shapes[number])
        return self.sets[number], tuple(int(place) for place in inside)

    def less(self, other: "Candidates") -> "Candidates":
        """The same without the rows of another count of the same combinations."""
        return replace(
            self,
            n=self.n - other.n,
            late=self.late - other.late,
            expected=self.expected - other.expected,
        )


def sets_to_combine(rows: Rows) -> tuple[Places, ...]:
    """Which dimensions to combine: no more than each allows, and none that says another's.

    A carrier that has one channel says the channel: both together are the carrier alone.
    """
    names = range(len(rows.axes))
    told = {pair for pair in combinations(names, 2) if _says_the_other(rows, *pair)}
    found: list[Places] = []
    for together in range(1, MOST_DIMENSIONS + 1):
        for places in combinations(names, together):
            allowed = all(rows.axes[place].most >= together for place in places)
            if allowed and not told & set(combinations(places, 2)):
                found.append(places)
    return tuple(found)


def count(rows: Rows, sets: Sequence[Places]) -> Candidates:
    """Sum deliveries, late ones and what was expected, by every combination of every set."""
    inside = rows.block != SEAM
    kept = rows if inside.all() else rows.chosen(inside)
    # Most rows are on time: late ones are counted on their own, and ones are not weighed.
    late = kept.chosen(kept.late > 0)
    n = [_by_value(kept, places, _weights(kept.n)) for places in sets]
    missed = [_by_value(late, places, _weights(late.late)) for places in sets]
    likely = [_by_value(kept, places, kept.expected) for places in sets]
    return Candidates(
        sets=tuple(sets),
        shapes=tuple(tuple(len(rows.axes[p].values) for p in places) for places in sets),
        starts=np.cumsum([0, *(part.shape[1] for part in n)]),
        n=np.concatenate(n, axis=1),
        late=np.concatenate(missed, axis=1),
        expected=np.concatenate(likely, axis=1),
    )


def _weights(counts: Array) -> Array | None:
    return None if (counts == 1).all() else counts


def rows_of(rows: Rows, places: Places, values: Places) -> Array:
    """Flags of the rows that a combination holds."""
    found = np.ones(len(rows.block), bool)
    for place, value in zip(places, values, strict=True):
        axis = rows.axes[place]
        found &= (axis.members[value] > 0)[axis.codes]
    return found


def _by_value(rows: Rows, places: Places, weights: Array | None) -> Array:
    """Blocks × combinations of one set of dimensions, unions included."""
    axes = [rows.axes[place] for place in places]
    shape = (rows.blocks, *(axis.size for axis in axes))
    code = rows.block.astype(np.int64)
    for axis in axes:
        code *= axis.size
        code += axis.codes
    cells = int(np.prod(shape))
    sums = np.bincount(code, weights, cells).astype(float).reshape(shape)
    for at, axis in enumerate(axes, 1):
        if axis.unions:
            sums = np.moveaxis(np.tensordot(axis.members, sums, (1, at)), 0, at)
    return sums.reshape(rows.blocks, -1)


def _says_the_other(rows: Rows, one: int, other: int) -> bool:
    """Whether each value of one dimension goes with a single value of the other."""
    first, second = rows.axes[one], rows.axes[other]
    met = np.zeros(first.size * second.size, bool)
    met[first.codes.astype(np.int64) * second.size + second.codes] = True
    table = met.reshape(first.size, second.size)
    return bool(table.sum(axis=1).max() <= 1 or table.sum(axis=0).max() <= 1)


def neighbours(outlines: Sequence[Sequence[tuple[float, float]]]) -> Iterator[tuple[int, int]]:
    """Pairs of outlines that share a border: two corners or more.

    Args:
        outlines: Corners of each area, in degrees; corners within a metre are the same.
    """
    corners = [{(round(x, 5), round(y, 5)) for x, y in outline} for outline in outlines]
    for one, other in combinations(range(len(corners)), 2):
        if len(corners[one] & corners[other]) >= HALVES:
            yield one, other
