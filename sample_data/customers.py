"""Customers: where they live, which segment they belong to, and who changed it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from . import zones
from .chance import Flags, Floats, Ints, even_shares, pick, stream
from .days import QUARTERS, Quarter, day_number
from .names import PREMIUM, SEGMENTS
from .truths import TRUTHS

CUSTOMER_SHARES: Final = (0.58, 0.14, 0.10, 0.155, 0.025)
CHANGED_SHARE: Final = 0.03
MOVES: Final = {0: 1, 1: 0, 2: 4, 4: 2}
"""Which segment changes into which; Rural customers stay."""

DENSITY_SHARES: Final = (
    (0.36, 0.555, 0.085),
    (0.50, 0.46, 0.04),
    (0.35, 0.58, 0.07),
    (0.00, 0.05, 0.95),
    (0.30, 0.60, 0.10),
)
PREMIUM_HOT_SHARE: Final = 0.14
NEVER: Final = -1


@dataclass(frozen=True)
class Customers:
    """One element per customer; segments are positions in SEGMENTS."""

    segment: Ints
    later_segment: Ints
    changed_in: Ints
    changed_on: Ints
    zone: Ints
    home: Floats
    road_km: Floats
    quality: Ints

    def ordering(self, segment: int, quarter: Quarter) -> Ints:
        """List who may order in a quarter as a member of a segment.

        A customer orders nothing in the quarter of the change, so that segment is the
        same on the order day and on the promise day.
        """
        changed: Flags = (self.changed_in != NEVER) & (self.changed_in < quarter.number)
        now = np.where(changed, self.later_segment, self.segment)
        return np.flatnonzero((now == segment) & (self.changed_in != quarter.number))


def _zone_weights() -> Floats:
    pull = np.array([1.4, 1.0, 1.3, 0.8, 1.0])[zones.RINGS]
    table = np.zeros((len(SEGMENTS), zones.COUNT))
    for density in range(3):
        here = pull * (density == zones.DENSITY)
        table += np.outer(np.array(DENSITY_SHARES)[:, density], here / here.sum())
    hot = [zones.CODES.index(zone) for zone in TRUTHS.premium.hot_zones]
    table[PREMIUM] *= (1 - PREMIUM_HOT_SHARE) / (1 - table[PREMIUM, hot].sum())
    table[PREMIUM, hot] = PREMIUM_HOT_SHARE / 2
    return table


def _zones_of(rng: np.random.Generator, segment: Ints) -> Ints:
    zone = np.empty(len(segment), dtype=np.int64)
    for code, weights in enumerate(_zone_weights()):
        members = segment == code
        zone[members] = even_shares(rng, weights, int(members.sum()))
    return zone


def _change_days(rng: np.random.Generator, quarters: Ints) -> Ints:
    # Clear of the quarter's ends: orders are placed up to a week before the promise.
    starts = np.array([day_number(quarter.start) for quarter in QUARTERS])
    return starts[quarters] + rng.integers(15, 75, len(quarters))


def draw(deliveries: int, seed: int) -> Customers:
    """Draw the customers of a sample: about one for seven deliveries."""
    size = max(deliveries // 7, 8 * len(SEGMENTS))
    rng = stream(seed, "customers")
    segment = even_shares(rng, CUSTOMER_SHARES, size)
    zone = _zones_of(rng, segment)
    home = zones.random_points(rng, zone)
    later = np.array([MOVES.get(code, code) for code in range(len(SEGMENTS))])[segment]
    changes = (rng.random(size) < CHANGED_SHARE) & (later != segment)
    quarters = rng.integers(0, len(QUARTERS), size)
    quality = pick(rng, (0.90, 0.08, 0.02), size)
    return Customers(
        segment=segment,
        later_segment=np.where(changes, later, segment),
        changed_in=np.where(changes, quarters, NEVER),
        changed_on=_change_days(rng, quarters),
        zone=zone,
        home=np.where((quality == 1)[:, None], np.round(zones.CENTRES[zone], 6), home),
        road_km=zones.road_km(home, zone),
        quality=quality,
    )


def rows_by_segment(
    rng: np.random.Generator, customers: Customers, quarter: Quarter, counts: Ints
) -> Ints:
    """Draw who orders: `counts` deliveries per segment, some customers far more."""
    parts = []
    for code, count in enumerate(counts):
        members = customers.ordering(code, quarter)
        skewed = rng.random(int(count)) ** 1.6
        parts.append(members[(skewed * len(members)).astype(np.int64)])
    return np.concatenate(parts)
