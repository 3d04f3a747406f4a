"""Which months an import moved, and by how much."""

from datetime import date, datetime
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.raw import contract_shaped
from tests.rows import delivery, write_csv

MARCH = [
    delivery("a", cost_last_mile="4.00"),
    delivery("b", cost_last_mile="6.00", delivered_at="2026-03-03 13:00:00"),
]
MAY = {
    "ordered_at": "2026-05-02 08:00:00",
    "delivered_at": "2026-05-03 10:00:00",
    "promised_by": "2026-05-03 12:00:00",
}


@pytest.fixture
def changes(tmp_path: Path) -> str:
    return contract_shaped(tmp_path / "changes", "changes")


def moved(imported: object) -> list[tuple]:
    return [(one.month, one.metric, one.was, one.now) for one in imported.manifest.restated]  # ty: ignore[unresolved-attribute]


def test_a_late_correction_says_which_month_moved_and_by_how_much(
    put_in: Import, changes: str
) -> None:
    first = put_in(profile=changes, deliveries=[*MARCH, delivery("c", **MAY)])

    second = put_in(
        profile=changes,
        deliveries=[delivery("b", cost_last_mile="9.00"), delivery("d", **MAY)],
    )

    assert moved(first) == []
    assert moved(second) == [
        (date(2026, 3, 1), "on_time_rate", 0.5, 1.0),
        (date(2026, 3, 1), "cost_to_serve", 5.0, 6.5),
    ]
    assert all(one.was_over for one in second.manifest.restated)


def test_a_promise_that_fell_due_moves_its_month_though_its_file_did_not_change(
    put_in: Import, changes: str
) -> None:
    waiting = delivery("c", status="open", delivered_at=None)
    early = datetime(2026, 3, 3, 11)  # noqa: DTZ001
    put_in(profile=changes, deliveries=[delivery("a", promised_by="2026-03-03 10:30:00"), waiting],
           as_of=early)  # fmt: skip

    later = put_in(profile=changes, deliveries=[delivery("d", **MAY)])

    assert moved(later) == [(date(2026, 3, 1), "on_time_rate", 1.0, 0.5)]
    assert not later.manifest.restated[0].was_over


def test_the_command_prints_the_months_that_moved(
    tmp_path: Path, changes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    words = ["import", str(files), "--profile", changes]
    write_csv(files / "deliveries.csv", [*MARCH, delivery("c", **MAY)])
    main(words)
    write_csv(files / "deliveries.csv", [delivery("b", cost_last_mile="9.00")])
    capsys.readouterr()

    assert main(words) == 0

    printed = capsys.readouterr().out.replace("\u00a0", " ")
    assert "2026-03 moved: On-time rate from 50.0 % to 100.0 %\n" in printed
    assert "2026-03 moved: Cost to serve from 5.00 to 6.50\n" in printed


def test_a_month_stays_one_file_however_often_it_is_mended(
    warehouse: Warehouse, put_in: Import, changes: str
) -> None:
    for number in range(10):
        put_in(profile=changes, deliveries=[delivery(f"D{number}")])

    assert [file.rows for file in warehouse.newest().files["deliveries"]] == [10]
