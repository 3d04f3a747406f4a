"""The Service page, run as the app runs it."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.state import Mark, State
from dashboard.warehouse import Reader
from tests.app.conftest import Open

PAGE = "pages/service.py"
SEGMENTS = 5


@pytest.fixture
def own_sample(sample_warehouse: Path, tmp_path: Path) -> Path:
    """The sample in a folder whose notes are the test's own."""
    return Path(shutil.copytree(sample_warehouse, tmp_path / "own"))


def matrix(app: AppTest) -> str:
    return next(html.value for html in app.html if 'class="ds-services"' in html.value)


def said(app: AppTest) -> str:
    return "\n".join(line.value.replace("\\", "") for line in app.markdown)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def test_it_shows_every_segment_and_service_and_a_chart_each(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)

    assert not app.exception
    assert not app.error
    assert app.title[0].value.replace("\\", "").startswith("On-time rate: ")
    assert len(re.findall(r'<th scope="row">', matrix(app))) == SEGMENTS
    assert "2-hour" in matrix(app)
    assert len([alt for alt in alts(app) if "by week" in alt]) == SEGMENTS
    assert all(re.search(r"\d", alt) for alt in alts(app))
    assert "In control, one such chart shows a signal in up to 10.4" in said(app)


def test_the_definition_can_be_switched_and_the_address_says_so(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    before = matrix(app)

    app.selectbox(key="measure").select("in_window_rate").run()

    assert not app.exception
    assert app.title[0].value.replace("\\", "").startswith("In-window rate: ")
    assert matrix(app) != before
    assert " target " not in matrix(app)


@pytest.mark.parametrize("measure", ["promise_width", "revised_promise_rate"])
def test_what_is_no_share_or_better_low_is_charted_too(
    open_app: Open, sample_warehouse: Path, measure: str
) -> None:
    app = open_app(sample_warehouse, page=PAGE)

    app.selectbox(key="measure").select(measure).run()

    assert not app.exception
    assert len([alt for alt in alts(app) if "by week" in alt]) == SEGMENTS


def test_one_segment_has_one_row(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE, segment=["Rural"])

    assert not app.exception
    assert re.findall(r'<th scope="row">(\w+)', matrix(app)) == ["Rural"]
    assert "segment=Rural" in matrix(app)


def test_one_week_is_shown_with_x_of_n_where_it_is_thin(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(
        sample_warehouse, page=PAGE, period="custom dates", from_="2026-09-14", to="2026-09-20"
    )

    assert not app.exception
    assert re.search(r"<b>\d+ of \d+</b>", matrix(app))


def test_an_empty_filter_is_named_with_a_way_out(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE, segment=["Premium"], service=["economy"])

    assert not app.exception
    assert "Premium" in app.warning[0].value
    assert app.button(key="reset_when_empty")


def test_only_date_promises_have_no_window_and_say_so(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE, service=["economy"])

    assert not app.exception
    assert "no timed promise is due in this scope" in said(app)
    assert "In-window rate has no figure here" in said(app)


def test_a_note_is_listed_numbered_and_can_be_withdrawn(open_app: Open, own_sample: Path) -> None:
    app = open_app(own_sample, page=PAGE)
    form = {box.label: box for box in app.text_input}

    form["Your name"].set_value("Ada")
    form["What happened, or why limits begin anew"].set_value("Storm *Berta*")
    next(b for b in app.button if b.label == "Add the note").click().run()

    assert not app.exception
    assert "**1** · 30 Sep 2026 · Storm *Berta*" in said(app)
    next(box for box in app.text_input if box.label == "By").set_value("Ben")
    next(b for b in app.button if b.label == "Withdraw the note").click().run()
    assert "withdrawn by Ben" in said(app)
    (kept,) = State.of(own_sample).notes("on_time_rate", withdrawn=True)
    assert (kept.by, kept.withdrawn_by) == ("Ada", "Ben")


def test_a_note_without_a_name_is_refused_in_a_sentence(open_app: Open, own_sample: Path) -> None:
    app = open_app(own_sample, page=PAGE)

    next(b for b in app.button if b.label == "Add the note").click().run()

    assert not app.exception
    assert "the text is empty; write it out" in app.error[0].value.replace("\\", "")


def test_a_new_baseline_moves_the_limits_of_its_segment(open_app: Open, own_sample: Path) -> None:
    before = alts(open_app(own_sample, page=PAGE))
    place = Mark("on_time_rate", date(2025, 12, 1), "Standard")
    State.of(own_sample).add_note(place, "New depot", "Ada", "rebaseline")

    app = open_app(own_sample, page=PAGE)

    moved = [now for now, then in zip(alts(app), before, strict=True) if now != then]
    assert len(moved) == 1
    assert "Standard" in moved[0]
    assert "**new limits** · New depot" in said(app)


def test_on_the_olist_files_it_says_which_columns_are_missing(
    open_app: Open, olist: Reader
) -> None:
    app = open_app(olist.engine._folder, page=PAGE)

    assert not app.exception
    assert not app.error
    assert "Promise width has no figure here: nothing in view has deliveries." in said(app)
    assert "Revised-promise rate has no figure here: nothing in view has promise_changes" in (
        said(app)
    )
