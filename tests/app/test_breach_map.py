"""The breach map, run as the app runs it."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts.breach_map.layers import MOST_OBJECTS
from dashboard.warehouse import Warehouse
from sample_data import TRUTHS
from tests.app.conftest import Open
from tests.conftest import Import
from tests.unit.test_breach_map import in_places

PAGE = "pages/breach_map.py"


def layers(app: AppTest) -> dict[str, dict]:
    (chart,) = app.get("deck_gl_json_chart")
    return {layer["id"]: layer for layer in json.loads(chart.proto.json)["layers"]}


def said(app: AppTest) -> str:
    return "\n".join(line.value.replace("\\", "") for line in app.markdown)


def counts(app: AppTest) -> tuple[int, int]:
    """Late and due, as the drawer says them."""
    found = re.search(r"([\d,]+) of ([\d,]+) deliveries due were late", said(app))
    assert found
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def test_it_draws_every_cell_names_and_depots_and_asks_nobody(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)

    assert not app.exception
    assert not app.error
    drawn = layers(app)
    assert len(drawn["depots"]["data"]) == 4
    assert len(drawn["zone_names"]["data"]) == 60
    assert 0 < len(drawn["cells"]["data"]) <= MOST_OBJECTS
    (chart,) = app.get("deck_gl_json_chart")
    assert "http" not in chart.proto.json
    assert re.match(r"Map of \d+ H3 cells: excess over expected from ", chart.proto.alt)
    assert re.search(r"not on the map: \d+", said(app))
    assert len(app.dataframe(key="places").value) == len(drawn["cells"]["data"])


@pytest.mark.parametrize("shade", ["rate", "shrunken", "breaches", "minutes", "money"])
def test_every_measure_colours_zones_with_a_legend(
    open_app: Open, sample_warehouse: Path, shade: str
) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    app.selectbox(key="cut").set_value("zones")

    app.selectbox(key="shade").set_value(shade).run()

    assert not app.exception
    fills = {tuple(row["fill"]) for row in layers(app)["zones"]["data"]}
    assert len(fills) >= 3
    legend = next(html.value for html in app.html if "ds-legend" in html.value)
    assert len(re.findall("<li>", legend)) >= len(fills)


def test_one_week_is_shown_by_the_slider(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    whole = app.dataframe(key="places").value["Due"].sum()

    app.select_slider(key="week").set_value("3").run()

    assert not app.exception
    assert app.select_slider(key="week").label == "Week of the period: 13 Jul – 19 Jul 2026"
    assert 0 < app.dataframe(key="places").value["Due"].sum() < whole / 5


def test_the_drawer_of_a_zone_has_its_counts_and_the_way_to_its_rows(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE, zone=["Z25"])

    app.selectbox(key="drawer").set_value("open").run()

    assert not app.exception
    table, rows = (one.value for one in app.dataframe[-2:])
    late, due = counts(app)
    assert late == table["Breaches"].sum()
    assert due > late
    assert len(rows) == min(late, 20)
    assert set(rows["Zone"]) == {"Z25"}
    assert "were to be expected of their case mix" in said(app)
    assert "zone=Z25" in app.get("link_button")[0].proto.url


def test_a_choice_by_keyboard_narrows_the_filters_and_opens_the_drawer(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    row = app.dataframe(key="places").value.iloc[4]

    app.selectbox(key="go_to").set_value(row["Cell"]).run()

    assert not app.exception
    (name,) = (box.key for box in app.multiselect if box.value == [row["Cell"]])
    assert name.startswith("cell")
    assert counts(app) == (row["Late"], row["Due"])
    assert app.selectbox(key="drawer").value == "open"
    assert len(layers(app)["chosen"]["data"]) == 1


def test_a_cell_in_an_address_filters_other_pages_and_a_wrong_one_is_named(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, cell_7=[TRUTHS.hot_cells.dense, "Z25"])

    assert not app.exception
    assert app.multiselect(key="cell_7").value == [TRUTHS.hot_cells.dense]
    warning = app.warning[0].value.replace("\\", "")
    assert "cell_7=Z25 (no such h3 cell (resolution 7))" in warning


def test_without_coordinates_there_is_the_table_by_zone_and_one_sentence(
    open_app: Open, put_in: Import, warehouse: Warehouse
) -> None:
    put_in(deliveries=in_places({}))

    app = open_app(warehouse.path, page=PAGE)

    assert not app.exception
    assert not app.get("deck_gl_json_chart")
    sentence = "There is no map: no delivery has coordinates and no zone an outline."
    assert sentence in said(app)
    assert app.dataframe(key="places").value["Late"].to_list() == [5, 5]


def test_without_zones_the_cells_are_drawn_and_it_says_so(
    open_app: Open, put_in: Import, warehouse: Warehouse
) -> None:
    put_in(deliveries=in_places({"latitude": 51.3, "longitude": 9.9}))

    app = open_app(warehouse.path, page=PAGE)

    assert not app.exception
    assert len(layers(app)["cells"]["data"]) == 1
    assert "the data has no zones table" in said(app)


def test_a_style_of_tiles_is_a_setting(
    open_app: Open, put_in: Import, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(deliveries=in_places({"latitude": 51.3, "longitude": 9.9}))
    monkeypatch.setenv("DOORSTEP_MAP_STYLE", "http://tiles.example/style.json")

    app = open_app(warehouse.path, page=PAGE)

    (chart,) = app.get("deck_gl_json_chart")
    assert json.loads(chart.proto.json)["mapStyle"] == "http://tiles.example/style.json"
