"""The planted truths about lateness, one small function each.

A target names rows and the share of them that shall be late. Targets may overlap: a row
follows the first one that names it, and the rows that are left to a later target make up
for it, so that every share comes out over all rows of its target.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from . import carriers, hotspot
from .chance import Flags
from .days import Quarter
from .names import CARRIERS, KESTREL, PREMIUM, PUFFIN, SEGMENTS
from .truths import TRUTHS


class Target(NamedTuple):
    """Rows, and the mean probability of being late that they shall have."""

    rows: Flags
    late_share: float


def targets(frame: pl.DataFrame, quarter: Quarter, *, null: bool) -> list[Target]:
    """Give targets that cover every row, smaller groups before those they lie in."""
    if null:
        everything = np.ones(frame.height, dtype=bool)
        return [Target(everything, TRUTHS.world.late_share_null)]
    due = frame["is_due"].to_numpy()
    return [
        blocked(frame),
        *skills(frame),
        crowd(frame),
        strained(frame, due),
        *premium(frame, quarter),
        *segments(frame),
    ]


def crowd(frame: pl.DataFrame) -> Target:
    """Truth 8: what the crowd carrier truly keeps of the promises first given."""
    rows = frame["carrier"].to_numpy() == PUFFIN
    return Target(rows, 1 - TRUTHS.evidence.on_time_original)


def skills(frame: pl.DataFrame) -> list[Target]:
    """Truth 3: Heron beats its rim, Swift falls short of its core; Premium has neither."""
    truth = TRUTHS.carriers
    carrier = frame["carrier"].to_numpy()
    heron, swift = (carrier == CARRIERS.index(name) for name in ("Heron", "Swift"))
    core_small = (frame["density"].to_numpy() == 0) & (frame["product"].to_numpy() == 0)
    others = core_small & ~swift & (frame["segment"].to_numpy() != PREMIUM) & (carrier != PUFFIN)
    return [
        Target(others, truth.core_small),
        Target(swift, truth.swift),
        Target(heron, truth.heron),
    ]


def strained(frame: pl.DataFrame, due: Flags) -> Target:
    """Truth 6: days beyond capacity are late so much more often than the segment's others."""
    truth = TRUTHS.forecast
    rows = frame["is_strained"].to_numpy()
    segment = frame["segment"].to_numpy() == SEGMENTS.index(truth.biased_segment)
    share = int((rows & due).sum()) / max(int((segment & due).sum()), 1)
    late = TRUTHS.late_share[truth.biased_segment] + truth.strained_late * (1 - share)
    return Target(rows, late)


def blocked(frame: pl.DataFrame) -> Target:
    """Truth 2: neighbouring cells near a depot whose buildings are hard to get into."""
    return Target(hotspot.rows(frame), TRUTHS.hot_cells.late_share)


def has_changed(quarter: Quarter) -> bool:
    """Tell whether truth 1 has happened by a quarter."""
    return quarter.name >= TRUTHS.premium.changes_in


def kestrel_share(quarter: Quarter, *, null: bool) -> float:
    """Give Kestrel's share of Premium, which grows in the last quarter."""
    truth = TRUTHS.premium
    grown = has_changed(quarter) and not null
    return truth.kestrel_share_after if grown else truth.kestrel_share_before


def premium(frame: pl.DataFrame, quarter: Quarter) -> list[Target]:
    """Truth 1: Kestrel is worse throughout; one carrier fails in the evening in Q3."""
    truth = TRUTHS.premium
    after = has_changed(quarter)
    carrier = frame["carrier"].to_numpy()
    is_premium = frame["segment"].to_numpy() == PREMIUM
    hot = carriers.in_hot_zones(frame) & (carrier == CARRIERS.index(truth.hot_carrier))
    hot_on_time = truth.hot_on_time_after if after else truth.hot_on_time_before
    return [
        Target(hot, 1 - hot_on_time),
        Target(is_premium & (carrier == KESTREL), 1 - truth.kestrel_on_time),
        Target(is_premium, 1 - (truth.on_time_after if after else truth.on_time_before)),
    ]


def segments(frame: pl.DataFrame) -> list[Target]:
    """Keep every other segment level: calendar and mix must not move a quarter."""
    segment = frame["segment"].to_numpy()
    return [
        Target(segment == SEGMENTS.index(name), share) for name, share in TRUTHS.late_share.items()
    ]
