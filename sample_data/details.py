"""The remaining columns of a delivery: goods, vehicle, proof, declared reasons."""

from typing import Final

import numpy as np
import polars as pl

from .chance import Floats, Ints, pick_by_row, stream
from .names import STATUSES

WEIGHT_KG: Final = np.array([1.6, 18.0, 5.5, 3.0])
VOLUME_L: Final = np.array([6.0, 160.0, 22.0, 14.0])
MINUTES_AT_DOOR: Final = np.array([2.4, 7.5, 3.2, 2.8])
VEHICLE_WEIGHTS: Final = (
    (0.40, 0.20, 0.25, 0.10, 0.05),
    (0.70, 0.25, 0.00, 0.00, 0.05),
    (0.70, 0.30, 0.00, 0.00, 0.00),
    (0.50, 0.30, 0.20, 0.00, 0.00),
    (0.75, 0.15, 0.00, 0.00, 0.10),
    (0.10, 0.00, 0.30, 0.60, 0.00),
    (0.45, 0.45, 0.10, 0.00, 0.00),
    (0.60, 0.30, 0.00, 0.00, 0.10),
)
FAILURE_WEIGHTS: Final = (0.46, 0.14, 0.10, 0.16, 0.06, 0.08)
PROOF_WEIGHTS: Final = (
    (1, 0, 0, 0, 0),
    (0.06, 0.55, 0.25, 0.14, 0),
    (0, 0, 0, 0, 1),
)
LOCKER: Final = 7
DELIVERED: Final = STATUSES.index("delivered")
FAILED: Final = STATUSES.index("failed")


def add(frame: pl.DataFrame, seed: int, part: int) -> pl.DataFrame:
    """Add measures and declared facts; `proof` and `failure` are positions."""
    rng = stream(seed, "details", part)
    product = frame["product"].to_numpy()
    status = frame["status"].to_numpy()
    size = frame.height
    proof = np.where(status == DELIVERED, 1 + (frame["carrier"].to_numpy() == LOCKER), 0)
    return frame.with_columns(
        weight_kg=_measure(rng, WEIGHT_KG[product], 0.5),
        volume_l=_measure(rng, VOLUME_L[product], 0.45),
        service_minutes=_measure(rng, MINUTES_AT_DOOR[product], 0.35),
        vehicle=pl.Series(_vehicles(frame, rng)),
        proof=pl.Series(pick_by_row(rng, PROOF_WEIGHTS, proof)),
        failure=pl.Series(_failures(rng, size)),
        has_segment=pl.Series(rng.random(size) >= 0.02),
    ).with_columns(
        service_minutes=pl.when(pl.col("first_attempt_at").is_not_null()).then("service_minutes"),
        failure=pl.when((pl.col("attempts") > 1) | (pl.col("status") == FAILED)).then("failure"),
    )


def _measure(rng: np.random.Generator, typical: Floats, spread: float) -> pl.Series:
    values = typical * rng.lognormal(0, spread, len(typical))
    return pl.Series(np.round(values, 2))


def _vehicles(frame: pl.DataFrame, rng: np.random.Generator) -> Ints:
    """Draw one vehicle per route."""
    route = frame["route"].to_numpy()
    first = np.unique(route, return_index=True)[1]
    carrier = frame["carrier"].to_numpy()[first]
    return pick_by_row(rng, VEHICLE_WEIGHTS, carrier)[route]


def _failures(rng: np.random.Generator, size: int) -> Ints:
    return pick_by_row(rng, (FAILURE_WEIGHTS,), np.zeros(size, dtype=np.int64))
