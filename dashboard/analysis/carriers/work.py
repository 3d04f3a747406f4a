"""What carriers carry: how far their work overlaps, and what the comparison takes out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from dashboard.analysis.case_mix import CaseMix, carried
from dashboard.scope import Scope
from dashboard.warehouse import Reader

ZONE: Final = "zone"

_PLACES: Final = (ZONE, "density_class", "service", "product_class")
_ANOTHER: Final = 0.1


@dataclass(frozen=True)
class Mixed:
    """What a carrier carries of one level of the case mix, or of one zone.

    Attributes:
        factor, level: Which part: 'density_class', 'rural'.
        label: What people call the factor.
        share: Of the carrier's own; 0 to 1.
        network: Of all carriers'.
        effect: Of the level on the predictor of the fit; None of a zone, or where too few
            deliveries have it.
    """

    carrier: str
    factor: str
    level: str
    label: str
    share: float
    network: float
    effect: float | None


def work_cells(reader: Reader, scope: Scope, metric: str) -> pl.DataFrame:
    """Denominators of each carrier by place, service and product, whoever is filtered.

    Returns:
        carrier, zone, density_class, service, product_class, base.
    """
    found = reader.roll_up((metric,), ("carrier", *_PLACES), _of_all(scope))
    base = pl.col("denominator").cast(pl.Float64).alias("base")
    return found.filter(pl.col("denominator") > 0).select("carrier", *_PLACES, base)


def overlaps(cells: pl.DataFrame) -> dict[str, float]:
    """Per carrier, the share of its work where another has a tenth of the cell."""
    place = list(_PLACES)
    ordered = pl.col("base").sort(descending=True)
    tops = cells.group_by(place).agg(
        whole=pl.col("base").sum(), first=ordered.first(), second=ordered.slice(1, 1).first()
    )
    joined = cells.join(tops, on=place)
    other = pl.when(pl.col("base") < pl.col("first")).then("first").otherwise("second")
    shared = (other.fill_null(0) >= _ANOTHER * pl.col("whole")).cast(pl.Float64)
    found = joined.group_by("carrier").agg(
        overlap=(shared * pl.col("base")).sum() / pl.col("base").sum()
    )
    return dict(found.iter_rows())


def mixes(reader: Reader, scope: Scope, fitted: CaseMix, cells: pl.DataFrame) -> tuple[Mixed, ...]:
    """Each carrier's part of every level of the case mix, then of every zone."""
    effects = {factor.name: dict(own) for factor, own in fitted.scores.effects}
    zones = cells.select(
        pl.lit(ZONE).alias("factor"), pl.col(ZONE).alias("level"), "carrier", "base"
    )
    by_factor = carried(reader, _of_all(scope), fitted)
    found = (
        pl.concat([by_factor, zones])
        .group_by("factor", "level", "carrier")
        .agg(pl.col("base").sum())
    )
    labels = {one.name: one.label for one in reader.catalog.case_mix.values()} | {ZONE: "Zone"}
    return tuple(
        replace(one, label=label, effect=effects.get(factor, {}).get(one.level))
        for factor, label in labels.items()
        for one in _shares(factor, found.filter(pl.col("factor") == factor))
    )


def _shares(factor: str, found: pl.DataFrame) -> Iterator[Mixed]:
    """Every carrier's share of every level of one factor; levels in order."""
    whole = float(found["base"].sum())
    own = dict(found.group_by("carrier").agg(pl.col("base").sum()).iter_rows())
    network = dict(found.group_by("level").agg(pl.col("base").sum()).iter_rows())
    counts = {(level, carrier): base for _, level, carrier, base in found.iter_rows()}
    for level in sorted(network):
        for carrier in sorted(own):
            share = counts.get((level, carrier), 0.0) / own[carrier]
            yield Mixed(carrier, factor, level, "", share, network[level] / whole, None)


def _of_all(scope: Scope) -> Scope:
    """The scope without a filter of carriers."""
    return replace(scope, filters=tuple(one for one in scope.filters if one[0] != "carrier"))
