"""Places of the breach map as tables to read and to choose from."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.breach_map.geography import Geography
from dashboard.analysis.breach_map.hotspots import BreachMap, Cluster, Spot
from dashboard.analysis.figures import FEWEST
from dashboard.charts import formats
from dashboard.charts.breach_map.words import MEASURES, Shown, p_value
from dashboard.charts.cards import Card
from dashboard.charts.tables import safe_text


def headline(found: BreachMap) -> list[Card]:
    """Breaches, hot spots, and what is not on the map."""
    held = sum(one.late for one in found.clusters)
    excess = sum(one.excess for one in found.clusters)
    hot = formats.number(len(found.clusters)) if not found.untested else formats.NO_FIGURE
    inside = (
        f"{formats.number(held)} breaches in them, {formats.number(excess)} beyond the expected"
        if found.clusters
        else found.untested or "no place is hotter than chance makes one"
    )
    missing = f"{formats.number(found.off_map_late)} of them late"
    return [
        Card(
            "Breaches",
            formats.number(found.late),
            f"of {formats.number(found.due)} deliveries due: "
            f"{formats.value(found.late / found.due, 'share')}",
        ),
        Card("Hot spots", hot, inside),
        Card("Not on the map", formats.number(found.off_map), f"without coordinates; {missing}"),
    ]


def cluster_rows(clusters: Sequence[Cluster], land: Geography) -> pl.DataFrame:
    """Hot spots, the strongest first."""
    rows = [
        {
            "Hot spot": one.number,
            "Zones": ", ".join(land.label(zone) for zone in one.zones),
            "Cells": len(one.cells),
            "Due": one.due,
            "Late": one.late,
            "Expected": round(one.expected, 1),
            "Excess": round(one.excess, 1),
            "p": p_value(one.p_value),
        }
        for one in clusters
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Zones")


def place_rows(shown: Shown, land: Geography) -> pl.DataFrame:
    """Cells or zones in the order of `shown`, with the measure that colours them."""
    measure = MEASURES[shown.measure]
    rows = []
    for spot in shown.spots:
        zones = ", ".join(land.label(zone) for zone in spot.zones[:2])
        row = {"Hot spot": str(spot.cluster or ""), "Zone": zones} | _sums(spot)
        if shown.measure in ("minutes", "money"):
            row[measure.label] = shown.value(spot)
        if not shown.by_zone:
            row |= {"Score": _round(spot.score), "p": p_value(spot.p_value)}
            row |= {"Gi*": _round(spot.gi_star), "Cell": spot.place}
        rows.append(row)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if shown.by_zone or not any(frame["Hot spot"]):
        frame = frame.drop("Hot spot")
    return safe_text(frame, "Zone")


def reason_rows(reasons: pl.DataFrame) -> pl.DataFrame:
    """Declared reasons, with their share of all breaches."""
    total = max(int(reasons["breaches"].sum()), 1)
    rows = [
        {
            "Declared reason": reason,
            "Breaches": breaches,
            "Share": formats.value(breaches / total, "share"),
            "Never delivered": undelivered,
        }
        for reason, breaches, undelivered in reasons.iter_rows()
    ]
    frame = safe_text(pl.DataFrame(rows, infer_schema_length=None), "Declared reason")
    return frame if total >= FEWEST else frame.drop("Share")


def _sums(spot: Spot) -> dict[str, object]:
    thin = spot.due < FEWEST
    return {
        "Due": spot.due,
        "Late": spot.late,
        "Expected": round(spot.expected, 1),
        "Excess": round(spot.excess, 1),
        "Rate": f"{spot.late} of {spot.due}" if thin else formats.value(spot.rate, "share"),
        "Shrunken": formats.value(spot.shrunken, "share"),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
