"""What changed, on the page: its boxes in the address, and what it says when it cannot."""

import re
from datetime import datetime
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard.scope import Quarter
from dashboard.warehouse import Warehouse
from tests.app.conftest import Open
from tests.conftest import Import
from tests.rows import daily

AS_OF = datetime(2026, 7, 5)  # noqa: DTZ001
Q1, Q2 = Quarter(2026, 1).period(), Quarter(2026, 2).period()


def said(app: AppTest) -> str:
    return " ".join(line.value.replace("\\", "") for line in app.markdown)


def cards(app: AppTest) -> str:
    return next(html.value for html in app.html if 'class="ds-board"' in html.value)


def test_an_address_chooses_metric_and_dimensions(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, change="cost_to_serve", by="carrier", and_by="Zone")

    assert not app.exception
    assert not app.warning
    assert [app.selectbox(key=k).value for k in ("change", "by", "and_by")] == [
        "cost_to_serve", "carrier", "zone",
    ]  # fmt: skip
    assert re.search(
        r"Cost to serve (rose|fell|did not change).* = mix .*carrier.*zone", said(app)
    )
    assert "change=Cost+to+serve&by=Carrier&and_by=Zone" in app.code[0].value


def test_what_an_address_asks_in_vain_is_refused_by_name(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, change="happiness", by="status")

    refused = app.warning[0].value.replace("\\", "")
    assert "change=happiness" in refused
    assert "by=status" in refused
    assert app.selectbox(key="by").value == "segment"


def test_a_choice_on_the_page_changes_the_bridge(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse)

    app.selectbox(key="change").select("volume").run()

    assert not app.exception
    assert re.search(r"Volume (rose|fell|did not change)", said(app))


def test_without_days_to_compare_with_it_asks_for_them(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, versus="nothing")

    assert "Choose a period and one to compare with to see what changed." in said(app)


def test_a_first_quarter_says_that_there_is_nothing_before(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, period="2024 Q4")

    assert not app.exception
    assert app.title
    assert "the earlier period has nothing to divide by" in said(app)


def test_cards_link_to_their_pages_with_the_filters_kept(
    open_app: Open, sample_warehouse: Path
) -> None:
    shown = cards(open_app(sample_warehouse, carrier="Osprey"))

    links = re.findall(r'href="([^"]+)"', shown)
    assert any("segment=Premium" in link and "change=On-time+rate" in link for link in links)
    assert all("carrier=Osprey" in link and "snapshot=1" in link for link in links)
    assert "definitions" in shown or "service" in shown


def test_cards_say_how_their_weeks_run(open_app: Open, sample_warehouse: Path) -> None:
    shown = cards(open_app(sample_warehouse))

    assert shown.count('class="ds-spark" alt=""') == 6
    assert len(re.findall(r"26 weeks: <span", shown)) == 6
    assert re.search(r"target (below|within|above) limits", shown)
    assert "more kept would reach it" in shown


def test_a_segment_in_one_period_only_is_named_new(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    rows = [
        *daily(Q1, 3, 1, segment="Premium"),
        *daily(Q2, 3, 1, segment="Premium"),
        *daily(Q2, 2, 2, segment="Rural"),
    ]
    put_in(as_of=AS_OF, deliveries=rows)

    app = open_app(warehouse.path, period="2026Q2")

    assert not app.exception
    assert "New: Rural." in said(app)


def test_without_cost_and_revenue_the_map_of_values_says_so(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=AS_OF, deliveries=daily(Q2, 2, 1, segment="Premium"))

    app = open_app(warehouse.path)

    assert not app.exception
    assert "no completed delivery has both revenue and cost" in said(app)


def test_one_week_and_one_segment_are_shown(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, from_="2026-08-03", to="2026-08-09", segment="Premium")

    assert not app.exception
    assert "On-time rate " in said(app)
    assert "Premium alone: there is no other segment to hold it against." in said(app)
