"""What finance books after the drop, and its ledger, which does not quite agree.

Returns and claims are booked one by one when their bill comes; until then they are
accrued. Some bills name a route only, and one a month names nothing at all.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from .chance import stream
from .days import AS_OF, AS_OF_SECONDS, DAY_SECONDS
from .dialect import MONEY, numbered
from .fleet import OWN
from .truths import TRUTHS

CLOSING_DAY: Final = AS_OF.date()
BOOKED_LATER: Final = {"returns": (1, 12), "claims": (5, 45)}
ON_DELIVERIES: Final = {
    "carrier_charge": "carrier_charge",
    "customer_credit": "customer_credit",
    "linehaul": "cost_linehaul",
    "sorting": "cost_sorting",
    "last_mile": "cost_last_mile",
    "redelivery": "cost_redelivery",
    "contact": "cost_contact",
    "surcharge": "cost_surcharge",
    "overhead": "cost_overhead",
}
NIGHT_SHARE: Final = 0.02
NIGHT_SUPPLEMENT: Final = 18.0
CONTROL_ROOM: Final = 0.12
"""Euros a drop of a month's bill that belongs to no delivery and no route."""


def bookings(frame: pl.DataFrame, seed: int, part: int) -> pl.DataFrame:
    """List a quarter's single bookings, sorted by day."""
    rng = stream(seed, "finance", part)
    found = [_late_bills(frame, pool, rng) for pool in BOOKED_LATER]
    found += [_night_routes(frame, rng), _control_room(frame)]
    return (
        pl.concat(found, how="diagonal")
        .filter(pl.col("booked") <= CLOSING_DAY)
        .sort("booked", "pool", "shipment_no", "tour_id", maintain_order=True)
        .with_row_index("row")
        .select(
            numbered(f"B{part + 1}", "row", 7).alias("booking_no"),
            "shipment_no",
            "tour_id",
            "pool",
            pl.col("amount").round(2).cast(MONEY),
            "booked",
            "estimated",
        )
    )


def _late_bills(frame: pl.DataFrame, pool: str, rng: np.random.Generator) -> pl.DataFrame:
    """Bill what went wrong some days after; accrue it where the bill is still to come."""
    first, last = BOOKED_LATER[pool]
    billed = frame.filter(pl.col(f"cost_{pool}").is_not_null())
    days = pl.Series(rng.integers(first, last + 1, billed.height))
    since = pl.coalesce("returned_at", "resolved_at", "due_at")
    moment = (since + days * DAY_SECONDS).clip(None, AS_OF_SECONDS)
    is_open = since + days * DAY_SECONDS > AS_OF_SECONDS
    return billed.select(
        pl.col("delivery_id").alias("shipment_no"),
        pl.lit(None, pl.String).alias("tour_id"),
        pl.lit(pool).alias("pool"),
        pl.col(f"cost_{pool}").alias("amount"),
        pl.from_epoch(moment, time_unit="s").dt.date().alias("booked"),
        is_open.alias("estimated"),
    )


def _night_routes(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Pay some of the own fleet's routes a supplement that names the route only."""
    own = frame.filter(pl.col("carrier") == OWN).select("route_id", "day").unique("route_id")
    own = own.sort("route_id")
    paid = own.filter(pl.Series(rng.random(own.height) < NIGHT_SHARE))
    return paid.select(
        pl.col("route_id").alias("tour_id"),
        pl.lit("last_mile").alias("pool"),
        pl.lit(NIGHT_SUPPLEMENT).alias("amount"),
        pl.from_epoch("day", time_unit="d").alias("booked"),
        pl.lit(value=False).alias("estimated"),
    )


def _control_room(frame: pl.DataFrame) -> pl.DataFrame:
    """Book one bill a month that belongs to the network as a whole."""
    day = pl.from_epoch("day", time_unit="d")
    return (
        frame.group_by(day.dt.month_end().alias("booked"))
        .agg(amount=CONTROL_ROOM * pl.len())
        .with_columns(pool=pl.lit("overhead"), estimated=pl.lit(value=False))
    )


def monthly(frame: pl.DataFrame, booked: pl.DataFrame) -> pl.DataFrame:
    """Sum what a quarter books, by month and pool, for the ledger."""
    month = pl.from_epoch("day", time_unit="d").dt.month_start()
    at_once = [
        frame.group_by(month.alias("month")).agg(
            pl.lit(pool).alias("pool"), pl.col(column).cast(MONEY).sum().alias("amount")
        )
        for pool, column in ON_DELIVERIES.items()
    ]
    later = booked.group_by(pl.col("booked").dt.month_start().alias("month"), "pool").agg(
        pl.col("amount").sum()
    )
    columns = [pl.col("month"), pl.col("pool"), pl.col("amount").cast(MONEY)]
    return pl.concat([one.select(columns) for one in (*at_once, later)])


def ledger(parts: Iterable[pl.DataFrame], *, null: bool) -> pl.DataFrame:
    """Write the closed months' ledger, with decimal commas; truth 4 is off in one month."""
    truth = TRUTHS.cost
    is_off = (pl.col("month") == date.fromisoformat(truth.ledger_month)) & (
        pl.col("pool") == truth.ledger_pool
    )
    off = pl.lit(0 if null else truth.ledger_difference).cast(MONEY)
    amount = pl.col("amount") + pl.when(is_off).then(off).otherwise(pl.lit(0).cast(MONEY))
    return (
        pl.concat(parts)
        .group_by("month", "pool")
        .agg(pl.col("amount").sum())
        .filter(pl.col("month") <= CLOSING_DAY)
        .sort("month", "pool")
        .select(
            "month",
            "pool",
            amount.cast(pl.Decimal(18, 2)).cast(pl.String).str.replace(".", ",", literal=True),
        )
    )
