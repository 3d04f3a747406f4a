"""Bands of lateness: every delivery is in exactly one, by its own clock."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from dashboard.access import LOCAL_USER
from dashboard.bands import BANDS, OUTCOME_OF
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse
from dashboard.warehouse.functions import define_bands
from tests.unit.test_rollup_tables import scanned


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        define_bands(opened)
        yield opened


def band(connection: duckdb.DuckDBPyConnection, *values: object) -> str:
    row = connection.execute("select lateness_band(?, ?, ?, ?)", list(values)).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ((True, True, -30, None), "kept"),
        ((False, True, 1, None), "late 01–10 min"),
        ((False, True, 10, None), "late 01–10 min"),
        ((False, True, 11, None), "late 11–20 min"),
        ((False, True, 60, None), "late 51–60 min"),
        ((False, True, 61, None), "late 1–2 h"),
        ((False, True, 240, None), "late 2–4 h"),
        ((False, True, 241, None), "late over 4 h"),
        ((False, True, None, 1), "late 1 day"),
        ((False, True, None, 8), "late over 7 days"),
        ((False, True, None, None), "late, time unknown"),
        ((False, False, None, None), "not delivered"),
    ],
)
def test_the_edges_of_bands(
    connection: duckdb.DuckDBPyConnection, values: tuple, name: str
) -> None:
    assert band(connection, *values) == name


def test_minutes_lie_in_the_band_that_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select range, lateness_band(false, true, range, null) from range(1, 2000)"
    ).fetchall()
    limits = {one.name: one.minutes for one in BANDS}

    assert len(rows) == 1_999
    for minutes, name in rows:
        first, last = limits[name] or (0, 0)
        assert first <= minutes <= (last or minutes)


def test_bands_leave_no_gap_and_never_pool_minutes_with_days() -> None:
    for limits in (
        [one.minutes for one in BANDS if one.minutes],
        [one.days for one in BANDS if one.days],
    ):
        ends = [last for _, last in limits[:-1]]
        assert [first for first, _ in limits[1:]] == [end + 1 for end in ends if end]
        assert limits[-1][1] is None
    assert all(one.minutes is None or one.days is None for one in BANDS)


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.mark.parametrize("name", ["rating", "recommendation"])
def test_kept_answers_are_exactly_what_a_scan_counts(sample: Reader, name: str) -> None:
    days = Period(datetime(2026, 3, 10).date(), datetime(2026, 5, 3).date())  # noqa: DTZ001
    for scope in (Scope(), Scope(days), Scope(days).within(segment="Premium")):
        by = ("segment", "lateness_band")

        kept = sample.distribution(name, by, scope)

        assert kept.equals(scanned(sample).distribution(name, by, scope))
        assert set(kept["lateness_band"]) <= set(OUTCOME_OF)
