"""Two proportions, where every unit is one observation that happened or did not."""

from dataclasses import replace

from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.effects import Arm, Effect, contrast
from dashboard.stats.experiments.moments import Moments


def compare_shares(control: Moments, treatment: Moments, *, confidence: float = 0.95) -> Effect:
    """Compare two proportions: Newcombe's interval, the pooled z test.

    Args:
        control: Sums over the control arm; every unit counts 1 and holds 0 or 1.
        treatment: The same for the treated arm.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Raises:
        NotEnoughDataError: A unit holds several observations or a value that is neither 0
            nor 1; an arm is empty; all units hold the same.

    Reference:
        Newcombe (1998), "Interval estimation for the difference between independent
        proportions", Statistics in Medicine 17:873.
    """
    for arm in (control, treatment):
        _check(arm)
    x1, n1 = float(treatment.y), float(treatment.d)
    x0, n0 = float(control.y), float(control.d)
    arms = [Arm(x / n, x / n * (1 - x / n) / n, n - 1, int(n)) for x, n in ((x0, n0), (x1, n1))]
    if x0 + x1 in (0, n0 + n1):
        message = "every unit of both arms has the same value; a metric that varies is needed"
        raise NotEnoughDataError(message)
    _, p_value = proportions_ztest([x1, x0], [n1, n0])
    low, high = confint_proportions_2indep(
        x1, n1, x0, n0, compare="diff", method="newcomb", alpha=1 - confidence
    )
    method = "two proportions, Newcombe's interval"
    found = contrast(*arms, method, confidence=confidence)
    return replace(found, low=float(low), high=float(high), p_value=float(p_value))


def _check(arm: Moments) -> None:
    if float(arm.d) < 2 or float(arm.dd) != float(arm.d) or float(arm.d) != arm.units:  # noqa: PLR2004
        message = (
            f"{arm.units:g} units hold {float(arm.d):g} observations; a row-level test needs one "
            "each, so compare them as a ratio of sums per unit"
        )
        raise NotEnoughDataError(message)
    if float(arm.yy) != float(arm.y):
        message = "a share's units hold values other than 0 and 1; compare them as a mean"
        raise NotEnoughDataError(message)
