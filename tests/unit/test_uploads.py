"""What a browser sends is kept only if it is plainly a table."""

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.errors import SourceError
from dashboard.warehouse import uploads
from dashboard.warehouse.uploads import Upload, save

CSV = b"a,b\n1,2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def _refusal(folder: Path, *given: Upload, most: int = 1) -> str:
    with pytest.raises(SourceError) as refused:
        save(given, folder, most)
    message = str(refused.value)
    assert "\n" not in message
    assert [path for path in folder.parent.iterdir() if path != folder] == []
    return message


def test_plain_files_are_kept_under_their_names(folder: Path) -> None:
    save([Upload("Sendungen Süd (1).csv", CSV), Upload("b.TSV", memoryview(CSV))], folder, 1)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "Sendungen Süd (1).csv": CSV,
        "b.TSV": CSV,
    }


@pytest.mark.parametrize(
    "name",
    [
        "../x.csv",
        "/etc/x.csv",
        "a/b.csv",
        "..\\x.csv",
        "C:x.csv",
        "a\0.csv",
        "a\n.csv",
        "a\u202e.csv",
        "*.csv",
        "",
    ],
)
def test_names_that_are_paths_or_hide_something_are_refused(folder: Path, name: str) -> None:
    message = _refusal(folder, Upload(name, CSV))

    assert message.endswith(" is no plain file name; rename the file and choose it again")
    assert message.isprintable()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("..csv", "“..csv” begins or ends in a dot or space"),
        (" x.csv", "“ x.csv” begins or ends in a dot or space"),
        ("x" * 200 + ".csv", f"“{'x' * 120}” is too long a name"),
    ],
)
def test_odd_names_are_refused_by_name(folder: Path, name: str, found: str) -> None:
    assert _refusal(folder, Upload(name, CSV)) == f"{found}; rename the file and choose it again"


def test_a_name_may_stand_once(folder: Path) -> None:
    assert _refusal(folder, Upload("a.csv", CSV), Upload("A.csv", CSV)) == (
        "“A.csv” was uploaded twice; rename the file and choose it again"
    )


def test_other_kinds_of_files_are_refused(folder: Path) -> None:
    assert _refusal(folder, Upload("run.sh", b"#!/bin/sh\n")) == (
        "“run.sh” is no table; choose files that end in .csv, .txt, .tsv, .parquet"
    )


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.csv", "book.xlsx"])
def test_a_zip_is_never_opened_whatever_it_is_called(folder: Path, name: str) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", b"0" * 50_000_000)

    assert _refusal(folder, Upload(name, bomb.getvalue())) == (
        f"{name} is a ZIP archive or an Excel file; unpack it, or save the sheet as CSV"
    )


def test_too_many_megabytes_are_refused_together(folder: Path) -> None:
    half = bytes(600_000)

    assert _refusal(folder, Upload("a.csv", half), Upload("b.csv", half)) == (
        "the upload has 1 MB; at most 1 MB are taken here, more by 'doorstep profile new' on "
        "the server"
    )
    assert list(folder.iterdir()) == []


def test_a_small_parquet_file_that_unpacks_to_very_much_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_ROWS", 1_000)
    packed = io.BytesIO()
    pq.write_table(pa.table({"a": ["x"] * 5_000}), packed)

    assert _refusal(folder, Upload("a.parquet", packed.getvalue())) == (
        "a.parquet unpacks to 5,000 rows, far more than an upload may hold; use 'doorstep "
        "import' on the server"
    )
