"""Raw files are read whole and as they are, or refused by name; nothing is guessed."""

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.errors import SourceError
from dashboard.warehouse import ImportOptions, Warehouse, layout
from dashboard.warehouse.profile import RawTable
from tests.conftest import IMPORT_TIME
from tests.raw import read_raw, read_text, stored
from tests.rows import delivery, write_csv


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        pytest.param("a,b\n1,2\n3,4\n", [("1", "2", 2), ("3", "4", 3)], id="plain"),
        pytest.param("b,a\n1,2\n3,4\n", [("2", "1", 2), ("4", "3", 3)], id="another order"),
        pytest.param("a,b\n1,2", [("1", "2", 2)], id="no line end at the end"),
        pytest.param("a,b\r\n1,2\r\n3,4\r\n", [("1", "2", 2), ("3", "4", 3)], id="CRLF"),
        pytest.param("a,b\r\n1,2\r\n3,4", [("1", "2", 2), ("3", "4", 3)], id="CRLF, none last"),
        pytest.param("a,b\r\n1,2\n3,4\r\n", [("1", "2", 2), ("3", "4", 3)], id="mixed line ends"),
        pytest.param("\ufeffa,b\n1,2\n", [("1", "2", 2)], id="byte order mark"),
        pytest.param('\ufeff"a","b"\n1,2\n', [("1", "2", 2)], id="mark before a quote"),
        pytest.param("\ufeffa,b\r\n1,2\n", [("1", "2", 2)], id="mark and mixed line ends"),
        pytest.param(" a ,b\n1,2\n", [("1", "2", 2)], id="spaces round a name"),
        pytest.param("a,b\n", [], id="header only"),
        pytest.param("a,b", [], id="header only, no line end"),
        pytest.param("a,b\n\n1,2\n\n\n3,4\n\n", [("1", "2", 3), ("3", "4", 6)], id="blank lines"),
        pytest.param("a,b\r\n\r\n1,2\r\n\r\n", [("1", "2", 3)], id="blank lines, CRLF"),
        pytest.param('a,b\n1,"x\ny"\n3,4\n', [("1", "x\ny", 2), ("3", "4", 4)], id="quoted LF"),
        pytest.param(
            'a,b\r\n1,"x\ny"\r\n3,4\r\n', [("1", "x\ny", 2), ("3", "4", 4)], id="LF in CRLF"
        ),
        pytest.param(
            'a,b\n1,"x\r\ny"\n3,4\n', [("1", "x\r\ny", 2), ("3", "4", 4)], id="CRLF in LF"
        ),
        pytest.param('a,b\n1,"x\ry"\n', [("1", "x\ry", 2)], id="quoted CR"),
        pytest.param('a,b\n1,"say ""x"""\n', [("1", 'say "x"', 2)], id="doubled quotes"),
        pytest.param('a,b\n1,5" and 6" pipe\n', [("1", '5" and 6" pipe', 2)], id="stray quotes"),
        pytest.param("a,b\n#1,'2'\n", [("#1", "'2'", 2)], id="no comments, no other quotes"),
        pytest.param("a,b\nNA,null\n", [("NA", "null", 2)], id="NA is text"),
        pytest.param('a,b\n"",1\n,""\n', [(None, "1", 2), (None, None, 3)], id="empty is null"),
    ],
)
def test_records_are_read_as_they_stand_each_with_its_line(
    tmp_path: Path, data: str, rows: list[tuple]
) -> None:
    found = read_text(tmp_path, data)

    assert found.rows == rows
    assert found.malformed == []
    assert found.records == len(rows)


@pytest.mark.parametrize(
    ("data", "rows", "malformed"),
    [
        pytest.param(
            "a,b\n1,2\n3\n4,5\n6,7,8\n9,9\n",
            [("1", "2", 2), ("4", "5", 4), ("9", "9", 6)],
            [(3, "3"), (5, "6,7,8")],
            id="too few and too many fields",
        ),
        pytest.param(
            'a,b\n1,"x\ny"\n\n3\n4,"p\nq",5\n6,7\n',
            [("1", "x\ny", 2), ("6", "7", 8)],
            [(5, "3"), (6, '4,"p\nq",5')],
            id="after line breaks and blank lines",
        ),
        pytest.param(
            "a,b\r\n\r\n1,2\r\n3\r\n\r\n4\r\n5,6\r\n",
            [("1", "2", 3), ("5", "6", 7)],
            [(4, "3"), (6, "4")],
            id="CRLF",
        ),
        pytest.param("a,b\n1\n2", [], [(2, "1"), (3, "2")], id="all of them"),
        pytest.param("a,b\n   \n", [], [(2, "   ")], id="only spaces"),
        pytest.param(
            "a,b\n1,2,\n3,4\n5,6,,\n",
            [("3", "4", 3)],
            [(2, "1,2,"), (4, "5,6,,")],
            id="too many fields, the last ones empty: an unquoted comma may have shifted them",
        ),
        pytest.param(
            'a,b\r\n"1\n","é",""\r\n\r\n3\r\n5,6\r\n7,8,\r\n',
            [("5", "6", 6)],
            [(2, '"1\n","é",""'), (5, "3"), (7, "7,8,")],
            id="too many fields among line breaks and short records",
        ),
        pytest.param(
            'a,b\n1,"x"y\n3,4\n', [("3", "4", 3)], [(2, '1,"x"y')], id="text after a quote"
        ),
        pytest.param(
            'a,b\n1,"x \\"q\\" y"\n', [], [(2, '1,"x \\"q\\" y"')], id="backslash is no escape"
        ),
    ],
)
def test_a_record_that_cannot_be_read_is_kept_with_its_line_and_text(
    tmp_path: Path, data: str, rows: list[tuple], malformed: list[tuple]
) -> None:
    found = read_text(tmp_path, data)

    assert found.rows == rows
    assert sorted(found.malformed) == malformed
    assert found.records == len(rows) + len(malformed)


SWALLOWED = 'a,b\n1,2\n3,"' + "x\n" * 100 + '"\n'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param("", "t.csv is empty; it needs a line with column names", id="empty"),
        pytest.param(
            "\ufeff", "t.csv is empty; it needs a line with column names", id="mark only"
        ),
        pytest.param(
            "\na,b\n1,2\n",
            "t.csv begins with an empty line; its first line must name the columns",
            id="blank first line",
        ),
        pytest.param(
            "a,c\n1,2\n", "t.csv has no column 'b'; the profile needs it", id="missing column"
        ),
        pytest.param(
            "a,bb\n1,2\n",
            "t.csv has no column 'b' (nearest: 'bb'); the profile needs it",
            id="misspelt column",
        ),
        pytest.param(
            "a,B\n1,2\n", "t.csv has no column 'b'; the profile needs it", id="other case"
        ),
        pytest.param(
            "a,b,a\n1,2,3\n",
            "t.csv names column 'a' twice; each name may stand once",
            id="column twice",
        ),
        pytest.param(
            "a,b,weight\n1,2,3\n",
            "t.csv has an unknown column 'weight'; did you mean 'weight_kg'?",
            id="misspelt optional column",
        ),
        pytest.param(
            "a,b,zz\n1,2,3\n",
            "t.csv has an unknown column 'zz'; name it in the profile as optional",
            id="unknown column",
        ),
        pytest.param(
            "a,b,\n1,2,3\n",
            "t.csv has an unknown column ''; name it in the profile as optional",
            id="a column without a name",
        ),
        pytest.param(
            'a,b\n1,2\n3,"x\n4,5\n',
            "t.csv: a quote in the record at line 3 never closes; close it",
            id="unterminated quote",
        ),
        pytest.param(
            'a,b\n1,5" pipe\n3,4\n',
            "t.csv: a quote in the record at line 2 never closes; close it",
            id="one stray quote",
        ),
        pytest.param(
            'a,"b\n' + "1,2\n" * 50_000,
            "t.csv: a quote in the record at line 1 never closes; close it",
            id="unterminated quote in the header",
        ),
        pytest.param(
            'a,b\n1,5" pipe\n3,6" pipe\n5,6\n',
            "t.csv: 2 records were counted but 3 read and 0 refused; look for a stray quote in it",
            id="stray quotes in two records",
        ),
        pytest.param(
            'a,b\n1,2\n",b\n",a","\n\nb,"\na,"b,1a\n',
            "t.csv: the records that were read begin at other lines than those that were "
            "counted; look for a stray quote in it",
            id="quotes that can be paired in two ways, with the same number of records",
        ),
        pytest.param(
            'a,b\n1,5" x\n2,"a\nb\nc"\n3,6" y\n',
            "t.csv: the records that were read begin at other lines than those that were "
            "counted; look for a stray quote in it",
            id="stray quotes round a record of as many lines as they join",
        ),
        pytest.param(
            'a,b\n1,2\n1",5",""\n',
            "t.csv: the records that were read begin at other lines than those that were "
            "counted; look for a stray quote in it",
            id="stray quotes that hide one empty field too many",
        ),
        pytest.param(
            SWALLOWED,
            "t.csv: the record at line 3 runs over 101 lines; look for a stray quote there "
            "(at most 100 lines a record)",
            id="a record of 101 lines",
        ),
        pytest.param(
            "a,b\n1,\x002\n",
            "t.csv holds NUL bytes; export it as text, or say its encoding in the profile",
            id="NUL",
        ),
        pytest.param(
            "a,b\r1,2\r",
            "t.csv has a CR without LF outside quotes; end its lines with LF or CRLF",
            id="CR alone",
        ),
        pytest.param(
            "a,b\n1,x\ry\n",
            "t.csv has a CR without LF outside quotes; end its lines with LF or CRLF",
            id="CR in an unquoted field",
        ),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused_in_one_line(
    tmp_path: Path, data: str, message: str
) -> None:
    with pytest.raises(SourceError) as refusal:
        read_text(tmp_path, data, optional=("weight_kg",))

    assert str(refusal.value) == message


def test_a_header_of_unbounded_length_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refusal:
        read_text(tmp_path, "a," + "b" * 200_000 + "\n")

    assert str(refusal.value) == (
        "t.csv begins with no column names (field larger than field limit (131072)); "
        "check its first line"
    )


def test_a_record_of_a_hundred_lines_is_read(tmp_path: Path) -> None:
    text = "x\n" * 99

    found = read_text(tmp_path, f'a,b\n1,"{text}"\n2,3\n')

    assert found.rows == [("1", text, 2), ("2", "3", 102)]


def test_latin_1_is_read_where_the_profile_names_it(tmp_path: Path) -> None:
    found = read_text(tmp_path, "a,b\n1,é\n".encode("latin-1"), encoding="latin-1")

    assert found.rows == [("1", "é", 2)]


def test_latin_1_read_as_utf_8_is_refused_with_its_byte(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refusal:
        read_text(tmp_path, "a,b\n1,2\n3,é\n".encode("latin-1"))

    assert str(refusal.value) == (
        "t.csv is not utf-8 (byte 0xe9); say its encoding in the profile"
    )


def test_utf_16_is_read_with_mixed_line_ends(tmp_path: Path) -> None:
    data = 'a,b\r\n1,"é\r\n"\n2,3\r\n'.encode("utf-16")

    found = read_text(tmp_path, data, encoding="utf-16")

    assert found.rows == [("1", "é\r\n", 2), ("2", "3", 4)]


def test_half_a_character_at_the_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^t\.csv is not utf-8 \(byte 0xc3\); say its"):
        read_text(tmp_path, "a,b\n1,é".encode()[:-1])


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "§"])
def test_fields_are_divided_by_the_delimiter_that_the_profile_names(
    tmp_path: Path, delimiter: str
) -> None:
    data = f'a{delimiter}b\n1,5{delimiter}"x{delimiter}y"\n'

    found = read_text(tmp_path, data, delimiter=delimiter)

    assert found.rows == [("1,5", f"x{delimiter}y", 2)]


def test_columns_that_may_be_absent_are_null(tmp_path: Path) -> None:
    found = read_text(tmp_path, "b,a\n2,1\n", optional=("c",))

    assert found.rows == [("1", "2", None, 2)]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("a\n1\n\n2\n\n", [("1", 2), ("2", 4)]),
        ("a\r\n\r\n1\r\n", [("1", 3)]),
        ('a\n1\n""\n2\n', [("1", 2), (None, 3), ("2", 4)]),
    ],
)
def test_an_empty_line_is_no_record_even_of_one_column(
    tmp_path: Path, data: str, rows: list[tuple]
) -> None:
    found = read_text(tmp_path, data, columns=("a",))

    assert found.rows == rows
    assert found.records == len(rows)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize(
    "data",
    [
        'a,b\r\n1,"x\r\ny"\r\n\r\n3\r\n5,6\r\n',
        '\ufeffa,b\n1,"x\r\ny"\r\n\r\n3\r\n5,6\n',
        'a,b\n1,"x\r\ny"\n\n3\n5,6',
    ],
)
def test_where_a_chunk_ends_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, size: int
) -> None:
    monkeypatch.setattr(layout, "_CHUNK", size)

    found = read_text(tmp_path, data)

    assert found.rows == [("1", "x\r\ny", 2), ("5", "6", 6)]
    assert found.malformed == [(5, "3")]
    assert found.records == 3


FIELDS = st.text(st.sampled_from('ab,"\n é'), max_size=6)
RECORDS = st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=12)


def _written(records: list[list[str]], line_end: str) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    writer.writerows([["a", "b"], *records])
    return file.getvalue()


def _expected(records: list[list[str]]) -> tuple[list[tuple], list[int]]:
    """Rows of two fields, and lines of all other records."""
    rows, malformed, line = [], [], 2
    for record in records:
        if len(record) == 2:
            rows.append((*(field or None for field in record), line))
        else:
            malformed.append(line)
        line += 1 + "".join(record).count("\n")
    return rows, malformed


@settings(max_examples=60, deadline=None)
@given(records=RECORDS, line_end=st.sampled_from(["\n", "\r\n"]))
def test_every_record_ends_up_read_or_malformed_at_its_own_line(
    records: list[list[str]], line_end: str
) -> None:
    rows, malformed = _expected(records)

    with tempfile.TemporaryDirectory() as folder:
        found = read_text(Path(folder), _written(records, line_end))

    assert found.rows == rows
    assert sorted(line for line, _ in found.malformed) == malformed
    assert found.records == len(records)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from('1,"\n'), max_size=30))
def test_whatever_the_quotes_a_file_is_refused_or_read_as_pythons_csv_reads_it(
    text: str,
) -> None:
    records = [one for one in csv.reader(io.StringIO(f"a,b\n{text}", newline="")) if one][1:]

    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read_text(Path(folder), f"a,b\n{text}")
        except SourceError:
            return

    assert len(found.rows) + len(found.malformed) == found.records
    if not found.malformed:
        assert found.records == len(records)


# Parquet


def _parquet(path: Path, rows: list[dict[str, object]]) -> None:
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(path)


def test_parquet_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    _parquet(tmp_path / "t1.parquet", [{"a": "1", "b": "2"}])
    _parquet(tmp_path / "t2.parquet", [{"b": "4", "a": "3"}, {"b": "6", "a": "5"}])

    found = read_raw(tmp_path, RawTable(files="t*.parquet", columns=("a", "b")))

    assert sorted(found.rows) == [("1", "2", 1), ("3", "4", 1), ("5", "6", 2)]
    assert found.records == 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "raw files [1]*"
    folder.mkdir()
    return folder


def _import(warehouse: Warehouse, folder: Path) -> None:
    warehouse.import_folder(folder, ImportOptions("doorstep", now=IMPORT_TIME))


def _refusal(warehouse: Warehouse, folder: Path) -> str:
    with pytest.raises(SourceError) as refusal:
        _import(warehouse, folder)
    assert not warehouse.exists()
    return str(refusal.value)


def test_parquet_of_text_is_checked_like_csv(warehouse: Warehouse, folder: Path) -> None:
    rows = [delivery("D1", weight_kg=" 1.5 "), delivery("D2", weight_kg="heavy")]
    _parquet(folder / "deliveries.parquet", rows)

    _import(warehouse, folder)

    assert stored(warehouse, "delivery_id, weight_kg") == [("D1", 1.5)]
    quarantined = stored(warehouse, "file, line, reasons", "quarantine")
    assert quarantined == [("deliveries.parquet", 2, "unparseable:weight_kg")]


def test_a_file_that_is_no_parquet_is_refused(warehouse: Warehouse, folder: Path) -> None:
    (folder / "deliveries.parquet").write_bytes(b"PAR1 not really PAR1")

    message = _refusal(warehouse, folder)

    assert message == "deliveries.parquet is no readable Parquet file; export it again"


def test_parquet_with_damaged_pages_is_refused(warehouse: Warehouse, folder: Path) -> None:
    _parquet(folder / "deliveries.parquet", [delivery("D1")])
    whole = (folder / "deliveries.parquet").read_bytes()
    (folder / "deliveries.parquet").write_bytes(whole[:4] + b"\xff" * 60 + whole[64:])

    message = _refusal(warehouse, folder)

    assert message.startswith("the files of raw table 'deliveries' are damaged (")
    assert message.endswith("); export them again")


def test_csv_and_parquet_of_one_table_are_refused(warehouse: Warehouse, folder: Path) -> None:
    _parquet(folder / "deliveries.parquet", [delivery("D1")])
    write_csv(folder / "deliveries.csv", [delivery("D1")])

    message = _refusal(warehouse, folder)

    assert message == "deliveries.* matches CSV and Parquet files; keep one kind"


# Folders


def test_the_ending_of_a_files_name_may_be_in_capitals(warehouse: Warehouse, folder: Path) -> None:
    write_csv(folder / "deliveries.CSV", [delivery("D1")])

    _import(warehouse, folder)

    assert stored(warehouse, "delivery_id") == [("D1",)]


def test_a_missing_file_is_refused(warehouse: Warehouse, folder: Path) -> None:
    message = _refusal(warehouse, folder)

    assert message == (f"no file deliveries.* in {folder}; the raw table 'deliveries' needs it")


def test_a_missing_folder_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    message = _refusal(warehouse, tmp_path / "nowhere")

    assert message == (f"no folder {tmp_path}/nowhere; name the folder that holds the raw files")


def test_a_data_file_that_no_table_reads_is_refused(warehouse: Warehouse, folder: Path) -> None:
    write_csv(folder / "deliveries.csv", [delivery("D1")])
    write_csv(folder / "survey.csv", [{"survey_id": "1"}])
    (folder / "README.txt").write_text("anything")

    message = _refusal(warehouse, folder)

    assert message == "survey.csv is named after no table; did you mean 'surveys'?"


def test_a_file_that_the_system_cannot_read_is_refused(warehouse: Warehouse, folder: Path) -> None:
    memory = Path("/proc/self/mem")
    if not memory.exists():
        pytest.skip("needs a file that opens and cannot be read")
    (folder / "deliveries.csv").symlink_to(memory)

    message = _refusal(warehouse, folder)

    assert message == "deliveries.csv cannot be read (Input/output error); check the file"
