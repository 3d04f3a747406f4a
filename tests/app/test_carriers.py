"""The pages Comparison and Carrier review, run as the app runs them."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.state import Claim, State, Task
from tests import kestrel
from tests.app.conftest import Open
from tests.settled_world import TEXT, import_world

WHOLE = {"period": "custom dates", "from": "2024-10-01", "to": "2026-09-30"}
COMPARISON, REVIEW = "pages/carrier_comparison.py", "pages/carrier_review.py"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return import_world(tmp_path_factory.mktemp("reviewed"))


@pytest.fixture
def settled(imported: Path, tmp_path: Path) -> Path:
    """The small world whose settlement is worked out by hand, with its contract."""
    own = Path(shutil.copytree(imported, tmp_path / "own"))
    kestrel.write(own / "contracts", TEXT)
    return own


def said(app: AppTest) -> str:
    return "\n".join(line.value.replace("\\", "") for line in app.markdown)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def test_comparison_shows_every_carrier_raw_and_adjusted(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, page=COMPARISON)

    assert not app.exception
    assert not app.error
    title = app.title[0].value
    assert title.endswith("work explains") or "No carrier" in title
    table, mix = (one.value for one in app.dataframe[:2])
    assert {"Raw", "Expected", "Adjusted", "Late / expected", "Shrunken", "Band"} <= {
        *table.columns
    }
    assert len(table) == 8
    assert any(part.startswith("Weather: ") for part in mix["Part"])
    assert sum("by quarter" in alt for alt in alts(app)) >= 6
    assert all(any(c.isdigit() for c in alt) for alt in alts(app))


def chosen(app: AppTest, **boxes: str) -> AppTest:
    """The page after its boxes were set."""
    for key, value in boxes.items():
        app.selectbox(key=key).select(value)
    return app.run()


def test_comparison_is_made_on_what_is_chosen(open_app: Open, sample_warehouse: Path) -> None:
    app = chosen(open_app(sample_warehouse, COMPARISON, **WHOLE), compare_on="cost_to_serve")

    assert not app.exception
    assert "Plover is cheaper" in app.title[0].value
    assert "Cost / expected" in app.dataframe[0].value.columns


def test_drivers_are_compared_by_pseudonym_and_not_named_in_the_title(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = chosen(open_app(sample_warehouse, COMPARISON, **WHOLE), compare="driver")

    assert not app.exception
    assert "drivers lie beyond the limits in on\\-time rate; chance alone" in app.title[0].value
    assert not any(name in app.title[0].value for name in app.dataframe[0].value["Driver"])
    assert "drivers of fewer than 30 cases, or not named, are left out" in said(app)


def test_losing_a_carrier_is_priced_once_it_is_asked(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, COMPARISON, **WHOLE)
    before = said(app)

    chosen(app, moved_from="Heron")

    assert not app.exception
    assert "Promises kept: " not in before
    assert "from Heron to the others" in said(app)
    assert "Promises kept: " in said(app)
    assert "Cost: " in said(app)
    loads = next(one.value for one in app.dataframe if "Would get" in one.value.columns)
    assert "Wren" in list(loads["Carrier"])


def test_moved_work_without_evidence_is_refused_in_words(
    open_app: Open, sample_warehouse: Path
) -> None:
    rim = open_app(sample_warehouse, COMPARISON, zone="Z60", **WHOLE)

    app = chosen(rim, moved_from="Swift", moved_to="Puffin")

    assert not app.exception
    assert "no cell of zone and service that Swift serves has 30 deliveries of Puffin" in said(app)
    assert "Promises kept: " not in said(app)


def test_the_review_settles_the_quarter_beside_the_scorecard(
    open_app: Open, settled: Path
) -> None:
    app = open_app(settled, page=REVIEW, period="2026Q3")

    assert not app.exception
    assert not app.error
    assert "Kestrel kept " in app.title[0].value
    assert "the carrier owes us EUR 16.53" in said(app)
    lines = next(one.value for one in app.dataframe if "By contract" in one.value.columns)
    assert list(lines["Amount"]) == ["13.53", "3.00", "0.00", "16.53"]
    assert "For every 1 points" in str(app.table[0].value)


def test_a_dispute_is_filed_and_decided_on_the_page(open_app: Open, settled: Path) -> None:
    app = open_app(settled, page=REVIEW, period="2026Q3")
    app.selectbox(key="dispute_clause").select("OT-1")
    app.text_area(key="dispute_ids").input("late-2")
    app.text_input(key="dispute_reason").input("late scan")
    app.text_input(key="dispute_by").input("Ann")
    next(one for one in app.button if one.label == "File").click()
    app.run()
    app.text_input(key="decide_by").input("Bo")
    next(one for one in app.button if one.label == "Decide").click()
    app.run()

    assert not app.exception
    (dispute,) = State.of(settled).disputes()
    assert (dispute.claim.deliveries, dispute.decision) == (("late-2",), "upheld")
    assert "the carrier owes us EUR 11.26" in said(app)


def test_a_dispute_upheld_is_shown_beside_the_version_without_it(
    open_app: Open, settled: Path
) -> None:
    state = State.of(settled)
    claim = Claim("Kestrel", "2026Q3", "late scan", "OT-1", ("late-2",))
    state.decide_dispute(state.file_dispute(claim, "Ann").id, "upheld", "Bo")
    state.file_action(Task("Kestrel", "train drivers", "Cy", date(2026, 11, 1)), "Ann")

    app = open_app(settled, page=REVIEW, period="2026Q3")
    app.text_input(key="close_by").input("Bo")
    next(one for one in app.button if one.label == "Close it").click()
    app.run()

    assert not app.exception
    shown = next(one.value for one in app.dataframe if "As decided" in one.value.columns)
    # OT-1: 13.53 before, 8.26 after; no other line changes
    assert shown.to_numpy().tolist() == [
        ["OT-1", "2026Q3", "13.53", "8.26", "\N{MINUS SIGN}5.27"],
        ["Total", "", "16.53", "11.26", "\N{MINUS SIGN}5.27"],
    ]
    agreed = next(one.value for one in app.dataframe if "What came of it" in one.value.columns)
    assert list(agreed["Status"]) == ["done"]
    assert [one.closed_by for one in state.actions("Kestrel")] == ["Bo"]


def test_a_changed_clause_is_replayed_on_the_page(open_app: Open, settled: Path) -> None:
    app = open_app(settled, page=REVIEW, period="2026Q3")
    app.text_input(key="what_if_OT-1_amount").input("2 %")
    next(one for one in app.button if one.label == "Work it out").click()
    app.run()

    assert not app.exception
    quarters = next(one.value for one in app.dataframe if "OT-1, changed" in one.value.columns)
    third = quarters[quarters["Quarter"] == "2026 Q3"].iloc[0]
    # 11 steps x 2 % x 123.00 for 11 steps x 1 %
    assert (third["OT-1, as it was"], third["OT-1, changed"]) == ("13.53", "27.06")
    assert third["Difference"] == "13.53"

    app.text_input(key="what_if_OT-1_target").input("95")
    next(one for one in app.button if one.label == "Work it out").click()
    app.run()

    assert 'Nothing is worked out: OT-1: target is "95", outside 0 to 1' in said(app)


def test_a_carrier_without_a_contract_is_told_so(open_app: Open, settled: Path) -> None:
    app = open_app(settled, page=REVIEW, period="2026Q3", carrier="Heron")

    assert not app.exception
    assert "Nothing is settled: there is no contract with 'Heron', only with Kestrel" in said(app)


def test_a_broken_contract_is_named_on_the_page(open_app: Open, settled: Path) -> None:
    kestrel.write(settled / "contracts", "[contract", "broken.toml")

    app = open_app(settled, page=REVIEW, period="2026Q3")

    assert not app.exception
    assert "The contracts cannot be read: broken.toml: it is no TOML" in said(app)
