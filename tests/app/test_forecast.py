"""The Forecast page, run as the app runs it."""

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard.warehouse import Warehouse
from tests.app.conftest import Open
from tests.conftest import Import
from tests.rows import delivery

PAGE = "pages/forecast.py"
SEGMENTS = 5


def said(app: AppTest) -> str:
    return "\n".join(line.value.replace("\\", "") for line in app.markdown)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def tables(app: AppTest) -> str:
    return "\n".join(one.value.to_csv(index=False) for one in app.dataframe)


def test_it_finds_what_is_planted_and_draws_every_segment(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)

    assert not app.exception
    assert not app.error
    title = app.title[0].value.replace("\\", "")
    assert title.startswith("The consensus forecast was ")
    assert re.search(r"Small business is forecast \d+ % too low$", title)
    assert len([alt for alt in alts(app) if "by week" in alt]) == SEGMENTS
    assert all(re.search(r"\d", alt) for alt in alts(app))
    assert "D. Ruiz,up" in tables(app)
    assert "Small business,▽ runs low" in tables(app)
    assert "5 are not over (grey)" in said(app)
    assert "./service?" in tables(app)


def test_zones_are_back_tested_on_demand(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE, segment=["Rural"], zone=["Z40", "Z41"])

    app.selectbox(key="challenge").select("zone").run()

    assert not app.exception
    assert "No consensus forecast is for these segments and zones: zonal it is." in said(app)
    assert "2 series back-tested, none with enough weeks of a forecast in use" in said(app)
    tested = next(
        one.value for one in app.dataframe if "Chosen" in one.value and "Zone" in one.value
    )
    assert tested["Zone"].to_list() == ["Z40", "Z41"]
    assert tested["In use"].to_list() == ["too few"] * 2
    assert not any(button.key == "stop_challenge" for button in app.button)


def test_step_and_lead_time_can_be_chosen_and_filters_without_effect_are_said(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE, segment=["Rural"], carrier=["Heron"])

    app.selectbox(key="lead").select("28").run()
    app.selectbox(key="step").select("seasonal naive").run()

    assert not app.exception
    assert "The seasonal naive forecast was " in app.title[0].value
    assert " 28 days ahead" in app.title[0].value
    assert app.selectbox(key="step").options[:2] == ["seasonal naive", "statistical"]
    assert "Forecasts know no carrier: that filter is not applied here" in said(app)
    assert len([alt for alt in alts(app) if "by week" in alt]) == 1


def test_without_forecasts_it_says_which_table_would_give_them(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("D")])

    app = open_app(warehouse.path, page=PAGE)

    assert not app.exception
    shown = "\n".join(box.value.replace("\\", "") for box in app.warning)
    assert "no forecast is in this snapshot; import the table forecasts" in shown
