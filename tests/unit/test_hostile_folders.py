"""Whatever stands in a folder, under whatever name, is read, refused or left alone."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.cli import COULD_NOT
from dashboard.errors import SourceError
from dashboard.warehouse import staging
from dashboard.warehouse.profile import RawTable
from dashboard.warehouse.reading import RawFile, open_file
from tests.hostile import COLUMNS, GOOD, HEADER, Importer, good

DATA = f"{HEADER}\n{good('D1', 'D2')}"


def _frame(*ids: str) -> pl.DataFrame:
    rows = [GOOD.format(one).split(",") for one in ids]
    return pl.DataFrame(rows, schema=list(COLUMNS), orient="row")


# Names


NAMES = [
    "it's.csv",
    'say "hi".csv',
    "two  spaces .csv",
    "two\nlines.csv",
    "größe-配達-\u202e.csv",
    "100%20.csv",
    "%s{0}.csv",
    "[a]*?.csv",
    "abc.csv",
    "back\\slash.csv",
    "$HOME;--.csv",
    "-rf.csv",
    ".hidden.csv",
    "day=2024-03-02.csv",
    "x.csv.gz",
    "a" * 246 + ".csv",
]


def test_a_files_name_is_only_a_name(importer: Importer) -> None:
    for number, name in enumerate(NAMES):
        (importer.folder / name).write_text(f"{HEADER}\n{good(f'D{number}')}")

    outcome = importer.run(files="*")

    assert {name: file["raw"] for name, file in outcome.files.items()} == dict.fromkeys(NAMES, 1)
    assert outcome.counts == (16, 0, 16, 0)


def test_a_name_that_looks_like_a_pattern_reads_no_other_file(importer: Importer) -> None:
    (importer.folder / "a*.csv").write_text(DATA)
    (importer.folder / "ab.csv").write_text(f"{HEADER}\n{good('D3')}")

    outcome = importer.run(files="*.csv")

    assert {name: file["raw"] for name, file in outcome.files.items()} == {
        "a*.csv": 2,
        "ab.csv": 1,
    }
    assert outcome.counts == (3, 0, 3, 0)


def test_a_folders_name_is_only_a_name(importer: Importer) -> None:
    folder = importer.folder / "it's 100% [a]*?\n"
    folder.mkdir()
    odd = Importer(folder, importer.warehouse, importer.capsys)

    outcome = odd.bring(DATA)

    assert outcome.counts == (2, 0, 2, 0)


# What is no file


def test_a_folder_named_like_a_file_is_no_file(importer: Importer) -> None:
    (importer.folder / "deliveries.csv").mkdir()

    outcome = importer.run()

    assert (outcome.code, outcome.said) == (
        COULD_NOT,
        f"no file deliveries.* in {importer.folder}; the raw table 'deliveries' needs it",
    )


def test_a_link_to_itself_is_no_file(importer: Importer) -> None:
    (importer.folder / "deliveries.csv").symlink_to("deliveries.csv")

    outcome = importer.run()

    assert (outcome.code, outcome.said) == (
        COULD_NOT,
        f"no file deliveries.* in {importer.folder}; the raw table 'deliveries' needs it",
    )


def test_a_pipe_is_no_file(importer: Importer) -> None:
    os.mkfifo(importer.folder / "deliveries.csv")

    outcome = importer.run()

    assert outcome.code == COULD_NOT
    assert outcome.said.startswith("no file deliveries.* in ")


def test_a_file_that_may_not_be_read_is_refused(importer: Importer) -> None:
    if os.geteuid() == 0:
        pytest.skip("permission bits do not bind the superuser")
    (importer.folder / "deliveries.csv").touch(mode=0o000)

    outcome = importer.run()

    assert outcome.said == "deliveries.csv cannot be read (Permission denied); check the file"


# Bytes of the wrong kind


def test_a_csv_file_named_parquet_is_refused(importer: Importer) -> None:
    outcome = importer.bring(DATA, "deliveries.parquet")

    assert (outcome.code, outcome.said) == (
        COULD_NOT,
        "deliveries.parquet is no readable Parquet file; export it again",
    )


def test_a_parquet_file_named_csv_is_refused(importer: Importer) -> None:
    _frame("D1").write_parquet(importer.folder / "deliveries.csv")

    outcome = importer.run()

    assert outcome.code == COULD_NOT
    assert outcome.said.startswith("deliveries.csv is not utf-8 (byte 0x") or (
        "deliveries.csv holds NUL bytes" in outcome.said
    )


def test_parquet_cut_in_half_is_refused(importer: Importer) -> None:
    path = importer.folder / "deliveries.parquet"
    _frame("D1", "D2").write_parquet(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    outcome = importer.run()

    assert (outcome.code, outcome.said) == (
        COULD_NOT,
        "deliveries.parquet is no readable Parquet file; export it again",
    )


def test_parquet_whose_end_says_more_rows_than_it_has_is_refused(importer: Importer) -> None:
    path = importer.folder / "deliveries.parquet"
    _frame("D1", "D2", "D3").write_parquet(path)
    path.write_bytes(_with_rows(path.read_bytes(), 3, 30))

    outcome = importer.run()

    assert (outcome.code, outcome.said) == (
        COULD_NOT,
        "deliveries.parquet states 30 rows but its columns hold 3; export it again",
    )


def _with_rows(data: bytes, rows: int, other: int) -> bytes:
    """A Parquet file whose footer states another number of rows in the whole file.

    FileMetaData.num_rows is field 3, an i64: byte 0x16 (field one further, type 6), then
    the number as a zigzag varint, then 0x19 (the list of row groups).
    """
    honest, lying = (bytes([0x16, number * 2, 0x19]) for number in (rows, other))
    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8]
    assert footer.count(honest) == 1
    return data[: -8 - size] + footer.replace(honest, lying) + data[-8:]


@pytest.mark.parametrize("nested", [["2024-03-03"], {"at": "2024-03-03"}])
def test_a_nested_value_is_no_moment(importer: Importer, nested: object) -> None:
    frame = _frame("D1", "D2").with_columns(pl.Series("delivered_at", [nested, nested]))
    frame.write_parquet(importer.folder / "deliveries.parquet")

    outcome = importer.run()

    assert outcome.counts == (2, 0, 0, 2)
    assert outcome.tables["deliveries"]["reasons"] == {"unparseable:delivered_at": 2}


def test_lists_do_not_change_the_number_of_rows(importer: Importer) -> None:
    frame = _frame("D1", "D2").with_columns(pl.Series("segment", [["a", "b", "c"], []]))
    frame.write_parquet(importer.folder / "deliveries.parquet")

    outcome = importer.run()

    assert outcome.files["deliveries.parquet"]["records"] == 2


# Files that change


@pytest.fixture
def landing(tmp_path: Path) -> tuple[Path, RawTable]:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    return path, RawTable(files="t.csv", columns=("a", "b"))


def _land(folder: Path, raw: RawTable, file: RawFile) -> None:
    with staging.workbench(folder, "UTC", threads=1) as connection:
        staging.land(connection, "t", raw, [file])


@pytest.mark.parametrize(
    "later",
    [
        pytest.param("a,b\n1,2\n3,5\n", id="of the same size"),
        pytest.param("a,b\n1,2\n3,4\n5,6\n", id="longer"),
        pytest.param("a,b\n1,2\n3", id="cut"),
        pytest.param("", id="emptied"),
    ],
)
def test_a_file_that_changes_after_it_was_counted_is_refused(
    tmp_path: Path, landing: tuple[Path, RawTable], later: str
) -> None:
    path, raw = landing
    file = open_file(path, raw, tmp_path)
    path.write_text(later)
    os.utime(path, ns=(0, file.state[1] + 1))

    with pytest.raises(SourceError) as refusal:
        _land(tmp_path, raw, file)

    assert str(refusal.value) == ("t.csv changed while it was read; import it when it is complete")


def test_a_file_that_is_gone_after_it_was_counted_is_refused(
    tmp_path: Path, landing: tuple[Path, RawTable]
) -> None:
    path, raw = landing
    file = open_file(path, raw, tmp_path)
    path.unlink()

    with pytest.raises(SourceError) as refusal:
        _land(tmp_path, raw, file)

    assert str(refusal.value) == ("t.csv changed while it was read; import it when it is complete")


# Size

PEAK = """
import sys
from pathlib import Path
from dashboard.cli import main
code = main(sys.argv[1:])
held = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(code, int(held["VmHWM"].split()[0]) // 1024)
"""
"""The command's exit code and its own peak in MiB: getrusage counts what its parent held, too."""


def test_a_header_of_5_gb_is_refused_in_little_memory(importer: Importer) -> None:
    importer.bring(DATA)
    path = importer.folder / "deliveries.csv"
    path.write_text("delivery_id")
    os.truncate(path, 5 << 30)

    words: list[Any] = [importer.folder, "--profile", importer.warehouse.with_name("profile")]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "import", *words, "--warehouse", f"{importer.warehouse}-2"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )

    code, peak = map(int, done.stdout.split())
    assert code == COULD_NOT
    assert "deliveries.csv holds NUL bytes" in done.stderr.splitlines()[-1]
    assert peak < 1_000
