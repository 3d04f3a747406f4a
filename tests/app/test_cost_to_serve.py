"""The page Cost to serve: its finding, its rules, what it cannot show."""

from datetime import datetime
from pathlib import Path

import pytest

from dashboard.ui.parameters import of_page
from dashboard.warehouse import ImportOptions, Warehouse
from tests.app.conftest import Open
from tests.conftest import Import
from tests.rows import delivery

PAGE = "pages/cost_to_serve.py"
LATER = datetime(2026, 4, 1)  # noqa: DTZ001
FURTHER = ("zone", "customers", "first_attempts", "levers", "ledger")


def said(app: object) -> str:
    parts = [*app.title, *app.markdown, *app.info, *app.warning, *app.error]  # ty: ignore[missing-attribute]
    return " ".join(part.value.replace("\\", "") for part in parts)


def test_the_title_says_who_loses_under_every_rule(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE)

    assert not app.exception
    assert "loses" in app.title[0].value
    assert "under every rule" in app.title[0].value
    assert "agrees with the ledger" in said(app)


def test_another_rule_and_every_way_to_look_further_are_shown(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE, period="2026 Q2")
    app.selectbox(key="rule").set_value("tdabc").run()
    assert "idle capacity" in said(app)
    assert "ledger differs by +1,870.00" in said(app)

    for further in FURTHER:
        app.selectbox(key="further").set_value(further).run()

        assert not app.exception, further
        assert not app.error, further


def test_a_link_may_name_a_rule_by_its_name_and_no_rule_that_does_not_exist(
    sample_warehouse: Path,
) -> None:
    stated = of_page("cost_to_serve", Warehouse(sample_warehouse).catalog)
    rule, further = stated

    assert rule.named("tdabc") == rule.named("time-driven (TDABC)") == "tdabc"
    assert rule.named("by luck") is None
    assert set(FURTHER) <= set(further.options)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([delivery("a", revenue="0", cost_sorting="3")], "Revenue is 0 for every delivery"),
        ([delivery("a", cost_sorting="3")], "nothing in view has deliveries.revenue"),
        ([delivery("a", revenue="3")], "no delivery in view has a known cost"),
        ([delivery("a", revenue="9", cost_sorting="3")], "the data lacks routes.paid_minutes"),
    ],
)
def test_what_is_missing_is_said_in_words(
    open_app: Open, warehouse: Warehouse, put_in: Import, rows: list, words: str
) -> None:
    put_in(as_of=LATER, deliveries=rows)

    app = open_app(warehouse.path, PAGE)

    assert not app.exception
    assert words in said(app)


def test_one_week_is_shown_and_not_reconciled(open_app: Open, sample_warehouse: Path) -> None:
    days = {"period": "custom dates", "from_": "2026-08-03", "to": "2026-08-09"}

    app = open_app(sample_warehouse, PAGE, **days)

    assert not app.exception
    assert "No whole month lies in these days" in said(app)


def test_an_empty_selection_names_the_filters(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE, segment="Premium", zone="Z60", carrier="Swift")

    assert not app.exception
    assert "No delivery" in said(app)


def test_olist_says_which_column_it_lacks(
    open_app: Open, olist_folder: Path, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "olist")
    warehouse.import_folder(olist_folder, ImportOptions("olist"))

    app = open_app(warehouse.path, PAGE)

    assert not app.exception
    assert "nothing in view has deliveries.revenue" in said(app)
