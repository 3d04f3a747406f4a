"""pandas' answers: the columns needed are read whole, then cut."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from tests.bench.peers.snapshot import Answer, Snapshot

_SEGMENTS = ("assigned_segment", "segment")
_DUE = ("status", "cancelled_at", "committed_by", "is_on_time")


def on_time_by_segment(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter."""
    return _answer(_due(snapshot, _SEGMENTS).groupby("segment")["is_on_time"].mean())


def on_time_by_carrier_segment_week(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter's weeks."""
    due = _due(snapshot, ("carrier", *_SEGMENTS))
    days = pd.to_datetime(due["promised_date"])
    week = (days - pd.to_timedelta(days.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    return _answer(due.groupby(["carrier", "segment", week])["is_on_time"].mean())


def cost_by_zone(snapshot: Snapshot) -> Answer:
    """Cost per delivery completed, of a quarter."""
    rows = _of_the_quarter(snapshot, ("zone", "status", "total_cost", "is_delivered"))
    closed = rows[(rows["status"] != "open") & rows["total_cost"].notna()]
    sums = closed.groupby("zone")[["total_cost", "is_delivered"]].sum()
    return _answer(sums["total_cost"].astype(float) / sums["is_delivered"].astype(float))


def lateness_by_segment(snapshot: Snapshot) -> Answer:
    """Median and 95 % quantile of lateness, those not arrived ranked last."""
    due = _due(snapshot, ("lateness_minutes", "is_timed", *_SEGMENTS))
    timed = due[due["is_timed"].astype(bool)]
    late = timed["lateness_minutes"].astype("float64").fillna(np.inf)
    groups = late.groupby(timed["segment"])
    both = [groups.agg(partial(_ranked, share=share)) for share in (0.5, 0.95)]
    return {(str(segment),): tuple(one[segment] for one in both) for segment in groups.groups}


def satisfaction_by_segment(snapshot: Snapshot) -> Answer:
    """Mean rating of surveys sent in a quarter."""
    surveys = _read(snapshot.surveys, ("sent_date", "rating", *_SEGMENTS))
    asked = _between(surveys, "sent_date", snapshot)
    return _answer(asked.groupby("segment")["rating"].mean())


def _ranked(values: pd.Series, share: float) -> float:
    """The smallest value that at least a share of all do not exceed."""
    return float(np.sort(values.to_numpy())[int(np.ceil(share * len(values))) - 1])


def _due(snapshot: Snapshot, columns: Sequence[str]) -> pd.DataFrame:
    rows = _of_the_quarter(snapshot, (*_DUE, *columns))
    late = rows["cancelled_at"].notna() & (rows["cancelled_at"] > rows["committed_by"])
    in_time = (rows["status"] == "cancelled") & ~late
    return rows[~in_time & (rows["committed_by"] <= snapshot.as_of)]


def _of_the_quarter(snapshot: Snapshot, columns: Sequence[str]) -> pd.DataFrame:
    return _between(
        _read(snapshot.deliveries, ("promised_date", *columns)), "promised_date", snapshot
    )


def _between(rows: pd.DataFrame, day: str, snapshot: Snapshot) -> pd.DataFrame:
    first, last = snapshot.days
    return rows[(rows[day] >= first) & (rows[day] <= last)]


def _read(files: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    rows = pd.concat([pd.read_parquet(file, columns=list(columns)) for file in files])
    if "segment" in columns:
        own = rows["assigned_segment"].fillna(rows["segment"])
        rows["segment"] = own.fillna("(unassigned)")
    return rows


def _answer(figures: pd.Series) -> Answer:
    return {
        group if isinstance(group, tuple) else (str(group),): (float(value),)
        for group, value in figures.items()
    }
