"""Contracts are refused by name, with the remedy, before anything is computed."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.contracts import (
    Linear,
    contract_for,
    read_contract,
    read_shelf,
    stated,
    with_terms,
    words,
)
from dashboard.contracts.reading import parse
from dashboard.errors import ContractError
from dashboard.scope import Period
from tests import kestrel

KNOWN = kestrel.known()
OT_1 = 'target = "0.95"'

MISTAKES = [
    (
        'metric = "on_time_attempt_rate"\npromise',
        'metric = "on_time_atempt_rate"\npromise',
        "OT-1: unknown metric 'on_time_atempt_rate'; did you mean 'on_time_attempt_rate'?",
    ),
    (
        OT_1,
        'target = "95"',
        'OT-1: target is "95", outside 0 to 1; write 95 % as "0.95"',
    ),
    (
        'to="0.97", percent_of_fee="0"',
        'to="0.96", percent_of_fee="0"',
        "OT-2: has no tier from 0.96 to 0.97; let the tiers cover 0 to 1 without a gap",
    ),
    (
        '{from="0.95", to="0.97"',
        '{from="0.94", to="0.97"',
        "OT-2: has two tiers from 0.94 to 0.95; let each begin where the one below ends",
    ),
    (
        'to="1.00"',
        'to="0.99"',
        "OT-2: has no tier from 0.99 to 1; let the tiers cover 0 to 1 without a gap",
    ),
    (
        'cap = {percent_of_fee = "2"}',
        'cap = {percent_of_fee = "-2"}',
        "OT-1: cap is negative (-2); write how much without a sign",
    ),
    (
        'contract_cap = {percent_of_fee = "5"}',
        'contract_cap = {percent_of_fee = "-5"}',
        "[contract]: contract_cap is negative (-5); write how much without a sign",
    ),
    (
        "valid_to = 2027-01-01",
        "valid_to = 2026-01-01",
        "[contract]: is valid from 2026-01-01 to 2026-01-01; let it end after it starts "
        "(valid_to is exclusive)",
    ),
    (
        OT_1,
        "target = 0.95",
        'OT-1: target is the bare number 0.95; put it in quotes, like "0.95"',
    ),
    (OT_1, "", "OT-1: 'target' is missing; add it"),
    (
        'kind = "linear"',
        'kind = "lineal"',
        "OT-1: kind is 'lineal'; use one of cliff, consecutive, earn_back, incentive, linear, "
        "min_volume, per_delivery, tier",
    ),
    (
        'partial_step = "none"',
        'partial_steps = "none"',
        "OT-1: unknown key 'partial_steps'; see the grammar of contracts, or leave it out",
    ),
    (
        'of = "OT-2"',
        'of = "OT-9"',
        "OT-3: of names 'OT-9'; use one of OT-1, OT-2",
    ),
    ('id = "OT-2"', 'id = "OT-1"', "there are two clauses 'OT-1'; give each an id of its own"),
    (
        "lateness_minutes > 1440",
        "1=1; drop table deliveries",
        "CR-1: condition is '1=1; drop table deliveries', no condition; write a column, a "
        'comparison and a number, like "lateness_minutes > 1440"',
    ),
    (
        "lateness_minutes > 1440",
        "customer_id > 1",
        "CR-1: condition asks about 'customer_id'; use one of lateness_minutes, late_days, "
        "attempts, weight_kg, volume_l, distance_km, carrier_charge, customer_credit",
    ),
    (
        'fee_base = "carrier_charge"',
        'fee_base = "carrier_charges"',
        "[contract]: fee_base is 'carrier_charges'; did you mean 'carrier_charge'?",
    ),
    (
        'timezone = "Europe/Berlin"',
        'timezone = "Europe/Berlim"',
        "[contract]: timezone is 'Europe/Berlim', no time zone; write one like \"Europe/Berlin\"",
    ),
    (
        'metric = "on_time_rate"\nperiod = "month"',
        'metric = "on_time_rate"\nperiod = "week"',
        "OT-2: period is 'week'; use 'month' or 'quarter'",
    ),
    (
        'amount = {percent_of_fee = "0.10"}',
        'amount = {percent_of_fee = "0.10", money = "4"}',
        "OT-1: amount states 2 amounts; give money or percent_of_fee, and only one",
    ),
    (
        'multiplier = "1.5"',
        'multiplier = "0.5"',
        'OT-3: has a multiplier of 0.5; write one above 1, like "1.5"',
    ),
    (
        'step = "0.001"',
        'step = "0"',
        'OT-1: step is "0"; write a number above 0',
    ),
    (
        "version = 2",
        'version = 2; valid = "yes"',
        "it is no TOML (Expected newline or end of document after a statement (at line 4, "
        "column 12)); write one key = value on each line",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "refusal"), MISTAKES)
def test_a_mistake_is_refused_by_name_with_the_remedy(
    right: str, wrong: str, refusal: str
) -> None:
    assert right in kestrel.KESTREL
    with pytest.raises(ContractError) as refused:
        parse(kestrel.KESTREL.replace(right, wrong, 1), KNOWN)

    assert str(refused.value) == refusal


def test_what_data_a_contract_asks_for_is_checked_like_the_rest() -> None:
    asked = kestrel.contract(kestrel.KESTREL + '[data]\ntime_share = "0.98"\n')

    assert (asked.data.time_share, asked.data.scan_share) == (Fraction(49, 50), None)
    with pytest.raises(ContractError, match='time_share is "98", outside 0 to 1; write'):
        kestrel.contract(kestrel.KESTREL + '[data]\ntime_share = "98"\n')
    with pytest.raises(ContractError, match=r"unknown key 'data\.speed'"):
        kestrel.contract(kestrel.KESTREL + '[data]\nspeed = "0.98"\n')


@pytest.mark.parametrize("clause", [one.id for one in kestrel.contract().clauses])
def test_a_clause_written_back_as_it_was_says_the_same(clause: str) -> None:
    before = kestrel.contract()

    after = with_terms(before, clause, stated(before.named(clause)), kestrel.known())

    assert [words(one, "EUR") for one in after.clauses] == [
        words(one, "EUR") for one in before.clauses
    ]


def test_a_changed_clause_is_read_as_its_file_would_be() -> None:
    before = kestrel.contract()
    terms = {"target": "0.96", "amount": "12.50", "interval_rule": "0.9", "exclusions": ""}

    after = with_terms(before, "OT-1", terms, kestrel.known())

    one = after.named("OT-1")
    assert isinstance(one, Linear)
    assert (one.target, one.amount.money) == (Fraction(24, 25), Fraction(25, 2))
    assert (one.interval_rule.kind, one.interval_rule.confidence) == (
        "upper_below_target",
        Fraction(9, 10),
    )
    assert one.exclusions == ()
    assert one.cap == before.clauses[0].cap
    assert after.clauses[1:] == before.clauses[1:]
    assert before == kestrel.contract()


@pytest.mark.parametrize(
    ("clause", "terms", "message"),
    [
        ("OT-1", {"target": "95"}, 'OT-1: target is "95", outside 0 to 1; write 95 % as "0.95"'),
        ("OT-1", {"step": ""}, "OT-1: 'step' is missing; add it"),
        ("OT-2", {"tiers": "all: 1 %"}, "'all: 1 %' is no tier; write it like"),
        ("OT-2", {"tiers": "0.5 to 1: 1 %"}, "OT-2: has no tier from 0 to 0.5; let the tiers"),
        ("OT-9", {}, "the contract has no clause 'OT-9'; name one of OT-1, OT-2, OT-3"),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused_by_name(
    clause: str, terms: dict[str, str], message: str
) -> None:
    with pytest.raises(ContractError) as refused:
        with_terms(kestrel.contract(), clause, terms, kestrel.known())

    assert str(refused.value).startswith(message)


def test_a_file_that_breaks_a_rule_is_named(tmp_path: Path) -> None:
    path = kestrel.write(tmp_path, kestrel.KESTREL.replace(OT_1, 'target = "95"'))

    with pytest.raises(ContractError, match=r"^kestrel-2026\.toml: OT-1: target is"):
        read_contract(path, KNOWN)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 5_000])
def test_bytes_that_are_no_contract_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content)

    with pytest.raises(ContractError, match=r"^odd\.toml"):
        read_contract(path, KNOWN)


def test_two_contracts_valid_at_once_are_refused(tmp_path: Path) -> None:
    kestrel.write(tmp_path)
    later = kestrel.KESTREL.replace("2027-01-01", "2028-01-01").replace("2026-01-01", "2026-12-01")
    kestrel.write(tmp_path, later, "kestrel-2027.toml")

    with pytest.raises(ContractError) as refused:
        read_shelf(tmp_path, KNOWN)

    assert str(refused.value) == (
        "kestrel-2026.toml and kestrel-2027.toml are both valid for Kestrel on 2026-12-01; let "
        "one end (valid_to) where the other begins"
    )


def test_a_contract_that_begins_inside_the_quarter_is_refused() -> None:
    late = kestrel.contract(**{"2026-01-01": "2026-02-01"})

    with pytest.raises(ContractError, match=r"holds only a part of the quarter 2026-01-01"):
        contract_for((late,), "Kestrel", Period(date(2026, 1, 1), date(2026, 3, 31)))


def test_an_unknown_carrier_is_told_whose_contracts_there_are() -> None:
    with pytest.raises(ContractError) as refused:
        contract_for((kestrel.contract(),), "Osprey", kestrel.Q3)

    assert str(refused.value) == (
        "there is no contract with 'Osprey', only with Kestrel; put one into the folder of "
        "contracts"
    )


def test_every_clause_has_words() -> None:
    found = kestrel.contract()

    said = {clause.id: words(clause, "EUR") for clause in found.clauses}

    assert said["OT-1"] == (
        "For every 0.1 points by which the quarter's share 'on time attempt' of Premium (by the "
        "committed promise, 15 minutes of grace) falls short of 95 % the carrier owes 0.1 % of "
        "the fee (whole steps only). Below EUR 100.00 nothing is paid. At most 2 % of the fee. "
        "Not judged under 200 deliveries. Without what fell due in storm-2026-08. Missed for "
        "wrong address or refused, with evidence: does not count."
    )
    assert all(text.endswith(".") for text in said.values())


def assert_read_or_refused(text: str) -> None:
    """A contract, or one line that says what was found and what is needed."""
    said = "; "
    try:
        parse(text, KNOWN)
    except ContractError as refused:
        said = str(refused)
    assert "; " in said
    assert "\n" not in said


values = st.recursive(
    st.one_of(
        st.booleans().map(lambda one: str(one).lower()),
        st.integers(-(10**20), 10**20).map(str),
        st.floats().map(repr),
        st.text("abc0.95-/%<> =", max_size=12).map(lambda text: f'"{text}"'),
        st.sampled_from(['"0.95"', '"tier"', '"linear"', '"month"', "2026-01-01", "07:32:00"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.dictionaries(
            st.sampled_from(["money", "percent_of_fee", "from", "to", "kind", "id"]),
            inner,
            max_size=3,
        ).map(lambda d: "{" + ", ".join(f"{k} = {v}" for k, v in d.items()) + "}")
    ),
    max_leaves=6,
)
LINES = [at for at, line in enumerate(kestrel.KESTREL.splitlines()) if " = " in line]


@given(st.sampled_from(LINES), values)
def test_no_value_anywhere_in_a_contract_gives_a_traceback(at: int, value: str) -> None:
    lines = kestrel.KESTREL.splitlines()
    key = lines[at].split(" = ")[0]
    lines[at] = f"{key} = {value}"

    assert_read_or_refused("\n".join(lines))


@given(st.text(max_size=200))
@example("clause = 1")
@example("contract = []\nclause = [1]")
@example("[[clause]]\nkind = []")
@example("[contract]\n[[clause]]\nkind = 'linear'\nid = {}")
def test_no_text_gives_a_traceback(text: str) -> None:
    with pytest.raises(ContractError):
        parse(text, KNOWN)


@given(st.integers(0, len(kestrel.KESTREL) - 1), st.integers(0, 40), st.text(max_size=5))
def test_no_cut_or_insertion_gives_a_traceback(at: int, length: int, put: str) -> None:
    text = kestrel.KESTREL[:at] + put + kestrel.KESTREL[at + length :]

    assert_read_or_refused(text)
