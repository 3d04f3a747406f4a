"""Satisfaction as tables: to read, and with all digits for downloads and commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import polars as pl

from dashboard.analysis.satisfaction.examples import Example
from dashboard.analysis.satisfaction.lateness_cost import MINUTES, LatenessCost
from dashboard.analysis.satisfaction.ratings import Satisfaction, SegmentVoice
from dashboard.analysis.satisfaction.silent import SilentFailures
from dashboard.analysis.satisfaction.themes import Emergence, ThemeReview
from dashboard.catalog import Unit
from dashboard.charts import formats
from dashboard.charts.tables import safe_text
from dashboard.stats.weighting import WeightedMean

_WORDS = 4
_NONE = "—"
_SHOWN = {"Kept": 0.0, "1 min late": 1.0, "30 min late": 30.0, "1 h late": 60.0}


def segment_rows(found: Satisfaction) -> pl.DataFrame:
    """One row per segment with all digits, the whole first; null where nothing can be told."""
    return _frame([_segment(one) for one in (found.whole, *found.segments)])


def band_rows(found: LatenessCost) -> pl.DataFrame:
    """One row per band of lateness: answers, mean, interval, contacts, deliveries due."""
    contacts = {one.group[0][1]: one for one in found.contacts}
    return _frame(
        [
            {
                "lateness": one.band.name,
                "replies": one.replies,
                "rating": one.mean,
                "rating_low": one.low,
                "rating_high": one.high,
                "contacts": float(own.numerator) if (own := contacts.get(one.band.name)) else None,
                "due": float(own.denominator or 0) if own else None,
                "contacts_per_delivery": own.value if own else None,
            }
            for one in found.bands
        ]
    )


def theme_rows(found: Iterable[Emergence]) -> pl.DataFrame:
    """One row per theme and place with all digits."""
    return _frame(
        [
            {
                "source": one.source,
                "theme": one.theme,
                "label": one.label,
                "zone": one.zone,
                "now": one.now,
                "exposure": one.exposure,
                "per_thousand": one.per_thousand,
                "before": one.before,
                "exposure_before": one.exposure_before,
                "per_thousand_before": one.per_thousand_before,
                "ratio": one.ratio.value if one.ratio else None,
                "ratio_low": one.ratio.low if one.ratio else None,
                "ratio_high": one.ratio.high if one.ratio else None,
                "p_value": one.p_value,
                "emerging": one.emerging,
            }
            for one in found
        ]
    )


def silence_rows(found: SilentFailures) -> pl.DataFrame:
    """One row per segment with all digits, the whole first."""
    rows = (found.whole, *found.segments)
    return _frame([asdict(one) | {"share": one.share, "usual": one.usual} for one in rows])


def segment_table(found: Satisfaction) -> pl.DataFrame:
    """One row per segment as people read it."""
    rows = []
    for one in (found.whole, *found.segments):
        kept, late, lost = one.outcomes
        borrowed = [part.outcome for part in one.outcomes if part.borrowed]
        rows.append(
            {
                "Segment": one.segment,
                "Rating, weighted": _mean(one.rating, "score"),
                "95 % interval": _interval(one.rating),
                "Plain mean": formats.value(one.plain, "score"),
                "Worst – best": f"{one.worst:.2f} {formats.DASH} {one.best:.2f}",
                "Satisfied (4–5)": _mean(one.satisfied, "share"),
                "Net recommendation": _net(one.recommendation),
                "Due": one.due,
                "Surveys sent": one.sent,
                "Answers": one.replies,
                "Effective n": round(one.rating.effective) if one.rating else None,
                "Response": formats.value(one.response_rate, "share"),
                "Response kept / late / not delivered": " / ".join(
                    formats.value(part.replies / part.sent if part.sent else None, "share")
                    for part in (kept, late, lost)
                ),
                "Note": f"too few answers when {' and '.join(borrowed)}: all segments' stand in"
                if borrowed
                else "",
            }
        )
    return _safe(_frame(rows))


def curve_table(found: LatenessCost) -> pl.DataFrame:
    """One row per segment: the model's rating when kept and late, and what an hour costs."""
    rows = [
        {
            "Segment": one.segment,
            **{name: _at(one.curve, minutes) for name, minutes in _SHOWN.items()},
            "An hour late": formats.number(one.hour.value, 2),
            "95 % interval": formats.interval(one.hour.low, one.hour.high, "score"),
            "Late answers": one.late_replies,
        }
        for one in found.segments
        if one.hour
    ]
    columns = ("Segment", *_SHOWN, "An hour late", "95 % interval", "Late answers")
    return _safe(_frame(rows, *columns))


def curve_rows(found: LatenessCost) -> pl.DataFrame:
    """One row per segment and minute of the model's curve."""
    return _frame(
        [
            {"segment": one.segment, "minutes_late": minutes, "rating": rating}
            for one in found.segments
            for minutes, rating in zip(MINUTES, one.curve, strict=True)
        ],
        "segment",
        "minutes_late",
        "rating",
    )


def overall_table(found: ThemeReview) -> pl.DataFrame:
    """One row per source and theme over the whole scope."""
    rows = [
        {
            "Theme": one.label,
            "In": one.source,
            "Now": one.now,
            "Per 1,000": _rate(one.per_thousand),
            "Before, per 1,000": _rate(one.per_thousand_before),
            "Ratio": _ratio(one),
            "Reading": _reading(one),
            "Words that matched": _matched(found.now[one.source].words.get(one.theme, {})),
        }
        for one in found.overall
    ]
    columns = ("Theme", "In", "Now", "Per 1,000", "Before, per 1,000", "Ratio", "Reading")
    return _safe(_frame(rows, *columns, "Words that matched"))


def emerging_table(found: ThemeReview, most: int = 15) -> pl.DataFrame:
    """Themes by zone, those that rise first, then the nearest to it."""
    rows = [
        {
            "Theme": one.label,
            "In": one.source,
            "Zone": one.zone,
            "Reading": _reading(one),
            "Now": f"{one.now} of {formats.number(one.exposure)}",
            "Per 1,000": _rate(one.per_thousand),
            "Before": f"{one.before} of {formats.number(one.exposure_before)}",
            "Before, per 1,000": _rate(one.per_thousand_before),
            "Ratio": _ratio(one),
            "p, corrected": "" if one.p_value is None else f"{one.p_value:.2g}",
        }
        for one in found.zones[: max(most, len(found.emerging))]
    ]
    columns = ("Theme", "In", "Zone", "Reading", "Now", "Per 1,000", "Before")
    return _safe(_frame(rows, *columns, "Before, per 1,000", "Ratio", "p, corrected"))


def filed_table(found: ThemeReview) -> pl.DataFrame:
    """How the contact tool itself filed the contacts: its own words, no keywords."""
    rows = [{"Filed by the contact tool as": name or "(not filed)", "Deliveries": count}
            for name, count in found.filed.items()]  # fmt: skip
    return _safe(_frame(rows, "Filed by the contact tool as", "Deliveries"))


def example_table(found: Sequence[Example]) -> pl.DataFrame:
    """Examples, masked, the newest first."""
    rows = [
        {
            "When (UTC)": f"{one.said_at:%d %b %Y, %H:%M}",
            "Zone": one.zone,
            "Segment": one.segment,
            "Text, masked": one.text,
            "Matched": ", ".join(one.words),
            "Filed or rated": one.filed or _NONE,
        }
        for one in found
    ]
    return _safe(
        _frame(rows, "When (UTC)", "Zone", "Segment", "Text, masked", "Matched", "Filed or rated")
    )


def silence_table(found: SilentFailures) -> pl.DataFrame:
    """One row per segment as people read it."""
    rows = [
        {
            "Segment": one.segment,
            "Missed promises": one.missed,
            "No answer": one.unanswered,
            "No later order": one.gone,
            "Silent: both": one.silent,
            "Silent share": formats.value(one.share, "share"),
            "Usual: of kept promises": formats.value(one.usual, "share"),
        }
        for one in (found.whole, *found.segments)
        if one.missed
    ]
    columns = ("Segment", "Missed promises", "No answer", "No later order", "Silent: both")
    return _safe(_frame(rows, *columns, "Silent share", "Usual: of kept promises"))


def _at(curve: Sequence[float], minutes: float) -> str:
    return formats.value(curve[MINUTES.index(minutes)], "score")


def _segment(one: SegmentVoice) -> dict[str, object]:
    row: dict[str, object] = {
        "segment": one.segment,
        "due": one.due,
        "sent": one.sent,
        "replies": one.replies,
        "response_rate": one.response_rate,
    }
    for name, mean in (
        ("rating", one.rating),
        ("satisfied", one.satisfied),
        ("recommendation", one.recommendation),
    ):
        row |= {name: mean.value if mean else None}
        row |= {f"{name}_low": mean.low if mean else None}
        row |= {f"{name}_high": mean.high if mean else None}
    row |= {"effective_n": one.rating.effective if one.rating else None}
    row |= {"plain": one.plain, "worst": one.worst, "best": one.best}
    for part in one.outcomes:
        name = part.outcome.replace(" ", "_")
        row |= {f"{name}_due": part.due, f"{name}_sent": part.sent}
        row |= {f"{name}_replies": part.replies, f"{name}_rating": part.mean}
    return row


def _mean(mean: WeightedMean | None, unit: Unit) -> str:
    return "bounds only" if mean is None else formats.value(mean.value, unit)


def _net(mean: WeightedMean | None) -> str:
    return formats.NO_FIGURE if mean is None else formats.number(mean.value)


def _interval(mean: WeightedMean | None) -> str:
    return "" if mean is None else formats.interval(mean.low, mean.high, "score")


def _rate(value: float | None) -> str:
    return formats.NO_FIGURE if value is None else formats.number(value, 1)


def _ratio(one: Emergence) -> str:
    if one.ratio is None:
        return ""
    ends = [f"{end:.1f}" if end < 1e4 else "∞" for end in (  # noqa: PLR2004
        one.ratio.value, one.ratio.low, one.ratio.high)]  # fmt: skip
    return f"{ends[0]} ({ends[1]} {formats.DASH} {ends[2]})"


def _reading(one: Emergence) -> str:
    if one.ratio is None:
        return formats.NOT_COMPARED
    return "▲ rising" if one.emerging else "within normal variation"


def _matched(words: Mapping[str, int]) -> str:
    ranked = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{word} {formats.number(count)}" for word, count in ranked[:_WORDS])
    return f"{shown}, …" if len(ranked) > _WORDS else shown


def _frame(rows: Sequence[Mapping[str, object]], *columns: str) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String()))
    return pl.DataFrame(rows, infer_schema_length=None)


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    return safe_text(frame)
