"""Clauses that one delivery touches, on the deliveries of the settled world, by hand.

OT-1: first attempts of Premium within 15 minutes of the promise, without the storm, wrong
addresses excused with evidence. CR-1: 4.00 for more than 1,440 minutes late, at most the
charge. MV-1: 25 a quarter. Settled 14 days after the promise; the data ends on 31 October.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.settlement.quarter import Asked
from dashboard.analysis.settlement.rows import Upheld
from dashboard.analysis.settlement.touched import Touched, clauses_touched, quarter_of
from dashboard.charts.carriers.touched import touched_said, touched_table
from dashboard.errors import ContractError
from dashboard.warehouse import Reader, Warehouse
from tests import kestrel
from tests.settled_world import CR_1, MV_1, OT_1, contract, import_world

KEPT = "Counts as kept in the share 'on time attempt'"
MISSED = "Counts as missed in the share 'on time attempt'"
HANDED = "Counts as one of the 25 that we hand over"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = import_world(tmp_path_factory.mktemp("touched"))
    return Warehouse(folder).reader(None, LOCAL_USER)


def asked(*clauses: str, quarter: str = "2026Q3") -> Asked:
    return Asked((contract(*clauses),), "Kestrel", quarter)


def said(found: Touched) -> dict[str, str]:
    return {one.clause: one.said for one in found.touches}


@pytest.mark.parametrize(
    ("name", "in_share"),
    [
        ("kept-1", KEPT),
        ("grace", f"{KEPT}, thanks to its grace"),
        ("late-1", MISSED),
        ("storm", "Does not count: it fell due in storm-2026-08"),
        ("excused", "Missed, but does not count: excused by 'wrong_address'"),
        ("claimed", f"{MISSED}; 'wrong_address' excuses it only with evidence"),
    ],
)
def test_a_share_says_how_the_delivery_counts_in_it(
    reader: Reader, name: str, in_share: str
) -> None:
    found = clauses_touched(reader, asked(), name)

    assert said(found) == {"OT-1": in_share, "MV-1": HANDED}
    assert [one.amount for one in found.touches] == [None, None]


def test_a_credit_is_the_deliverys_own_and_at_most_its_charge(reader: Reader) -> None:
    """1,441 minutes late: 4.00, but it was charged 3.00."""
    found = clauses_touched(reader, asked(), "day-late")

    assert said(found) == {
        "OT-1": MISSED,
        "CR-1": "Brings a credit",
        "MV-1": HANDED,
    }
    assert [one.amount for one in found.touches] == [None, Decimal("3.00"), None]
    assert touched_table(found)["It alone brings"].to_list() == ["", "EUR 3.00", ""]
    assert touched_table(found)["Period"].to_list() == ["2026 Q3"] * 3
    assert touched_said(found).startswith("Judged from this delivery alone")


def test_a_credit_beside_a_fine_depends_on_the_whole_period(reader: Reader) -> None:
    apart = f'{CR_1}not_with = ["OT-1"]\n'

    found = said(clauses_touched(reader, asked(OT_1, apart, MV_1), "day-late"))

    assert found["CR-1"].endswith(", unless OT-1 fines its period")


def test_other_segments_touch_only_what_is_about_all(reader: Reader) -> None:
    assert said(clauses_touched(reader, asked(), "other-segment")) == {"MV-1": HANDED}


def test_a_young_delivery_is_not_judged_yet(reader: Reader) -> None:
    """Promised on 25 October, six days before the data ends."""
    found = clauses_touched(reader, asked(quarter="2026Q4"), "young")

    assert said(found) == {
        "OT-1": "Not judged yet: that is done 14 days after its promise fell due",
        "MV-1": HANDED,
    }


def test_decided_disputes_are_considered(reader: Reader) -> None:
    upheld = replace(asked(), upheld=(Upheld("late-1", "OT-1"),))
    waived = replace(asked(), waived=frozenset({("2026Q3", "OT-1")}))

    one = said(clauses_touched(reader, upheld, "late-1"))
    other = said(clauses_touched(reader, waived, "late-1"))

    assert one["OT-1"] == "Does not count: a dispute about it was upheld"
    assert other["OT-1"] == f"{MISSED}; an upheld dispute took the whole line away"


def test_months_and_rows_of_months_are_touched_too(reader: Reader) -> None:
    """The hand ledger's contract: tiers by the month, and a clause on rows of them."""
    whole = kestrel.contract(kestrel.KESTREL.replace("Europe/Berlin", "UTC"))

    found = clauses_touched(reader, Asked((whole,), "Kestrel", "2026Q3"), "late-2")

    periods = {one.clause: (one.period, one.said) for one in found.touches}
    assert periods["OT-2"] == ("2026-07", MISSED.replace(" attempt", ""))
    assert periods["OT-3"] == ("2026-07", "Only through OT-2")
    assert periods["EB-1"] == ("2026Q3", MISSED)


def test_a_quarter_without_a_contract_is_said(reader: Reader) -> None:
    row = reader.rows.one("delivery", "other-carrier").row(0, named=True)
    quarter = quarter_of(row, reader.fiscal_year_start)

    assert quarter is not None
    with pytest.raises(ContractError, match="there is no contract with 'Heron', only with"):
        clauses_touched(reader, Asked((contract(),), "Heron", quarter.key), "other-carrier")
