"""What lies under a map: the outlines and names of zones, and where depots stand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.cells import Ring
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader

_ZONES = "zones"


@dataclass(frozen=True)
class ZoneShape:
    """A zone on the map.

    Attributes:
        name: What people call it; '' where the data does not say.
        polygons: Its parts, each an outer ring and its holes; none without an outline
            that can be read.
    """

    zone: str
    name: str
    polygons: tuple[tuple[Ring, ...], ...]

    @property
    def label(self) -> str:
        """Code and name."""
        return f"{self.zone} {self.name}".strip()

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of its largest part's corners."""
        line = max((part[0] for part in self.polygons), key=len)[:-1]
        return (
            sum(point[0] for point in line) / len(line),
            sum(point[1] for point in line) / len(line),
        )


@dataclass(frozen=True)
class Depot:
    """A depot, where its nearest deliveries are."""

    depot: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Geography:
    """What is drawn under and over the figures of a map.

    Attributes:
        zones: Those of the zones table, by code.
        depots: Every depot with a delivery in these days that has coordinates.
    """

    zones: tuple[ZoneShape, ...]
    depots: tuple[Depot, ...]

    @property
    def drawn(self) -> tuple[ZoneShape, ...]:
        """The zones that have an outline."""
        return tuple(zone for zone in self.zones if zone.polygons)

    def label(self, zone: str) -> str:
        """Code and name of a zone."""
        return next((one.label for one in self.zones if one.zone == zone), zone)


def geography(reader: Reader, period: Period | None) -> Geography:
    """Zones and depots, the same whatever the filters.

    Args:
        reader: The snapshot.
        period: Days whose deliveries tell where depots stand.
    """
    depots = reader.report("depot_places", Scope(period)).iter_rows(named=True)
    found = tuple(Depot(one["depot"], one["latitude"], one["longitude"]) for one in depots)
    return Geography(zone_shapes(reader), found)


def zone_shapes(reader: Reader) -> tuple[ZoneShape, ...]:
    """The zones of the zones table, by code; none where the policy does not show it."""
    if not reader.shows(_ZONES):
        return ()
    rows = reader.report("zone_outlines", Scope()).iter_rows(named=True)
    return tuple(
        ZoneShape(row["zone"], row["name"] or "", _polygons(row["geometry"])) for row in rows
    )


def _polygons(geometry: str | None) -> tuple[tuple[Ring, ...], ...]:
    """The parts of a GeoJSON polygon, multipolygon or feature of one; none of anything else."""
    try:
        shape: Any = json.loads(geometry or "null")
        shape = shape.get("geometry", shape)
        parts = {"Polygon": lambda x: [x], "MultiPolygon": list}[shape["type"]](
            shape["coordinates"]
        )
        return tuple(tuple(_ring(ring) for ring in part) for part in parts)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return ()


def _ring(points: Sequence[Sequence[float]]) -> Ring:
    return [[float(point[0]), float(point[1])] for point in points]
