"""How late each delivery was to be expected, by what was seen in other days.

One effect per value of every dimension, added on the logit: a carrier that takes over more
of a zone brings its own lateness there, and no combination is blamed for it.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.combinations import HALVES, MOST_DIMENSIONS, Axis, Rows
from dashboard.stats.periods import Array

RIDGE = 10.0
"""As if effects were known to lie within about 0.6 logits of their mean."""

MOST_ROWS = 200_000
_MOST_STEPS = 40
_PRECISION = 1e-8


def chances(rows: Rows) -> Array:
    """Chance of being late of every row, by a fit to the days compared with.

    Dimensions of very many values, that are combined with one other only, have no effect.

    Args:
        rows: Rows of both periods; what they expect is not read.

    Raises:
        NotEnoughDataError: All deliveries of the days compared with ended alike.
    """
    axes = [axis for axis in rows.axes if axis.most == MOST_DIMENSIONS]
    then = np.flatnonzero(rows.block >= HALVES)
    # A fit to every so many rows is as good: its error is far below that of a combination.
    some = then[:: max(1, len(then) // MOST_ROWS)]
    intercept, *effects = fit(axes, rows, some)
    logit = np.full(len(rows.block), intercept[0])
    for axis, own in zip(axes, effects, strict=True):
        logit += own[axis.codes]
    return special.expit(logit)


def fit(axes: Sequence[Axis], rows: Rows, some: Array) -> list[Array]:
    """Fit a logistic regression with ridge on one effect per value, by Newton's method.

    A design of indicators is never written out: its products are counts by pairs of values.

    Args:
        axes: The dimensions.
        rows: Deliveries and late ones.
        some: Places of the rows to fit to.

    Returns:
        The intercept, then the effects of each dimension.

    Raises:
        NotEnoughDataError: All deliveries ended alike.
    """
    n, late = rows.n[some].astype(float), rows.late[some].astype(float)
    if not 0 < late.sum() < n.sum():
        message = f"{late.sum():.0f} of {n.sum():.0f} late before; some of both are needed"
        raise NotEnoughDataError(message)
    codes = [np.zeros(len(some), np.int64), *(axis.codes[some].astype(np.int64) for axis in axes)]
    sizes = [1, *(axis.size for axis in axes)]
    cuts = np.cumsum(sizes)[:-1]
    penalty = np.full(sum(sizes), RIDGE)
    penalty[0] = 0.0
    beta = np.zeros(sum(sizes))
    beta[0] = special.logit(late.sum() / n.sum())
    for _ in range(_MOST_STEPS):
        effects = np.split(beta, cuts)
        chance = special.expit(sum(own[at] for own, at in zip(effects, codes, strict=True)))
        slope = [np.bincount(at, late - n * chance, k) for at, k in zip(codes, sizes, strict=True)]
        curvature = _products(codes, sizes, n * chance * (1 - chance)) + np.diag(penalty)
        step = np.linalg.solve(curvature, np.concatenate(slope) - penalty * beta)
        # Logits of rare values could overshoot from the start.
        beta += np.clip(step, -1, 1)
        if np.max(np.abs(step)) < _PRECISION:
            break
    return np.split(beta, cuts)


def _products(codes: Sequence[Array], sizes: Sequence[int], weight: Array) -> Array:
    """Weighted products of the indicators of all dimensions with each other."""
    starts = np.cumsum([0, *sizes])
    found = np.zeros((starts[-1], starts[-1]))
    for one, (at, size) in enumerate(zip(codes, sizes, strict=True)):
        own = slice(starts[one], starts[one + 1])
        found[own, own] = np.diag(np.bincount(at, weight, size))
    for one, other in combinations(range(len(codes)), 2):
        cells = sizes[one] * sizes[other]
        table = np.bincount(codes[one] * sizes[other] + codes[other], weight, cells)
        rows, columns = (slice(starts[k], starts[k + 1]) for k in (one, other))
        found[rows, columns] = table.reshape(sizes[one], sizes[other])
        found[columns, rows] = found[rows, columns].T
    return found
