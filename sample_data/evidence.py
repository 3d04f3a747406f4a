"""Truth 8: what carriers declare, what they can prove, and whose promise they move.

Merlin says "recipient absent" of many first attempts where its vehicles never arrived. Puffin
moves promises on the road, so that it looks better by the last promise than by the one given.
"""

from typing import Final

import numpy as np
import polars as pl

from .chance import Flags, Floats, Ints, choose, stream
from .days import AS_OF_SECONDS, DAY_SECONDS
from .names import CARRIERS, FAILURES, MERLIN, PUFFIN, STATUSES
from .truths import TRUTHS

ABSENT: Final = FAILURES.index("recipient absent")
DELIVERED: Final = STATUSES.index("delivered")
MINUTE: Final = 60


def attempts(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """Let Merlin fail at as many first attempts as planted, and Puffin come the day after.

    Both happen on time or late as drawn before: only how often it was tried, and when,
    changes.
    """
    if null:
        return frame
    again = _tried_again(frame, stream(seed, "failed attempts", part))
    next_day = pl.col("due_at") + DAY_SECONDS
    late = (pl.col("carrier") == PUFFIN) & (pl.col("delivered_at") > next_day)
    half_way = (pl.col("out_for_delivery_at") + pl.col("delivered_at")) // 2
    within = next_day - (pl.col("window_seconds") * 0.5).cast(pl.Int64)
    return frame.with_columns(
        attempts=pl.when(again).then(2).otherwise("attempts").cast(pl.Int32),
        first_attempt_at=pl.when(again).then(half_way).otherwise("first_attempt_at"),
        delivered_at=pl.when(late).then(within).otherwise("delivered_at"),
        resolved_at=pl.when(late).then(within).otherwise("resolved_at"),
    )


def _tried_again(frame: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Choose kept promises of Merlin's that took a second attempt."""
    merlin = frame["carrier"].to_numpy() == MERLIN
    failed = merlin & (frame["attempts"].to_numpy() > 1)
    kept = (frame["attempts"].to_numpy() == 1) & ~frame["is_late"].to_numpy()
    wanted = round(TRUTHS.evidence.failed_share * int(merlin.sum())) - int(failed.sum())
    flags = np.zeros(frame.height, bool)
    flags[choose(rng, merlin & kept, wanted)] = True
    return pl.Series(flags)


def attempt_failed(frame: pl.DataFrame) -> Flags:
    """Flag the deliveries whose first attempt is known to have failed."""
    tried = pl.col("first_attempt_at").is_not_null()
    failed = (pl.col("attempts") > 1) | (pl.col("failure").is_not_null())
    return frame.select((tried & failed).fill_null(value=False)).to_series().to_numpy()


def declared(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """Let Merlin say "recipient absent" exactly as often as planted."""
    if null:
        return frame
    rng = stream(seed, "declared reasons", part)
    rows = attempt_failed(frame) & (frame["carrier"].to_numpy() == MERLIN)
    others = np.array([code for code in range(len(FAILURES)) if code != ABSENT])
    failure = frame["failure"].fill_null(0).to_numpy().copy()
    wrongly = rows & (failure == ABSENT)
    failure[wrongly] = rng.choice(others, int(wrongly.sum()))
    failure[choose(rng, rows, round(TRUTHS.evidence.absent_share * rows.sum()))] = ABSENT
    kept = pl.when(pl.col("failure").is_not_null()).then(pl.Series("failure", failure))
    return frame.with_columns(kept.alias("failure"))


def events(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """List what vehicles and handhelds recorded about first attempts that failed.

    Every such attempt was scanned, and most vehicles arrived before: `arrival` comes from
    the vehicle, `attempt` from the driver's handheld with the reason declared.
    """
    rng = stream(seed, "events", part)
    rows = attempt_failed(frame)
    lacking = _without_arrival(frame, rows, rng, null=null)
    tried = frame.select("delivery_id", "first_attempt_at", "failure", "latitude", "longitude")
    tried = tried.with_columns(
        wait=pl.Series(np.round(MINUTE * rng.uniform(1, 9, frame.height)).astype(np.int64)),
        sent=pl.Series(np.round(MINUTE * rng.lognormal(1.0, 1.0, frame.height)).astype(np.int64)),
    )
    attempts = tried.filter(pl.Series(rows)).select(*_event("attempt", 0))
    arrivals = tried.filter(pl.Series(rows & ~lacking)).select(*_event("arrival", 1))
    known = pl.col("received") <= AS_OF_SECONDS
    return pl.concat([attempts, arrivals]).filter(known).sort("happened", "shipment_no", "what")


def moved(frame: pl.DataFrame, seed: int, part: int) -> tuple[Flags, Ints]:
    """Choose the promises that Puffin moves on the road, and when; the moment per row."""
    rng = stream(seed, "moved on the road", part)
    truth = TRUTHS.evidence
    size, moment = frame.height, rng.random(frame.height)
    puffin = (frame["carrier"].to_numpy() == PUFFIN) & frame["is_due"].to_numpy()
    own = frame.select(
        by_customer=pl.col("moved_days") > 0,
        arrived=(pl.col("status") == DELIVERED) & pl.col("out_for_delivery_at").is_not_null(),
        saved=pl.col("is_late") & (pl.col("delivered_at") <= pl.col("due_at") + DAY_SECONDS),
    ).fill_null(value=False)
    may = puffin & own["arrived"].to_numpy() & ~own["by_customer"].to_numpy()
    saved = choose(rng, may & own["saved"].to_numpy(), round(truth.saved_share * puffin.sum()))
    on_time = may & ~frame["is_late"].to_numpy()
    rest = round(truth.moved_share * puffin.sum()) - len(saved)
    flags = np.zeros(size, bool)
    flags[saved] = True
    flags[choose(rng, on_time, rest)] = True
    return flags, _after_dispatch(frame, moment)


def _after_dispatch(frame: pl.DataFrame, share: Floats) -> Ints:
    """A moment on the road, before the promise runs out where there is such a moment."""
    start = pl.col("out_for_delivery_at") + 1
    end = pl.max_horizontal(start + 1, pl.min_horizontal("due_at", "delivered_at") - 1)
    found = start + (end - start) * pl.Series(share)
    return frame.select(found.fill_null(0).floor().cast(pl.Int64)).to_series().to_numpy()


def _without_arrival(
    frame: pl.DataFrame, rows: Flags, rng: np.random.Generator, *, null: bool
) -> Flags:
    """Flag attempts that no vehicle's arrival proves: an exact share, carrier by carrier."""
    truth = TRUTHS.evidence
    carrier, absent = (
        frame["carrier"].to_numpy(),
        (frame["failure"] == ABSENT).fill_null(value=False),
    )
    found = np.zeros(frame.height, bool)
    for code in range(len(CARRIERS)):
        for said, is_absent in ((absent.to_numpy(), True), (~absent.to_numpy(), False)):
            own = rows & (carrier == code) & said
            is_planted = code == MERLIN and is_absent and not null
            share = truth.unproven_share if is_planted else truth.unproven_elsewhere
            found[choose(rng, own, round(share * own.sum()))] = True
    return found


def _event(what: str, before: int) -> list[pl.Expr]:
    happened = pl.col("first_attempt_at") - before * pl.col("wait")
    reason = pl.Series(FAILURES)
    is_attempt = what == "attempt"
    return [
        pl.col("delivery_id").alias("shipment_no"),
        pl.lit(what).alias("what"),
        happened.alias("happened"),
        (happened + pl.col("sent")).alias("received"),
        pl.lit(1).alias("attempt_no"),
        (
            pl.col("failure").replace_strict(
                list(range(len(reason))), reason, return_dtype=pl.String, default=None
            )
            if is_attempt
            else pl.lit(None, pl.String)
        ).alias("reason"),
        pl.lit("handheld scan" if is_attempt else "vehicle position").alias("evidence"),
    ]
