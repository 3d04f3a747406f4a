"""From units to a verdict: the sample ratio first, then every arm against control."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.analysis.experiments.comparing import FEWEST_UNITS as FEWEST_COMPARED
from dashboard.analysis.experiments.comparing import compare, events, independent
from dashboard.analysis.experiments.looking import looks
from dashboard.analysis.experiments.results import ArmResult, Comparison, Judged
from dashboard.analysis.experiments.segmenting import by_segment
from dashboard.analysis.experiments.sums import Sample
from dashboard.analysis.experiments.trials import SEVERAL_ARMS, Measure, Trial
from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments import verdict as rules
from dashboard.stats.experiments.clusters import FEWEST as FEWEST_CLUSTERS
from dashboard.stats.experiments.split import Split, sample_ratio
from dashboard.stats.experiments.switchback import FEWEST as FEWEST_PAIRS
from dashboard.stats.periods import holm

_UNPLANNED = 0.95
"""Coverage of a final interval where no early look was paid for."""


def judged(trial: Trial, notes: Sequence[str] = (), *, refuses: bool = True) -> Judged:
    """Judge an experiment.

    Args:
        trial: Its design and units.
        notes: What else a reader must know.
        refuses: Whether a primary metric that cannot carry an effect is an error; else the
            arm has no verdict, and says why.

    Raises:
        NotEnoughDataError: There is one arm, or the primary metric cannot carry an effect.
    """
    design = trial.design
    if not design.arms or trial.assigned.get(design.control, 0) == 0:
        named = ", ".join(f"'{arm}'" for arm in trial.assigned) or "no arm"
        message = (
            f"units of {named} alone; units of control '{design.control}' and of another arm are "
            "needed"
        )
        raise NotEnoughDataError(message)
    split = sample_ratio(
        [trial.assigned.get(arm, 0) for arm in (design.control, *design.arms)], design.weights
    )
    broken = _broken(trial, split)
    confidence = _UNPLANNED if design.planned_units is None else rules.FINAL
    arms = () if broken else _arms(trial, confidence, refuses=refuses)
    return Judged(
        design=design,
        measure=trial.primary,
        split=split,
        broken=broken,
        confidence=confidence,
        arms=arms,
        values=_values(trial, hidden=bool(broken)),
        notes=tuple(notes),
    )


def _broken(trial: Trial, split: Split) -> str:
    """Why an experiment may not be used."""
    design = trial.design
    if split.is_broken:
        got = " : ".join(f"{n:,}" for n in split.observed)
        planned = " : ".join(f"{n:,.0f}" for n in split.expected)
        return (
            f"units were dealt {got} where {planned} were planned; chance does that in "
            f"{_rarely(split.p_value)} of experiments"
        )
    total = sum(trial.assigned.values())
    if design.in_several > SEVERAL_ARMS * (total + design.in_several):
        return f"{design.in_several:,} units are in several arms, of {total + design.in_several:,}"
    return design.wrong_unit


def _rarely(p_value: float) -> str:
    return "fewer than one in a million" if p_value < 1e-6 else f"{p_value:.1g}"  # noqa: PLR2004


def _arms(trial: Trial, confidence: float, *, refuses: bool) -> tuple[ArmResult, ...]:
    """Every arm against control; intervals at the level that Holm gives each."""
    levels = _levels(trial, 1 - confidence, refuses=refuses)
    return tuple(_arm(trial, arm, 1 - level, refuses=refuses) for arm, level in levels.items())


def _levels(trial: Trial, alpha: float, *, refuses: bool) -> Mapping[str, float]:
    """The level of each arm's interval: Holm's steps, from the smallest p-value on."""
    arms = trial.design.arms
    if len(arms) == 1:
        return {arms[0]: alpha}
    p_values = {}
    for arm in arms:
        found = _compared(trial, trial.primary, arm, 1 - alpha, refuses=refuses)
        p_values[arm] = found.effect.p_value if found.effect else 1.0
    levels, left = {}, len(arms)
    for arm in sorted(arms, key=p_values.__getitem__):
        levels[arm] = alpha / left
        left -= p_values[arm] <= alpha / left
        left = max(left, 1)
    return {arm: levels[arm] for arm in arms}


def _arm(trial: Trial, arm: str, confidence: float, *, refuses: bool) -> ArmResult:
    primary = _compared(trial, trial.primary, arm, confidence, refuses=refuses)
    guardrails = _family(trial, arm, "guardrail", confidence)
    evidence = _evidence(trial, arm, primary, guardrails)
    said = rules.verdict(evidence)
    whole = primary.effect
    return ArmResult(
        arm=arm,
        verdict=said,
        why=primary.why_not or _lacking(trial, arm) if said == "No verdict" else "",
        primary=primary,
        guardrails=guardrails,
        secondary=_family(trial, arm, "secondary", confidence),
        segments=by_segment(trial, trial.primary, arm, whole) if whole else None,
        more=rules.share_still_needed(evidence) if said == "Inconclusive" else None,
    )


def _family(trial: Trial, arm: str, role: str, confidence: float) -> tuple[Comparison, ...]:
    """All measures of a role, their p-values corrected as one family."""
    measures = [one for one in trial.measures if one.role == role]
    found = [_compared(trial, one, arm, confidence, refuses=False) for one in measures]
    held = [one for one in found if one.effect]
    raised = iter(holm([one.effect.p_value for one in held if one.effect]))
    return tuple(replace(one, p_value=next(raised)) if one.effect else one for one in found)


def _compared(
    trial: Trial, measure: Measure, arm: str, confidence: float, *, refuses: bool
) -> Comparison:
    design = trial.design
    samples = [trial.sample(name, measure) for name in (design.control, arm)]
    effect, why = None, ""
    try:
        effect = compare(measure, *samples, dealt=design.dealt, confidence=confidence)
    except NotEnoughDataError as refused:
        if refuses and not _may_wait(trial, samples):
            raise
        why = str(refused)
    alpha = _alpha(trial, measure)
    return Comparison(
        measure=measure,
        effect=effect,
        why_not=why,
        looks=looks(trial, measure, arm, alpha=alpha, confidence=confidence),
        p_value=effect.p_value if effect else None,
        alpha=alpha,
        units=(samples[0].units, samples[1].units),
    )


def _may_wait(trial: Trial, samples: Sequence[Sample]) -> bool:
    """Whether there is merely too little yet: few clusters, or units still to come."""
    if _are_too_few(trial, *samples):
        return True
    fewest = min(one.units for one in samples)
    return trial.design.dealt == "units" and not trial.design.is_over and fewest < FEWEST_COMPARED


def _are_too_few(trial: Trial, control: Sample, treatment: Sample) -> bool:
    """Whether clusters or pairs are too few for any verdict."""
    dealt = trial.design.dealt
    fewest = {"units": 0, "clusters": FEWEST_CLUSTERS, "pairs": FEWEST_PAIRS}[dealt]
    return independent(control, treatment, dealt) < fewest


def _alpha(trial: Trial, measure: Measure) -> float:
    """The level of a measure's sequence: its share of the budget, for every arm."""
    arms = len(trial.design.arms)
    if measure.role != "guardrail":
        return rules.EARLY_ALPHA / arms
    return rules.GUARD_ALPHA / sum(one.role == "guardrail" for one in trial.measures) / arms


def _evidence(
    trial: Trial, arm: str, primary: Comparison, guardrails: Sequence[Comparison]
) -> rules.Evidence:
    """What the rules look at, + turned to good."""
    design = trial.design
    effect = primary.effect
    low, high = primary.oriented(effect.low, effect.high) if effect else (0.0, 0.0)
    ends = [_ends(primary, at) for at in range(len(primary.looks))]
    samples = [trial.sample(name, trial.primary) for name in (design.control, arm)]
    is_unjudged = effect is None and (design.is_over or _are_too_few(trial, *samples))
    return rules.Evidence(
        is_broken=False,
        is_unjudged=is_unjudged,
        is_harmed=any(_harms(one) for one in guardrails),
        is_worse=any(end is not None and end[1] < 0 for end in ends),
        is_early=any(
            bool(
                rules.is_early_at(
                    end[0], look.is_enough, all(_holds_by(one, look.name) for one in guardrails)
                )
            )
            for end, look in zip(ends, primary.looks, strict=True)
            if end is not None and design.planned_units is not None
        ),
        is_over=design.is_over,
        is_enough=not _lacking(trial, arm),
        guards_hold=all(_holds(one) for one in guardrails),
        estimate=primary.measure.sign * effect.estimate if effect else 0.0,
        low=low,
        high=high,
        worthwhile=design.worthwhile,
    )


def _ends(compared: Comparison, at: int) -> tuple[float, float] | None:
    """Limits of the sequence at a look, + turned to good."""
    look = compared.looks[at]
    if look.sequence_low is None or look.sequence_high is None:
        return None
    return compared.oriented(look.sequence_low, look.sequence_high)


def _harms(guardrail: Comparison) -> bool:
    margin = guardrail.measure.margin or 0.0
    ends = [_ends(guardrail, at) for at in range(len(guardrail.looks))]
    return any(end is not None and end[1] < -margin for end in ends)


def _holds_by(guardrail: Comparison, name: str) -> bool:
    """Whether a guardrail's sequence lies above its margin at a look."""
    margin = guardrail.measure.margin or 0.0
    places = [at for at, look in enumerate(guardrail.looks) if look.name == name]
    end = _ends(guardrail, places[0]) if places else None
    return end is not None and end[0] > -margin


def _holds(guardrail: Comparison) -> bool:
    """Whether a guardrail's final interval lies above its margin; unknown does not."""
    if guardrail.effect is None:
        return False
    low, _ = guardrail.oriented(guardrail.effect.low, guardrail.effect.high)
    return low > -(guardrail.measure.margin or 0.0)


def _lacking(trial: Trial, arm: str) -> str:
    """Which minimum is not met; empty where all are."""
    design, measure = trial.design, trial.primary
    for name in (design.control, arm):
        sample = trial.sample(name, measure)
        if design.dealt == "units" and sample.units < rules.FEWEST_UNITS:
            return (
                f"{sample.units} units in arm '{name}'; at least {rules.FEWEST_UNITS} are needed"
            )
        if measure.unit == "share" and min(events(sample)) < rules.FEWEST_EVENTS:
            happened, not_happened = events(sample)
            return (
                f"{happened:,.0f} events and {not_happened:,.0f} non-events in arm '{name}'; at "
                f"least {rules.FEWEST_EVENTS} of each are needed"
            )
    return ""


def _values(trial: Trial, *, hidden: bool) -> tuple[tuple[str, int, float | None], ...]:
    found = []
    for arm in (trial.design.control, *trial.design.arms):
        sample = trial.sample(arm, trial.primary)
        total = float(sample.d.sum())
        value = None if hidden or total == 0 else float(sample.y.sum()) / total
        found.append((arm, sample.units, value))
    return tuple(found)
