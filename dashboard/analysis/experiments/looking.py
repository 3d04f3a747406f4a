"""The course of an effect over looks, with limits that hold at every one of them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from dashboard.analysis.experiments.comparing import has_one_each
from dashboard.analysis.experiments.results import Look
from dashboard.analysis.experiments.trials import Design, Measure, Sample, Trial
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
    fewest = SEQUENCE_CLUSTERS if design.is_clustered else SEQUENCE_UNITS
    found = []
    for at, name in enumerate(design.looks):
        error, units = float(seen.errors[at]), int(seen.units[at])
        if not np.isfinite(error) or error <= 0:
            continue
        estimate = float(seen.estimates[at])
        low, high, _ = limits(estimate, error, units - 2.0, confidence)
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
    """Of all planned units, those of an arm and control."""
    weights = dict(zip((design.control, *design.arms), design.weights, strict=True))
    return (weights[design.control] + weights[arm]) / sum(weights.values())


def _seen(trial: Trial, measure: Measure, arm: str) -> _Seen:
    names = (trial.design.control, arm)
    if measure.kind == "ordinal":
        samples = [Sample.of(trial.units, name, measure) for name in names]
        if has_one_each(*samples):
            return _seen_ranks(trial, measure, names)
    arms = [_by_look(trial, measure, name) for name in names]
    return _seen_sums(measure, arms, trial.design)


def _by_look(trial: Trial, measure: Measure, arm: str) -> Moments:
    """Sums over an arm's units as they stood at each look.

    A unit that goes on adds, at each look, the square of its sum by then less the square
    of its sum before.
    """
    y, d = f"{measure.name}.y", f"{measure.name}.d"
    rows = trial.in_order.filter(pl.col("arm") == arm, (pl.col(y) != 0) | (pl.col(d) != 0))
    look = rows["look"].to_numpy() - 1
    unit = rows["unit"].to_numpy()
    own = rows[y].to_numpy(), rows[d].to_numpy()
    is_first = np.ones(len(unit), dtype=bool)
    is_first[1:] = unit[1:] != unit[:-1]
    y1, d1 = (_within(part, is_first) for part in own)
    y0, d0 = y1 - own[0], d1 - own[1]
    parts = (is_first.astype(float), *own, y1**2 - y0**2, y1 * d1 - y0 * d0, d1**2 - d0**2)
    size = len(trial.design.looks)
    return Moments(*(np.cumsum(np.bincount(look, part, size)) for part in parts))


def _within(values: np.ndarray, is_first: np.ndarray) -> np.ndarray:
    """Running sums that begin anew where a unit begins."""
    if is_first.all():
        return values
    running = np.cumsum(values)
    starts = np.flatnonzero(is_first)
    before = running[starts] - values[starts]
    return running - np.repeat(before, np.diff(starts, append=len(values)))


def _seen_sums(measure: Measure, arms: list[Moments], design: Design) -> _Seen:
    with np.errstate(divide="ignore", invalid="ignore"):
        estimates = arms[1].value - arms[0].value
        errors = np.sqrt(arms[0].variance + arms[1].variance)
    fewest = np.minimum(arms[0].units, arms[1].units)
    errors = np.where(fewest > 1, errors, np.nan)
    is_enough = fewest >= (SEQUENCE_CLUSTERS if design.is_clustered else FEWEST_UNITS)
    if measure.unit == "share":
        for arm in arms:
            happened = np.minimum(arm.y, np.asarray(arm.d) - arm.y)
            is_enough = is_enough & (happened >= FEWEST_EVENTS)
    units = np.asarray(arms[0].units) + np.asarray(arms[1].units)
    return _Seen(np.asarray(estimates), errors, units, fewest, is_enough)


def _seen_ranks(trial: Trial, measure: Measure, names: tuple[str, str]) -> _Seen:
    rows = []
    for look in range(1, len(trial.design.looks) + 1):
        units = trial.units.filter(pl.col("look") <= look)
        samples = [Sample.of(units, name, measure) for name in names]
        fewest = min(one.units for one in samples)
        estimate = error = np.nan
        if fewest >= SEQUENCE_UNITS:
            found = ranks.compare_ranks(samples[0].y, samples[1].y)
            estimate, error = found.estimate, found.error
        total = sum(one.units for one in samples)
        rows.append((estimate, error, total, fewest, fewest >= FEWEST_UNITS))
    return _Seen(*np.array(rows, float).T)
