"""Review pages where there is little to see: nothing at all, one segment in one week, Olist."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.warehouse import Reader
from tests.app.conftest import Open

OVERVIEW, COST, DEFINITIONS = "", "pages/cost_to_serve.py", "pages/definitions.py"
WEEK = {"period": "custom dates", "from_": "2026-08-03", "to": "2026-08-09"}


def said(app: AppTest) -> str:
    """All words of a page, as they are read."""
    texts = [*app.title, *app.info, *app.warning, *app.markdown, *app.caption, *app.html]
    return " ".join(str(text.value) for text in texts).replace("\\", "")


def test_definitions_stand_where_filters_leave_nothing_to_compare(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, DEFINITIONS, channel="locker", segment="Premium")

    shown = next(f.value for f in app.dataframe if "Published" in f.value.columns)
    assert not app.exception
    assert set(shown["Ours"]) == {"not comparable"}


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (OVERVIEW, "deliveries due were on time"),
        (COST, "what routes were paid for is known by month, and no whole month is in view"),
        (DEFINITIONS, "Segment: Enterprise"),
    ],
)
def test_one_segment_in_one_week_is_counted_not_judged(
    open_app: Open, sample_warehouse: Path, page: str, told: str
) -> None:
    app = open_app(sample_warehouse, page, segment="Enterprise", **WEEK)

    assert not app.exception
    assert told in said(app)
    assert "custom dates (3 Aug" in said(app)


@pytest.mark.parametrize("page", [OVERVIEW, DEFINITIONS])
def test_on_the_olist_files_a_page_works_and_says_what_stands_in_for_cost(
    open_app: Open, olist: Reader, page: str
) -> None:
    app = open_app(olist.engine._folder, page)

    assert not app.exception
    assert not app.error
    assert "Cost is the freight that the buyer paid, a proxy; revenue is not known." in said(app)
