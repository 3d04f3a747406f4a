"""Routes: who drives together on a day, and the luck they share."""

from typing import Final

import numpy as np
import polars as pl

from .chance import Floats, Ints, stream
from .names import CARRIERS, DEPOTS
from .truths import TRUTHS

STOPS: Final = 25
DRIVERS: Final = 40
MINUTES: Final = 4_000


def plan(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `route` (a position), `route_id`, `stop_sequence` and `group`.

    A depot's deliveries of one carrier and day are cut, in the order in which they fall
    due, into routes of up to 25 stops.
    """
    group = _groups(frame)
    minute = (frame["due_at"] // 60 - frame["day"] * 1440 + 200).to_numpy()
    order = np.argsort(group * MINUTES + minute, kind="stable")
    in_order = group[order]
    starts = np.flatnonzero(np.diff(in_order, prepend=-1))
    sizes = np.diff(starts, append=len(order))
    position = np.arange(len(order)) - np.repeat(starts, sizes)
    stop, number = position % STOPS, position // STOPS
    route_of = np.cumsum(stop == 0) - 1
    ids = _route_ids(in_order[stop == 0], number[stop == 0])
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    route = route_of[back]
    return frame.with_columns(
        group=pl.Series(group),
        route=pl.Series(route),
        route_id=ids.gather(route),
        stop_sequence=pl.Series(stop[back] + 1, dtype=pl.Int32),
    )


def _groups(frame: pl.DataFrame) -> Ints:
    depot_day = frame["day"].to_numpy() * len(DEPOTS) + frame["depot"].to_numpy()
    return depot_day * len(CARRIERS) + frame["carrier"].to_numpy()


def _route_ids(group: Ints, number: Ints) -> pl.Series:
    """Name routes by day, depot, carrier and number, as in 260714-NKES-02."""
    routes = pl.DataFrame({"group": group, "number": number}).select(
        day=pl.from_epoch(pl.col("group") // 32, time_unit="d"),
        depot=pl.col("group") // 8 % 4,
        carrier=pl.col("group") % 8,
        number=pl.col("number") + 1,
    )
    depots = pl.Series([name[0] for name in DEPOTS])
    carriers = pl.Series([name[:3].upper() for name in CARRIERS])
    return routes.select(
        pl.concat_str(
            pl.col("day").dt.strftime("%y%m%d-"),
            depots.gather(routes["depot"]),
            carriers.gather(routes["carrier"]),
            pl.lit("-"),
            pl.col("number").cast(pl.String).str.zfill(2),
        )
    ).to_series()


def shared_luck(frame: pl.DataFrame, seed: int, quarter: int) -> Floats:
    """Draw the noise of route-days and depot-days on the logit of lateness."""
    rng = stream(seed, "luck", quarter)
    route = frame["route"].to_numpy()
    depot_day = frame["group"].to_numpy() // len(CARRIERS)
    depot_day -= depot_day.min(initial=depot_day[0])
    by_depot = rng.normal(0, TRUTHS.world.depot_day_sd, depot_day.max() + 1)
    by_route = rng.normal(0, TRUTHS.world.route_day_sd, route.max() + 1)
    return by_route[route] + by_depot[depot_day]


def drivers(frame: pl.DataFrame, seed: int, quarter: int) -> Ints:
    """Draw a driver per route from its depot's and carrier's pool, as a number."""
    route = frame["route"].to_numpy()
    drawn = stream(seed, "drivers", quarter).integers(0, DRIVERS, route.max() + 1)
    return frame["group"].to_numpy() % 32 * DRIVERS + drawn[route]
