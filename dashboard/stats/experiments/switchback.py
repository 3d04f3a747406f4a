"""Switchbacks: both arms run in one zone on one day, in random order; pairs are compared."""

from typing import TypeAlias

import numpy as np
from scipy import stats

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.effects import Effect, limits

Array: TypeAlias = np.ndarray

FEWEST = 6
"""Pairs below which no order of arms can reach 5 %: 2 / 2⁶."""

_SEED = 7


def compare_pairs(control: Array, treatment: Array, *, confidence: float = 0.95) -> Effect:
    """Compare pairs: interval by the paired t, p-value by turning the pairs' signs.

    Args:
        control: Value of each pair's control block.
        treatment: The same for the treated block, aligned.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Raises:
        NotEnoughDataError: Under 6 pairs, or all differences are equal.
    """
    apart = np.asarray(treatment, float) - np.asarray(control, float)
    pairs = len(apart)
    if pairs < FEWEST:
        message = f"{pairs} pairs of blocks; at least {FEWEST} are needed"
        raise NotEnoughDataError(message)
    error = float(np.std(apart, ddof=1)) / pairs**0.5
    if error == 0:
        message = f"all {pairs} pairs differ by the same; a metric that varies is needed"
        raise NotEnoughDataError(message)
    estimate = float(apart.mean())
    low, high, _ = limits(estimate, error, pairs - 1.0, confidence)
    base = float(np.mean(control))
    shares = [one / abs(base) for one in (estimate, low, high)] if base else [None] * 3
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_value=_signs_turned(apart),
        error=error,
        freedom=pairs - 1.0,
        control=base,
        treatment=float(np.mean(treatment)),
        units=pairs,
        method="pairs of blocks; p-value by turning signs",
        relative=shares[0],
        relative_low=shares[1],
        relative_high=shares[2],
    )


def _signs_turned(apart: Array) -> float:
    found = stats.permutation_test(
        (apart,),
        lambda values, axis=-1: np.mean(values, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=99_999,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue)
