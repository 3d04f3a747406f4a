"""The scoreboard: claims only what the quarter test carries, on figures made by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis import figures, scoreboard
from dashboard.analysis.figures import Daily, figure, table
from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery

Q1, Q2 = Quarter(2026, 1).period(), Quarter(2026, 2).period()
AS_OF = datetime(2026, 7, 5)  # noqa: DTZ001
RNG = np.random.default_rng(4)


def quarter_of(segment: str, period: Period, kept_of_20: int) -> list[Row]:
    """Twenty deliveries a day, about as many kept as said: 19 means 95 %."""
    rows = []
    for number in range(period.days):
        day = period.start + timedelta(days=number)
        kept = min(20, kept_of_20 + int(RNG.integers(-1, 2)))
        rows += [
            delivery(
                f"{segment}-{day}-{n}",
                segment=segment,
                ordered_at=f"{day - timedelta(days=1)} 08:00:00",
                promised_by=f"{day} 12:00:00",
                delivered_at=f"{day} {'11' if n < kept else '13'}:00:00",
                cost_last_mile="5.00",
            )
            for n in range(20)
        ]
    return rows


@pytest.fixture
def reader(warehouse: Warehouse, put_in: Import) -> Reader:
    rows = [
        *quarter_of("Premium", Q1, 19),
        *quarter_of("Premium", Q2, 17),
        *quarter_of("Rural", Q1, 17),
        *quarter_of("Rural", Q2, 17),
        *quarter_of("Newcomer", Q2, 18),
    ]
    targets = [
        {"segment": segment, "metric": "on_time_rate", "quarter": "2026Q2", "target": target}
        for segment, target in (("Premium", "0.95"), ("Rural", "0.8"), ("Newcomer", "0.9"))
    ]
    put_in(as_of=AS_OF, deliveries=rows, targets=targets)
    return warehouse.reader(None, LOCAL_USER)


def test_a_fall_beyond_noise_is_claimed_and_nothing_else(reader: Reader) -> None:
    board = scoreboard(reader, Scope(Q2, Q1))

    verdicts = {
        score.segment: cell.change and cell.change.verdict
        for score in board.segments
        for cell in [score.cells["on_time_rate"]]
    }
    assert verdicts == {"Premium": "worse", "Rural": "within normal variation", "Newcomer": None}
    assert board.message.startswith("Premium missed its on-time target, down ")
    assert board.message.endswith(" points; the rest held")


def test_standing_says_not_clear_while_the_interval_holds_the_target(reader: Reader) -> None:
    board = scoreboard(reader, Scope(Q2))

    standings = {s.segment: s.cells["on_time_rate"].standing for s in board.segments}
    assert standings == {"Premium": "missed", "Rural": "met", "Newcomer": "not clear"}
    assert board.whole.cells["on_time_rate"].standing == "no target"


def test_figures_on_the_board_are_the_figures_of_the_command_line(reader: Reader) -> None:
    board = scoreboard(reader, Scope(Q2, Q1))
    printed = figures(reader, ["on_time_rate"], ["segment"], Scope(Q2))

    shown = {s.segment: s.cells["on_time_rate"].figure for s in board.segments}
    assert {dict(one.group)["segment"]: one for one in printed} == shown


def test_the_whole_is_the_sum_of_the_segments(reader: Reader) -> None:
    board = scoreboard(reader, Scope(Q2, Q1))
    printed = figures(reader, ["on_time_rate", "cost_to_serve"], [], Scope(Q2))

    assert board.whole.volume == sum(score.volume for score in board.segments) == 3 * 91 * 20
    assert [board.whole.cells[one.metric.name].figure for one in printed] == printed


def test_a_metric_without_any_data_has_no_cell(reader: Reader) -> None:
    board = scoreboard(reader, Scope(Q2))

    assert set(board.whole.cells) == {"on_time_rate", "cost_to_serve"}


def test_a_running_quarter_is_compared_with_as_many_days(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [*quarter_of("Rural", Q1, 17), *quarter_of("Rural", Q2.first(10), 17)]
    put_in(as_of=datetime(2026, 4, 10, 23), deliveries=rows)  # noqa: DTZ001

    board = scoreboard(warehouse.reader(None, LOCAL_USER), Scope(Q2, Q1))

    assert board.running
    assert board.versus == Period(date(2026, 1, 1), date(2026, 1, 10))


def test_weeks_cut_by_an_edge_are_partial(reader: Reader) -> None:
    board = scoreboard(reader, Scope(Q2))

    weeks = [week for week in board.weeks if week.segment == "Premium"]
    assert [week.start for week in weeks if week.partial] == [
        date(2025, 12, 29),  # the data begins on Thursday 2026-01-01
        date(2026, 6, 29),  # the quarter ends on Tuesday 2026-06-30
    ]
    assert weeks[1].denominator == 140


def test_an_empty_scope_says_what_there_is(reader: Reader) -> None:
    with pytest.raises(ScopeError) as early:
        scoreboard(reader, Scope(Quarter(2020, 1).period()))
    with pytest.raises(ScopeError) as strange:
        scoreboard(reader, Scope(Q2).within(segment="premium"))
    with pytest.raises(ScopeError) as filtered:
        scoreboard(reader, Scope(Q1).within(segment="Newcomer"))

    assert str(early.value) == (
        "no data between 2020-01-01 and 2020-03-31; the snapshot holds 2026-01-01 to 2026-06-30"
    )
    assert str(strange.value) == "unknown segment 'premium'; did you mean 'Premium'?"
    assert str(filtered.value) == "no delivery matches segment = Newcomer; take a filter away"


def test_few_weeks_are_judged_by_days_and_say_so(reader: Reader) -> None:
    found = figures(reader, ["on_time_rate"], [], Scope(Q2.first(30)))
    one_day = figures(reader, ["on_time_rate"], [], Scope(Q2.first(1)))

    assert found[0].clusters == "30 days"
    assert (one_day[0].clusters, one_day[0].low) == ("too few days", None)


def test_the_table_keeps_exact_sums_and_leaves_unknowns_null(reader: Reader) -> None:
    metric = reader.catalog.metric("cost_to_serve")
    daily = Daily.of((Q2.start,), (Decimal("0.3000"),), (Decimal(0),))

    rows = table([figure(metric, (("segment", "=x"),), daily, Q2)], 7).row(0, named=True)

    assert rows == {
        "metric": "cost_to_serve", "segment": "=x", "value": None, "numerator": 0.3,
        "denominator": 0.0, "low": None, "high": None, "unit": "money", "start": Q2.start,
        "end": Q2.end, "snapshot": 7,
    }  # fmt: skip


def test_the_samples_planted_fall_is_found_on_all_its_deliveries(sample_warehouse: Path) -> None:
    """Truth 1 on a tenth of the sample: the sign and size, not the verdict."""
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    q3 = Quarter(2026, 3)

    board = scoreboard(reader, Scope(q3.period(), q3.earlier().period()))

    premium = {s.segment: s for s in board.segments}["Premium"].cells["on_time_rate"]
    assert premium.target == pytest.approx(0.95)
    assert premium.change is not None
    assert premium.change.low is not None
    assert premium.change.low < -0.02 < (premium.change.high or 0)
