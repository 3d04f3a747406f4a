"""How late each delivery was to be expected, by what was seen in other days.

One effect per value of every dimension, added on the logit: a carrier that takes over more
of a zone brings its own lateness there, and no combination is blamed for it.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.combinations import HALVES, MOST_DIMENSIONS, Axis, Rows
from dashboard.stats.levels import Levels
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
    levels = Levels(
        len(some),
        [axis.codes[some].astype(np.int64) for axis in axes],
        [axis.size for axis in axes],
    )
    penalty = np.full(levels.width, RIDGE)
    penalty[0] = 0.0
    beta = np.zeros(levels.width)
    beta[0] = special.logit(late.sum() / n.sum())
    for _ in range(_MOST_STEPS):
        chance = special.expit(levels.times(beta))
        curvature = levels.products(n * chance * (1 - chance)) + np.diag(penalty)
        step = np.linalg.solve(curvature, levels.totals(late - n * chance) - penalty * beta)
        # Logits of rare values could overshoot from the start.
        beta += np.clip(step, -1, 1)
        if np.max(np.abs(step)) < _PRECISION:
            break
    return [beta[:1], *levels.split(beta[1:])]
