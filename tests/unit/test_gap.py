"""Gaps to target in deliveries and money: worked by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.overview.gap import gaps
from dashboard.charts.overview.gaps import gap_said, gaps_table
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import daily

AS_OF = datetime(2026, 7, 5)  # noqa: DTZ001
APRIL = Scope(Period(date(2026, 4, 1), date(2026, 4, 30)))


@pytest.fixture
def reader(warehouse: Warehouse, put_in: Import) -> Reader:
    """Nine of ten kept a day: 270 of 300. A kept promise is credited 1, a breach costs 7."""
    days = APRIL.period
    assert days
    rows = daily(days, 9, carrier="Wren", customer_credit="1")
    late = {"customer_credit": "4", "cost_redelivery": "3", "revenue": "20"}
    rows += daily(days, 0, 1, carrier="Heron", customer_id="C", **late)
    aims = {"on_time_rate": "0.95", "cost_to_serve": "1.50", "first_attempt_rate": "0.90"}
    targets = [
        {"segment": "Standard", "metric": metric, "quarter": "2026Q2", "target": target}
        for metric, target in aims.items()
    ]
    put_in(as_of=AS_OF, deliveries=rows, targets=targets)
    return warehouse.reader(None, LOCAL_USER)


def test_a_gap_is_priced_at_what_breaches_cost_beyond_kept_promises(reader: Reader) -> None:
    [gap] = gaps(reader, "on_time_rate", APRIL)

    # 285 of 300 are 95 %. The one customer brought 30 x (20 - 7), of which 2 % are at risk.
    assert (gap.segment, gap.target, gap.lacking) == ("Standard", 0.95, 15)
    assert gap.cash == 15 * (7 - 1)
    assert gap.exposure == 15 * 390 * Decimal("0.02")
    assert " ".join(gap_said(gap).split()) == (
        "Standard lacks 15 kept deliveries to its target of 95.0 % (90.0 % now): at what its "
        "breaches cost now, 90 less in credits and rework; 117 less margin at risk, as assumed."
    )


def test_the_table_says_the_same_of_every_segment(reader: Reader) -> None:
    [row] = gaps_table(gaps(reader, "on_time_rate", APRIL)).to_dicts()

    assert {name: row[name] for name in ("Segment", "Reading", "Lacks", "Cash of these")} == {
        "Segment": "Standard", "Reading": "✕ missed", "Lacks": "15 kept deliveries",
        "Cash of these": "90",
    }  # fmt: skip


def test_a_gap_in_cost_is_money_in_all(reader: Reader) -> None:
    [gap] = gaps(reader, "cost_to_serve", APRIL)

    # 270 x 1 + 30 x 7 = 480 over 300 delivered; 1.50 would be 450.
    assert gap.lacking == -30
    assert (gap.cash, gap.exposure) == (None, None)
    assert gap_said(gap).startswith("Standard is 30 in all short of its target of 1.50")


@pytest.mark.parametrize(
    ("metric", "scope"),
    [
        ("margin_per_delivery", APRIL),
        ("on_time_rate", APRIL.within(carrier="Heron")),
        ("on_time_rate", Scope()),
        ("on_time_rate", Scope(Period(date(2026, 3, 1), date(2026, 4, 30)))),
    ],
)
def test_without_a_target_for_all_of_a_segment_there_is_no_gap(
    reader: Reader, metric: str, scope: Scope
) -> None:
    assert gaps(reader, metric, scope) == ()
