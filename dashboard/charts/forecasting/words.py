"""What the Forecast page says in tables and sentences."""

from collections import Counter
from collections.abc import Sequence

import polars as pl

from dashboard.analysis.forecasting.capacity import Load, Plan
from dashboard.analysis.forecasting.challenge import Challenged
from dashboard.analysis.forecasting.cuts import Part
from dashboard.analysis.forecasting.review import Forecast
from dashboard.analysis.forecasting.scores import POOLED, Score
from dashboard.analysis.forecasting.steps import Override
from dashboard.analysis.forecasting.tracking import Tracked
from dashboard.charts import formats
from dashboard.charts.cards import Card
from dashboard.charts.tables import safe_text
from dashboard.stats.forecasting.value_added import DEAD_ZONE, ValueAdded

_SHARE = "share"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ALL = "All segments"
_FEW = 30
_FEW_DAYS = 5


def ahead(lead: int) -> str:
    """A lead time in words."""
    return "a day ahead" if lead == 1 else f"{lead} days ahead"


def bias_said(share: float | None) -> str:
    r"""A bias with its direction.

    >>> bias_said(-0.096)
    '−9.6\xa0% under-forecast'
    """
    if share is None:
        return formats.NO_FIGURE
    way = "over-forecast" if share > 0 else "under-forecast"
    sign = "+" if share > 0 else ""
    return f"{sign}{formats.value(share, _SHARE)} {way}"


def _bias_card(share: float | None) -> tuple[str, str]:
    if share is None:
        return formats.NO_FIGURE, "nothing came"
    more = "more was forecast than came" if share > 0 else "less was forecast than came"
    return f"{'+' if share > 0 else ''}{formats.value(share, _SHARE)}", more


def cards(found: Forecast) -> list[Card]:
    """The pooled figures at the lead time looked at."""
    pooled = found.at_lead()[0]
    covered, added = pooled.coverage, pooled.added
    return [
        Card(
            "Error (pooled WAPE)",
            formats.value(pooled.wape, _SHARE),
            f"of the volume, by segment and day; {formats.value(pooled.wape_total, _SHARE)} "
            "of all segments together",
        ),
        Card("Bias", *_bias_card(pooled.bias)),
        Card(
            "Range holds" if found.level is None else f"{100 * found.level:g} % range holds",
            formats.value(covered.share, _SHARE) if covered else formats.NO_FIGURE,
            f"{formats.interval(covered.low, covered.high, _SHARE)}, n {covered.cases:,}"
            if covered
            else "no forecast has a range",
        ),
        Card(
            "Value added over naive",
            formats.change(added.value, _SHARE) if added else formats.NO_FIGURE,
            f"{added_said(added)}; 52 weeks" if added else "no earlier season to repeat",
        ),
    ]


def added_said(added: ValueAdded | None) -> str:
    """The verdict on a value added, with its interval."""
    if added is None:
        return "–"
    if added.low is None or added.high is None:
        return added.verdict
    limits = f"{formats.change(added.low, _SHARE)} to {formats.change(added.high, _SHARE)}"
    return f"{added.verdict} ({limits})"


def score_table(found: Forecast) -> pl.DataFrame:
    """One row per segment and lead time, the one looked at first."""
    shown = sorted(found.board, key=lambda one: (one.lead != found.lead, one.lead))
    rows = [_score_row(one.lead, one.score) for one in shown]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def _score_row(lead: int, score: Score) -> dict[str, object]:
    covered = score.coverage
    name = _ALL if score.series == POOLED else score.series
    thin = score.n < _FEW
    return {
        "Segment": name,
        "Days ahead": lead,
        "Segment-days": score.n,
        "WAPE": formats.TOO_FEW if thin else formats.value(score.wape, _SHARE),
        "Bias": formats.TOO_FEW if thin else bias_said(score.bias),
        "MASE": None if score.mase is None else round(score.mase, 2),
        "MAPE": "undefined" if score.mape is None else f"{score.mape:.1f}{formats.GAP}%",
        "Range holds": (
            f"{formats.value(covered.share, _SHARE)} "
            f"({formats.interval(covered.low, covered.high, _SHARE)})"
            if covered
            else "no range"
        ),
        "Value added, 52 weeks": formats.change(score.added.value, _SHARE) if score.added else "–",
        "Verdict": added_said(score.added),
    }


def excluded_said(found: Forecast) -> str:
    """Which days no figure stands on."""
    left = found.excluded
    parts = [
        (left.waiting, "are not over (grey)"),
        (left.missing, "have no volume known"),
        (left.capped, "were cut off by capacity"),
    ]
    told = "; ".join(f"{count:,} {why}" for count, why in parts if count)
    mixed = (
        f" {left.mixed:,} forecasts of segments stand beside their zones'; the segment's counts."
        if left.mixed
        else ""
    )
    ignored = (
        f" Forecasts know no {' and no '.join(found.ignored)}: that filter is not applied here."
        if found.ignored
        else ""
    )
    said = f"Left out, segment-days: {told}." if told else "No day is left out."
    return f"{said}{mixed}{ignored}"


def steps_said(found: Forecast) -> str:
    """What the stairs mean, and the promotion weeks apart."""
    last = [one for one in found.stairs if one.step == found.step]
    promoted = sum(one.promotions for one in last if one.segment != "All segments")
    better = sum(one.better for one in last if one.segment != "All segments")
    weeks = (
        f" Promotion weeks are apart: {better} of {promoted} better than the seasonal naive."
        if promoted
        else ""
    )
    return (
        "▲ and ▽: against the step before, by a weekly t test over 52 weeks that holds for all "
        f"steps and segments together, and by more than {100 * DEAD_ZONE:g} points of WAPE; ~ no "
        f"clear difference.{weeks}"
    )


def challenge_table(found: Sequence[Challenged]) -> pl.DataFrame:
    """Back-tests: errors of every model beside the forecast in use."""
    names = list(dict.fromkeys(name for one in found for name in one.errors))
    zone = any(one.zone for one in found)
    rows = [
        {
            "Segment": one.segment,
            **({"Zone": one.zone} if zone else {}),
            "Chosen": one.model or "none",
            "Against the one in use": one.why or _challenge_said(one),
            "In use": _in_use(one),
            **{name: formats.value(one.errors.get(name), _SHARE) for name in names},
            "80 % range held": _held(one.covered, one.cases),
        }
        for one in found
    ]
    texts = ("Segment", "Zone") if zone else ("Segment",)
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), *texts)


def challenge_by_segment(found: Sequence[Challenged]) -> pl.DataFrame:
    """How the zones of each segment fared, in one row a segment."""
    rows = []
    for name in dict.fromkeys(one.segment for one in found):
        own = [one for one in found if one.segment == name]
        tested = [one for one in own if not one.why]
        models = Counter(one.model for one in tested).most_common()
        verdicts = Counter(one.added.verdict for one in tested if one.added)
        rows.append(
            {
                "Segment": name,
                "Zones": len(own),
                "Back-tested": len(tested),
                "Chosen": ", ".join(f"{model} {count}" for model, count in models),
                "Against the one in use": ", ".join(f"{v} {n}" for v, n in verdicts.items())
                or "no forecast in use",
                "80 % range held": _held(
                    sum(one.covered for one in tested), sum(one.cases for one in tested)
                ),
            }
        )
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def _held(inside: int, cases: int) -> str:
    return f"{formats.value(inside / cases, _SHARE)} of {cases:,}" if cases else "–"


def _in_use(one: Challenged) -> str:
    """Its error where it stands on about the days that the models' errors do."""
    if one.added is not None and one.added.verdict == "too few weeks":
        return formats.TOO_FEW
    return formats.value(one.current, _SHARE)


def _challenge_said(one: Challenged) -> str:
    if one.added is None:
        return "no forecast in use"
    return f"{formats.change(one.added.value, _SHARE)}: {added_said(one.added)}"


def override_table(overrides: Sequence[Override]) -> pl.DataFrame:
    """What planners changed, and whether it helped."""
    rows = [
        {
            "Segment": one.segment,
            "Planner": one.planner,
            "Direction": one.direction,
            "Days": f"{one.days} of {one.of_days}",
            "Mean size": formats.value(one.size, _SHARE),
            "Nearer on": f"{one.helped} of {one.days} days",
            "Value added there": formats.change(one.added.value, _SHARE) if one.added else "–",
            "Verdict": added_said(one.added),
        }
        for one in overrides
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment", "Planner")


def tracking_table(tracked: Sequence[Tracked]) -> pl.DataFrame:
    """The tracking signal and the alarm of each segment."""
    rows = [
        {
            "Segment": one.segment,
            "Alarm": alarm_said(one),
            "Tracking signal": None if one.signal is None else round(one.signal, 1),
            "Bias, 13 weeks": bias_said(one.bias),
            "Sum of errors": None if one.alarm is None else round(one.alarm.total),
            "Limit": None if one.alarm is None else round(one.alarm.limit),
        }
        for one in tracked
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def alarm_said(one: Tracked) -> str:
    """The alarm in words."""
    if one.alarm is None:
        return f"not judged: {one.why}"
    if not one.rings:
        return "✓ within its usual scatter"
    return "▽ runs low" if one.alarm.total < 0 else "▲ runs high"


def part_table(parts: Sequence[Part]) -> pl.DataFrame:
    """Where the error lies."""
    rows = [
        {
            "By": one.by,
            "Of": one.value,
            "n": one.n,
            "Share of error": formats.value(one.share, _SHARE),
            "WAPE": formats.TOO_FEW if one.n < _FEW else formats.value(one.wape, _SHARE),
            "Bias": formats.TOO_FEW if one.n < _FEW else bias_said(one.bias),
        }
        for one in parts
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Of")


def coherence_table(found: Forecast) -> pl.DataFrame:
    """Segments beside the sums of their zones."""
    rows = [
        {
            "Segment": one.segment,
            "Days": one.days,
            "Segment's forecast": round(one.own),
            "Sum of zones": round(one.zones),
            "Difference": formats.change(one.gap, _SHARE).replace("pt", "%"),
            "Reconciled": round(one.reconciled),
        }
        for one in found.coherence
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def load_table(loads: Sequence[Load]) -> pl.DataFrame:
    """Capacity against what came."""
    rows = [
        {
            "Segment": one.segment,
            "Planned": round(one.planned),
            "Came": round(one.actual),
            "Days over 105 %": f"{one.strained} of {one.days}",
            "Cost of too little": None if one.under is None else round(one.under),
            "Cost of too much": None if one.over is None else round(one.over),
            "On time on such days": link_said(one),
        }
        for one in loads
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def link_said(one: Load) -> str:
    """What days over capacity did to the promise, against days alike."""
    if one.link is None:
        return "no such day"
    if one.strained < _FEW_DAYS:
        return f"{one.strained} such days: too few to tell"
    if one.link.value is None or one.link.low is None or one.link.high is None:
        return "too few days alike"
    limits = f"{formats.change(one.link.low, _SHARE)} to {formats.change(one.link.high, _SHARE)}"
    if not one.is_sure:
        return f"within normal variation ({limits})"
    return f"{formats.change(one.link.value, _SHARE)} ({limits})"


def plan_table(plans: Sequence[Plan]) -> pl.DataFrame:
    """Recommended capacity by segment and weekday."""
    rows = [
        {
            "Segment": one.segment,
            "Weekday": _WEEKDAYS[one.weekday - 1],
            "Forecast": round(one.forecast, 1),
            "Planned": None if one.planned is None else round(one.planned, 1),
            "Recommended": None if one.best is None else round(one.best, 1),
            "Suffices on": "–" if one.ratio is None else formats.value(one.ratio, _SHARE),
            "Cost a day, planned": None if one.cost_now is None else round(one.cost_now, 2),
            "Cost a day, recommended": None if one.cost_best is None else round(one.cost_best, 2),
            "Stands on": one.why or f"{one.errors} days, {one.capped} cut off",
        }
        for one in plans
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def plans_said(found: Forecast) -> str:
    """What the recommendations would save in a week, by expectation."""
    known = [one for one in found.plans if one.cost_now is not None and one.cost_best is not None]
    now = sum(one.cost_now or 0.0 for one in known)
    best = sum(one.cost_best or 0.0 for one in known)
    if not known:
        return "No capacity is recommended: the table says why."
    return (
        f"The plans of the coming weekdays are expected to cost {formats.number(now)} a week "
        f"through too little and too much capacity; those recommended {formats.number(best)}. "
        "Recommended: the forecast times the critical-ratio quantile of actual over forecast, "
        f"{ahead(found.commit)}; days cut off by capacity count as at least what came."
    )
