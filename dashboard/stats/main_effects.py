"""How late each delivery was to be expected, by what was seen in other days.

One effect per value of every dimension, added on the logit: a carrier that takes over more
of a zone brings its own lateness there, and no combination is blamed for it.
"""

import numpy as np

from dashboard.stats.case_mix import fit_logistic, indicators
from dashboard.stats.combinations import HALVES, MOST_DIMENSIONS, Rows
from dashboard.stats.periods import Array

RIDGE = 10.0
"""As if effects were known to lie within about 0.6 logits of their mean."""

MOST_ROWS = 60_000


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
    design = [indicators(axis.codes[some], axis.size) for axis in axes]
    fit = fit_logistic(rows.n[some], rows.late[some], np.column_stack(design), ridge=RIDGE)
    logit = np.full(len(rows.block), fit.intercept)
    start = 0
    for axis in axes:
        logit += fit.effects[start : start + axis.size][axis.codes]
        start += axis.size
    return 1 / (1 + np.exp(-logit))
