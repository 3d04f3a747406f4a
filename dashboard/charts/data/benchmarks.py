"""Published figures and ours as tables: to read, and with all digits."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.analysis.benchmarks import Compared
from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.charts.tables import safe_text

_NAMES = {
    "on_time_rate": "On time",
    "first_attempt_failure_rate": "First attempts that fail",
    "first_attempt_success_rate": "First attempts that succeed",
    "delivery_satisfaction": "Satisfied with the delivery",
    "nps": "Net recommendation (NPS)",
    "wismo_share_of_contacts": "Contacts asking where the parcel is",
}


def rows(found: Sequence[Compared]) -> pl.DataFrame:
    """One row per published figure with all digits; null where we have none."""
    return pl.DataFrame(
        [
            {
                "id": one.published.id,
                "metric": one.published.metric,
                "published": one.published.value,
                "unit": one.published.unit,
                "year": one.published.year,
                "stale": one.stale,
                "geo": one.published.geo,
                "population": one.published.population,
                "definition": one.published.definition,
                "exclusions": one.published.exclusions,
                "source": one.published.source,
                "url": one.published.url,
                "grade": one.published.grade,
                "ours": one.ours,
                "ours_low": one.low,
                "ours_high": one.high,
                "ours_counted": one.counted,
                "ours_is": one.published.ours or None,
                "note": one.published.note or None,
                "not_comparable_because": one.why_not or None,
            }
            for one in found
        ],
        infer_schema_length=None,
    )


def shown(found: Sequence[Compared], metrics: Mapping[str, Metric]) -> pl.DataFrame:
    """One row per published figure as people read it: those we can set ours beside first."""
    ordered = sorted(found, key=lambda one: (one.ours is None, one.stale))
    return safe_text(
        pl.DataFrame([_row(one, metrics) for one in ordered], infer_schema_length=None)
    )


def summary(found: Sequence[Compared]) -> str:
    """How many can be compared, and how many are too old to be leant on."""
    able = [one for one in found if one.ours is not None]
    stale = sum(one.stale for one in able)
    return (
        f"{len(found)} published figures; {len(able)} beside ours under their definition, "
        f"{stale} of these over three years old; {len(found) - len(able)} not comparable, with "
        "the reason"
    )


def _row(one: Compared, metrics: Mapping[str, Metric]) -> dict[str, str]:
    published = one.published
    ours = re.sub(
        r"\w+",
        lambda name: metrics[name[0]].label if name[0] in metrics else name[0],
        published.ours,
    )
    age = " (stale)" if one.stale else ""
    return {
        "Figure": _NAMES.get(published.metric, published.metric.replace("_", " ")),
        "Of": f"{published.population}, {published.geo}",
        "Published": _published(one),
        "Year": f"{published.year}{age}",
        "Ours": "not comparable" if one.ours is None else _ours(one),
        "Ours is, or why not": f"because {one.why_not}"
        if one.ours is None
        else f"{ours}: {published.note}" if published.note else ours,
        "Their definition": published.definition,
        "Their exclusions": published.exclusions,
        "Grade": published.grade,
        "Source": published.source,
    }  # fmt: skip


def _published(one: Compared) -> str:
    unit = one.published.unit
    return f"{one.published.value}{' on' if unit[0] in '-0' else ''}{formats.GAP}{unit}"


def _ours(one: Compared) -> str:
    digits = 2 if one.published.unit.endswith("package") else 1
    value = formats.number(one.ours or 0.0, digits)
    if one.low is None or one.high is None:
        return value
    low, high = (formats.number(end, digits) for end in (one.low, one.high))
    return f"{value} ({low} {formats.DASH} {high})"
