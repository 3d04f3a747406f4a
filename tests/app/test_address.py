"""What an address may ask for, and what the app says when it asks in vain."""

from pathlib import Path

from dashboard.state import State
from dashboard.warehouse import Warehouse
from tests.app.conftest import Open


def test_every_refused_value_is_named_in_one_warning(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(
        sample_warehouse,
        segment=["Foo", "Premium"],
        period="2031Q9",
        from_="nonsense",
        versus="xyz",
        colour="red",
    )

    assert not app.exception
    assert len(app.warning) == 1
    said = app.warning[0].value.replace("\\", "")
    for refused in ("segment=Foo", "period=2031Q9", "from=nonsense", "versus=xyz", "colour=red"):
        assert refused in said
    assert "Premium" not in said
    assert app.multiselect(key="segment").value == ["Premium"]


def test_the_warning_stays_until_it_was_read(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, segment="Foo")
    app.multiselect(key="carrier").select("Kestrel").run()
    stayed = len(app.warning)

    app.button(key="refused_read").click().run()

    assert stayed == 1
    assert not app.warning


def test_an_unknown_snapshot_stops_the_page_with_a_way_to_the_newest(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, snapshot="99", segment="Premium")
    sentence = app.error[0].value
    shown = list(app.title)

    app.button(key="open_newest").click().run()

    assert "99" in sentence
    assert not shown
    assert app.title
    assert app.multiselect(key="segment").value == ["Premium"]


def test_a_snapshot_pruned_under_an_open_page_stops_it_with_a_way_to_the_newest(
    open_app: Open, two_snapshots: Path
) -> None:
    app = open_app(two_snapshots, snapshot="1", segment="Premium")
    shown_before = bool(app.title)
    Warehouse(two_snapshots).prune(1, State.of(two_snapshots).holding_sign_offs)

    app.run()
    sentence, titles = app.error[0].value, list(app.title)
    app.button(key="open_newest").click().run()

    assert shown_before
    assert sentence == "Snapshot 1 was pruned, so nothing is shown: open the newest."
    assert not titles
    assert app.title
    assert not app.error
    assert app.query_params["snapshot"] == "2"
    assert app.multiselect(key="segment").value == ["Premium"]


def test_a_snapshot_that_is_no_number_stops_the_page(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, snapshot="../etc")

    assert app.error
    assert not app.title


def test_an_older_snapshot_is_shown_as_asked_and_the_newest_offered(
    open_app: Open, two_snapshots: Path
) -> None:
    app = open_app(two_snapshots, snapshot="1")
    offer = app.info[0].value

    app.button(key="open_newest").click().run()

    assert "shows snapshot 1" in offer
    assert "Snapshot 2" in offer
    assert not app.info
    assert "snapshot=2" in app.code[0].value


def test_a_running_page_keeps_its_snapshot_when_a_newer_one_is_published(
    open_app: Open, two_snapshots: Path
) -> None:
    newer = two_snapshots / "snapshots" / "2.json"
    kept = newer.read_bytes()
    newer.unlink()
    app = open_app(two_snapshots)
    newer.write_bytes(kept)

    app.multiselect(key="segment").select("Rural").run()

    assert "shows snapshot 1" in app.info[0].value
    assert "snapshot=1" in app.code[0].value


def test_reversed_dates_are_put_in_order_and_said(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, from_="2026-07-31", to="2026-07-01")

    said = " ".join(line.value for line in app.markdown)
    assert not app.exception
    assert "put in order" in said
    assert "from=2026-07-01&to=2026-07-31" in app.code[0].value


def test_one_day_is_said_to_be_one(open_app: Open, sample_warehouse: Path) -> None:
    app = open_app(sample_warehouse, from_="2026-07-01", to="2026-07-01")

    assert not app.exception
    assert "one day only" in " ".join(line.value for line in app.markdown)


def test_an_empty_selection_names_the_filter_that_emptied_it(
    open_app: Open, sample_warehouse: Path
) -> None:
    app = open_app(sample_warehouse, channel="locker", service="2-hour", segment="Premium")
    said = app.warning[0].value.replace("\\", "")

    app.button(key="reset_when_empty").click().run()

    assert "Channel: locker" in said
    assert "Segment" not in said
    assert app.title
    assert app.multiselect(key="channel").value == []


def test_without_a_warehouse_one_sentence_says_what_to_do_and_no_path(
    open_app: Open, tmp_path: Path
) -> None:
    app = open_app(tmp_path / "nowhere")

    assert not app.exception
    assert len(app.error) == 1
    assert str(tmp_path) not in app.error[0].value.replace("\\", "")
