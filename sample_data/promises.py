"""Promise changes: the customer's own reset the clock, all others never do."""

import polars as pl

from . import evidence
from .chance import Flags, Ints, stream
from .days import AS_OF_SECONDS, DAY_SECONDS
from .names import PUFFIN
from .truths import TRUTHS


def draw(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """List the changes of promises that are known by the end, whoever wanted them.

    Args:
        frame: The deliveries of one quarter, as `world.quarter` makes them.
        seed: Of the sample.
        part: The quarter.
        null: Plant no carrier that moves promises on the road.
    """
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
    if not null:
        changes = _with_moved(changes, frame, *evidence.moved(frame, seed, part))
    return changes.filter(pl.col("changed") <= AS_OF_SECONDS).sort("changed", "shipment_no")


def _with_moved(
    changes: pl.DataFrame, frame: pl.DataFrame, flags: Flags, moments: Ints
) -> pl.DataFrame:
    """Put the promises moved on the road in place of what else the carrier changed."""
    on_the_road = frame.with_columns(told=pl.Series(moments)).filter(pl.Series(flags))
    told = [
        pl.col("told").alias(one.meta.output_name())
        if one.meta.output_name() == "changed"
        else one
        for one in _change(DAY_SECONDS, "carrier")
    ]
    own = frame.filter(pl.col("carrier") == PUFFIN)["delivery_id"]
    theirs = (pl.col("requester") == "carrier") & pl.col("shipment_no").is_in(own.implode())
    return pl.concat([changes.filter(~theirs), on_the_road.select(told)])


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
