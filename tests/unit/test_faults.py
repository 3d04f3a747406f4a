"""Declared against evidence, moved promises, legs, what-ifs: worked by hand on few rows."""

from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.causes.counterfactual import gains
from dashboard.analysis.causes.faults import faults
from dashboard.analysis.causes.legs import legs
from dashboard.errors import CatalogError, NotEnoughDataError, ScopeError
from dashboard.faults import faults_in_use, read_faults
from dashboard.scope import Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery

ABSENT = "Recipient absent"


def failed(delivery_id: str, **changes: object) -> Row:
    """A first attempt that failed, delivered late the day after."""
    own = {"attempts": 2, "failure_reason": ABSENT, "delivered_at": "2026-03-04 10:00:00"}
    return delivery(delivery_id, **(own | changes))


def arrival(delivery_id: str, kind: str = "arrival") -> Row:
    return {
        "delivery_id": delivery_id,
        "kind": kind,
        "occurred_at": "2026-03-03 11:00:00",
        "attempt": 1,
    }


@pytest.fixture
def reader(warehouse: Warehouse, put_in: Import) -> Reader:
    put_in(
        deliveries=[
            failed("proven", carrier="Merlin"),
            failed("unproven", carrier="Merlin"),
            failed("in time", carrier="Merlin", delivered_at="2026-03-03 11:59:00"),
            failed("odd", carrier="Merlin", failure_reason="Gremlins"),
            failed("damaged", carrier="Wren", failure_reason="damaged"),
            delivery("lost", carrier="Wren", status="lost", delivered_at=None, attempts=0),
            delivery(
                "shipper",
                carrier="Wren",
                attempts=1,
                handed_over_at="2026-03-03 13:00:00",
                delivered_at="2026-03-03 16:00:00",
            ),
            delivery("moved", carrier="Wren", attempts=1, delivered_at="2026-03-03 18:00:00",
                     out_for_delivery_at="2026-03-03 09:00:00"),
            delivery("kept", carrier="Wren", attempts=1),
        ],
        events=[arrival("proven"), arrival("in time"), arrival("unproven", kind="attempt")],
        promise_changes=[
            {
                "delivery_id": "moved",
                "changed_at": "2026-03-03 10:00:00",
                "new_by": "2026-03-04 12:00:00",
                "requested_by": "carrier",
            }
        ],
    )  # fmt: skip
    return warehouse.reader(None, LOCAL_USER)


def test_evidence_goes_over_what_was_declared(reader: Reader) -> None:
    board = faults(reader, Scope())
    matrix = {(own, other): n for own, other, n in board.matrix if n}

    assert matrix == {
        ("customer", "customer"): 2,
        ("customer", "carrier"): 1,
        ("carrier", None): 1,
        ("unknown", "carrier"): 1,
        ("unknown", "shipper"): 1,
        ("unknown", None): 2,
    }
    assert dict(board.faults) == {
        "customer": 1, "shipper": 1, "carrier": 3, "force majeure": 0, "unknown": 2,
    }  # fmt: skip


def test_the_share_without_a_reason_is_told_and_strange_reasons_are_named(
    reader: Reader,
) -> None:
    board = faults(reader, Scope())

    assert (board.wrong, board.breaches, board.unexplained) == (8, 7, 3)
    assert board.strange == ("Gremlins",)
    assert board.reasons[-1].reason == ""
    first = next(one for one in board.reasons if one.reason == ABSENT)
    assert (first.breaches, first.failed, first.known, first.unproven) == (2, 3, 3, 1)


def test_a_carrier_that_sends_no_arrivals_is_not_blamed_for_their_lack(reader: Reader) -> None:
    proofs = {(one.carrier, one.reason): one for one in faults(reader, Scope()).proofs}

    assert (proofs["Merlin", ABSENT].unproven, proofs["Merlin", ABSENT].known) == (1, 3)
    assert proofs["Merlin", ABSENT].p_value is None
    assert set(proofs) == {("Merlin", ABSENT)}


def test_a_moved_promise_is_late_by_the_first_and_kept_by_the_last(reader: Reader) -> None:
    moved = {one.carrier: one for one in faults(reader, Scope()).moved}

    assert (moved["Wren"].due, moved["Wren"].moved, moved["Wren"].on_the_way) == (5, 1, 1)
    assert (moved["Wren"].on_time, moved["Wren"].on_time_moved) == (1, 2)
    assert (moved["Merlin"].on_time, moved["Merlin"].on_time_moved) == (1, 1)


def test_filters_cut_every_figure(reader: Reader) -> None:
    board = faults(reader, Scope().within(carrier="Wren"))

    assert (board.wrong, board.breaches) == (4, 4)
    assert not board.has_arrivals
    assert [one.carrier for one in board.moved] == ["Wren"]


def test_a_scope_without_a_promise_due_is_refused(reader: Reader) -> None:
    with pytest.raises(ScopeError, match="Heron"):
        faults(reader, Scope().within(carrier="Heron"))


def on_its_way(delivery_id: str, *times: str, **changes: object) -> Row:
    names = ("handed_over_at", "out_for_delivery_at", "first_attempt_at", "delivered_at")
    return delivery(
        delivery_id,
        service="next day",
        **{name: f"2026-03-{time}:00" for name, time in zip(names, times, strict=True)},
        **changes,
    )


def test_legs_beyond_plan_add_up_to_what_late_deliveries_took_longer(
    warehouse: Warehouse, put_in: Import
) -> None:
    """Kept: 2, 22, 2, 0 hours. Late: 4, 22, 2, 6 hours."""
    kept = ("02 10:00", "03 08:00", "03 10:00", "03 10:00")
    late = ("02 12:00", "03 10:00", "03 12:00", "03 18:00")
    put_in(
        deliveries=[on_its_way(f"k{n}", *kept) for n in range(30)]
        + [on_its_way(f"l{n}", *late) for n in range(30)]
        + [delivery("gone", service="next day", status="lost", delivered_at=None)]
    )

    found = legs(warehouse.reader(None, LOCAL_USER), Scope())

    assert [leg.beyond for leg in found.legs] == [120.0, 0.0, 0.0, 360.0]
    assert (found.beyond("warehouse"), found.beyond("carrier")) == (120.0, 360.0)
    assert (found.late, found.untimed, found.buffer) == (30, 1, 28 * 60.0)
    assert found.message.startswith("First attempt to delivery (carrier) took 360 of the 480")


def test_without_times_there_are_no_legs(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("1"), delivery("2", delivered_at="2026-03-04 10:00:00")])

    with pytest.raises(NotEnoughDataError, match="0 late deliveries with every time known"):
        legs(warehouse.reader(None, LOCAL_USER), Scope())


def test_a_gain_is_told_in_points_of_the_whole(warehouse: Warehouse, put_in: Import) -> None:
    def of(zone: str, late: int) -> list[Row]:
        return [
            delivery(
                f"{zone}-{n}",
                zone=zone,
                delivered_at="2026-03-03 14:00:00" if n < late else "2026-03-03 10:00:00",
            )
            for n in range(400)
        ]

    put_in(deliveries=of("A", 20) + of("B", 24) + of("C", 160) + [delivery("x", zone="D")])

    found = gains(warehouse.reader(None, LOCAL_USER), "zone", Scope())

    first = found.gains[0]
    assert (first.value, first.n, first.late, found.thin) == ("C", 400, 160, 1)
    assert first.usual == pytest.approx(0.055, abs=0.005)
    assert first.points == pytest.approx(first.avoided / 1_201)
    assert first.cash is None


def test_the_own_file_maps_the_reasons_of_the_sample() -> None:
    mapping = faults_in_use(None)

    assert mapping.by_declaration(" Recipient ABSENT ") == "customer"
    assert mapping.by_declaration("weather") == "force majeure"
    assert mapping.by_declaration(None) == "unknown"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[declared", "faults.toml: "),
        ("[reasons]", "unknown part 'reasons'; use [declared] and [[evidence]]"),
        ('[declared]\nboss = ["a"]', "declared is 'boss'; use one of customer, shipper"),
        ('[declared]\ncustomer = "a"', "[declared] customer is 'a'; write a list"),
        (
            '[declared]\ncustomer = ["a"]\ncarrier = ["A"]',
            "'A' is customer and carrier; keep one of them",
        ),
        ('[[evidence]]\nfact = "lost"', "[[evidence]] has only fact; write fact, fault"),
        (
            '[[evidence]]\nfact = "rumour"\nfault = "carrier"',
            "fact is 'rumour'; use one of lost, excluded",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_remedy(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CatalogError) as refused:
        read_faults(path)

    assert words in str(refused.value)
