"""Weighted answers: those who reply, made to stand for all who might have.

Sources: Little and Vartivarian (2003), "On weighting the rates in non-response weights";
Manski (1989), "Anatomy of the selection problem", for the bounds; Kish (1965), "Survey
Sampling", for the effective number of replies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray

FEWEST_REPLIES = 5
"""A cell with fewer borrows from the other segments, never from another outcome."""


@dataclass(frozen=True)
class WeightedMean:
    """A mean of weighted answers.

    Attributes:
        value: Σwy / Σw.
        low, high: Confidence limits.
        variance: Squared standard error, robust to unequal variances (HC1).
        replies: How many answers.
        effective: Kish's effective number of them: (Σw)² / Σw².
    """

    value: float
    low: float
    high: float
    variance: float
    replies: int
    effective: float


def weighted_mean(
    values: Array, weights: Array, counts: Array, *, confidence: float = 0.95
) -> WeightedMean:
    """Mean of answers that stand for different numbers of deliveries.

    The same as WLS(values, ones, weights).fit(cov_type="HC1") over one row per answer.

    Args:
        values: An answer each.
        weights: Deliveries that one such answer stands for, aligned.
        counts: How often exactly this answer was given, aligned.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Raises:
        NotEnoughDataError: Fewer than two answers.
    """
    y, w, n = (np.asarray(part, float) for part in (values, weights, counts))
    replies = int(n.sum())
    if replies < 2:  # noqa: PLR2004
        message = f"{replies} answers; at least 2 are needed"
        raise NotEnoughDataError(message)
    total = float(np.sum(n * w))
    value = float(np.sum(n * w * y)) / total
    spread = float(np.sum(n * w**2 * (y - value) ** 2))
    variance = replies / (replies - 1) * spread / total**2
    half = float(special.ndtri((1 + confidence) / 2)) * variance**0.5
    effective = total**2 / float(np.sum(n * w**2))
    return WeightedMean(value, value - half, value + half, variance, replies, effective)


def merged_weights(due: Array, replies: Array, *, fewest: int = FEWEST_REPLIES) -> Array:
    """What one answer of each cell stands for, thin cells merged across segments.

    Args:
        due: Deliveries by segment (rows) and outcome (columns).
        replies: Answers, in the same shape.
        fewest: Cells with fewer answers are merged within their outcome.

    Returns:
        Deliveries per answer, in the same shape; 0 where a cell holds neither.

    Raises:
        NotEnoughDataError: Nobody answered for an outcome that deliveries had.
    """
    d, n = np.asarray(due, float), np.asarray(replies, float)
    weights = np.zeros_like(d)
    for outcome in range(d.shape[1]):
        for pool in _pools(d[:, outcome], n[:, outcome], fewest):
            answers = n[pool, outcome].sum()
            if not answers:
                message = f"nobody answered for outcome {outcome}; only bounds can be given"
                raise NotEnoughDataError(message)
            weights[pool, outcome] = d[pool, outcome].sum() / answers
    return weights


def _pools(due: Array, replies: Array, fewest: int) -> list[list[int]]:
    """Rows of one outcome that share a weight."""
    held = [row for row in range(len(due)) if due[row] > 0 or replies[row] > 0]
    thin = [row for row in held if replies[row] < fewest]
    enough = sorted((row for row in held if row not in thin), key=lambda row: replies[row])
    while thin and enough and replies[thin].sum() < fewest:
        thin.append(enough.pop(0))
    return [[row] for row in enough] + ([thin] if thin else [])


def bounds(
    total: float, replies: int, everybody: int, scale: Sequence[float]
) -> tuple[float, float]:
    """The lowest and highest mean that any answers of the silent could make.

    Args:
        total: Sum of the answers given.
        replies: How many there are.
        everybody: All who might have answered, those who did included.
        scale: The worst and the best answer possible.

    Raises:
        NotEnoughDataError: There is nobody.
    """
    if everybody <= 0:
        message = "no delivery is due; bounds need at least one"
        raise NotEnoughDataError(message)
    worst, best = scale[0], scale[-1]
    silent = everybody - replies
    return (total + silent * worst) / everybody, (total + silent * best) / everybody
