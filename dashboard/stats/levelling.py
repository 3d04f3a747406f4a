"""What would be gained if one value's late share fell to the usual one.

The best-looking value of many is partly lucky, and the worst partly unlucky: shares are first
shrunk towards the mean of all, the more the fewer deliveries they stand on. The usual share is
the median of all *other* values, so that a large value is not held against itself.
"""

from dataclasses import dataclass

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

_FEWEST_VALUES = 3


@dataclass(frozen=True)
class Levelled:
    """One value against the usual share of the others; arrays, one entry per value.

    Attributes:
        shrunken: Its late share, shrunk towards the mean of all.
        usual: Median of the others' shrunken shares.
        avoided: Late deliveries fewer if its share fell to the usual; 0 where it lies below.
    """

    shrunken: Array
    usual: Array
    avoided: Array


def levelled(n: Array, late: Array) -> Levelled:
    """Hold each value's late share against the median of all others.

    Args:
        n: Deliveries due of each value, above 0.
        late: Of them late.

    Raises:
        NotEnoughDataError: Fewer than three values: no median of others would mean much.
    """
    if len(n) < _FEWEST_VALUES:
        message = f"{len(n)} values; at least {_FEWEST_VALUES} are needed for a usual share"
        raise NotEnoughDataError(message)
    shrunken = shrunken_shares(n, late)
    places = np.arange(len(n))
    usual = np.array([np.median(shrunken[places != at]) for at in places])
    return Levelled(shrunken, usual, np.maximum(shrunken - usual, 0.0) * n)


def shrunken_shares(n: Array, late: Array) -> Array:
    """Shares shrunk towards the mean of all, by how much they truly seem to differ.

    The variance between values is what their scatter holds beyond chance (method of moments);
    where it holds nothing more, all shares are the mean.

    Reference:
        DerSimonian and Laird (1986), "Meta-analysis in clinical trials".
    """
    mean = late.sum() / n.sum()
    share, chance = late / n, mean * (1 - mean) / n
    if mean in (0.0, 1.0):
        return np.full(len(n), mean)
    weight = 1 / chance
    scatter = float(np.sum(weight * (share - mean) ** 2))
    spread = float(weight.sum() - np.sum(weight**2) / weight.sum())
    between = max(0.0, (scatter - (len(n) - 1)) / spread)
    return mean + (share - mean) * between / (between + chance)
