"""Cost to serve, worked by hand on one depot's two drops, and its identities on the sample."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import tree
from dashboard.access import LOCAL_USER
from dashboard.analysis import cost_to_serve, failed_attempt_cost, ledger_bridge, whale_curve
from dashboard.analysis.costs import cells as cost_cells
from dashboard.analysis.costs import rules as cost_rules
from dashboard.analysis.costs.ledger import reconciliation
from dashboard.analysis.costs.levers import levers
from dashboard.analysis.costs.rules import Allocation, GroupCost, allocate_each, together
from dashboard.analysis.costs.to_serve import FINEST, split_cost
from dashboard.catalog import read_catalog
from dashboard.charts.costs import words as cost_words
from dashboard.cli import main
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import delivery
from tests.unit.test_allocation import vector

AS_OF = datetime(2026, 4, 10)  # noqa: DTZ001
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
Q3 = Scope(Quarter(2026, 3).period())
STATED = read_catalog(tree.root() / "queries").costs
RULES = ("booked", "volume", "stops", "minutes", "distance", "weight", "tdabc")

CELL = {"depot": "North", "channel": "in_house", "route_id": "R", "attempts": 1}
NEAR = delivery(
    "near", **CELL, revenue="10", cost_last_mile="4", cost_sorting="2", cost_redelivery="1",
    leg_minutes="10", service_minutes="5", leg_km="3", weight_kg="1", customer_id="c1",
)  # fmt: skip
FAR = delivery(
    "far", **CELL, segment="Rural", revenue="5", cost_last_mile="4", cost_sorting="2",
    leg_minutes="20", service_minutes="5", leg_km="6", weight_kg="3", customer_id="c2",
)  # fmt: skip
ROUTES = [{
    "route_id": "R", "route_date": "2026-03-03", "depot": "North", "carrier": "Wren",
    "paid_minutes": "60", "stem_minutes": "6", "stem_km": "1", "rate_per_minute": "0.1",
    "rate_per_km": "0.2",
}]  # fmt: skip
CARRIERS = [{"carrier": "Wren", "kind": "in_house"}]
COSTS = [
    {"cost_id": 1, "delivery_id": "near", "pool": "returns", "amount": "0.5", "booked_on": "2026-04-02"},  # noqa: E501
    {"cost_id": 2, "route_id": "R", "pool": "last_mile", "amount": "1", "booked_on": "2026-03-04"},
    {"cost_id": 3, "pool": "overhead", "amount": "2", "booked_on": "2026-03-31", "estimated": "true"},  # noqa: E501
]  # fmt: skip
LEDGER = [
    {"month": "2026-03-01", "pool": pool, "amount": amount}
    for pool, amount in (
        ("last_mile", "9"), ("sorting", "4"), ("redelivery", "1"), ("overhead", "2.5"),
    )
]  # fmt: skip


@pytest.fixture
def by_hand(warehouse: Warehouse, put_in: Import) -> Reader:
    put_in(as_of=AS_OF, deliveries=[NEAR, FAR], routes=ROUTES, carriers=CARRIERS)
    return warehouse.reader(None, LOCAL_USER)


@pytest.fixture
def with_ledger(warehouse: Warehouse, put_in: Import) -> Reader:
    put_in(
        as_of=AS_OF, deliveries=[NEAR, FAR], routes=ROUTES, carriers=CARRIERS, costs=COSTS,
        ledger=LEDGER,
    )  # fmt: skip
    return warehouse.reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def margins(reader: Reader, rule: str, scope: Scope) -> dict[str, Decimal | None]:
    return {
        one.group[0]: one.margin for one in split_cost(reader, rule, ("segment",), scope).groups
    }


# Shared are 8 of last mile and 4 of sorting; 1 of redelivery stays on the near drop.
BY_HAND = {
    "booked": ("3", "-1"),  # 10 - 1 - 6; 5 - 6
    "volume": ("3", "-1"),  # 6 each
    "stops": ("3", "-1"),
    "minutes": ("4.5", "-2.5"),  # 12 by 15 : 25
    "distance": ("5", "-3"),  # 12 by 3 : 6
    "weight": ("6", "-4"),  # 12 by 1 : 3
    # last mile 2.5 and 4.1 at the routes' rates, 1.4 idle; sorting by 2.5 : 4.1
    "tdabc": ("4.9848", "-1.5848"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_splits_as_worked_by_hand(by_hand: Reader, rule: str) -> None:
    found = split_cost(by_hand, rule, ("segment",), Scope(MARCH))

    near, far = (Decimal(value) for value in BY_HAND[rule])
    assert margins(by_hand, rule, Scope(MARCH)) == {"Standard": near, "Rural": far}
    assert found.idle == (Decimal("1.4") if rule == "tdabc" else 0)
    assert (found.unallocated, found.total) == (0, 13)


@pytest.mark.parametrize("rule", RULES)
def test_a_filter_hides_drops_and_moves_no_money(by_hand: Reader, rule: str) -> None:
    alone = margins(by_hand, rule, Scope(MARCH).within(segment="Rural"))

    assert alone == {"Rural": Decimal(BY_HAND[rule][1])}


def test_costs_of_routes_are_shared_and_those_of_neither_stay_apart(with_ledger: Reader) -> None:
    volume = split_cost(with_ledger, "volume", ("segment",), Scope(MARCH))
    booked = split_cost(with_ledger, "booked", ("segment",), Scope(MARCH))
    board = cost_to_serve(with_ledger, "volume", Scope(MARCH))

    assert {one.group[0]: one.pools["last_mile"] for one in volume.groups} == {
        "Standard": Decimal("4.5"), "Rural": Decimal("4.5"),
    }  # fmt: skip
    assert (booked.unallocated, volume.unallocated) == (1, 0)
    assert board.reconciliation.on_neither == 2
    assert board.spent == Decimal("16.5")  # 13.5 on deliveries, 1 on the route, 2 on neither


def test_routes_of_a_month_that_the_dates_cut_are_no_idle_time(with_ledger: Reader) -> None:
    """Paid time is known by month: all of March's against nine days' work would look idle."""
    days = Scope(Period(date(2026, 3, 1), date(2026, 3, 9)))

    found = split_cost(with_ledger, "tdabc", ("segment",), days)

    assert found.idle == 0
    assert found.unallocated == Decimal(12)  # 4 + 2 of either drop; the route's own 1 is March's
    assert {one.group[0]: one.cost for one in found.groups} == {
        "Standard": Decimal("1.5"),
        "Rural": Decimal(0),
    }
    said = " ".join(cost_words.notes(cost_to_serve(with_ledger, "booked", days), STATED))
    assert "known by month, and no whole month is in view" in said


def test_without_weights_shared_cost_stays_unallocated(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=AS_OF, deliveries=[delivery("a", cost_sorting="3")])
    reader = warehouse.reader(None, LOCAL_USER)

    for rule in ("minutes", "distance", "weight", "tdabc"):
        found = split_cost(reader, rule, ("segment",), Scope())
        assert (found.unallocated, found.groups[0].cost, found.total) == (3, 0, 3)
    board = cost_to_serve(reader, "booked", Scope())
    assert board.unavailable == ("minutes", "distance", "weight", "tdabc")
    assert board.message == (
        "One completed delivery costs 3.00; without revenue no margin can be shown"
    )


def test_the_ledger_is_compared_month_by_month_and_pool_by_pool(with_ledger: Reader) -> None:
    found = reconciliation(with_ledger, None)
    led = ledger_bridge(with_ledger, MARCH)

    assert [(one.month.month, one.booked, one.ledger) for one in found.months] == [
        (3, 16, Decimal("16.5")), (4, Decimal("0.5"), None),
    ]  # fmt: skip
    assert (found.difference, found.estimated) == (Decimal("0.5"), 2)
    assert [amount for _, amount in led.lines] == [Decimal("13.5"), 0, Decimal("-0.5"), 0, 1, 2]
    assert (led.booked, led.ledger) == (16, Decimal("16.5"))
    assert [(one.pool, one.difference) for one in led.pools] == [("overhead", Decimal("0.5"))]


def test_part_of_a_month_cannot_be_reconciled(with_ledger: Reader) -> None:
    days = Period(date(2026, 3, 2), date(2026, 3, 31))

    assert reconciliation(with_ledger, days).months == ()


def test_every_rule_accounts_for_the_same_money_in_the_sample(sample: Reader) -> None:
    totals = {split_cost(sample, rule, ("segment",), Q3).total for rule in RULES}
    led = ledger_bridge(sample, Q3.period)

    assert len(totals) == 1
    assert sum(amount for _, amount in led.lines) == led.booked == led.ledger


@pytest.mark.parametrize("quarter", [Quarter(2026, 3), Quarter(2025, 1)])
def test_what_is_kept_with_the_snapshot_is_what_a_new_question_gives(
    sample: Reader, quarter: Quarter
) -> None:
    """Twice each, so that splits kept with the cells are read too."""
    months = Scope(quarter.period())
    anew = cost_cells._read(sample, FINEST, months)

    kept = [cost_cells.read_cells(sample, FINEST, months) for _ in range(2)]

    assert kept == [anew, anew]
    stated = sample.catalog.costs
    split = [allocate_each(cells, RULES, stated) for cells in (*kept, anew)]
    assert split[0] == split[1] == split[2]
    for rule in RULES:
        added = together(split[0][rule], (0, 1))
        assert cost_rules.margins(split[0][rule], (0, 1)) == {
            one.group: one.per_delivery(one.margin) for one in added
        }


def test_as_booked_is_the_metric_to_the_last_digit(sample: Reader) -> None:
    rows = sample.roll_up(["cost_to_serve", "margin_per_delivery"], ["segment"], Q3)
    metric = {(m, segment): n for m, segment, n, *_ in rows.iter_rows()}

    for one in split_cost(sample, "booked", ("segment",), Q3).groups:
        assert one.cost == metric["cost_to_serve", one.group[0]]
        assert one.margin == metric["margin_per_delivery", one.group[0]]


def test_the_planted_difference_to_the_ledger_is_found_and_no_other(sample: Reader) -> None:
    led = ledger_bridge(sample, None)

    assert [(one.month, one.pool, one.difference) for one in led.pools] == [
        (date(2026, 5, 1), "sorting", 1870)
    ]


def test_rural_economy_is_found_to_lose_money_under_every_rule(sample: Reader) -> None:
    board = cost_to_serve(sample, "volume", Scope(Period(date(2025, 10, 1), date(2026, 9, 30))))
    found = {one.name: one for one in board.readouts}

    assert found["Rural × economy"].verdict == "loses under every rule"
    assert all(-3.8 < margin < -1.4 for margin in found["Rural × economy"].splits)
    third = found["Small business × third party"]
    assert third.margins["weight"] < third.margins["minutes"] < 0 < third.margins["stops"]
    assert board.message.startswith("Rural")


def test_a_failed_first_attempt_is_compared_with_those_alike_by_hand(
    warehouse: Warehouse, put_in: Import
) -> None:
    next_week = {
        "ordered_at": "2026-03-09 08:00:00", "promised_by": "2026-03-10 12:00:00",
        "delivered_at": "2026-03-10 10:00:00",
    }  # fmt: skip
    rows = [
        delivery("kept", attempts=1, cost_sorting="1"),
        delivery("kept, called", attempts=1, cost_contact="2", **next_week),
        delivery("failed", attempts=2, cost_redelivery="5"),
        delivery("failed, later", attempts=2, cost_redelivery="7", **next_week),
    ]
    costs = [  # the second is booked more than 30 days after the promise
        {"cost_id": n, "delivery_id": "failed", "pool": pool, "amount": amount, "booked_on": day}
        for n, (pool, amount, day) in enumerate(
            (("claims", "1", "2026-03-20"), ("returns", "9", "2026-04-08"))
        )
    ]
    put_in(as_of=AS_OF, deliveries=rows, costs=costs)

    found = failed_attempt_cost(warehouse.reader(None, LOCAL_USER), Scope())

    assert found is not None
    assert found.value == pytest.approx((5 + 1 + 7) / 2 - (0 + 2) / 2)
    assert (found.cases, found.matched, found.strata, found.clusters) == (2, 2, 1, 2)


def test_without_enough_matched_there_is_no_figure_in_the_sample(sample: Reader) -> None:
    found = failed_attempt_cost(sample, Scope())

    assert found is not None
    assert (found.value is None) == (found.matched_share < 0.70)


def test_the_published_ratio_of_sums_is_no_mean_of_ratios() -> None:
    """Vector 29: a route without deliveries would keep its cost above the line."""
    expected, rows = vector("29_ratio_of_sums")
    routes = tuple(
        GroupCost(
            (row["route"], row["segment"]), 0, int(row["deliveries"]), 0, None,
            {"last_mile": Decimal(row["cost"])},
        )
        for row in rows
    )  # fmt: skip
    found = Allocation("booked", routes, Decimal(0), Decimal(0))

    (whole,) = together(found, ())
    assert whole.per_delivery(whole.cost) == pytest.approx(float(expected["overall"]), abs=1e-10)
    for one in together(found, (1,)):
        stated = float(expected["by_segment"][one.group[0]])
        assert one.per_delivery(one.cost) == pytest.approx(stated, abs=1e-10)


def test_customers_after_the_peak_take_away_what_they_cost(by_hand: Reader) -> None:
    curve = whale_curve(by_hand, Scope(MARCH))

    assert curve is not None
    assert (curve.customers, curve.margins) == ((0, 1, 2), (0, 3, 2))
    assert (curve.peak, curve.total, curve.lost) == (1, 2, 1)


def test_no_customer_no_curve_and_no_failure_no_cost(warehouse: Warehouse, put_in: Import) -> None:
    put_in(as_of=AS_OF, deliveries=[delivery("a", cost_sorting="3", attempts=1)])
    reader = warehouse.reader(None, LOCAL_USER)

    assert whale_curve(reader, Scope()) is None
    assert failed_attempt_cost(reader, Scope()) is None


def test_levers_are_solved_for_segments_with_enough_deliveries(sample: Reader) -> None:
    board = levers(sample, "volume", Q3)

    rural = next(one for one in board.segments if one.segment == "Rural")
    assert rural.fee[1] - rural.fee[0] == pytest.approx(rural.gap)


def test_what_cannot_be_asked_is_refused_by_name(by_hand: Reader) -> None:
    with pytest.raises(UnknownNameError, match="unknown rule 'volum'; did you mean 'volume'"):
        cost_to_serve(by_hand, "volum", Scope())
    with pytest.raises(ScopeError, match="no data between 2020-01-01"):
        cost_to_serve(by_hand, "volume", Scope(Period(date(2020, 1, 1), date(2020, 2, 1))))


def test_without_any_cost_the_column_that_would_help_is_named(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=AS_OF, deliveries=[delivery("a", revenue="3")])

    with pytest.raises(ScopeError) as refusal:
        cost_to_serve(warehouse.reader(None, LOCAL_USER), "booked", Scope())

    assert str(refusal.value) == (
        "no delivery in view has a known cost; give deliveries a cost column such as "
        "carrier_charge or cost_last_mile, or the table costs"
    )


def test_olist_has_a_cost_and_no_revenue(olist: Reader) -> None:
    board = cost_to_serve(olist, "weight", Scope())

    assert board.whole.revenue is None
    assert "without revenue no margin can be shown" in board.message


def asked(capsys: pytest.CaptureFixture[str], warehouse: Path, *words: str) -> list[dict]:
    code = main(["cost", "--warehouse", str(warehouse), "--format", "json", *words])

    assert code == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_prints_what_the_page_adds_up(
    capsys: pytest.CaptureFixture[str], sample_warehouse: Path
) -> None:
    days = ("--from", "2026-07-01", "--to", "2026-09-30")

    booked = asked(capsys, sample_warehouse, *days)
    timed = asked(capsys, sample_warehouse, "--rule", "tdabc", *days)

    assert [row["segment"] for row in timed[-2:]] == ["(idle)", "(unallocated)"]
    total = pytest.approx(sum(row["cost"] for row in booked), abs=1e-6)
    assert sum(row["cost"] for row in timed) == total


@pytest.mark.parametrize("show", ["rules", "ledger", "customers", "first-attempts", "levers"])
def test_the_command_shows_every_panel_of_the_page(
    capsys: pytest.CaptureFixture[str], sample_warehouse: Path, show: str
) -> None:
    assert asked(capsys, sample_warehouse, "--show", show, "--from", "2026-04-01")
