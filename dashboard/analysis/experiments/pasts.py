"""The past of units that nobody dealt to arms: how they vary, and what dealing them shows."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl

from dashboard.analysis.experiments.trials import Dealt
from dashboard.stats.experiments.moments import Moments

Array: TypeAlias = np.ndarray

_SEED = 11
_MOST_UNITS = 100_000
_AT_ONCE = 40


@dataclass(frozen=True, eq=False)
class Past:
    """The last weeks, by what would be dealt to arms.

    Attributes:
        dealt: What would be dealt.
        units: Units seen by each number of weeks.
        squares: Squared standard error of a difference between two arms that share all of
            them, by number of weeks.
        y, d: Sums over all weeks, one element per unit; of pairs the difference of their two
            halves and 1.
    """

    dealt: Dealt
    units: Array
    squares: Array
    y: Array
    d: Array

    @property
    def count(self) -> int:
        """How many there are to deal: units, or pairs."""
        return len(self.y)

    def dealt_again(self, deals: int) -> tuple[Array, float]:
        """Deal the past to two equal arms again and again.

        Returns:
            What a test of each deal finds in standard errors, and its degrees of freedom.
        """
        if self.dealt == "pairs":
            return _signs_drawn(self.y, deals), len(self.y) - 1.0
        y, d = self.y[:_MOST_UNITS], self.d[:_MOST_UNITS]
        return _arms_drawn(y, d, deals), len(y) - 2.0


def past_of(units: pl.DataFrame, dealt: Dealt, weeks: int) -> Past:
    """Sum the past.

    Args:
        units: unit, look, y, d, and pair where pairs are dealt.
        dealt: What would be dealt.
        weeks: How many there are.
    """
    if dealt == "pairs":
        return _of_pairs(units, weeks)
    rows = units.sort("unit", "look")
    unit, look, y, d = (rows[name].to_numpy() for name in ("unit", "look", "y", "d"))
    moments = Moments.by_look(unit, look, y, d, looks=weeks)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Half of the units each: every arm has twice the variance, and a difference both.
        squares = 4 * np.asarray(moments.variance)
    known = np.where(np.asarray(moments.units) > 1, squares, np.inf)
    places = np.unique(unit, return_inverse=True)[1]
    sums = [np.bincount(places, part) for part in (y, d)]
    return Past(dealt, np.asarray(moments.units), known, *sums)


def _of_pairs(units: pl.DataFrame, weeks: int) -> Past:
    """Halves that lack the other tell nothing; order is drawn, so differences turn about 0."""
    halves = units.group_by("pair", "unit").agg(pl.col("look").min(), pl.col("y", "d").sum())
    values = halves.filter(pl.col("d") > 0).with_columns(value=pl.col("y") / pl.col("d"))
    pairs = (
        values.sort("unit")
        .group_by("pair")
        .agg(
            pl.len(),
            pl.col("look").first(),
            apart=pl.col("value").diff().last(),
        )
        .filter(pl.col("len") == 2)  # noqa: PLR2004
        .sort("pair")
    )
    look, apart = pairs["look"].to_numpy() - 1, pairs["apart"].to_numpy()
    count = np.cumsum(np.bincount(look, minlength=weeks)).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.mean(apart**2) / count
    known = np.where(count > 1, squares, np.inf)
    return Past("pairs", 2 * count, known, apart, np.ones(len(apart)))


def _arms_drawn(y: Array, d: Array, deals: int) -> Array:
    """Ratios of sums of two random halves, compared; many deals in one product of matrices."""
    parts = np.stack([np.ones_like(y), y, d, y * y, y * d, d * d], axis=1)
    rng = np.random.default_rng(_SEED)
    found = []
    for _ in range(0, deals, _AT_ONCE):
        bits = np.frombuffer(rng.bytes(_AT_ONCE * (len(y) + 7) // 8), np.uint8)
        arms = np.unpackbits(bits)[: _AT_ONCE * len(y)].reshape(_AT_ONCE, len(y))
        found.append(arms.astype(float) @ parts)
    dealt = np.concatenate(found)[:deals]
    one, other = Moments(*dealt.T), Moments(*(parts.sum(axis=0) - dealt).T)
    return (one.value - other.value) / np.sqrt(one.variance + other.variance)


def _signs_drawn(apart: Array, deals: int) -> Array:
    """Mean differences of pairs whose order was drawn anew, in standard errors."""
    signs = np.random.default_rng(_SEED).choice([-1.0, 1.0], (deals, len(apart)))
    turned = signs * apart
    return turned.mean(axis=1) / (turned.std(axis=1, ddof=1) / len(apart) ** 0.5)
