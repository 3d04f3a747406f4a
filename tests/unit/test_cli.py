"""The command line: the shapes it prints, its exit codes, and one line for every refusal."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.cli import main
from dashboard.warehouse import ImportOptions, Warehouse
from tests.conftest import IMPORT_TIME
from tests.raw import SELECT, own_profile
from tests.rows import delivery, write_csv

PROGRESS = "Importing: "
ROWS = [
    delivery("a"),
    delivery("b", carrier="Heron", delivered_at="2026-03-03 13:00:00"),
    delivery("c", segment="Premium", delivered_at=None, status="lost"),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    write_csv(folder / "deliveries.csv", ROWS)
    return folder


@pytest.fixture(scope="module")
def two_snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two snapshots, not to be written to."""
    folder = tmp_path_factory.mktemp("cli")
    warehouse = Warehouse(folder / "warehouse")
    for rows, day in [(ROWS[:1], "2026-03-31"), (ROWS, "2026-04-01")]:
        write_csv(folder / "deliveries.csv", rows)
        as_of = IMPORT_TIME.fromisoformat(day)
        warehouse.import_folder(folder, ImportOptions("doorstep", as_of, IMPORT_TIME))
    return warehouse.path


@pytest.fixture
def built(two_snapshots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_WAREHOUSE", str(two_snapshots))


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:  # noqa: ANN401
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def _error(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a command that could not prints, its steps left out."""
    assert main(list(words)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = [line for line in printed.err.splitlines() if not line.startswith(PROGRESS)]
    assert len(lines) == 1, printed.err
    return lines[0]


# What is printed


@pytest.mark.usefixtures("built")
def test_metrics_are_a_list_of_objects(capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "metrics", "on_time_rate", "volume", "--by", "carrier")

    keys = ["metric", "carrier", "value", "numerator", "denominator", "low", "high", "unit"]
    assert {tuple(row) for row in found} == {(*keys, "start", "end", "snapshot")}
    shown = [
        (row["metric"], row["carrier"], row["numerator"], row["denominator"]) for row in found
    ]
    assert sorted(shown) == [
        ("on_time_rate", "Heron", 0, 1),
        ("on_time_rate", "Wren", 1, 2),
        ("volume", "Heron", 1, None),
        ("volume", "Wren", 2, None),
    ]
    wren = next(row for row in found if row["numerator"] == 1 and row["denominator"] == 2)
    assert (wren["value"], wren["unit"], wren["snapshot"]) == (0.5, "share", 2)
    assert (wren["start"], wren["end"]) == ("2026-03-03", "2026-03-03")


@pytest.mark.usefixtures("built")
def test_a_filter_a_period_and_a_snapshot_cut_the_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [one] = _json(capsys, "metrics", "volume", "--where", "segment=Premium")
    [two] = _json(
        capsys, "metrics", "volume", "--where", "carrier=Wren", "--where", "carrier=Heron"
    )
    [old] = _json(capsys, "metrics", "volume", "--snapshot", "1")
    [day] = _json(capsys, "metrics", "volume", "--from", "2026-03-03", "--to", "2026-03-03")

    assert [row["value"] for row in (one, two, old, day)] == [1, 3, 1, 3]
    assert old["snapshot"] == 1


@pytest.mark.usefixtures("built")
def test_a_dimension_named_twice_splits_once(capsys: pytest.CaptureFixture[str]) -> None:
    once = _json(capsys, "metrics", "volume", "--by", "carrier")
    twice = _json(capsys, "metrics", "volume", "--by", "carrier,carrier", "--by", "carrier")

    assert once == twice


@pytest.mark.usefixtures("built")
def test_metrics_as_csv_and_parquet_hold_the_same(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["metrics", "volume", "--by", "carrier", "--format", "csv"]) == 0
    text = capfdbinary.readouterr().out.decode("utf-8-sig")
    assert main(["metrics", "volume", "--by", "carrier", "--format", "parquet"]) == 0
    frame = pl.read_parquet(io.BytesIO(capfdbinary.readouterr().out))

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["carrier"], float(row["value"])) for row in rows] == frame.select(
        "carrier", "value"
    ).rows()


@pytest.mark.usefixtures("built")
def test_a_report_is_a_list_of_objects_with_numbers_as_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = _json(capsys, "report", "due_by_status")

    assert found == [
        {"status": "delivered", "judged": "due", "deliveries": 2, "on_time": 1},
        {"status": "lost", "judged": "due", "deliveries": 1, "on_time": 0},
    ]


@pytest.mark.usefixtures("built")
def test_snapshots_are_listed_oldest_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "snapshots")

    assert [(row["snapshot"], row["deliveries"]) for row in found] == [(1, 1), (2, 3)]
    assert [row["profile"] for row in found] == ["doorstep", "doorstep"]


def test_sql_is_printed_for_metrics_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["sql", "volume", "due_by_status", "--by", "carrier"])

    printed = capsys.readouterr().out
    assert code == 0
    assert '"volume.numerator"' in printed
    assert "count(*) as deliveries" in printed
    assert printed.count(";") == 2


def test_an_import_prints_its_account(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(files / "deliveries.csv", [*ROWS, delivery("x", status="odd")])

    code = main(["import", str(files), "--profile", "doorstep", "--format", "json"])

    assert code == 1
    assert json.loads(capsys.readouterr().out) == {
        "snapshot": 1,
        "as_of": "2026-03-03T13:00:00",
        "published": True,
        "files": [
            {
                "file": "deliveries.csv",
                "records": 4,
                "raw": 4,
                "malformed": 0,
                "unused": 0,
                "refused": 1,
            }
        ],
        "tables": [
            {
                "table": "deliveries",
                "rows": 4,
                "accepted": 3,
                "quarantined": 1,
                "superseded": 0,
                "reasons": {"not_in_domain:status": 1},
                "warnings": {},
            }
        ],
        "restated": [],
    }


def test_an_import_without_refusals_ends_with_0_and_the_same_again_says_so(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", str(files), "--profile", "doorstep"]

    first, printed_first = main(words), capsys.readouterr().out
    again, printed_again = main(words), capsys.readouterr().out

    assert (first, again) == (0, 0)
    assert printed_first.endswith(
        "Snapshot 1 is published; its data is complete to 2026-03-03 13:00:00 UTC.\n"
    )
    assert printed_again == "Nothing new: these files are snapshot 1 already.\n"


def test_a_malformed_record_alone_ends_with_1(files: Path) -> None:
    with (files / "deliveries.csv").open("a") as file:
        file.write("torn\n")

    assert main(["import", str(files), "--profile", "doorstep"]) == 1


@pytest.mark.parametrize(
    ("as_of", "stored"),
    [
        ("2026-04-01", "2026-04-01T00:00:00"),
        ("2026-04-01T12:00+02:00", "2026-04-01T10:00:00"),
        ("2026-04-01 12:00Z", "2026-04-01T12:00:00"),
    ],
)
def test_as_of_is_utc_unless_it_states_its_offset(
    files: Path, capsys: pytest.CaptureFixture[str], as_of: str, stored: str
) -> None:
    found = _json(capsys, "import", str(files), "--profile", "doorstep", "--as-of", as_of)

    assert found["as_of"] == stored


# Refusals


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("metrics on_tim", "unknown metric 'on_tim'; did you mean 'on_time_rate'?"),
        ("metrics volume --by carier", "unknown dimension 'carier'; did you mean 'carrier'?"),
        ("metrics --snapshot 9", "snapshot 9 does not exist (any more); the newest is 2"),
        (
            "metrics --where carrier",
            "'carrier' is no filter; write it like segment=Premium or lateness_minutes>=60",
        ),
        ("metrics --where carier=x", "unknown dimension 'carier'; did you mean 'carrier'?"),
        ("metrics --where week=x", "'week' cuts time; filter by a period instead"),
        ("report quarantin", "unknown report 'quarantin'; did you mean 'quarantine'?"),
        ("sql volum", "unknown metric 'volum'; did you mean 'volume'?"),
        ("metrics --from 2026-04-01 --to 2026-03-01", "the period 2026-04-01 to 2026-03-01 is reversed; start it first"),  # noqa: E501
        ("metrics --from soon", "Invalid value for '--from': 'soon' is no day; write it like 2026-09-30"),  # noqa: E501
        ("metrics --bogus", "No such option '--bogus'"),
        ("metrics --format xml", "Invalid value for '--format': 'xml' is not one of 'table', 'json', 'csv', 'parquet'"),  # noqa: E501
        ("bogus", "No such command 'bogus'"),
        ("import", "Missing argument 'DIR'"),
        ("import .", "Missing option '--profile'"),
        ("import nowhere --profile doorstep", "no folder nowhere; name the folder that holds the raw files"),  # noqa: E501
        ("import . --profile dorstep", "unknown profile 'dorstep'; did you mean 'doorstep'?"),
        ("import . --profile doorstep --as-of soon", "Invalid value for '--as-of': 'soon' is no moment; write it like 2026-09-30T20:00"),  # noqa: E501
        ("import . --profile doorstep --as-of 0001-01-01T00:00+05:00", "Invalid value for '--as-of': '0001-01-01T00:00+05:00' is no moment; write it like 2026-09-30T20:00"),  # noqa: E501
    ],
)  # fmt: skip
@pytest.mark.usefixtures("built")
def test_what_cannot_be_asked_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: str, message: str
) -> None:
    found = _error(capsys, *words.split())

    assert found == f"doorstep: {message}"


@pytest.mark.usefixtures("built")
def test_a_period_without_data_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    found = _error(capsys, "metrics", "volume", "--from", "2020-01-01", "--to", "2020-02-01")

    assert found.startswith("doorstep: no ")
    assert "; " in found


@pytest.mark.parametrize("command", ["metrics", "snapshots", "report due_by_status"])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "no warehouse at {}; import a folder or run 'doorstep demo' first"),
        ("empty", "the warehouse {} is empty; import a folder first"),
        ("other", "{} is not a warehouse; name the folder that imports write to"),
        ("file", "{} is not a warehouse; name the folder that imports write to"),
    ],
)
def test_a_folder_that_is_no_warehouse_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, kind: str, message: str
) -> None:
    path = tmp_path / kind
    if kind in ("empty", "other"):
        path.mkdir()
    if kind in ("other", "file"):
        (path / "x" if kind == "other" else path).write_text("something else")

    found = _error(capsys, *command.split(), "--warehouse", str(path))

    assert found == f"doorstep: {message.format(path)}"


def test_a_misspelt_column_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(files / "deliveries.csv", [{"delivery_id": "a", "carier": "Wren"}])

    found = _error(capsys, "import", str(files), "--profile", "doorstep")

    assert found == (
        "doorstep: deliveries.csv has no column 'carrier' (nearest: 'carier'); "
        "the profile needs it"
    )


def test_an_error_in_a_profiles_sql_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_csv(tmp_path / "shipments.csv", ROWS)
    broken = SELECT.replace(" carrier,", " carier as carrier,")
    profile = own_profile(tmp_path / "own", deliveries=broken)

    found = _error(capsys, "import", str(tmp_path), "--profile", profile)

    assert found == (
        'doorstep: profile own, deliveries.sql: Binder Error: Referenced column "carier" '
        "not found in FROM clause!; mend the statement"
    )


def test_a_damaged_table_file_is_one_line(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", str(files), "--profile", "doorstep", "--as-of", "2026-04-01"])
    [table] = Path("warehouse/tables/deliveries").rglob("*.parquet")
    whole = table.read_bytes()
    half = len(whole) // 2
    capsys.readouterr()

    table.write_bytes(whole[:4] + b"\xff" * half + whole[half + 4 :])
    pages = _error(capsys, "metrics")
    table.write_bytes(whole[:100])
    cut = _error(capsys, "metrics")
    table.unlink()
    gone = _error(capsys, "metrics")

    for found in (pages, cut, gone):
        assert found.startswith("doorstep: snapshot 1 cannot be ")
        assert found.endswith("; restore its files")


@pytest.mark.usefixtures("built")
def test_a_setting_that_cannot_be_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_FISCAL_YEAR_START", "13")

    found = _error(capsys, "metrics")

    assert found == (
        "doorstep: setting 'fiscal_year_start': Input should be less than or equal to 12; "
        "see docs/settings.md"
    )


# As a process


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dashboard.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )


def test_the_process_imports_and_answers(files: Path, tmp_path: Path) -> None:
    place = ["--warehouse", str(tmp_path / "w"), "--format", "json"]

    imported = _run("import", str(files), "--profile", "doorstep", *place)
    answered = _run("metrics", "volume", *place)

    assert imported.returncode == answered.returncode == 0
    assert json.loads(imported.stdout)["snapshot"] == 1
    assert json.loads(answered.stdout)[0]["value"] == 3
    assert answered.stderr == ""


def test_the_process_ends_with_2_and_one_line(tmp_path: Path) -> None:
    refused = _run("metrics", "--warehouse", str(tmp_path / "none"))

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr == (
        f"doorstep: no warehouse at {tmp_path}/none; "
        "import a folder or run 'doorstep demo' first\n"
    )
