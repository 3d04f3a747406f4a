"""Targets missed in a row, what would reach them, and the weeks on the cards."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import tree
from dashboard.access import LOCAL_USER
from dashboard.analysis import Rebaseline, control, matrix, scoreboard
from dashboard.analysis.figures import Daily, figure
from dashboard.analysis.standing import missing
from dashboard.catalog import read_catalog
from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.rows import daily

CATALOG = read_catalog(tree.root() / "queries")
DAYS = Period(date(2026, 1, 5), date(2026, 1, 6))


def measured(metric: str, n: str, d: str) -> Daily:
    return figure(
        CATALOG.metric(metric), (), Daily.of((DAYS.start,), (Decimal(n),), (Decimal(d),)), DAYS
    )


@pytest.mark.parametrize(
    ("metric", "n", "d", "target", "lacks"),
    [
        ("on_time_rate", "90", "100", 0.95, 5),
        ("on_time_rate", "90", "101", 0.95, 6),  # 95.95 kept are needed
        ("on_time_rate", "95", "100", 0.95, 0),
        ("cost_to_serve", "600", "100", 5.2, -80),
        ("cost_to_serve", "500", "100", 5.2, 0),
        ("margin_per_delivery", "100", "100", 1.5, 50),
    ],
)
def test_what_is_missing_to_a_target(
    metric: str, n: str, d: str, target: float, lacks: float
) -> None:
    assert missing(measured(metric, n, d), target) == pytest.approx(lacks)


def test_quarters_missed_in_a_row_are_counted_to_the_first_that_was_not(
    warehouse: Warehouse, put_in: Import
) -> None:
    quarters = [Quarter(2025, 3), Quarter(2025, 4), Quarter(2026, 1), Quarter(2026, 2)]
    rows = [
        row
        for quarter, kept in zip(quarters, (8, 10, 8, 8), strict=True)
        for row in daily(quarter.period(), kept, 10 - kept, segment="Rural")
    ]
    targets = [
        {"segment": "Rural", "metric": "on_time_rate", "quarter": one.key, "target": "0.9"}
        for one in quarters
    ]
    put_in(as_of=datetime(2026, 7, 5), deliveries=rows, targets=targets)  # noqa: DTZ001
    reader = warehouse.reader(None, LOCAL_USER)

    now = scoreboard(reader, Scope(quarters[3].period(), quarters[2].period()))
    month = scoreboard(reader, Scope(Period(date(2026, 5, 1), date(2026, 5, 31))))

    assert now.segments[0].cells["on_time_rate"].missed_quarters == 2
    assert now.message == (
        "Rural missed its on-time target for the second quarter; no segment's on-time rate "
        "changed beyond noise"
    )
    assert month.segments[0].cells["on_time_rate"].missed_quarters == 0


def test_cards_carry_the_chart_of_the_service_page(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    days = Quarter(2026, 3).period()
    decided = (Rebaseline(date(2026, 1, 5), "Premium"),)

    board = scoreboard(reader, Scope(days), decided)
    charts = control(reader, "on_time_rate", ("segment",), Scope(days), decided)

    assert {score.segment: score.process for score in board.segments} == {
        chart.name: chart for chart in charts
    }
    assert board.whole.process == control(reader, "on_time_rate", (), Scope(days), decided)[0]


def test_the_matrix_holds_the_figures_of_the_board(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    q3 = Quarter(2026, 3)
    scope = Scope(q3.period(), q3.earlier().period())

    board, found = scoreboard(reader, scope), matrix(reader, scope)

    assert [row.segment for row in found.rows[1:]] == [s.segment for s in board.segments]
    for row, score in zip(found.rows[1:], board.segments, strict=True):
        for name, cell in score.cells.items():
            assert row.cells[name].figure == cell.figure
            assert row.cells[name].change == cell.change
