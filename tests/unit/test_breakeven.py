"""Levers to break even, each solved alone: what is needed, put in, leaves nothing missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.breakeven import (
    Economics,
    drops_per_stop_needed,
    fee_needed,
    first_attempt_rate_needed,
)


def losing(gap: float, **changes: float | None) -> Economics:
    now: dict = {
        "revenue": 5.0, "cost": 5.0 + gap, "per_stop_cost": 3.0, "drops_per_stop": 1.2,
        "first_attempt_rate": 0.9, "failed_attempt_cost": 6.0,
    }  # fmt: skip
    return Economics(**(now | changes))


def test_by_hand() -> None:
    now = losing(0.5)

    assert fee_needed(now) == 5.5
    assert drops_per_stop_needed(now) == pytest.approx(1.2 * 3 / 2.5)
    assert first_attempt_rate_needed(now) == pytest.approx(0.9 + 0.5 / 6)


@given(st.floats(0.01, 2.9))
def test_the_density_needed_saves_exactly_the_gap(gap: float) -> None:
    now = losing(gap)
    needed = drops_per_stop_needed(now)

    assert needed is not None
    saved = now.per_stop_cost * (1 - now.drops_per_stop / needed)
    assert saved == pytest.approx(gap)


def test_a_lever_that_cannot_do_it_alone_says_so() -> None:
    assert drops_per_stop_needed(losing(3.0)) is None
    assert first_attempt_rate_needed(losing(0.7)) is None
    assert first_attempt_rate_needed(losing(0.1, failed_attempt_cost=None)) is None
    assert first_attempt_rate_needed(losing(0.1, first_attempt_rate=None)) is None
