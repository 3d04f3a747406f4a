"""Confidence sequences: intervals that hold at every look, so that peeking is legal."""

from typing import TypeAlias

import numpy as np

Number: TypeAlias = "float | np.ndarray"


def half_width(error: Number, units: Number, planned: float, alpha: float) -> Number:
    """Half the width of the asymptotic confidence sequence at a look.

    se·√N · √(2(Nρ²+1)/(Nρ)² · ln(√(Nρ²+1)/alpha)), ρ chosen to be narrowest at the plan.

    Args:
        error: Standard error of the effect at the look.
        units: Independent units N at the look, all arms that are compared together.
        planned: Units N* at which it shall be narrowest.
        alpha: Chance that it ever misses the truth, over all looks.

    Reference:
        Waudby-Smith et al. (2021), "Time-uniform central limit theory and asymptotic
        confidence sequences", arXiv 2103.06476, equations 9, 155 and 161.
    """
    n = np.asarray(units, float)
    spread = n * _rho_squared(planned, alpha)
    inside = 2 * (spread + 1) / (n * spread) * np.log(np.sqrt(spread + 1) / alpha)
    return np.asarray(error, float) * np.sqrt(n) * np.sqrt(inside)


def p_value(
    estimate: Number, error: Number, units: Number, planned: float, alpha: float
) -> Number:
    """The smallest level at which the sequence of `alpha`'s shape leaves out 0, at most 1."""
    n = np.asarray(units, float)
    spread = n * _rho_squared(planned, alpha)
    squares = np.square(estimate) / (np.square(error) * n)
    return np.minimum(
        1.0, np.sqrt(spread + 1) * np.exp(-squares * n * spread / (2 * (spread + 1)))
    )


def _rho_squared(planned: float, alpha: float) -> float:
    log = -2 * np.log(alpha)
    return float((log + np.log(log + 1)) / planned)
