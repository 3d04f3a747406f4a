"""What moved a ratio of sums between two periods: mix, rate and volume, exactly.

All arithmetic is on fractions, so that the parts are the change and not nearly the
change. A cell's *mix* is that its share of the denominator moved, its *rate* that its own
ratio did; both are taken at the midpoint, so that neither period is the base.

References:
    Kitagawa (1955), "Components of a Difference Between Two Rates".
    Shapley (1953), "A Value for n-Person Games", for cost's three factors.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dashboard.errors import NotEnoughDataError, ScopeError

FEWEST = 30
"""Cells with a smaller denominator in either period are merged."""

THIN = "(fewer than 30 each)"
"""The value under which thin cells are merged."""

_MOST_DIMENSIONS = 2
_ZERO = Fraction(0)


@dataclass(frozen=True)
class Sums:
    """One cell in both periods.

    Attributes:
        key: Its value of each dimension.
        n0, d0: Exact numerator and denominator of the earlier period.
        n1, d1: The same for the later period.
    """

    key: tuple[str, ...]
    n0: Fraction
    d0: Fraction
    n1: Fraction
    d1: Fraction

    @property
    def r0(self) -> Fraction:
        """The earlier ratio; the later one where the cell was not there before."""
        return self.n0 / self.d0 if self.d0 else self.n1 / self.d1

    @property
    def r1(self) -> Fraction:
        """The later ratio; the earlier one where the cell is no longer there."""
        return self.n1 / self.d1 if self.d1 else self.n0 / self.d0

    @property
    def is_thin(self) -> bool:
        """Whether a period in which it is there gives too little to read its ratio by."""
        return any(0 < d < FEWEST for d in (self.d0, self.d1))


@dataclass(frozen=True)
class Part:
    """What one cell did to the ratio, in the ratio's unit.

    Attributes:
        rate: By its own ratio.
        mix: By its share of the denominator.
        mix_by: The mix, split by dimension.
    """

    sums: Sums
    rate: Fraction
    mix: Fraction
    mix_by: tuple[Fraction, ...]

    @property
    def total(self) -> Fraction:
        """All it did."""
        return self.rate + self.mix


@dataclass(frozen=True)
class Bridge:
    """A ratio's change, taken apart.

    Attributes:
        before, after: The ratio in the two periods.
        parts: One per cell.
        undivided: What stands over cells without any denominator: cost of a cell in which
            nothing was completed.
        same_mix: The difference at the mix of both periods together.
    """

    before: Fraction
    after: Fraction
    parts: tuple[Part, ...]
    undivided: Fraction
    same_mix: Fraction

    @property
    def change(self) -> Fraction:
        """After - before; the sum of rate, mix and undivided."""
        return self.after - self.before

    @property
    def rate(self) -> Fraction:
        """What the cells' own ratios did."""
        return sum((part.rate for part in self.parts), _ZERO)

    @property
    def mix(self) -> Fraction:
        """What their shares did."""
        return sum((part.mix for part in self.parts), _ZERO)

    @property
    def mix_by(self) -> tuple[Fraction, ...]:
        """The mix by dimension; they sum to `mix`."""
        columns = zip(*(part.mix_by for part in self.parts), strict=True)
        return tuple(sum(column, _ZERO) for column in columns)

    @property
    def is_reversed(self) -> bool:
        """Simpson's warning: the ratio moved one way, and the same mix the other."""
        return self.change * self.same_mix < 0


@dataclass(frozen=True)
class Total:
    """A total's change (all cost of a period), taken apart by three factors.

    Attributes:
        before, after: The totals.
        volume: By the size of the denominator.
        mix: By the shares of the cells.
        unit: By the cells' own ratios: unit cost.
        undivided: By cells without any denominator.
    """

    before: Fraction
    after: Fraction
    volume: Fraction
    mix: Fraction
    unit: Fraction
    undivided: Fraction

    @property
    def change(self) -> Fraction:
        """After - before; the sum of the four parts."""
        return self.after - self.before


def bridge(cells: Iterable[Sums]) -> Bridge:
    """Take a ratio's change apart by cells of one or two dimensions.

    rate = (r1 - r0)(w0 + w1)/2 and mix = (w1 - w0)((r0 + r1)/2 - (R0 + R1)/2), where w is
    the cell's share of the denominator. A cell in one period only is pure mix.

    Args:
        cells: Sums by cell, each cell once. Thin ones are merged.

    Raises:
        ScopeError: The cells have more than two dimensions.
        NotEnoughDataError: A period has nothing to divide by.
    """
    merged = merge_thin(cells)
    _check(merged)
    n0, d0, n1, d1 = _totals(merged)
    before, after = n0 / d0, n1 / d1
    divided = [cell for cell in merged if cell.d0 or cell.d1]
    centre = (before + after) / 2
    shares = {cell.key: (cell.d0 / d0, cell.d1 / d1) for cell in divided}
    moved = _moved(shares)
    parts = tuple(_part(c, shares[c.key], moved[c.key], centre) for c in divided)
    same = sum(((c.d0 + c.d1) * (c.r1 - c.r0) for c in divided), _ZERO) / (d0 + d1)
    gone, new = _undivided(merged)
    return Bridge(before, after, parts, new / d1 - gone / d0, same)


def total(cells: Iterable[Sums]) -> Total:
    """Take a total's change apart into volume, mix and unit cost: the exact Shapley value.

    The total is V · Σ w·u with V the denominator of all cells, w a cell's share of it and
    u its ratio. Each factor's part is its mean effect over the six orders of changing one
    factor after another.

    Raises:
        ScopeError: The cells have more than two dimensions.
        NotEnoughDataError: A period has nothing to divide by.
    """
    merged = merge_thin(cells)
    _check(merged)
    n0, v0, n1, v1 = _totals(merged)
    volume = mix = unit = _ZERO
    for cell in (cell for cell in merged if cell.d0 or cell.d1):
        w, u = (cell.d0 / v0, cell.d1 / v1), (cell.r0, cell.r1)
        volume += (v1 - v0) * _spread(w, u)
        mix += (w[1] - w[0]) * _spread((v0, v1), u)
        unit += (u[1] - u[0]) * _spread((v0, v1), w)
    gone, new = _undivided(merged)
    return Total(n0, n1, volume, mix, unit, new - gone)


def merge_thin(cells: Iterable[Sums]) -> list[Sums]:
    """Merge cells that are thin in a period, dimension by dimension from the last.

    Cells without any denominator stay: their numerator has a line of its own.
    """
    found = list(cells)
    dimensions = max((len(cell.key) for cell in found), default=0)
    for place in range(dimensions - 1, -1, -1):
        kept = [cell for cell in found if not cell.is_thin]
        thin: dict[tuple[str, ...], list[Sums]] = defaultdict(list)
        for cell in found:
            if cell.is_thin:
                rest = (THIN,) * (len(cell.key) - place)
                thin[cell.key[:place] + rest].append(cell)
        found = kept + [_together(key, group) for key, group in thin.items()]
    return found


_Shares = dict[tuple[str, ...], tuple[Fraction, Fraction]]


def _moved(shares: _Shares) -> dict[tuple[str, ...], tuple[Fraction, ...]]:
    """The change of each cell's share, split by dimension.

    With two dimensions a share is that of one dimension's value times that of the cell
    within it. Either may come first: the split is the mean of both orders.
    """
    if all(len(key) == 1 for key in shares):
        return {key: (w1 - w0,) for key, (w0, w1) in shares.items()}
    by_first, by_second = _by_value(shares, 0), _by_value(shares, 1)
    found: dict[tuple[str, ...], tuple[Fraction, ...]] = {}
    for key, (w0, w1) in shares.items():
        first = (by_first[key] + (w1 - w0) - by_second[key]) / 2
        found[key] = (first, w1 - w0 - first)
    return found


def _by_value(shares: _Shares, place: int) -> dict[tuple[str, ...], Fraction]:
    """The part of each cell's change that its value's whole share accounts for."""
    values: dict[str, tuple[Fraction, Fraction]] = defaultdict(lambda: (_ZERO, _ZERO))
    for key, (w0, w1) in shares.items():
        a, b = values[key[place]]
        values[key[place]] = a + w0, b + w1
    found = {}
    for key, weights in shares.items():
        v0, v1 = values[key[place]]
        within = [w / v for w, v in zip(weights, (v0, v1), strict=True) if v]
        found[key] = (v1 - v0) * sum(within, _ZERO) / len(within)
    return found


def _part(
    cell: Sums,
    weights: tuple[Fraction, Fraction],
    moved: tuple[Fraction, ...],
    centre: Fraction,
) -> Part:
    w0, w1 = weights
    beyond = (cell.r0 + cell.r1) / 2 - centre
    rate = (cell.r1 - cell.r0) * (w0 + w1) / 2
    return Part(cell, rate, (w1 - w0) * beyond, tuple(share * beyond for share in moved))


def _spread(a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction]) -> Fraction:
    """The mean of a·b over the orders in which the two others may have changed already."""
    return (2 * a[0] * b[0] + a[0] * b[1] + a[1] * b[0] + 2 * a[1] * b[1]) / 6


def _together(key: tuple[str, ...], cells: Sequence[Sums]) -> Sums:
    return Sums(key, *_totals(cells))


def _totals(cells: Sequence[Sums]) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    rows = [(cell.n0, cell.d0, cell.n1, cell.d1) for cell in cells]
    n0, d0, n1, d1 = (sum(column, _ZERO) for column in zip(*rows, strict=True))
    return n0, d0, n1, d1


def _undivided(cells: Sequence[Sums]) -> tuple[Fraction, Fraction]:
    """Numerators over no denominator, by period."""
    gone = sum((cell.n0 for cell in cells if not cell.d0), _ZERO)
    new = sum((cell.n1 for cell in cells if not cell.d1), _ZERO)
    return gone, new


def _check(cells: Sequence[Sums]) -> None:
    dimensions = max((len(cell.key) for cell in cells), default=0)
    if dimensions > _MOST_DIMENSIONS:
        message = f"{dimensions} dimensions to explain a change by; name one or two"
        raise ScopeError(message)
    for name, denominators in (
        ("earlier", [cell.d0 for cell in cells]),
        ("later", [cell.d1 for cell in cells]),
    ):
        if sum(denominators, _ZERO) <= 0:
            message = f"the {name} period has nothing to divide by; choose another period"
            raise NotEnoughDataError(message)
