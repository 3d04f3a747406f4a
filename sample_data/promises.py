"""Promise changes: the customer's own reset the clock, all others never do."""

import polars as pl

from .chance import stream
from .days import AS_OF_SECONDS, DAY_SECONDS
from .truths import TRUTHS


def draw(frame: pl.DataFrame, seed: int, part: int) -> pl.DataFrame:
    """List the changes of promises that are known by the end, whoever wanted them."""
    rng = stream(seed, "promises", part)
    chance, moment = rng.random((2, frame.height))
    truth = TRUTHS.promise_changes
    by_carrier = chance < truth.carrier_share
    by_shipper = ~by_carrier & (chance < truth.carrier_share + truth.shipper_share)
    frame = frame.with_columns(moment=pl.Series(moment))
    customers = frame.filter(pl.col("moved_days") > 0).select(*_change(0, "customer"))
    others = [
        frame.filter(pl.Series(rows)).select(*_change(DAY_SECONDS, who))
        for rows, who in ((by_carrier, "carrier"), (by_shipper, "shipper"))
    ]
    changes = pl.concat([customers, *others])
    return changes.filter(pl.col("changed") <= AS_OF_SECONDS).sort("changed", "shipment_no")


def _change(later: int, who: str) -> list[pl.Expr]:
    """Place a change before the first promise; carriers tell shortly before it."""
    ordered, promised = pl.col("ordered_at"), pl.col("promised_by")
    until = pl.min_horizontal(promised, pl.lit(AS_OF_SECONDS))
    share = {"customer": 0.85, "shipper": 0.5, "carrier": 0.1}[who]
    first = {"customer": 0.05, "shipper": 0.3, "carrier": 0.88}[who]
    moment = ordered + (first + share * pl.col("moment")) * (until - ordered)
    timed_from = pl.when(~pl.col("promise_is_date")).then(pl.col("committed_from") + later)
    return [
        pl.col("delivery_id").alias("shipment_no"),
        moment.round().cast(pl.Int64).alias("changed"),
        timed_from.alias("new_from"),
        (pl.col("committed_by") + later).alias("new_by"),
        pl.lit(who).alias("requester"),
    ]
