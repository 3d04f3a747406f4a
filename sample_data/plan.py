"""What is ordered and promised: one row per delivery, before anyone carries it."""

from typing import Final

import numpy as np
import polars as pl

from . import zones
from .chance import Array, Floats, Ints, pick, pick_by_row, stream
from .customers import Customers, rows_by_segment
from .days import (
    AS_OF_SECONDS,
    QUARTERS,
    Quarter,
    day_number,
    utc_midnight,
    utc_seconds,
    volume_weights,
)
from .names import ECONOMY
from .truths import TRUTHS

SEGMENT_SHARES: Final = (0.46, 0.16, 0.16, 0.12, 0.10)
QUARTER_SHARES: Final = np.array([1.06, 0.96, 0.99, 0.99, 1.05, 0.95, 1.0, 1.0]) / 8
NOT_YET_DUE_SHARE: Final = 0.0012
SERVICE_SHARES: Final = (
    (0.00, 0.10, 0.55, 0.35),
    (0.45, 0.35, 0.20, 0.00),
    (0.00, 0.25, 0.60, 0.15),
    (0.00, 0.00, 0.45, 0.55),
    (0.00, 0.20, 0.70, 0.10),
)
PRODUCT_SHARES: Final = (
    (0.72, 0.12, 0.06, 0.10),
    (0.60, 0.08, 0.20, 0.12),
    (0.62, 0.18, 0.04, 0.16),
    (0.66, 0.18, 0.06, 0.10),
    (0.55, 0.25, 0.05, 0.15),
)
# Local minutes at which the window ends, its length, and how often it is bought.
WINDOWS: Final = np.array([
    (660, 120), (780, 120), (900, 120), (1020, 120), (1200, 120), (1320, 120),
    (900, 240), (1020, 240), (1320, 240),
    (780, 240), (1020, 240), (1260, 180),
    (1440, 1440),
])  # fmt: skip
WINDOW_SHARES: Final = (
    (0.12, 0.14, 0.16, 0.16, 0.21, 0.21, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 0.30, 0.30, 0.40, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0.35, 0.40, 0.25, 0),
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
)
EVENING_FROM: Final = 1080
TWIN_SHARE: Final = 0.02


def _counts(shares: tuple[float, ...], total: int) -> Ints:
    """Split a total into whole parts that add up to it."""
    edges = np.rint(np.cumsum((0.0, *shares)) * total).astype(np.int64)
    return np.diff(edges)


def sizes(deliveries: int) -> tuple[Ints, int]:
    """Count the deliveries promised in each quarter, and those promised after it all."""
    later = max(round(deliveries * NOT_YET_DUE_SHARE), 1)
    return _counts(tuple(QUARTER_SHARES), deliveries - later), later


def draw(customers: Customers, quarter: Quarter, size: int, seed: int) -> pl.DataFrame:
    """Draw the deliveries whose committed promise falls in a quarter."""
    rng = stream(seed, "plan", quarter.number)
    counts = _counts(SEGMENT_SHARES, size)
    segment = np.repeat(np.arange(len(counts)), counts)
    days = quarter.days[pick(rng, volume_weights(quarter.days), size)]
    service = pick_by_row(rng, SERVICE_SHARES, segment)
    lead = _lead_days(rng, service)
    who = rows_by_segment(rng, customers, quarter, counts)
    return _finish(_orders(rng, segment, days, service, lead, who), customers, rng)


def draw_later(customers: Customers, size: int, seed: int) -> pl.DataFrame:
    """Draw what is ordered by the end of the sample and promised for later days."""
    quarter = QUARTERS[-1]
    rng = stream(seed, "plan", len(QUARTERS))
    counts = _counts(SEGMENT_SHARES, size)
    segment = np.repeat(np.arange(len(counts)), counts)
    service = np.where(rng.random(size) < 0.4, ECONOMY, ECONOMY - 1)
    lead = _lead_days(rng, service)
    days = day_number(quarter.end) + (rng.random(size) * lead).astype(np.int64)
    who = rows_by_segment(rng, customers, quarter, counts)
    return _finish(_orders(rng, segment, days, service, lead, who), customers, rng)


def _lead_days(rng: np.random.Generator, service: Ints) -> Ints:
    economy = rng.integers(2, 5, len(service))
    return np.where(service == ECONOMY, economy, (service == ECONOMY - 1) * 1)


def _orders(rng: np.random.Generator, *columns: Ints) -> pl.DataFrame:
    """Gather what an order decides; some orders hold two deliveries."""
    names = ("segment", "day", "service", "lead_days", "customer")
    frame = pl.DataFrame(dict(zip(names, columns, strict=True)))
    size = frame.height
    frame = frame.with_columns(
        window=pl.Series(pick_by_row(rng, WINDOW_SHARES, frame["service"].to_numpy())),
        order_chance=pl.Series(rng.random(size)),
        moved_days=pl.Series(_moved_days(rng, size)),
    )
    twin = rng.random(size) < TWIN_SHARE
    twin[1:] &= np.diff(frame["segment"].to_numpy()) == 0
    twin[0] = False
    twin[1:] &= ~twin[:-1]
    source = np.arange(size) - twin
    return frame[source].with_columns(order=pl.Series(source))


def _moved_days(rng: np.random.Generator, size: int) -> Ints:
    """Draw by how many days the customer moved the promise: mostly none."""
    share = TRUTHS.promise_changes.customer_share
    return pick(rng, (1 - share, 0.8 * share, 0.2 * share), size)


def _finish(frame: pl.DataFrame, customers: Customers, rng: np.random.Generator) -> pl.DataFrame:
    who = frame["customer"].to_numpy()
    zone = customers.zone[who]
    home = customers.home[who]
    frame = frame.with_columns(
        product=pl.Series(pick_by_row(rng, PRODUCT_SHARES, frame["segment"].to_numpy())),
        zone=pl.Series(zone),
        density=pl.Series(zones.DENSITY[zone]),
        depot=pl.Series(zones.DEPOT[zone]),
        latitude=pl.Series(home[:, 0]),
        longitude=pl.Series(home[:, 1]),
        distance_km=pl.Series(customers.road_km[who]),
        quality=pl.Series(customers.quality[who]),
        is_cancelled_early=pl.Series(_cancelled_early(rng, len(who))),
    )
    return frame.with_columns(**_promises(frame), **_ordered(frame)).with_columns(
        is_due=~pl.col("is_cancelled_early") & (pl.col("due_at") <= AS_OF_SECONDS)
    )


def _cancelled_early(rng: np.random.Generator, size: int) -> Array:
    endings = TRUTHS.endings
    share = endings.cancelled_share - endings.cancelled_after_promise_share
    return rng.random(size) < share


def _promises(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Find the first and the committed promise, in UTC seconds."""
    window = WINDOWS[frame["window"].to_numpy()]
    end, length = window[:, 0], window[:, 1]
    is_date = frame["service"].to_numpy() == ECONOMY
    committed_day = frame["day"].to_numpy()
    first_day = committed_day - frame["moved_days"].to_numpy()
    committed = _promise_time(committed_day, end, is_date)
    promised = _promise_time(first_day, end, is_date)
    next_midnight = utc_midnight(committed_day + 1)
    return {
        "promise_is_date": pl.Series(is_date),
        "is_evening": pl.Series((end - length >= EVENING_FROM) & ~is_date),
        "window_seconds": pl.Series(length * 60),
        "promised_by": pl.Series(promised),
        "promised_from": pl.Series(np.where(is_date, promised, promised - length * 60)),
        "committed_by": pl.Series(committed),
        "committed_from": pl.Series(np.where(is_date, committed, committed - length * 60)),
        "due_at": pl.Series(np.where(is_date, next_midnight, committed)),
    }


def _promise_time(days: Ints, minutes: Ints, is_date: Array) -> Ints:
    return np.where(is_date, utc_midnight(days), utc_seconds(days, minutes))


def _ordered(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Find when the order came: same day shortly before the window, else days before."""
    chance = frame["order_chance"].to_numpy()
    lead, service = frame["lead_days"].to_numpy(), frame["service"].to_numpy()
    days = frame["day"].to_numpy() - frame["moved_days"].to_numpy()
    window = WINDOWS[frame["window"].to_numpy()]
    starts = window[:, 0] - window[:, 1]
    ahead = np.where(service == 0, 20 + 80 * chance, 120 + 180 * chance)
    in_shop: Floats = 420 + 870 * chance
    minutes = np.where(lead > 0, in_shop, starts - ahead)
    return {"ordered_at": pl.Series(utc_seconds(days - lead, minutes))}
