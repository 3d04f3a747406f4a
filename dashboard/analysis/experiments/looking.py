"""The course of an effect over looks, with limits that hold at every one of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dashboard.analysis.experiments.comparing import has_one_each, in_pairs
from dashboard.analysis.experiments.results import Look
from dashboard.analysis.experiments.sums import Sample
from dashboard.analysis.experiments.trials import Design, Measure, Trial
from dashboard.stats.experiments import ranks, sequences
from dashboard.stats.experiments.effects import limits
from dashboard.stats.experiments.moments import Moments
from dashboard.stats.experiments.verdict import (
    FEWEST_EVENTS,
    FEWEST_UNITS,
    SEQUENCE_CLUSTERS,
    SEQUENCE_UNITS,
)


@dataclass(frozen=True)
class _Seen:
    """Estimate, error and minimums at every look."""

    estimates: np.ndarray
    errors: np.ndarray
    units: np.ndarray
    fewest: np.ndarray
    is_enough: np.ndarray


def looks(
    trial: Trial, measure: Measure, arm: str, *, alpha: float, confidence: float
) -> tuple[Look, ...]:
    """The effect of an arm at every look that has units enough for an estimate."""
    design = trial.design
    seen = _seen(trial, measure, arm)
    last = float(seen.units.max(initial=0))
    planned = float(design.planned_units or last) * _share(design, arm)
    fewest = SEQUENCE_UNITS if design.dealt == "units" else SEQUENCE_CLUSTERS
    found = []
    for at, name in enumerate(design.looks):
        error, units = float(seen.errors[at]), int(seen.units[at])
        if not np.isfinite(error) or error <= 0:
            continue
        estimate = float(seen.estimates[at])
        spent = 1.0 if design.dealt == "pairs" else 2.0
        low, high, _ = limits(estimate, error, units - spent, confidence)
        half = None
        if seen.fewest[at] >= fewest:
            half = float(sequences.half_width(error, units, max(planned, 1.0), alpha))
        found.append(
            Look(
                name=name,
                units=units,
                estimate=estimate,
                low=low,
                high=high,
                sequence_low=None if half is None else estimate - half,
                sequence_high=None if half is None else estimate + half,
                is_enough=bool(seen.is_enough[at]),
            )
        )
    return tuple(found)


def _share(design: Design, arm: str) -> float:
    """Of all planned units, those of an arm and control; two of them make a pair."""
    weights = dict(zip((design.control, *design.arms), design.weights, strict=True))
    share = (weights[design.control] + weights[arm]) / sum(weights.values())
    return share / 2 if design.dealt == "pairs" else share


def _seen(trial: Trial, measure: Measure, arm: str) -> _Seen:
    names = (trial.design.control, arm)
    if trial.design.dealt == "pairs":
        return _one_by_one(trial, measure, names, _of_pairs)
    if measure.kind == "ordinal" and has_one_each(*(trial.sample(one, measure) for one in names)):
        return _one_by_one(trial, measure, names, _of_ranks)
    arms = [_by_look(trial, measure, name) for name in names]
    return _seen_sums(measure, arms, trial.design)


def _by_look(trial: Trial, measure: Measure, arm: str) -> Moments:
    """Sums over an arm's units as they stood at each look."""
    rows = trial.sums.rows(arm, measure.name)
    return Moments.by_look(*rows, looks=len(trial.design.looks))


def _seen_sums(measure: Measure, arms: list[Moments], design: Design) -> _Seen:
    with np.errstate(divide="ignore", invalid="ignore"):
        estimates = arms[1].value - arms[0].value
        errors = np.sqrt(arms[0].variance + arms[1].variance)
    fewest = np.minimum(arms[0].units, arms[1].units)
    errors = np.where(fewest > 1, errors, np.nan)
    is_enough = fewest >= (FEWEST_UNITS if design.dealt == "units" else SEQUENCE_CLUSTERS)
    if measure.unit == "share":
        for arm in arms:
            happened = np.minimum(arm.y, np.asarray(arm.d) - arm.y)
            is_enough = is_enough & (happened >= FEWEST_EVENTS)
    units = np.asarray(arms[0].units) + np.asarray(arms[1].units)
    return _Seen(np.asarray(estimates), errors, units, fewest, is_enough)


def _one_by_one(
    trial: Trial,
    measure: Measure,
    names: tuple[str, str],
    seen: Callable[[Sample, Sample], tuple[float, ...]],
) -> _Seen:
    """What each look gives alone, where sums of looks do not add up to it."""
    rows = [
        seen(*(trial.sums.sample(name, measure.name, until=look) for name in names))
        for look in range(1, len(trial.design.looks) + 1)
    ]
    return _Seen(*np.array(rows, float).T)


def _of_ranks(control: Sample, treatment: Sample) -> tuple[float, ...]:
    fewest, total = min(control.units, treatment.units), control.units + treatment.units
    if fewest < SEQUENCE_UNITS:
        return (np.nan, np.nan, total, fewest, False)
    found = ranks.compare_ranks(control.y, treatment.y)
    return (found.estimate, found.error, total, fewest, fewest >= FEWEST_UNITS)


def _of_pairs(control: Sample, treatment: Sample) -> tuple[float, ...]:
    before, after = in_pairs(control, treatment)
    pairs = len(before)
    if pairs < SEQUENCE_CLUSTERS:
        return (np.nan, np.nan, pairs, pairs, False)
    apart = after - before
    return (apart.mean(), apart.std(ddof=1) / pairs**0.5, pairs, pairs, True)
