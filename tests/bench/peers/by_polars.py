"""Polars' answers: a lazy scan that reads only what it needs."""

import polars as pl

from tests.bench.peers.snapshot import Answer, Snapshot

_SEGMENT = pl.coalesce("assigned_segment", "segment", pl.lit("(unassigned)")).alias("segment")
_IN_TIME = (pl.col("status") == "cancelled") & (
    pl.col("cancelled_at") <= pl.col("committed_by")
).fill_null(value=True)
_RATE = pl.col("is_on_time").mean()


def on_time_by_segment(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter."""
    return _answer(_due(snapshot), [_SEGMENT], [_RATE])


def on_time_by_carrier_segment_week(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter's weeks."""
    week = pl.col("promised_date").dt.truncate("1w").alias("week")
    return _answer(_due(snapshot), [pl.col("carrier"), _SEGMENT, week], [_RATE])


def cost_by_zone(snapshot: Snapshot) -> Answer:
    """Cost per delivery completed, of a quarter."""
    closed = _of_the_quarter(snapshot).filter(
        pl.col("status") != "open", pl.col("total_cost").is_not_null()
    )
    cost = pl.col("total_cost").cast(pl.Decimal(38, 4)).sum().cast(pl.Float64)
    return _answer(closed, [pl.col("zone")], [cost / pl.col("is_delivered").sum()])


def lateness_by_segment(snapshot: Snapshot) -> Answer:
    """Median and 95 % quantile of lateness, those not arrived ranked last."""
    late = pl.col("lateness_minutes").cast(pl.Float64).fill_null(float("inf"))
    both = [
        late.sort().get((pl.len() * share).ceil().cast(pl.Int64) - 1).alias(f"p{share}")
        for share in (0.5, 0.95)
    ]
    return _answer(_due(snapshot).filter("is_timed"), [_SEGMENT], both)


def satisfaction_by_segment(snapshot: Snapshot) -> Answer:
    """Mean rating of surveys sent in a quarter."""
    surveys = pl.scan_parquet(snapshot.surveys).filter(
        pl.col("sent_date").is_between(*snapshot.days), pl.col("rating").is_not_null()
    )
    return _answer(surveys, [_SEGMENT], [pl.col("rating").mean()])


def _of_the_quarter(snapshot: Snapshot) -> pl.LazyFrame:
    deliveries = pl.scan_parquet(snapshot.deliveries)
    return deliveries.filter(pl.col("promised_date").is_between(*snapshot.days))


def _due(snapshot: Snapshot) -> pl.LazyFrame:
    as_of = pl.lit(snapshot.as_of, pl.Datetime("us"))
    return _of_the_quarter(snapshot).filter(~_IN_TIME, pl.col("committed_by") <= as_of)


def _answer(rows: pl.LazyFrame, by: list[pl.Expr], figures: list[pl.Expr]) -> Answer:
    found = rows.group_by(by).agg(figures).collect()
    keys = len(by)
    return {
        tuple(map(str, row[:keys])): tuple(map(float, row[keys:])) for row in found.iter_rows()
    }
