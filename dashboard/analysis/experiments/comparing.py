"""One measure, two arms: the estimator that their design and kind call for."""

import numpy as np

from dashboard.analysis.experiments.sums import Sample
from dashboard.analysis.experiments.trials import Dealt, Measure
from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments import clusters, ranks, switchback
from dashboard.stats.experiments.adjusted import adjust, check_before, linearised
from dashboard.stats.experiments.effects import Effect, welch
from dashboard.stats.experiments.moments import Moments
from dashboard.stats.experiments.shares import compare_shares

FEWEST_UNITS = 30


def compare(
    measure: Measure,
    control: Sample,
    treatment: Sample,
    *,
    dealt: Dealt = "units",
    confidence: float = 0.95,
) -> Effect:
    """The effect on a measure; adjusted where units have a history.

    Raises:
        NotEnoughDataError: Too few units, clusters or pairs, a measure that does not vary,
            a denominator below 0, or a covariate that the assignment moved.
    """
    _check(measure, control, treatment)
    if dealt == "pairs":
        return switchback.compare_pairs(*in_pairs(control, treatment), confidence=confidence)
    if dealt == "clusters":
        arms = [clusters.Clusters(one.y, one.d) for one in (control, treatment)]
        return clusters.compare_clusters(*arms, confidence=confidence)
    fewest = min(control.units, treatment.units)
    if fewest < FEWEST_UNITS:
        message = (
            f"{control.units} and {treatment.units} units hold anything of "
            f"'{measure.label}'; at least {FEWEST_UNITS} in each arm are needed"
        )
        raise NotEnoughDataError(message)
    plain = _plain(measure, control, treatment, confidence)
    return _adjusted(measure, control, treatment, plain, confidence)


def in_pairs(control: Sample, treatment: Sample) -> tuple[np.ndarray, np.ndarray]:
    """The arms' values in each pair that holds both, aligned; a pair's own periods are summed."""
    if control.pair is None or treatment.pair is None:
        message = "units without a pair; the period that both arms share is needed"
        raise NotEnoughDataError(message)
    size = 1 + int(np.concatenate([control.pair, treatment.pair]).max(initial=-1))
    sums = [
        [np.bincount(pair, part, size) for part in (one.y, one.d)]
        for one, pair in ((control, control.pair), (treatment, treatment.pair))
    ]
    held = (sums[0][1] > 0) & (sums[1][1] > 0)
    values = [y[held] / d[held] for y, d in sums]
    return values[0], values[1]


def independent(control: Sample, treatment: Sample, dealt: Dealt) -> int:
    """How many independent units the arm with fewer has: pairs count once."""
    if dealt == "pairs":
        return len(in_pairs(control, treatment)[0])
    return min(control.units, treatment.units)


def has_one_each(*samples: Sample) -> bool:
    """Whether every unit is one observation."""
    return all(bool(np.all(one.d == 1)) for one in samples)


def events(sample: Sample) -> tuple[float, float]:
    """How often something happened in an arm, and how often not."""
    return float(sample.y.sum()), float(sample.d.sum() - sample.y.sum())


def _plain(measure: Measure, control: Sample, treatment: Sample, confidence: float) -> Effect:
    if has_one_each(control, treatment):
        if measure.kind == "ordinal":
            return ranks.compare_ranks(control.y, treatment.y, confidence=confidence)
        if measure.kind == "rate":
            return compare_shares(
                Moments.of(control.y), Moments.of(treatment.y), confidence=confidence
            )
    arms = (Moments.of(control.y, control.d), Moments.of(treatment.y, treatment.d))
    return welch(*arms, confidence=confidence)


def _adjusted(
    measure: Measure, control: Sample, treatment: Sample, plain: Effect, confidence: float
) -> Effect:
    if control.x is None or treatment.x is None or measure.kind == "ordinal":
        return plain
    known = np.concatenate([control.x, treatment.x])
    known = known[~np.isnan(known)]
    if len(known) == 0 or np.ptp(known) == 0:
        return plain
    xs = [np.where(np.isnan(x), known.mean(), x) for x in (control.x, treatment.x)]
    check_before(*xs)
    arms = [(linearised(one.y, one.d), x) for one, x in zip((control, treatment), xs, strict=True)]
    return adjust(*arms, plain, confidence=confidence)


def _check(measure: Measure, *arms: Sample) -> None:
    for one in arms:
        if np.any(one.d < 0):
            message = (
                f"'{measure.label}' has {int(np.sum(one.d < 0))} units whose denominator is below "
                "0; denominators of 0 or more are needed"
            )
            raise NotEnoughDataError(message)
