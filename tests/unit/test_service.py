"""The Service page's figures: lateness, capability and readings worked by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis import capability, definitions_bridge, lateness, service
from dashboard.analysis.service.definitions import bridge_table
from dashboard.analysis.service.segments import ALL, cells_table
from dashboard.charts import palette
from dashboard.charts.service import drawn
from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery

AS_OF = datetime(2026, 3, 10, 12)  # noqa: DTZ001
THIRD_QUARTER = Scope(Quarter(2026, 3).period(), Quarter(2026, 2).period())


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def opened(warehouse: Warehouse) -> Reader:
    return warehouse.reader(None, LOCAL_USER)


def late_by(minutes: Sequence[int | None], **changes: object) -> list[Row]:
    """Deliveries so many minutes after noon of 3 March; None never came."""
    rows = []
    for number, late in enumerate(minutes):
        came = None if late is None else f"2026-03-03 {12 + late // 60:02}:{late % 60:02}:00"
        status = {"status": "lost"} if late is None else {}
        name = f"{changes.get('zone', '')}{changes.get('service', '')}{number}"
        rows.append(delivery(name, delivered_at=came, **status, **changes))
    return rows


def test_quantiles_rank_what_never_came_last_and_print_it(
    warehouse: Warehouse, put_in: Import
) -> None:
    minutes = [-30] * 15 + [0] * 10 + [45] * 2 + [None] * 3
    put_in(deliveries=late_by(minutes), as_of=AS_OF)

    found = lateness(opened(warehouse), Scope())

    whole, standard = found.timed
    assert (whole.segment, standard.segment) == ("", "Standard")
    assert (whole.rows, whole.missing, whole.quantiles) == (30, 3, (-30, 45, None))
    table = drawn.lateness_table(found)
    assert table["P95"].to_list() == ["> 45\N{NO-BREAK SPACE}min, not delivered"] * 2
    assert (found.open_, found.with_open, found.dates) == (0, (), ())


def test_bars_hold_every_delivery_that_came(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=late_by([-300, -31, -30, 0, 1, 30, 31, 241, None]), as_of=AS_OF)

    found = lateness(opened(warehouse), Scope())

    bars = {(one.low, one.high): one.deliveries for one in found.bins if one.deliveries}
    assert bars == {
        (None, -240): 1, (-60, -30): 2, (-30, 0): 1, (0, 30): 2, (30, 60): 1, (240, None): 1,
    }  # fmt: skip
    alt = drawn.lateness_bars(found, palette("light")).alt
    assert "4 of 9 timed deliveries came in time, 4 late, 1 have not arrived" in alt


def test_open_parcels_count_as_seen_so_long_and_no_longer(
    warehouse: Warehouse, put_in: Import
) -> None:
    open_now = [
        delivery(f"open {n}", status="open", delivered_at=None, promised_by="2026-03-10 11:50:00")
        for n in range(10)
    ]
    put_in(deliveries=[*late_by([0] * 10 + [60] * 10), *open_now], as_of=AS_OF)

    found = lateness(opened(warehouse), Scope())

    # 30 at risk at 0, of which 10 come: 2/3 left; the open leave at 10 minutes; 10 of the
    # last 10 come at 60. Ranked last, the open would put the 90 % quantile out of reach.
    assert found.timed[0].quantiles == (60, None, None)
    assert found.open_ == 10
    assert found.with_open == (60.0, 60.0, 60.0)


def test_timed_and_date_promises_are_never_pooled(warehouse: Warehouse, put_in: Import) -> None:
    rows = late_by([5, 5]) + late_by([0, None], promise_is_date="true", service="by day")
    put_in(deliveries=rows, as_of=AS_OF)

    found = lateness(opened(warehouse), Scope())

    assert (found.timed[0].rows, found.timed[0].quantiles) == (2, (5, 5, 5))
    assert (found.dates[0].rows, found.dates[0].missing) == (2, 1)
    assert set(drawn.lateness_table(found)["P50"]) == {"too few"}


def test_the_tightest_window_is_to_a_quarter_of_an_hour(
    warehouse: Warehouse, put_in: Import
) -> None:
    window = {"promised_from": "2026-03-03 11:00:00", "segment": "Gold"}
    rows = [
        *late_by([-20] * 30 + [-5] * 36 + [None], zone="A", **window),
        *late_by([-5] * 10 + [None] * 20, zone="B", **window),
        *late_by([0] * 3, zone="C", **window),
    ]
    put_in(deliveries=rows, as_of=AS_OF)

    whole, a, b, c = capability(opened(warehouse), Scope())

    # -20 lies in (-30, -15], -5 and 0 in (-15, 0]: 66 of 67 come within half an hour
    assert (a.zone, a.rows, a.arrived, a.promised) == ("A", 67, 66, 60.0)
    assert (a.opens, a.closes, a.width) == (-30, 0, 30)
    assert (b.width, drawn.window_said(b)) == (
        None, "no window: 66.7\N{NO-BREAK SPACE}% never arrived",
    )  # fmt: skip
    assert (c.width, drawn.window_said(c)) == (None, "too few")
    assert (whole.zone, whole.rows, whole.arrived) == ("", 100, 79)


def test_a_window_past_twelve_hours_is_only_a_minimum(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [
        delivery(f"{n}", delivered_at="2026-03-03 12:00:00" if n % 2 else "2026-03-04 12:00:00")
        for n in range(40)
    ]
    put_in(deliveries=rows, as_of=AS_OF)

    found = capability(opened(warehouse), Scope())[0]

    assert (found.opens, found.closes, found.is_open_ended) == (-15, 720, True)
    assert drawn.window_said(found) == "at least 735\N{NO-BREAK SPACE}min"


def test_without_a_timed_promise_no_window_is_measured(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=late_by([0], promise_is_date="true"), as_of=AS_OF)

    with pytest.raises(ScopeError, match="no timed promise is due in this scope"):
        capability(opened(warehouse), Scope())


def test_the_bridge_splits_other_deliveries_from_another_rule(
    warehouse: Warehouse, put_in: Import
) -> None:
    window = {"promised_from": "2026-03-03 11:00:00"}
    rows = [
        *late_by([-70, -70, -10, 20], service="w", **window),  # kept 3, in window 1
        *late_by([-10, 5, 600, None], service="x"),  # kept 1, within grace 2
        *late_by([0, None], service="d", promise_is_date="true"),
    ]
    put_in(deliveries=rows, as_of=AS_OF)

    found = definitions_bridge(opened(warehouse), Scope())

    steps = {step.figure.metric.name: step for step in found.steps}
    assert found.headline.value == pytest.approx(5 / 10)
    in_window = steps["in_window_rate"]
    assert in_window.of_rows == pytest.approx(3 / 4 - 5 / 10)
    assert in_window.of_rule == pytest.approx(1 / 4 - 3 / 4)
    assert steps["on_time_grace_rate"].of_rule == pytest.approx(1 / 10)
    assert steps["delivered_only_on_time_rate"].of_rows == pytest.approx(5 / 8 - 5 / 10)
    assert found.missing == ("on_time_last_promise_rate", "on_time_contract_rate")


def test_the_parts_of_every_step_add_up_to_its_difference(sample: Reader) -> None:
    rows = bridge_table(definitions_bridge(sample, THIRD_QUARTER), 1)

    for row in rows.iter_rows(named=True):
        assert row["value"] == row["numerator"] / row["denominator"]
        assert row["of_rows"] + row["of_rule"] == pytest.approx(row["difference"], abs=1e-12)
        assert row["difference"] == pytest.approx(row["value"] - rows["value"][0], abs=1e-12)


def test_the_samples_storms_are_left_out_by_contracts_and_told_in_the_bridge(
    sample: Reader,
) -> None:
    found = definitions_bridge(sample, THIRD_QUARTER)
    steps = {step.figure.metric.name: step.figure for step in found.steps}

    contract, due = steps["on_time_contract_rate"], found.headline.denominator or 0
    left_out = due - (contract.denominator or 0)
    late = left_out - (found.headline.numerator - contract.numerator)
    # Two days of the quarter's 92; a storm makes late what else would not be.
    assert 0.5 < left_out / due / Decimal(2 / 92) < 1.5
    assert late / left_out > 1 - found.headline.numerator / due


def test_nothing_due_has_no_bridge_and_no_lateness(warehouse: Warehouse, put_in: Import) -> None:
    put_in(deliveries=[delivery("soon", promised_by="2026-05-01 12:00:00")], as_of=AS_OF)

    for ask in (definitions_bridge, lateness):
        with pytest.raises(ScopeError, match="no data for these metrics"):
            ask(opened(warehouse), Scope())


def test_cells_of_services_add_up_to_their_segment(sample: Reader) -> None:
    found = service(sample, THIRD_QUARTER, "on_time_rate")

    for whole in found.segments:
        parts = [c for c in found.cells if c.segment == whole.segment and c.service != ALL]
        assert sum(c.figure.numerator for c in parts) == whole.figure.numerator
        assert sum(c.figure.denominator or 0 for c in parts) == whole.figure.denominator
        assert {c.target for c in parts} == {whole.target}
    assert found.due == sum(int(c.figure.denominator or 0) for c in found.segments)


def test_another_definition_has_no_target_of_the_headline(sample: Reader) -> None:
    found = service(sample, THIRD_QUARTER, "on_time_day_rate")

    assert {cell.target for cell in found.cells} == {None}
    assert found.message == "On-time rate, by the day: no segment changed beyond noise"


def test_seen_by_carrier_a_segment_has_no_target(sample: Reader) -> None:
    found = service(sample, THIRD_QUARTER.within(carrier="Kestrel"), "on_time_rate")

    assert {cell.standing for cell in found.cells} == {"no target"}


def test_without_a_comparison_nothing_is_said_to_have_changed(sample: Reader) -> None:
    found = service(sample, Scope(THIRD_QUARTER.period), "on_time_rate")

    assert all(cell.change is None for cell in found.cells)
    assert "noise" not in found.message


def test_one_week_has_figures_and_no_charted_verdict_of_its_own(sample: Reader) -> None:
    week = Scope(Period(date(2026, 9, 14), date(2026, 9, 20)))

    found = service(sample, week, "on_time_rate")

    assert [cell.process.judged for cell in found.segments if cell.process] == [1] * 5
    assert all(cell.figure.clusters.endswith("days") for cell in found.segments)


def test_a_segment_only_in_the_comparison_is_left_out(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = late_by([0] * 40) + [
        delivery(f"g{n}", segment="Gone", ordered_at="2026-02-02 08:00:00",
                 promised_by="2026-02-03 12:00:00", delivered_at="2026-02-03 11:00:00")
        for n in range(40)
    ]  # fmt: skip
    put_in(deliveries=rows, as_of=AS_OF)
    march = Period(date(2026, 3, 1), date(2026, 3, 10))
    february = Period(date(2026, 2, 1), date(2026, 2, 28))

    now = service(opened(warehouse), Scope(march, february), "on_time_rate")
    before = service(opened(warehouse), Scope(february, march), "on_time_rate")

    assert [cell.segment for cell in now.segments] == ["Standard"]
    assert now.segments[0].change is None
    assert [cell.segment for cell in before.segments] == ["Gone"]


def test_a_quarter_of_which_nothing_is_due_has_no_finding(sample: Reader) -> None:
    fourth = Scope(Quarter(2026, 4).period(), Quarter(2026, 3).period())

    with pytest.raises(ScopeError, match="no data for these metrics; choose other metrics or"):
        service(sample, fourth, "on_time_rate")


def test_an_empty_scope_says_what_emptied_it(sample: Reader) -> None:
    with pytest.raises(ScopeError, match="unknown segment 'Nobody'"):
        service(sample, THIRD_QUARTER.within(segment="Nobody"), "on_time_rate")


def test_rows_say_what_the_cells_say(sample: Reader) -> None:
    found = service(sample, THIRD_QUARTER, "on_time_rate")

    rows = cells_table(found, 7)

    assert rows.height == len(found.cells)
    first = rows.row(0, named=True)
    assert (first["segment"], first["service"], first["snapshot"]) == ("Standard", "", 7)
    assert first["value"] == pytest.approx(first["numerator"] / first["denominator"])


def test_what_stands_beside_and_is_not_in_the_data_is_named(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=late_by([0] * 3), as_of=AS_OF)

    found = service(opened(warehouse), Scope(), "on_time_rate")

    assert found.beside == ()
    assert found.missing == (
        "first_attempt_rate", "in_window_rate", "promise_width", "revised_promise_rate",
    )  # fmt: skip
