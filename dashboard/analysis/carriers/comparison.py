"""Who is better or worse than its case mix explains?

A settlement asks something else: what a contract's own definition makes of a quarter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import polars as pl

from dashboard.analysis.carriers.measures import (
    COMPARED_ON,
    is_enough,
    is_worse_above,
    least_scatter,
    measured_metric,
)
from dashboard.analysis.carriers.work import Mixed, mixes, overlaps, work_cells
from dashboard.analysis.case_mix import CaseMix, case_mix, expected
from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats import carriers as stats
from dashboard.stats.carriers import MANY_UNITS, Judged
from dashboard.warehouse import Reader
from dashboard.warehouse.rollup import NONE
from dashboard.warehouse.scoring import JUDGED

Unit = Literal["carrier", "depot", "driver"]
Label = Literal["better", "worse", "as expected", "perhaps better", "perhaps worse",
                "not comparable", "too few"]  # fmt: skip

LEAST_OVERLAP: Final = 0.5
UNRANKED: Final = ("too few", "not comparable")
_BEYOND: Final = 0.002
_TURNED: Final[dict[Label, Label]] = {
    "better": "worse",
    "worse": "better",
    "perhaps better": "perhaps worse",
    "perhaps worse": "perhaps better",
}


@dataclass(frozen=True)
class Compared:
    """A carrier (depot, driver) against what its deliveries let expect.

    Attributes:
        name: Which.
        base: The metric's denominator, such as deliveries due.
        observed: What is counted: of a share, what is missing from it (late, failed first
            attempts); else the numerator (points, money).
        expected: How much of it one of average skill would have had.
        ratio: observed / expected.
        low, high: 95 % interval of the ratio.
        shrunk, shrunk_low, shrunk_high: The ratio moved towards 1 by as much as chance may
            have moved it away; what the ranking goes by.
        limits: 99.8 % limits of the ratio of one that is as expected.
        overlap: Share of its work in cells where another carrier has a tenth; None for
            depots and drivers.
        label: What may be said.
        band: Units of one band may differ by chance alone; None where none is given.
    """

    name: str
    base: float
    observed: float
    expected: float
    ratio: float
    low: float
    high: float
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    limits: tuple[float, float]
    overlap: float | None
    label: Label
    band: int | None


@dataclass(frozen=True)
class Comparison:
    """Carriers, depots or drivers compared on one metric.

    Attributes:
        message: The finding.
        by: What is compared.
        metric: On what.
        period: Days.
        units: Best first; those without a label's base last.
        left_out: Drivers of fewer than 30 cases, or not known by name: not told one by one.
        level: Observed by base of all that is compared.
        average: Expected by base of all: what average skill would have with their work.
        scatter: Variance of a sum by its expectation, from weeks; of shares the design
            effect.
        reference: Variance, on the root, of the mean that carriers are told against.
        between: τ² between the units on the square root of the ratio; 0 where chance alone
            may have made all differences.
        usual: How much of it the limits count as usual: with few units nothing, as it
            would hide what they should find.
        mixes: What each carrier carries; none for depots and drivers.
        fitted: The case mix.
    """

    message: str
    by: Unit
    metric: Metric
    period: Period
    units: tuple[Compared, ...]
    left_out: int
    level: float
    average: float
    scatter: float
    reference: float
    between: float
    usual: float
    mixes: tuple[Mixed, ...]
    fitted: CaseMix

    def raw(self, unit: Compared) -> float | None:
        """The metric as it is; None without a denominator."""
        return self.told(unit.observed / unit.base) if unit.base else None

    def hoped(self, unit: Compared) -> float | None:
        """The metric that was to be expected of the unit's work."""
        return self.told(unit.expected / unit.base) if unit.base else None

    def adjusted(self, unit: Compared) -> float:
        """The metric that a unit would have with the work of all."""
        return self.told(self.average * unit.ratio)

    def told(self, counted: float) -> float:
        """What is counted per case as the metric's value."""
        return max(0.0, 1 - counted) if self.metric.unit == "share" else counted


def compare_carriers(
    reader: Reader, scope: Scope, by: Unit = "carrier", measure: str = JUDGED
) -> Comparison:
    """Compare carriers, depots or drivers.

    Args:
        reader: The snapshot.
        scope: Period and filters. The case mix is fitted to all deliveries of the period.
        by: What is compared. Depots and drivers are told against all of them together,
            carriers against the mean of the carriers.
        measure: On what, of `COMPARED_ON`; only its case mix is fitted.

    Raises:
        UnknownNameError: Carriers are not compared on the measure.
        AccessError: Drivers are asked for, and the policy does not show them.
        ScopeError: The scope has no row of the measure.
        NotEnoughDataError: The case mix cannot be fitted, there are no two weeks, or no
            driver has 30 cases.
    """
    metric, span = measured_metric(reader, measure), reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    asked = scope.during(scope.period)
    fitted = case_mix(reader, Scope(asked.period), measure)
    weekly = expected(reader, (by, "week"), asked, fitted)
    if weekly.is_empty():
        raise ScopeError(nothing_found(reader, scope))
    weekly, left_out = _told_apart(weekly, by)
    if by != "carrier":
        weekly = _among_themselves(weekly)
    sums = pl.col("base", "observed", "expected").sum()
    totals = weekly.group_by(by).agg(sums).sort(by).filter(pl.col("expected") > 0)
    scatter = stats.design_effect(*by_week(weekly, [by]), least_scatter(metric))
    cells = work_cells(reader, asked, measure) if by == "carrier" else None
    shared = overlaps(cells) if cells is not None else {}
    told_against = np.array([hoped for _, hoped in fitted.hoped])
    reference = stats.mean_of_units(told_against, scatter) if by == "carrier" else 0.0
    judged = _judged(totals, metric, scatter, reference)
    units = _units(totals, metric, judged, shared)
    return Comparison(
        message=_message(units, by, metric),
        by=by,
        metric=metric,
        period=asked.period or span,
        units=_ranked(units, metric),
        left_out=left_out,
        level=float(totals["observed"].sum()) / float(totals["base"].sum()),
        average=float(totals["expected"].sum()) / float(totals["base"].sum()),
        scatter=scatter,
        reference=reference,
        between=judged.between,
        usual=judged.usual,
        mixes=mixes(reader, asked, fitted, cells) if cells is not None else (),
        fitted=fitted,
    )


def by_week(weekly: pl.DataFrame, units: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected, units × weeks."""
    found = []
    for column in ("observed", "expected"):
        wide = weekly.pivot("week", index=units, values=column).sort(units).drop(units)
        found.append(wide.fill_null(0).to_numpy().astype(float))
    return found[0], found[1]


def _among_themselves(weekly: pl.DataFrame) -> pl.DataFrame:
    """The rows told against all units together, not against the mean of the carriers."""
    level = pl.col("observed").sum() / pl.col("expected").sum()
    return weekly.with_columns(expected=pl.col("expected") * level)


def _told_apart(weekly: pl.DataFrame, by: Unit) -> tuple[pl.DataFrame, int]:
    """The rows of units that may be told one by one, and how many may not.

    A person is not judged, nor shown, by a handful of deliveries.
    """
    if by != "driver":
        return weekly, 0
    bases = weekly.group_by(by).agg(pl.col("base").sum())
    enough = bases.filter((pl.col("base") >= FEWEST) & (pl.col(by) != NONE))
    if enough.is_empty():
        message = f"no driver has {FEWEST} cases in these days; choose a longer period"
        raise NotEnoughDataError(message)
    return weekly.join(enough.select(by), on=by, how="semi"), bases.height - enough.height


def _judged(totals: pl.DataFrame, metric: Metric, scatter: float, reference: float) -> Judged:
    base, observed, hoped = (
        totals[name].to_numpy().astype(float) for name in ("base", "observed", "expected")
    )
    enough = [is_enough(metric, *pair) for pair in zip(base, hoped, strict=True)]
    counted = np.maximum(observed, 0.0)
    return stats.judge(counted, hoped, scatter, np.array(enough, bool), reference)


def _units(
    totals: pl.DataFrame, metric: Metric, judged: Judged, shared: dict[str, float]
) -> list[Compared]:
    """Every unit with its limits, intervals and label."""
    numbers = np.column_stack(
        [judged.ratios, judged.lows, judged.highs,
         judged.shrunk, judged.shrunk_lows, judged.shrunk_highs]
    ).tolist()  # fmt: skip
    inner, outer = np.column_stack(judged.inner).tolist(), np.column_stack(judged.outer).tolist()
    found = []
    for place, (name, base, observed, hoped) in enumerate(totals.iter_rows()):
        limits = ((inner[place][0], inner[place][1]), (outer[place][0], outer[place][1]))
        overlap = shared.get(name)
        label: Label = "too few"
        if is_enough(metric, base, hoped):
            label = _label(overlap, numbers[place][0], limits)
            label = label if is_worse_above(metric) else _TURNED.get(label, label)
        found.append(
            Compared(name, base, observed, hoped, *numbers[place], limits[1], overlap, label, None)
        )
    return found


def _label(
    overlap: float | None,
    ratio: float,
    limits: tuple[tuple[float, float], tuple[float, float]],
) -> Label:
    """What may be said of a ratio where more than expected is worse."""
    (near_low, near_high), (low, high) = limits
    if overlap is not None and overlap < LEAST_OVERLAP:
        return "not comparable"
    if ratio > high or ratio < low:
        return "worse" if ratio > high else "better"
    if ratio > near_high or ratio < near_low:
        return "perhaps worse" if ratio > near_high else "perhaps better"
    return "as expected"


def _ranked(units: Sequence[Compared], metric: Metric) -> tuple[Compared, ...]:
    """By shrunken ratio, in bands; what has no label's base comes last, unranked."""
    judged = [one for one in units if one.label not in UNRANKED]
    if is_worse_above(metric):
        judged.sort(key=lambda one: (one.shrunk, one.ratio, one.name))
        reach = [(one.shrunk_low, one.shrunk_high) for one in judged]
    else:
        judged.sort(key=lambda one: (-one.shrunk, -one.ratio, one.name))
        reach = [(-one.shrunk_high, -one.shrunk_low) for one in judged]
    placed = stats.bands([low for low, _ in reach], [high for _, high in reach])
    ranked = [replace(one, band=band) for one, band in zip(judged, placed, strict=True)]
    known = {one.name for one in judged}
    return (*ranked, *(one for one in units if one.name not in known))


def _message(units: Sequence[Compared], by: Unit, metric: Metric) -> str:
    """The finding: who lies beyond the 99.8 % limits; of many units, how many.

    Two of a thousand equal units do by chance: of many, or of people, none is named.
    """
    judged = [one for one in units if one.label not in UNRANKED]
    if by == "driver" or len(judged) >= MANY_UNITS:
        beyond = sum(one.label in ("better", "worse") for one in judged)
        return (
            f"{beyond} of {len(judged)} {by}s lie beyond the limits in {metric.label.lower()}; "
            f"chance alone would put {_BEYOND * len(judged):.0f} there"
        )
    measure = COMPARED_ON[metric.name]
    told, count = [], 0
    for label, phrase in (("better", measure.better), ("worse", measure.worse)):
        names = sorted(one.name for one in units if one.label == label)
        if names:
            count += len(names)
            told.append(f"{_and(names)} {'is' if len(names) == 1 else 'are'} {phrase}")
    if not told:
        return f"No {by} differs from what its work explains in {metric.label.lower()}"
    whose = "its" if count == 1 else "their"
    return f"{', '.join(told)} than {whose} work explains"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
