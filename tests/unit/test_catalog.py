"""The rules of queries/: what a metric, a report and a dimension must look like."""

import shutil
from pathlib import Path

import pytest
import sqlglot

from dashboard import tree
from dashboard.catalog import Catalog, read_catalog
from dashboard.errors import CatalogError, UnknownNameError
from dashboard.headers import read_header
from dashboard.scope import Scope
from dashboard.stated import Factor
from dashboard.warehouse.rollup import statements
from dashboard.warehouse.scoring import Asked, Scores, scored, strata

QUERIES = tree.root() / "queries"
METRIC = """-- label: Late share
-- question: How many are late?
-- unit: share
-- better: lower
-- date: promised_date
--
-- Text.
select
    cast(not is_on_time as integer) as numerator,
    1 as denominator
from deliveries
where is_due
"""


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    return Path(shutil.copytree(QUERIES, tmp_path / "queries"))


def test_a_new_metric_is_one_file(queries: Path) -> None:
    (queries / "metrics" / "late_share.sql").write_text(METRIC)

    metric = read_catalog(queries).metric("late_share")

    assert (metric.label, metric.unit, metric.better) == ("Late share", "share", "lower")
    assert (metric.fact, metric.denominator, metric.condition) == ("deliveries", "1", "is_due")
    assert metric.definition == "Text."


@pytest.mark.parametrize(
    ("found", "wanted", "message"),
    [
        ("-- unit: share\n", "", "line 1: the header has no 'unit'; add a line '-- unit: …'"),
        (
            "unit: share",
            "unit: percent",
            "line 3: unit is 'percent'; use one of share, money, score, ratio, minutes, count",
        ),
        (
            "-- better: lower",
            "-- better: lower\n-- colour: red",
            "line 5: unknown header key 'colour'; use label, question, unit, better, date",
        ),
        (
            "from deliveries",
            "from deliveries group by all",
            "line 8: it has group; write one SELECT from one model, "
            "with nothing but an optional WHERE",
        ),
        (
            "from deliveries",
            "from deliveries join zones using (zone)",
            "line 8: it has joins; write one SELECT from one model, "
            "with nothing but an optional WHERE",
        ),
        (
            "where is_due",
            "where carrier in (select carrier from carriers)",
            "line 8: it is more than one SELECT; write one SELECT from one model, "
            "with nothing but an optional WHERE",
        ),
        ("from deliveries", "from zones", "line 8: it reads no model; select from one of"),
        (
            "as denominator",
            "as base",
            "line 8: it selects numerator, base; "
            "select 'numerator' and, unless it is a count, 'denominator'",
        ),
        ("1 as denominator", "1 as as denominator", "line 10: SQL error near"),
    ],
)
def test_a_broken_metric_is_refused_with_file_line_and_remedy(
    queries: Path, found: str, wanted: str, message: str
) -> None:
    (queries / "metrics" / "late_share.sql").write_text(METRIC.replace(found, wanted))

    with pytest.raises(CatalogError) as refused:
        read_catalog(queries)

    assert str(refused.value).startswith(f"metrics/late_share.sql, {message}")


def test_a_dimension_has_one_source(queries: Path) -> None:
    with (queries / "dimensions.toml").open("a") as file:
        file.write('\n[both]\nlabel = "Both"\ncolumn = "zone"\ngrain = "day"\n')

    with pytest.raises(CatalogError) as refused:
        read_catalog(queries)

    assert str(refused.value) == (
        "dimensions.toml: [both] has no single source; give it column or grain"
    )


def test_a_broken_contract_is_refused(queries: Path) -> None:
    (queries / "contract.toml").write_text("[deliveries]\nkey = []\ncolumns = {}\n")

    with pytest.raises(CatalogError, match=r"contract\.toml: 1 validation error"):
        read_catalog(queries)


@pytest.mark.parametrize("kind", ["metric", "dimension", "report"])
def test_an_unknown_name_is_refused_with_the_nearest(kind: str) -> None:
    catalog = read_catalog(QUERIES)
    nearest = {"metric": "on_time_rate", "dimension": "segment", "report": "quarantine"}[kind]

    with pytest.raises(UnknownNameError) as refused:
        getattr(catalog, kind)(nearest[:-1])

    assert str(refused.value) == (f"unknown {kind} '{nearest[:-1]}'; did you mean '{nearest}'?")


def test_a_header_value_may_go_on_over_lines() -> None:
    header = read_header(QUERIES / "reports" / "due_by_status.sql")

    assert header.keys["columns"].splitlines()[0].startswith("status ")
    assert len(header.keys["columns"].splitlines()) == 4


def test_any_set_of_metrics_is_one_scan_per_fact_and_date(catalog: Catalog) -> None:
    scans = statements(catalog, list(catalog.metrics), ["segment", "week"], Scope(), 1)

    facts = [
        sqlglot.parse_one(scan.sql, dialect="duckdb").find(sqlglot.exp.Table) for scan in scans
    ]
    assert sorted(fact.name for fact in facts if fact) == ["deliveries", "surveys"]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(QUERIES)


@pytest.mark.parametrize(
    "path",
    [
        path
        for kind in ("models", "views", "metrics", "reports")
        for path in sorted((QUERIES / kind).glob("*.sql"))
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_every_statement_can_be_said_in_another_dialect(path: Path) -> None:
    statement = sqlglot.transpile(
        read_header(path).sql,
        read="duckdb",
        write="clickhouse",
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )

    assert len(statement) == 1


def test_the_case_mix_can_be_said_in_another_dialect(catalog: Catalog) -> None:
    factors = tuple(catalog.case_mix.values())
    scores = Scores(-2.5, tuple((factor, (("7", 0.5), ("(none)", -0.5))) for factor in factors))
    together = Factor("priced", "Together", "", parts=("density_class", "service"))
    priced = Scores(1.5, ((together, (("core / economy", 0.2), ("(none) / 7", 0.1))),), "log")
    late, cost = (catalog.metric(name) for name in ("on_time_rate", "cost_to_serve"))
    by = ("zone", "week")
    asked = [
        strata(catalog, late, factors, Scope()),
        scored(catalog, Asked(late, by, Scope(), 1, spread=True), scores),
        scored(catalog, Asked(cost, by, Scope(), 1), priced),
    ]

    for statement in asked:
        assert sqlglot.transpile(
            statement.sql,
            read="duckdb",
            write="clickhouse",
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )


def test_a_factor_with_an_unknown_key_is_refused(queries: Path) -> None:
    (queries / "case_mix.toml").write_text("[service]\nlabel = 'Service'\ncolumn = 'service'\n")

    with pytest.raises(CatalogError, match="; state label and sql, calendar"):
        read_catalog(queries)


def test_every_sql_file_is_short_and_opens_with_its_header() -> None:
    for path in QUERIES.rglob("*.sql"):
        lines = path.read_text(encoding="utf-8").splitlines()

        assert len(lines) <= 80, path
        assert max(map(len, lines)) <= 88, path
        assert lines[0].startswith("-- "), path


def test_no_stored_model_holds_its_rows_for_a_subquery_about_each_of_them() -> None:
    # Such a subquery keeps every column of every row in memory until it is answered.
    for path in (QUERIES / "models").glob("*.sql"):
        model = sqlglot.parse_one(path.read_text(encoding="utf-8"), dialect="duckdb")

        assert model.find(sqlglot.exp.Exists) is None, path
