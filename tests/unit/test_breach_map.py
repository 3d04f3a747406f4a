"""The breach map and `doorstep hotspots`: counts that add up, places that are known."""

import json
from pathlib import Path

import pytest

from dashboard import cells
from dashboard.access import LOCAL_USER
from dashboard.analysis.breach_map.geography import geography
from dashboard.analysis.breach_map.hotspots import BreachMap, amounts, breach_map, spots_at
from dashboard.analysis.breach_map.reasons import breach_reasons
from dashboard.analysis.breach_map.tables import hotspots_table
from dashboard.analysis.deliveries.money import breach_money
from dashboard.cli import main
from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery

QUARTER = Scope(Quarter(2026, 3).period())
SQUARE = [[9.9, 51.3], [10.0, 51.3], [10.0, 51.4], [9.9, 51.3]]


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def found(reader: Reader) -> BreachMap:
    return breach_map(reader, QUARTER)


def counted(reader: Reader, scope: Scope) -> tuple[int, int]:
    """Due and late by the on-time rate."""
    kept, due = reader.roll_up(("on_time_rate",), (), scope).row(0)[1:3]
    return int(due), int(due - kept)


def test_cells_and_what_is_off_the_map_are_all_that_is_due(
    reader: Reader, found: BreachMap
) -> None:
    due, late = counted(reader, QUARTER)
    nowhere = counted(reader, QUARTER.within(cell="(none)"))

    assert (found.due, found.late) == (due, late)
    assert (found.off_map, found.off_map_late) == nowhere
    assert sum(cell.due for cell in found.cells) == due - nowhere[0]
    assert sum(cell.late for cell in found.cells) == late - nowhere[1]
    assert sum(zone.due for zone in found.zones) == due


def test_what_is_expected_sums_to_what_was_late(found: BreachMap) -> None:
    assert sum(zone.expected for zone in found.zones) == pytest.approx(found.late)
    assert sum(zone.excess for zone in found.zones) == pytest.approx(0, abs=1e-6)


def test_cells_are_the_finest_of_which_most_deliveries_can_be_tested(found: BreachMap) -> None:
    def tested(resolution: int) -> float:
        due = found.counted.by_cell(resolution)["due"]
        return due.filter(due >= 30).sum() / due.sum()

    assert tested(found.resolution) >= 0.8
    assert tested(found.resolution + 1) < 0.8
    assert {cells.resolution_of(cell.place) for cell in found.cells} == {found.resolution}


def test_only_cells_of_thirty_have_a_score(found: BreachMap) -> None:
    assert {cell.due >= 30 for cell in found.cells if cell.score is not None} == {True}
    assert {cell.due < 30 for cell in found.cells if cell.score is None} == {True}


def test_weeks_sum_to_the_whole(found: BreachMap) -> None:
    weekly = [spots_at(found, time, by_zone=True) for time in found.times]

    assert len(weekly) == 14
    whole = {zone.place: (zone.due, zone.late) for zone in found.zones}
    sums = {
        place: tuple(
            sum(getattr(zone, name) for week in weekly for zone in week if zone.place == place)
            for name in ("due", "late")
        )
        for place in whole
    }
    assert sums == whole
    assert {cell.score for cell in spots_at(found, found.times[3], by_zone=False)} == {None}
    assert found.days_of(found.times[1]).days == 7


def test_a_short_period_is_cut_into_days(reader: Reader) -> None:
    days = Period(QUARTER.period.start, QUARTER.period.start.replace(day=14))  # ty: ignore

    short = breach_map(reader, Scope(days))

    assert len(short.times) == 14
    assert short.days_of(short.times[0]) == Period(days.start, days.start)


def test_larger_cells_are_those_of_h3_and_can_be_filtered_by(
    reader: Reader, found: BreachMap
) -> None:
    by = ("cell", "cell_7", "cell_6", "cell_5")
    rows = reader.roll_up(("on_time_rate",), by, QUARTER).select(by)
    known = [cell for cell in rows["cell"] if cell != "(none)"]

    for resolution in (7, 6, 5):
        own = dict(rows.select("cell", f"cell_{resolution}").iter_rows())
        assert [own[cell] for cell in known] == cells.parents(known, resolution)
    spot = found.cells[0]
    name = cells.dimension(found.resolution)
    assert counted(reader, QUARTER.within(**{name: spot.place})) == (spot.due, spot.late)


def test_money_by_zone_is_that_of_the_breaches(reader: Reader) -> None:
    board = breach_money(reader, ("zone",), QUARTER)

    sums = amounts(reader, QUARTER, "money", "zone")

    cash = {one.group[0][1]: float(one.cash) for one in board.groups if one.cash is not None}
    assert {zone: sums[zone] for zone in cash} == pytest.approx(cash)


def test_minutes_late_are_summed_by_zone_kept_promises_as_none(
    put_in: Import, warehouse: Warehouse
) -> None:
    put_in(
        deliveries=[
            delivery("a", zone="A", delivered_at="2026-03-03 12:10:00"),
            delivery("b", zone="A", delivered_at="2026-03-03 12:30:00"),
            delivery("c", zone="B", delivered_at="2026-03-03 09:00:00"),
        ]
    )

    sums = amounts(warehouse.reader(None, LOCAL_USER), Scope(), "minutes", "zone")

    assert sums == {"A": 40.0, "B": 0.0}


def test_reasons_add_up_to_the_breaches(reader: Reader) -> None:
    due, late = counted(reader, QUARTER.within(zone="Z25"))

    behind = breach_reasons(reader, QUARTER.within(zone="Z25"))

    assert (behind.due, behind.late) == (due, late)
    assert behind.reasons["breaches"].sum() == late


def in_places(where: dict[str, object]) -> list[Row]:
    """Sixty deliveries, ten of them late, at noon of two days."""
    return [
        delivery(
            f"{at}",
            zone="A" if at % 2 else "B",
            delivered_at=f"2026-03-03 {13 if at < 10 else 11}:00:00",
            **where,
        )
        for at in range(60)
    ]


def test_without_coordinates_zones_are_counted_and_the_reason_is_said(
    put_in: Import, warehouse: Warehouse
) -> None:
    put_in(deliveries=in_places({}))

    bare = breach_map(warehouse.reader(None, LOCAL_USER), Scope())

    assert bare.cells == ()
    assert bare.message == "Hot spots cannot be told: no delivery has coordinates"
    assert bare.off_map == 60
    assert [(zone.place, zone.due, zone.late) for zone in bare.zones] == [
        ("A", 30, 5),
        ("B", 30, 5),
    ]
    assert geography(warehouse.reader(None, LOCAL_USER), None).depots == ()


def test_one_place_alone_cannot_be_judged(put_in: Import, warehouse: Warehouse) -> None:
    put_in(deliveries=in_places({"latitude": 51.3, "longitude": 9.9}))

    alone = breach_map(warehouse.reader(None, LOCAL_USER), Scope())

    assert alone.message == (
        "Hot spots cannot be told: places with 30 deliveries: 1; hot spots need at least 2"
    )
    assert len(alone.cells) == 1


def test_outlines_are_read_from_geojson_of_any_kind_and_others_are_left_out(
    put_in: Import, warehouse: Warehouse
) -> None:
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    shapes = {
        "A": polygon,
        "B": {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
        "C": {"type": "Feature", "geometry": polygon, "properties": {}},
        "D": {"type": "Point", "coordinates": [9.9, 51.3]},
        "E": "no outline",
    }
    zones = [{"zone": zone, "geometry": json.dumps(shape)} for zone, shape in shapes.items()]
    zones += [{"zone": "F", "geometry": "", "name": "Harbour"}]
    where = {"latitude": 51.31, "longitude": 9.91, "depot": "North", "distance_km": 2}
    put_in(deliveries=in_places(where), zones=zones)

    land = geography(warehouse.reader(None, LOCAL_USER), None)

    assert {zone.zone: len(zone.polygons) for zone in land.zones} == {
        "A": 1, "B": 2, "C": 1, "D": 0, "E": 0, "F": 0,
    }  # fmt: skip
    assert [zone.zone for zone in land.drawn] == ["A", "B", "C"]
    assert land.label("F") == "F Harbour"
    assert land.zones[0].polygons[0][0] == SQUARE
    assert [(one.depot, round(one.latitude, 6)) for one in land.depots] == [("North", 51.31)]


def test_the_command_prints_what_the_page_shows_and_the_same_every_time(
    found: BreachMap, sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["hotspots", "--from", "2026-07-01", "--to", "2026-09-30"]
    words += ["--warehouse", str(sample_warehouse)]

    told = []
    for form in ("json", "json", "csv", "table"):
        assert main([*words, "--format", form]) == 0
        told.append(capsys.readouterr().out)

    assert told[0] == told[1]
    printed = json.loads(told[0])
    assert printed["message"] == found.message
    assert printed["cells"] == hotspots_table(found, 1).to_dicts()
    assert len(printed["clusters"]) == len(found.clusters)
    assert told[2].splitlines()[0].startswith("cell,zones,due,late,expected,excess,rate")
    assert f"Not on the map: {found.off_map} of {found.due} deliveries due." in told[3]
