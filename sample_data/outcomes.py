"""How each delivery ends, and when: late or not, delivered or lost on the way.

Late is drawn first; every way of not arriving is a share of the late ones, so that a
carrier cannot look better by losing parcels. Times are UTC seconds, null = never.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from . import trial_effects
from .chance import Flags, Floats, Ints, choose, pick_by_row, stream
from .days import AS_OF_SECONDS, DAY_SECONDS, utc_seconds
from .names import PLOVER, STATUSES
from .truths import TRUTHS

if TYPE_CHECKING:
    from .world import Options

HOUR: Final = 3_600
RESCHEDULED_SHARE: Final = 0.40
LONGEST_MINUTES: Final = 280
LONGEST_EVENING_MINUTES: Final = 110
TYPICAL_MINUTES: Final = 55
TOP_UP_DAYS: Final = 21

DELIVERED, FAILED, RETURNED, LOST, CANCELLED = (
    STATUSES.index(name) for name in ("delivered", "failed", "returned", "lost", "cancelled")
)
_PREFIX: Final = "chance of "
CHANCES: Final = (
    "reschedule",
    "retry",
    "moment",
    "second moment",
    "early",
    "attempt",
    "dispatch",
    "handover",
    "ending",
    "customer return",
)


def draw(frame: pl.DataFrame, late_share: Floats, options: "Options", part: int) -> pl.DataFrame:
    """Add how each delivery truly ends, also after the sample's last moment.

    Adds `is_late`, `ending` (position in STATUSES), `attempts` and the times.
    """
    rng = stream(options.seed, "outcomes", part)
    late = rng.random(frame.height) < late_share
    late = trial_effects.lateness(frame, late, options, part)
    ending = _endings(rng, frame, late, late_share)
    chances = {_PREFIX + name: pl.Series(rng.random(frame.height)) for name in CHANCES}
    frame = frame.with_columns(
        is_late=pl.Series(late),
        ending=pl.Series(ending),
        next_morning=pl.Series(_next_morning(frame)),
        **chances,
    )
    frame = frame.with_columns(attempts=_attempts(), late_seconds=_late_seconds())
    frame = frame.with_columns(delivered_at=_delivered_at())
    frame = frame.with_columns(first_attempt_at=_first_attempt_at())
    frame = frame.with_columns(out_for_delivery_at=_out_for_delivery_at())
    frame = frame.with_columns(
        handed_over_at=_handed_over_at(),
        cancelled_at=_cancelled_at(),
        returned_at=_returned_at(),
    )
    return frame.with_columns(resolved_at=_resolved_at()).drop(chances)


def _next_morning(frame: pl.DataFrame) -> Ints:
    nine = np.full(frame.height, 9 * 60)
    return utc_seconds(frame["day"].to_numpy() + 1, nine)


def _endings(
    rng: np.random.Generator, frame: pl.DataFrame, late: Flags, late_share: Floats
) -> Ints:
    """Draw endings: the undelivered shares of all deliveries fall on the late ones."""
    early = frame["is_cancelled_early"].to_numpy()
    truth = TRUTHS.endings
    shares = np.array(
        [
            truth.failed_share,
            truth.returned_undelivered_share,
            truth.lost_share,
            truth.cancelled_after_promise_share,
        ]
    )
    per_late = shares * len(late) / late_share[~early].sum()
    table = np.array([(1, 0, 0, 0, 0), (1 - per_late.sum(), *per_late)])
    drawn = pick_by_row(rng, table, late.astype(np.int64)) + DELIVERED
    return np.where(early, CANCELLED, drawn)


def _chance(name: str) -> pl.Expr:
    return pl.col(_PREFIX + name)


def _seconds(value: pl.Expr) -> pl.Expr:
    return value.round().cast(pl.Int64)


def _ends(*endings: int) -> pl.Expr:
    return pl.col("ending").is_in(endings)


def _rescheduled() -> pl.Expr:
    return pl.col("is_late") & (_chance("reschedule") < RESCHEDULED_SHARE)


def _attempts() -> pl.Expr:
    """Count the tries it takes; a locker takes what it gets."""
    retried = _chance("retry")
    on_time = pl.when((retried < 0.02) & (pl.col("lead_days") > 0)).then(2).otherwise(1)
    late = pl.when(retried < 0.85).then(2).otherwise(3)
    undelivered = pl.when(retried < 0.6).then(2).otherwise(3)
    return (
        pl.when(_ends(LOST, CANCELLED))
        .then(0)
        .when(_ends(FAILED, RETURNED))
        .then(undelivered)
        .when(_rescheduled())
        .then(late)
        .when(pl.col("is_late") | (pl.col("carrier") == PLOVER))
        .then(1)
        .otherwise(on_time)
        .cast(pl.Int32)
    )


def _late_seconds() -> pl.Expr:
    """Draw by how much a first try comes too late: whole minutes less some seconds.

    Nobody rings at night: exponential, cut off at the end of the working day.
    """
    longest = pl.when("is_evening").then(LONGEST_EVENING_MINUTES).otherwise(LONGEST_MINUTES)
    cut = 1 - (-longest / TYPICAL_MINUTES).exp()
    minutes = (-TYPICAL_MINUTES * (1 - _chance("moment") * cut).log()).ceil()
    return _seconds(minutes.clip(1) * 60 - (_chance("second moment") * 59).floor())


def _delivered_at() -> pl.Expr:
    """Find the handover to the customer."""
    in_window = 0.02 + 0.98 * ((_chance("moment") + _chance("second moment")) / 2)
    slightly_early = _chance("early") < 0.04
    kept = pl.col("committed_from") + pl.when(slightly_early).then(
        -900 * _chance("moment")
    ).otherwise(in_window * pl.col("window_seconds"))
    working_hours = (11 * HOUR * _chance("second moment")).floor()
    a_day_early = pl.when(_chance("early") < 0.15).then(2).otherwise(1)
    kept_day = pl.col("next_morning") - a_day_early * DAY_SECONDS + working_hours
    tries = pl.max_horizontal("attempts", pl.lit(2)) - 2
    late_day = pl.col("next_morning") + tries * DAY_SECONDS + working_hours
    late = pl.col("committed_by") + pl.col("late_seconds")
    is_late, is_date = pl.col("is_late"), pl.col("promise_is_date")
    found = (
        pl.when(is_late & (is_date | _rescheduled()))
        .then(late_day)
        .when(is_late)
        .then(late)
        .when(is_date)
        .then(kept_day)
        .otherwise(kept)
    )
    return pl.when(_ends(DELIVERED)).then(_seconds(found.floor()))


def _first_attempt_at() -> pl.Expr:
    """Find the first try: the delivery itself, or an earlier one that failed."""
    tries = pl.col("attempts")
    in_window = pl.col("committed_from") + _chance("attempt") * pl.col("window_seconds")
    on_day = pl.col("next_morning") - DAY_SECONDS + 10 * HOUR * _chance("attempt")
    failed = pl.when("promise_is_date").then(on_day).otherwise(in_window)
    hours_before = pl.col("delivered_at") - HOUR * (1 + 2 * _chance("attempt"))
    return (
        pl.when(tries == 1)
        .then("delivered_at")
        .when((tries > 1) & ~pl.col("is_late"))
        .then(_seconds(hours_before))
        .when(tries > 1)
        .then(_seconds(failed))
    )


def _out_for_delivery_at() -> pl.Expr:
    ordered = pl.col("ordered_at")
    end = pl.col("first_attempt_at")
    half_way = ordered + 0.6 * (end - ordered)
    shortly_before = end - HOUR * (0.3 + 3.7 * _chance("dispatch"))
    return _seconds(pl.max_horizontal(half_way, shortly_before))


def _handed_over_at() -> pl.Expr:
    """Find when the carrier got it; lost parcels were handed over too."""
    ordered = pl.col("ordered_at")
    until = pl.col("out_for_delivery_at").fill_null(pl.col("committed_from"))
    share = 0.3 + 0.5 * _chance("handover")
    found = _seconds(ordered + share * (until - ordered))
    return pl.when(_ends(CANCELLED)).then(None).otherwise(found)


def _cancelled_at() -> pl.Expr:
    """Before the first promise, or up to five days after the committed one."""
    ordered = pl.col("ordered_at")
    early = ordered + 0.9 * _chance("ending") * (pl.col("promised_by") - ordered)
    after = pl.col("due_at") + HOUR * (1 + 119 * _chance("ending"))
    moment = pl.when("is_cancelled_early").then(early).otherwise(after)
    return pl.when(_ends(CANCELLED)).then(_seconds(moment))


def _returned_at() -> pl.Expr:
    """Sent back after 5 to 12 days, or returned by the customer 2 to 20 days later."""
    days = _chance("ending")
    sent_back = pl.col("next_morning") + DAY_SECONDS * (5 + 7 * days)
    truth = TRUTHS.endings
    undelivered = truth.failed_share + truth.returned_undelivered_share + truth.lost_share
    arrives = 1 - truth.cancelled_share - undelivered
    wanted = _chance("customer return") < truth.customer_return_share / arrives
    by_customer = pl.col("delivered_at") + DAY_SECONDS * (2 + 18 * days)
    return (
        pl.when(_ends(RETURNED))
        .then(_seconds(sent_back))
        .when(_ends(DELIVERED) & wanted)
        .then(_seconds(by_customer))
    )


def _resolved_at() -> pl.Expr:
    """Find the moment from which the TMS knows the ending."""
    chance = _chance("ending")
    given_up = pl.col("due_at") + DAY_SECONDS * (2 + 3 * chance)
    missed = pl.col("due_at") + DAY_SECONDS * (10 + 10 * chance)
    return (
        pl.when(_ends(CANCELLED))
        .then("cancelled_at")
        .when(_ends(RETURNED))
        .then("returned_at")
        .when(_ends(FAILED))
        .then(_seconds(given_up))
        .when(_ends(LOST))
        .then(_seconds(missed))
        .otherwise("delivered_at")
    )


def known_at_the_end(frame: pl.DataFrame) -> pl.DataFrame:
    """Cut everything off that happens after the sample's last moment."""
    known = pl.col("resolved_at") <= AS_OF_SECONDS
    tried = pl.col("first_attempt_at") <= AS_OF_SECONDS
    tries_so_far = pl.when(known).then("attempts").otherwise(tried.cast(pl.Int32))
    times = [
        "handed_over_at",
        "out_for_delivery_at",
        "first_attempt_at",
        "delivered_at",
        "cancelled_at",
        "returned_at",
    ]
    cut = [pl.when(pl.col(name) <= AS_OF_SECONDS).then(name).alias(name) for name in times]
    return frame.with_columns(
        *cut,
        status=pl.when(known).then("ending").otherwise(0).cast(pl.UInt8),
        attempts=tries_so_far.fill_null(0),
    )


def leave_open(frame: pl.DataFrame, wanted: int, seed: int) -> pl.DataFrame:
    """Lose sight of some recent late deliveries, until `wanted` are open and overdue."""
    is_open = frame["status"].to_numpy() == 0
    overdue = is_open & frame["is_due"].to_numpy()
    since = AS_OF_SECONDS - TOP_UP_DAYS * DAY_SECONDS
    recent = (frame["due_at"].to_numpy() > since) & frame["is_late"].to_numpy()
    arrived = (frame["status"].to_numpy() == DELIVERED) & frame["is_due"].to_numpy()
    chosen = choose(stream(seed, "stuck"), recent & arrived, wanted - int(overdue.sum()))
    stuck = np.zeros(frame.height, dtype=bool)
    stuck[chosen] = True
    once = pl.col("attempts") == 1
    here = pl.Series(stuck)
    return frame.with_columns(
        status=pl.when(here).then(0).otherwise("status").cast(pl.UInt8),
        delivered_at=pl.when(~here).then("delivered_at"),
        returned_at=pl.when(~here).then("returned_at"),
        first_attempt_at=pl.when(~(here & once)).then("first_attempt_at"),
        attempts=pl.when(here).then(pl.when(once).then(0).otherwise(1)).otherwise("attempts"),
    )
