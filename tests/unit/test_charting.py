"""doorstep service, control, definitions-bridge and capability."""

import json
from datetime import date
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis import service
from dashboard.cli import main
from dashboard.scope import Quarter, Scope
from dashboard.state import Mark, State
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.unit.test_control_charts import as_of, weeks


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_service_prints_what_the_page_shows(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, "service", "--quarter", "2026Q3", "--warehouse", str(sample_warehouse))

    scope = Scope(Quarter(2026, 3).period(), Quarter(2026, 2).period())
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    found = service(reader, scope, "on_time_rate")
    assert isinstance(told, dict)
    assert told["message"] == found.message
    assert [cell["value"] for cell in told["cells"]] == [c.figure.value for c in found.cells]
    assert {row["metric"] for row in told["beside"]} == {f.metric.name for f in found.beside}


def test_control_prints_weeks_and_verdicts(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, "control", "--by", "segment", "--warehouse", str(sample_warehouse))

    assert isinstance(told, dict)
    assert {one["segment"] for one in told["charts"]} == {
        "Enterprise", "Premium", "Rural", "Small business", "Standard",
    }  # fmt: skip
    assert {one["baseline_weeks"] for one in told["charts"]} == {52}
    assert {week["readiness"] for week in told["weeks"]} <= {"judged", "partial", "thin"}


def test_control_keeps_the_new_baselines_that_people_wrote(
    put_in: Import, warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in(deliveries=weeks([36, 38] * 13 + [30, 32] * 7), as_of=as_of(40))
    words = ("control", "on_time_rate", "--warehouse", str(warehouse.path))
    before = printed(capsys, *words)
    place = Mark("on_time_rate", date(2026, 7, 6))
    State.of(warehouse.path).add_note(place, "New depot", "Ada", "rebaseline")

    after = printed(capsys, *words)

    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert before["charts"][0]["variation"] == "worsening"
    assert after["charts"][0]["variation"] == "normal variation"


def test_the_bridge_begins_with_the_headline(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, "definitions-bridge", "--warehouse", str(sample_warehouse))

    assert isinstance(told, list)
    assert (told[0]["metric"], told[0]["difference"]) == ("on_time_rate", 0)


def test_capability_prints_every_place(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, "capability", "--warehouse", str(sample_warehouse))

    assert isinstance(told, list)
    assert all(row["due"] >= row["arrived"] for row in told)
    assert all(row["window_minutes"] is None or row["window_minutes"] >= 15 for row in told)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("control", "volume"), "'volume' is a plain count; chart a metric that has a"),
        (("service",), "no period is given; ask for --quarter 2026Q3"),
        (("service", "--quarter", "2026Q3", "--measure", "x"), "unknown metric 'x'"),
        (("capability", "--where", "service=economy"), "no timed promise is due"),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    sample_warehouse: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    assert main([*words, "--warehouse", str(sample_warehouse)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["service --quarter 2026Q3", "control --by segment", "capability"]
)
def test_tables_are_for_people(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([*command.split(), "--warehouse", str(sample_warehouse)]) == 0
    assert "Standard" in capsys.readouterr().out
