"""Sixty adjacent zones around a made-up city: dense core, suburbs, rural rim.

A regular honeycomb is stretched outwards, so that zones grow towards the rim while
neighbours keep sharing their corners.
"""

import json
from typing import Final

import numpy as np

from .chance import Floats, Ints, pick_by_row
from .names import ZONE_NAMES

COUNT: Final = 60
CITY: Final = (51.3200, 9.9500)
KM_PER_DEGREE: Final = 111.195
_EAST_SCALE: Final = KM_PER_DEGREE * float(np.cos(np.radians(CITY[0])))
_STEPS: Final = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
DEPOT_KM: Final = np.array([(0.5, 7.5), (7.5, 0.5), (-0.5, -7.5), (-7.5, -0.5)])
ROAD_FACTOR: Final = 1.3

CODES: Final = tuple(f"Z{number:02d}" for number in range(1, COUNT + 1))
RINGS: Final = np.repeat(np.arange(5), (1, 6, 12, 18, 23))
DENSITY: Final = np.array([0, 0, 1, 1, 2])[RINGS]
NAMES: Final = ZONE_NAMES


def _spiral() -> Floats:
    """List the centres of the honeycomb ring by ring, one step apart."""
    cells = [(0, 0)]
    for ring in range(1, 5):
        q, r = ring * _STEPS[4][0], ring * _STEPS[4][1]
        for step in _STEPS:
            for _ in range(ring):
                cells.append((q, r))
                q, r = q + step[0], r + step[1]
    axial = np.array(cells[:COUNT], dtype=np.float64)
    east = axial[:, 0] + axial[:, 1] / 2
    return np.column_stack([east, axial[:, 1] * np.sqrt(3) / 2])


def _stretch(points: Floats) -> Floats:
    """Turn honeycomb steps into kilometres: 2.4 km to the first ring, 20 to the rim."""
    radius = np.linalg.norm(points, axis=-1, keepdims=True)
    return points * (2.2 + 0.16 * radius**2)


def _to_degrees(km: Floats) -> Floats:
    latitude = CITY[0] + km[..., 1] / KM_PER_DEGREE
    longitude = CITY[1] + km[..., 0] / _EAST_SCALE
    return np.round(np.stack([latitude, longitude], axis=-1), 6)


def to_km(degrees: Floats) -> Floats:
    """Turn (latitude, longitude) into kilometres east and north of the centre."""
    east = (degrees[..., 1] - CITY[1]) * _EAST_SCALE
    return np.stack([east, (degrees[..., 0] - CITY[0]) * KM_PER_DEGREE], axis=-1)


def _corners() -> Floats:
    angles = np.radians(30 + 60 * np.arange(6))
    spokes = np.column_stack([np.cos(angles), np.sin(angles)]) / np.sqrt(3)
    return _to_degrees(_stretch(_spiral()[:, None, :] + spokes))


CORNERS: Final = _corners()
"""Corners of the zones in degrees: (60, 6, 2), latitude first, anticlockwise."""

CENTRES: Final = CORNERS.mean(axis=1)
DEPOT: Final = np.argmin(np.linalg.norm(to_km(CENTRES)[:, None, :] - DEPOT_KM, axis=-1), axis=1)


def polygon(zone: int) -> str:
    """Write a zone's outline as GeoJSON, longitude first."""
    ring = CORNERS[zone][:, ::-1].tolist()
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def random_points(rng: np.random.Generator, zone: Ints) -> Floats:
    """Draw a point in each given zone, evenly over its area; (n, 2) in degrees."""
    first = CORNERS - CENTRES[:, None, :]
    second = np.roll(first, -1, axis=1)
    areas = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
    wedge = pick_by_row(rng, np.abs(areas), zone)
    along = rng.random((len(zone), 2))
    along = np.where(along.sum(axis=1, keepdims=True) > 1, 1 - along, along)
    # Rounding must not push a point over the border.
    inward = 0.999 * along
    spread = inward[:, :1] * first[zone, wedge] + inward[:, 1:] * second[zone, wedge]
    return np.round(CENTRES[zone] + spread, 6)


def road_km(points: Floats, zone: Ints) -> Floats:
    """Estimate the road distance from the zone's depot to each point."""
    gap = to_km(points) - DEPOT_KM[DEPOT[zone]]
    return np.round(np.linalg.norm(gap, axis=-1) * ROAD_FACTOR, 2)


def postcodes() -> list[str]:
    """Make up one postcode per zone; the leading zero is part of it."""
    return [f"09{number:02d}{number % 7}" for number in range(1, COUNT + 1)]
