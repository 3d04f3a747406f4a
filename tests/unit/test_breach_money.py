"""Breaches in money: cash from the books, churn exposure from an assumption, never one sum."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.deliveries.money import BreachMoney, breach_money, money_table
from dashboard.churn import read_churn
from dashboard.errors import CatalogError, ScopeError
from dashboard.scope import Scope
from dashboard.settings import Settings
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery
from tests.unit.test_allocation import vector

AS_OF = datetime(2026, 3, 10, 12)  # noqa: DTZ001
LATE = {"delivered_at": "2026-03-03 14:00:00"}
CHURN = """
[churn]
probability = "0.5"
margin_days = 365
[churn.segments]
premium = "0.04"
standard = "0.015"
"""


def late(name: str, segment: str, customer: str, **changes: object) -> Row:
    return delivery(name, segment=segment, customer_id=customer, **(LATE | changes))


def opened(warehouse: Warehouse, folder: Path, churn: str = CHURN) -> Reader:
    stated = folder / "breaches.toml"
    stated.write_text(churn)
    return Warehouse(warehouse.path, settings=Settings(breaches=stated)).reader(None, LOCAL_USER)


def by_segment(reader: Reader) -> dict[str, BreachMoney]:
    found = breach_money(reader, ("segment",), Scope())
    return {dict(one.group)["segment"]: one for one in found.groups}


def test_the_published_vector_through_files_models_and_sums(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    """Vector 31; customers' margins come out at 320 and 90 by their revenue."""
    expected, _ = vector("31_breach_cost")
    rows = [
        late("x1", "premium", "p", customer_credit="0", revenue="331.60"),
        late("x2", "premium", "p", customer_credit="8", cost_contact="3.60", revenue="0"),
        late("x3", "standard", "s", cost_redelivery="4.50", cost_contact="3.60", revenue="120.60"),
        late("x4", "standard", "s", customer_credit="3", cost_redelivery="4.50", revenue="0"),
    ]
    booked_apart = [{"cost_id": 1, "delivery_id": "x3", "pool": "customer_credit",
                     "amount": "15", "booked_on": "2026-03-05"}]  # fmt: skip
    put_in(as_of=AS_OF, deliveries=rows, costs=booked_apart)
    reader = opened(warehouse, tmp_path)

    groups = by_segment(reader)
    whole = breach_money(reader, (), Scope()).whole

    for name, parts in expected["by_segment"].items():
        cost = groups[name].cost
        assert {part: getattr(cost, part) for part in parts} == parts
    assert whole.cash == expected["cash_total"]
    assert whole.churn_exposure == expected["churn_total"]


def test_what_kept_promises_cost_as_well_is_told_apart_by_segment(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    rows = [
        late("a", "premium", "p", customer_credit="5", cost_contact="2"),
        late("b", "premium", "p", cost_contact="1"),
        delivery("c", segment="premium", cost_contact="3"),
        delivery("d", segment="premium", carrier_charge="4"),
        delivery("e", segment="standard", cost_contact="100"),
    ]
    put_in(as_of=AS_OF, deliveries=rows)

    found = breach_money(opened(warehouse, tmp_path), (), Scope()).whole

    assert found.cash == Decimal(8)
    assert found.usual == Decimal(3)  # two breaches at (3 + 0) / 2; standard has no breach
    assert found.beyond_usual == Decimal(5)


def test_a_breach_without_known_cost_is_counted_and_not_priced_at_nothing(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    put_in(as_of=AS_OF, deliveries=[late("a", "premium", "p")])

    found = breach_money(opened(warehouse, tmp_path), (), Scope())

    assert (found.whole.breaches, found.whole.costed, found.whole.priced) == (1, 0, 0)
    assert (found.whole.cash, found.whole.usual, found.whole.churn_exposure) == (None, None, None)
    assert money_table(found, 1)["cash"].to_list() == [None, None]


def test_customers_who_bring_no_margin_put_none_at_risk(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    put_in(as_of=AS_OF, deliveries=[late("a", "premium", "p", revenue="1", carrier_charge="9")])

    found = breach_money(opened(warehouse, tmp_path), (), Scope())

    assert found.assumption.margins["premium"].margin == -8
    assert found.whole.churn_exposure == 0


def test_groups_add_up_to_the_whole_of_the_sample(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)

    found = breach_money(reader, ("carrier",), Scope())

    assert sum((one.cost.cash for one in found.groups), Decimal(0)) == found.whole.cost.cash
    assert sum(one.breaches for one in found.groups) == found.whole.breaches
    assert found.whole.cash > found.whole.usual > 0
    assert found.whole.churn_exposure > 0


def test_without_a_promise_fallen_due_there_is_no_figure(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)

    with pytest.raises(ScopeError):
        breach_money(reader, (), Scope().within(carrier="nobody"))


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("probability = 0.02", "probability is 0.02; write a share between 0 and 1 in quotes"),
        ('probability = "2"', "probability is '2'; write a share between 0 and 1"),
        ('probability = "0.02"\nmargin_days = 0', "margin_days is 0; write a whole number"),
        ('probability = "0.02"\nmonths = 1', "[churn] has 'months'; use margin_days"),
    ],
)
def test_an_assumption_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, stated: str, message: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"[churn]\n{stated}\n")

    with pytest.raises(CatalogError) as refused:
        read_churn(path)

    assert f"own.toml: {message}" in str(refused.value)
