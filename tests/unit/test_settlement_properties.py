"""What holds for any contract and any deliveries."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.settlement.facts import facts_of_quarter
from dashboard.analysis.settlement.rows import Deliveries
from dashboard.contracts import Contract
from dashboard.scope import Quarter
from dashboard.stats.settlement import Counts, Earlier, Statement, settle
from tests import kestrel

THIRD = Quarter(2026, 3)
WINDOW = (datetime(2026, 8, 1), datetime(2026, 8, 15))  # noqa: DTZ001  (naive UTC)
CENT = Decimal("0.01")
SECOND = Earlier("2026Q2", {"L": Decimal("123.45")}, {"E": Counts(1, 2)})
DELIVERIES = {
    "delivery_id": pl.String, "segment": pl.String, "service": pl.String, "zone": pl.String,
    "carrier": pl.String, "route_id": pl.String,
    "promised_date": pl.Date, "committed_by": pl.Datetime,
    "is_timed": pl.Boolean, "is_due": pl.Boolean, "status": pl.String,
    "handed_over_at": pl.Datetime, "first_attempt_at": pl.Datetime, "delivered_at": pl.Datetime,
    "failure_reason": pl.String, "lateness_minutes": pl.Int64, "carrier_charge": pl.Decimal(18, 4),
    "on_time_rate": pl.Int32, "on_time_attempt_rate": pl.Int32, "fee": pl.Decimal(18, 4),
    "charge": pl.Decimal(18, 4), "is_settled": pl.Boolean, "has_evidence": pl.Boolean,
}  # fmt: skip

money = st.integers(0, 20_000).map(lambda cents: f"{cents / 100:.2f}")
shares = st.integers(1, 99).map(lambda n: f"0.{n:02d}")
percents = st.integers(0, 400).map(lambda n: f"{n / 100:.2f}")
sums = st.one_of(
    money.map(lambda m: f'{{money = "{m}"}}'),
    percents.map(lambda p: f'{{percent_of_fee = "{p}"}}'),
)
limits = st.tuples(st.sampled_from(["", "floor", "cap"]), sums).map(
    lambda pair: f"{pair[0]} = {pair[1]}\n" if pair[0] else ""
)
commons = st.tuples(
    limits,
    st.sampled_from(["", 'segment = ["Premium"]\n']),
    st.sampled_from(["", 'excused = ["refused"]\n']),
).map("".join)
RATE = 'metric = "on_time_rate"\nexclusions = ["storm"]\n'


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Random clauses of every kind."""
    month = draw(st.sampled_from(['period = "month"\n', 'period = "quarter"\n']))
    partial = draw(st.sampled_from(["none", "pro_rata"]))
    edge = draw(shares)
    tiers = (
        f'tiers = [{{from = "0", to = "{edge}", percent_of_fee = "{draw(percents)}"}}, '
        f'{{from = "{edge}", to = "1", money = "-{draw(money)}"}}]\n'
    )
    clauses = [
        f'id = "L"\nkind = "linear"\n{RATE}{month}target = "{draw(shares)}"\nstep = "0.01"\n'
        f'partial_step = "{partial}"\namount = {draw(sums)}\n{draw(commons)}',
        f'id = "T"\nkind = "tier"\n{RATE}period = "month"\n{tiers}{draw(commons)}',
        f'id = "C"\nkind = "cliff"\n{RATE}target = "{draw(shares)}"\namount = {draw(sums)}\n'
        + draw(commons),
        f'id = "I"\nkind = "incentive"\n{RATE}target = "{draw(shares)}"\nstep = "0.02"\n'
        f"amount = {draw(sums)}\n{draw(commons)}",
        'id = "R"\nkind = "consecutive"\nof = "T"\nbelow = "0.9"\ncount = 2\nmultiplier = "1.5"\n'
        + draw(limits),
        'id = "P"\nkind = "per_delivery"\ncondition = "lateness_minutes > 60"\n'
        'exclusions = ["storm"]\namount = {money = "4.00"}\ncap = {per_delivery = '
        '"carrier_charge"}\nnot_with = ["C"]\n',
        'id = "V"\nkind = "min_volume"\ncommitted = 30\namount = {money = "1.10"}\n',
        f'id = "E"\nkind = "earn_back"\nof = ["L"]\n{RATE}target = "{draw(shares)}"\n'
        'share = "0.5"\n',
    ]
    cap = draw(st.one_of(st.just(""), money.map(lambda m: f'contract_cap = {{money = "{m}"}}')))
    return kestrel.with_clauses(*clauses, cap=cap)


rows = st.lists(
    st.tuples(
        st.integers(0, 91),
        st.integers(-600, 3_000),
        st.sampled_from(["Premium", "Standard"]),
        st.sampled_from([None, "refused"]),
        st.one_of(st.none(), st.integers(0, 100_000)),
        st.booleans(),
    ),
    max_size=60,
)


def deliveries(found: list[tuple]) -> Deliveries:
    """Deliveries in the shape that `read_deliveries` gives."""
    data = []
    for n, (day, late, segment, reason, charge, settled) in enumerate(found):
        on = date(2026, 7, 1) + timedelta(days=day)
        by = datetime(on.year, on.month, on.day, 12)  # noqa: DTZ001  (naive UTC)
        fee = None if charge is None else Decimal(charge) / 10_000
        data.append({
            "delivery_id": f"d{n}", "segment": segment, "service": "same day", "zone": "Z01",
            "carrier": "Kestrel", "route_id": None,
            "promised_date": on, "committed_by": by, "is_timed": True,
            "is_due": settled, "status": "delivered", "handed_over_at": by, "first_attempt_at": by,
            "delivered_at": by + timedelta(minutes=late), "failure_reason": reason,
            "lateness_minutes": late, "carrier_charge": fee, "on_time_rate": int(late <= 0),
            "on_time_attempt_rate": 1, "fee": fee, "charge": fee, "is_settled": settled,
            "has_evidence": False,
        })  # fmt: skip
    window = {"name": "storm", "starts_at": WINDOW[0], "ends_at": WINDOW[1]}
    windows = pl.DataFrame([window | {"zone": None, "carrier": None}])
    return Deliveries(pl.DataFrame(data, schema=DELIVERIES), windows, ())


def settled(contract: Contract, found: Deliveries) -> Statement:
    facts = facts_of_quarter(found, contract, THIRD)
    return settle(contract, replace(facts, earlier=(SECOND,)))


@settings(max_examples=60)
@given(contracts(), rows)
def test_lines_sum_to_the_total_and_hold_every_cap(contract: Contract, given_rows: list) -> None:
    statement = settled(contract, deliveries(given_rows))

    assert statement.total == sum(line.amount for line in statement.lines)
    assert all(line.amount == line.amount.quantize(CENT) for line in statement.lines)
    for line in statement.lines:
        clause = contract.named(line.clause)
        total = clause.cap.total if clause.cap else None
        if total is not None:
            assert abs(line.amount) <= total.of(line.facts.fee) + Fraction(1, 200)
    if statement.cap is not None:
        assert statement.total <= statement.cap
    assert all(abs(line.amount) <= abs(line.before_cap) for line in statement.lines)
    credited = next(line for line in statement.lines if line.clause == "P")
    charged = [(one.charge, one.deliveries) for one in credited.facts.charged]
    most = sum(min(charge or Decimal(0), Decimal(4)) * count for charge, count in charged)
    assert credited.amount <= most + CENT / 2
    # 0.5 x 123.45 = 61.725 -> 61.73, all or nothing
    assert statement.came_to("E") in (Decimal(0), Decimal("-61.73"))
    short = max(0, 30 - len(given_rows))
    assert statement.came_to("V") == Decimal("-1.10") * short


@settings(max_examples=60)
@given(contracts(), rows, rows)
def test_what_falls_into_an_excluded_window_changes_no_amount(
    contract: Contract, given_rows: list, more: list
) -> None:
    in_window = [(31 + day % 14, *rest) for day, *rest in more]

    alone = settled(contract, deliveries(given_rows))
    together = settled(contract, deliveries([*given_rows, *in_window]))

    # What was handed over counts towards our commitment, whatever fell into the window.
    outside, all_told = (
        [line.amount for line in one.lines if line.clause != "V"] for one in (alone, together)
    )
    assert all_told == outside


@settings(max_examples=30)
@given(contracts(), rows, st.randoms())
def test_settling_twice_in_any_order_gives_the_same_bytes(
    contract: Contract, given_rows: list, chance: object
) -> None:
    found = deliveries(given_rows)
    shuffled = found.frame.sample(
        fraction=1,
        shuffle=True,
        seed=chance.randint(0, 999),  # ty: ignore[missing-attribute]
    )

    once = settled(contract, found).to_json()
    again = settled(contract, replace(found, frame=shuffled)).to_json()

    assert once == again
