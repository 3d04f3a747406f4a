"""Doorstep's answers: what its commands print."""

from collections.abc import Sequence

from dashboard.access import LOCAL_USER
from dashboard.analysis.quantiles import quantiles
from dashboard.scope import Scope
from tests.bench.peers.snapshot import Answer, Snapshot


def on_time_by_segment(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter."""
    return _metric(snapshot, "on_time_rate", ["segment"])


def on_time_by_carrier_segment_week(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter's weeks."""
    return _metric(snapshot, "on_time_rate", ["carrier", "segment", "week"])


def cost_by_zone(snapshot: Snapshot) -> Answer:
    """Cost per delivery completed, of a quarter."""
    return _metric(snapshot, "cost_to_serve", ["zone"])


def satisfaction_by_segment(snapshot: Snapshot) -> Answer:
    """Mean rating of surveys sent in a quarter."""
    return _metric(snapshot, "satisfaction", ["segment"])


def lateness_by_segment(snapshot: Snapshot) -> Answer:
    """Median and 95 % quantile of lateness, those not arrived ranked last."""
    reader = snapshot.warehouse.reader(None, LOCAL_USER)
    found = quantiles(reader, "lateness", ["segment"], Scope(snapshot.period))
    return {
        (segment,): (_minutes(p50), _minutes(p95))
        for segment, p50, p95 in found.select("segment", "p50", "p95").iter_rows()
    }


def _metric(snapshot: Snapshot, metric: str, by: Sequence[str]) -> Answer:
    reader = snapshot.warehouse.reader(None, LOCAL_USER)
    found = reader.roll_up([metric], by, Scope(snapshot.period))
    return {
        tuple(map(str, group)): (float(numerator / denominator),)
        for *group, numerator, denominator in found.select(
            *by, "numerator", "denominator"
        ).iter_rows()
    }


def _minutes(value: int | None) -> float:
    return float("inf") if value is None else float(value)
