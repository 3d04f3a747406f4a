"""A breach map as rows: what the page downloads and the command prints."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.breach_map.hotspots import BreachMap, Spot


def hotspots_table(found: BreachMap, snapshot: int) -> pl.DataFrame:
    """Cells as rows, the hottest first, with all their digits.

    Returns:
        cell, zones (the most frequent first), due, late, expected, excess, rate,
        shrunken_rate, score, p_value, gi_star, cluster (null outside), resolution, snapshot.
    """
    return _table(found.cells, "cell").with_columns(
        pl.lit(found.resolution).alias("resolution"), pl.lit(snapshot).alias("snapshot")
    )


def zones_table(found: BreachMap, snapshot: int) -> pl.DataFrame:
    """Zones as rows, the most excess first.

    Returns:
        zone, due, late, expected, excess, rate, shrunken_rate, snapshot.
    """
    rows = _table(found.zones, "zone")
    own = ["zone", "due", "late", "expected", "excess", "rate", "shrunken_rate"]
    return rows.select(own).with_columns(pl.lit(snapshot).alias("snapshot"))


def clusters_table(found: BreachMap) -> pl.DataFrame:
    """Hot spots as rows, the strongest first."""
    names = ("cluster", "cells", "zones", "due", "late", "expected", "excess", "score", "p_value")
    rows = [
        (
            one.number,
            ", ".join(one.cells),
            ", ".join(one.zones),
            *(one.due, one.late, one.expected, one.excess, one.score, one.p_value),
        )
        for one in found.clusters
    ]
    texts = dict.fromkeys(("cells", "zones"), pl.String())
    whole = dict.fromkeys(("cluster", "due", "late"), pl.Int64())
    schema = {name: texts.get(name) or whole.get(name) or pl.Float64() for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _table(spots: Sequence[Spot], named: str) -> pl.DataFrame:
    rows = [
        (
            one.place,
            ", ".join(one.zones),
            *(one.due, one.late, one.expected, one.excess, one.rate, one.shrunken),
            *(one.score, one.p_value, one.gi_star, one.cluster),
        )
        for one in spots
    ]
    schema = {
        named: pl.String(),
        "zones": pl.String(),
        "due": pl.Int64(),
        "late": pl.Int64(),
        "expected": pl.Float64(),
        "excess": pl.Float64(),
        "rate": pl.Float64(),
        "shrunken_rate": pl.Float64(),
        "score": pl.Float64(),
        "p_value": pl.Float64(),
        "gi_star": pl.Float64(),
        "cluster": pl.Int64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
