"""Which values drove a change: each against all others, judged by how weeks scatter.

Values of different dimensions are views of the same deliveries: their contributions
overlap and do not add up.

Reference:
    Benjamini and Hochberg (1995), "Controlling the False Discovery Rate".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

T = TypeVar("T")

FALSE_DISCOVERIES = 0.10
SAME_DELIVERIES = 0.8
"""Values that share more of their deliveries than this are one finding."""

_FEWEST_CLUSTERS = 2


@dataclass(frozen=True)
class Panel:
    """The sums of one dimension in one period.

    Attributes:
        numerators, denominators: Values × clusters (weeks); each row of deliveries stands
            under one value, so that the rows sum to the whole.
    """

    numerators: Array
    denominators: Array


@dataclass(frozen=True)
class Contributions:
    """Each value's part in the change, beyond what all other values did.

    Attributes:
        difference: How much more its ratio changed than that of all others together.
        error: Standard error of the difference.
        p_value: Two-sided.
        amount: What that did to the ratio of the whole: difference × its mean share.
        low, high: 95 % interval of the amount.
    """

    difference: Array
    error: Array
    p_value: Array
    amount: Array
    low: Array
    high: Array

    @property
    def bound(self) -> Array:
        """The part of |amount| that is sure: what contributors are ranked by."""
        sign = np.sign(self.amount)
        return np.where(sign >= 0, self.low, -self.high)


def contributions(
    then: Panel, now: Panel, *, share: bool, confidence: float = 0.95
) -> Contributions:
    """Hold each value's change against that of all other values.

    Args:
        then: Sums of the earlier period.
        now: Sums of the later one, values in the same order.
        share: Whether the ratio is a proportion: then no variance is below the binomial.
        confidence: Coverage, strictly between 0 and 1.

    Returns:
        Arrays, one entry per value, by Student's t with the clusters of both periods less
        two. NaN where a value, or all others, has nothing to divide by.

    Raises:
        NotEnoughDataError: A period has fewer than two clusters.
    """
    pooled = _pooled_ratios(then, now) if share else None
    (gap0, var0, k0), (gap1, var1, k1) = (_gap(panel, pooled) for panel in (then, now))
    difference, error = gap1 - gap0, np.sqrt(var0 + var1)
    freedom = k0 + k1 - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(difference == 0, 0.0, np.abs(difference) / error)
    weight = (_weights(then) + _weights(now)) / 2
    half = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error * weight
    amount = difference * weight
    p_value = 2 * special.stdtr(freedom, -t)
    return Contributions(difference, error, p_value, amount, amount - half, amount + half)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's correction of a family of p-values, in the order given."""
    p = np.asarray(p_values, float)
    order = np.argsort(p)[::-1]
    raised = p[order] * len(p) / np.arange(len(p), 0, -1)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.minimum.accumulate(raised), 1.0)
    return corrected.tolist()


def collapse(ranked: Sequence[T], shared: Callable[[T, T], float]) -> list[tuple[T, list[T]]]:
    """Join findings that stand on the same deliveries.

    Args:
        ranked: Findings, the first first.
        shared: The share of their deliveries that two findings have in common, 0 to 1.

    Returns:
        Each finding that stands alone, with the later ones it stands for.
    """
    kept: list[tuple[T, list[T]]] = []
    for one in ranked:
        same = next((own for first, own in kept if shared(first, one) > SAME_DELIVERIES), None)
        if same is None:
            kept.append((one, []))
        else:
            same.append(one)
    return kept


def _gap(panel: Panel, pooled: tuple[Array, Array] | None) -> tuple[Array, Array, int]:
    """Each value's ratio less that of all others, its variance, and the clusters."""
    n, d = panel.numerators, panel.denominators
    others_n, others_d = n.sum(axis=0) - n, d.sum(axis=0) - d
    clusters = int(np.count_nonzero(d.sum(axis=0)))
    if clusters < _FEWEST_CLUSTERS:
        message = f"{clusters} weeks or days with anything to divide by; at least 2 are needed"
        raise NotEnoughDataError(message)
    own, own_residuals = _residuals(n, d)
    rest, rest_residuals = _residuals(others_n, others_d)
    scatter = np.sum((own_residuals - rest_residuals) ** 2, axis=1)
    variance = clusters / (clusters - 1) * scatter
    if pooled is not None:
        variance = np.maximum(variance, sum(map(_binomial, pooled, (d, others_d))))
    return own - rest, variance, clusters


def _binomial(ratio: Array, sizes: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return ratio * (1 - ratio) / sizes.sum(axis=1)


def _residuals(n: Array, d: Array) -> tuple[Array, Array]:
    """Ratio of each row, and what each cluster adds to its error."""
    total = d.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = n.sum(axis=1, keepdims=True) / total
        return ratio[:, 0], (n - ratio * d) / total


def _pooled_ratios(then: Panel, now: Panel) -> tuple[Array, Array]:
    """Ratio of each value, and of all others, over both periods.

    One more delivery at the ratio of the whole: thirty kept of thirty are no proof that
    lateness is impossible, and must not have a variance of nothing.
    """
    n = then.numerators.sum(axis=1) + now.numerators.sum(axis=1)
    d = then.denominators.sum(axis=1) + now.denominators.sum(axis=1)
    whole = n.sum() / d.sum()
    return (n + whole) / (d + 1), (n.sum() - n + whole) / (d.sum() - d + 1)


def _weights(panel: Panel) -> Array:
    sizes = panel.denominators.sum(axis=1)
    return sizes / sizes.sum()
