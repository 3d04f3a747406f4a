"""The Overview page, run as the app runs it."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open

SEGMENTS = ("Enterprise", "Premium", "Rural", "Small business", "Standard")


def cards(app: AppTest) -> str:
    return next(html.value for html in app.html if 'class="ds-board"' in html.value)


def names(app: AppTest) -> list[str]:
    return re.findall(r"</i>([^<]+)</h3>", cards(app))


def context(app: AppTest) -> str:
    lines = (line.value.replace("\\", "") for line in app.markdown)
    return next(line for line in lines if "data to" in line)


def test_it_shows_a_card_for_every_segment_and_no_exception(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse)

    assert not app.exception
    assert sorted(names(app)) == sorted(SEGMENTS)
    assert "All segments" in cards(app)
    assert app.title[0].value


def test_every_chart_says_in_words_what_it_shows(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse)
    charts = app.get("plotly_chart")

    assert len(charts) == len(SEGMENTS) + 4
    assert all(re.search(r"\d", chart.proto.alt) for chart in charts)


def test_weekly_charts_share_one_scale(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse)
    weekly = [
        c.proto for c in app.get("plotly_chart") if c.proto.alt.startswith("On time by week")
    ]
    ranges = {tuple(json.loads(proto.spec)["layout"]["yaxis"]["range"]) for proto in weekly}

    assert len(weekly) == len(SEGMENTS)
    assert len(ranges) == 1


def test_a_filter_changes_the_figures(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse)
    before = cards(app)

    app.multiselect(key="carrier").select("Kestrel").run()

    assert not app.exception
    assert cards(app) != before
    assert "Carrier: Kestrel" in context(app)


def test_a_segment_filter_leaves_its_card_alone(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, segment=["Premium", "Rural"])

    assert sorted(names(app)) == ["Premium", "Rural"]


def test_without_a_comparison_no_change_is_shown(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, versus="nothing")

    assert not app.exception
    assert "within normal variation" not in cards(app)
    assert "against" not in context(app)


def test_the_whole_snapshot_can_be_shown(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, period="whole snapshot")

    assert not app.exception
    assert "whole snapshot" in context(app)


def test_a_synthetic_snapshot_says_so(open_app: Open, sample_warehouse: Path) -> None:
    assert "synthetic data" in context(open_app(sample_warehouse))


def test_the_copied_link_names_everything_and_opens_the_same_view(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, segment=["Premium", "Rural"], period="2026Q2")
    link = app.code[0].value
    params = parse_qs(urlsplit(link).query, keep_blank_values=True)

    again = open_app(sample_warehouse, **{f"{name}_": value for name, value in params.items()})

    assert params == {
        "period": ["2026 Q2"],
        "from": ["2026-04-01"],
        "to": ["2026-06-30"],
        "versus": ["previous quarter"],
        "segment": ["Premium", "Rural"],
        "carrier": [""],
        "service": [""],
        "channel": [""],
        "zone": [""],
        "snapshot": ["1"],
        "change": ["On-time rate"],
        "by": ["Segment"],
        "and_by": ["nothing"],
    }
    assert not again.warning
    assert cards(again) == cards(app)
    assert context(again) == context(app)


def test_the_table_holds_every_segment_and_metric(open_app: Open, sample_warehouse: Path) -> None:
    tables = [frame.value for frame in open_app(sample_warehouse).dataframe]
    table = next(frame for frame in tables if "Standing" in frame.columns)

    assert set(table["Segment"]) == {*SEGMENTS, "All segments"}
    assert set(table["Metric"]) == {"On-time rate", "Cost to serve", "Satisfaction"}
