"""Carriers compared, as tables and sentences."""

from collections.abc import Sequence
from math import exp

import polars as pl

from dashboard.analysis.carriers.comparison import Comparison
from dashboard.analysis.carriers.measures import COMPARED_ON, FEWEST_EXPECTED, is_worse_above
from dashboard.analysis.carriers.quarters import PastQuarter
from dashboard.analysis.carriers.work import Mixed
from dashboard.analysis.causes.axes import label_of
from dashboard.analysis.figures import FEWEST
from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.charts.tables import safe_text

SHAPES = {
    "better": "▲ better",
    "worse": "▽ worse",
    "perhaps better": "perhaps better",
    "perhaps worse": "perhaps worse",
    "as expected": "as expected",
    "not comparable": "not comparable",
    "too few": "too few",
}
SYMBOLS = {
    "better": "triangle-up",
    "worse": "triangle-down",
    "perhaps better": "circle",
    "perhaps worse": "circle",
    "as expected": "circle",
    "not comparable": "x-thin-open",
    "too few": "circle-open",
}


def ratio_of(metric: Metric) -> str:
    """What the ratio of a measure is called."""
    return f"{COMPARED_ON[metric.name].counted.capitalize()} / expected"


def ratio_said(metric: Metric, ratio: float, low: float, high: float) -> str:
    """A ratio with its interval; ratios of means lie close to 1 and need a digit more."""
    digits = 2 if metric.unit == "share" else 3
    return f"{ratio:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})"


def carrier_rows(found: Comparison, snapshot: int) -> pl.DataFrame:
    """The comparison with all its digits, best first.

    Returns:
        The compared dimension, measure, base (the metric's denominator), observed (what is
        counted: late, failed first attempts, points, money), raw (the metric as it is),
        expected (of what is counted), hoped (the metric that was to be expected), adjusted
        (that with the work of all), ratio (observed / expected), low, high, shrunk,
        shrunk_low, shrunk_high, limit_low, limit_high (99.8 %), overlap, label, band,
        start, end, snapshot. Null where there is none.
    """
    rows = [
        {
            found.by: one.name,
            "measure": found.metric.name,
            "base": one.base,
            "observed": one.observed,
            "raw": found.raw(one),
            "expected": one.expected,
            "hoped": found.hoped(one),
            "adjusted": found.adjusted(one),
            "ratio": one.ratio,
            "low": one.low,
            "high": one.high,
            "shrunk": one.shrunk,
            "shrunk_low": one.shrunk_low,
            "shrunk_high": one.shrunk_high,
            "limit_low": one.limits[0],
            "limit_high": one.limits[1],
            "overlap": one.overlap,
            "label": one.label,
            "band": one.band,
            "start": found.period.start,
            "end": found.period.end,
            "snapshot": snapshot,
        }
        for one in found.units
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def carrier_table(found: Comparison) -> pl.DataFrame:
    """The comparison as people read it; all columns text."""
    unit, metric = found.metric.unit, found.metric
    rows = [
        {
            found.by.capitalize(): one.name,
            "Band": "–" if one.band is None else str(one.band),
            "Beside its work": SHAPES[one.label],
            "n": formats.number(one.base),
            "Raw": formats.value(found.raw(one), unit),
            "Expected": formats.value(found.hoped(one), unit),
            "Adjusted": formats.value(found.adjusted(one), unit),
            ratio_of(metric): ratio_said(metric, one.ratio, one.low, one.high),
            "Shrunken": (
                ratio_said(metric, one.shrunk, one.shrunk_low, one.shrunk_high)
                if found.between
                else "1, all alike"
            ),
            "Overlap": "" if one.overlap is None else formats.value(one.overlap, "share"),
        }
        for one in found.units
    ]
    table = pl.DataFrame(rows)
    return safe_text(table if found.by == "carrier" else table.drop("Overlap"))


def mix_table(found: Comparison) -> pl.DataFrame:
    """What each carrier carries beside the network, and what it does; all columns text."""
    carriers = sorted({one.carrier for one in found.mixes})
    effect = {"share": f"Odds of {COMPARED_ON[found.metric.name].happening}"}.get(
        found.metric.unit, f"Effect on {COMPARED_ON[found.metric.name].counted}"
    )
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in found.mixes:
        row = rows.setdefault(
            (one.factor, one.level),
            {
                "Part": f"{one.label}: {label_of(one.factor, (one.level,))}",
                effect: _effect_said(one, found.metric),
                "All": formats.value(one.network, "share"),
            },
        )
        row[one.carrier] = formats.value(one.share, "share")
    schema = dict.fromkeys(("Part", effect, "All", *carriers), pl.String())
    return safe_text(pl.DataFrame(list(rows.values()), schema=schema), "Part")


def mix_rows(found: Comparison, snapshot: int) -> pl.DataFrame:
    """What each carrier carries, with all its digits.

    Returns:
        carrier, factor, level, share (of the carrier's own), network (of all carriers'),
        effect (on the predictor of the fit; null of a zone), snapshot.
    """
    rows = [
        (one.carrier, one.factor, one.level, one.share, one.network, one.effect, snapshot)
        for one in found.mixes
    ]
    kinds = {
        "carrier": pl.String(), "factor": pl.String(), "level": pl.String(),
        "share": pl.Float64(), "network": pl.Float64(), "effect": pl.Float64(),
        "snapshot": pl.Int64(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=kinds, orient="row")


def quarter_rows(found: Sequence[PastQuarter], metric: Metric, snapshot: int) -> pl.DataFrame:
    """Carriers by quarter.

    Returns:
        carrier, quarter, measure, base, observed, expected, ratio, low, high, snapshot; see
        `carrier_rows`. Null where too little is expected.
    """
    rows = [
        {
            "carrier": one.name,
            "quarter": one.quarter.key,
            "measure": metric.name,
            "base": one.base,
            "observed": one.observed,
            "expected": one.expected,
            "ratio": one.ratio,
            "low": one.low,
            "high": one.high,
            "snapshot": snapshot,
        }
        for one in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def read_said(found: Comparison) -> list[str]:
    """How to read the comparison, and what its words do not say."""
    metric = found.metric
    level, average = (
        formats.value(found.told(one), metric.unit) for one in (found.level, found.average)
    )
    few = f"{FEWEST_EXPECTED} expected" if metric.unit == "share" else f"{FEWEST} cases"
    shared = ", nor where under half of the work lies where another carries a tenth"
    side = "above" if is_worse_above(metric) else "below"
    usual = "a carrier of average skill" if found.by == "carrier" else f"all {found.by}s together"
    said = [
        (
            f"Better and worse: than {usual} would do with the same deliveries. It says neither "
            "that the level is good nor that a contract is met: easy work may look fine and be "
            "done worse, hard work look poor and be done better."
        ),
        (
            f"Expected: what {usual} would reach with the unit's own deliveries. Adjusted: what "
            f"the unit would reach with everybody's; average would be {average}, and {level} was "
            f"reached. {ratio_of(metric)}: {side} 1 is worse."
        ),
        (
            "A verdict needs a ratio beyond the 99.8 % limits, as wide as weeks scatter; beyond "
            f"the 95 % limits it is perhaps. None under {few}"
            f"{shared if found.by == 'carrier' else ''}."
        ),
    ]
    if found.by == "driver":
        said.append(
            f"{formats.number(found.left_out)} drivers of fewer than {FEWEST} cases, or not "
            "named, are left out. With many units what differs usually counts as usual."
        )
    if metric.name == "satisfaction":
        said.append("Rated by those who answered, who are not like those who did not.")
    return said


def _effect_said(one: Mixed, metric: Metric) -> str:
    if one.effect is None:
        return ""
    if metric.unit == "score":
        return formats.change(one.effect, "score")
    return f"× {exp(one.effect):.2f}"
