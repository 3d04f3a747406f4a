"""The primary effect by segment: whether it differs first, then how."""

import numpy as np

from dashboard.analysis.experiments.comparing import compare
from dashboard.analysis.experiments.results import SegmentEffect, Segments
from dashboard.analysis.experiments.trials import Measure, Trial
from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.effects import Effect
from dashboard.stats.experiments.heterogeneity import (
    FALSE_SHARE,
    Heterogeneity,
    at_one_mix,
    compare_segments,
)

_NORMAL = 1.959964
_FEWEST_SEGMENTS = 2


def by_segment(trial: Trial, measure: Measure, arm: str, whole: Effect) -> Segments | None:
    """An arm's primary effect in each segment; None where units have no segment."""
    names = trial.sums.segments
    if not names:
        return None
    found: dict[str, Effect] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for name in names:
        samples = [
            trial.sums.sample(one, measure.name, segment=name).without_past()
            for one in (trial.design.control, arm)
        ]
        sizes[name] = samples[0].units, samples[1].units
        try:
            found[name] = compare(measure, *samples, dealt=trial.design.dealt)
        except NotEnoughDataError:
            continue
    if len(found) < _FEWEST_SEGMENTS:
        effects = tuple(_alone(name, sum(sizes[name]), found.get(name)) for name in names)
        return Segments(effects, None, differs=False, at_one_mix=None, is_turned=False)
    estimates = np.array([one.estimate for one in found.values()])
    spread = np.array([one.error**2 for one in found.values()])
    together = compare_segments(estimates, spread, [one.p_value for one in found.values()])
    control, treatment = np.array([sizes[name] for name in found], float).T
    mixed = at_one_mix(estimates, control, treatment)
    return Segments(
        effects=tuple(
            _placed(name, list(found), found, together, sum(sizes[name])) for name in names
        ),
        p_value=together.q_p_value,
        differs=together.differs,
        at_one_mix=mixed,
        is_turned=bool(mixed * whole.estimate < 0 and whole.p_value < 1 - FALSE_SHARE / 2),
    )


def _alone(name: str, units: int, found: Effect | None) -> SegmentEffect:
    if found is None:
        return SegmentEffect(name, units)
    return SegmentEffect(name, units, found.estimate, found.low, found.high)


def _placed(
    name: str,
    judged: list[str],
    found: dict[str, Effect],
    together: Heterogeneity,
    units: int,
) -> SegmentEffect:
    if name not in found:
        return SegmentEffect(name, units)
    at = judged.index(name)
    shrunken, half = float(together.shrunken[at]), _NORMAL * float(together.shrunken_errors[at])
    p_value = float(together.p_values[at])
    return SegmentEffect(
        segment=name,
        units=units,
        estimate=found[name].estimate,
        low=found[name].low,
        high=found[name].high,
        shrunken=shrunken,
        shrunken_low=shrunken - half,
        shrunken_high=shrunken + half,
        p_value=p_value,
        is_called=together.differs and p_value < FALSE_SHARE,
    )
