"""Answers on an ordered scale, such as stars: which arm's are better."""

from typing import TypeAlias

import numpy as np
from statsmodels.stats.nonparametric import rank_compare_2indep

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.effects import Effect

Array: TypeAlias = np.ndarray

EVEN = 0.5
"""The probability of a better answer where the arms do not differ."""

_FEWEST_ANSWERS = 2


def compare_ranks(control: Array, treatment: Array, *, confidence: float = 0.95) -> Effect:
    """Estimate how much likelier a treated answer is the better one (Brunner–Munzel).

    Args:
        control: Answers of the control arm, one per unit.
        treatment: The same for the treated arm.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Returns:
        P(treated better) + half P(equal), less 0.5; the arms' values are mean answers.

    Raises:
        NotEnoughDataError: Under two answers in an arm, or all answers are equal.
    """
    sizes = len(control), len(treatment)
    everything = np.concatenate([control, treatment]).astype(float)
    if min(sizes) < _FEWEST_ANSWERS or np.ptp(everything) == 0:
        found = f"{sizes[0]} and {sizes[1]} answers, or all of them equal"
        message = f"{found}; answers that differ are needed in both arms"
        raise NotEnoughDataError(message)
    if np.max(control) < np.min(treatment) or np.max(treatment) < np.min(control):
        message = (
            "every treated answer lies on one side of every other; the ranks have no spread to "
            "test by, so more answers are needed"
        )
        raise NotEnoughDataError(message)
    found = rank_compare_2indep(treatment, control, use_t=True)
    low, high = found.conf_int(alpha=1 - confidence)
    return Effect(
        estimate=float(found.prob1) - EVEN,
        low=float(low) - EVEN,
        high=float(high) - EVEN,
        p_value=float(found.pvalue),
        error=float(np.sqrt(found.var_prob)),
        freedom=float(found.df),
        control=float(np.mean(control)),
        treatment=float(np.mean(treatment)),
        units=sum(sizes),
        method="ranks (Brunner–Munzel)",
    )
