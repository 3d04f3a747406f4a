"""How many units an experiment needs, and what verdicts it will then probably reach."""

from dataclasses import dataclass

import numpy as np
from scipy import special
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments import sequences
from dashboard.stats.experiments.verdict import (
    EARLY_ALPHA,
    FINAL,
    VERDICTS,
    Evidence,
    Verdict,
    judge,
)

POWER = 0.80
_SEED = 7
_DRAWS = 4_000


def units_for_shares(before: float, after: float, power: float, alpha: float) -> float:
    """Units per arm to tell one proportion from another, two-sided.

    Raises:
        NotEnoughDataError: A share outside 0 … 1, or no difference to find.
    """
    if not 0 < before < 1 or not 0 < after < 1 or before == after:
        found = f"shares of {before:g} and {after:g}"
        message = f"{found}; two different ones between 0 and 1 are needed"
        raise NotEnoughDataError(message)
    found = samplesize_proportions_2indep_onetail(
        after - before, before, power, ratio=1, alpha=alpha, value=0, alternative="two-sided"
    )
    return float(found)


def units_for_means(effect: float, deviation: float, power: float, alpha: float) -> float:
    """Units per arm to find a difference of means, two-sided.

    Args:
        effect: The difference.
        deviation: Standard deviation of a unit.
        power: Chance to find it.
        alpha: Chance to find a difference where there is none.

    Raises:
        NotEnoughDataError: No effect, or units that do not vary.
    """
    if effect == 0 or not deviation > 0:
        message = f"an effect of {effect:g} where units vary by {deviation:g}; both are needed"
        raise NotEnoughDataError(message)
    size = abs(effect) / deviation
    # The far tail, which a two-sided test may also reach, finds the wrong sign: left out.
    found = TTestIndPower().solve_power(
        effect_size=size, power=power, alpha=alpha / 2, alternative="larger"
    )
    return float(found)


def design_effect(intraclass: float, size: float) -> float:
    """By how much clusters of a size inflate the variance of what is not clustered."""
    return 1 + (size - 1) * intraclass


def power_of(effect: float, error: float, *, confidence: float = FINAL) -> float:
    """Chance that the final interval lies on the effect's side of 0.

    Args:
        effect: The true effect.
        error: Standard error of its estimate.
        confidence: Coverage of the final interval.
    """
    line = float(special.ndtri((1 + confidence) / 2))
    return float(special.ndtr(abs(effect) / error - line))


@dataclass(frozen=True)
class Course:
    """How an experiment will run, for its verdicts to be foreseen.

    Attributes:
        effect: The true effect, + is good.
        worthwhile: Smallest effect worth having.
        error: Standard error of the estimate at the end.
        units: Independent units at the end, both arms together.
        weeks: Whole weeks, each with the same share of the units; looked at weekly.
    """

    effect: float
    worthwhile: float
    error: float
    units: float
    weeks: int


def foreseen(course: Course) -> dict[Verdict, float]:
    """The probability of each verdict, guardrails unharmed: simulated, always the same.

    Returns:
        Verdicts that occur, the likeliest first.
    """
    share = np.arange(1, course.weeks + 1) / course.weeks
    steps = np.random.default_rng(_SEED).normal(size=(_DRAWS, course.weeks))
    walks = np.cumsum(steps, axis=1) / np.sqrt(course.weeks)
    estimates = course.effect + course.error * walks / share
    errors = course.error / np.sqrt(share)
    units = course.units * share
    half = sequences.half_width(errors, units, course.units, EARLY_ALPHA)
    final = float(special.ndtri((1 + FINAL) / 2)) * course.error
    last = estimates[:, -1]
    places = judge(
        Evidence(
            is_broken=False,
            is_unjudged=False,
            is_harmed=False,
            is_worse=(estimates + half < 0).any(axis=1),
            is_early=(estimates - half > 0).any(axis=1),
            is_over=True,
            is_enough=True,
            guards_hold=True,
            estimate=last,
            low=last - final,
            high=last + final,
            worthwhile=course.worthwhile,
        )
    )
    counts = np.bincount(places, minlength=len(VERDICTS)) / _DRAWS
    found = {name: float(share) for name, share in zip(VERDICTS, counts, strict=True) if share}
    return dict(sorted(found.items(), key=lambda one: -one[1]))
