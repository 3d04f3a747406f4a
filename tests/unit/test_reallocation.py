"""Work moved between carriers: priced where there is evidence, refused where there is none."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.carriers.comparison import Comparison, compare_carriers
from dashboard.analysis.carriers.reallocation import (
    Move,
    _kept,
    _load,
    _plan,
    _priced,
    reallocation,
)
from dashboard.errors import NotEnoughDataError, ScopeError, UnknownNameError
from dashboard.scope import Scope
from dashboard.warehouse import Reader, Warehouse

CELLS = pl.DataFrame(
    [
        ("Heron", "Z1", "economy", 100, 10.0),
        ("Wren", "Z1", "economy", 60, 6.0),
        ("Swift", "Z1", "economy", 40, 4.0),
        ("Heron", "Z2", "economy", 50, 5.0),
        ("Wren", "Z2", "economy", 29, 3.0),
    ],
    schema=["carrier", "zone", "service", "base", "expected"],
    orient="row",
)


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def compared(reader: Reader) -> Comparison:
    return compare_carriers(reader, Scope())


def test_others_take_a_cell_as_they_share_it_and_only_where_they_have_carried_it(
    compared: Comparison,
) -> None:
    plan = _plan(CELLS, compared, Move("Heron", None, 0.5))

    # half of 100 in Z1, by 60 to 40; Z2 has 29 of Wren's, under 30
    assert plan.rows() == [
        ("Z1", "economy", "Swift", 0.2, 20.0, 2.0),
        ("Z1", "economy", "Wren", 0.3, 30.0, 3.0),
    ]


def test_promises_kept_are_the_lates_that_one_ratio_saves_over_another(
    compared: Comparison,
) -> None:
    def fixed(name: str, ratio: float, error: float) -> Comparison:
        units = [
            replace(
                one,
                shrunk=ratio,
                shrunk_low=ratio - 1.959963984540054 * error,
                shrunk_high=ratio + 1.959963984540054 * error,
            )
            if one.name == name
            else one
            for one in found.units
        ]
        return replace(found, units=tuple(units))

    found = compared
    found = fixed("Heron", 1.5, 0.03)
    found = fixed("Wren", 1.0, 0.04)
    plan = _plan(CELLS, found, Move("Heron", "Wren", 1.0))

    kept = _kept(plan, found, Move("Heron", "Wren", 1.0))

    # 10 expected lates: 15 with one, 10 with the other; errors .3 and .4 make .5
    assert kept.value == pytest.approx(5.0)
    assert kept.high - kept.value == pytest.approx(1.959963984540054 * 0.5)


def test_moved_work_costs_what_its_cell_costs_beside_what_was_expected_there() -> None:
    monday = date(2026, 7, 6)
    weeks = [monday, monday + timedelta(weeks=1)]
    sums = pl.DataFrame(
        [
            ("Z1", "economy", "Wren", 60.0, weeks[0], 40.0, 50.0),
            ("Z1", "economy", "Wren", 60.0, weeks[1], 80.0, 50.0),
            ("Z2", "economy", "Wren", 15.0, weeks[0], 9.0, 6.0),
        ],
        schema=["zone", "service", "taker", "work", "week", "observed", "expected"],
        orient="row",
    )

    found = _priced(sums, weeks, np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]]))

    # 60 x 120/100 + 15 x 9/6; first week twice: 60 x 80/100 + 15 x 18/12; second week
    # twice: 60 x 160/100, and Z2, which has no such week, as in all weeks
    assert found.tolist() == [94.5, 70.5, 118.5]


def test_a_takers_busy_days_are_counted_by_what_it_had_before() -> None:
    days = [date(2026, 7, 6) + timedelta(days=n) for n in range(20)]
    had = pl.DataFrame({"day": days, "had": [10.0] * 19 + [30.0]})
    extra = pl.DataFrame({"day": days, "more": [0.0] * 10 + [0.1] * 10})

    found = _load(had, extra, 50.0)

    # more than 11 on one day of twenty before; ten days get five more each
    assert (found.busiest, found.peak, found.busy) == (30.0, 35.0, pytest.approx(11.0))
    assert (found.busy_before, found.busy_days.value, found.days) == (1, 10.0, 20)
    assert found.busy_days.low < 10.0 < found.busy_days.high


def test_losing_the_best_carrier_of_the_rim_costs_promises(reader: Reader) -> None:
    found = reallocation(reader, Scope(), Move("Heron", None, 1.0))
    half = reallocation(reader, Scope(), Move("Heron", None, 0.5))

    assert found.kept.high < 0
    assert half.kept.value == pytest.approx(found.kept.value / 2)
    assert half.moved + half.blind == pytest.approx((found.moved + found.blind) / 2)
    assert found.cost is not None
    assert found.cost.low <= found.cost.value <= found.cost.high


@pytest.mark.parametrize(
    ("move", "error", "said"),
    [
        (Move("Heron", "Wrem", 1.0), UnknownNameError, "unknown carrier 'Wrem'"),
        (Move("Heron", "Heron", 1.0), ScopeError, "would give to itself"),
        (Move("Heron", "Wren", 1.5), ScopeError, "the share to move is 1.5"),
        (Move("Heron", "Puffin", 1.0), NotEnoughDataError, "no cell of zone and service"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    reader: Reader, move: Move, error: type[Exception], said: str
) -> None:
    rim = Scope().within(zone=reader.values("zone")[-1], service="2-hour")

    with pytest.raises(error, match=said):
        reallocation(reader, rim, move)
