"""Small hand-made warehouses: what is missing, what is hostile, what is too little."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.warehouse import Warehouse
from tests.app.conftest import Open
from tests.rows import delivery

HOSTILE = "=1+1<script>alert(1)</script> **[x](http://evil.test)** :red[y]"

LATER = datetime(2026, 4, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)

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
