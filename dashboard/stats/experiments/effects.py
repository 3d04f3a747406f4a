"""The effect of an arm against control: its size, its interval, and in percent."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.moments import Moments

_FEWEST_UNITS = 2


@dataclass(frozen=True)
class Effect:
    """Treatment minus control.

    Attributes:
        estimate: In the metric's unit.
        low, high: Confidence limits; infinite where a test gives no limit.
        p_value: Two-sided, of no difference.
        error: Standard error of the estimate.
        freedom: Degrees of freedom of Student's t; infinite for the normal.
        control, treatment: The arms' own values.
        units: Independent units that it stands on, both arms together.
        method: How it was estimated, in words.
        relative, relative_low, relative_high: The effect over the control's value; None
            where that is 0 or the method has no such reading.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    error: float
    freedom: float
    control: float
    treatment: float
    units: int
    method: str
    relative: float | None = None
    relative_low: float | None = None
    relative_high: float | None = None


@dataclass(frozen=True)
class Arm:
    """An arm's value with its variance: what `contrast` compares.

    Attributes:
        freedom: Degrees of freedom behind the variance.
    """

    value: float
    variance: float
    freedom: float
    units: int


def contrast(control: Arm, treatment: Arm, method: str, *, confidence: float = 0.95) -> Effect:
    """Compare two independent arms by Student's t with Welch's degrees of freedom.

    Raises:
        NotEnoughDataError: Neither arm varies.
    """
    variance = control.variance + treatment.variance
    if not variance > 0:
        message = "every unit of both arms has the same value; a metric that varies is needed"
        raise NotEnoughDataError(message)
    freedom = variance**2 / (
        control.variance**2 / control.freedom + treatment.variance**2 / treatment.freedom
    )
    estimate, error = treatment.value - control.value, float(np.sqrt(variance))
    low, high, p_value = limits(estimate, error, freedom, confidence)
    found = Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
        error=error,
        freedom=freedom,
        control=control.value,
        treatment=treatment.value,
        units=control.units + treatment.units,
        method=method,
    )
    return _with_relative(found, control, treatment, confidence)


def limits(
    estimate: float, error: float, freedom: float, confidence: float
) -> tuple[float, float, float]:
    """Lower and upper limit, and the two-sided p-value, by Student's t."""
    half = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    p_value = float(2 * special.stdtr(freedom, -abs(estimate) / error))
    return estimate - half, estimate + half, p_value


def welch(control: Moments, treatment: Moments, *, confidence: float = 0.95) -> Effect:
    """Compare means, or ratios of sums, of randomised units.

    Units, not their rows, were randomised: the delta method prices in that the rows of a
    unit rise and fall together; a plain proportion test would call noise a win.

    Args:
        control: Sums over the control arm, one term per randomised unit.
        treatment: The same for the treated arm.
        confidence: Coverage of the interval, strictly between 0 and 1.

    Raises:
        NotEnoughDataError: An arm has under two units or nothing to divide by, or the
            metric does not vary.

    Reference:
        Deng, Knoblich, Lu (2018), "Applying the Delta Method in Metric Analytics".
    """
    is_mean = all(float(arm.dd) == float(arm.d) == arm.units for arm in (control, treatment))
    method = "Welch's t of means" if is_mean else "ratio of sums by the delta method"
    return contrast(arm_of(control), arm_of(treatment), method, confidence=confidence)


def arm_of(moments: Moments) -> Arm:
    """An arm from the sums of its units.

    Raises:
        NotEnoughDataError: Under two units, or nothing to divide by.
    """
    units = int(moments.units)
    if units < _FEWEST_UNITS or not float(moments.d) > 0:
        found = f"{units} units with {float(moments.d):g} to divide by in an arm"
        message = f"{found}; at least {_FEWEST_UNITS} units and something to divide by are needed"
        raise NotEnoughDataError(message)
    return Arm(float(moments.value), float(moments.variance), units - 1.0, units)


def _with_relative(found: Effect, control: Arm, treatment: Arm, confidence: float) -> Effect:
    """Add the effect in shares of the control's value, by the delta method."""
    if control.value == 0:
        return found
    base = control.value
    relative = found.estimate / abs(base)
    spread = treatment.variance / base**2 + control.variance * treatment.value**2 / base**4
    error = float(np.sqrt(spread))
    low, high, _ = limits(relative, error, found.freedom, confidence)
    return replace(found, relative=relative, relative_low=low, relative_high=high)
