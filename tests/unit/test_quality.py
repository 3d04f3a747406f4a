"""The account of an import, and what refusing or accepting rows does to the figures."""

import json
from datetime import datetime

import pytest

from dashboard.access import LOCAL_USER, one_carrier
from dashboard.analysis import carrier_data, quality
from dashboard.cli import main
from dashboard.scope import Scope
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.rows import delivery

LATE = "2026-03-03 13:00:00"
AS_OF = datetime(2026, 3, 10)  # noqa: DTZ001
DELIVERIES = [
    delivery("kept", latitude="52.5", longitude="13.4", proof_of_delivery="photo"),
    delivery("late", delivered_at=LATE, attempts=2, failure_reason="not home"),
    delivery("timeless", delivered_at=None),  # a warning: late
    delivery("untried", attempts=0),  # a warning: on time
    delivery("bad weight", weight_kg="heavy"),  # refused; it was on time
    delivery("bad state", status="odd", delivered_at=LATE),  # refused; it was late
    delivery("unpromised", promised_by="soon"),  # refused; cannot be judged
    delivery("Swift", carrier="Swift", status="lost", delivered_at=None),
]  # fmt: skip


@pytest.fixture
def filled(warehouse: Warehouse, put_in: Import) -> Warehouse:
    events = [
        {
            "delivery_id": "kept",
            "kind": "scan",
            "occurred_at": f"2026-03-03 09:{minute:02}:00",
            "recorded_at": "2026-03-03 10:00:00",
        }
        for minute in (0, 30)
    ]
    put_in(deliveries=DELIVERIES, events=events, as_of=AS_OF)
    return warehouse


def test_each_rule_says_what_it_does_to_the_on_time_rate(filled: Warehouse) -> None:
    found = quality(filled.reader(None, LOCAL_USER))

    effects = {
        one.rule: (one.kind, one.deliveries, one.due, one.on_time, one.rate, one.otherwise)
        for one in found.effects
    }
    rate = 2 / 5  # kept and untried, of five accepted
    assert effects == {
        "delivered_without_time": ("warning", 1, 1, 0, rate, 2 / 4),
        "delivered_without_attempt": ("warning", 1, 1, 1, rate, 1 / 4),
        "unparseable:weight_kg": ("refused", 1, 1, 1, rate, 3 / 6),
        "not_in_domain:status": ("refused", 1, 1, 0, rate, 2 / 6),
        "unparseable:promised_by": ("refused", 1, 0, 0, rate, rate),
    }


def test_the_title_says_how_much_was_refused_and_the_most_it_moves(filled: Warehouse) -> None:
    assert quality(filled.reader(None, LOCAL_USER)).message == (
        "3 of 10 rows of the last import were refused; "
        "no rule moves the on-time rate by more than 10.0 points"
    )


def test_nothing_refused_is_said(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("x")])

    found = quality(warehouse.reader(None, LOCAL_USER))

    assert found.message == "All 1 rows of the last import were accepted"
    assert "latitude" in found.unused


def test_coverage_counts_the_rows_that_hold_a_column(filled: Warehouse) -> None:
    found = {one.table: one for one in quality(filled.reader(None, LOCAL_USER)).coverage}

    deliveries = found["deliveries"]
    assert (deliveries.rows, deliveries.held["delivered_at"], deliveries.held["latitude"]) == (
        5, 3, 1,
    )  # fmt: skip
    assert found["events"].latest == "2026-03-03 09:30:00"
    assert "surveys" not in found


def test_a_carriers_data_score_is_worked_by_hand(filled: Warehouse) -> None:
    rows = carrier_data(filled.reader(None, LOCAL_USER), Scope()).to_dicts()

    swift, wren = rows
    assert wren == {
        "carrier": "Wren",
        "closed": 4,
        "scan_share": 1 / 4,
        "place_share": 1 / 4,
        "delivered": 4,
        "time_share": 3 / 4,
        "proof_share": 1 / 4,
        "failed": 1,
        "reason_share": 1.0,
        "p99_minutes": 60,
    }
    assert (swift["failed"], swift["reason_share"], swift["p99_minutes"]) == (1, 0.0, None)


def test_a_carrier_sees_its_own_scores_and_nothing_of_the_quarantine(filled: Warehouse) -> None:
    reader = filled.reader(None, one_carrier("Swift"))

    assert quality(reader).effects == ()
    assert [one.table for one in quality(reader).coverage] == ["deliveries"]


def test_the_command_prints_it_all_as_json(
    filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quality", "--warehouse", str(filled.path), "--format", "json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["snapshot"] == 1
    assert {one["rule"] for one in printed["effects"]} >= {"unparseable:weight_kg"}
    assert [one["file"] for one in printed["files"]] == ["deliveries.csv", "events.csv"]


def test_the_command_prints_it_as_tables(
    filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quality", "--warehouse", str(filled.path)]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("3 of 10 rows of the last import were refused")
    assert "delivered, but nobody knows when; counts as late" in printed
