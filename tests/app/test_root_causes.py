"""The Root causes page, run as the app runs it, and its command."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis.causes.axes import Part
from dashboard.analysis.causes.search import Cause
from dashboard.cli import main
from dashboard.scope import Quarter
from dashboard.ui.causes import filters_of
from dashboard.warehouse import Warehouse
from tests.app.conftest import Open
from tests.conftest import Import
from tests.rows import daily

PAGE = "pages/root_causes.py"


def said(app: AppTest) -> str:
    texts = [*app.info, *app.warning, *app.markdown, *app.title]
    return " ".join(text.value.replace("\\", "") for text in texts)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def matrix(app: AppTest) -> str:
    return next(html.value for html in app.html if "Declared ↓" in html.value)


def test_the_page_shows_truth_8_in_the_matrix_and_who_looks_better_by_moved_promises(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE, period="whole snapshot")

    assert not app.exception
    assert "✕ contradicts" in matrix(app)
    proofs = next(f.value for f in app.dataframe if "No arrival" in f.value.columns)
    worst = proofs.iloc[0]
    assert (worst["Carrier"], worst["Declared"]) == ("Merlin", "recipient absent")
    share, declared = (float(one) for one in worst["No arrival"].split("\xa0% of "))
    assert share == pytest.approx(55, abs=100 / declared)  # the nearest share of so few
    assert list(proofs["Verdict"]).count("✕ more than others") == 1
    moved = next(f.value for f in app.dataframe if "By last promise" in f.value.columns)
    assert moved.iloc[0]["Carrier"] == "Puffin"
    assert "a change needs a period and days to compare with" in said(app)
    assert any("Hours per leg" in alt for alt in alts(app))


def test_the_search_tells_how_it_was_made_and_the_model_comes_when_asked_for(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=PAGE, segment=["Premium"])

    assert not app.exception
    assert "combinations of up to three dimensions" in said(app)
    assert "not caused by" in said(app)
    assert "it takes some seconds" in said(app)
    app.selectbox(key="alike").select("drivers")
    app.selectbox(key="expect").select("level").run()
    assert any(alt.startswith("Points more late, all else alike:") for alt in alts(app))
    assert not app.exception
    assert "than the case mix lets expect" in said(app)


def test_a_short_period_has_no_search_and_says_why(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, page=PAGE, from_="2026-09-14", to="2026-09-20")

    assert not app.exception
    assert "a period of 7 days; the search needs 28" in said(app)
    assert any(alt.startswith("Broken promises by declared reason") for alt in alts(app))


def test_columns_that_are_absent_are_said_in_words(
    open_app: Open, warehouse: Warehouse, put_in: Import
) -> None:
    now = Quarter.parse("2026Q2").period()
    put_in(deliveries=daily(now.first(60), 3, 1), as_of=None)

    app = open_app(warehouse.path, page=PAGE)

    assert not app.exception
    assert not app.error
    assert "Nothing in view has events of kind 'arrival'" in said(app)
    assert "nothing in view has promise_changes" in said(app)
    assert "0 late deliveries with every time known" in said(app)


def cause(*parts: Part) -> Cause:
    return Cause(parts, 300, 100, 120, 40, 0.1, 0.2, 0.1, 0.3, 60, 30, 90, 0.01, None, 9, 0.001)


@pytest.mark.parametrize(
    ("part", "on_deliveries", "on_map"),
    [
        (Part("zone", ("Z14", "Z15"), ""), {"zone": ["Z14", "Z15"]}, {"zone": ["Z14", "Z15"]}),
        (
            Part("promised_hour", ("20", "22"), ""),
            {"promised_hour": ["20", "22"], "where": "is_timed = true"},
            {"promised_hour": ["20", "22"]},
        ),
        (Part("promised_hour", ("(none)",), ""), {"where": "is_timed = false"}, {}),
        (Part("driver", ("V0012",), ""), {"where": "driver_id = V0012"}, {}),
    ],
)
def test_a_cause_is_written_as_filters(
    part: Part, on_deliveries: dict[str, object], on_map: dict[str, object]
) -> None:
    assert filters_of(cause(part), "deliveries") == on_deliveries
    assert filters_of(cause(part), "breach_map") == on_map


def answered(capsys: pytest.CaptureFixture[str], warehouse: Path, *words: str) -> dict:
    code = main(["causes", *words, "--warehouse", str(warehouse), "--format", "json"])

    assert code == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_prints_what_the_page_shows(
    capsys: pytest.CaptureFixture[str], sample_warehouse: Path
) -> None:
    days = ("--from", "2024-10-01", "--to", "2026-09-30", "--versus", "2024-10-01..2026-09-30")

    matrix_found = answered(capsys, sample_warehouse, "--show", "matrix", *days)
    proofs = answered(capsys, sample_warehouse, "--show", "proofs", *days)
    moved = answered(capsys, sample_warehouse, "--show", "moved", *days)
    search = answered(capsys, sample_warehouse, "--quarter", "2026Q3", "--mode", "level")

    cells = {(row["declared"], row["evidence"]): row["deliveries"] for row in matrix_found["rows"]}
    assert cells["customer", "carrier"] > 0
    assert "Merlin declared 'recipient absent' without having arrived" in proofs["message"]
    first = proofs["rows"][0]
    assert first["carrier"] == "Merlin"
    assert first["share_without"] == pytest.approx(0.55, abs=0.02)
    puffin = moved["rows"][0]
    assert puffin["carrier"] == "Puffin"
    assert puffin["on_time_by_last_promise"] - puffin["on_time"] == pytest.approx(0.065, abs=0.006)
    assert set(search) == {"message", "snapshot", "rows"}
