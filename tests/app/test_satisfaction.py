"""The Satisfaction page: what it claims, and that nothing missing breaks it."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.ui.parameters import of_page
from dashboard.warehouse import Reader, Warehouse
from tests.app.conftest import Open
from tests.conftest import Import
from tests.rows import Row, delivery

PAGE = "pages/satisfaction.py"
LATER = datetime(2026, 4, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)


def said(app: AppTest) -> str:
    texts = [*app.info, *app.warning, *app.markdown, *app.title]
    return " ".join(text.value.replace("\\", "") for text in texts)


def cards(app: AppTest) -> str:
    return next(html.value for html in app.html if 'class="ds-board"' in html.value)


def survey(number: int, delivery_id: str, **answer: object) -> Row:
    sent = {"survey_id": number, "delivery_id": delivery_id, "sent_at": "2026-03-04"}
    return {**sent, "answered_at": "2026-03-05", **answer} if answer else sent


def test_the_page_answers_its_question_on_the_sample(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, PAGE, period="whole snapshot")

    assert not app.exception
    assert app.title[0].value.startswith("An hour late costs 0")
    assert "Rating, weighted" in cards(app)
    assert "effective n" in cards(app)
    table = next(f.value for f in app.dataframe if "Rating, weighted" in f.value.columns)
    assert next(iter(table["Segment"])) == "All segments"
    assert len(table) == 6


def test_a_chosen_theme_shows_its_examples_masked(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE)

    app.selectbox(key="theme").set_value("where").run()

    examples = next(f.value for f in app.dataframe if "Text, masked" in f.value.columns)
    assert not app.exception
    assert not app.warning
    assert len(examples) == 8
    assert not examples["Text, masked"].str.contains("@|\\d{6}").any()


def test_links_of_the_page_name_themes_and_where_they_were_said(sample_warehouse: Path) -> None:
    theme, said_in = of_page("satisfaction", Warehouse(sample_warehouse).catalog)

    assert theme.usual == "rising"
    assert theme.named("Left in the rain") == theme.named("rain") == "rain"
    assert theme.named("zeppelin") is None
    assert list(said_in.options) == ["contacts", "comments"]


def test_filters_that_leave_nothing_are_named(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, PAGE, carrier="Heron", channel="locker")

    assert not app.exception
    assert "No delivery" in said(app)


@pytest.mark.parametrize(
    "view",
    [
        {"from_": "2026-09-21", "to": "2026-09-27"},
        {"segment": "Premium"},
        {"from_": "2024-10-01", "to": "2024-10-07", "zone": "Z41"},
    ],
)
def test_one_week_and_one_segment_are_shown_without_a_claim_too_many(
    open_app: Open, sample_warehouse: Path, view: dict[str, str]
) -> None:
    app = open_app(sample_warehouse, PAGE, **view)

    assert not app.exception
    assert "Rating, weighted" in cards(app)


KEPT = [delivery(str(n), customer_id=f"c{n}") for n in range(40)]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, ["Nobody was asked", "surveys.rating", "contacts.delivery_id", "surveys.comment"]),
        (
            {"surveys": [survey(n, str(n)) for n in range(9)]},
            ["None of 9 surveys about these deliveries was answered", "surveys.rating"],
        ),
        (
            {"surveys": [survey(n, str(n), comment="ok") for n in range(9)]},
            ["None of 9 surveys", "surveys.rating"],
        ),
        (
            {"surveys": [survey(n, str(n), rating=5) for n in range(9)]},
            ["Customers rate their deliveries 5.00 of 5", "No model is fitted"],
        ),
        ({"surveys": [survey(1, "1", rating=5)]}, ["The rating lies between"]),
        (
            {"contacts": [{"contact_id": 1, "delivery_id": "1", "opened_at": "2026-03-05"}]},
            ["surveys.rating", "surveys.comment"],
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_breaks(
    open_app: Open, warehouse: Warehouse, put_in: Import, tables: dict, words: list[str]
) -> None:
    put_in(as_of=LATER, deliveries=KEPT, **tables)

    app = open_app(warehouse.path, PAGE)

    assert not app.exception
    for word in words:
        assert word in said(app)


def test_an_outcome_without_any_answer_leaves_bounds_only(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    late = delivery("late", delivered_at="2026-03-03 13:00:00", customer_id="x")
    surveys = [survey(n, str(n), rating=4) for n in range(9)]
    put_in(as_of=LATER, deliveries=[*KEPT, late], surveys=surveys)

    app = open_app(warehouse.path, PAGE)

    # 9 answers of 4 among 41 deliveries: (36 + 32) / 41 and (36 + 160) / 41.
    assert not app.exception
    assert "The rating lies between 1.66 and 4.78: nobody answered about deliveries late" in (
        app.title[0].value.replace("\\", "")
    )


def test_customers_unknown_leave_no_silent_failures(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    put_in(as_of=LATER, deliveries=[delivery("a")])

    app = open_app(warehouse.path, PAGE)

    assert not app.exception
    assert "Silent failures has no figure here" in said(app)
    assert "deliveries.customer_id" in said(app)


def test_a_hostile_text_is_shown_as_text_and_masked(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    text = '=HYPERLINK("http://evil.test") <b>wet</b> a@b.org'
    contact = {"contact_id": 1, "delivery_id": "1", "opened_at": "2026-03-05", "text": text}
    put_in(as_of=LATER, deliveries=KEPT, contacts=[contact])

    app = open_app(warehouse.path, PAGE)

    examples = next(f.value for f in app.dataframe if "Text, masked" in f.value.columns)
    shown = examples["Text, masked"][0]
    assert shown.startswith("'=")
    assert "@" not in shown
    assert "evil" not in shown


def test_the_page_works_on_the_public_marketplace(open_app: Open, olist: Reader) -> None:
    app = open_app(olist.engine._folder, PAGE, period="whole snapshot")

    themes = next(f.value for f in app.dataframe if "Words that matched" in f.value.columns)
    assert not app.exception
    assert "contacts.delivery_id" in said(app)
    assert "surveys.recommend" in said(app)
    assert app.title[0].value.startswith("A day's promise missed costs ")
    late = themes.set_index("Theme").loc["Came too late"]
    assert late["Now"] > 100
    assert "atras*" in late["Words that matched"]
