"""Daily sums: what is kept with the snapshot is what a new question gives."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.access import LOCAL_USER
from dashboard.analysis import daily
from dashboard.analysis.daily import Daily, daily_sums
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse

METRICS = ("on_time_rate", "cost_to_serve", "satisfaction", "volume")
DAYS = st.dates(date(2024, 9, 1), date(2026, 11, 1))


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def _plain(found: dict[tuple, Daily]) -> list[tuple]:
    return [
        (key, *(part.tolist() for part in (own.days, own.numerators, own.denominators)))
        for key, own in found.items()
    ]


@given(DAYS, st.integers(0, 500), st.sampled_from([(), ("segment",), ("carrier", "segment")]))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_slice_of_what_is_kept_is_the_period_asked_anew(
    reader: Reader, start: date, more: int, by: tuple[str, ...]
) -> None:
    scope = Scope(Period(start, start + timedelta(days=more)))

    assert _plain(daily_sums(reader, METRICS, by, scope)) == _plain(
        daily._read(reader, METRICS, by, scope)
    )


def test_what_only_rows_can_answer_is_not_kept(reader: Reader) -> None:
    assert reader.keeps(METRICS, ("segment", "day"))
    assert not reader.keeps(METRICS, ("carrier", "zone", "day"))
    assert not reader.keeps(METRICS, ("zone", "day", "segment", "status"))
