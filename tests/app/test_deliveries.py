"""The page Deliveries: rows, their order and pages, and the one delivery by its address."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access import LOCAL_USER
from dashboard.scope import Period, Scope, Where
from dashboard.ui.links import Choices, read_link
from dashboard.ui.parameters import of_page
from dashboard.ui.periods import Calendar
from dashboard.warehouse import Order, Reader, Warehouse
from tests import kestrel
from tests.app.conftest import Open
from tests.settled_world import TEXT, import_world

PAGE = "pages/deliveries.py"
CHOICES = Choices(Calendar(Period(date(2026, 7, 1), date(2026, 9, 28))), (), {})


@pytest.fixture
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def ids(app: object) -> list[str]:
    """The deliveries of the table of rows."""
    return list(app.dataframe[0].value["Delivery"])  # ty: ignore[missing-attribute]


def opened(open_app: Open, warehouse: Path, own: dict[str, str], **filters: str) -> AppTest:
    """The page with choices of its own, which the first page that opens does not have."""
    app = open_app(warehouse, PAGE, **filters)
    for name, value in own.items():
        if name in ("delivery", "where"):
            app.text_input(key=name).set_value(value)
        elif name == "after":
            app.query_params[name] = value
        else:
            app.selectbox(key=name).set_value(value)
    return app.run()


def said(app: object) -> str:
    parts = [*app.title, *app.markdown, *app.warning, *app.error]  # ty: ignore[missing-attribute]
    return " ".join(part.value.replace("\\", "") for part in parts)


def test_the_rows_are_those_of_the_filters_sorted_as_asked_page_by_page(
    open_app: Open, sample_warehouse: Path, reader: Reader
) -> None:
    scope = Scope().within(segment="Premium").holding(Where("lateness_minutes", ">=", "30"))
    own = {"where": "lateness_minutes >= 30", "sort": "lateness_minutes"}
    expected = reader.rows.page((), Order("lateness_minutes"), scope, None, 100)["delivery_id"]

    app = opened(open_app, sample_warehouse, own, segment="Premium", period="whole snapshot")
    first = ids(app)
    app.button(key="rows_next").click().run()
    second = ids(app)
    app.button(key="rows_previous").click().run()
    back = ids(app)
    app.selectbox(key="order").set_value("rising").run()

    assert not app.exception
    assert first + second == expected.to_list()
    assert back == first
    assert ids(app)[0] != first[0]
    assert app.button(key="rows_previous").disabled
    assert "every one a broken promise" in app.title[0].value


def test_chosen_columns_are_shown_in_their_order(open_app: Open, sample_warehouse: Path) -> None:
    app = opened(open_app, sample_warehouse, {"show": "kept"})
    app.multiselect(key="columns").set_value(["order_id", "weight_kg"]).run()

    assert list(app.dataframe[0].value.columns) == ["Delivery", "Order id", "Weight kg"]
    assert "doorstep deliveries" in said(app)
    assert "columns=order+id&columns=weight+kg" in app.code[0].value


def test_a_link_opens_one_delivery_and_the_way_back_leads_to_the_rows(
    open_app: Open, sample_warehouse: Path, reader: Reader
) -> None:
    breach = Scope().holding(*Where.parse_all("lateness_minutes > 30; route_id is known"))
    one = reader.rows.page((), Order(), breach, None, 1)["delivery_id"][0]

    app = opened(open_app, sample_warehouse, {"delivery": one}, period="2025 Q1")
    title, words = app.title[0].value, said(app)
    headers = [header.value for header in app.header]
    app.button(key="back_to_rows").click().run()

    assert not app.exception
    assert title.startswith("Late by ")
    assert f"Delivery {one}, minute by minute" in headers
    assert "A broken promise" in words
    assert "margin is put at risk, by assumption" in words
    assert len(ids(app)) == 50


def test_one_delivery_shows_its_contract_clauses_and_the_way_to_their_settlement(
    open_app: Open, tmp_path: Path
) -> None:
    settled = import_world(tmp_path)
    without = opened(open_app, settled, {"delivery": "day-late"})
    kestrel.write(settled / "contracts", TEXT)

    app = opened(open_app, settled, {"delivery": "day-late"})
    other = opened(open_app, settled, {"delivery": "other-carrier"})

    assert not app.exception
    clauses = next(f.value for f in app.dataframe if "It alone brings" in f.value.columns)
    assert list(clauses["Clause"]) == ["OT-1", "CR-1", "MV-1"]
    assert list(clauses["It alone brings"]) == ["", "EUR 3.00", ""]
    links = [urlsplit(one.proto.url) for one in app.get("link_button")]
    (asked,) = [parse_qs(link.query) for link in links if link.path.endswith("carrier_review")]
    assert (asked["carrier"], asked["period"]) == (["Kestrel"], ["2026 Q3"])
    assert "No clause is judged: there is no contract with 'Heron'" in said(other)
    assert "clause" not in said(without)


def test_an_unknown_id_is_named_with_a_way_back(open_app: Open, sample_warehouse: Path) -> None:
    app = opened(open_app, sample_warehouse, {"delivery": "D?<b>"})

    assert not app.exception
    assert app.title[0].value == "No such delivery"
    assert "has no delivery 'D?<b>'; check the id" in said(app)
    assert app.button(key="back_to_rows")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"where": "carrier = Nobody"}, "no delivery has carrier = Nobody; loosen the conditions"),
        ({"where": "carier = Wren"}, "unknown column 'carier'; did you mean 'carrier'?"),
        ({"where": "lateness_minutes > soon"}, "lateness_minutes is a number; 'soon' is none"),
        ({"where": "gibberish"}, "'gibberish' is no condition"),
        ({"after": "gone"}, "there is no delivery 'gone' here; begin at the first page"),
    ],
)
def test_what_cannot_be_shown_is_said_in_words(
    open_app: Open, sample_warehouse: Path, own: dict[str, str], words: str
) -> None:
    app = opened(open_app, sample_warehouse, own)

    assert not app.exception
    assert words in said(app)


def test_a_link_may_filter_by_dimensions_that_the_bar_does_not_offer(
    open_app: Open, sample_warehouse: Path, reader: Reader
) -> None:
    asked = {"promised_hour": ["17", "99"], "depot": "South", "period": "whole snapshot"}
    held = reader.rows.count(Scope().within(promised_hour="17", depot="South"))

    app = open_app(sample_warehouse, PAGE, **asked)

    assert "promised_hour=99 (no such hour of promise" in said(app)
    assert app.title[0].value.startswith(f"{held:,} deliveries")
    assert app.multiselect(key="promised_hour").value == ["17"]
    assert {"promised_hour=17", "depot=South"} <= set(app.code[0].value.split("&"))


def test_filters_that_leave_nothing_are_named(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE, channel="locker", service="2-hour")

    assert not app.exception
    assert "There would be some without “Channel: locker”" in said(app)


def test_a_link_is_judged_by_the_pages_own_choices(sample_warehouse: Path) -> None:
    stated = {one.name: one for one in of_page("deliveries", Warehouse(sample_warehouse).catalog)}
    choices = replace(CHOICES, parameters=tuple(stated.values()))

    read = read_link(
        {"sort": ["moon"], "columns": ["carrier", "zone"], "where": ["a b"], "delivery": ["D=1"]},
        choices,
    )
    wrong = read_link({"columns": ["order_id", "moon"]}, choices)

    assert [one.split(" (")[0] for one in read.refused] == ["where=a b", "sort=moon"]
    assert read.respelt == {}
    assert wrong.refused[0].startswith("columns=moon (use one of: delivery_id, order_id")
    assert wrong.respelt == {"columns": ["order id"]}
    assert stated["where"].refusal("a = 1; b is known") == ""
