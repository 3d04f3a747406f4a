"""The way to each stop: minutes, kilometres, and which drops share a stop."""

from typing import Final

import numpy as np
import polars as pl

from .chance import Flags, stream
from .names import CHANNEL_OF_CARRIER, CHANNELS, SEGMENTS
from .truths import TRUTHS

MINUTES: Final = np.array([3.4, 3.9, 4.9])
KILOMETRES: Final = np.array([1.35, 1.9, 2.65])
SPREAD: Final = 0.30
SHARED_STOPS: Final = 0.03
SMALL_BUSINESS: Final = SEGMENTS.index("Small business")
THIRD_PARTY: Final = CHANNELS.index("third_party")


def add(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """Add `stop_id`, `leg_minutes` and `leg_km`; null where nobody drove.

    A drop handed over at the stop before has a leg of nothing.
    """
    rng = stream(seed, "legs", part)
    planted = np.zeros(frame.height, dtype=bool) if null else by_third_parties(frame)
    shares = np.where(planted, TRUTHS.cost.shared_stops, SHARED_STOPS)
    shared = rng.random(frame.height) < shares
    shared &= frame["stop_sequence"].to_numpy() > 1
    density = frame["density"].to_numpy()
    spread = rng.lognormal(-(SPREAD**2) / 2, SPREAD, (2, frame.height))
    factor = np.where(planted, TRUTHS.cost.leg_km_factor, 1.0)
    legs = {
        "leg_minutes": np.where(shared, 0.0, MINUTES[density] * spread[0]),
        "leg_km": np.where(shared, 0.0, KILOMETRES[density] * spread[1] * factor),
    }
    driven = pl.col("first_attempt_at").is_not_null()
    return frame.with_columns(
        _stop_ids(frame, shared),
        *(pl.when(driven).then(pl.Series(np.round(v, 2))).alias(k) for k, v in legs.items()),
    )


def by_third_parties(frame: pl.DataFrame) -> Flags:
    """Flag what third parties carry for small businesses: truth 4 makes it awkward."""
    channel = np.array(CHANNEL_OF_CARRIER)[frame["carrier"].to_numpy()]
    return (frame["segment"].to_numpy() == SMALL_BUSINESS) & (channel == THIRD_PARTY)


def burden(frame: pl.DataFrame, *, null: bool) -> pl.DataFrame:
    """Truth 4: third parties bring small businesses heavy goods, slowly, for less."""
    if null:
        return frame
    rows = pl.Series(by_third_parties(frame))
    truth = TRUTHS.cost
    factors = {
        "revenue": truth.revenue_factor,
        "weight_kg": truth.weight_factor,
        "service_minutes": truth.minutes_factor,
    }
    return frame.with_columns(
        pl.when(rows).then((pl.col(name) * factor).round(2)).otherwise(name).alias(name)
        for name, factor in factors.items()
    )


def _stop_ids(frame: pl.DataFrame, shared: Flags) -> pl.Expr:
    """Name stops by route and number; a shared stop keeps the name of the one before."""
    arrivals = (
        frame.select("route", "stop_sequence", arrives=~pl.Series(shared))
        .with_row_index("place")
        .sort("route", "stop_sequence")
        .with_columns(number=pl.col("arrives").cum_sum().over("route"))
        .sort("place")
    )
    return pl.concat_str(
        pl.col("route_id"), pl.lit("-"), arrivals["number"].cast(pl.String).str.zfill(2)
    ).alias("stop_id")
