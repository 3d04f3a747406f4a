"""Control charts of a snapshot: which weeks are judged, where baselines begin, what counts."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import plotly.graph_objects as go
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis import ProcessChart, Rebaseline, control
from dashboard.analysis.service.control import control_table
from dashboard.charts import palette
from dashboard.charts.service.control import Marked, chance_said, control_charts
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.settings import Settings
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery

MONDAY = date(2026, 1, 5)
A_WEEK = timedelta(days=7)
EVERY_DAY = 7


def weeks(kept: Sequence[int], due: int = 40, **changes: object) -> list[Row]:
    """So many weeks of deliveries from 5 January 2026, `due` each, spread over their days."""
    rows = []
    for at, good in enumerate(kept):
        for number in range(due):
            day = MONDAY + at * A_WEEK + timedelta(days=number % EVERY_DAY)
            hour = 10 if number < good else 13
            rows.append(
                delivery(
                    f"{changes.get('segment', '')}-{at}-{number}",
                    ordered_at=f"{day} 06:00:00",
                    promised_by=f"{day} 12:00:00",
                    delivered_at=f"{day} {hour}:00:00",
                    **changes,
                )
            )
    return rows


def as_of(count: int, days: int = 0) -> datetime:
    """The moment after so many weeks and days."""
    end = MONDAY + count * A_WEEK + timedelta(days=days)
    return datetime(end.year, end.month, end.day)  # noqa: DTZ001


def opened(warehouse: Warehouse) -> Reader:
    return warehouse.reader(None, LOCAL_USER)


def test_thirty_weeks_have_limits_from_the_first_26(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=weeks([36, 38] * 13 + [20] * 4), as_of=as_of(30))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope())

    assert (found.kind, found.baseline, found.why) == ("p′", 26, "")
    assert found.points[0].centre == pytest.approx(37 / 40)
    assert [point.start for point in found.points if point.signal] == [
        MONDAY + at * A_WEEK for at in range(26, 30)
    ]
    assert (found.variation, found.judged, found.signals) == ("worsening", 30, 4)


def test_only_weeks_of_the_period_are_counted(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=weeks([36, 38] * 13 + [20] * 4), as_of=as_of(30))
    last_two = Period(MONDAY + 28 * A_WEEK, MONDAY + 30 * A_WEEK - timedelta(days=1))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope(period=last_two))

    assert (len(found.points), found.judged, found.signals) == (30, 2, 2)


def test_eleven_weeks_make_a_run_chart_and_say_why(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=weeks([36, 38] * 5 + [10]), as_of=as_of(11))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope())

    assert (found.kind, found.baseline) == ("run", 0)
    assert found.why == "11 complete weeks; limits need 12"
    assert (found.variation, found.assurance, found.by_chance) == (
        "not judged", "not judged", None,
    )  # fmt: skip
    assert all(point.low is None for point in found.points)


def test_weeks_that_never_failed_say_why_there_are_no_limits(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([40] * 14), as_of=as_of(14))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope())

    assert (found.kind, found.why) == ("run", "every case of the baseline is 1")


def test_the_running_week_is_partial_and_never_judged(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([36, 38] * 7 + [0]), as_of=as_of(14, days=5))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope())

    assert [point.readiness for point in found.points] == ["judged"] * 14 + ["partial"]
    assert found.points[-1].signal is None
    assert found.variation == "normal variation"


def test_a_week_with_deliveries_not_yet_known_is_immature(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([36, 38] * 7), as_of=as_of(14))
    lag = Settings(completeness_lag_by_carrier={"Wren": 3 * 24 * 60})
    reader = Warehouse(warehouse.path, settings=lag).reader(None, LOCAL_USER)

    (found,) = control(reader, "on_time_rate", (), Scope())

    assert [point.readiness for point in found.points[-2:]] == ["judged", "immature"]


def test_a_week_of_fewer_than_30_is_thin_and_not_judged(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([20] * 13, due=29), as_of=as_of(13))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope())

    assert {point.readiness for point in found.points} == {"thin"}
    assert (found.kind, found.why) == ("run", "no complete week has 30 cases")


def test_a_new_baseline_splits_the_chart_at_its_day(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=weeks([36, 38] * 13 + [30, 32] * 7), as_of=as_of(40))
    moved = Rebaseline(MONDAY + 26 * A_WEEK)

    (before,) = control(opened(warehouse), "on_time_rate", (), Scope())
    (found,) = control(opened(warehouse), "on_time_rate", (), Scope(), (moved,))

    assert before.variation == "worsening"
    assert found.variation == "normal variation"
    assert [at for at, point in enumerate(found.points) if point.begins] == [26]
    assert found.points[25].centre == pytest.approx(37 / 40)
    assert found.points[26].centre == pytest.approx(31 / 40)
    assert found.baseline == 14


def test_a_new_baseline_in_midweek_begins_with_the_next_whole_week(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([36, 38] * 13), as_of=as_of(26))
    moved = Rebaseline(MONDAY + 12 * A_WEEK + timedelta(days=2))

    (found,) = control(opened(warehouse), "on_time_rate", (), Scope(), (moved,))

    assert [at for at, point in enumerate(found.points) if point.begins] == [13]


def test_a_new_baseline_of_one_segment_leaves_the_others_alone(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [row for name in ("Gold", "Rural") for row in weeks([36, 38] * 13, segment=name)]
    put_in(deliveries=rows, as_of=as_of(26))
    moved = Rebaseline(MONDAY + 13 * A_WEEK, "Rural")

    gold, rural = control(opened(warehouse), "on_time_rate", ("segment",), Scope(), (moved,))

    assert (gold.name, rural.name) == ("Gold", "Rural")
    assert not any(point.begins for point in gold.points)
    assert any(point.begins for point in rural.points)


def test_a_segment_of_another_period_has_no_chart(warehouse: Warehouse, put_in: Import) -> None:
    rows = weeks([36, 38] * 13, segment="Gold")
    rows += weeks([36] * 12, segment="Gone")
    put_in(deliveries=rows, as_of=as_of(26))
    recent = Scope(period=Period(MONDAY + 20 * A_WEEK, MONDAY + 26 * A_WEEK - timedelta(days=1)))

    found = control(opened(warehouse), "on_time_rate", ("segment",), recent)

    assert [one.name for one in found] == ["Gold"]


def test_a_cost_has_an_individuals_chart(warehouse: Warehouse, put_in: Import) -> None:
    rows = [
        {**row, "cost_last_mile": "4.00" if at // 40 % 2 else "5.00"}
        for at, row in enumerate(weeks([40] * 26))
    ]
    put_in(deliveries=rows, as_of=as_of(26))

    (found,) = control(opened(warehouse), "cost_to_serve", (), Scope())

    # weekly 5 and 4: all moving ranges are 1
    assert found.kind == "XmR"
    assert found.points[0].centre == pytest.approx(4.5)
    assert found.points[0].high == pytest.approx(4.5 + 3 / 1.128)


def test_rows_hold_what_is_drawn(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=weeks([36, 38] * 13 + [20]), as_of=as_of(27))

    rows = control_table(control(opened(warehouse), "on_time_rate", (), Scope()), 1)

    last = rows.row(-1, named=True)
    assert rows.height == 27
    assert (last["value"], last["numerator"], last["denominator"]) == (0.5, 20, 40)
    assert (last["signal"], last["readiness"]) == ("outside", "judged")


def test_a_count_and_a_cut_of_time_are_refused_by_name(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([36]), as_of=as_of(1))
    reader = opened(warehouse)

    with pytest.raises(ScopeError, match="'volume' is a plain count; chart a metric that has"):
        control(reader, "volume", (), Scope())
    with pytest.raises(ScopeError, match="'month' cuts time; the chart is by week already"):
        control(reader, "on_time_rate", ("month",), Scope())
    with pytest.raises(UnknownNameError, match="unknown metric 'punctuality'"):
        control(reader, "punctuality", (), Scope())
    with pytest.raises(ScopeError, match="segment 'Nobody'"):
        control(reader, "on_time_rate", (), Scope().within(segment="Nobody"))


def drawn(
    found: Sequence[ProcessChart], marks: Sequence[Sequence[Marked]] = ()
) -> list[go.Figure]:
    """The figures of charts."""
    noted = marks or [[] for _ in found]
    return [one.figure for one in control_charts(found, noted, palette("light"))]


def test_immature_weeks_are_hatched_and_notes_stand_at_their_day(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([36, 38] * 7), as_of=as_of(14))
    lag = Settings(completeness_lag_by_carrier={"Wren": 3 * 24 * 60})
    reader = Warehouse(warehouse.path, settings=lag).reader(None, LOCAL_USER)
    found = control(reader, "on_time_rate", (), Scope())
    storm = Marked(3, MONDAY + A_WEEK)

    (figure,) = drawn(found, [[storm]])

    hatched = [trace for trace in figure.data if trace.type == "bar"]
    assert [(list(one.x), one.marker.pattern.shape) for one in hatched] == [
        ([MONDAY + 13 * A_WEEK], "/")
    ]
    assert [note.text for note in figure.layout.annotations] == ["<b>3</b>"]
    assert figure.layout.shapes[-1].x0 == storm.day


def test_signals_point_up_where_they_are_better(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=weeks([30, 32] * 13 + [40, 10]), as_of=as_of(28))

    (figure,) = drawn(control(opened(warehouse), "on_time_rate", (), Scope()))

    assert list(figure.data[-1].marker.symbol) == ["triangle-up", "triangle-down"]


def test_charts_share_one_scale_and_thin_weeks_are_gaps(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = weeks([36, 38] * 13, segment="Gold") + weeks([20] * 26, due=29, segment="Thin")
    put_in(deliveries=rows, as_of=as_of(26))

    figures = drawn(control(opened(warehouse), "on_time_rate", ("segment",), Scope()))

    assert figures[0].layout.yaxis.range == figures[1].layout.yaxis.range
    assert all(y is None for trace in figures[1].data for y in trace.y)


def test_the_chance_of_a_signal_is_said_with_the_charts(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=weeks([36, 38] * 13), as_of=as_of(26))
    last = Period(MONDAY + 13 * A_WEEK, MONDAY + 26 * A_WEEK - timedelta(days=1))

    found = control(opened(warehouse), "on_time_rate", (), Scope(period=last))

    said = chance_said(found).replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("In control, one such chart shows a signal in 12.9 % of periods of 13")
    assert chance_said(()) == "No chart has limits yet: they need 12 complete weeks of 30 cases."
