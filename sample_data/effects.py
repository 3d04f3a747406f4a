"""The planted truths about lateness, one small function each.

An effect names rows and the share of them that shall be late. Every row belongs to the
first target that names it; the last ones cover everything.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from . import carriers
from .chance import Flags
from .days import Quarter
from .names import CARRIERS, KESTREL, PREMIUM, SEGMENTS
from .truths import TRUTHS


class Target(NamedTuple):
    """Rows, and the mean probability of being late that they shall have."""

    rows: Flags
    late_share: float


def targets(frame: pl.DataFrame, quarter: Quarter, *, null: bool) -> list[Target]:
    """Give targets that cover every row exactly once."""
    if null:
        everything = np.ones(frame.height, dtype=bool)
        return [Target(everything, TRUTHS.world.late_share_null)]
    wanted = [*premium(frame, quarter), *segments(frame)]
    return _without_overlap(wanted)


def _without_overlap(wanted: list[Target]) -> list[Target]:
    free = np.ones(len(wanted[0].rows), dtype=bool)
    found = []
    for target in wanted:
        found.append(Target(target.rows & free, target.late_share))
        free &= ~target.rows
    return found


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
        Target(is_premium, _rest_late_share(hot_on_time, quarter)),
    ]


def _rest_late_share(hot_on_time: float, quarter: Quarter) -> float:
    """Solve for the rest of Premium, so that the whole of it is as planted."""
    truth = TRUTHS.premium
    whole = truth.on_time_after if has_changed(quarter) else truth.on_time_before
    kestrel = kestrel_share(quarter, null=False)
    planted = kestrel * truth.kestrel_on_time + truth.hot_share * hot_on_time
    return 1 - (whole - planted) / (1 - kestrel - truth.hot_share)


def segments(frame: pl.DataFrame) -> list[Target]:
    """Keep every other segment level: calendar and mix must not move a quarter."""
    segment = frame["segment"].to_numpy()
    return [
        Target(segment == SEGMENTS.index(name), share) for name, share in TRUTHS.late_share.items()
    ]
