"""Gaps to target, said and as a table to read."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from dashboard.analysis.overview.gap import Gap
from dashboard.catalog import Unit
from dashboard.charts import formats
from dashboard.charts.tables import safe_text

GAPS_READ = (
    "Cash: what so many breaches cost now in credits, redelivery and contacts beyond kept "
    "promises. Margin at risk: an assumed share of customers lost per breach times what they "
    "bring in a year; no cash, not to be added."
)
_NUMBERS = ("Now", "95 % interval", "Target", "Reading", "Lacks")


def gap_said(gap: Gap) -> str:
    """What a segment lacks to reach its target; cash and churn exposure are two figures."""
    unit, lacking = gap.figure.metric.unit, formats.number(abs(gap.lacking))
    target, value = (formats.value(one, unit) for one in (gap.target, gap.figure.value))
    lacks = {
        "share": f"lacks {lacking} kept deliveries to",
        "money": f"is {lacking} in all short of",
    }.get(unit, "does not reach")
    sure = "" if gap.is_missed else ", a gap within its interval"
    worth = []
    if gap.cash is not None:
        worth.append(
            f"at what its breaches cost now, {_money(gap.cash)} less in credits and rework"
        )
    if gap.exposure is not None:
        worth.append(f"{_money(gap.exposure)} less margin at risk, as assumed")
    said = f"{gap.segment} {lacks} its target of {target} ({value} now{sure})"
    return f"{': '.join(filter(None, (said, '; '.join(worth))))}."


def gaps_table(gaps: Sequence[Gap]) -> pl.DataFrame:
    """One row per segment that does not reach its target, all columns text."""
    rows = [_row(gap) for gap in gaps]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def _row(gap: Gap) -> dict[str, str]:
    found, unit = gap.figure, gap.figure.metric.unit
    values = (
        formats.value(found.value, unit),
        formats.interval(found.low, found.high, unit),
        formats.value(gap.target, unit),
        "✕ missed" if gap.is_missed else "~ not clear",
        _lacks(gap.lacking, unit),
    )
    money = {"Cash of these": gap.cash, "Margin at risk of these": gap.exposure}
    known = {name: _money(amount) for name, amount in money.items() if amount is not None}
    return {"Segment": gap.segment, **dict(zip(_NUMBERS, values, strict=True)), **known}


def _lacks(lacking: float, unit: Unit) -> str:
    amount = formats.number(abs(lacking))
    return {"share": f"{amount} kept deliveries", "money": f"{amount} in all"}.get(unit, "")


def _money(amount: Decimal) -> str:
    return formats.number(float(amount))
