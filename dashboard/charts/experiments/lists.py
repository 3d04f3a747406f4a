"""Experiments in one line each, and what was stated about one."""

from collections.abc import Iterable

import polars as pl

from dashboard.analysis.experiments.experiment import Experiment
from dashboard.analysis.experiments.exposing import PLURALS
from dashboard.charts import formats
from dashboard.charts.experiments import words as said


def listed(found: Iterable[Experiment]) -> pl.DataFrame:
    """One row per experiment.

    Returns:
        experiment, name, state, verdict (null before it began), sentence, metric, unit,
        started_on, ends_on, days_left, units.
    """
    rows = [
        {
            "experiment": one.stated.id,
            "name": one.stated.name,
            "state": one.state,
            "verdict": one.verdict,
            "sentence": said.whole(one),
            "metric": one.stated.primary,
            "unit": one.stated.unit,
            "started_on": one.stated.started_on,
            "ends_on": one.stated.ends_on,
            "days_left": one.clock.days_left,
            "units": sum(n for _, n in one.assigned),
        }
        for one in found
    ]
    kinds = {"verdict": pl.String}
    return pl.DataFrame(rows, schema_overrides=kinds, infer_schema_length=None)


def stated_data(found: Experiment) -> dict[str, object]:
    """What an experiment is, as JSON prints it above what was found."""
    stated = found.stated
    return {
        "experiment": stated.id,
        "name": stated.name,
        "hypothesis": stated.hypothesis,
        "state": found.state,
        "verdict": found.verdict,
        "sentence": said.whole(found),
        "metric": stated.primary,
        "unit": stated.unit,
        "started_on": stated.started_on,
        "ends_on": stated.ends_on,
        "days_left": found.clock.days_left,
        "planned_units": stated.planned_units,
        "worthwhile": stated.worthwhile,
        "looks": found.clock.looks,
        "assigned": dict(found.assigned),
    }


def finding(found: Iterable[Experiment]) -> str:
    """What all experiments say together."""
    everything = list(found)
    if not everything:
        return "No experiment is known here"
    told = []
    for what, verdicts in (
        ("Ship", ("Ship", "Ship early", "Ship if cheap")),
        ("Stop", ("Stop: harm", "Stop: worse", "Stop: no worthwhile effect")),
        ("Do not use", ("Do not use",)),
    ):
        names = [_named(one) for one in everything if one.verdict in verdicts]
        told += [f"{what}: {', '.join(names)}"] if names else []
    unread = [one.stated.name for one in everything if one.is_unreadable]
    told += [f"Cannot be read: {', '.join(unread)}"] if unread else []
    running = sum(one.state == "running" for one in everything)
    told += [f"{running} of {len(everything)} experiments still running"] if running else []
    return "; ".join(told) or f"None of {len(everything)} experiments is decided"


def _named(found: Experiment) -> str:
    """Its name, and whether its verdict holds for some more than for others."""
    result = found.judged.headline if found.judged else None
    differs = result is not None and result.segments is not None and result.segments.differs
    return f"{found.stated.name} (differs by segment)" if differs else found.stated.name


def title(found: Experiment) -> str:
    """One experiment's verdict with its effect."""
    name, outcome = found.stated.name, found.judged
    if found.verdict is None:
        return f"{name}: planned"
    if found.is_unreadable:
        return f"{name}: cannot be read as it is stated"
    result = outcome.headline if outcome else None
    if outcome is None or result is None or result.primary.effect is None:
        return f"{name}: {found.verdict}"
    if found.verdict == "Keep running":
        return f"{name}: keep running, {found.clock.days_left} days left"
    shown = said.at_stake(result) or result.primary
    effect = shown.effect or result.primary.effect
    own = f"{shown.measure.label} {said.effect(shown.measure, effect.estimate)}"
    return f"{name}: {found.verdict} ({own})"


def cards(found: Experiment) -> list[tuple[str, str, tuple[str, ...], str]]:
    """Label, value, small print and tone of the headline cards."""
    outcome = found.judged
    if outcome is None:
        return []
    split = outcome.split
    units = formats.number(sum(n for _, n in found.assigned))
    shown = [
        _ratio_card(split.is_broken, _arms(found)),
        ("Assigned", units, (PLURALS[found.stated.unit], _when(found)), "quiet"),
    ]
    result = outcome.headline
    if result is None or result.primary.effect is None:
        return shown
    measure, own = outcome.measure, result.primary.effect
    around = f"{outcome.confidence:.0%} interval {said.interval(measure, own.low, own.high)}"
    if found.state == "running" and result.primary.sequence:
        around = f"at every look {said.interval(measure, *result.primary.sequence)}"
    base = f"{formats.value(own.control, measure.unit)} in {outcome.design.control}"
    middle = said.effect(measure, own.estimate)
    effect = (f"Effect on {measure.label}", middle, (around, base), "quiet")
    return [effect, *_money(found), *shown]


def _ratio_card(is_broken: bool, arms: str) -> tuple[str, str, tuple[str, ...], str]:  # noqa: FBT001
    word, tone = ("✕ broken", "bad") if is_broken else ("✓ as planned", "quiet")
    return "Sample ratio", word, (arms,), tone


def _money(found: Experiment) -> list[tuple[str, str, tuple[str, ...], str]]:
    own = found.money
    if own is None:
        return []
    ends = " to ".join(said.signed(end) for end in (own.low, own.high))
    traffic = f"at {formats.number(own.deliveries)} deliveries a quarter"
    if own.low <= 0 <= own.high:
        ends = f"{ends}: not beyond chance"
    return [("Cost a quarter", said.signed(own.value), (ends, traffic), "quiet")]


def _arms(found: Experiment) -> str:
    return " : ".join(formats.number(n) for _, n in found.assigned)


def _when(found: Experiment) -> str:
    if found.state == "running":
        return f"{found.clock.looks} of {found.stated.weeks} weeks known"
    return formats.period(said.days(found))
