"""A quarter settled from imported deliveries: what counts, what does not, what changes it."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.settlement.decisions import as_decided, signed_of, to_sign
from dashboard.analysis.settlement.facts import facts_of_quarter
from dashboard.analysis.settlement.quarter import (
    Asked,
    Settlement,
    settlement,
    settlement_evidence,
)
from dashboard.analysis.settlement.rows import Upheld, read_deliveries
from dashboard.charts.carriers.settlement import signed_said
from dashboard.contracts import Contract
from dashboard.errors import ContractError
from dashboard.scope import Quarter
from dashboard.state import Claim, State
from dashboard.stats.settlement import Statement, settle
from dashboard.warehouse import Reader, Warehouse
from tests import kestrel
from tests.settled_world import OT_1, contract, import_world


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of the world, imported once; its state is not to be written to."""
    return import_world(tmp_path_factory.mktemp("settled"))


@pytest.fixture
def reader(imported: Path) -> Reader:
    return Warehouse(imported).reader(None, LOCAL_USER)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.of(tmp_path)


def exists(_snapshot: int) -> None:
    """Stand for a warehouse that holds every snapshot."""


def settled(
    reader: Reader, by: Contract | None = None, upheld: tuple[Upheld, ...] = ()
) -> Settlement:
    return settlement(reader, Asked((by or contract(),), "Kestrel", "2026Q3", upheld))


def corrected(reader: Reader, by: Contract, name: str, **changes: pl.Expr) -> Statement:
    """The third quarter, had one delivery come in otherwise."""
    third = Quarter(2026, 3)
    found = read_deliveries(reader, by, third.period(), ())
    here = pl.col("delivery_id") == name
    frame = found.frame.with_columns(
        **{c: pl.when(here).then(to).otherwise(pl.col(c)) for c, to in changes.items()}
    )
    return settle(by, facts_of_quarter(replace(found, frame=frame), by, third))


def amounts(statement: Statement) -> dict[str, Decimal]:
    names = dict.fromkeys(line.clause for line in statement.lines)
    return {name: statement.came_to(name) for name in names}


def test_every_delivery_counts_as_the_contract_says(reader: Reader) -> None:
    found = settled(reader)

    line = found.statement.lines[0]
    # Premium: 20 + grace + 3 late + storm + excused + claimed = 27, of which 20 kept raw
    assert (line.facts.raw.kept, line.facts.raw.counted) == (20, 27)
    assert (line.facts.excluded, line.facts.excused) == (1, 1)
    # without the storm and the proven wrong address 25; with the grace 21 kept = .84
    assert (line.facts.counts.kept, line.facts.counts.counted) == (21, 25)
    # fee 24 x 5.00 + 3.00 = 123.00; short .11 = 11 steps x 1 % = 13.53
    assert line.facts.fee == Decimal("123.0000")
    assert amounts(found.statement) == {
        "OT-1": Decimal("13.53"),
        # one a day late, at most its charge
        "CR-1": Decimal("3.00"),
        # 28 of Kestrel were handed over, 25 were promised
        "MV-1": Decimal("0.00"),
    }
    assert not found.statement.provisional
    assert found.message == "Kestrel, 2026 Q3: the carrier owes us EUR 16.53"


def test_the_evidence_names_every_delivery_and_what_it_is(reader: Reader) -> None:
    rows = settlement_evidence(reader, Asked((contract(),), "Kestrel", "2026Q3"))

    named = {
        (row["clause"], row["delivery_id"]): (row["state"], row["why"])
        for row in rows.iter_rows(named=True)
    }
    assert named["OT-1", "grace"] == ("kept", None)
    assert named["OT-1", "storm"] == ("excluded", "storm-2026-08")
    assert named["OT-1", "excused"] == ("excused", "wrong_address")
    assert named["OT-1", "claimed"] == ("missed", None)
    assert named["CR-1", "day-late"] == ("credited", None)
    assert ("OT-1", "other-segment") not in named
    assert ("CR-1", "late-2") not in named
    assert rows.filter(rows["clause"] == "MV-1").height == 28


def test_correcting_a_delivery_changes_exactly_the_lines_it_should(reader: Reader) -> None:
    by = contract()
    in_time = pl.lit(datetime(2026, 7, 6, 12, 10))  # noqa: DTZ001  (naive UTC)

    before = corrected(reader, by, "nobody")
    after = corrected(
        reader, by, "day-late", delivered_at=in_time, lateness_minutes=pl.lit(10, pl.Int32)
    )

    assert before == settled(reader, by).statement
    # kept within grace now: 22 / 25 = .88, short 7 steps x 1.23; and no day late
    assert amounts(after) == {
        "OT-1": Decimal("8.61"),
        "CR-1": Decimal("0.00"),
        "MV-1": Decimal("0.00"),
    }
    assert before.lines[2] == after.lines[2]


def test_removing_a_delivery_changes_exactly_the_lines_it_should(reader: Reader) -> None:
    by = contract()
    third = Quarter(2026, 3)
    found = read_deliveries(reader, by, third.period(), ())
    without = replace(found, frame=found.frame.filter(pl.col("delivery_id") != "late-2"))

    before = corrected(reader, by, "nobody")
    after = settle(by, facts_of_quarter(without, by, third))

    # 21 / 24 = .875, short 7 whole steps x 1 % x 118.00; 27 handed over are still enough
    assert amounts(after) == {
        "OT-1": Decimal("8.26"),
        "CR-1": Decimal("3.00"),
        "MV-1": Decimal("0.00"),
    }
    assert before.lines[1].arithmetic == after.lines[1].arithmetic
    assert (before.lines[2].facts.handed_over, after.lines[2].facts.handed_over) == (28, 27)


def test_the_outcome_of_an_excluded_delivery_changes_no_amount(reader: Reader) -> None:
    by = contract(OT_1)
    kept = corrected(reader, by, "storm", on_time_attempt_rate=pl.lit(1, pl.Int32))
    elsewhere = corrected(reader, by, "storm", segment=pl.lit("Standard"))

    assert amounts(kept) == amounts(elsewhere) == {"OT-1": Decimal("13.53")}


def test_young_deliveries_wait_and_the_quarter_is_provisional(reader: Reader) -> None:
    found = settlement(reader, Asked((contract(),), "Kestrel", "2026Q4"))

    line = found.statement.lines[0]
    assert found.statement.provisional
    assert found.message.endswith(", provisional")
    # the data ends on 31 October, so that of 5 October and 25 October the latter is young
    assert (line.facts.counts.counted, line.facts.immature) == (10, 1)


def test_an_upheld_dispute_takes_its_deliveries_out(reader: Reader) -> None:
    found = settled(reader, upheld=(Upheld("late-2", "OT-1"), Upheld("day-late")))

    # 21 / 23 = .913..; short 3 whole steps x 1 % x (123.00 - 5.00 - 3.00) = 3.45
    assert amounts(found.statement) == {
        "OT-1": Decimal("3.45"),
        "CR-1": Decimal("0.00"),
        "MV-1": Decimal("0.00"),
    }
    assert found.statement.lines[0].facts.disputed == 2


def test_a_dispute_leaves_volume_alone_unless_it_names_its_clause(reader: Reader) -> None:
    def handed_over(*upheld: Upheld) -> int:
        return settled(reader, upheld=upheld).statement.lines[2].facts.handed_over

    assert handed_over(Upheld("late-2")) == 28
    assert handed_over(Upheld("late-2", "MV-1")) == 27


@pytest.mark.parametrize(
    ("clause", "refusal"),
    [
        (
            OT_1.replace("Premium", "Premum"),
            "OT-1: unknown segment 'Premum'; did you mean 'Premium'?",
        ),
        (
            OT_1.replace("storm-2026-08", "strike"),
            "OT-1: there is no window of exclusion 'strike' in the snapshot; import it in "
            "exclusion_windows, or correct the name",
        ),
    ],
)
def test_what_the_data_does_not_know_is_refused(reader: Reader, clause: str, refusal: str) -> None:
    with pytest.raises(ContractError) as refused:
        settled(reader, contract(clause))

    assert str(refused.value) == refusal


def test_days_of_another_time_zone_are_refused(reader: Reader) -> None:
    with pytest.raises(ContractError, match="counts days of Europe/Berlin, the snapshot those"):
        settled(reader, kestrel.with_clauses(OT_1))


def test_a_signed_settlement_stays_and_is_told_from_a_new_one(
    reader: Reader, state: State
) -> None:
    before = settled(reader)
    signed = state.sign_settlement(
        to_sign(before.statement.to_json(), before.snapshot), "Ann", check=exists
    )

    after = settled(reader, upheld=(Upheld("late-2"),))

    standing = signed_of(state.settlements(), "Kestrel", "2026Q3")
    assert standing == signed
    assert signed.settled.total == "16.53"
    assert [one.snapshot for one in state.sign_offs()] == [before.snapshot]
    # 21 / 24 = .875; short 7 whole steps x 1.18 = 8.26; with the credit 11.26, 5.27 less
    assert "differs by −5.27; what was signed stands" in signed_said(standing, after.statement)


EB_1 = """
id = "EB-1"
kind = "earn_back"
of = ["OT-1"]
metric = "on_time_attempt_rate"
target = "0.96"
share = "0.5"
"""


def test_the_next_quarter_earns_back_what_was_signed(reader: Reader, state: State) -> None:
    held = (contract(OT_1, EB_1),)

    def earned(asked: Asked) -> Decimal:
        return settlement(reader, asked).statement.came_to("EB-1")

    third = settlement(reader, Asked(held, "Kestrel", "2026Q3")).statement.to_json()
    higher = third.replace('"amount": "13.53"', '"amount": "20.00"')
    state.sign_settlement(to_sign(higher, 1), "Ann", check=exists)

    # 0.5 x 13.53 = 6.765 -> 6.77; once 20.00 is signed, half of that
    assert earned(Asked(held, "Kestrel", "2026Q4")) == Decimal("-6.77")
    decided = as_decided(held, "Kestrel", "2026Q4", signed=state.settlements())
    assert earned(decided) == Decimal("-10.00")


def test_a_line_waived_by_a_dispute_comes_to_nothing(reader: Reader, state: State) -> None:
    filed = state.file_dispute(Claim("Kestrel", "2026Q3", "agreed", clause="OT-1"), "Ann")
    state.decide_dispute(filed.id, "upheld", "Bo")
    asked = as_decided((contract(),), "Kestrel", "2026Q3", state.disputes())

    found = settlement(reader, asked).statement

    assert amounts(found) == {
        "OT-1": Decimal("0.00"),
        "CR-1": Decimal("3.00"),
        "MV-1": Decimal("0.00"),
    }
    assert "waived by an upheld dispute" in found.lines[0].rule
