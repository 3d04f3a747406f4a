"""DuckDB's answers: the SQL that an analyst would write over the same files."""

from collections.abc import Sequence

import duckdb

from tests.bench.peers.snapshot import Answer, Snapshot

_SEGMENT = "coalesce(assigned_segment, segment, '(unassigned)')"
_IN_TIME = "status = 'cancelled' and coalesce(cancelled_at <= committed_by, true)"
_IS_DUE = f"not ({_IN_TIME}) and committed_by <= $as_of"
_RATE = "avg(is_on_time::integer)"


def on_time_by_segment(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter."""
    return _deliveries(snapshot, [_SEGMENT], _RATE, _IS_DUE)


def on_time_by_carrier_segment_week(snapshot: Snapshot) -> Answer:
    """On-time rate of a quarter's weeks."""
    by = ["carrier", _SEGMENT, "date_trunc('week', promised_date)::date"]
    return _deliveries(snapshot, by, _RATE, _IS_DUE)


def cost_by_zone(snapshot: Snapshot) -> Answer:
    """Cost per delivery completed, of a quarter."""
    cost = "sum(total_cost)::double / sum(is_delivered::integer)"
    closed = "status <> 'open' and total_cost is not null"
    return _deliveries(snapshot, ["zone"], cost, closed)


def lateness_by_segment(snapshot: Snapshot) -> Answer:
    """Median and 95 % quantile of lateness, those not arrived ranked last."""
    late = "coalesce(lateness_minutes::double, 'inf'::double)"
    both = f"quantile_disc({late}, 0.5), quantile_disc({late}, 0.95)"
    return _deliveries(snapshot, [_SEGMENT], both, f"{_IS_DUE} and is_timed")


def satisfaction_by_segment(snapshot: Snapshot) -> Answer:
    """Mean rating of surveys sent in a quarter."""
    rows = duckdb.execute(
        f"select {_SEGMENT}, avg(rating) from read_parquet($files) "
        "where sent_date between $first and $last and rating is not null group by all",
        {"files": snapshot.surveys} | _days(snapshot),
    ).fetchall()
    return {(segment,): (value,) for segment, value in rows}


def _deliveries(snapshot: Snapshot, by: Sequence[str], figures: str, where: str) -> Answer:
    values = {"files": snapshot.deliveries} | _days(snapshot)
    if "$as_of" in where:
        values["as_of"] = snapshot.as_of
    rows = duckdb.execute(
        f"select {', '.join(by)}, {figures} from read_parquet($files) "
        f"where promised_date between $first and $last and {where} group by all",
        values,
    ).fetchall()
    keys = len(by)
    return {tuple(map(str, row[:keys])): tuple(map(float, row[keys:])) for row in rows}


def _days(snapshot: Snapshot) -> dict[str, object]:
    return {"first": snapshot.period.start, "last": snapshot.period.end}
