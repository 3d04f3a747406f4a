"""Time zones and the days on which clocks change: handled once, at import."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.warehouse import ImportOptions, Warehouse
from tests.raw import contract_shaped, stored
from tests.rows import delivery, write_csv

ImportOne = Callable[..., Warehouse]

VECTOR = Path(__file__).parents[1] / "vectors" / "27_promise_dst"
EXPECTED = json.loads((VECTOR / "expected.json").read_text(encoding="utf-8"))["expected"]

PROFILE = """
label = "Vector 27"
time_zone = "Europe/Berlin"
load = "full"

[raw.orders]
files = "orders.csv"
columns = [
    "order_id", "tz", "promise_local_date", "window_start_local", "window_end_local",
    "delivered_utc",
]
"""

SELECT = """-- grain: one row per order
-- times: local
--
-- A window that ends before it starts ends on the next local day.
select
    _file,
    _line,
    order_id as delivery_id,
    'Wren' as carrier,
    '2026-01-01' as ordered_at,
    promise_local_date || ' ' || window_start_local as promised_from,
    cast(
        cast(promise_local_date as date)
        + cast(window_end_local < window_start_local as integer) as varchar
    ) || ' ' || window_end_local as promised_by,
    delivered_utc as delivered_at,
    case when delivered_utc = '' then 'open' else 'delivered' end as status
from orders
"""

SIGNED = {"o0": -10, "o1": 1, "o2": -20, "o3": 0, "o4": 1, "o5": 0, "o6": -120, "o7": -1}
"""Worked by hand: the vector says 0 for early, Doorstep keeps how early (rounded up)."""

ENDS_NEXT_DAY = {"o7": "2027-01-01"}
"""The vector's local day is that of the window's start; promised_date that of its end."""


@pytest.fixture(scope="module")
def of_vector_27(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """The deliveries of vector 27 as the snapshot knows them."""
    folder = tmp_path_factory.mktemp("vector-27")
    profile = folder / "profile"
    profile.mkdir()
    (profile / "profile.toml").write_text(PROFILE, encoding="utf-8")
    (profile / "deliveries.sql").write_text(SELECT, encoding="utf-8")
    raw = folder / "raw"
    raw.mkdir()
    shutil.copy(VECTOR / "input.csv", raw / "orders.csv")
    warehouse = Warehouse(folder / "warehouse")
    as_of = datetime.fromisoformat(EXPECTED["as_of_utc"]).replace(tzinfo=None)
    warehouse.import_folder(raw, ImportOptions(str(profile), as_of, as_of))
    reader = warehouse.reader(None, LOCAL_USER)
    statement = reader.engine.allow(
        "select delivery_id, promised_from, promised_by, is_due, is_on_time, "
        "coalesce(is_in_window, false) as is_in_window, lateness_minutes, promised_date "
        "from deliveries",
        LOCAL_USER,
        {},
    )
    return {row["delivery_id"]: row for row in reader.engine.query(statement, {}).to_dicts()}


@pytest.mark.parametrize("expected", EXPECTED["rows"], ids=lambda row: row["order_id"])
def test_a_promise_over_a_change_of_clocks_is_judged_as_vector_27_says(
    of_vector_27: dict[str, dict[str, object]], expected: dict[str, object]
) -> None:
    found = of_vector_27[str(expected["order_id"])]

    assert found["promised_from"] == _utc(expected["window_start_utc"])
    assert found["promised_by"] == _utc(expected["window_end_utc"])
    assert found["is_due"]
    assert found["is_on_time"] == expected["by_deadline"]
    assert found["is_in_window"] == expected["in_window"]
    name = str(expected["order_id"])
    assert str(found["promised_date"]) == ENDS_NEXT_DAY.get(name, expected["local_day"])
    signed = SIGNED.get(name)
    assert found["lateness_minutes"] == signed
    assert (None if signed is None else max(signed, 0)) == expected["minutes_late"]


@pytest.fixture
def import_one(warehouse: Warehouse, tmp_path: Path) -> ImportOne:
    """Import one delivery of a network in a time zone."""

    def imported(zone: str, **changes: object) -> Warehouse:
        raw = tmp_path / "raw"
        raw.mkdir()
        row = delivery("x", ordered_at="2026-01-01", delivered_at="2026-01-02", **changes)
        write_csv(raw / "deliveries.csv", [row])
        profile = contract_shaped(tmp_path / "profile", zone=zone)
        now = datetime(2027, 1, 1)  # noqa: DTZ001
        warehouse.import_folder(raw, ImportOptions(profile, now=now))
        return warehouse

    return imported


@pytest.mark.parametrize(
    ("zone", "local", "opens", "ends"),
    [
        ("Europe/Berlin", "2026-10-25 02:00", "2026-10-25 00:00", "2026-10-25 01:00"),
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", "2026-10-25 02:00"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30", "2026-03-29 01:30"),
        ("Europe/Berlin", "2026-06-01 12:00", "2026-06-01 10:00", "2026-06-01 10:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "2026-11-01 06:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
        ("Atlantic/Azores", "2026-10-25 00:00", "2026-10-25 00:00", "2026-10-25 01:00"),
    ],
)
def test_a_window_takes_in_both_occurrences_of_a_time(
    import_one: ImportOne, zone: str, local: str, opens: str, ends: str
) -> None:
    warehouse = import_one(zone, promised_from=local, promised_by=local)

    moments = stored(warehouse, "promised_from, promised_by")
    assert moments == [(datetime.fromisoformat(opens), datetime.fromisoformat(ends))]


def test_a_date_promise_is_due_at_the_first_of_two_midnights(import_one: ImportOne) -> None:
    warehouse = import_one("Atlantic/Azores", promised_by="2026-10-24", promise_is_date="true")

    last = datetime(2026, 10, 24, 23, 59, 59, 999_999)  # noqa: DTZ001
    assert stored(warehouse, "committed_by") == [(last,)]


def _utc(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=None)
