"""The Experiments page, run as the app runs it."""

import shutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open
from tests.conftest import Import

PAGE = "pages/experiments.py"


def said(app: AppTest) -> str:
    return "\n".join(line.value.replace("\\", "") for line in app.markdown)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def test_it_lists_every_experiment_with_state_and_verdict(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)

    assert not app.exception
    assert not app.error
    title = app.title[0].value.replace("\\", "")
    assert "Stop: Chat with the courier" in title
    assert "Do not use: Crowd carriers for same-day orders" in title
    table = next(html.value for html in app.html if "ds-experiments" in html.value)
    for word in ("planned", "running", "ended", "broken", "Keep running", "No verdict"):
        assert word in table
    assert "experiment=Evening" in table


def test_one_experiment_shows_its_verdict_first_then_what_carries_it(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    app.selectbox(key="experiment").select("evening-windows").run()

    assert not app.exception
    assert app.title[0].value.replace("\\", "").startswith("Evening windows: Ship (On-time rate +")
    words = said(app)
    assert "Sample ratio as planned" in words
    assert "a quarter" in words
    assert "Cochran's Q" in words
    assert [heading.value.replace("\\", "") for heading in app.header] == [
        "Who was exposed",
        "How the effect ran",
        "Primary, guardrails and all else",
        "For whom?",
    ]
    assert any(
        alt.startswith("Effect on On-time rate of evening windows by week") for alt in alts(app)
    )


def test_a_broken_one_shows_no_effect_anywhere(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    app.selectbox(key="experiment").select("crowd-carriers").run()

    assert not app.exception
    assert "Do not use" in app.title[0].value
    assert [heading.value for heading in app.header] == ["Who was exposed"]
    assert "Sample ratio broken" in said(app)


def test_too_few_clusters_draw_no_empty_course(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    app.selectbox(key="experiment").select("lockers-by-depot").run()

    assert not app.exception
    assert "No verdict" in app.title[0].value
    assert "No week holds enough for an effect" in said(app)
    assert not any(alt.startswith("Effect on") for alt in alts(app))


def test_a_running_one_says_that_segments_are_too_early(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE)
    app.selectbox(key="experiment").select("photo-on-arrival").run()

    assert not app.exception
    assert "keep running" in app.title[0].value
    assert "Too early to read" in said(app)


def test_no_experiments_are_said_in_words(open_app: Open, put_in: Import, tmp_path: Path) -> None:
    row = {
        "delivery_id": "D1",
        "carrier": "Wren",
        "ordered_at": "2026-03-02T08:00:00",
        "promised_by": "2026-03-03T08:00:00",
        "delivered_at": "2026-03-03T07:00:00",
        "status": "delivered",
    }
    put_in(deliveries=[row])

    app = open_app(tmp_path / "warehouse", page=PAGE)

    assert not app.exception
    assert "No experiment is known" in app.title[0].value


def test_a_plan_says_what_it_takes_and_can_be_frozen(
    open_app: Open, sample_warehouse: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(sample_warehouse, tmp_path / "own"))
    app = open_app(own, page=PAGE)
    app.selectbox(key="plan").select("open").run()
    app.number_input(key="plan_expected_share").set_value(6.0).run()

    assert not app.exception
    assert "whole weeks find +6.00" in said(app) or "whole week find +6.00" in said(app)
    assert "A/A check" in said(app)
    form = {box.label: box for box in app.text_input}
    form["Id of the experiment"].set_value("evening-windows")
    form["Your name"].set_value("Ada")
    form["Hypothesis"].set_value("Windows help")
    next(b for b in app.button if b.label == "Freeze the plan").click().run()
    assert "Frozen, hash" in app.success[0].value
    app.selectbox(key="experiment").select("evening-windows").run()
    assert "Plan frozen by Ada" in said(app)
    assert "Not as planned: worthwhile effect" in said(app)
