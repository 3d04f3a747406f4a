"""The sample's profile reads every file, and finds exactly the dirt that is planted."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sample_data import TRUTHS, Options, dirty_rows, write_sample

PROFILE = Path(__file__).parents[2] / "queries" / "sources" / "sample"
DELIVERIES = 40_000
AS_OF = "timestamp '2026-09-30 20:00'"


def open_raw(folder: Path) -> duckdb.DuckDBPyConnection:
    """Connect to a sample's files as raw tables, as the profile names them."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set TimeZone = 'UTC'")
    profile = tomllib.loads((PROFILE / "profile.toml").read_text("utf-8"))
    for name, raw in profile["raw"].items():
        columns = ", ".join(f'"{column}"' for column in raw["columns"])
        read = _reader(folder / raw["files"], raw)
        connection.execute(
            f"create view {name} as select {columns}, parse_filename(filename) as _file, "
            f"row_number() over () as _line from {read}"
        )
    return connection


def _reader(files: Path, raw: dict[str, str]) -> str:
    if files.suffix == ".parquet":
        return f"read_parquet('{files}', filename = true)"
    delimiter = raw.get("delimiter", ",")
    encoding = raw.get("encoding", "utf-8")
    # The torn lines of one file are counted with Python's own CSV reader instead.
    return (
        f"read_csv('{files}', all_varchar = true, header = true, delim = '{delimiter}', "
        f"quote = '\"', escape = '\"', encoding = '{encoding}', filename = true, "
        "ignore_errors = true, auto_detect = false, nullstr = '', "
        f"columns = {_header(files, delimiter, encoding)})"
    )


def _header(path: Path, delimiter: str, encoding: str) -> dict[str, str]:
    with path.open(encoding=encoding, newline="") as file:
        return dict.fromkeys(next(csv.reader(file, delimiter=delimiter)), "varchar")


def select(part: str) -> str:
    """Read the statement of one of the profile's files, ready to stand in brackets."""
    return f"({(PROFILE / f'{part}.sql').read_text('utf-8')})"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, Options(deliveries=DELIVERIES))
    return folder


@pytest.fixture(scope="module")
def raw(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_raw(folder) as connection:
        connection.execute(f"create table manual as {select('deliveries.manual')}")
        yield connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


PARTS = sorted(path.stem for path in PROFILE.glob("*.sql"))


@pytest.mark.parametrize("part", PARTS)
def test_every_statement_of_the_profile_gives_rows(
    raw: duckdb.DuckDBPyConnection, part: str
) -> None:
    assert one(raw, f"select count(*) from {select(part)}") > 0


def test_every_file_that_is_written_is_read_by_the_profile(folder: Path) -> None:
    profile = tomllib.loads((PROFILE / "profile.toml").read_text("utf-8"))

    read = {path for raw in profile["raw"].values() for path in folder.glob(raw["files"])}

    assert read == set(folder.iterdir())


def test_the_as_of_is_the_sample_s_last_moment(raw: duckdb.DuckDBPyConnection) -> None:
    row = raw.execute(f"select as_of = {AS_OF} from {select('as_of')}").fetchone()

    assert row == (True,)


def test_statuses_and_channels_come_out_in_the_words_of_the_contract(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    query = "select distinct status from {0} union all select distinct channel from {0}"

    found = raw.execute(query.format(select("deliveries.shipments"))).fetchall()

    assert {word for (word,) in found} == {
        *("open", "delivered", "failed", "returned", "lost", "cancelled"),
        *("in_house", "third_party", "crowd", "locker"),
    }


WHEN_DIRTY = {
    "missing_key": "coalesce(trim(delivery_id), '') = ''",
    "missing:carrier": "coalesce(trim(carrier), '') = ''",
    "missing:ordered_at": "ordered_at is null",
    "missing:promised_by": "promised_by is null",
    "missing:status": "status is null",
    "unparseable:ordered_at": ("try_cast(ordered_at as timestamp) is null and ordered_at <> ''"),
    "unparseable:delivered_at": (
        "try_cast(delivered_at as timestamp) is null and delivered_at <> ''"
    ),
    "unparseable:promised_by": (
        "try_cast(promised_by as timestamp) is null and promised_by <> ''"
    ),
    "unparseable:weight_kg": "try_cast(weight_kg as double) is null and weight_kg <> ''",
    "unparseable:revenue": "try_cast(revenue as double) is null and revenue <> ''",
    "out_of_range:latitude": "abs(try_cast(latitude as double)) > 90",
    "out_of_range:weight_kg": "try_cast(weight_kg as double) < 0",
    "out_of_range:attempts": "try_cast(attempts as int) not between 0 and 50",
    "out_of_range:revenue": "try_cast(revenue as double) < 0",
    "not_in_domain:status": (
        "status not in ('open', 'delivered', 'failed', 'returned', 'lost', 'cancelled')"
    ),
    "not_in_domain:channel": ("channel not in ('in_house', 'third_party', 'crowd', 'locker')"),
    "not_in_domain:geocode_quality": ("geocode_quality not in ('exact', 'postcode', 'none')"),
    "not_in_domain:proof_of_delivery": (
        "proof_of_delivery not in ('none', 'photo', 'signature', 'otp', 'pin')"
    ),
    "impossible_order": (
        "try_cast(delivered_at as timestamp) < try_cast(ordered_at as timestamp)"
    ),
    "after_import_time": "try_cast(delivered_at as timestamp) > timestamp '2090-01-01'",
}


@pytest.mark.parametrize("reason", WHEN_DIRTY)
def test_each_mistake_is_made_as_often_as_the_truths_say(
    raw: duckdb.DuckDBPyConnection, reason: str
) -> None:
    found = one(raw, f"select count(*) from manual where {WHEN_DIRTY[reason]}")

    assert found == TRUTHS.dirty_rows[reason]


def test_no_row_holds_two_mistakes(raw: duckdb.DuckDBPyConnection) -> None:
    flags = " + ".join(f"coalesce(({when})::int, 0)" for when in WHEN_DIRTY.values())

    assert one(raw, f"select max({flags}) from manual") == 1


def test_repeated_keys_are_counted_in_the_truths(raw: duckdb.DuckDBPyConnection) -> None:
    query = "select count(delivery_id) - count(distinct delivery_id) from manual"

    assert one(raw, query) == TRUTHS.dirty_rows["duplicate_key"]


def test_torn_lines_have_too_many_or_too_few_fields(folder: Path) -> None:
    path = folder / "tms_manual_entries.csv"
    with path.open(encoding="latin-1", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")

    torn = [row for row in rows if len(row) != len(header)]

    assert len(torn) == TRUTHS.dirty_rows["malformed_row"]
    assert {len(row) > len(header) for row in torn} == {True, False}


def test_some_ratings_are_higher_than_the_scale(raw: duckdb.DuckDBPyConnection) -> None:
    query = f"select count(*) from {select('surveys')} where rating = '6'"

    assert one(raw, query) == TRUTHS.dirty_rows["out_of_range:rating"]


def test_clean_deliveries_are_as_many_as_asked_for(raw: duckdb.DuckDBPyConnection) -> None:
    keys = f"select delivery_id from {select('deliveries.shipments')}"
    keyed = "select delivery_id from manual where delivery_id like 'D%'"

    assert one(raw, f"select count(*) from ({keys} union {keyed})") == DELIVERIES


def test_dirty_rows_add_up_to_eight_hundred_and_each_reason_to_twenty() -> None:
    counts = dirty_rows(400_000)

    assert sum(counts.values()) == 800
    assert min(counts.values()) >= 20
    assert set(dirty_rows(400).values()) == {20}


def test_umlauts_survive_only_in_the_stated_encoding(folder: Path) -> None:
    raw_bytes = (folder / "tms_manual_entries.csv").read_bytes()

    assert ";Süd;" in raw_bytes.decode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        raw_bytes.decode("utf-8")


def test_comments_hold_quoted_line_breaks(folder: Path) -> None:
    with (folder / "survey_tool_responses.csv").open(encoding="utf-8", newline="") as file:
        comments = [row["comment"] for row in csv.DictReader(file)]

    assert any("\n" in comment for comment in comments)
    assert any('"' in comment for comment in comments)


def test_manual_times_are_local_and_lie_in_no_repeated_hour(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    # A delivery at the window's end is keyed at 13:00 local, whatever the season.
    promised = "try_cast(promised_by as timestamp)"
    hours = f"select distinct hour({promised}) from manual where {promised} is not null"
    ordered = "try_cast(ordered_at as timestamp)"
    repeated = (
        f"select count(*) from manual where hour({ordered}) = 2 "
        f"and {ordered}::date in (date '2024-10-27', date '2025-10-26')"
    )

    found = {hour for (hour,) in raw.execute(hours).fetchall()}

    assert found == {0, 11, 13, 15, 17, 20, 21, 22}
    assert one(raw, repeated) == 0
