"""Control charts: what a process does on its own, and which weeks say that it moved.

With thousands of deliveries a week the plain p-chart calls every second week special,
because weeks differ by more than chance: Laney's p′ widens the limits by how much they
do. Limits come from a frozen baseline, so that a slow decline cannot drag them along.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.signals import (
    EIGHT_ON_ONE_SIDE,
    MAKING_DATA_COUNT,
    Rules,
    Signal,
    codes_of,
    signals_of,
)

Array: TypeAlias = np.ndarray
Spread: TypeAlias = Callable[[Array], Array]
Better = Literal["higher", "lower", "neither"]
Variation = Literal["improving", "worsening", "changed", "normal variation", "not judged"]
Assurance = Literal["met", "hit or miss", "missed", "not judged"]

__all__ = [
    "EIGHT_ON_ONE_SIDE",
    "FEWEST",
    "MAKING_DATA_COUNT",
    "WEEKLY",
    "Assurance",
    "Better",
    "ControlChart",
    "Method",
    "Rules",
    "Signal",
    "Variation",
    "assurance",
    "baseline_of",
    "binomial",
    "laney",
    "moving_range",
    "run_chart",
    "signal_rate",
    "variation",
    "weekly",
    "wider",
    "xmr",
]

FEWEST = 12
"""Below this many points there are no limits: a run chart."""

_D2 = 1.128
_LONG, _SHORT = 52, 26
_LONG_NEEDS = 65
_DRAWS, _SEED = 10_000, 20_260_930


def moving_range(values: Array) -> Array:
    """Sigma from the mean difference between neighbours, which a step hardly widens.

    Args:
        values: Points along the last axis, which is taken away.
    """
    return np.mean(np.abs(np.diff(values, axis=-1)), axis=-1) / _D2


def wider(values: Array) -> Array:
    """The moving range's sigma or the standard deviation, whichever is wider.

    Neighbouring weeks resemble each other, which narrows the moving range alone.
    """
    return np.maximum(moving_range(values), np.std(values, axis=-1, ddof=1))


def binomial(values: Array) -> Array:
    """Sigma of 1: chance alone, as the plain p-chart has it."""
    return np.ones(values.shape[:-1])


@dataclass(frozen=True)
class Method:
    """How limits and signals are made.

    Attributes:
        spread: Sigma of the baseline's points.
        least: Sigma of a rate's standardised points is never below this.
        width: Distance of the limits from the centre, in sigma.
        rules: What makes a point special.
    """

    spread: Spread = wider
    least: float = 1.0
    width: float = 3.0
    rules: Rules = EIGHT_ON_ONE_SIDE


WEEKLY = Method()
"""How Doorstep judges weeks."""


@dataclass(frozen=True)
class ControlChart:
    """One stretch of points under one baseline.

    Attributes:
        values: One per point.
        centre: Of the baseline: the ratio of sums; the median on a run chart.
        low, high: Limits of each point; NaN on a run chart.
        sigma: Of the baseline's points (standardised ones for rates); NaN on a run chart.
        baseline: Number of judged points, from the first, that centre and limits come from.
        judged: Whether each point is complete; others have no signal and no part in the limits.
        signals: One per point; None where nothing is special.
    """

    values: Array
    centre: float
    low: Array
    high: Array
    sigma: float
    baseline: int
    judged: Array
    signals: tuple[Signal | None, ...]

    @property
    def has_limits(self) -> bool:
        """Whether it is more than a run chart."""
        return bool(np.isfinite(self.sigma))


def baseline_of(points: int) -> int:
    """How many points, from the first, the limits come from; 0 makes a run chart."""
    if points < FEWEST:
        return 0
    return _LONG if points >= _LONG_NEEDS else min(_SHORT, points)


def weekly(
    numerators: Array, denominators: Array, *, is_share: bool, judged: Array | None = None
) -> ControlChart:
    """The chart of weeks since a process began, or was given a new baseline.

    Args:
        numerators: Sum per week, in order of time.
        denominators: Sum per week, aligned, all above 0.
        is_share: Laney's p′ for shares, individuals for other ratios.
        judged: Which weeks are complete; all where None.

    Returns:
        Limits from the first 52 weeks where there are 65, else from the first 26; a run
        chart where fewer than 12 are complete.

    Raises:
        NotEnoughDataError: As `laney`, `xmr` and `run_chart`.
    """
    kept = np.ones(len(denominators), bool) if judged is None else np.asarray(judged, bool)
    baseline = baseline_of(int(np.sum(kept)))
    if not baseline:
        return run_chart(numerators, denominators, judged=kept)
    chart = laney if is_share else xmr
    return chart(numerators, denominators, baseline=baseline, judged=kept)


def laney(
    numerators: Array,
    denominators: Array,
    *,
    baseline: int | None = None,
    judged: Array | None = None,
    method: Method = WEEKLY,
) -> ControlChart:
    """Laney's p′ chart of a share, in order of time.

    Args:
        numerators: Sum per point.
        denominators: Sum per point, aligned, all above 0.
        baseline: Number of judged points, from the first, that the limits come from; all
            where None.
        judged: Which points are complete; all where None.
        method: How limits and signals are made.

    Returns:
        Limits p̄ ± width·σ_z·√(p̄(1 - p̄)/n) for each point's own n, clipped to 0 … 1.

    Raises:
        NotEnoughDataError: A point has nothing to divide by, fewer than two points make
            the baseline, or they are all 0 or all 1.

    Reference:
        Laney (2002), "Improved control charts for attributes", Quality Engineering 14(4).
    """
    n, d, kept, used = _prepared(numerators, denominators, judged, baseline)
    centre = float(n[used].sum() / d[used].sum())
    if not 0 < centre < 1:
        message = f"every case of the baseline is {centre:.0f}; limits need both outcomes"
        raise NotEnoughDataError(message)
    chance = np.sqrt(centre * (1 - centre) / d)
    spread = float(method.spread((n[used] / d[used] - centre) / chance[used]))
    sigma = max(spread, method.least)
    half = method.width * sigma * chance
    chart = _chart(n / d, centre, half, kept, method.rules)
    low, high = np.clip(chart.low, 0, 1), np.clip(chart.high, 0, 1)
    return replace(chart, low=low, high=high, sigma=sigma, baseline=len(used))


def xmr(
    numerators: Array,
    denominators: Array,
    *,
    baseline: int | None = None,
    judged: Array | None = None,
    method: Method = WEEKLY,
) -> ControlChart:
    """Individuals chart of a ratio that is no share, such as a cost, in order of time.

    Args:
        numerators: Sum per point.
        denominators: Sum per point, aligned, all above 0; ones for plain measurements.
        baseline: As `laney`.
        judged: As `laney`.
        method: How limits and signals are made; `least` does not apply.

    Returns:
        Limits centre ± width·σ, the same for all points.

    Raises:
        NotEnoughDataError: A point has nothing to divide by, or the baseline has fewer
            than two points, or none that differ.
    """
    n, d, kept, used = _prepared(numerators, denominators, judged, baseline)
    values = n / d
    centre = float(n[used].sum() / d[used].sum())
    sigma = float(method.spread(values[used]))
    if not sigma > 0:
        message = "all values of the baseline are equal; limits need values that vary"
        raise NotEnoughDataError(message)
    chart = _chart(values, centre, np.full(len(d), method.width * sigma), kept, method.rules)
    return replace(chart, sigma=sigma, baseline=len(used))


def run_chart(
    numerators: Array,
    denominators: Array,
    *,
    judged: Array | None = None,
    rules: Rules = EIGHT_ON_ONE_SIDE,
) -> ControlChart:
    """Points around their median, without limits: for too few of them.

    Raises:
        NotEnoughDataError: A point has nothing to divide by, or no point is judged.
    """
    n, d, kept, _ = _prepared(numerators, denominators, judged, None, fewest=1)
    values = n / d
    centre = float(np.median(values[kept]))
    return _chart(values, centre, np.full(len(d), np.nan), kept, rules)


def variation(chart: ControlChart, better: Better) -> Variation:
    """What the latest judged point says.

    Args:
        chart: The chart.
        better: Which direction is good.

    Returns:
        'not judged' on a run chart without a signal: it lacks the limits to say more.
    """
    latest = chart.signals[int(np.flatnonzero(chart.judged)[-1])]
    if latest is None:
        return "normal variation" if chart.has_limits else "not judged"
    if better == "neither":
        return "changed"
    return "improving" if latest.is_high == (better == "higher") else "worsening"


def assurance(chart: ControlChart, target: float, better: Better) -> Assurance:
    """Whether the process, left as it is, meets a target.

    Args:
        chart: The chart.
        target: In the unit of its values.
        better: Which direction is good.

    Returns:
        'met' where the latest judged point's limits lie wholly on the good side of the
        target, 'missed' where wholly on the other, 'hit or miss' where they hold it.
    """
    at = int(np.flatnonzero(chart.judged)[-1])
    if not chart.has_limits or better == "neither":
        return "not judged"
    if chart.low[at] <= target <= chart.high[at]:
        return "hit or miss"
    is_above = bool(chart.low[at] > target)
    return "met" if is_above == (better == "higher") else "missed"


@lru_cache(maxsize=64)
def signal_rate(points: int, baseline: int, method: Method = WEEKLY) -> float:
    """Chance that a process in control shows any signal, limits estimated.

    Simulated with a fixed seed through the same steps: independent normal points, limits
    from the first `baseline`, rules over all; a run may begin inside the baseline.

    Args:
        points: Points judged after the baseline.
        baseline: Points that the limits come from, two or more.
        method: How limits and signals are made.

    Returns:
        Share of charts with a signal among the points after the baseline.
    """
    rng = np.random.default_rng(_SEED)
    values = rng.standard_normal((_DRAWS, baseline + points))
    used = values[:, :baseline]
    away = values - used.mean(axis=1, keepdims=True)
    scaled = away / (method.width * method.spread(used)[:, None])
    codes = codes_of(values, scaled, method.rules)[:, baseline:]
    return float(np.mean(np.any(codes != 0, axis=1)))


def _prepared(
    numerators: Array,
    denominators: Array,
    judged: Array | None,
    baseline: int | None,
    fewest: int = 2,
) -> tuple[Array, Array, Array, Array]:
    """Sums as floats, which points are judged, and places of those of the baseline."""
    n, d = np.asarray(numerators, float), np.asarray(denominators, float)
    if np.any(d <= 0):
        message = f"{int(np.sum(d <= 0))} points have nothing to divide by; leave them out"
        raise NotEnoughDataError(message)
    kept = np.ones(len(d), bool) if judged is None else np.asarray(judged, bool)
    used = np.flatnonzero(kept)[:baseline]
    if len(used) < fewest:
        message = f"{len(used)} complete points in the baseline; at least {fewest} are needed"
        raise NotEnoughDataError(message)
    return n, d, kept, used


def _chart(values: Array, centre: float, half: Array, judged: Array, rules: Rules) -> ControlChart:
    """Points with limits at a distance of `half`; NaN knows no outside."""
    away = values - centre
    scaled = np.where(np.isnan(half), np.sign(away) / 2, away / half)
    codes = np.zeros(len(values), int)
    codes[judged] = codes_of(values[judged], scaled[judged], rules)
    signals = signals_of(codes)
    return ControlChart(
        values, centre, centre - half, centre + half, float("nan"), 0, judged, signals
    )
