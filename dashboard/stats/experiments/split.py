"""The sample-ratio check: did the arms get the units that were planned for them?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from dashboard.errors import NotEnoughDataError

ALARM = 0.001
"""P-value below which the split is broken and no effect may be read."""


@dataclass(frozen=True)
class Split:
    """Units by arm against the plan.

    Attributes:
        observed: Units found.
        expected: Units that the planned shares give.
        p_value: Of so uneven a split by chance.
    """

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    p_value: float

    @property
    def is_broken(self) -> bool:
        """Whether chance cannot explain it."""
        return self.p_value < ALARM


def sample_ratio(observed: Sequence[int], weights: Sequence[float]) -> Split:
    """Hold the units of every arm against the planned split.

    Args:
        observed: Units by arm.
        weights: Planned shares, of any sum, aligned.

    Raises:
        NotEnoughDataError: Under two arms, no units, or a share that is not above 0.
    """
    counts, shares = np.asarray(observed, float), np.asarray(weights, float)
    if len(counts) < 2 or counts.sum() == 0 or not (shares > 0).all():  # noqa: PLR2004
        message = f"{len(counts)} arms with {counts.sum():g} units; two arms with units are needed"
        raise NotEnoughDataError(message)
    expected = shares / shares.sum() * counts.sum()
    p_value = float(stats.chisquare(counts, expected).pvalue)
    return Split(tuple(int(n) for n in counts), tuple(expected.tolist()), p_value)
