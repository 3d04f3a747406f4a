"""The world of a sample, quarter by quarter: everything the files are written from."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from . import (
    carriers,
    costs,
    customers,
    details,
    effects,
    evidence,
    forecasts,
    lateness,
    legs,
    outcomes,
    plan,
    proofs,
    routes,
    trial_effects,
    trials,
)
from .chance import stream
from .days import QUARTERS
from .dialect import numbered
from .names import CHANNEL_OF_CARRIER
from .truths import open_and_overdue

FEWEST_DELIVERIES: Final = 400


@dataclass(frozen=True)
class Options:
    """What sample to make.

    Attributes:
        deliveries: Clean deliveries; dirty rows come on top. At least 400.
        seed: The same seed gives the same rows in the same order.
        null: Plant nothing: no carrier, zone or quarter differs but by chance.
    """

    deliveries: int = 400_000
    seed: int = 1
    null: bool = False

    def __post_init__(self) -> None:
        """Refuse samples too small to hold the world."""
        if self.deliveries < FEWEST_DELIVERIES:
            found = f"a sample of {self.deliveries} deliveries"
            message = f"{found} was asked for; at least {FEWEST_DELIVERIES} are needed"
            raise ValueError(message)


def quarter(who: customers.Customers, options: Options, number: int) -> pl.DataFrame:
    """Make the deliveries promised in one quarter (the last holds later ones too).

    One row per delivery, sorted by order time. Besides what the files show it holds
    `late_probability`, `is_late` and `committed_by`: what truly happened, and why.
    """
    sizes, later = plan.sizes(options.deliveries)
    seed = options.seed
    frame = plan.draw(who, QUARTERS[number], int(sizes[number]), seed)
    if number == len(QUARTERS) - 1:
        ahead = plan.draw_later(who, later, seed)
        frame = pl.concat([frame, ahead.with_columns(pl.col("order") + frame.height)])
    frame = _carried(frame, options, number)
    frame = outcomes.known_at_the_end(frame)
    if number == len(QUARTERS) - 1:
        wanted = open_and_overdue(options.deliveries)
        frame = outcomes.leave_open(frame, wanted, seed)
    frame = trial_effects.cost(costs.add(frame, seed, number), options, number)
    frame = details.add(frame, seed, number)
    frame = proofs.add(frame, seed, number, null=options.null)
    frame = evidence.declared(frame, seed, number, null=options.null)
    frame = legs.add(frame, seed, number, null=options.null)
    frame = legs.burden(frame, null=options.null)
    return _identified(frame, int(sizes[:number].sum()), seed, number)


def _carried(frame: pl.DataFrame, options: Options, number: int) -> pl.DataFrame:
    """Give every delivery a carrier, a route, a chance of being late and an end."""
    this = QUARTERS[number]
    share = effects.kestrel_share(this, null=options.null)
    rng = stream(options.seed, "carriers", number)
    frame = routes.plan(carriers.assign(frame, share, rng))
    strained = forecasts.strained(frame, this, options.seed, null=options.null)
    frame = frame.with_columns(is_strained=pl.Series(strained))
    late = lateness.probability(frame, this, options.seed, null=options.null)
    frame = frame.with_columns(late_probability=pl.Series(late))
    frame = trials.deal(frame, options, number)
    frame = outcomes.draw(frame, late, options, number)
    return evidence.attempts(frame, options.seed, number, null=options.null)


def _identified(frame: pl.DataFrame, before: int, seed: int, number: int) -> pl.DataFrame:
    """Sort by order time and name everything."""
    channels = pl.Series(CHANNEL_OF_CARRIER)
    return (
        frame.with_columns(
            channel=channels.gather(frame["carrier"]),
            driver=pl.Series(routes.drivers(frame, seed, number)),
        )
        .sort("ordered_at", "order", maintain_order=True)
        .with_row_index("number", offset=before + 1)
        .with_columns(
            numbered("D", "number").alias("delivery_id"),
            numbered("O", pl.col("order").rle_id() + before + 1).alias("order_id"),
            numbered("C", "customer", 7).alias("customer_id"),
            numbered("V", "driver", 4).alias("driver_id"),
        )
    )
