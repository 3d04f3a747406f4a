"""The Definitions page says what the catalogue says."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard import tree
from dashboard.catalog import read_catalog
from tests.app.conftest import Open

PAGE = "pages/definitions.py"
PUBLISHED = "Published figures beside ours"


def headings(app: AppTest) -> list[str]:
    """The headings of metrics; the panel of published figures has one of its own."""
    found = [heading.value.replace("\\", "") for heading in app.header]
    return [heading for heading in found if heading != PUBLISHED]


def test_every_metric_of_the_catalogue_is_defined(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE)
    metrics = read_catalog(tree.root() / "queries").metrics.values()

    assert not app.exception
    assert headings(app) == [metric.label for metric in metrics]
    assert {code.value for code in app.code} >= {metric.sql for metric in metrics}


def test_the_search_keeps_the_metrics_that_hold_every_word(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE)

    app.text_input(key="search_metrics").set_value("survey answered").run()

    assert headings(app) == ["Survey response rate"]


def test_a_search_without_a_hit_says_so(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE)

    app.text_input(key="search_metrics").set_value("zeppelin").run()

    assert not headings(app)
    assert any("No metric" in line.value for line in app.markdown)


def test_the_targets_of_the_quarter_in_view_are_shown(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE)

    said = [line.value for line in app.markdown if "Targets of 2026 Q3: " in line.value]
    assert said
    assert "Premium" in said[0].partition("Targets of 2026 Q3: ")[2]


def test_published_figures_stand_beside_ours_or_the_reason_why_not(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE)

    shown = next(f.value for f in app.dataframe if "Published" in f.value.columns)
    ours = shown["Ours"] != "not comparable"
    assert not app.exception
    assert len(shown) == 39
    assert 0 < ours.sum() < len(shown)
    assert shown["Ours is, or why not"][~ours].str.startswith("because ").all()
    assert not shown["Ours is, or why not"][ours].str.contains("_").any()
    assert shown["Year"].str.contains("stale").any()
