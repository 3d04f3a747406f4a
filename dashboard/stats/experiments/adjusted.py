"""Adjustment by a covariate measured before the assignment: less noise, the same effect."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from statsmodels.regression.linear_model import OLS

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.effects import Effect, limits, welch
from dashboard.stats.experiments.moments import Moments
from dashboard.stats.experiments.split import ALARM

Array: TypeAlias = np.ndarray

_FEWEST_UNITS = 30
_TERMS = 4


def adjust(
    control: tuple[Array, Array],
    treatment: tuple[Array, Array],
    plain: Effect,
    *,
    confidence: float = 0.95,
) -> Effect:
    """Regress y on treatment × (x - mean x), with HC2 errors.

    Args:
        control: Outcome and covariate per unit; the covariate is null-free, and was
            measured before anybody was assigned.
        treatment: The same for the treated arm.
        plain: The unadjusted effect, whose arms' values are kept.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Returns:
        The adjusted effect; in percent by the same error over the control's value.

    Raises:
        NotEnoughDataError: Under 30 units in an arm, or a covariate that does not vary.

    Reference:
        Lin (2013), "Agnostic notes on regression adjustments to experimental data".
    """
    y, x = (np.concatenate([control[at], treatment[at]]).astype(float) for at in (0, 1))
    units = len(control[0]), len(treatment[0])
    if min(units) < _FEWEST_UNITS or np.ptp(x) == 0:
        found = "the covariate does not vary" if min(units) >= _FEWEST_UNITS else "few units"
        message = (
            f"{found} ({units[0]} and {units[1]} units); at least 30 units and a covariate that "
            "differs between them are needed"
        )
        raise NotEnoughDataError(message)
    treated = np.repeat([0.0, 1.0], units)
    centred = x - x.mean()
    design = np.column_stack([np.ones(len(y)), treated, centred, treated * centred])
    # Column 0 is the constant: looking for one would cost as much as the fit.
    fitted = OLS(y, design, hasconst=True).fit(method="qr", cov_type="HC2")
    estimate, error = float(fitted.params[1]), float(fitted.bse[1])
    freedom = float(len(y) - _TERMS)
    low, high, p_value = limits(estimate, error, freedom, confidence)
    base = abs(plain.control) or None
    return replace(
        plain,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
        error=error,
        freedom=freedom,
        method=f"{plain.method}, adjusted by what was measured before (Lin, HC2)",
        relative=estimate / base if base else None,
        relative_low=low / base if base else None,
        relative_high=high / base if base else None,
    )


def check_before(control: Array, treatment: Array) -> None:
    """Refuse a covariate that the assignment itself seems to have moved.

    Raises:
        NotEnoughDataError: The arms differ in it by more than chance explains.
    """
    arms = Moments.of(control), Moments.of(treatment)
    if not sum(float(arm.variance) for arm in arms) > 0:
        return
    found = welch(*arms)
    if found.p_value < ALARM:
        message = (
            f"the covariate is {found.control:.4g} in control and {found.treatment:.4g} in "
            f"treatment (p = {found.p_value:.1g}): it was measured after the assignment, or arms "
            "were not dealt by chance; one measured before is needed"
        )
        raise NotEnoughDataError(message)


def linearised(y: Array, d: Array) -> Array:
    """Units whose mean is the ratio of sums: R + (y - R·d) / mean d.

    Raises:
        NotEnoughDataError: There is nothing to divide by.
    """
    total = float(np.sum(d))
    if not total > 0:
        message = f"{len(d)} units with {total:g} to divide by; something to divide by is needed"
        raise NotEnoughDataError(message)
    ratio = float(np.sum(y)) / total
    return ratio + (np.asarray(y, float) - ratio * np.asarray(d, float)) * len(d) / total
