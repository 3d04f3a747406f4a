"""Routes as the TMS exports them: what was paid for, and what driving it took.

The own fleet's paid minutes are such that its routes cost what its drops were booked at.
"""

from typing import Final

import polars as pl

from . import names
from .chance import stream

PER_MINUTE: Final = 0.36
PER_KM: Final = 0.18
STEM_MINUTES: Final = 1.3
STEM_KM: Final = 0.7
SLACK: Final = 1.08
OWN: Final = names.WREN


def routes(frame: pl.DataFrame, seed: int, part: int) -> pl.DataFrame:
    """List the routes of a quarter's deliveries, in the TMS's words."""
    found = (
        frame.group_by("route", maintain_order=True)
        .agg(
            pl.col("route_id", "day", "depot", "carrier", "vehicle", "driver").first(),
            drops=pl.len(),
            minutes=(pl.col("leg_minutes") + pl.col("service_minutes")).sum(),
            km=pl.col("leg_km").sum(),
            booked=pl.col("cost_last_mile").sum(),
        )
        .sort("route_id")
    )
    spread = stream(seed, "fleet", part).lognormal(0, 0.15, found.height)
    found = found.with_columns(
        stem_min=(STEM_MINUTES * pl.col("drops") * pl.Series(spread)).round(1),
        stem_km=(STEM_KM * pl.col("drops") * pl.Series(spread)).round(1),
    )
    found = found.with_columns(paid_min=_paid_minutes())
    return found.select(
        pl.col("route_id").alias("tour_id"),
        pl.from_epoch("day", time_unit="d").alias("tour_date"),
        _named("depot", names.DEPOTS).alias("depot_name"),
        _named("carrier", names.CARRIERS).alias("carrier_name"),
        _named("vehicle", names.VEHICLES).alias("vehicle"),
        pl.concat_str(pl.lit("V"), pl.col("driver").cast(pl.String).str.zfill(4)).alias(
            "driver_ref"
        ),
        "paid_min",
        "stem_min",
        "stem_km",
        rate_min=pl.lit(f"{PER_MINUTE}"),
        rate_km=pl.lit(f"{PER_KM}"),
        fixed=_fixed().round(2),
    )


def _paid_minutes() -> pl.Expr:
    """What the booked cost pays for; other carriers keep a little more than they need."""
    needed = (pl.col("minutes") + pl.col("stem_min")) * SLACK
    own = pl.when(pl.col("carrier") == OWN).then(_for_minutes() / PER_MINUTE).otherwise(needed)
    return ((own * 10).floor() / 10).round(1)


def _for_minutes() -> pl.Expr:
    km = pl.col("km") + pl.col("stem_km")
    return (pl.col("booked") - PER_KM * km).clip(0)


def _fixed() -> pl.Expr:
    """The rest of the own fleet's booked cost, under a minute's worth."""
    rest = _for_minutes() - PER_MINUTE * pl.col("paid_min")
    return pl.when(pl.col("carrier") == OWN).then(rest.clip(0)).otherwise(0.0)


def _named(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).cast(pl.Int64).replace_strict(dict(enumerate(words)))
