"""Importing while the app serves: running pages keep their snapshot, and offer the new one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard import tree
from dashboard.warehouse import Warehouse
from tests.app.conftest import Open
from tests.rows import delivery

LATER = datetime(2026, 4, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)

Import = Callable[..., Any]


def _late(name: str) -> dict[str, object]:
    return delivery(name, delivered_at="2026-03-04 10:00:00")


def _board(app: AppTest) -> str:
    """The board as it is drawn, to the letter."""
    assert not app.exception
    return next(html.value for html in app.html if 'class="ds-board"' in html.value)


def test_a_session_keeps_its_figures_through_imports_until_it_accepts_the_new_ones(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery("a"), _late("b")])
    app = open_app(warehouse.path)
    first = _board(app)

    put_in(as_of=LATER, deliveries=[delivery("a"), delivery("b"), delivery("c"), _late("d")])
    rerun = _board(app.run())
    offer = app.info[0].value
    put_in(as_of=LATER, deliveries=[delivery("a"), _late("b"), _late("c"), _late("d"), _late("e")])
    again = _board(app.run())
    fresh = _board(open_app(warehouse.path))
    accepted = _board(app.button(key="open_newest").click().run())

    assert "1 of 2" in first
    assert first == rerun == again
    assert offer.startswith("This page shows snapshot 1, data to ")
    assert "Snapshot 2, data to " in offer
    assert "1 of 5" in accepted
    assert accepted == fresh
    assert not any("This page shows snapshot" in info.value for info in app.info)


def test_other_pages_of_a_session_stand_on_the_same_snapshot(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery("a"), _late("b")])
    app = open_app(warehouse.path)

    put_in(as_of=LATER, deliveries=[delivery("a"), delivery("b"), delivery("c")])
    app.switch_page(str(tree.root() / "pages" / "data_quality.py")).run()

    assert not app.exception
    assert "snapshot=1" in app.code[0].value
    assert any("This page shows snapshot 1" in info.value for info in app.info)


def test_an_import_that_died_unpublished_is_not_seen_by_a_running_page(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery("a"), _late("b")])
    app = open_app(warehouse.path)
    first = _board(app)

    put_in(as_of=LATER, deliveries=[delivery("c")], carriers=[{"carrier": "Wren"}])
    (warehouse.path / "snapshots" / "2.json").rename(warehouse.path / "snapshots" / "2.tmp")
    rerun = _board(app.run())
    put_in(as_of=LATER, deliveries=[delivery("a"), delivery("b"), delivery("c")])
    after = _board(app.run())

    assert first == rerun == after
    assert sum("Snapshot 2, data to " in info.value for info in app.info) == 1
