"""What each delivery earns and costs, in euros.

A carrier's charge and the own fleet's last mile are both costs, and never both booked:
who pays a carrier does not drive.
"""

from typing import Final

import numpy as np
import polars as pl

from .chance import Floats, stream
from .names import CHANNEL_OF_CARRIER, ECONOMY, STATUSES

LAST_MILE: Final = np.array([2.45, 3.30, 6.00])
SERVICE_EXTRA: Final = np.array([3.00, 1.30, 0.0, -0.40])
PRODUCT_FACTOR: Final = np.array([0.95, 1.50, 1.15, 1.05])
CARRIER_FACTOR: Final = np.array([0.93, 1.02, 1.04, 0.90, 0.98, 0.96, 1.0, 0.72])
LINEHAUL: Final = np.array([0.35, 0.50, 0.85])
SORTING: Final = np.array([0.30, 0.75, 0.42, 0.38])
OVERHEAD: Final = 0.45
REVENUE: Final = np.array([
    [9.90, 7.10, 5.50, 4.70],
    [11.90, 8.90, 6.90, 5.90],
    [9.90, 7.20, 5.70, 4.80],
    [9.90, 9.40, 9.40, 5.55],
    [9.90, 7.60, 6.20, 5.40],
])  # fmt: skip
BULKY_PRICE: Final = 2.40
IN_HOUSE: Final = 0
BULKY: Final = 1
SPREAD: Final = 0.15
OPEN, DELIVERED, LOST, CANCELLED = (
    STATUSES.index(name) for name in ("open", "delivered", "lost", "cancelled")
)

POOLS: Final = (
    "carrier_charge",
    "customer_credit",
    "cost_last_mile",
    "cost_linehaul",
    "cost_sorting",
    "cost_overhead",
    "cost_redelivery",
    "cost_returns",
    "cost_claims",
    "cost_contact",
    "cost_surcharge",
)


def add(frame: pl.DataFrame, seed: int, part: int) -> pl.DataFrame:
    """Add revenue and costs; null where nothing of the kind was booked."""
    rng = stream(seed, "costs", part)
    last_mile = _last_mile(frame, rng)
    status = frame["status"].to_numpy()
    in_house = np.array(CHANNEL_OF_CARRIER)[frame["carrier"].to_numpy()] == IN_HOUSE
    handed = frame["handed_over_at"].is_not_null().to_numpy()
    driven = frame["out_for_delivery_at"].is_not_null().to_numpy() | (status == LOST)
    columns = {
        "revenue": np.where(status == DELIVERED, _revenue(frame, rng), 0.0),
        "carrier_charge": np.where(driven & ~in_house, last_mile, np.nan),
        "cost_last_mile": np.where(driven & in_house, last_mile, np.nan),
        "cost_linehaul": np.where(handed, LINEHAUL[frame["density"].to_numpy()], 0.0),
        "cost_sorting": np.where(handed, SORTING[frame["product"].to_numpy()], 0.0),
        "cost_overhead": np.full(frame.height, OVERHEAD),
        **_mishaps(frame, rng),
    }
    return frame.with_columns(
        pl.Series(name, np.round(values, 2), nan_to_null=True) for name, values in columns.items()
    )


def usual(frame: pl.DataFrame) -> Floats:
    """What a delivery like this usually costs: known before it is made."""
    density, product = frame["density"].to_numpy(), frame["product"].to_numpy()
    return _usual_last_mile(frame) + LINEHAUL[density] + SORTING[product] + OVERHEAD


def of_arrived(frame: pl.DataFrame) -> tuple[Floats, Floats]:
    """All cost of each delivery that is no longer open (else 0), and 1 where it arrived."""
    total = pl.sum_horizontal(pl.col(name).fill_null(0.0) for name in POOLS)
    found = frame.select(
        total=pl.when(pl.col("status") != OPEN).then(total).otherwise(0.0),
        arrived=(pl.col("status") == DELIVERED).cast(pl.Float64),
    )
    return found["total"].to_numpy(), found["arrived"].to_numpy()


def _spread(rng: np.random.Generator, size: int) -> Floats:
    return rng.lognormal(-(SPREAD**2) / 2, SPREAD, size)


def _last_mile(frame: pl.DataFrame, rng: np.random.Generator) -> Floats:
    return _usual_last_mile(frame) * _spread(rng, frame.height)


def _usual_last_mile(frame: pl.DataFrame) -> Floats:
    base = LAST_MILE[frame["density"].to_numpy()] * PRODUCT_FACTOR[frame["product"].to_numpy()]
    extra = SERVICE_EXTRA[frame["service"].to_numpy()]
    factor = CARRIER_FACTOR[frame["carrier"].to_numpy()]
    return (base + extra) * factor


def _revenue(frame: pl.DataFrame, rng: np.random.Generator) -> Floats:
    price = REVENUE[frame["segment"].to_numpy(), frame["service"].to_numpy()]
    bulky = BULKY_PRICE * (frame["product"].to_numpy() == BULKY)
    return (price + bulky) * _spread(rng, frame.height)


def _mishaps(frame: pl.DataFrame, rng: np.random.Generator) -> dict[str, Floats]:
    """Price what goes wrong: second tries, returns, claims, calls and credits."""
    size = frame.height
    spread = _spread(rng, size)
    status = frame["status"].to_numpy()
    late = frame["is_late"].to_numpy() & (status != OPEN)
    tries = np.maximum(frame["attempts"].to_numpy() - 1, 0)
    came_back = frame["returned_at"].is_not_null().to_numpy()
    claimed = (status == LOST) | (rng.random(size) < 0.003)
    called = rng.random(size) < np.where(late, 0.20, 0.02)
    credited = late & (rng.random(size) < 0.35)
    bulky = frame["product"].to_numpy() == BULKY
    economy = frame["service"].to_numpy() == ECONOMY
    return {
        "cost_redelivery": _where(tries > 0, 2.60 * tries * spread),
        "cost_returns": _where(came_back, 2.90 * spread),
        "cost_claims": _where(claimed & (status != CANCELLED), 24.0 * spread**3),
        "cost_contact": _where(called, 4.20 * spread),
        "cost_surcharge": _where(bulky, np.where(economy, 0.40, 0.90)),
        "customer_credit": _where(credited, 3.00 * spread),
    }


def _where(happened: np.ndarray, amount: Floats) -> Floats:
    return np.where(happened, amount, np.nan)
