"""Segments over several imports: only the same version of the rule may restate history."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.raw import contract_shaped
from tests.rows import Row, delivery

Segments = Callable[[], dict[str, str]]

OLD = delivery("old", customer_id="c")
NEW = delivery("new", customer_id="c", ordered_at="2026-03-02 09:00:00")
OTHERS = delivery("others", customer_id="d")


def assigned(customer: str, segment: str, rule: str | None = None) -> Row:
    return {
        "customer_id": customer,
        "segment": segment,
        "valid_from": "2026-01-01",
        "rule_version": rule or "",
    }


@pytest.fixture(params=["full", "months", "changes"])
def profile(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return contract_shaped(tmp_path / "profile", load=request.param)


@pytest.fixture
def segments(warehouse: Warehouse) -> Segments:
    """The segment of each delivery in the newest snapshot."""

    def found() -> dict[str, str]:
        reader = warehouse.reader(None, LOCAL_USER)
        statement = reader.engine.allow(
            "select delivery_id, segment from deliveries", LOCAL_USER, {}
        )
        return dict(reader.engine.query(statement, {}).iter_rows())

    return found


@pytest.mark.parametrize("rule", ["v1", None])
def test_a_correction_under_the_same_version_restates_history(
    put_in: Import, profile: str, segments: Segments, rule: str | None
) -> None:
    put_in(profile, deliveries=[OLD], segment_assignments=[assigned("c", "Premium", rule)])

    put_in(profile, deliveries=[OLD], segment_assignments=[assigned("c", "Rural", rule)])

    assert segments() == {"old": "Rural"}


def test_another_version_assigns_what_is_new_and_leaves_history_alone(
    put_in: Import, profile: str, segments: Segments
) -> None:
    put_in(profile, deliveries=[OLD], segment_assignments=[assigned("c", "Premium", "v1")])
    other = [assigned("c", "Rural", "v2")]

    put_in(profile, deliveries=[OLD, NEW], segment_assignments=other)

    assert segments() == {"old": "Premium", "new": "Rural"}


def test_history_stays_over_later_imports_and_corrections_of_the_other_version(
    put_in: Import, profile: str, segments: Segments
) -> None:
    put_in(profile, deliveries=[OLD], segment_assignments=[assigned("c", "Premium", "v1")])
    put_in(profile, deliveries=[OLD, NEW], segment_assignments=[assigned("c", "Rural", "v2")])
    corrected = [assigned("c", "Enterprise", "v2")]

    put_in(profile, deliveries=[OLD, NEW, OTHERS], segment_assignments=corrected)

    assert segments() == {"old": "Premium", "new": "Enterprise", "others": "Standard"}


def test_who_is_left_out_by_another_version_keeps_the_past(
    put_in: Import, tmp_path: Path, segments: Segments
) -> None:
    full = contract_shaped(tmp_path / "full", load="full")
    put_in(full, deliveries=[OLD], segment_assignments=[assigned("c", "Premium", "v1")])

    other = [assigned("d", "Rural", "v2")]
    put_in(full, deliveries=[OLD, OTHERS], segment_assignments=other)

    assert segments() == {"old": "Premium", "others": "Rural"}


def test_who_is_taken_out_under_the_same_version_is_restated(
    put_in: Import, tmp_path: Path, segments: Segments
) -> None:
    full = contract_shaped(tmp_path / "full", load="full")
    both = [assigned("c", "Premium", "v1"), assigned("d", "Rural", "v1")]
    put_in(full, deliveries=[OLD, OTHERS], segment_assignments=both)

    left = [assigned("d", "Rural", "v1"), assigned("e", "Rural", "v2")]
    put_in(full, deliveries=[OLD, OTHERS], segment_assignments=left)

    assert segments() == {"old": "Standard", "others": "Rural"}


def test_without_any_assignment_the_declared_segment_counts_again(
    put_in: Import, tmp_path: Path, segments: Segments
) -> None:
    full = contract_shaped(tmp_path / "full", load="full")
    put_in(full, deliveries=[OLD], segment_assignments=[assigned("c", "Premium", "v1")])

    put_in(full, deliveries=[OLD])

    assert segments() == {"old": "Standard"}


def test_a_first_assignment_may_reach_back(
    put_in: Import, profile: str, segments: Segments
) -> None:
    put_in(profile, deliveries=[OLD])

    put_in(profile, deliveries=[OLD], segment_assignments=[assigned("c", "Premium", "v1")])

    assert segments() == {"old": "Premium"}
