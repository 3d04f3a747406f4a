"""Does a segment's forecast run to one side, and do segments and zones say the same?"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from dashboard.analysis.forecasting.rows import SEASON
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Period
from dashboard.stats.forecasting import reconciling, tracking
from dashboard.stats.forecasting.tracking import Alarm


@dataclass(frozen=True)
class Tracked:
    """One segment's forecast at one lead time over the last complete weeks.

    Attributes:
        signal: Σ(A − F) / mean|F − A| by week over the window; None where every week was
            exact. Positive: too little was forecast.
        alarm: By the 13-week rule; None where there are too few weeks.
        bias: Σ(F − A) / ΣA over the window; None where nothing came.
        weeks: Complete weeks in the window.
        why: Why there is no alarm to judge; '' where there is one.
    """

    segment: str
    signal: float | None
    alarm: Alarm | None
    bias: float | None
    weeks: int
    why: str

    @property
    def rings(self) -> bool:
        """Whether the forecast runs to one side beyond its usual scatter."""
        return self.alarm is not None and self.alarm.rings


@dataclass(frozen=True)
class Coherence:
    """A segment's own forecast beside the sum of its zones', over the same days.

    Attributes:
        own: The segment's, in deliveries, of the step looked at.
        zones: Sum of its zones'.
        reconciled: The segment's after MinTrace, weighing nodes by how many zones they sum.
        days: Days that have both.
    """

    segment: str
    own: float
    zones: float
    reconciled: float
    days: int

    @property
    def gap(self) -> float:
        """Zones' sum over the segment's own, less one."""
        return self.zones / self.own - 1 if self.own else 0.0


def tracked(own: pl.DataFrame, period: Period) -> tuple[Tracked, ...]:
    """Judge each segment by the complete weeks up to the end of a period.

    Args:
        own: Rows of one step at one lead time.
        period: Days looked at.
    """
    rows = own.filter(pl.col("day") <= period.end)
    judged = rows.filter(pl.col("actual").is_not_null() & ~pl.col("is_capped"))
    weeks = (
        judged.group_by("series", "week")
        .agg(pl.col("actual", "forecast").sum(), pl.len().alias("days"))
        .filter(pl.col("days") == SEASON)
        .sort("series", "week")
    )
    names = rows["series"].unique(maintain_order=True).to_list()
    return tuple(_tracked(name, weeks.filter(pl.col("series") == name)) for name in names)


def _tracked(segment: str, weeks: pl.DataFrame) -> Tracked:
    actual, said = weeks["actual"].to_numpy(), weeks["forecast"].to_numpy()
    window = slice(-tracking.WINDOW, None)
    total = float(np.sum(actual[window]))
    why, alarm, signal = "", None, None
    try:
        alarm = tracking.alarm(said - actual)
    except NotEnoughDataError as refused:
        why = str(refused)
    try:
        signal = tracking.tracking_signal(actual[window], said[window])
    except NotEnoughDataError as refused:
        why = why or str(refused)
    bias = float(np.sum(said[window] - actual[window])) / total if total else None
    return Tracked(segment, signal, alarm, bias, min(len(actual), tracking.WINDOW), why)


def coherence(zones: pl.DataFrame, own: pl.DataFrame, period: Period) -> tuple[Coherence, ...]:
    """Hold segments against the sums of their zones, and reconcile both.

    Args:
        zones: segment, zone, target_date, volume of the zones' forecasts at the lead time.
        own: Rows of the segments' step at the same lead time.
        period: Days looked at; those that both have are compared.
    """
    zones = zones.filter(pl.col("target_date").is_between(period.start, period.end))
    both = zones.join(
        own.select(pl.col("series").alias("segment"), pl.col("day").alias("target_date")),
        on=["segment", "target_date"],
        how="semi",
    )
    if both.is_empty():
        return ()
    leaves = both.group_by("segment", "zone").agg(pl.col("volume").sum()).sort("segment", "zone")
    days = both.group_by("segment").agg(pl.col("target_date").n_unique()).sort("segment")
    same = own.join(
        both.select(
            pl.col("segment").alias("series"), pl.col("target_date").alias("day")
        ).unique(),
        on=["series", "day"],
        how="semi",
    )
    totals = dict(same.group_by("series").agg(pl.col("forecast").sum()).iter_rows())
    sums = dict(leaves.group_by("segment").agg(pl.col("volume").sum()).iter_rows())
    mended = _reconciled(leaves, totals)
    return tuple(
        Coherence(name, totals[name], sums[name], mended[name], count)
        for name, count in days.iter_rows()
    )


def _reconciled(leaves: pl.DataFrame, totals: dict[str, float]) -> dict[str, float]:
    """Segments after MinTrace over zones, segments and the total of the segments."""
    nodes = [
        (str(segment), str(zone)) for segment, zone in leaves.select("segment", "zone").rows()
    ]
    names = list(dict.fromkeys(segment for segment, _ in nodes))
    size = len(nodes)
    leaf = np.eye(size)
    sums = np.array([[float(segment == name) for segment, _ in nodes] for name in names])
    summing = np.vstack([leaf, sums, np.ones((1, size))])
    base = [*leaves["volume"].to_list(), *(totals[name] for name in names)]
    base.append(sum(totals[name] for name in names))
    variance = reconciling.structural_variance(summing)
    found = reconciling.reconcile(np.array(base), summing, variance)
    return {name: float(found[size + at]) for at, name in enumerate(names)}
