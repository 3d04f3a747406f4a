"""Contributors as tables to read, and the sentence that says how they were judged."""

import polars as pl

from dashboard.analysis import Contributor, Contributors, Split
from dashboard.catalog import Catalog
from dashboard.charts import formats
from dashboard.charts.tables import safe_text

_MOST = 8
_CONTRIBUTORS = ("What", "Before", "Now", "n now", "Did to the whole", "95 % interval", "Also")
_SPLITS = ("By", "Mix", "Rate", "Largest shift", "Its share", "Its mix")


def contributors_said(found: Contributors) -> str:
    """How many values were tested, and what to make of those that stand out."""
    if not found.tested:
        return "Too few deliveries in any one value to test what contributed."
    if not found.found:
        return (
            f"None of {found.tested} values changed otherwise than the rest beyond chance: "
            "look for no culprit."
        )
    return (
        f"Of {found.tested} values, {len(found.found)} changed otherwise than the rest beyond "
        "chance, the surest largest first; at most one in ten of such findings is false. "
        "Overlapping views: they do not add up."
    )


def contributors_table(found: Contributors, catalog: Catalog) -> pl.DataFrame:
    """One row per contributor, all columns text."""
    rows = [_row(one, found, catalog) for one in found.found[:_MOST]]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_CONTRIBUTORS, pl.String()))
    return safe_text(frame, "What", "Also")


def splits_table(found: Contributors, catalog: Catalog) -> pl.DataFrame:
    """The change by each dimension, the largest mix first, all columns text."""
    unit = found.metric.unit
    rows = [
        {
            "By": _label(one, catalog),
            "Mix": formats.change(one.mix, unit, 1),
            "Rate": formats.change(one.rate, unit, 1),
            "Largest shift": one.value,
            "Its share": " → ".join(
                formats.value(share, "share") for share in (one.share_before, one.share_after)
            ),
            "Its mix": formats.change(one.moved, unit, 1),
        }
        for one in found.splits
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_SPLITS, pl.String()))
    return safe_text(frame, "Largest shift")


def _row(one: Contributor, found: Contributors, catalog: Catalog) -> dict[str, str]:
    unit = found.metric.unit
    low, high = formats.change(one.low, unit), formats.change(one.high, unit)
    return {
        "What": f"{_label(one, catalog)}: {one.value}",
        "Before": formats.value(one.before, unit),
        "Now": formats.value(one.after, unit),
        "n now": formats.number(one.size_after),
        "Did to the whole": formats.change(one.amount, unit),
        "95 % interval": f"{low} to {high}",
        "Also": ", ".join(value for _, value in one.also),
    }


def _label(one: Contributor | Split, catalog: Catalog) -> str:
    return catalog.dimension(one.dimension).label.split(" (")[0]
