"""A plan of an experiment, in words and drawn; and what became of a frozen one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import polars as pl

from dashboard.analysis.experiments.exposing import PLURALS
from dashboard.analysis.experiments.planning import Plan
from dashboard.analysis.experiments.stated import Stated
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank
from dashboard.charts.palette import Palette
from dashboard.state import FrozenPlan
from dashboard.stats.experiments.verdict import Verdict

_HEIGHT = 300
_SHORT = 12
_LABELS = {
    "hypothesis": "hypothesis",
    "metric": "primary metric",
    "unit": "unit",
    "worthwhile": "worthwhile effect",
    "expected": "expected effect",
    "guardrails": "guardrails",
    "planned_units": "planned units",
    "starts_on": "start",
    "ends_on": "end",
}


def effect(plan: Plan, value: float) -> str:
    """An effect in the metric's unit, with the sign that it has there."""
    signed = -value if plan.metric.better == "lower" else value
    return formats.change(signed, plan.metric.unit, 1 if plan.metric.unit == "share" else 0)


def finding(plan: Plan) -> str:
    """How many units and weeks the wish takes."""
    wish, unit = plan.wish, PLURALS[plan.wish.unit]
    hoped = f"{effect(plan, wish.expected)} in {plan.metric.label.lower()}"
    power = f"{100 * wish.power:.0f}{formats.GAP}%"
    if plan.needed is None:
        found = f"{100 * plan.course[-1].power:.0f}{formats.GAP}%"
        return (
            f"A year of {unit} finds {hoped} in only {found} of experiments, where {power} are "
            "wanted: take more traffic, or a larger effect."
        )
    weeks = f"{plan.needed.weeks} whole week{'s' * (plan.needed.weeks > 1)}"
    found = f"{100 * plan.needed.power:.0f}{formats.GAP}%"
    units = formats.number(plan.needed.units)
    return f"{units} {unit} in {weeks} find {hoped} in {found} of experiments."


def basis(plan: Plan) -> str:
    """What the plan stands on."""
    base = formats.value(plan.value, plan.metric.unit)
    parts = [
        f"{plan.metric.label} was {base} in the {plan.weeks_of_history} weeks from {plan.since}",
        f"the spread is that of {PLURALS[plan.wish.unit]}, as measured there",
    ]
    if plan.design_effect is not None:
        times = formats.number(plan.design_effect, 2)
        parts.append(
            f"their rows hang together: {times} times the variance of single deliveries (design "
            "effect)"
        )
    return "; ".join(parts) + "."


def verdicts_said(plan: Plan) -> tuple[str, str]:
    """The chance of each verdict, were the expected effect true, and were there none."""
    hoped = _chances(plan.verdicts)
    nothing = _chances(plan.nothing)
    return (
        f"Were {effect(plan, plan.wish.expected)} true: {hoped}.",
        f"Were there no effect at all: {nothing}.",
    )


def _chances(verdicts: Iterable[tuple[Verdict, float]]) -> str:
    return ", ".join(
        f"{name} {formats.number(100 * chance, 1)}{formats.GAP}%" for name, chance in verdicts
    )


def against_itself(plan: Plan) -> str:
    """What the A/A check on past data found."""
    check = plan.against_itself
    found = (
        f"Dealt {check.deals} times to two equal arms, the past shows an effect {check.found} "
        f"times; {check.low} to {check.high} are promised"
    )
    if check.holds:
        return f"✓ A/A check: {found}."
    return (
        f"✕ A/A check: {found}. {PLURALS[plan.wish.unit].capitalize()} do not vary as this plan "
        "needs: choose a larger unit."
    )


def traffic_table(plan: Plan) -> pl.DataFrame:
    """What comes in a week, by segment."""
    rows = [
        {
            "Segment": one.segment,
            f"{PLURALS[plan.wish.unit].capitalize()} a week": formats.number(one.units),
            "Rows counted a week": formats.number(one.deliveries),
        }
        for one in plan.traffic
    ]
    return pl.DataFrame(rows)


def course_data(plan: Plan) -> pl.DataFrame:
    """What each number of weeks would carry, with all digits."""
    return pl.DataFrame([vars(one) for one in plan.course])


def power_curve(plan: Plan, palette: Palette) -> Drawing:
    """The chance to find the effect, by whole weeks."""
    last = max(2 * plan.needed.weeks if plan.needed else len(plan.course), _SHORT)
    shown = plan.course[:last]
    figure = blank(palette, _HEIGHT)
    figure.update_yaxes(range=[0, 102], ticksuffix=f"{formats.GAP}%")
    figure.update_xaxes(title="whole weeks", automargin=True)
    for name, values, dash in (
        ("expected effect", [one.power for one in shown], "solid"),
        ("worthwhile effect", [one.power_worthwhile for one in shown], "dash"),
    ):
        figure.add_scatter(
            x=[one.weeks for one in shown],
            y=[100 * value for value in values],
            mode="lines+markers",
            name=name,
            line={"color": palette.ink, "width": 2, "dash": dash},
            marker={"size": 5},
            hovertemplate=f"{name}, %{{x}} weeks: %{{y:.0f}}{formats.GAP}%<extra></extra>",
        )
    figure.add_hline(y=100 * plan.wish.power, line={"color": palette.plan, "width": 1})
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.14})
    return Drawing(figure, f"Chance to find the effect by weeks. {finding(plan)}")


def as_data(plan: Plan) -> dict[str, object]:
    """The plan for JSON."""
    return {
        **vars(plan.wish),
        "sentence": finding(plan),
        "baseline": plan.value,
        "since": plan.since,
        "design_effect": plan.design_effect,
        "weeks": plan.needed.weeks if plan.needed else None,
        "units": plan.needed.units if plan.needed else None,
        "units_per_arm": plan.needed.units / 2 if plan.needed else None,
        "planned_power": plan.needed.power if plan.needed else None,
        "verdicts": dict(plan.verdicts),
        "verdicts_without_effect": dict(plan.nothing),
        "a_a_deals": plan.against_itself.deals,
        "a_a_found": plan.against_itself.found,
        "a_a_holds": plan.against_itself.holds,
        "traffic": [vars(one) for one in plan.traffic],
        "course": [vars(one) for one in plan.course],
    }


def frozen_said(versions: Sequence[FrozenPlan], stated: Stated) -> list[str]:
    """What was frozen before the result, and what was changed since."""
    if not versions:
        return ["No plan was frozen before this experiment: nothing proves what was meant."]
    first = versions[0]
    whole = "" if first.is_whole else " ✕ The terms on file are not those that the hash is of."
    when = f"{formats.day(first.at.date())}, hash {first.hash[:_SHORT]}"
    lines = [f"Plan frozen by {first.by} on {when}: {first.terms.hypothesis}.{whole}"]
    for before, after in pairwise(versions):
        changed = ", ".join(_LABELS[name] for name in before.differs(after.terms))
        lines.append(f"Changed by {after.by} on {formats.day(after.at.date())}: {changed}.")
    lines += _unlike(versions[0], stated)
    return lines


def _unlike(plan: FrozenPlan, stated: Stated) -> list[str]:
    """What the data says otherwise than the first plan."""
    terms = plan.terms
    pairs = {
        "primary metric": (terms.metric, stated.primary),
        "unit": (terms.unit, stated.unit),
        "worthwhile effect": (f"{terms.worthwhile:g}", f"{stated.worthwhile:g}"),
        "end": (str(terms.ends_on), str(stated.ends_on)),
    }
    found = [f"{what} {was}, now {now}" for what, (was, now) in pairs.items() if was != now]
    return [f"✕ Not as planned: {'; '.join(found)}."] if found else ["✓ As planned."]
