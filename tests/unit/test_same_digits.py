"""One figure, one set of digits: on the page, in its download and on the command line."""

import csv
import io
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis import scoreboard
from dashboard.charts import tables
from dashboard.cli import main
from dashboard.scope import Quarter, Scope
from dashboard.warehouse import Warehouse

Q3 = Quarter(2026, 3)


def test_download_and_command_line_print_the_same_digits(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    board = scoreboard(reader, Scope(Q3.period(), Q3.earlier().period()))
    downloaded = tables.csv(
        tables.figures_table(tables.board_figures(board), reader.manifest.id)
    ).decode()
    period = ["--from", "2026-07-01", "--to", "2026-09-30", "--warehouse", str(sample_warehouse)]
    metrics = ["on_time_rate", "cost_to_serve", "satisfaction"]

    code = main(["metrics", *metrics, "--by", "segment", *period, "--format", "csv"])

    printed = _rows(capsys.readouterr().out)
    assert code == 0
    assert len(printed) == 15
    assert sorted(printed) == sorted(row for row in _rows(downloaded) if row[1])


def _rows(text: str) -> list[list[str]]:
    """Rows with their columns in one order, whatever the order in the file."""
    rows = csv.DictReader(io.StringIO(text))
    names = ("metric", "segment", "value", "numerator", "denominator", "low", "high", "snapshot")
    return [[row[name] for name in names] for row in rows]


def test_the_whole_snapshot_is_the_same_days_on_the_page(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    board = scoreboard(reader, Scope())
    shown = tables.csv(tables.figures_table(tables.board_figures(board), 1)).decode()
    options = ["--by", "segment", "--warehouse", str(sample_warehouse), "--format", "csv"]

    main(["metrics", "on_time_rate", "cost_to_serve", "satisfaction", *options])

    printed = _rows(capsys.readouterr().out)
    assert sorted(printed) == sorted(row for row in _rows(shown) if row[1])


def test_a_week_on_the_page_is_the_week_of_the_command_line(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)
    weeks = scoreboard(reader, Scope(Q3.period())).weeks
    shown = {(w.segment, str(w.start)): w.denominator for w in weeks if not w.partial}
    options = ["--by", "segment,week", "--warehouse", str(sample_warehouse), "--format", "csv"]

    main(["metrics", "on_time_rate", *options])

    printed = {
        (row["segment"], row["week"]): float(row["denominator"])
        for row in csv.DictReader(io.StringIO(capsys.readouterr().out))
    }
    assert len(shown) == 5 * 52
    assert {key: printed[key] for key in shown} == shown
