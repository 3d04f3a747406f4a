"""A guessed profile imports what was written, or says what is missing; nothing breaks it."""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import tree
from dashboard.access import LOCAL_USER
from dashboard.contract import read_contract
from dashboard.errors import DashboardError, SourceError
from dashboard.scope import Scope
from dashboard.warehouse import Draft, ImportOptions, Known, Reader, Warehouse, layout
from dashboard.warehouse.guessing import texts, write
from dashboard.warehouse.profile import read_profile
from tests.conftest import IMPORT_TIME
from tests.guesses import guessed, write_file
from tests.raw import stored

QUERIES = tree.root() / "queries"
quick = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG = 400

LANGUAGES = (
    ("shipment no", "courier", "order date", "due by", "delivered", "state", "weight", "freight"),
    ("Sendung", "Spediteur", "bestellt", "zugesagt", "zugestellt", "Status", "Gewicht", "Fracht"),
    ("Colis", "Transporteur", "date de commande", "date prévue", "livré le", "statut", "poids",
     "coût"),
    ("Envío", "Transportista", "fecha de pedido", "fecha prevista", "entregado", "estado", "peso",
     "coste"),
)  # fmt: skip
DELIVERED = {
    "state": "Delivered",
    "Status": "Zugestellt",
    "statut": "Livré",
    "estado": "Entregado",
}
OPEN = {"state": "in transit", "Status": "unterwegs", "statut": "en cours", "estado": "en reparto"}
STRANGE = st.fixed_dictionaries(
    {
        "names": st.sampled_from(LANGUAGES),
        "day": st.sampled_from(["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y"]),
        "clock": st.sampled_from([" %H:%M", " %H:%M:%S"]),
        "encoding": st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16"]),
        "delimiter": st.sampled_from(";,\t|"),
        "comma": st.booleans(),
        "seed": st.integers(0, 9999),
    }
)
Row = tuple[str, str, datetime, datetime, datetime | None, str, float, float]


def _rows(chance: random.Random, names: tuple[str, ...]) -> list[Row]:
    rows: list[Row] = []
    for number in range(40):
        ordered = datetime(2025, 1, 1, 4) + timedelta(minutes=chance.randrange(200 * 1440))  # noqa: DTZ001
        arrived = ordered + timedelta(hours=chance.randrange(1, 90))
        is_there = chance.random() < 0.9
        rows.append(
            (
                f"Ü{number}",
                chance.choice(["Wren", "Föhr"]),
                ordered,
                ordered + timedelta(hours=48),
                arrived if is_there else None,
                (DELIVERED if is_there else OPEN)[names[5]],
                round(chance.uniform(0.1, 30), 2),
                round(chance.uniform(0.1, 3000), 2),
            )
        )
    return rows


def _written(row: Row, strange: Mapping[str, Any]) -> list[str]:
    form = strange["day"] + strange["clock"]
    sign = "," if strange["comma"] else "."
    return [
        row[0],
        row[1],
        *("" if moment is None else moment.strftime(form) for moment in row[2:5]),
        row[5],
        *(f"{number:.2f}".replace(".", sign) for number in row[6:]),  # ty: ignore[not-iterable]
    ]


def _import(folder: Path, draft: Draft) -> Warehouse:
    warehouse = Warehouse(folder.with_name("warehouse"))
    profile = folder.with_name("own-profile")
    write(draft, profile)
    read_profile(QUERIES, read_contract(QUERIES), str(profile))
    warehouse.import_folder(folder, ImportOptions(str(profile), now=IMPORT_TIME))
    return warehouse


def _arrives_as_written(strange: dict[str, Any]) -> None:
    rows = _rows(random.Random(strange["seed"]), strange["names"])
    with TemporaryDirectory() as place:
        folder = write_file(
            Path(place) / "files",
            strange["names"],
            [_written(row, strange) for row in rows],
            encoding=strange["encoding"],
            delimiter=strange["delimiter"],
        )
        draft = guessed(folder, Known(time_zone="America/Sao_Paulo"))
        assert draft.questions == ()
        columns = "delivery_id, carrier, ordered_at, promised_by, delivered_at, status"
        found = stored(_import(folder, draft), f"{columns}, weight_kg, carrier_charge::double")

    expected = [
        (
            *row[:2],
            *(moment and _in_utc(moment) for moment in row[2:5]),
            "delivered" if row[4] else "open",
            *row[6:],
        )
        for row in rows
    ]
    assert sorted(found) == sorted(expected)


@settings(quick, max_examples=6)
@given(STRANGE)
def test_whatever_the_dialect_the_deliveries_arrive_as_they_were_written(
    strange: dict[str, Any],
) -> None:
    _arrives_as_written(strange)


@pytest.mark.slow
@settings(quick, max_examples=LONG)
@given(STRANGE)
def test_in_very_many_dialects_the_deliveries_arrive_as_they_were_written(
    strange: dict[str, Any],
) -> None:
    _arrives_as_written(strange)


def _in_utc(local: datetime) -> datetime:
    zoned = local.replace(tzinfo=ZoneInfo("America/Sao_Paulo"))
    return zoned.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
    st.sampled_from(
        ["2025-01-05", "13.02.2025", "03/04/2025 10:00", "1,5", "7", "Zugestellt", "ja"]
    ),
)  # fmt: skip
COLUMNS = st.sampled_from(
    ["Sendung", "carrier", "bestellt", "zugesagt", "Status", "x", "select", 'a"b', "it's", "a\nb",
     "Gewicht", "lat", "lon", "on time", "délivré", "_file", "", "order"]
)  # fmt: skip


ANY_TABLE = (
    st.lists(COLUMNS, min_size=1, max_size=9),
    st.lists(st.lists(VALUES, min_size=9, max_size=9), max_size=5),
    st.sampled_from(";,\t"),
)


def _table_imports_or_says_why(names: list[str], rows: list[list[str]], delimiter: str) -> None:
    with TemporaryDirectory() as place:
        cut = [row[: len(names)] for row in rows]
        folder = write_file(Path(place) / "files", names, cut, delimiter=delimiter)
        _imports_or_says_why(folder)


@settings(quick, max_examples=20)
@given(*ANY_TABLE)
def test_whatever_table_comes_in_it_imports_or_is_refused_in_one_line(
    names: list[str], rows: list[list[str]], delimiter: str
) -> None:
    _table_imports_or_says_why(names, rows, delimiter)


@pytest.mark.slow
@settings(quick, max_examples=LONG)
@given(*ANY_TABLE)
def test_very_many_tables_import_or_are_refused_in_one_line(
    names: list[str], rows: list[list[str]], delimiter: str
) -> None:
    _table_imports_or_says_why(names, rows, delimiter)


@settings(quick, max_examples=20)
@given(st.binary(max_size=300))
def test_whatever_bytes_come_in_they_import_or_are_refused_in_one_line(data: bytes) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "files"
        folder.mkdir()
        (folder / "x.csv").write_bytes(data)
        _imports_or_says_why(folder)


def _imports_or_says_why(folder: Path) -> None:
    refusal, questions = "", ()
    try:
        draft = guessed(folder)
        questions = draft.questions
        _import(folder, draft)
    except DashboardError as refused:
        refusal = str(refused)

    if refusal:
        assert re.fullmatch(r"[^\n]+; [^\n]+", refusal)
    else:
        assert not [one for one in questions if one.kind in ("missing", "constant", "table")]


def test_what_is_not_decided_is_refused_by_the_check_and_never_read_one_way(
    tmp_path: Path,
) -> None:
    rows = [
        ("S1", "Wren", "2025-02-13 08:00", "03/04/2025", "", "Zugestellt"),
        ("S2", "Wren", "2025-02-13 08:00", "04/04/2025", "", "Code 7"),
    ]
    folder = write_file(tmp_path / "files", rows=rows)

    with pytest.raises(SourceError) as refused:
        _import(folder, guessed(folder))

    assert "unparseable:promised_by" in str(refused.value)


def test_a_word_that_nobody_decided_is_refused_row_by_row(tmp_path: Path) -> None:
    rows = [
        ("S1", "Wren", "2025-02-13 08:00", "2025-02-14", "2025-02-14 09:00", "Zugestellt"),
        ("S2", "Wren", "2025-02-13 08:00", "2025-02-14", "", "Code 7"),
    ]
    folder = write_file(tmp_path / "files", rows=rows)

    warehouse = _import(folder, guessed(folder))

    assert warehouse.newest().tables[0].reasons == {"not_in_domain:status": 1}


def test_epochs_thousands_money_and_mixed_dates_arrive_as_they_were_meant(tmp_path: Path) -> None:
    names = ("shipment", "carrier", "created", "due", "delivered", "freight")
    rows = [
        ("S1", "Wren", "1739433909", "14.02.2025 18:00", "13.02.25 20:00", "1.234,50 €"),
        ("S2", "Wren", "1739433910", "15.02.2025", "", "7,25 €"),
    ]
    folder = write_file(tmp_path / "files", names, rows, delimiter=";")

    warehouse = _import(folder, guessed(folder, Known(time_zone="UTC")))

    columns = "delivery_id, ordered_at, promised_by, delivered_at, status, carrier_charge::double"
    assert stored(warehouse, columns) == [
        ("S1", datetime(2025, 2, 13, 8, 5, 9), datetime(2025, 2, 14, 18), datetime(2025, 2, 13, 20), "delivered", 1234.5),  # noqa: DTZ001, E501
        ("S2", datetime(2025, 2, 13, 8, 5, 10), datetime(2025, 2, 15), None, "open", 7.25),  # noqa: DTZ001
    ]  # fmt: skip


def test_a_profile_that_was_edited_is_never_overwritten(tmp_path: Path) -> None:
    draft = guessed(write_file(tmp_path / "files"))
    profile = tmp_path / "own"

    write(draft, profile)
    write(replace(draft, label="Again"), profile)
    edited = profile / "deliveries.sql"
    edited.write_text(edited.read_text("utf-8") + "-- mine\n", "utf-8")

    with pytest.raises(DashboardError) as refused:
        write(draft, profile)
    assert str(refused.value) == (
        f"{profile} holds files of yours; name another folder with --out"
    )
    assert edited.read_text("utf-8").endswith("-- mine\n")
    assert 'label = "Again"' in (profile / "profile.toml").read_text("utf-8")


def test_two_files_for_one_table_are_two_parts(tmp_path: Path) -> None:
    folder = write_file(tmp_path / "files", name="tms.csv")
    names = ("parcel", "carrier", "created", "due", "delivered", "state")
    write_file(folder, names, [("P1", "Kite", *["2025-03-01"] * 3, "ok")], "manual parcels.csv")

    draft = guessed(folder)

    assert [name for name in texts(draft) if name.startswith("deliveries")] == [
        "deliveries.manual_parcels.sql",
        "deliveries.tms.sql",
    ]
    assert sorted(stored(_import(folder, draft), "delivery_id")) == [("P1",), ("S1",)]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_line_without_end_is_refused_before_it_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(layout, "MOST_BYTES", 1 << 16)
    monkeypatch.setattr(layout, "_CHUNK", 1 << 14)
    folder = write_file(tmp_path / "files", encoding=encoding)
    with (folder / "shipments.csv").open("ab") as file:
        file.write("ü".encode(encoding) * 100)
        for _ in range(100):
            file.write(b"x" * (1 << 14))

    with pytest.raises(SourceError) as refused:
        guessed(folder)

    assert str(refused.value).startswith("shipments.csv has a record of over 0 MiB; ")


def test_five_gigabytes_of_nothing_are_refused_by_the_first_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    with (folder / "x.csv").open("wb") as file:
        file.truncate(5 << 30)

    with pytest.raises(SourceError) as refused:
        guessed(folder)

    assert str(refused.value).startswith("x.csv is empty") or "NUL" in str(refused.value)


def test_the_public_olist_files_give_the_figures_of_their_own_profile(
    olist: Reader, olist_folder: Path, tmp_path: Path
) -> None:
    known = Known(time_zone="America/Sao_Paulo", constants={"carrier": "unknown"})
    warehouse = Warehouse(tmp_path / "warehouse")
    draft = warehouse.guess_profile(olist_folder, known)
    write(draft, tmp_path / "own")
    as_of = olist.manifest.as_of
    options = ImportOptions(str(tmp_path / "own"), as_of, now=IMPORT_TIME)

    warehouse.import_folder(olist_folder, options)

    guessed_reader = warehouse.reader(None, LOCAL_USER)
    assert draft.questions == ()
    for metric in ("on_time_rate", "delivered_only_on_time_rate", "volume"):
        sums = [
            reader.roll_up((metric,), (), Scope()).select("numerator", "denominator").row(0)
            for reader in (guessed_reader, olist)
        ]
        assert sums[0] == sums[1]
