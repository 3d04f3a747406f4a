"""What breaches cost: the published vector, to the last digit."""

from decimal import Decimal

import pytest

from dashboard.errors import NotEnoughDataError
from dashboard.stats.breaches import Breach, BreachCost, Tariff, breach_cost
from tests.unit.test_allocation import vector


def tariff_and_breaches() -> tuple[dict, Tariff, list[Breach]]:
    expected, rows = vector("31_breach_cost")
    stated = expected["tariff"]
    tariff = Tariff(
        [(int(bound), Decimal(credit)) for bound, credit in stated["credit_tiers_upto_minutes"]],
        stated["redelivery"],
        stated["contact_cost"],
        {name: (p, m) for name, (p, m) in stated["churn_prob_and_margin"].items()},
    )
    breaches = [
        Breach(
            row["segment"],
            int(row["minutes_late"]),
            int(row["contacts"]),
            row["redelivered"] == "1",
        )
        for row in rows
    ]
    return expected, tariff, breaches


def test_breaches_cost_what_the_published_vector_says() -> None:
    expected, tariff, breaches = tariff_and_breaches()

    found = breach_cost(breaches, tariff)

    assert {
        name: {part: getattr(cost, part) for part in expected["by_segment"][name]}
        for name, cost in found.items()
    } == expected["by_segment"]
    whole = sum(found.values(), BreachCost())
    assert (whole.cash, whole.churn_exposure) == (
        expected["cash_total"], expected["churn_total"],
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "credit"), [(15, 0), (16, 3), (60, 3), (61, 8)])
def test_a_tier_holds_its_upper_bound(minutes: int, credit: int) -> None:
    _, tariff, _ = tariff_and_breaches()

    assert tariff.credit(minutes) == credit


def test_what_no_tariff_states_is_refused_by_name() -> None:
    tariff = Tariff([(15, Decimal(0))], Decimal(1), Decimal(1), {})

    with pytest.raises(NotEnoughDataError, match="no churn is stated for segment 'gold'"):
        breach_cost([Breach("gold", 5)], tariff)
    with pytest.raises(NotEnoughDataError, match="no tier reaches 16 minutes"):
        tariff.credit(16)
