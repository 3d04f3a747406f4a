"""Kept roll-ups: whatever they answer, a scan of the rows answers the same."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path

import polars as pl
import pytest

from dashboard.access import LOCAL_USER, Policy, TableRule, one_carrier
from dashboard.scope import Period, Scope
from dashboard.settings import Settings
from dashboard.warehouse import Reader, Warehouse
from dashboard.warehouse.engine import Engine
from tests.conftest import Import
from tests.raw import contract_shaped
from tests.rows import delivery

MARCH = Period(datetime(2026, 3, 1).date(), datetime(2026, 3, 31).date())  # noqa: DTZ001
DAYS = Period(datetime(2026, 3, 10).date(), datetime(2026, 5, 3).date())  # noqa: DTZ001
GRAINS = ("day", "week", "month", "quarter")


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that reach the engine."""
    statements: list[str] = []
    query = Engine.query

    def noting(self: Engine, statement: str, values: dict) -> pl.DataFrame:
        statements.append(statement)
        return query(self, statement, values)

    monkeypatch.setattr(Engine, "query", noting)
    return statements


def scanned(reader: Reader) -> Reader:
    """The same snapshot, its roll-ups left out."""
    without = reader.manifest.model_copy(update={"rollup_recipe": ""})
    engine = Engine(reader.engine._folder, without, reader.catalog, Settings())
    return Reader(without, reader.policy, reader.fiscal_year_start, engine)


def is_kept(statement: str) -> bool:
    return " from rolled." in statement


def dimensions(reader: Reader) -> list[str]:
    return [d.name for d in reader.catalog.dimensions.values() if d.column and d.rolled_with]


def each(reader: Reader) -> list[str]:
    """The metrics that the roll-ups of single dimensions hold."""
    return [name for name, one in reader.catalog.metrics.items() if one.kept != "cells"]


def in_cells(reader: Reader) -> list[str]:
    return [name for name, one in reader.catalog.metrics.items() if one.kept != "each"]


def test_every_metric_by_every_dimension_and_segment_is_exactly_what_a_scan_gives(
    reader: Reader, asked: list[str]
) -> None:
    metrics, rows = each(reader), scanned(reader)
    splits = [(), *((name,) for name in (*dimensions(reader), *GRAINS))]
    splits += [(name, "segment") for name in dimensions(reader) if name != "segment"]

    kept = {by: reader.roll_up(metrics, by, Scope()) for by in splits}
    statements = len(asked)

    assert all(map(is_kept, asked[:statements]))
    for by, found in kept.items():
        assert found.equals(rows.roll_up(metrics, by, Scope())), by
    assert not any(map(is_kept, asked[statements:]))


@pytest.mark.parametrize("period", [MARCH, DAYS])
@pytest.mark.parametrize(
    ("by", "filters"),
    [
        (("week",), {"carrier": ("Kestrel", "Heron")}),
        (("segment", "day"), {"service": ("Same day",), "segment": ("Premium", "Rural")}),
        (("quarter", "carrier"), {"segment": ("Premium",)}),
        (("month", "zone"), {"segment": ("nobody",)}),
    ],
)
def test_periods_and_filters_cut_a_rollup_as_they_cut_the_rows(
    reader: Reader, asked: list[str], period: Period, by: tuple[str, ...], filters: dict
) -> None:
    metrics, scope = each(reader), Scope(period).within(**filters)

    kept = reader.roll_up(metrics, by, scope)

    assert all(map(is_kept, asked))
    assert kept.equals(scanned(reader).roll_up(metrics, by, scope))


def test_two_dimensions_beside_the_segment_need_a_scan(reader: Reader, asked: list[str]) -> None:
    found = reader.roll_up(["volume"], ["carrier", "zone"], Scope())

    assert not any(map(is_kept, asked))
    assert found["numerator"].sum() == reader.roll_up(["volume"], [], Scope())["numerator"].sum()


CELLS = [
    (("month", "depot", "channel", "segment"), {}),
    (("quarter", "service", "product_class"), {"channel": ("locker",)}),
    (("zone", "channel"), {"segment": ("Rural",)}),
    (("month", "depot", "channel", "segment", "service"), {"carrier": ("Heron", "Osprey")}),
    ((), {}),
]


@pytest.mark.parametrize(("by", "filters"), CELLS)
def test_metrics_of_cells_by_several_dimensions_are_exactly_what_a_scan_gives(
    reader: Reader, asked: list[str], by: tuple[str, ...], filters: dict
) -> None:
    metrics, scope = in_cells(reader), Scope(MARCH).within(**filters)

    kept = reader.roll_up(metrics, by, scope)

    assert all(map(is_kept, asked))
    assert kept.equals(scanned(reader).roll_up(metrics, by, scope))


@pytest.mark.parametrize(
    ("days", "answers"),
    [
        (Period(date(2026, 2, 9), date(2026, 5, 20)), [True, False, False]),
        (Period(date(2026, 2, 9), date(2026, 4, 30)), [True, False]),
        (Period(date(2026, 4, 1), date(2026, 4, 29)), [False]),
        (Period(date(2026, 3, 30), date(2026, 4, 2)), [False]),
    ],
)
def test_whole_months_inside_any_days_are_kept_and_edges_scanned(
    reader: Reader, asked: list[str], days: Period, answers: list[bool]
) -> None:
    metrics, by = in_cells(reader), ("month", "depot", "channel")

    found = reader.roll_up(metrics, by, Scope(days))

    assert [is_kept(statement) for statement in asked] == answers
    assert found.equals(scanned(reader).roll_up(metrics, by, Scope(days)))


def test_metrics_of_cells_are_kept_by_day_for_segments_and_carriers(
    reader: Reader, asked: list[str]
) -> None:
    metrics, kestrel = in_cells(reader), Scope(DAYS).within(carrier="Kestrel")

    kept = [reader.roll_up(metrics, ["segment", "day"], scope) for scope in (Scope(DAYS), kestrel)]

    assert all(map(is_kept, asked))
    for scope, found in zip((Scope(DAYS), kestrel), kept, strict=True):
        assert found.equals(scanned(reader).roll_up(metrics, ["segment", "day"], scope))


def test_metrics_of_cells_are_scanned_by_the_day_and_by_other_dimensions(
    reader: Reader, asked: list[str]
) -> None:
    days = reader.roll_up(["cost_sorting"], ["depot"], Scope(DAYS))
    products = reader.roll_up(["cost_sorting"], ["promised_weekday"], Scope(MARCH))

    assert not any(map(is_kept, asked))
    assert days.height == 4
    assert products.height == 7


def test_cells_are_kept_by_month_and_scanned_by_day(reader: Reader, asked: list[str]) -> None:
    whole = reader.roll_up(["volume"], ["cell"], Scope(MARCH))
    part = reader.roll_up(["volume"], ["cell"], Scope(DAYS))

    assert [is_kept(statement) for statement in asked] == [True, False]
    assert whole["cell"].str.len_chars().max() == 15
    assert part.height > 100


def test_a_carriers_policy_reads_rollups_that_are_split_by_carrier_and_no_other(
    reader: Reader, asked: list[str]
) -> None:
    own = Reader(reader.manifest, one_carrier("Kestrel"), 1, reader.engine)
    rows = Reader(reader.manifest, one_carrier("Kestrel"), 1, scanned(reader).engine)
    metrics = each(reader)

    segments = own.roll_up(metrics, ["segment"], Scope())
    zones = own.roll_up(metrics, ["zone"], Scope())

    assert [is_kept(statement) for statement in asked] == [True, True, False, False]
    assert segments.equals(rows.roll_up(metrics, ["segment"], Scope()))
    assert zones.equals(rows.roll_up(metrics, ["zone"], Scope()))
    assert own.values("carrier") == ["Kestrel"]
    assert own.span() == rows.span()


def test_a_policy_that_hides_a_column_reads_no_rollup_that_stands_on_it(
    reader: Reader, asked: list[str]
) -> None:
    rule = TableRule(hidden=frozenset({"is_on_time", "zone"}))
    half_blind = Reader(reader.manifest, Policy("half blind", default=rule), 1, reader.engine)

    half_blind.roll_up(["volume"], ["carrier"], Scope())
    with pytest.raises(Exception, match="is_on_time"):
        half_blind.roll_up(["on_time_rate"], ["carrier"], Scope())
    with pytest.raises(Exception, match="zone"):
        half_blind.roll_up(["volume"], ["zone"], Scope())

    assert [is_kept(statement) for statement in asked] == [True, False, False]


def test_with_another_completeness_lag_the_rows_are_scanned(
    sample_warehouse: Path, asked: list[str]
) -> None:
    lagging = Warehouse(sample_warehouse, settings=Settings(completeness_lag_minutes=60))

    lagging.reader(None, LOCAL_USER).roll_up(["on_time_rate"], ["segment"], Scope())

    assert not any(map(is_kept, asked))


def _made_up(chance: random.Random, count: int) -> Iterator[dict[str, object]]:
    for _ in range(count):
        ordered = datetime(2026, 1, 1) + timedelta(hours=chance.randrange(24 * 150))  # noqa: DTZ001
        status = chance.choice(["delivered", "open", "failed", "cancelled"])
        took = timedelta(hours=chance.randrange(60))
        yield delivery(
            f"D{chance.randrange(40)}",
            segment=chance.choice(["Premium", "Rural"]),
            carrier=chance.choice(["Wren", "Heron"]),
            ordered_at=str(ordered),
            promised_by=str(ordered + timedelta(days=1)),
            delivered_at=str(ordered + took) if status == "delivered" else None,
            status=status,
            attempts=1,
            cost_last_mile=chance.randrange(1, 900) / 100,
        )


@pytest.fixture
def every_rollup_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_ROLLUP_FROM_ROWS", "0")


@pytest.mark.usefixtures("every_rollup_is_kept")
@pytest.mark.parametrize("seed", range(4))
def test_rollups_mended_month_by_month_are_those_made_from_nothing(
    tmp_path: Path, warehouse: Warehouse, put_in: Import, asked: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    changes = contract_shaped(tmp_path / "changes", "changes")
    as_of = datetime(2026, 4, 1)  # noqa: DTZ001

    for _ in range(4):
        rows = {row["delivery_id"]: row for row in _made_up(chance, chance.randrange(1, 12))}
        as_of += timedelta(days=chance.choice([0, 0, 20]))
        put_in(profile=changes, as_of=as_of, deliveries=list(rows.values()))
        reader = warehouse.reader(None, LOCAL_USER)
        metrics = [m for m in each(reader) if reader.catalog.metric(m).fact == "deliveries"]
        cut = ("segment", "carrier", "day")
        asked.clear()
        kept = reader.roll_up(metrics, cut, Scope())

        assert all(map(is_kept, asked))
        assert kept.equals(scanned(reader).roll_up(metrics, cut, Scope()))


def test_a_model_without_rows_keeps_no_rollup_until_it_has_some(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("x")])
    none = warehouse.newest().files
    survey = {"survey_id": "s", "delivery_id": "x", "sent_at": "2026-03-04", "rating": "4"}
    survey |= {"answered_at": "2026-03-05"}
    put_in(deliveries=[delivery("x")], surveys=[survey])
    reader = warehouse.reader(None, LOCAL_USER)

    assert not any(name.startswith("rollup_surveys") for name in none)
    assert any(name.startswith("rollup_surveys") for name in reader.manifest.files)
    assert reader.roll_up(("satisfaction",), (), Scope())["numerator"].to_list() == [4]


def test_a_small_model_keeps_the_rollup_by_segment_and_all_of_them_once_it_has_grown(
    tmp_path: Path, put_in: Import, warehouse: Warehouse, asked: list[str]
) -> None:
    changes = contract_shaped(tmp_path / "changes", "changes")
    put_in(profile=changes, deliveries=[delivery("x"), delivery("y", carrier="Heron")])
    small = {name for name in warehouse.newest().files if "rollup" in name}
    warehouse.settings = Settings(rollup_from_rows=3)
    later = [delivery(name, carrier="Heron", promised_by="2026-05-04") for name in "vwz"]
    put_in(profile=changes, deliveries=later)

    found = warehouse.reader(None, LOCAL_USER).roll_up(["volume"], ["carrier"], Scope())

    assert small == {"rollup_deliveries_by_promised_date_segment"}
    assert all(map(is_kept, asked))
    assert dict(found.select("carrier", "numerator").iter_rows()) == {"Heron": 4, "Wren": 1}


def test_every_column_dimension_has_its_rollup(reader: Reader) -> None:
    split = set(chain(*(name.split("_by_")[1:] for name in reader.manifest.files)))

    for name in dimensions(reader):
        own = "segment" if name == "segment" else f"{name}_segment"
        assert {f"promised_date_{own}", f"sent_date_{own}"} <= split


@pytest.mark.parametrize(
    ("by", "filters"),
    [
        (("segment", "service", "day"), {"carrier": ("Kestrel",)}),
        (("segment", "channel", "day"), {"service": ("economy", "next day")}),
        (("segment", "service", "channel", "carrier", "day"), {}),
    ],
)
def test_what_service_shows_of_one_carrier_or_channel_is_kept_and_is_what_a_scan_gives(
    reader: Reader, asked: list[str], by: tuple[str, ...], filters: dict
) -> None:
    metrics, scope = reader.catalog.cells["ways"].metrics, Scope(DAYS).within(**filters)

    kept = reader.roll_up(metrics, by, scope)

    assert all(map(is_kept, asked))
    assert kept.equals(scanned(reader).roll_up(metrics, by, scope))


@pytest.mark.parametrize("name", ["contact_themes", "contact_tool_themes", "comment_themes"])
def test_texts_are_counted_by_day_and_zone_before_and_since_as_a_scan_counts_them(
    reader: Reader, asked: list[str], name: str
) -> None:
    before_and_since = (name, ("zone",), Scope(DAYS), MARCH.end)

    kept = reader.distribution(*before_and_since)

    assert all(map(is_kept, asked))
    assert kept["is_since"].unique().len() == 2
    assert kept.equals(scanned(reader).distribution(*before_and_since))


def test_what_customers_ordered_last_is_kept_and_is_what_a_scan_gives(reader: Reader) -> None:
    [file] = reader.manifest.files["view_customer_orders"]

    kept, rows = (one.report("silent_failures", Scope()) for one in (reader, scanned(reader)))

    assert file.rows > 1_000
    assert kept.equals(rows)
