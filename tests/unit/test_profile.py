"""A profile says how a source is read; what is wrong with it is said in one line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import tree
from dashboard.contract import read_contract
from dashboard.errors import CatalogError, DashboardError, ProfileError, UnknownNameError
from dashboard.warehouse import ImportOptions, Warehouse
from dashboard.warehouse.profile import read_profile
from tests.conftest import IMPORT_TIME
from tests.raw import OWN, SELECT, contract_shaped, own_profile, refused, stored
from tests.rows import delivery, write_csv

QUERIES = tree.root() / "queries"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    write_csv(folder / "shipments.csv", [delivery("D1")])
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "own"


def _import(warehouse: Warehouse, files: Path, profile: str) -> None:
    warehouse.import_folder(files, ImportOptions(profile, now=IMPORT_TIME))


Refusal = Callable[[str | Path], str]


@pytest.fixture
def refusal_of(warehouse: Warehouse, files: Path) -> Refusal:
    """What importing `files` with a profile is refused with: one line, nothing published."""

    def refusal(profile: str | Path) -> str:
        with pytest.raises(DashboardError) as refused:
            _import(warehouse, files, str(profile))
        message = str(refused.value)
        assert "\n" not in message
        assert not warehouse.exists()
        return message

    return refusal


def test_a_profile_may_be_a_folder_anywhere(
    warehouse: Warehouse, files: Path, profile: Path
) -> None:
    _import(warehouse, files, own_profile(profile))

    assert stored(warehouse, "delivery_id, carrier") == [("D1", "Wren")]
    assert warehouse.newest().profile == "own"


def test_an_unknown_profile_is_refused_with_the_nearest_name(
    warehouse: Warehouse, files: Path
) -> None:
    with pytest.raises(UnknownNameError) as refusal:
        _import(warehouse, files, "olsit")

    assert str(refusal.value) == "unknown profile 'olsit'; did you mean 'olist'?"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            ", carrier,", ", carier,",
            'deliveries.sql: Binder Error: Referenced column "carier" not found in FROM clause!; '
            "mend the statement",
            id="a column that the files do not have",
        ),
        pytest.param(
            "select\n", "selec\n",
            'deliveries.sql: Parser Error: syntax error at or near "selec"; mend the statement',
            id="no SQL",
        ),
        pytest.param(
            "from shipments", "from shipment",
            "deliveries.sql: Catalog Error: Table with name shipment does not exist!; "
            "mend the statement",
            id="a raw table that does not exist",
        ),
        pytest.param(
            "status,", "cast(status as integer) as status,",
            "deliveries.sql: Conversion Error: Could not convert string 'delivered' to INT32 "
            "when casting from source column status; mend the statement",
            id="an error while it runs",
        ),
        pytest.param(
            "from shipments", "from shipments; drop table shipments",
            "deliveries.sql is not one SELECT; write one",
            id="two statements",
        ),
        pytest.param(
            SELECT, "-- grain: nothing\n",
            "deliveries.sql is not one SELECT; write one",
            id="no statement",
        ),
        pytest.param(
            "status,", "status, 1 as wieght_kg,",
            "deliveries.sql: unknown column of deliveries 'wieght_kg'; did you mean 'weight_kg'?",
            id="a column outside the contract",
        ),
        pytest.param(
            ", carrier,", ",",
            "deliveries.sql gives no 'carrier'; deliveries requires it",
            id="a required column missing",
        ),
        pytest.param(
            ", carrier,", ", carrier, segment as Carrier,",
            "deliveries.sql gives 'carrier' twice; each name may stand once",
            id="a column given twice",
        ),
        pytest.param(
            "times: local", "times: here",
            "deliveries.sql: times is 'here'; use local or utc",
            id="times of no kind",
        ),
        pytest.param(
            "_line\n", "'x' as _line\n",
            "deliveries.sql: Conversion Error: Could not convert string 'x' to INT64; "
            "mend the statement",
            id="a line that is no number",
        ),
    ],
)  # fmt: skip
def test_a_statement_that_does_not_fit_is_named_in_one_line(
    refusal_of: Refusal, profile: Path, old: str, new: str, message: str
) -> None:
    own_profile(profile, deliveries=SELECT.replace(old, new))

    found = refusal_of(profile)

    assert found == f"profile own, {message}"


@pytest.mark.parametrize("ending", [";", " -- the end", "; -- the end", ";\n\n"])
def test_a_statement_may_end_as_people_end_it(
    warehouse: Warehouse, files: Path, profile: Path, ending: str
) -> None:
    own_profile(profile, deliveries=SELECT.rstrip() + ending)

    _import(warehouse, files, str(profile))

    assert stored(warehouse, "delivery_id") == [("D1",)]


@pytest.mark.parametrize(
    ("stem", "sql", "message"),
    [
        ("delivries", SELECT, "delivries.sql: unknown contract table 'delivries'; did you mean 'deliveries'?"),  # noqa: E501
        ("as_of", "select 'soon'", 'as_of.sql: Conversion Error: invalid timestamp field format: "soon"'),  # noqa: E501
        ("as_of", "select nothing", 'as_of.sql: Binder Error: Referenced column "nothing"'),
        ("as_of", "select 1 from (values (1), (2))", "as_of.sql: "),
        ("unused", "select nothing", 'unused.sql: Binder Error: Referenced column "nothing"'),
        ("unused", "select 1, 2, 3", "unused.sql gives no counts; select _file and unused"),
        ("unused", "drop table shipments", "unused.sql is not one SELECT; write one"),
    ],
)  # fmt: skip
def test_every_file_of_a_profile_is_checked(
    refusal_of: Refusal, profile: Path, stem: str, sql: str, message: str
) -> None:
    own_profile(profile, **{stem: sql})

    found = refusal_of(profile)

    assert found.startswith(f"profile own, {message}")


NAMES = '"delivery_id", "carrier"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('label = "Own"', "label =", "Invalid value (at line 2, column 8); write it as TOML in UTF-8"),  # noqa: E501
        ('label = "Own"\n', "", "'label': Field required; mend it"),
        ('label = "Own"', 'lable = "Own"', "'label': Field required; mend it"),
        ('load = "full"', 'load = "all"', "'load': Input should be 'full', 'months' or 'changes'; mend it"),  # noqa: E501
        ('"{zone}"', '"Mars/Olympus"', "'time_zone': 'Mars/Olympus' is no time zone like Europe/Berlin; mend it"),  # noqa: E501
        ('"{zone}"', '""', "'time_zone': '' is no time zone like Europe/Berlin; mend it"),
        ('"{files}"', '"/etc/*.csv"', "'raw.shipments.files': '/etc/*.csv' does not name files inside the folder; mend it"),  # noqa: E501
        ('"{files}"', '"../*.csv"', "'raw.shipments.files': '../*.csv' does not name files inside the folder; mend it"),  # noqa: E501
        ('"{files}"', '""', "'raw.shipments.files': '' does not name files inside the folder; mend it"),  # noqa: E501
        ('"{files}"', '"a.csv"\nencoding = "klingon"', "'raw.shipments.encoding': 'klingon' is no encoding that Python knows; mend it"),  # noqa: E501
        ('"{files}"', '"a.csv"\nencoding = "hex"', "'raw.shipments.encoding': 'hex' is no encoding that Python knows; mend it"),  # noqa: E501
        ('"{files}"', '"a.csv"\ndelimiter = ",,"', "'raw.shipments.delimiter': String should have at most 1 character; mend it"),  # noqa: E501
        ('"{files}"', "\"a.csv\"\ndelimiter = '\"'", "'raw.shipments.delimiter': a quote or a line end cannot stand between two fields; mend it"),  # noqa: E501
        ('"carrier",', '"carrier", "Carrier",', "'raw.shipments.optional': column 'Carrier' is named twice, or is a name that Doorstep adds; mend it"),  # noqa: E501
        ('"carrier",', '"_line",', "'raw.shipments.optional': column '_line' is named twice, or is a name that Doorstep adds; mend it"),  # noqa: E501
        ("[raw.shipments]", '[raw.Shipments]\nfiles = "b.csv"\ncolumns = []\n[raw.shipments]', "'raw': raw table 'Shipments' is named twice but for case; mend it"),  # noqa: E501
    ],
)  # fmt: skip
def test_a_profile_toml_that_says_what_cannot_be_is_refused(
    refusal_of: Refusal, profile: Path, old: str, new: str, message: str
) -> None:
    own_profile(profile)
    assert old in OWN
    text = OWN.replace(old, new).format(zone="UTC", files="shipments.csv")
    (profile / "profile.toml").write_text(text)

    found = refusal_of(profile)

    assert found == f"profile own, profile.toml: {message}"


def test_a_profile_that_is_not_utf_8_is_refused(refusal_of: Refusal, profile: Path) -> None:
    own_profile(profile)
    (profile / "profile.toml").write_bytes('label = "é"'.encode("latin-1"))

    found = refusal_of(profile)

    assert re.match(
        r"profile own, profile\.toml: 'utf-8' codec .*; write it as TOML in UTF-8$", found
    )


def test_a_statement_that_is_not_utf_8_is_refused(refusal_of: Refusal, profile: Path) -> None:
    own_profile(profile)
    (profile / "deliveries.sql").write_bytes((SELECT + "-- é").encode("latin-1"))

    found = refusal_of(profile)

    assert found == "profile own, deliveries.sql is not UTF-8; save it as UTF-8"


def test_a_zone_that_only_python_knows_is_refused(refusal_of: Refusal, profile: Path) -> None:
    own_profile(profile, zone="posixrules")

    found = refusal_of(profile)

    assert "posixrules" in found


def test_a_profile_without_deliveries_is_refused(profile: Path) -> None:
    own_profile(profile)
    (profile / "deliveries.sql").unlink()

    with pytest.raises(ProfileError) as refusal:
        read_profile(QUERIES, read_contract(QUERIES), str(profile))

    assert str(refusal.value) == (
        f"profile {profile} fills no deliveries; add deliveries.sql to it"
    )


def test_several_statements_fill_one_table_and_the_later_wins(
    warehouse: Warehouse, files: Path, profile: Path
) -> None:
    manual = SELECT.replace(" carrier,", " 'By hand' as carrier,")
    write_csv(files / "shipments.csv", [delivery("D1"), delivery("D2")])
    own_profile(profile, **{"deliveries.b": manual + "where delivery_id = 'D1'"})

    _import(warehouse, files, str(profile))

    assert stored(warehouse, "delivery_id, carrier") == [("D1", "By hand"), ("D2", "Wren")]
    [count] = warehouse.newest().tables
    assert (count.rows, count.accepted, count.quarantined, count.superseded) == (3, 2, 0, 1)
    assert refused(warehouse) == []


def test_a_raw_table_may_be_many_files(warehouse: Warehouse, files: Path, profile: Path) -> None:
    write_csv(files / "shipments_2.csv", [delivery("D2")])

    _import(warehouse, files, own_profile(profile, files="shipments*.csv"))

    assert stored(warehouse, "delivery_id") == [("D1",), ("D2",)]
    assert [source.file for source in warehouse.newest().sources] == [
        "shipments.csv", "shipments_2.csv",
    ]  # fmt: skip


def test_two_files_of_one_name_are_refused(
    refusal_of: Refusal, files: Path, profile: Path
) -> None:
    for sub in ("a", "b"):
        (files / sub).mkdir()
        write_csv(files / sub / "x.csv", [delivery(sub)])

    found = refusal_of(own_profile(profile, files="*/x.csv"))

    assert found == "two files are named x.csv; rename b/x.csv"


def test_one_file_for_two_raw_tables_is_refused(refusal_of: Refusal, profile: Path) -> None:
    own_profile(profile)
    second = OWN[OWN.index("[raw") :].replace("shipments]", "again]")
    text = (OWN + second).format(zone="UTC", files="shipments.csv")
    (profile / "profile.toml").write_text(text)

    found = refusal_of(profile)

    assert found == "shipments.csv belongs to the raw tables 'shipments' and 'again'; name one"


def test_records_that_no_row_takes_over_are_counted(
    warehouse: Warehouse, files: Path, profile: Path
) -> None:
    write_csv(files / "shipments.csv", [delivery("D1"), delivery("D2"), delivery("D3")])
    own_profile(profile, deliveries=SELECT + "where delivery_id > 'D1'")

    _import(warehouse, files, str(profile))

    [source] = warehouse.newest().sources
    assert (source.records, source.raw, source.malformed, source.unused) == (3, 3, 0, 1)


def test_records_that_a_profile_sums_are_counted_only_where_it_says_so(
    warehouse: Warehouse, files: Path, profile: Path
) -> None:
    untraced = SELECT.replace(", _file, _line", "")

    _import(warehouse, files, own_profile(profile, deliveries=untraced))

    [source] = warehouse.newest().sources
    assert source.unused is None
    assert source.refused is None


def test_a_contract_shaped_profile_reads_every_table_that_is_there(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    write_csv(folder / "deliveries.csv", [delivery("D1")])
    write_csv(folder / "carriers.csv", [{"carrier": "Wren"}])

    _import(warehouse, folder, contract_shaped(tmp_path / "shaped"))

    assert stored(warehouse, "carrier, kind", "carriers") == [("Wren", None)]
    assert stored(warehouse, "survey_id", "surveys") == []


def test_a_broken_contract_is_refused(tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text("[deliveries]\nkey = []\n")

    with pytest.raises(CatalogError) as refusal:
        read_contract(tmp_path)

    assert str(refusal.value) == (
        "contract.toml: 2 validation errors for Table; see the comment at its top"
    )
