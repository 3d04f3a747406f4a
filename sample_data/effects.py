"""The planted truths about lateness, one small function each.

An effect names rows and the share of them that shall be late. Every row belongs to the
first target that names it; the last ones cover everything.
"""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from . import carriers, hotspot
from .chance import Flags
from .days import Quarter
from .names import CARRIERS, KESTREL, PREMIUM, PUFFIN, SEGMENTS
from .truths import TRUTHS

LEAST_LATE: Final = 0.005


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
    due = frame["is_due"].to_numpy()
    found = _without_overlap(wanted)
    for inner in (strained(frame, due), crowd(frame), *skills(frame), blocked(frame)):
        found = carved(found, inner, due)
    return found


def _without_overlap(wanted: list[Target]) -> list[Target]:
    free = np.ones(len(wanted[0].rows), dtype=bool)
    found = []
    for target in wanted:
        found.append(Target(target.rows & free, target.late_share))
        free &= ~target.rows
    return found


def carved(wholes: list[Target], inner: Target, due: Flags) -> list[Target]:
    """Plant a share inside other targets, whose other rows make up for it.

    A group's planted share thus stays, whatever is planted about a part of it.
    """
    if not inner.rows.any():
        return wholes
    found = []
    for whole in wholes:
        outside, inside = whole.rows & ~inner.rows, whole.rows & inner.rows
        counts = [int((rows & due).sum()) for rows in (whole.rows, inside, outside)]
        late = whole.late_share * counts[0] - inner.late_share * counts[1]
        share = late / counts[2] if counts[2] else whole.late_share
        found.append(Target(outside, max(share, LEAST_LATE)))
    covered = np.any([whole.rows for whole in wholes], axis=0)
    return [*found, Target(inner.rows & covered, inner.late_share)]


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
        Target(heron, truth.heron),
        Target(swift, truth.swift),
        Target(others, truth.core_small),
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
