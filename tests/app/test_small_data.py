"""Small hand-made warehouses: what is missing, what is hostile, what is too little."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.scope import Period
from dashboard.warehouse import Warehouse
from tests.app.conftest import Open
from tests.rows import daily, delivery

HOSTILE = "=1+1<script>alert(1)</script> **[x](http://evil.test)** :red[y]"

LATER = datetime(2026, 4, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)

FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))

Import = Callable[..., Any]


def cards(app: AppTest) -> str:
    return next(html.value for html in app.html if 'class="ds-board"' in html.value)


def test_missing_tables_are_said_by_the_columns_that_would_help(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery("a"), delivery("b")])

    app = open_app(warehouse.path)

    said = " ".join(info.value.replace("\\", "") for info in app.info)
    assert not app.exception
    assert "Satisfaction has no figure here: nothing in view has surveys.rating" in said
    assert "Cost to serve has no figure here" in said
    assert "deliveries.cost_last_mile" in said


def test_two_deliveries_are_counted_not_rated(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(
        as_of=LATER, deliveries=[delivery("a"), delivery("b", delivered_at="2026-03-04 10:00:00")]
    )

    shown = cards(open_app(warehouse.path))

    assert "1 of 2" in shown
    assert "50.0" not in shown


def test_a_segment_named_to_do_harm_is_only_text(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery(str(i), segment=HOSTILE) for i in range(3)])

    app = open_app(warehouse.path, segment=HOSTILE)

    assert not app.exception
    assert not app.warning
    assert "<script>" not in cards(app)
    assert "=1+1&lt;script&gt;" in cards(app)
    assert app.dataframe[0].value["Segment"].iloc[-1] == f"'{HOSTILE}"
    marked = " ".join(line.value for line in app.markdown)
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]\(", marked)


def test_null_segments_are_shown_as_a_segment(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery("a", segment=None), delivery("b")])

    app = open_app(warehouse.path)

    assert not app.exception
    assert "(unassigned)" in cards(app)


def test_a_snapshot_without_a_due_promise_says_so(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(
        as_of=LATER,
        deliveries=[
            delivery("a", status="open", delivered_at=None, promised_by="2026-12-24 12:00:00")
        ],
    )

    app = open_app(warehouse.path)

    assert not app.exception
    assert app.title[0].value == "No promise has fallen due yet"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("", "Satisfaction has no figure here"),
        ("pages/satisfaction.py", "None of 270 surveys about these deliveries was answered"),
        ("pages/service.py", "On-time rate: no segment changed beyond noise"),
        ("pages/cost_to_serve.py", "Revenue is 0 for every delivery"),
    ],
)
def test_no_rating_no_revenue_and_a_segment_that_just_began_are_clear_on_every_page(
    open_app: Open, warehouse: Warehouse, put_in: Import, page: str, told: str
) -> None:
    shared = {"revenue": "0", "cost_last_mile": "3"}
    rows = [*daily(FEBRUARY, 9, 1, segment="Premium", **shared)]
    rows += daily(MARCH, 9, 1, segment="Premium", **shared)
    rows += daily(MARCH, 8, 2, segment="Rural", **shared)
    surveys = [
        {"survey_id": at, "delivery_id": row["delivery_id"], "sent_at": "2026-03-20"}
        for at, row in enumerate(rows[280:550])
    ]
    put_in(as_of=LATER, deliveries=rows, surveys=surveys)

    app = open_app(
        warehouse.path, page, period="custom dates", from_="2026-03-01", to="2026-03-31"
    )

    texts = [*app.info, *app.warning, *app.markdown, *app.title]
    said = " ".join(text.value.replace("\\", "") for text in texts)
    assert not app.exception
    assert told in said
