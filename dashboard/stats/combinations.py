"""Sums of every combination of up to three dimensions, two halves of the time apart.

Rows come as codes, so that one count of whole numbers gives all combinations of a set of
dimensions at once. A union of values (two adjacent zones, the hours of the evening) is a sum
of its parts: it needs no count of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
_A_FEW = 20_000
_WORTH_JOINING = 200_000
_LARGEST_CODE = 2.0**62


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

    @cached_property
    def values(self) -> tuple[Places, ...]:
        """What a combination may take of it: each value alone, then the unions."""
        return (*((at,) for at in range(self.size)), *self.unions)

    def members(self, value: int) -> Array:
        """Per code whether it belongs to a value."""
        return np.isin(np.arange(self.size), self.values[value])


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
    single, together = _Counter(rows), _Counter(_alike(rows))
    sums = [(single if _has_many(rows, places) else together).by_value(places) for places in sets]
    whole = np.concatenate(sums, axis=2)
    return Candidates(
        sets=tuple(sets),
        shapes=tuple(tuple(len(rows.axes[p].values) for p in places) for places in sets),
        starts=np.cumsum([0, *(part.shape[2] for part in sums)]),
        n=whole[0],
        late=whole[1],
        expected=whole[2],
    )


def rows_of(rows: Rows, places: Places, values: Places) -> Array:
    """Flags of the rows that a combination holds."""
    found = np.ones(len(rows.block), bool)
    for place, value in zip(places, values, strict=True):
        axis = rows.axes[place]
        found &= axis.members(value)[axis.codes]
    return found


def _has_many(rows: Rows, places: Places) -> bool:
    """Whether a dimension of very many values is among them."""
    return any(rows.axes[place].most < MOST_DIMENSIONS for place in places)


def _alike(rows: Rows) -> Rows:
    """Rows that are alike, but for dimensions of very many values, as one row.

    In real data few of all combinations occur, so that far fewer rows are left to count.
    """
    few = [at for at, axis in enumerate(rows.axes) if axis.most == MOST_DIMENSIONS]
    shape = (rows.blocks + 1, *(rows.axes[at].size for at in few))
    if len(rows.block) < _WORTH_JOINING or np.prod(shape, dtype=float) > _LARGEST_CODE:
        return rows
    code = rows.block.astype(np.int64) - SEAM
    for at in few:
        code *= rows.axes[at].size
        code += rows.axes[at].codes
    found, place = np.unique(code, return_inverse=True)
    block, *codes = np.unravel_index(found, shape)
    own = dict(zip(few, codes, strict=True))
    none = np.zeros(len(found), np.int64)
    n, late, expected = (
        np.bincount(place, weights, len(found)) for weights in (rows.n, rows.late, rows.expected)
    )
    axes = tuple(replace(axis, codes=own.get(at, none)) for at, axis in enumerate(rows.axes))
    return Rows(axes, block + SEAM, n, late, expected, none, rows.blocks)


class _Counter:
    """Counts rows by the codes of several dimensions at once.

    Most rows are on time and stand for one delivery: late ones are counted on their own, and
    ones are not weighed. Sets come sorted, so that a triple goes on from the code of its pair.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._late = np.flatnonzero(rows.late)
        self._weights = [_weights(rows.n), _weights(rows.late[self._late]), rows.expected]
        # Days on a seam are a block of their own, which is left out at the end.
        self._codes: dict[Places, Array] = {(): rows.block.astype(np.int64) - SEAM}

    def by_value(self, places: Places) -> Array:
        """Measures (deliveries, late, expected) × blocks × combinations, unions included."""
        axes = [self._rows.axes[place] for place in places]
        shape = (self._rows.blocks + 1, *(axis.size for axis in axes))
        code = self._code(places)
        cells = int(np.prod(shape))
        parts = zip((code, code[self._late], code), self._weights, strict=True)
        sums = np.stack([np.bincount(own, weights, cells) for own, weights in parts])
        sums = sums.reshape(3, *shape)[:, 1:]
        for at, axis in enumerate(axes, 2):
            sums = _with_unions(sums, axis, at)
        return sums.reshape(3, self._rows.blocks, -1)

    def _code(self, places: Places) -> Array:
        """One number per row for all its values; those of the last set and its start are kept."""
        if places in self._codes:
            return self._codes[places]
        start, axis = places[:-1], self._rows.axes[places[-1]]
        code = self._code(start) * axis.size
        code += axis.codes
        if len(places) < MOST_DIMENSIONS:
            self._codes = {
                own: kept for own, kept in self._codes.items() if own == places[: len(own)]
            }
            self._codes[places] = code
        return code


def _with_unions(sums: Array, axis: Axis, at: int) -> Array:
    """The same with the unions of a dimension after its values."""
    parts, places = [sums], list(range(axis.size))
    for length in sorted({len(union) for union in axis.unions}):
        alike = [n for n, union in enumerate(axis.unions) if len(union) == length]
        first, *others = np.array([axis.unions[n] for n in alike]).T
        together = sums.take(first, axis=at)
        for other in others:
            together += sums.take(other, axis=at)
        parts.append(together)
        places += [axis.size + n for n in alike]
    whole = np.concatenate(parts, axis=at)
    return whole if places == sorted(places) else whole.take(np.argsort(places), axis=at)


def _weights(counts: Array) -> Array | None:
    return None if (counts == 1).all() else counts


def _says_the_other(rows: Rows, one: int, other: int) -> bool:
    """Whether each value of one dimension goes with a single value of the other."""
    first, second = rows.axes[one], rows.axes[other]
    # Where a few rows say no, the rest cannot say yes.
    for some in (slice(_A_FEW), slice(None)):
        met = np.zeros(first.size * second.size, bool)
        met[first.codes[some].astype(np.int64) * second.size + second.codes[some]] = True
        table = met.reshape(first.size, second.size)
        if table.sum(axis=1).max() > 1 and table.sum(axis=0).max() > 1:
            return False
    return True


def neighbours(outlines: Sequence[Sequence[tuple[float, float]]]) -> Iterator[tuple[int, int]]:
    """Pairs of outlines that share a border: two corners or more.

    Args:
        outlines: Corners of each area, in degrees; corners within a metre are the same.
    """
    corners = [{(round(x, 5), round(y, 5)) for x, y in outline} for outline in outlines]
    for one, other in combinations(range(len(corners)), 2):
        if len(corners[one] & corners[other]) >= HALVES:
            yield one, other
