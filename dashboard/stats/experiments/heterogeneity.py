"""Does the effect differ by segment? One test first, then effects shrunk together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import stats

from dashboard.errors import NotEnoughDataError
from dashboard.stats.rates import benjamini_hochberg

Array: TypeAlias = np.ndarray

DIFFERS = 0.05
"""P-value of Cochran's Q below which effects are said to differ."""

FALSE_SHARE = 0.10
"""Of the segments called, the share that may be false (Benjamini–Hochberg)."""


@dataclass(frozen=True)
class Heterogeneity:
    """The effects of several segments, seen together.

    Attributes:
        q, q_p_value: Cochran's Q, and how likely it is where all effects are equal.
        i_squared: Percent of the scatter beyond chance, at least 0.
        tau_squared: Variance of the true effects (DerSimonian–Laird), at least 0.
        fixed, fixed_error: The effect in common, were all equal.
        random, random_error: The mean of effects that may differ.
        shrunken, shrunken_errors: Each segment's effect, drawn to that mean by as much as
            chance makes up of it.
        p_values: Of no effect, per segment, corrected as one family.
    """

    q: float
    q_p_value: float
    i_squared: float
    tau_squared: float
    fixed: float
    fixed_error: float
    random: float
    random_error: float
    shrunken: Array
    shrunken_errors: Array
    p_values: Array

    @property
    def differs(self) -> bool:
        """Whether segments may be told apart at all."""
        return self.q_p_value < DIFFERS


def at_one_mix(effects: Array, control: Array, treatment: Array) -> float:
    """The effect where both arms have the same mix of segments (Mantel–Haenszel weights).

    Args:
        effects: One per segment.
        control: Units of the control arm, aligned.
        treatment: Units of the other.
    """
    n0, n1 = np.asarray(control, float), np.asarray(treatment, float)
    return float(np.average(effects, weights=n0 * n1 / (n0 + n1)))


def compare_segments(effects: Array, variances: Array, p_values: Sequence[float]) -> Heterogeneity:
    """Test whether effects differ, and shrink them to their mean.

    statsmodels' `combine_effects` divides by v + tau², and its tau² may be negative: equal
    effects would end in a division by 0. Held against it, and metafor, by tests.

    Args:
        effects: One per segment.
        variances: Their squared standard errors, above 0.
        p_values: Of no effect in each segment, as its own test has it.

    Raises:
        NotEnoughDataError: Under two segments, or one without variance.
    """
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    if len(y) < 2 or not (v > 0).all():  # noqa: PLR2004
        message = f"{len(y)} segments with an effect and a variance; at least 2 are needed"
        raise NotEnoughDataError(message)
    freedom = len(y) - 1
    exact = 1 / v
    fixed = float(np.sum(exact * y) / exact.sum())
    q = float(np.sum(exact * (y - fixed) ** 2))
    spare = float(exact.sum() - np.sum(exact**2) / exact.sum())
    tau2 = max((q - freedom) / spare, 0.0)
    weights = 1 / (v + tau2)
    mean, spread = float(np.sum(weights * y) / weights.sum()), float(1 / weights.sum())
    own = tau2 / (tau2 + v)
    return Heterogeneity(
        q=q,
        q_p_value=float(stats.chi2.sf(q, freedom)),
        i_squared=max(0.0, 100 * (q - freedom) / q) if q > 0 else 0.0,
        tau_squared=tau2,
        fixed=fixed,
        fixed_error=float(exact.sum()) ** -0.5,
        random=mean,
        random_error=spread**0.5,
        shrunken=own * y + (1 - own) * mean,
        shrunken_errors=np.sqrt(own * v + (1 - own) ** 2 * spread),
        p_values=np.array(benjamini_hochberg(p_values)),
    )
