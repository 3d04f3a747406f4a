"""Rows: pages by key against a plain sort of everything, conditions, policies, files."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboard.access import LOCAL_USER, Policy, TableRule, one_carrier
from dashboard.analysis.deliveries.delivery import delivery as tell
from dashboard.analysis.deliveries.rows import Beside, narrowed, row_page, row_stream, row_summary
from dashboard.charts.deliveries.streams import csv_parts, json_parts, parquet_parts
from dashboard.errors import ScopeError, UnknownNameError
from dashboard.scope import Period, Scope, Where, scope_from, scope_text
from dashboard.warehouse import Order, Reader, Warehouse
from dashboard.warehouse.index import digest_of
from tests.conftest import Import
from tests.rows import delivery

SOME = Scope().within(zone=("Z07", "Z23"), segment="Premium")
SOME_DAY = date(2026, 7, 1)
COLUMNS = (
    "committed_by",
    "ordered_at",
    "failure_reason",
    "lateness_minutes",
    "carrier",
    "delivered_at",
    "promised_date",
)


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def everything(reader: Reader) -> pl.DataFrame:
    """All rows of `SOME`, as they are streamed."""
    return pl.concat(reader.rows.stream(("delivery_id", *COLUMNS), SOME))


def pages(reader: Reader, order: Order, most: int) -> Iterator[pl.DataFrame]:
    start = None
    while (page := reader.rows.page(COLUMNS, order, SOME, start, most)).height:
        yield page
        last = page.row(-1, named=True)
        start = reader.rows.start(last["delivery_id"], order.column)
        assert start.value == last[order.column]


@pytest.mark.parametrize(
    "order",
    [
        Order("committed_by"),
        Order("promised_date", falling=False),
        Order("lateness_minutes"),
        Order("delivered_at", falling=False),
        Order("carrier", falling=False),
        Order("failure_reason"),
        Order("ordered_at", falling=False),
        Order("delivery_id"),
    ],
    ids=str,
)
def test_pages_hold_every_row_once_in_the_order_of_a_plain_sort(
    reader: Reader, everything: pl.DataFrame, order: Order
) -> None:
    expected = everything.sort(
        order.column, "ordered_at", "delivery_id",
        descending=[order.falling, True, False],
        nulls_last=True,
    )  # fmt: skip

    found = list(pages(reader, order, 90))

    assert len(found) > 3
    assert pl.concat(found)["delivery_id"].to_list() == expected["delivery_id"].to_list()
    assert pl.concat(found).equals(expected.select("delivery_id", *COLUMNS))


@pytest.mark.parametrize(
    "column", ["committed_by", "lateness_minutes", "carrier", "failure_reason", "delivery_id"]
)
@pytest.mark.parametrize("falling", [True, False])
def test_a_page_back_is_the_page_one_came_from(
    reader: Reader, column: str, *, falling: bool
) -> None:
    order = Order(column, falling)
    first, second = (page for page, _ in zip(pages(reader, order, 60), range(2), strict=False))
    begins = second["delivery_id"][0]
    start = reader.rows.start(begins, column, backwards=True)

    back = reader.rows.page(COLUMNS, order, SOME, start, 60)

    assert back.equals(first)


def test_many_columns_of_a_page_are_those_of_few(reader: Reader) -> None:
    every = tuple(reader.rows.columns)

    few = reader.rows.page(COLUMNS, Order("carrier"), SOME, None, 40)
    many = reader.rows.page(every, Order("carrier"), SOME, None, 40)

    assert many.select(few.columns).equals(few)
    assert set(every) == set(many.columns)


def test_a_page_knows_what_lies_before_and_after_it(reader: Reader) -> None:
    order = Order("committed_by")
    first = row_page(reader, COLUMNS, order, SOME, None)
    second = row_page(reader, COLUMNS, order, SOME, Beside(str(first.last)))
    back = row_page(reader, COLUMNS, order, SOME, Beside(str(second.first), backwards=True))

    assert (first.has_before, first.has_after) == (False, True)
    assert second.has_before
    assert back.rows.equals(first.rows)
    assert (back.has_before, back.has_after) == (False, True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("lateness_minutes >= 30", pl.col("lateness_minutes") >= 30),
        ("lateness_minutes<-60", pl.col("lateness_minutes") < -60),
        ("carrier != Kestrel", pl.col("carrier") != "Kestrel"),
        ("carrier ~ STR", pl.col("carrier") == "Kestrel"),
        ("carrier ~ _", pl.lit(value=False)),
        ("delivered_at is empty", pl.col("delivered_at").is_null()),
        ("delivered_at is known; carrier = Wren",
         pl.col("delivered_at").is_not_null() & (pl.col("carrier") == "Wren")),
        ("promised_date = 2026-09-01", pl.col("promised_date") == pl.date(2026, 9, 1)),
        ("committed_by > 2026-09-01T12:00",
         pl.col("committed_by") > pl.datetime(2026, 9, 1, 12)),
    ],
)  # fmt: skip
def test_conditions_keep_the_rows_they_say(
    reader: Reader, everything: pl.DataFrame, text: str, kept: pl.Expr
) -> None:
    scope = SOME.holding(*Where.parse_all(text))

    found = pl.concat(reader.rows.stream(("delivery_id",), scope))

    assert set(found["delivery_id"]) == set(everything.filter(kept)["delivery_id"])
    assert reader.rows.count(scope) == found.height


def test_conditions_cut_metrics_and_rollups_step_aside(reader: Reader) -> None:
    scope = Scope().holding(Where("carrier", "=", "Kestrel"))

    found = reader.roll_up(["on_time_rate", "cost_to_serve"], ["segment"], scope)

    same = reader.roll_up(
        ["on_time_rate", "cost_to_serve"], ["segment"], Scope().within(carrier="Kestrel")
    )
    assert found.equals(same)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "'nonsense' is no condition; write it like lateness_minutes >= 60"),
        (
            "lateness_minuts > 3",
            "unknown column 'lateness_minuts'; did you mean 'lateness_minutes'",
        ),
        ("lateness_minutes > late", "lateness_minutes is a number; 'late' is none"),
        ("is_due = maybe", "is_due is yes or no; 'maybe' is none"),
        ("promised_date = soon", "promised_date is a day like 2026-09-30; 'soon' is none"),
        ("ordered_at > x", "ordered_at is a moment (UTC) like 2026-09-30T20:00; 'x' is none"),
        ("total_cost > nan", "total_cost is a number; 'nan' is none"),
        ("total_cost ~ 3", "total_cost is no text; compare it with =, >= or <="),
        ("carrier = x') or 1=1 --", ""),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_and_none_becomes_sql(
    reader: Reader, text: str, message: str
) -> None:
    if not message:
        assert reader.rows.count(Scope().holding(*Where.parse_all(text))) == 0
        return

    with pytest.raises((ScopeError, UnknownNameError)) as refused:
        reader.rows.count(Scope().holding(*Where.parse_all(text)))

    assert message in str(refused.value)


def test_surveys_refuse_a_condition_on_what_they_do_not_carry(reader: Reader) -> None:
    with pytest.raises(ScopeError, match="surveys have no route_id; leave out that condition"):
        reader.roll_up(["satisfaction"], [], Scope().holding(Where("route_id", "is known")))


def test_no_column_and_no_order_comes_from_outside_the_closed_list(reader: Reader) -> None:
    with pytest.raises(UnknownNameError, match="unknown column 'carrier, 1'"):
        reader.rows.page(("carrier, 1",), Order(), SOME, None, 5)
    with pytest.raises(UnknownNameError, match="unknown column 'random"):
        reader.rows.page((), Order("random()"), SOME, None, 5)
    with pytest.raises(ScopeError, match="there is no delivery 'gone' here"):
        row_page(reader, (), Order(), SOME, Beside("gone"))


def test_a_carrier_sees_rows_of_its_own_and_no_hidden_column(
    sample_warehouse: Path, reader: Reader
) -> None:
    warehouse = Warehouse(sample_warehouse)
    wren = warehouse.reader(None, one_carrier("Wren"))
    blind = warehouse.reader(
        None, Policy("blind", default=TableRule(hidden=frozenset({"customer_id"})))
    )
    others = reader.rows.page((), Order(), Scope().within(carrier="Heron"), None, 1)

    page = wren.rows.page(("carrier",), Order("carrier", falling=False), Scope(), None, 50)

    assert set(page["carrier"]) == {"Wren"}
    assert wren.rows.one("delivery", others["delivery_id"][0]).is_empty()
    assert tell(wren, page["delivery_id"][0]).unknown == ("events", "contacts")
    with pytest.raises(ScopeError, match="there is no delivery"):
        wren.rows.start(others["delivery_id"][0], "carrier")
    with pytest.raises(UnknownNameError, match="unknown column 'customer_id'"):
        blind.rows.page(("customer_id",), Order(), Scope(), None, 1)
    with pytest.raises(UnknownNameError, match="unknown column 'customer_id'"):
        blind.rows.count(Scope().holding(Where("customer_id", "is known")))


def test_what_is_shown_is_what_the_on_time_rate_counts(reader: Reader) -> None:
    rate = reader.roll_up(["on_time_rate"], [], SOME).row(0, named=True)

    broken = row_summary(reader, narrowed(SOME, "breaches", ""))
    kept = row_summary(reader, narrowed(SOME, "kept", ""))

    assert broken.count == broken.breaches == rate["denominator"] - rate["numerator"]
    assert kept.count == rate["numerator"]
    assert broken.message == f"{broken.count} deliveries, every one a broken promise"
    with pytest.raises(ScopeError, match="no delivery has carrier = nobody"):
        row_summary(reader, narrowed(SOME, "all", "carrier = nobody"))


def test_files_hold_all_rows_and_run_no_formula(warehouse: Warehouse, put_in: Import) -> None:
    rows = [delivery("=1+1", postcode="@x"), delivery("b", cost_sorting="2.5")]
    put_in(deliveries=rows)
    own = warehouse.reader(None, LOCAL_USER)
    columns = ("postcode", "total_cost")

    csv = b"".join(csv_parts(row_stream(own, columns, Scope()))).decode()
    parquet = b"".join(parquet_parts(row_stream(own, columns, Scope())))
    listed = b"".join(json_parts(row_stream(own, (), Scope().holding(Where("carrier", "~", "x")))))

    assert sorted(csv.splitlines()) == [
        "'=1+1,'@x,",
        "b,,2.5000",
        "delivery_id,postcode,total_cost",
    ]
    assert pl.read_parquet(BytesIO(parquet)).sort("delivery_id").rows()[0][:2] == ("=1+1", "@x")
    assert listed == b"[]\n"


def test_a_parquet_file_in_parts_is_the_rows_that_were_streamed(reader: Reader) -> None:
    whole = pl.concat(row_stream(reader, COLUMNS, Scope()))

    parts = list(parquet_parts(row_stream(reader, COLUMNS, Scope())))

    assert len(parts) > 2
    assert pl.read_parquet(BytesIO(b"".join(parts))).equals(whole, null_equal=True)


def test_a_scope_written_into_an_address_reads_back_as_it_was() -> None:
    days = Period(SOME_DAY, SOME_DAY)
    scope = Scope(days).within(zone=("Z07", "a=b&c")).holding(Where("carrier", "~", "é; x"))

    assert scope_from(scope_text(scope)) == scope
    for text in ("", "{}", '{"days": [], "filters": [], "where": [["a", "or", "b"]]}'):
        with pytest.raises(ScopeError):
            scope_from(text)


@pytest.mark.parametrize("text", ["", "D00000001", "Ä ö'\"\\"])
def test_the_index_digests_ids_as_duckdb_does(text: str) -> None:
    with duckdb.connect() as connection:
        found = connection.execute("select md5_number_lower(?) & 4294967295", [text]).fetchall()

    assert found == [(digest_of(text),)]


def test_the_index_knows_every_month_of_a_delivery_after_a_second_import(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    (tmp_path / "profile.toml").write_text(
        'label = "Changes"\ntime_zone = "UTC"\nload = "changes"\ncontract_shaped = true\n'
    )
    costs = [{"cost_id": n, "delivery_id": "a", "pool": "returns", "amount": "1",
              "booked_on": f"2026-0{n}-09"} for n in (3, 5)]  # fmt: skip
    contact = {"contact_id": 1, "delivery_id": "a", "opened_at": "2026-04-01"}
    first = [delivery("a"), delivery("b", ordered_at="2026-02-02 08:00:00")]
    second = [delivery("c", ordered_at="2026-02-03 08:00:00")]
    put_in(str(tmp_path), deliveries=first, costs=costs)
    put_in(str(tmp_path), deliveries=second, contacts=[contact])
    reader = warehouse.reader(None, LOCAL_USER)

    months = reader.engine.months_of("a")
    moments = reader.rows.one("delivery_moments", "a")

    assert months == {
        "deliveries": ["2026-03"], "costs": ["2026-03", "2026-05"], "contacts": ["2026-04"],
    }  # fmt: skip
    assert moments["source"].to_list() == ["costs", "contacts", "costs"]
    assert reader.engine.months_of("never was") == {}
    assert [reader.rows.start(one, "carrier").value for one in "bc"] == ["Wren", "Wren"]


def test_without_an_index_the_answer_is_the_same(reader: Reader) -> None:
    manifest = reader.manifest
    files = {name: own for name, own in manifest.files.items() if "index" not in name}
    engine = type(reader.engine)(
        reader.engine._folder, manifest.model_copy(update={"files": files}), reader.catalog,
        reader.engine._settings,
    )  # fmt: skip
    bare = Reader(manifest, reader.policy, reader.fiscal_year_start, engine)
    one = reader.rows.page((), Order("total_cost"), Scope(), None, 1)["delivery_id"][0]

    assert engine.months_of(one) is None
    for report in ("delivery", "delivery_moments"):
        assert bare.rows.one(report, one).equals(reader.rows.one(report, one))


def test_a_report_about_one_delivery_is_not_asked_about_a_scope(reader: Reader) -> None:
    with pytest.raises(ScopeError, match="is about one route; ask 'doorstep delivery ID'"):
        reader.report("route_stops", Scope())
