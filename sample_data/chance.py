"""Chance, reproducible: every step draws from its own stream of numbers."""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def stream(seed: int, step: str, part: int = 0) -> np.random.Generator:
    """Open the stream of one step, so that a new step leaves the others unchanged."""
    return np.random.default_rng([seed, zlib.crc32(step.encode()), part])


def cumulative(weights: npt.ArrayLike) -> Floats:
    """Turn rows of weights into cumulative shares; the last of each row is 1."""
    table = np.asarray(weights, dtype=np.float64)
    sums = np.cumsum(table, axis=-1)
    return sums / sums[..., -1:]


def pick(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Draw positions with the given weights."""
    return np.searchsorted(cumulative(weights), rng.random(size), side="right")


def pick_by_row(rng: np.random.Generator, weights: npt.ArrayLike, rows: npt.ArrayLike) -> Ints:
    """Draw one position per element of `rows`, with the weights of that row."""
    table = cumulative(weights)
    picked = np.asarray(rows)
    shift = table + np.arange(len(table))[:, None]
    wanted = rng.random(len(picked)) + picked
    return np.searchsorted(shift.ravel(), wanted, side="right") - picked * table.shape[1]


def even_shares(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Deal positions so that each gets its share to within one, in random order."""
    points = (rng.permutation(size) + 0.5) / max(size, 1)
    return np.searchsorted(cumulative(weights), points, side="right")


def choose(rng: np.random.Generator, rows: Flags, count: int) -> Ints:
    """Choose `count` of the flagged rows at random (all if there are fewer)."""
    return rng.permutation(np.flatnonzero(rows))[: max(count, 0)]
