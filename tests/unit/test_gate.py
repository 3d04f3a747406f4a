"""Nothing gets round a policy: not a report, a CTE, a qualified name, or a file name."""

import shutil
from pathlib import Path

import polars as pl
import pytest
import sqlglot
from sqlglot import exp

from dashboard import tree
from dashboard.access import LOCAL_USER, NO_DRIVERS, Policy, TableRule, one_carrier
from dashboard.analysis import figures, scoreboard
from dashboard.analysis.carriers.comparison import compare_carriers
from dashboard.analysis.deliveries.delivery import delivery as tell
from dashboard.errors import AccessError
from dashboard.scope import Scope
from dashboard.warehouse import Order, Reader, Warehouse, gate

WREN = one_carrier("Wren")


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Warehouse:
    return Warehouse(sample_warehouse)


@pytest.fixture(scope="module")
def everyone(warehouse: Warehouse) -> Reader:
    return warehouse.reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def wren(warehouse: Warehouse) -> Reader:
    return warehouse.reader(None, WREN)


def test_a_carrier_sees_of_every_metric_what_everyone_sees_of_that_carrier(
    everyone: Reader, wren: Reader
) -> None:
    metrics = list(everyone.catalog.metrics)

    own = wren.roll_up(metrics, ["segment", "carrier"], Scope())
    of_all = everyone.roll_up(metrics, ["segment", "carrier"], Scope().within(carrier="Wren"))

    assert own.equals(of_all)
    assert own.height > 0


def test_a_carrier_cannot_filter_its_way_to_another(wren: Reader) -> None:
    found = wren.roll_up(["on_time_rate"], [], Scope().within(carrier="Kestrel"))

    assert found.is_empty()


def test_filter_options_are_a_carriers_own(everyone: Reader, wren: Reader) -> None:
    assert wren.values("carrier") == ["Wren"]
    assert len(everyone.values("carrier")) == 8


def test_reports_are_a_carriers_own(everyone: Reader, wren: Reader) -> None:
    own = wren.report("breaches_by_carrier", Scope())
    everyones = everyone.report("breaches_by_carrier", Scope())

    assert set(own["carrier"]) == {"Wren"}
    assert len(set(everyones["carrier"])) == 8
    assert wren.report("due_by_status", Scope())["deliveries"].sum() < 40_000


def test_what_pages_show_and_download_is_a_carriers_own(wren: Reader) -> None:
    board = scoreboard(wren, Scope())
    shown = figures(wren, ["volume"], ["carrier"], Scope(board.period))

    assert [dict(one.group)["carrier"] for one in shown] == ["Wren"]
    assert board.whole.volume == shown[0].numerator


def test_one_delivery_is_shown_to_its_own_carrier_alone(everyone: Reader, wren: Reader) -> None:
    listed = everyone.rows.stream(("delivery_id", "carrier"), Scope())
    frame = pl.concat(listed)
    own, other = (
        frame.filter(pl.col("carrier") == carrier)["delivery_id"][0]
        for carrier in ("Wren", "Kestrel")
    )

    assert wren.rows.one("delivery", own)["carrier"].to_list() == ["Wren"]
    assert wren.rows.one("delivery", other).is_empty()
    assert everyone.rows.one("delivery", other).height == 1


def test_a_hidden_column_does_not_exist_for_one_delivery_either(warehouse: Warehouse) -> None:
    rule = TableRule(hidden=frozenset({"driver_id"}))
    reader = warehouse.reader(None, Policy("no drivers", default=rule))
    some = reader.rows.page((), Order(), Scope(), None, 1)["delivery_id"][0]

    one = reader.rows.one("delivery", some)

    assert one["delivery_id"].to_list() == [some]
    assert "driver_id" not in one.columns


def test_a_table_without_the_carrier_does_not_exist_for_a_carrier(wren: Reader) -> None:
    with pytest.raises(AccessError) as refused:
        wren.report("quarantine", Scope())

    assert str(refused.value) == (
        "there is no table 'quarantine' here; ask for one of the catalogue's"
    )
    assert not wren.shows("customers")
    assert wren.targets("2026Q3") == {}


def test_a_policy_without_an_entry_shows_nothing(warehouse: Warehouse) -> None:
    nobody = warehouse.reader(None, Policy("nobody"))

    with pytest.raises(AccessError, match="there is no table 'deliveries' here"):
        nobody.roll_up(["volume"], [], Scope())


def test_a_hidden_column_does_not_exist(warehouse: Warehouse) -> None:
    rule = TableRule(hidden=frozenset({"driver_id"}))
    reader = warehouse.reader(None, Policy("no drivers", default=rule))
    statement = reader.engine.allow("select driver_id from deliveries", reader.policy, {})

    with pytest.raises(Exception, match="driver_id"):
        reader.engine.query(statement, {})


@pytest.mark.parametrize("policy", [NO_DRIVERS, WREN])
def test_drivers_are_refused_to_a_role_that_may_not_see_them(
    warehouse: Warehouse, policy: Policy
) -> None:
    reader = warehouse.reader(None, policy)

    with pytest.raises(AccessError) as refused:
        compare_carriers(reader, Scope(), "driver")

    assert str(refused.value) == (
        f"'{policy.id}' does not show who drove; ask somebody whose role may see it"
    )
    for sql in (
        "select driver_id from deliveries",
        "select count(*) from deliveries group by driver_id",
        "select d.driver_id from (select * from deliveries) as d",
        "select driver_id from surveys",
        "select driver_id from routes",
    ):
        statement = reader.engine.allow(sql, policy, {})
        with pytest.raises(Exception, match="driver_id"):
            reader.engine.query(statement, {})


def test_without_drivers_the_rest_of_a_delivery_is_told(warehouse: Warehouse) -> None:
    reader, everyone = (warehouse.reader(None, one) for one in (NO_DRIVERS, LOCAL_USER))
    known = everyone.rows.page(("driver_id",), Order(), Scope(), None, 1)["delivery_id"][0]

    assert "driver_id" not in tell(reader, known).row
    assert tell(everyone, known).row["driver_id"] is not None
    names = [{one.name for one in part.mixes.causes()} for part in (everyone, reader)]
    assert names[0] - names[1] == {"driver"}


@pytest.mark.parametrize(
    "sql",
    [
        "with deliveries as (select * from deliveries) select count(*) as n from deliveries",
        "with d as (select * from deliveries), e as (select * from d) select count(*) as n from e",
        "select count(*) as n from (select * from deliveries) as known",
        "select (select count(*) from deliveries) as n",
        "select count(*) as n from zones, deliveries where zones.zone = deliveries.zone",
        'select count(*) as n from "DELIVERIES"',
        "select count(*) as n from deliveries as a where exists "
        "(select 1 from deliveries as b where a.delivery_id = b.delivery_id)",
        "with zones as (select 1 as x) select count(*) as n from deliveries "
        "where (select x from zones) = 1",
        "from deliveries select count(*) as n",
    ],
)
def test_no_way_of_writing_it_shows_more_rows(wren: Reader, everyone: Reader, sql: str) -> None:
    count = "select count(*) from deliveries where carrier = 'Wren' and zone is not null"
    own = everyone.engine.query(everyone.engine.allow(count, LOCAL_USER, {}), {}).item()

    found = wren.engine.query(wren.engine.allow(sql, WREN, {}), {}).item()

    assert found == own


@pytest.mark.parametrize(
    "name",
    [
        "known.deliveries",
        "stored.deliveries",
        "policy_0.deliveries",
        "memory.known.deliveries",
        "information_schema.tables",
        "read_parquet('*.parquet')",
        "read_csv('/etc/passwd')",
        "duckdb_tables()",
        "query('select 1')",
        "glob('*')",
    ],
)
def test_only_bare_names_pass(wren: Reader, name: str) -> None:
    for sql in (f"select * from {name}", f"with x as (select * from {name}) select * from x"):
        with pytest.raises(AccessError, match="only bare table names are allowed"):
            wren.engine.allow(sql, WREN, {})


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from 'deliveries.parquet'", "there is no table 'deliveries.parquet' here"),
        ("select * from sqlite_master", "there is no table 'sqlite_master' here"),
        ("drop table deliveries", "only a SELECT can be asked"),
        ("select 1; select 2", "only a SELECT can be asked"),
        ("copy deliveries to 'x.csv'", "only a SELECT can be asked"),
        ("attach 'x.db'", "only a SELECT can be asked"),
        ("pragma database_list", "only a SELECT can be asked"),
        ("with recursive r as (select 1) select * from r", "recursive WITH"),
        ("select * fro deliveries where", "SQL error"),
    ],
)
def test_anything_but_a_select_of_known_tables_is_refused(
    wren: Reader, sql: str, message: str
) -> None:
    with pytest.raises(AccessError, match=message):
        wren.engine.allow(sql, WREN, {})


def test_a_report_with_its_own_with_cannot_get_round_the_policy(
    sample_warehouse: Path, tmp_path: Path
) -> None:
    queries = Path(shutil.copytree(tree.root() / "queries", tmp_path / "queries"))
    header = "-- title: T\n-- question: Q?\n-- grain: G\n-- params: scope\n-- columns: carrier\n"
    (queries / "reports" / "sly.sql").write_text(
        f"{header}with deliveries as (select * from deliveries)\n"
        "select distinct carrier from deliveries\n"
    )
    (queries / "reports" / "bold.sql").write_text(f"{header}select * from known.deliveries\n")
    reader = Warehouse(sample_warehouse, queries).reader(None, WREN)

    assert reader.report("sly", Scope())["carrier"].to_list() == ["Wren"]
    with pytest.raises(AccessError, match="only bare table names"):
        reader.report("bold", Scope())


def test_files_outside_the_warehouse_cannot_be_read(wren: Reader) -> None:
    with pytest.raises(Exception, match=r"(?i)permission|disabled"):
        wren.engine.query("select * from read_csv('/etc/hosts')", {})


def test_a_statement_of_the_catalogue_reads_each_table_from_the_schema_it_was_given() -> None:
    sql = "with a as (select * from costs) select * from a join deliveries using (delivery_id)"

    placed = gate.placed(sql, "finished", frozenset({("costs", "contract")}))

    tables = {table.sql("duckdb") for table in sqlglot.parse_one(placed).find_all(exp.Table)}
    assert tables == {'"contract"."costs" AS costs', "a", '"finished"."deliveries" AS deliveries'}
