"""Roll-ups: parts add up, filters commute, threads never mix, bytes repeat."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.access import LOCAL_USER
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import delivery

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
SEGMENTS = ("Standard", "Premium", "Small business", "Rural", "Enterprise")
CARRIERS = ("Kestrel", "Osprey", "Heron", "Swift", "Merlin", "Puffin", "Wren", "Plover")


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def _sums(rows: pl.DataFrame) -> dict[str, tuple[Decimal, Decimal | None]]:
    found: dict[str, tuple[Decimal, Decimal | None]] = {}
    for metric, part in rows.group_by("metric"):
        denominator = None if part["denominator"].null_count() else sum(part["denominator"])
        found[str(metric[0])] = (sum(part["numerator"], Decimal(0)), denominator)
    return found


@pytest.mark.parametrize(
    "by",
    [
        "segment", "carrier", "service", "channel", "zone", "density_class", "depot",
        "product_class", "vehicle_type", "status", "promised_weekday", "promised_hour",
        "cell", "cell_7", "cell_6", "cell_5", "lateness_band", "day", "week", "month", "quarter",
    ],
)  # fmt: skip
def test_the_parts_of_every_dimension_add_up_to_the_whole(reader: Reader, by: str) -> None:
    metrics = list(reader.catalog.metrics)

    whole = reader.roll_up(metrics, [], Scope())
    parts = reader.roll_up(metrics, [by], Scope())

    assert _sums(parts) == _sums(whole)


def test_every_metric_is_what_its_own_filtered_sum_is(reader: Reader) -> None:
    """SQL's own `filter`, a metric at a time, over rows that a scope leaves few of."""
    scope = Scope(Period(date(2026, 5, 7), date(2026, 8, 20))).within(
        service="next day", vehicle_type="electric van", depot="South"
    )
    cut = (
        "{day} between date '2026-05-07' and date '2026-08-20' and service = 'next day' "
        "and vehicle_type = 'electric van' and depot = 'South'"
    )
    metrics = list(reader.catalog.metrics)

    found = {row[0]: row[1:] for row in reader.roll_up(metrics, (), scope).iter_rows()}

    for name in metrics:
        stated = reader.catalog.metric(name)
        chosen = f"filter (where {stated.condition or 'true'})"
        asked = (
            f"select count(*) {chosen}, sum({stated.numerator}) {chosen}::decimal(38, 4), "
            f"sum({stated.denominator or 'null::int'}) {chosen}::decimal(38, 4), "
            f"min({stated.date}) {chosen}, max({stated.date}) {chosen} "
            f"from {stated.fact} where {cut.format(day=stated.date)}"
        )
        rows, *terms = reader.engine.ask(asked, reader.policy, {}, {}).row(0)
        assert found.get(name) == (tuple(terms) if rows else None), name
    assert len(found) > 40


def test_every_dimension_of_the_catalogue_is_tried_above(reader: Reader) -> None:
    marks = test_the_parts_of_every_dimension_add_up_to_the_whole.pytestmark[0].args[1]

    assert set(marks) == set(reader.catalog.dimensions)


@SLOW
@given(
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3),
    st.lists(st.sampled_from(CARRIERS), min_size=1, max_size=3),
)
def test_filters_commute(reader: Reader, segments: list[str], carriers: list[str]) -> None:
    one = Scope().within(segment=tuple(segments)).within(carrier=tuple(carriers))
    other = Scope().within(carrier=tuple(reversed(carriers))).within(segment=tuple(segments))

    assert one == other
    assert reader.roll_up(["volume"], ["segment"], one).equals(
        reader.roll_up(["volume"], ["segment"], other)
    )


@SLOW
@given(st.integers(0, 700), st.integers(0, 700))
def test_two_halves_of_a_period_add_up_to_it(reader: Reader, at: int, length: int) -> None:
    start = date(2024, 10, 1)
    whole = Period(start, start + timedelta(days=at + length + 1))
    cut = start + timedelta(days=at)
    halves = [Period(start, cut), Period(cut + timedelta(days=1), whole.end)]
    metrics = ["on_time_rate", "cost_to_serve"]

    parts = pl.concat(reader.roll_up(metrics, [], Scope(half)) for half in halves)

    assert _sums(parts) == _sums(reader.roll_up(metrics, [], Scope(whole)))


def test_a_rollup_repeated_gives_the_same_bytes(reader: Reader) -> None:
    asked = (["cost_to_serve", "margin_per_delivery"], ["segment", "month"], Scope())

    first = reader.roll_up(*asked)

    assert all(reader.roll_up(*asked).equals(first) for _ in range(50))


def test_eight_threads_with_fifty_questions_each_get_their_own_answers(reader: Reader) -> None:
    scopes = [Scope().within(carrier=name) for name in CARRIERS]
    expected = [reader.roll_up(["volume", "cost_to_serve"], ["segment"], s) for s in scopes]

    def ask(thread: int) -> int:
        order = random.Random(thread).choices(range(len(scopes)), k=50)
        right = 0
        for place in order:
            found = reader.roll_up(["volume", "cost_to_serve"], ["segment"], scopes[place])
            right += found.equals(expected[place])
        return right

    with ThreadPoolExecutor(8) as pool:
        right = list(pool.map(ask, range(8)))

    assert right == [50] * 8


def test_a_name_outside_the_catalogue_is_an_error_never_text_in_sql(reader: Reader) -> None:
    with pytest.raises(UnknownNameError, match="unknown dimension '1; drop table deliveries'"):
        reader.roll_up(["volume"], ["1; drop table deliveries"], Scope())
    with pytest.raises(UnknownNameError, match="unknown dimension 'colour'"):
        reader.roll_up(["volume"], [], Scope().within(colour="red"))


def test_a_value_is_bound_never_text_in_sql(reader: Reader) -> None:
    found = reader.roll_up(["volume"], [], Scope().within(segment="x') or ('1'='1"))

    assert found.is_empty()


def test_a_cut_of_time_cannot_be_filtered(reader: Reader) -> None:
    with pytest.raises(ScopeError) as refused:
        reader.roll_up(["volume"], [], Scope().within(week="2026-01-05"))

    assert str(refused.value) == "'week' cuts time; filter by a period instead"


def test_null_in_a_dimension_is_a_value_that_can_be_filtered(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("a", zone="Z1"), delivery("b"), delivery("c")])
    reader = warehouse.reader(None, LOCAL_USER)

    parts = reader.roll_up(["volume"], ["zone"], Scope())
    alone = reader.roll_up(["volume"], [], Scope().within(zone="(none)"))

    assert dict(zip(parts["zone"], parts["numerator"], strict=True)) == {"(none)": 2, "Z1": 1}
    assert alone["numerator"].to_list() == [2]


def test_the_order_of_rows_in_the_files_does_not_matter(
    put_in: Import, warehouse: Warehouse
) -> None:
    rows = [
        delivery(f"d{n}", cost_last_mile=f"{n}.{n:02}", carrier=CARRIERS[n % 8], weight_kg=n)
        for n in range(40)
    ]
    metrics = list(warehouse.catalog.metrics)
    put_in(deliveries=rows)
    put_in(deliveries=random.Random(1).sample(rows, len(rows)))

    first, second = (
        warehouse.reader(n, LOCAL_USER).roll_up(metrics, ["carrier"], Scope()) for n in (1, 2)
    )

    assert first.equals(second)


@pytest.mark.parametrize(
    ("month", "starts"), [(1, ["2026-01-01"]), (3, ["2025-12-01", "2026-03-01"])]
)
def test_quarters_follow_the_fiscal_year(
    warehouse: Warehouse, put_in: Import, month: int, starts: list[str]
) -> None:
    put_in(
        deliveries=[
            delivery(n, ordered_at="2026-01-02 00:00:00", promised_by=f"2026-0{n}-05 00:00:00")
            for n in ("2", "3")
        ]
    )
    reader = warehouse.reader(None, LOCAL_USER)
    fiscal = Reader(reader.manifest, LOCAL_USER, month, reader.engine)

    found = fiscal.roll_up(["volume"], ["quarter"], Scope())

    assert [str(day) for day in found["quarter"]] == starts
