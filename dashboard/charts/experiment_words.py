"""What an experiment found, in words: effect, interval and money in one sentence."""

from collections.abc import Mapping

from dashboard.analysis.experiments.experiment import Experiment
from dashboard.analysis.experiments.results import ArmResult, Comparison, Judged, Segments
from dashboard.analysis.experiments.trials import Measure
from dashboard.charts import formats
from dashboard.scope import Period
from dashboard.stats.experiments.verdict import FINAL, Verdict

MEANS: Mapping[Verdict, str] = {
    "Do not use": "The arms cannot be compared.",
    "No verdict": "The data cannot carry a verdict.",
    "Stop: harm": "A guardrail is hurt by more than its margin, at whatever look one stops.",
    "Stop: worse": "It is worse than control beyond chance.",
    "Ship early": "It is better beyond chance, at whatever look one stops.",
    "Keep running": "Too early to decide: only the limits that hold at every look count until "
    "the planned end.",
    "Hold": "A guardrail may be worse by more than its margin.",
    "Ship": "It is better beyond chance, and by as much as is worth having.",
    "Ship if cheap": "It is better beyond chance, perhaps by less than is worth having.",
    "Real but too small": "It is better beyond chance, and surely by less than is worth having.",
    "Stop: no worthwhile effect": "Whatever it does, it is less than is worth having.",
    "Inconclusive": "It may be better or worse; more data would tell.",
}
"""What each verdict means."""


def effect(measure: Measure, value: float | None) -> str:
    """An effect with its sign, in its unit."""
    if measure.kind == "ordinal":
        return formats.change(value, "share")
    return formats.change(value, measure.unit, 1 if measure.unit == "share" else 0)


def interval(measure: Measure, low: float, high: float) -> str:
    """An interval of an effect."""
    return f"{effect(measure, low)} to {effect(measure, high)}"


def compared(found: Comparison, confidence: float) -> str:
    """Effect and interval of one measure: '+1.80 pt (96 % interval …)'."""
    if found.effect is None:
        return f"no effect: {found.why_not}"
    shown = interval(found.measure, found.effect.low, found.effect.high)
    percent = f"{100 * confidence:.0f}{formats.GAP}%"
    return f"{effect(found.measure, found.effect.estimate)} ({percent} interval {shown})"


def sentence(found: Judged, money: str = "") -> str:
    """The whole experiment in one sentence: verdict, effect, interval, money."""
    result = found.headline
    if result is None:
        return f"Do not use: {found.broken}. The effect is hidden."
    return f"{result.verdict}: {_effect_said(found, result)}{_why(found, result)}{money}."


def _effect_said(found: Judged, result: ArmResult) -> str:
    """The effect against control, with its interval."""
    measure, primary = found.measure, result.primary
    if primary.effect is None:
        return primary.why_not or result.why
    base = formats.value(primary.effect.control, measure.unit)
    likely = ", likelier to be the better answer than control's," if _is_ranked(measure) else ""
    said = f"{measure.label} {compared(primary, found.confidence)}{likely}"
    return f"{said} in {result.arm} against {base} in {found.design.control}"


def _is_ranked(measure: Measure) -> bool:
    return measure.kind == "ordinal"


def _why(found: Judged, result: ArmResult) -> str:
    if result.verdict == "No verdict" and result.primary.effect is not None:
        return f"; {result.why}"
    if result.verdict == "Inconclusive" and result.more is not None:
        return f"; {formats.number(result.more, 1)} times the data so far would decide it"
    worst = [one for one in result.guardrails if _is_at_stake(one)]
    if worst and result.verdict in ("Stop: harm", "Hold"):
        one = worst[0]
        margin = formats.value(one.measure.margin, one.measure.unit)
        if one.measure.unit == "share":
            margin = formats.change(one.measure.margin, "share").removeprefix("+")
        said = compared(one, found.confidence)
        return f"; but {one.measure.label} {said}, and {margin} worse is the margin"
    return ""


def _is_at_stake(guardrail: Comparison) -> bool:
    """Whether a guardrail's limits reach beyond its margin."""
    margin = guardrail.measure.margin or 0.0
    if guardrail.effect is None:
        return True
    low, _ = guardrail.oriented(guardrail.effect.low, guardrail.effect.high)
    return low <= -margin


def money(found: Experiment) -> str:
    """What the arm does to cost in a quarter, at the experiment's own traffic."""
    own = found.money
    if own is None:
        return "; cost is not known" if found.judged and found.judged.headline else ""
    around = " to ".join(_signed(end) for end in (own.low, own.high))
    traffic = formats.number(own.deliveries)
    return (
        f"; cost {_signed(own.value)} a quarter ({around}) at its traffic of {traffic} deliveries"
    )


def whole(found: Experiment) -> str:
    """An experiment of the warehouse in one sentence, whatever is known of it."""
    if found.judged:
        said = sentence(found.judged, money(found))
        if found.verdict == "Keep running":
            days = found.clock.days_left
            said = said.replace("Keep running", f"Keep running, {days} days left", 1)
        return said
    if found.state == "planned":
        return f"Planned: it runs from {formats.period(_days(found))}."
    return f"{found.verdict}: {found.why_none}."


def _days(found: Experiment) -> Period:
    return Period(found.stated.started_on, found.stated.ends_on)


def _signed(amount: float) -> str:
    """Money in whole units, with its sign."""
    text = formats.number(amount)
    return text if text.startswith(formats.MINUS) or text == "0" else f"+{text}"


def segments(found: Segments, measure: Measure) -> str:
    """Whether the effect differs by segment, in a sentence."""
    if found.p_value is None:
        return "Under two segments have enough units to compare their effects."
    chance = formats.number(found.p_value, 3) if found.p_value >= 0.001 else "under 0.001"  # noqa: PLR2004
    turned = ""
    if found.is_turned:
        turned = (
            f" Careful: at the same mix of segments the effect is "
            f"{effect(measure, found.at_one_mix)}, of the opposite sign (Simpson's paradox)."
        )
    if not found.differs:
        return f"No evidence that the effect differs by segment (Cochran's Q, p {chance}).{turned}"
    called = [one for one in found.effects if one.is_called]
    named = ", ".join(f"{one.segment} {effect(measure, one.estimate)}" for one in called)
    beyond = f" Beyond chance (one family, 10{formats.GAP}%): {named}." if named else ""
    return f"The effect differs by segment (Cochran's Q, p {chance}).{beyond}{turned}"


def method(found: Judged) -> str:
    """How it was judged, in plain words."""
    design = found.design
    parts = []
    if found.headline and found.headline.primary.effect:
        parts.append(f"Estimated as {found.headline.primary.effect.method}")
    unit = "clusters" if design.is_clustered else "units"
    parts.append(f"the randomised {unit}, not rows, are what counts")
    if design.planned_units:
        share = f"{100 * FINAL:.0f}{formats.GAP}%"
        parts.append(
            "looks before the planned end may decide only by limits that hold at every look "
            f"(level 0.01), the end by an interval of {share}: together 5{formats.GAP}%"
        )
    if len(design.arms) > 1:
        parts.append("arms are corrected as one family (Holm)")
    return f"{'; '.join(parts)}."


def worth(found: Judged, one: float | None) -> str:
    """What the effect is worth, where somebody said what one more is worth.

    Args:
        found: The experiment.
        one: Money that one more of the metric is worth; None where nobody said.
    """
    result = found.headline
    if result is None or result.primary.effect is None or found.measure.kind == "ordinal":
        return ""
    if one is None:
        return "; in money not known, until --worth says what one more is worth"
    own = result.primary.effect
    ends = sorted(1_000 * one * end for end in (own.low, own.high))
    middle = formats.change(1_000 * one * own.estimate, "money")
    around = " to ".join(formats.change(end, "money") for end in ends)
    return f"; worth {middle} ({around}) per 1,000"
