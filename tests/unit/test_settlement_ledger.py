"""Contracts settled by hand ledgers: every amount below is worked out in its comment."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.contracts import Contract
from dashboard.stats.settlement import Charged, Counts, Earlier, QuarterFacts, Statement, settle
from tests import kestrel

D = Decimal


def amounts(statement: Statement) -> dict[tuple[str, str], Decimal]:
    return {(line.clause, line.facts.label): line.amount for line in statement.lines}


def only(contract: Contract, facts: QuarterFacts) -> Decimal:
    (line,) = settle(contract, facts).lines
    return line.amount


def test_the_hand_ledger_is_met_to_the_cent_line_by_line() -> None:
    statement = settle(kestrel.contract(), kestrel.ledger())

    assert amounts(statement) == {
        # 5,622 / 6,000 = .9370; short .0130 = 13 steps x 0.10 % x 41,250.00
        ("OT-1", "2026Q3"): D("536.25"),
        # 1,980 / 2,000 = .990 -> -0.5 % x 13,500.00
        ("OT-2", "2026-07"): D("-67.50"),
        # 1,858 / 2,000 = .929 -> 1 % x 13,800.00
        ("OT-2", "2026-08"): D("138.00"),
        # 1,780 / 2,000 = .890 -> 3 % x 13,950.00
        ("OT-2", "2026-09"): D("418.50"),
        # September is the 2nd month below .95 -> 0.5 x 418.50
        ("OT-3", "2026-09"): D("209.25"),
        # 118 x 4.00
        ("CR-1", "2026Q3"): D("472.00"),
        # 200 short x 1.10, we owe, outside the contract cap
        ("MV-1", "2026Q3"): D("-220.00"),
        ("EB-1", "2026Q3"): D("0.00"),
    }
    # penalties 1,774.00 - bonus 67.50 = 1,706.50 <= cap 2,062.50; - 220.00
    assert statement.cap == D("2062.50")
    assert statement.total == D("1486.50")


def test_the_quarter_after_earns_half_of_the_penalty_back() -> None:
    contract = kestrel.contract()
    before = settle(contract, kestrel.ledger())
    earlier = Earlier("2026Q3", {"OT-1": before.came_to("OT-1")}, {"EB-1": Counts(5_622, 6_000)})
    good = kestrel.facts(5_772, 6_000, "41250.00", "2026Q4", kestrel.Q4)  # .962
    facts = replace(kestrel.ledger(), quarter="2026Q4", earlier=(earlier,))
    facts = replace(facts, periods={**facts.periods, "EB-1": (good,)})

    statement = settle(contract, facts)

    # .962 >= .96: 0.5 x 536.25 = 268.125 -> 268.13, which we return
    assert statement.came_to("EB-1") == D("-268.13")


def test_a_penalty_is_earned_back_once_only() -> None:
    contract = kestrel.contract(**{"periods = 1": "periods = 2"})
    good = kestrel.facts(5_772, 6_000, "41250.00")
    fined = Earlier("2026Q1", {"OT-1": D("536.25")}, {"EB-1": Counts(5_622, 6_000)})
    between = Earlier("2026Q2", {"OT-1": D("0.00")}, {"EB-1": Counts(5_772, 6_000)})
    facts = kestrel.ledger()
    facts = replace(facts, periods={**facts.periods, "EB-1": (good,)})

    first = settle(contract, replace(facts, earlier=(replace(between, counts={}), fined)))
    again = settle(contract, replace(facts, earlier=(between, fined)))

    assert first.came_to("EB-1") == D("-268.13")
    assert again.came_to("EB-1") == D("0.00")


CLIFF = """
id = "CL-1"
kind = "cliff"
metric = "on_time_rate"
target = "0.95"
amount = {money = "750.00"}
"""


@pytest.mark.parametrize(
    ("kept", "amount"),
    [
        (1_900, "0.00"),  # 1,900 / 2,000 = .95 is the target itself
        (1_899, "750.00"),  # one delivery less, and the whole amount is due
        (0, "750.00"),  # no more than that, however bad
    ],
)
def test_a_cliff_is_due_in_full_one_delivery_below_its_target(kept: int, amount: str) -> None:
    facts = kestrel.quarter(CL_1=kestrel.facts(kept, 2_000, "13500.00"))

    assert only(kestrel.with_clauses(CLIFF), facts) == D(amount)


INCENTIVE = """
id = "IN-1"
kind = "incentive"
metric = "on_time_rate"
target = "0.97"
step = "0.002"
partial_step = "{partial}"
amount = {{percent_of_fee = "0.25"}}
cap = {{percent_of_fee = "1"}}
"""


@pytest.mark.parametrize(
    ("kept", "partial", "amount"),
    [
        # .975; above by .005 = 2 whole steps x 0.25 % x 20,000.00 = 100.00
        (1_950, "none", "-100.00"),
        # .975; above by .005 = 2.5 steps x 50.00 = 125.00
        (1_950, "pro_rata", "-125.00"),
        # .990; above by .020 = 10 steps x 50.00 = 500.00, at most 1 % x 20,000.00
        (1_980, "none", "-200.00"),
        (1_940, "none", "0.00"),  # .970: at the target, no step above it
        (1_800, "none", "0.00"),  # .900: no bonus, and no penalty either
    ],
)
def test_an_incentive_pays_for_steps_above_its_target(
    kept: int, partial: str, amount: str
) -> None:
    contract = kestrel.with_clauses(INCENTIVE.format(partial=partial))
    facts = kestrel.quarter(IN_1=kestrel.facts(kept, 2_000, "20000.00"))

    assert only(contract, facts) == D(amount)


def test_an_incentive_without_steps_is_one_bonus() -> None:
    text = INCENTIVE.format(partial="none").replace('step = "0.002"\n', "", 1)
    facts = kestrel.quarter(IN_1=kestrel.facts(1_940, 2_000, "20000.00"))

    # .970 reaches .97: 0.25 % x 20,000.00
    assert only(kestrel.with_clauses(text), facts) == D("-50.00")


LINEAR = """
id = "LI-1"
kind = "linear"
metric = "on_time_rate"
target = "{target}"
step = "0.01"
partial_step = "pro_rata"
amount = {{money = "100.00"}}
"""


def test_shares_are_exact_fractions() -> None:
    # target 2/3, 1 of 3 kept: short 1/3 = 33 1/3 steps x 100.00 = 3,333.33
    facts = kestrel.quarter(LI_1=kestrel.facts(1, 3, "0.00"))

    assert only(kestrel.with_clauses(LINEAR.format(target="2/3")), facts) == D("3333.33")


def test_a_share_at_its_target_is_not_short_by_a_rounding_error() -> None:
    # 29 / 100 is .29 exactly; 0.29 * 100 is 28.999… in binary
    facts = kestrel.quarter(LI_1=kestrel.facts(29, 100, "0.00"))

    assert only(kestrel.with_clauses(LINEAR.format(target="0.29")), facts) == D("0.00")


def test_below_the_floor_nothing_is_paid_and_at_the_floor_all_of_it() -> None:
    text = LINEAR.format(target="0.95") + 'floor = {money = "100.00"}\n'
    contract = kestrel.with_clauses(text)

    # .941: 0.9 steps x 100.00 = 90.00 < 100.00; .940: 1 step = 100.00
    assert only(contract, kestrel.quarter(LI_1=kestrel.facts(941, 1_000, "0"))) == D("0.00")
    assert only(contract, kestrel.quarter(LI_1=kestrel.facts(940, 1_000, "0"))) == D("100.00")


def test_too_few_deliveries_are_not_judged() -> None:
    text = LINEAR.format(target="0.95") + "min_deliveries = 200\n"
    statement = settle(
        kestrel.with_clauses(text), kestrel.quarter(LI_1=kestrel.facts(0, 199, "0"))
    )

    assert statement.total == D("0.00")
    assert statement.lines[0].rule == "not judged: 199 deliveries; 200 are needed"


def test_the_contract_cap_cuts_pro_rata_and_loses_no_cent() -> None:
    thirds = [LINEAR.format(target="1").replace("LI-1", f"L-{n}") for n in range(3)]
    contract = kestrel.with_clauses(*thirds, cap='contract_cap = {money = "100.00"}')
    facts = kestrel.quarter(**{f"L_{n}": kestrel.facts(99, 100, "0") for n in range(3)})

    statement = settle(contract, facts)

    # three penalties of 100.00 each: 33.33 each, the odd cent to the first of equals
    assert [line.amount for line in statement.lines] == [D("33.34"), D("33.33"), D("33.33")]
    assert [line.before_cap for line in statement.lines] == [D("100.00")] * 3


def test_bonuses_leave_room_under_the_contract_cap() -> None:
    bonus = INCENTIVE.format(partial="none")
    contract = kestrel.with_clauses(
        LINEAR.format(target="1"), bonus, cap='contract_cap = {money = "100.00"}'
    )
    facts = kestrel.quarter(
        LI_1=kestrel.facts(98, 100, "0"), IN_1=kestrel.facts(1_950, 2_000, "20000.00")
    )

    statement = settle(contract, facts)

    # 200.00 - 100.00 = 100.00 <= 100.00: nothing is cut
    assert [line.amount for line in statement.lines] == [D("200.00"), D("-100.00")]


def test_a_row_begun_before_the_quarter_goes_on_in_it() -> None:
    contract = kestrel.contract()
    facts = kestrel.ledger()
    june = replace(facts.periods["OT-2"][1], label="2026-06")
    bad_july = replace(facts.periods["OT-2"][1], label="2026-07", fee=D("13500.00"))
    periods = {**facts.periods, "OT-2": (bad_july, *facts.periods["OT-2"][1:])}

    statement = settle(contract, replace(facts, periods=periods, before={"OT-2": (june,)}))

    # July is the 2nd month below .95: 0.5 x 1 % x 13,500.00; August the 3rd: 0.5 x 138.00
    found = {line.facts.label: line.amount for line in statement.lines if line.clause == "OT-3"}
    assert found == {"2026-07": D("67.50"), "2026-08": D("69.00"), "2026-09": D("209.25")}


CREDIT = """
id = "CR-1"
kind = "per_delivery"
condition = "lateness_minutes > 60"
amount = {money = "4.00"}
cap = {per_delivery = "carrier_charge"}
not_with = ["CL-1"]
"""


def test_a_credit_never_exceeds_what_the_delivery_cost() -> None:
    charged = (Charged(D("2.5000"), 2), Charged(D("9.0000"), 3), Charged(None, 1))
    facts = kestrel.quarter(
        CL_1=kestrel.facts(1, 1, "0"), CR_1=kestrel.facts(0, 0, "0", charged=charged)
    )

    statement = settle(kestrel.with_clauses(CLIFF, CREDIT), facts)

    # 2 x 2.50 + 3 x 4.00; one of unknown charge brings nothing
    assert statement.came_to("CR-1") == D("17.00")
    assert "1 of unknown charge bring no credit" in statement.lines[1].rule


@pytest.mark.parametrize(("kept", "credited"), [(1, "12.00"), (0, "4.00")])
def test_what_a_clause_fines_brings_no_credit_beside_it(kept: int, credited: str) -> None:
    missed = frozenset({("CL-1", "2026Q3")})
    charged = (Charged(D("9.0000"), 1), Charged(D("9.0000"), 2, missed))
    facts = kestrel.quarter(
        CL_1=kestrel.facts(kept, 1, "0"), CR_1=kestrel.facts(0, 0, "0", charged=charged)
    )

    # 3 x 4.00 where CL-1 fines nothing, 1 x 4.00 where it does
    assert settle(kestrel.with_clauses(CLIFF, CREDIT), facts).came_to("CR-1") == D(credited)


def test_a_fine_within_chance_is_not_due_under_the_interval_rule() -> None:
    rule = 'interval_rule = {kind = "upper_below_target", confidence = "0.95", cluster = "week"}'
    contract = kestrel.with_clauses(CLIFF + rule)
    weeks = tuple(Counts(kept, 100) for kept in (96, 92, 97, 93, 96, 91, 95, 94, 96, 93, 94, 95))
    bad_weeks = tuple(Counts(one.kept - 15, 100) for one in weeks)

    def due(clusters: tuple[Counts, ...]) -> Decimal:
        kept = sum(one.kept for one in clusters)
        return only(
            contract, kestrel.quarter(CL_1=kestrel.facts(kept, 1_200, "0", clusters=clusters))
        )

    # 1,132 / 1,200 = .943 misses .95 by less than its interval; .793 by far more
    assert due(weeks) == D("0.00")
    assert due(bad_weeks) == D("750.00")
