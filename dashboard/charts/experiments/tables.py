"""An experiment as data: what JSON prints, and the rows of the page's tables."""

from collections.abc import Iterable

import polars as pl

from dashboard.analysis.experiments.results import ArmResult, Comparison, Judged, Segments
from dashboard.charts import formats
from dashboard.charts.experiments import words as said
from dashboard.stats.experiments.verdict import EARLY_ALPHA

_TOO_EARLY = "too early"
_CALLED = 0.05


def as_data(found: Judged, sentence: str) -> dict[str, object]:
    """Everything that was found, for JSON; figures of the headline arm stand at the top.

    Keys: verdict, sentence, arms (arm, n, mean), estimate, low, high, p_value, error,
    relative_effect, relative_low, relative_high, confidence, method, sample_ratio_p_value,
    sequence_low, sequence_high, sequence_confidence, segments, comparisons, notes.
    """
    result = found.headline
    primary = _measure_data(result.primary) if result else _measure_data(None)
    arms = len(found.design.arms)
    return {
        "verdict": found.verdict,
        "sentence": sentence,
        "control": found.design.control,
        "arms": [{"arm": arm, "n": n, "mean": mean} for arm, n, mean in found.values],
        **primary,
        "confidence": found.confidence,
        "sequence_confidence": 1 - EARLY_ALPHA / arms,
        "sample_ratio_p_value": found.split.p_value,
        "segments": _segments_data(result.segments if result else None),
        "comparisons": [_arm_data(one) for one in found.arms],
        "notes": list(found.notes),
    }


def _arm_data(result: ArmResult) -> dict[str, object]:
    return {
        "arm": result.arm,
        "verdict": result.verdict,
        "why": result.why,
        **_measure_data(result.primary),
        "guardrails": [_named(one) for one in result.guardrails],
        "secondary": [_named(one) for one in result.secondary],
        "segments": _segments_data(result.segments),
    }


def _named(found: Comparison) -> dict[str, object]:
    return {
        "metric": found.measure.name,
        "margin": found.measure.margin,
        **_measure_data(found),
        "p_value": found.p_value,
        "why_not": found.why_not,
    }


def _measure_data(found: Comparison | None) -> dict[str, object]:
    effect = found.effect if found else None
    low, high = (found.sequence if found else None) or (None, None)
    return {
        "estimate": effect.estimate if effect else None,
        "low": effect.low if effect else None,
        "high": effect.high if effect else None,
        "p_value": effect.p_value if effect else None,
        "error": effect.error if effect else None,
        "relative_effect": effect.relative if effect else None,
        "relative_low": effect.relative_low if effect else None,
        "relative_high": effect.relative_high if effect else None,
        "method": effect.method if effect else None,
        "sequence_low": low,
        "sequence_high": high,
    }


def _segments_data(found: Segments | None) -> list[dict[str, object]]:
    return [vars(one) for one in found.effects] if found else []


def measures_data(found: Judged) -> pl.DataFrame:
    """Every measure of every arm with all digits.

    Returns:
        arm, role, metric, margin, units_control, units, control, value, estimate, low, high,
        p_value, relative_effect, sequence_low, sequence_high, method; null where there is
        none.
    """
    rows = [
        {
            "arm": result.arm,
            "role": one.measure.role,
            "metric": one.measure.name,
            "margin": one.measure.margin,
            "units_control": one.units[0],
            "units": one.units[1],
            "control": one.effect.control if one.effect else None,
            "value": one.effect.treatment if one.effect else None,
            **_measure_data(one),
        }
        for result in found.arms
        for one in _all(result)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def measures_table(found: Judged) -> pl.DataFrame:
    """Every measure of every arm as people read it."""
    rows = [
        {
            "Arm": result.arm,
            "Measure": one.measure.label,
            "Role": one.measure.role,
            "Control": _value(one, treated=False),
            "Arm's value": _value(one, treated=True),
            "Effect": _effect(one),
            "Interval": _interval(one),
            "At every look": _sequence(one),
            "Margin": _margin(one),
            "Reads": _reads(one, is_over=found.design.is_over),
        }
        for result in found.arms
        for one in _all(result)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _all(result: ArmResult) -> Iterable[Comparison]:
    return (result.primary, *result.guardrails, *result.secondary)


def _value(found: Comparison, *, treated: bool) -> str:
    if found.effect is None:
        return formats.NO_FIGURE
    shown = found.effect.treatment if treated else found.effect.control
    return formats.value(shown, found.measure.unit)


def _effect(found: Comparison) -> str:
    if found.effect is None:
        return formats.TOO_FEW
    return said.effect(found.measure, found.effect.estimate)


def _interval(found: Comparison) -> str:
    if found.effect is None:
        return ""
    return said.interval(found.measure, found.effect.low, found.effect.high)


def _sequence(found: Comparison) -> str:
    return said.interval(found.measure, *found.sequence) if found.sequence else ""


def _margin(found: Comparison) -> str:
    measure = found.measure
    return "" if measure.margin is None else said.effect(measure, -measure.sign * measure.margin)


def _reads(found: Comparison, *, is_over: bool) -> str:
    """What an interval says, in words; a guardrail against its margin.

    Before the end only limits that hold at every look are read.
    """
    if found.effect is None:
        return found.why_not
    ends = (found.effect.low, found.effect.high) if is_over else found.sequence
    if ends is None:
        return _TOO_EARLY
    low, high = found.oriented(*ends)
    nothing = "no difference beyond chance" if is_over else _TOO_EARLY
    if found.measure.margin is not None:
        return _reads_guardrail(low, high, found.measure.margin)
    # Several secondary metrics are one family: only what Holm leaves is called.
    is_hint = found.measure.role == "secondary" and (found.p_value or 0.0) > _CALLED
    if is_hint or low <= 0 <= high:
        return nothing
    return "▲ better" if low > 0 else "▼ worse"


def _reads_guardrail(low: float, high: float, margin: float) -> str:
    if high < -margin:
        return "✕ worse by more than the margin"
    return "✓ holds" if low > -margin else "may be worse by more than the margin"


def segments_table(found: Judged) -> pl.DataFrame:
    """The primary effect by segment, as people read it."""
    measure = found.measure
    rows = [
        {
            "Arm": result.arm,
            "Segment": one.segment,
            "Units": one.units,
            "Effect by itself": _own(one.estimate, measure),
            "95 % interval": _around(one.low, one.high, measure),
            "Shrunken": _own(one.shrunken, measure),
            "Shrunken interval": _around(one.shrunken_low, one.shrunken_high, measure),
            "Called": "yes" if one.is_called else "no",
        }
        for result in found.arms
        if result.segments
        for one in result.segments.effects
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _own(estimate: float | None, measure: said.Measure) -> str:
    return formats.TOO_FEW if estimate is None else said.effect(measure, estimate)


def _around(low: float | None, high: float | None, measure: said.Measure) -> str:
    return "" if low is None or high is None else said.interval(measure, low, high)


def segments_data(found: Judged) -> pl.DataFrame:
    """The primary effect by segment with all digits."""
    rows = [
        {"arm": result.arm, **vars(one)}
        for result in found.arms
        if result.segments
        for one in result.segments.effects
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def looks_data(found: Judged) -> pl.DataFrame:
    """The course of every arm's measures with all digits."""
    rows = [
        {"arm": result.arm, "metric": one.measure.name, **vars(look)}
        for result in found.arms
        for one in _all(result)
        for look in one.looks
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
