"""Arbitrary input: refused in one line, or read with nothing lost and nothing changed."""

import csv
import io
import random
import re
import string
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.errors import ProfileError, SourceError
from dashboard.warehouse import ImportOptions, Warehouse
from tests.conftest import IMPORT_TIME
from tests.raw import Reading, own_profile, read_text, refused, stored
from tests.rows import delivery, write_csv
from tests.strict_csv import OpenQuoteError, read

quick = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG = 3_000


def _read(data: bytes | str, **profile: object) -> Reading:
    with TemporaryDirectory() as folder:
        return read_text(Path(folder), data, **profile)


# Any table, in any dialect


VALUES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from(',;\t|"\n\r \u00a0§'),
    max_size=8,
)
TABLES = st.lists(st.tuples(VALUES, VALUES), max_size=8)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|§"),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    }
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"])


def _expected(table: Sequence[tuple[str, str]]) -> list[tuple[str | None, str | None, int]]:
    rows, line = [], 2
    for first, second in table:
        rows.append((first or None, second or None, line))
        line += 1 + (first + second).count("\n")
    return rows


def _tables_come_back(
    table: list[tuple[str, str]], dialect: dict[str, object], encoding: str
) -> None:
    if dialect["quoting"] == csv.QUOTE_MINIMAL:
        table = [(first.replace("\r", ""), second.replace("\r", "")) for first, second in table]
    file = io.StringIO(newline="")
    csv.writer(file, **dialect).writerows([("a", "b"), *table])

    found = _read(
        file.getvalue().encode(encoding), encoding=encoding, delimiter=dialect["delimiter"]
    )

    assert found.rows == _expected(table)
    assert found.malformed == []


@settings(quick, max_examples=40)
@given(TABLES, DIALECTS, ENCODINGS)
def test_any_table_comes_back_as_it_was_written(
    table: list[tuple[str, str]], dialect: dict[str, object], encoding: str
) -> None:
    _tables_come_back(table, dialect, encoding)


@pytest.mark.slow
@settings(deadline=None, max_examples=LONG, suppress_health_check=list(HealthCheck))
@given(TABLES, DIALECTS, ENCODINGS)
def test_any_of_very_many_tables_comes_back_as_it_was_written(
    table: list[tuple[str, str]], dialect: dict[str, object], encoding: str
) -> None:
    _tables_come_back(table, dialect, encoding)


# Damaged bytes


def _valid(chance: random.Random) -> bytes:
    letters = 'ab1é,"\n '
    rows = [
        ["".join(chance.choices(letters, k=chance.randrange(5))) for _ in "ab"] for _ in range(9)
    ]
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=chance.choice(["\n", "\r\n"])).writerows([["a", "b"], *rows])
    return file.getvalue().encode()


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at, to = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    few = bytes(chance.choices(b'",\n\r\0a \xff\xc3\xa9', k=chance.randrange(1, 4)))
    kind = chance.randrange(6)
    if kind == 0:
        return data[:at] + few + data[at:]
    if kind == 1:
        return data[:at] + data[at + len(few) :]
    if kind == 2:
        return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    if kind == 3:
        return data[:at] + data[to:] + data[at:to]
    if kind == 4:
        return data[:at]
    return data[:at] + few + data[at + len(few) :]


def _read_or_refused(data: bytes) -> Reading | SourceError:
    try:
        return _read(data)
    except SourceError as refusal:
        return refusal


def _damage_is_refused_or_read(seed: int) -> None:
    chance = random.Random(seed)
    data = _valid(chance)
    for _ in range(chance.randrange(1, 4)):
        data = _damaged(data, chance) or b"a"
    found = _read_or_refused(data)
    if isinstance(found, SourceError):
        assert re.fullmatch(r"t\.csv[^\n]*; [^\n]+", str(found))
        return

    assert found.records == len(found.rows) + len(found.malformed)
    header, *records = read(data.decode("utf-8-sig"))
    names = [name.strip() for name in header.fields]
    good = {
        one.line: (*(one.fields[names.index(name)] or None for name in "ab"), one.line)
        for one in records
        if one.is_strict and len(one.fields) == len(names)
    }
    assert [row for row in found.rows if good.get(row[-1], row) != row] == []
    assert good.keys() - {row[-1] for row in found.rows} == set()
    assert {row[-1] for row in found.rows} <= {one.line for one in records}
    assert found.records == sum(not one.is_blank for one in records)


def test_the_strict_reader_finds_what_pythons_finds() -> None:
    for seed in range(300):
        text = _valid(random.Random(seed)).decode()

        assert [list(one.fields) for one in read(text)] == [
            record or [""] for record in csv.reader(io.StringIO(text, newline=""))
        ]


def test_the_strict_reader_refuses_an_open_quote() -> None:
    with pytest.raises(OpenQuoteError):
        list(read('a,b\n1,"2\n'))


@settings(quick, max_examples=100)
@given(st.integers(0, 2**32))
def test_damaged_bytes_are_refused_or_read_without_loss(seed: int) -> None:
    _damage_is_refused_or_read(seed)


@pytest.mark.slow
@settings(deadline=None, max_examples=5 * LONG)
@given(st.integers(0, 2**32))
def test_very_many_damaged_files_are_refused_or_read_without_loss(seed: int) -> None:
    _damage_is_refused_or_read(seed)


# Contract rows


WORDS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
    | st.sampled_from(["", " ", "NaN ", "1", "1e3", "-0", "0x10", "٣", "1,5", "inf", "true", "T"])
    | st.sampled_from(["2024-03-03", "2024-03-03 10:00", "2024-13-01", "3/3/2024", "2024-3-3"])
)
TEXTS = (
    *("carrier", "segment", "status", "ordered_at", "delivered_at"),
    *("weight_kg", "attempts", "postcode", "revenue", "promise_is_date"),
)
CHANGES = st.fixed_dictionaries(
    {"delivery_id": WORDS},
    optional=dict.fromkeys(TEXTS, WORDS),
)
SPACES = " \t\r\n\u00a0"


def _rows_are_accounted_for(changes: list[dict[str, str]]) -> None:
    rows = [delivery("kept"), *({**delivery("x"), **change} for change in changes)]
    with TemporaryDirectory() as folder:
        write_csv(Path(folder) / "deliveries.csv", rows)
        warehouse = Warehouse(Path(folder) / "warehouse")
        options = ImportOptions("doorstep", datetime(2026, 10, 1), IMPORT_TIME)  # noqa: DTZ001
        count = warehouse.import_folder(Path(folder), options).manifest.tables[0]
        accepted = stored(warehouse, "delivery_id, carrier, postcode, weight_kg, attempts")
        lines = [line for _, _, line, _ in refused(warehouse)]

    assert count.rows == len(rows) == count.accepted + count.quarantined + count.superseded
    assert (count.accepted, count.quarantined) == (len(accepted), len(lines))
    given = {_text(row["delivery_id"]): row for row in reversed(_kept(rows, lines))}
    assert {one[0] for one in accepted} == set(given)
    for one in accepted:
        row = given[one[0]]
        assert one[1:3] == (_text(row["carrier"]), _text(row.get("postcode", "")))
        for value, name in zip(one[3:], ("weight_kg", "attempts"), strict=True):
            text = _text(row.get(name, ""))
            assert value == (None if text is None else float(text))


def _text(value: object) -> str | None:
    return str(value).strip(SPACES) or None


def _kept(rows: list[dict[str, object]], refused_lines: list[int]) -> list[dict[str, object]]:
    """Rows whose line is not among those refused."""
    kept, line = [], 2
    for row in rows:
        if line not in refused_lines:
            kept.append(row)
        line += 1 + sum(str(value).count("\n") for value in row.values())
    return kept


@settings(quick, max_examples=5)
@given(st.lists(CHANGES, min_size=15, max_size=30))
def test_rows_of_arbitrary_text_are_accepted_as_meant_or_quarantined(
    changes: list[dict[str, str]],
) -> None:
    _rows_are_accounted_for(changes)


@pytest.mark.slow
@settings(deadline=None, max_examples=LONG // 10, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGES, min_size=1, max_size=60))
def test_very_many_rows_of_arbitrary_text_are_accepted_as_meant_or_quarantined(
    changes: list[dict[str, str]],
) -> None:
    _rows_are_accounted_for(changes)


# Profiles


PIECES = st.lists(
    st.sampled_from(
        [
            "select * from shipments",
            "select",
            " from shipments",
            "*",
            ";",
            "--",
            "/*",
            "*/",
            "'",
            '"',
            "$1",
            "?",
            "{",
            "(",
            ")",
            "\n",
            "\0",
            "\\",
            "drop table raw.shipments",
            "read_csv('x')",
            "exclude(_line)",
            ", 1 as x",
            "with recursive t as (select 1)",
        ]
    )
    | st.text(max_size=4),
    max_size=6,
).map("".join)
TOML = st.lists(
    st.sampled_from(
        [
            '[raw.x]\nfiles = "x.csv"\ncolumns = ["a"]\n',
            "[raw.x",
            "notes = 1\n",
            'load = "full"\n',
            'label = ""\n',
            'time_zone = "../x"\n',
            'time_zone = "\\u0000"\n',
            'encoding = "idna"\n',
            'delimiter = ""\n',
            "columns = []\n",
            'files = "**"\n',
            'files = "\\u0000"\n',
            'contract_shaped = "yes"\n',
            "=",
            '"""',
        ]
    )
    | st.text(max_size=5),
    max_size=5,
).map("".join)


def _profile_is_refused_or_used(name: str, text: str) -> None:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_csv(folder / "shipments.csv", [delivery("D1")])
        profile = own_profile(folder / "profile")
        path = folder / "profile" / name
        given = path.read_text(encoding="utf-8") if name.endswith("toml") else ""
        path.write_bytes((text + given).encode("utf-8", "surrogatepass"))
        try:
            Warehouse(folder / "warehouse").import_folder(
                folder, ImportOptions(profile, now=IMPORT_TIME)
            )
        except (ProfileError, SourceError):
            return


@settings(quick, max_examples=100)
@given(st.sampled_from(["deliveries.sql", "as_of.sql", "unused.sql"]), PIECES)
def test_any_statement_is_refused_or_used(name: str, text: str) -> None:
    _profile_is_refused_or_used(name, text)


@settings(quick, max_examples=100)
@given(TOML)
def test_any_profile_toml_is_refused_or_used(text: str) -> None:
    _profile_is_refused_or_used("profile.toml", text)


@pytest.mark.slow
@settings(deadline=None, max_examples=LONG)
@given(st.sampled_from(["deliveries.sql", "as_of.sql", "unused.sql"]), PIECES)
def test_any_of_very_many_statements_is_refused_or_used(name: str, text: str) -> None:
    _profile_is_refused_or_used(name, text)


@pytest.mark.slow
@settings(deadline=None, max_examples=LONG)
@given(TOML | st.text(string.printable))
def test_any_of_very_many_profile_tomls_is_refused_or_used(text: str) -> None:
    _profile_is_refused_or_used("profile.toml", text)
