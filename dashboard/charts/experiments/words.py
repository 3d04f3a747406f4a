"""What an experiment found, in words: effect, interval and money in one sentence."""

from collections.abc import Mapping

from dashboard.analysis.experiments.experiment import Experiment
from dashboard.analysis.experiments.results import ArmResult, Comparison, Judged, Segments
from dashboard.analysis.experiments.trials import Dealt, Measure
from dashboard.charts import formats
from dashboard.scope import Period
from dashboard.stats.experiments.verdict import FINAL, Verdict

_LEAST_SHOWN = 0.001
_UNITS = {"zone_day": "zone-day", "switchback": "half-day of a zone"}

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

_COUNTS: Mapping[Dealt, str] = {
    "units": "the randomised units, not rows, are what counts",
    "clusters": "the randomised clusters, not rows, are what counts",
    "pairs": "each pair of periods that holds both arms counts once, not its rows",
}


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


def so_far(found: Comparison) -> str:
    """An effect that may still be looked at: only limits that hold at every look count."""
    if found.effect is None or found.sequence is None:
        return ""
    shown = interval(found.measure, *found.sequence)
    middle = effect(found.measure, found.effect.estimate)
    return f"{middle} so far (limits that hold at every look: {shown})"


def sentence(found: Judged, money: str = "", days: int | None = None) -> str:
    """The whole experiment in one sentence: verdict, effect, interval, money.

    Args:
        found: The experiment.
        money: What it is worth, as the rest of the sentence.
        days: How many it ran for; None where nobody knows.
    """
    result = found.headline
    if result is None:
        return f"Do not use: {found.broken}. The effect is hidden."
    parts = (
        _effect_said(found, result),
        _why(found, result, days),
        _for_whom(found, result),
        money,
    )
    return f"{result.verdict}: {''.join(parts)}."


def _effect_said(found: Judged, result: ArmResult) -> str:
    """The effect against control, with its interval."""
    measure, primary = found.measure, result.primary
    if primary.effect is None:
        return primary.why_not or result.why
    base = formats.value(primary.effect.control, measure.unit)
    likely = ", likelier to be the better answer than control's," if _is_ranked(measure) else ""
    shown = so_far(primary) if result.verdict == "Keep running" else ""
    said = f"{measure.label} {shown or compared(primary, found.confidence)}{likely}"
    return f"{said} in {result.arm} against {base} in {found.design.control}"


def _for_whom(found: Judged, result: ArmResult) -> str:
    """Where the effect lies, if segments may be told apart."""
    if result.segments is None or not result.segments.differs:
        return ""
    called = [one for one in result.segments.effects if one.is_called]
    named = ", ".join(f"{one.segment} {effect(found.measure, one.estimate)}" for one in called)
    return f"; the effect differs by segment ({named})" if named else ""


def held_up(result: ArmResult) -> str:
    """Why an experiment whose limits at every look left 0 did not end early; else empty."""
    primary = result.primary
    ahead = [
        one.name
        for one in primary.looks
        if one.sequence_low is not None
        and one.sequence_high is not None
        and primary.oriented(one.sequence_low, one.sequence_high)[0] > 0
    ]
    if not ahead or result.verdict == "Ship early":
        return ""
    return (
        f"The limits at every look left 0 in {ahead[0]}; it could not end early, because the "
        "minimums, or the limits at every look of each guardrail against its margin, did not hold "
        "at the same look."
    )


def _is_ranked(measure: Measure) -> bool:
    return measure.kind == "ordinal"


def _why(found: Judged, result: ArmResult, days: int | None) -> str:
    if result.verdict == "No verdict" and result.primary.effect is not None:
        return f"; {result.why}"
    if result.verdict == "Inconclusive" and result.more is not None:
        pace = "" if days is None else f", {formats.number(days * (result.more - 1))} days more"
        return f"; {formats.number(result.more, 1)} times the data so far would decide it{pace}"
    one = at_stake(result)
    if one is not None:
        margin = formats.value(one.measure.margin, one.measure.unit)
        if one.measure.unit == "share":
            margin = formats.change(one.measure.margin, "share").removeprefix("+")
        said = compared(one, found.confidence)
        return f"; but {one.measure.label} {said}, and {margin} worse is the margin"
    return ""


def at_stake(result: ArmResult) -> Comparison | None:
    """The guardrail that the verdict is about; None where it is about none."""
    if result.verdict not in ("Stop: harm", "Hold"):
        return None
    return next((one for one in result.guardrails if _is_at_stake(one)), None)


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
        result = found.judged.headline if found.judged else None
        return "; cost is not known" if result and result.primary.effect else ""
    around = " to ".join(signed(end) for end in (own.low, own.high))
    traffic = formats.number(own.deliveries)
    beyond = "not beyond chance, " if own.low <= 0 <= own.high else ""
    return (
        f"; cost {signed(own.value)} a quarter ({beyond}{around}) at its traffic of {traffic} "
        "deliveries"
    )


def whole(found: Experiment) -> str:
    """An experiment of the warehouse in one sentence, whatever is known of it."""
    if found.judged:
        said = sentence(found.judged, money(found), found.stated.days)
        if found.verdict == "Keep running":
            left = f"Keep running, {found.clock.days_left} days left"
            said = said.replace("Keep running", left, 1)
        return said
    if found.state == "planned":
        return f"Planned: it runs from {formats.period(days(found))}."
    if found.is_unreadable:
        dot = "" if found.why_none.endswith("?") else "."
        return f"{found.verdict}, it cannot be read: {found.why_none}{dot}"
    return f"{found.verdict}: {found.why_none}."


def days(found: Experiment) -> Period:
    """Its first and last planned day."""
    return Period(found.stated.started_on, found.stated.ends_on)


def signed(amount: float) -> str:
    """Money in whole units, with its sign."""
    text = formats.number(amount)
    return text if text.startswith(formats.MINUS) or text == "0" else f"+{text}"


def segments(found: Segments, measure: Measure) -> str:
    """Whether the effect differs by segment, in a sentence."""
    if found.p_value is None:
        return "Under two segments have enough units to compare their effects."
    chance = _chance(found.p_value)
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
    parts.append(_COUNTS[design.dealt])
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


def sample_ratio(found: Judged) -> str:
    """Whether the arms got the units that were planned for them."""
    split = found.split
    got = " : ".join(formats.number(n) for n in split.observed)
    planned = " : ".join(formats.number(n) for n in split.expected)
    if split.is_broken:
        return (
            f"✕ Sample ratio broken: {got} where {planned} were planned (p "
            f"{_chance(split.p_value)}). Until somebody finds out why, no effect may be read."
        )
    return f"✓ Sample ratio as planned: {got}, planned {planned} (p {_chance(split.p_value)})."


def _chance(p_value: float) -> str:
    """A p-value as people read it."""
    return formats.number(p_value, 3) if p_value >= _LEAST_SHOWN else f"under {_LEAST_SHOWN}"


def assumptions(found: Experiment) -> list[str]:
    """What the judgement stands on, one sentence each."""
    stated, clock = found.stated, found.clock
    unit = _UNITS.get(stated.unit, stated.unit)
    together = f"because what one {unit} does hangs together"
    known = f"Outcomes are known {clock.matures} days after the {_begins(stated.unit)}"
    left_out = f"{formats.number(found.before)} came earlier and are left out"
    same = "so that arms with other windows are compared over the same days"
    lines = [
        f"Randomised by {unit}: sums are made per {unit} first, {together}.",
        f"Only deliveries count whose unit was assigned before; {left_out}.",
        "What never arrived counts by the due rule, as everywhere: late, not absent.",
        f"{known}; all arms are cut to the same whole weeks, {same}.",
    ]
    if found.judged:
        lines.append(method(found.judged))
    if stated.dealt == "pairs":
        lines.append(
            "A zone's morning and afternoon are a pair, and the two arms took turns in it: only "
            "timed promises count, and pairs without both arms are left out. What one half does "
            "to the other (parcels held over) is not seen."
        )
    if stated.unit == "customer":
        lines.append(
            "Adjusted by what the same customers did in as many days before the start, at most "
            "84: that cannot be an effect, and takes noise away."
        )
    return lines


def _begins(unit: str) -> str:
    return "order" if unit in ("delivery", "customer") else "promised day"
