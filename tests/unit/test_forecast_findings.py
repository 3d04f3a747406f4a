"""Forecasts that cannot be used, or not as they stand: each a named finding."""

from dashboard.access import LOCAL_USER
from dashboard.analysis.forecasting.rows import forecasts
from dashboard.scope import Scope
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.raw import refused
from tests.rows import Row, delivery
from tests.unit.test_references import warnings


def said(**other: object) -> Row:
    return {
        "segment": "Premium",
        "zone": "",
        "target_date": "2026-03-10",
        "issued_at": "2026-03-01 06:00:00",
        "step": "consensus",
        "volume": "100",
    } | {name: str(value) for name, value in other.items()}


def test_each_unusable_forecast_is_refused_by_name(warehouse: Warehouse, put_in: Import) -> None:
    put_in(
        deliveries=[delivery("D", segment="Premium")],
        forecasts=[
            said(),
            said(volume=90),
            said(step="planner", volume=-1),
            said(step="planner", segment="Premum"),
        ],
    )

    assert [(line, reason) for _, _, line, reason in refused(warehouse)] == [
        (3, "duplicate_key"),
        (4, "out_of_range:volume"),
        (5, "unknown_reference:segment"),
    ]


def test_issued_after_its_day_and_mixed_grains_are_counted_and_not_used(
    warehouse: Warehouse, put_in: Import
) -> None:
    imported = put_in(
        deliveries=[delivery("D", segment="Premium")],
        forecasts=[
            said(),
            said(zone="Z1", volume=60),
            said(zone="Z2", volume=50),
            said(target_date="2026-03-20", issued_at="2026-03-21 06:00:00"),
        ],
        capacity=[
            {"date": "2026-03-10", "segment": "Premium", "zone": zone, "planned_deliveries": n}
            for zone, n in (("", "120"), ("Z1", "70"), ("Z2", "60"))
        ],
    )
    reader = warehouse.reader(None, LOCAL_USER)
    used = reader.report("forecast_at_lead", Scope())
    planned = reader.report("capacity_plans", Scope())

    assert warnings(imported, "forecasts") == {"target_before_issue": 1, "mixed_grain": 1}
    assert warnings(imported, "capacity") == {"mixed_grain": 1}
    assert used["target_date"].cast(str).unique().to_list() == ["2026-03-10"]
    assert used.select("lead_days", "zone", "volume").rows() == [
        (7, "Z1", 60.0),
        (7, "Z2", 50.0),
        (7, None, 100.0),
    ]
    # the total of 100 is the segment's, not the zones' 110; and it is said
    found = forecasts(reader, Scope())
    assert found.rows["forecast"].to_list() == [100.0]
    assert found.mixed == 1
    assert planned["planned"].to_list() == [120.0]


def test_the_latest_issue_at_the_lead_is_taken_and_none_older_than_a_week_more(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(
        deliveries=[delivery("D", segment="Premium")],
        forecasts=[
            said(issued_at=f"2026-03-{day:02} 06:00:00", volume=volume)
            for day, volume in ((1, 10), (2, 20), (3, 30), (4, 40), (9, 90))
        ],
    )

    used = warehouse.reader(None, LOCAL_USER).report("forecast_at_lead", Scope())

    # for the 10th: at 1 day the issue of the 9th; at 7 the 3rd, one day before the 4th,
    # which comes too late; at 14 and 28 none: the 1st is but 9 days before
    assert used.select("lead_days", "volume").rows() == [(1, 90.0), (7, 30.0)]
