"""Carriers: who carries what. Heron drives the rim, Swift the small parcels in the core.

Wren, the own fleet, holds over a third of every zone, so that each carrier can be
compared with another one on the same streets.
"""

from typing import Final

import numpy as np
import polars as pl

from .chance import Flags, Floats, Ints, choose, pick_by_row
from .names import CARRIERS, KESTREL, PREMIUM, WREN
from .truths import TRUTHS
from .zones import CODES

#                       Kes  Osp  Her  Swi  Mer  Puf  Wre  Plo
CORE_SMALL: Final = (0.02, 0.03, 0.00, 0.57, 0.02, 0.02, 0.31, 0.05)
CORE_OTHER: Final = (0.04, 0.12, 0.00, 0.00, 0.18, 0.04, 0.58, 0.04)
SUBURB_SMALL: Final = (0.04, 0.11, 0.055, 0.07, 0.18, 0.04, 0.415, 0.10)
SUBURB_OTHER: Final = (0.05, 0.13, 0.10, 0.00, 0.22, 0.04, 0.45, 0.03)
RURAL: Final = (0.00, 0.02, 0.49, 0.00, 0.04, 0.00, 0.44, 0.01)
PREMIUM_ALL: Final = (0.00, 0.17, 0.00, 0.00, 0.08, 0.14, 0.56, 0.05)

NO_LOCKER_PRODUCTS: Final = (1, 2)
SPEED_FACTORS: Final = {"Puffin": (2.5, 2.0, 0.6, 0.2), "Plover": (0.0, 0.5, 1.2, 1.4)}


def _weights() -> Floats:
    """Weigh carriers by segment, density, product and service: (5, 3, 4, 4, 8)."""
    table = np.empty((5, 3, 4, 4, len(CARRIERS)))
    table[:, 0], table[:, 1], table[:, 2] = CORE_OTHER, SUBURB_OTHER, RURAL
    table[:, 0, 0], table[:, 1, 0] = CORE_SMALL, SUBURB_SMALL
    table[PREMIUM] = PREMIUM_ALL
    table[:, :, NO_LOCKER_PRODUCTS, :, CARRIERS.index("Plover")] = 0.0
    for carrier, factors in SPEED_FACTORS.items():
        table[..., CARRIERS.index(carrier)] *= np.array(factors)
    return table


_TABLE: Final = _weights().reshape(-1, len(CARRIERS))


def in_hot_zones(frame: pl.DataFrame) -> Flags:
    """Flag Premium evening deliveries in the two adjacent zones of truth 1."""
    hot = [CODES.index(zone) for zone in TRUTHS.premium.hot_zones]
    here = pl.col("zone").is_in(hot) & pl.col("is_evening")
    return frame.select(here & (pl.col("segment") == PREMIUM)).to_series().to_numpy()


def assign(frame: pl.DataFrame, kestrel_share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Add `carrier`; truth 1's two carriers get their Premium shares exactly."""
    parts = [frame[name].to_numpy() for name in ("segment", "density", "product", "service")]
    cell = np.ravel_multi_index(tuple(part.astype(np.int64) for part in parts), (5, 3, 4, 4))
    carrier = pick_by_row(rng, _TABLE, cell)
    premium = parts[0] == PREMIUM
    due = frame["is_due"].to_numpy()
    hot = in_hot_zones(frame)
    for rows in (premium & due, premium & ~due):
        _share_out(carrier, rows, hot, kestrel_share, rng)
    return frame.with_columns(carrier=pl.Series(carrier, dtype=pl.UInt8))


def _share_out(
    carrier: Ints,
    premium: Flags,
    hot: Flags,
    kestrel_share: float,
    rng: np.random.Generator,
) -> None:
    """Set Osprey and Kestrel among the given Premium rows, in place."""
    truth = TRUTHS.premium
    osprey = CARRIERS.index(truth.hot_carrier)
    total = int(premium.sum())
    carrier[premium & hot & (carrier == osprey)] = WREN
    chosen = choose(rng, premium & hot, round(truth.hot_share * total))
    carrier[chosen] = osprey
    rest = premium.copy()
    rest[chosen] = False
    carrier[choose(rng, rest, round(kestrel_share * total))] = KESTREL
