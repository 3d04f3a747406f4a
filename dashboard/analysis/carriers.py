"""Who is better or worse than its case mix explains?

A settlement asks something else: what a contract's own definition makes of a quarter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import polars as pl

from dashboard.analysis.case_mix import CaseMix, case_mix, expected
from dashboard.analysis.figures import Figure, measured, nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter, Scope
from dashboard.stats import carriers as stats
from dashboard.stats.carriers import INNER, OUTER, Pooled
from dashboard.warehouse import Reader

Unit = Literal["carrier", "depot"]
Label = Literal["better", "worse", "as expected", "perhaps better", "perhaps worse",
                "not comparable", "too few"]  # fmt: skip

BESIDE: Final = ("first_attempt_rate", "satisfaction", "cost_to_serve")
"""Shown beside, as they are: no case mix is fitted to them."""

MIX: Final = ("density_class", "service", "product_class")
FEWEST_EXPECTED: Final = 5
LEAST_OVERLAP: Final = 0.5
QUARTERS: Final = 6
_PLACES: Final = ("zone", *MIX)
_ANOTHER: Final = 0.1
_MANY_UNITS: Final = 20
_KNOWN_MEAN: Final = Pooled(1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Compared:
    """A carrier (or depot) against what its deliveries let expect.

    Attributes:
        name: Which.
        due, late: Deliveries due, and those not kept.
        expected: How many of them a carrier of average skill would not have kept.
        ratio: late / expected; above 1 is worse.
        low, high: 95 % interval of the ratio.
        shrunk, shrunk_low, shrunk_high: The ratio moved towards 1 by as much as chance may
            have moved it away; what the ranking goes by.
        limits: 99.8 % limits of the ratio of one that is as expected.
        overlap: Share of its deliveries in cells where another carrier has a tenth; None
            for depots.
        label: What may be said.
        band: Units of one band may differ by chance alone; None where none is given.
    """

    name: str
    due: int
    late: int
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

    @property
    def raw(self) -> float:
        """Share of its deliveries that were kept."""
        return 1 - self.late / self.due

    @property
    def by_mix(self) -> float:
        """Share that was to be expected to be kept."""
        return 1 - self.expected / self.due


@dataclass(frozen=True)
class Mixed:
    """What a carrier carries.

    Attributes:
        dimension, value: Which part: 'density_class', 'Rural'.
        share: Of the carrier's deliveries.
        network: Of all deliveries.
    """

    carrier: str
    dimension: str
    value: str
    share: float
    network: float


@dataclass(frozen=True)
class Comparison:
    """Carriers, or depots, compared.

    Attributes:
        message: The finding.
        by: What is compared.
        period: Days.
        units: Best first; those without a label's base last.
        late_share: Of all deliveries compared.
        deff: Design effect of weeks.
        between: τ² between the units on the square root of the ratio.
        usual: How much of it the limits count as usual: with few units nothing, as it
            would hide what they should find.
        mixes: What each carrier carries; none for depots.
        beside: Other figures by unit, as they are.
        fitted: The case mix.
    """

    message: str
    by: Unit
    period: Period
    units: tuple[Compared, ...]
    late_share: float
    deff: float
    between: float
    usual: float
    mixes: tuple[Mixed, ...]
    beside: tuple[Figure, ...]
    fitted: CaseMix

    def adjusted(self, unit: Compared) -> float:
        """The share that a unit would keep of the deliveries of all."""
        return max(0.0, 1 - self.late_share * unit.ratio)


@dataclass(frozen=True)
class PastQuarter:
    """A carrier in one quarter, against all carriers in that quarter.

    Attributes:
        ratio: Its late / expected over that of all; None under five expected.
        low, high: 95 % interval.
    """

    name: str
    quarter: Quarter
    due: int
    late: int
    expected: float
    ratio: float | None
    low: float | None
    high: float | None


def compare_carriers(reader: Reader, scope: Scope, by: Unit = "carrier") -> Comparison:
    """Compare carriers, or depots, on breaches.

    Args:
        reader: The snapshot.
        scope: Period and filters. The case mix is fitted to all deliveries of the period.
        by: What is compared.

    Raises:
        ScopeError: No delivery of the scope is due.
        NotEnoughDataError: The case mix cannot be fitted, or there are no two weeks.
    """
    span = reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    asked = scope.during(scope.period or span)
    fitted = case_mix(reader, Scope(asked.period))
    weekly = expected(reader, (by, "week"), asked, fitted)
    if weekly.is_empty():
        raise ScopeError(nothing_found(reader, scope))
    totals = weekly.group_by(by).agg(pl.col("due", "late", "expected").sum()).sort(by)
    deff = stats.design_effect(*_by_week(weekly, by))
    cells = _cells(reader, asked) if by == "carrier" else None
    overlaps = _overlaps(cells) if cells is not None else {}
    units, between, usual = _judged(totals, by, deff, overlaps)
    return Comparison(
        message=_message(units, by),
        by=by,
        period=asked.period or span,
        units=_ranked(units),
        late_share=float(totals["late"].sum()) / float(totals["due"].sum()),
        deff=deff,
        between=between,
        usual=usual,
        mixes=tuple(_mixes(cells)) if cells is not None else (),
        beside=tuple(measured(reader, BESIDE, (by,), asked)),
        fitted=fitted,
    )


def carrier_trajectory(reader: Reader, scope: Scope) -> tuple[PastQuarter, ...]:
    """Each carrier over up to six quarters, the last being that of the scope's last day.

    What is expected comes from the scope's own case mix; each quarter is told against all
    carriers of that quarter, so that a good or bad quarter of the whole network is nobody's.

    Raises:
        ScopeError: No delivery of the scope is due.
        NotEnoughDataError: The case mix cannot be fitted.
    """
    span = reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    period, start = scope.period or span, reader.fiscal_year_start
    last = Quarter.of(min(period.end, span.end), start)
    days = Period(last.earlier(QUARTERS - 1).first_day(start), last.period(start).end)
    fitted = case_mix(reader, Scope(period))
    rows = expected(reader, ("carrier", "quarter"), scope.during(days), fitted)
    whole = rows.group_by("quarter").agg(pl.col("late", "expected").sum())
    level = {day: late / base for day, late, base in whole.iter_rows()}
    weekly = expected(reader, ("carrier", "week"), scope.during(period), fitted)
    deff = stats.design_effect(*_by_week(weekly, "carrier"))
    return tuple(_past(row, level, deff, start) for row in rows.iter_rows(named=True))


def _past(
    row: Mapping[str, Any], level: Mapping[date, float], deff: float, start: int
) -> PastQuarter:
    own = row["expected"] * level[row["quarter"]]
    quarter = Quarter.of(row["quarter"], start)
    told = PastQuarter(row["carrier"], quarter, row["due"], row["late"], own, None, None, None)
    if own < FEWEST_EXPECTED:
        return told
    root, variance = stats.roots(np.array([row["late"]]), np.array([own]), deff)
    low, high = _interval(root, variance)
    return replace(told, ratio=float(root[0] ** 2), low=float(low[0]), high=float(high[0]))


def _by_week(weekly: pl.DataFrame, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Late and expected, units × weeks."""
    found = []
    for column in ("late", "expected"):
        wide = weekly.pivot("week", index=by, values=column).sort(by).drop(by)
        found.append(wide.fill_null(0).to_numpy().astype(float))
    return found[0], found[1]


def _judged(
    totals: pl.DataFrame, by: Unit, deff: float, overlaps: Mapping[str, float]
) -> tuple[list[Compared], float, float]:
    """Every unit with its limits, intervals and label; the variance between; that in limits."""
    late, base = (totals[name].to_numpy().astype(float) for name in ("late", "expected"))
    values, variances = stats.roots(late, base, deff)
    enough = base >= FEWEST_EXPECTED
    _, between = (
        stats.over_dispersion(values[enough], variances[enough], 1.0)
        if enough.sum() > 1
        else (0.0, 0.0)
    )
    usual = between if enough.sum() >= _MANY_UNITS else 0.0
    shrunk = stats.shrink(values, variances, replace(_KNOWN_MEAN, between=between))
    ranges = [
        *stats.funnel_limits(variances, INNER, usual),
        *stats.funnel_limits(variances, OUTER, usual),
        *_interval(values, variances),
        *_interval(shrunk.values, shrunk.errors**2),
        shrunk.values**2,
    ]
    columns = np.column_stack(ranges).tolist()
    units = [
        _unit(row, by, overlaps.get(row[by]), numbers)
        for row, numbers in zip(totals.iter_rows(named=True), columns, strict=True)
    ]
    return units, between, usual


def _unit(
    row: Mapping[str, Any], by: Unit, overlap: float | None, numbers: Sequence[float]
) -> Compared:
    near_low, near_high, low, high, *own, moved = numbers
    ratio = row["late"] / row["expected"]
    return Compared(
        name=row[by],
        due=row["due"],
        late=row["late"],
        expected=row["expected"],
        ratio=ratio,
        low=own[0],
        high=own[1],
        shrunk=moved,
        shrunk_low=own[2],
        shrunk_high=own[3],
        limits=(low, high),
        overlap=overlap,
        label=_label(row["expected"], overlap, ratio, ((near_low, near_high), (low, high))),
        band=None,
    )


def _interval(values: np.ndarray, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of squares, from their roots."""
    half = INNER * np.sqrt(variances)
    return np.maximum(0.0, values - half) ** 2, (values + half) ** 2


def _label(
    base: float,
    overlap: float | None,
    ratio: float,
    limits: tuple[tuple[float, float], tuple[float, float]],
) -> Label:
    (near_low, near_high), (low, high) = limits
    if base < FEWEST_EXPECTED:
        return "too few"
    if overlap is not None and overlap < LEAST_OVERLAP:
        return "not comparable"
    if ratio > high or ratio < low:
        return "worse" if ratio > high else "better"
    if ratio > near_high or ratio < near_low:
        return "perhaps worse" if ratio > near_high else "perhaps better"
    return "as expected"


def _ranked(units: Sequence[Compared]) -> tuple[Compared, ...]:
    """By shrunken ratio, in bands; what has no label's base comes last, unranked."""
    judged = [one for one in units if one.label not in ("too few", "not comparable")]
    judged.sort(key=lambda one: (one.shrunk, one.name))
    placed = stats.bands([o.shrunk_low for o in judged], [o.shrunk_high for o in judged])
    ranked = [replace(one, band=band) for one, band in zip(judged, placed, strict=True)]
    return (*ranked, *(one for one in units if one not in judged))


def _cells(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Due deliveries of each carrier by place, service and product, whoever is filtered."""
    others = tuple(one for one in scope.filters if one[0] != "carrier")
    asked = replace(scope, filters=others)
    found = reader.roll_up(("on_time_rate",), ("carrier", *_PLACES), asked)
    due = pl.col("denominator").cast(pl.Float64).alias("due")
    return found.filter(pl.col("denominator") > 0).select("carrier", *_PLACES, due)


def _overlaps(cells: pl.DataFrame) -> dict[str, float]:
    """Per carrier, the share of its deliveries where another has a tenth of the cell."""
    place = list(_PLACES)
    ordered = pl.col("due").sort(descending=True)
    tops = cells.group_by(place).agg(
        whole=pl.col("due").sum(), first=ordered.first(), second=ordered.slice(1, 1).first()
    )
    joined = cells.join(tops, on=place)
    other = pl.when(pl.col("due") < pl.col("first")).then("first").otherwise("second")
    shared = (other.fill_null(0) >= _ANOTHER * pl.col("whole")).cast(pl.Float64)
    found = joined.group_by("carrier").agg(
        overlap=(shared * pl.col("due")).sum() / pl.col("due").sum()
    )
    return dict(found.iter_rows())


def _mixes(cells: pl.DataFrame) -> list[Mixed]:
    """What each carrier carries beside what the network does."""
    whole = float(cells["due"].sum())
    own = dict(cells.group_by("carrier").agg(pl.col("due").sum()).iter_rows())
    found = []
    for dimension in MIX:
        parts = cells.group_by("carrier", dimension).agg(pl.col("due").sum())
        network = dict(parts.group_by(dimension).agg(pl.col("due").sum()).iter_rows())
        counts = {(carrier, value): due for carrier, value, due in parts.iter_rows()}
        found += [
            Mixed(
                carrier,
                dimension,
                value,
                counts.get((carrier, value), 0.0) / own[carrier],
                network[value] / whole,
            )
            for carrier in sorted(own)
            for value in sorted(network)
        ]
    return found


def _message(units: Sequence[Compared], by: Unit) -> str:
    """The finding: who lies beyond the 99.8 % limits."""
    told = []
    for label in ("better", "worse"):
        names = sorted(one.name for one in units if one.label == label)
        if names:
            verb = "" if told else " is" if len(names) == 1 else " are"
            told.append(f"{_and(names)}{verb} {label}")
    if not told:
        return f"No {by} differs from what its work explains"
    return f"{', '.join(told)} than the work explains"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
