"""Columns are matched with the contract by name and by content; what is open is asked."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard import tree
from dashboard.contract import read_contract
from dashboard.errors import ProfileError, SourceError
from dashboard.warehouse import Known, Warehouse
from dashboard.warehouse.guessing import decide, give_meaning, set_constant, texts
from dashboard.warehouse.guessing.vocabulary import as_words, read_vocabulary
from tests.guesses import NAMES, ROW, filled, guessed, write_file

QUERIES = tree.root() / "queries"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "my-data"


def _why(folder: Path, column: str) -> str:
    columns = guessed(folder).tables[0].columns
    return next(one.why for one in columns if one.name == column)


# Synonyms


def test_synonyms_name_columns_of_the_contract_in_comparable_form() -> None:
    vocabulary, contract = read_vocabulary(QUERIES), read_contract(QUERIES)

    assert set(vocabulary.tables) <= set(contract)
    for table, columns in vocabulary.columns.items():
        assert set(columns) <= set(contract[table].columns)
        names = [name for known in columns.values() for name in known]
        assert [name for name in names if as_words(name) != name] == []
        assert len(names) == len(set(names))
    for column, words in vocabulary.words.items():
        own = {value for t in contract.values() for value in _values(t.columns.get(column))}
        assert set(words) <= (own or {"true", "false"})
        assert all(as_words(word) == word for known in words.values() for word in known)


def _values(column: object) -> tuple[str, ...]:
    return getattr(column, "values", ())


@pytest.mark.parametrize(
    "names",
    [
        ("Tracking Number", "Courier", "Order Date", "Estimated Delivery", "Delivered", "State"),
        ("Sendungs-Nr.", "Frachtführer", "Bestellt am", "Zugesagt bis", "Zugestellt um", "Status"),
        ("Numéro de colis", "Transporteur", "Date de commande", "Date prévue", "Livré le",
         "Statut"),
        ("Número de envío", "Transportista", "Fecha de pedido", "Fecha prevista",
         "Fecha de entrega", "Estado"),
        ("trackingNumber", "carrierName", "orderedAt", "promised_by_utc", "deliveredAt", "status"),
    ],
)  # fmt: skip
def test_names_in_four_languages_are_known(folder: Path, names: tuple[str, ...]) -> None:
    draft = guessed(write_file(folder, names))

    assert list(filled(draft).values()) == [
        "delivery_id",
        "carrier",
        "ordered_at",
        "promised_by",
        "delivered_at",
        "status",
    ]
    assert draft.questions == ()


def test_the_contracts_own_names_win_over_synonyms(folder: Path) -> None:
    write_file(folder, (*NAMES, "delivery_id"), [(*ROW, "D1")])

    assert filled(guessed(folder))["delivery_id"] == "delivery_id"
    assert _why(folder, NAMES[0]) == "looks like delivery_id, which 'delivery_id' fills"


# Names are not believed against the values


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("delivered", "ja", "named like delivered_at, but its values are no times (“ja”)"),
        ("weight", "heavy", "named like weight_kg, but its values are no numbers (“heavy”)"),
        ("attempts", "1.5", "named like attempts, but its values are not whole (“1.5”)"),
        ("latitude", "5243", "named like latitude, but its values lie outside -90 to 90 (“5243”)"),
        ("lat", "52.4312", "latitude without longitude says nothing"),
        ("colour", "red", "no contract column is called so"),
    ],
)
def test_a_column_is_left_out_with_its_reason(
    folder: Path, name: str, value: str, why: str
) -> None:
    names = [one for one in NAMES if one != "zugestellt"]
    row = [ROW[NAMES.index(one)] for one in names]
    write_file(folder, [*names, name], [[*row, value]])

    assert name not in filled(guessed(folder))
    assert _why(folder, name) == why


@pytest.mark.parametrize("name", ["On Time", "Reached.on.Time_Y.N", "pünktlich", "is_late"])
def test_a_column_that_says_on_time_is_never_taken_over(folder: Path, name: str) -> None:
    write_file(folder, (*NAMES, name), [(*ROW, "1")])

    assert name not in filled(guessed(folder))
    assert _why(folder, name).endswith("often mean the opposite (1 = late)")


def test_a_planned_time_never_fills_a_time_of_what_happened(folder: Path) -> None:
    names = [*NAMES[:3], "planned delivery date", *NAMES[5:]]
    write_file(folder, names, [[*ROW[:4], ROW[5]]])

    assert filled(guessed(folder))["planned delivery date"] == "promised_by"


# By content


def test_status_ids_and_places_are_guessed_by_their_values(folder: Path) -> None:
    names = ("Vorgang", "Spediteur", "bestellt", "zugesagt bis", "x", "geo1", "geo2")
    rows = [
        (
            f"V{n}",
            "Wren",
            "2025-02-13 08:00",
            "2025-02-14 18:00",
            word,
            f"52.{n}1234",
            f"13.{n}4567",
        )
        for n, word in enumerate(["Zugestellt", "unterwegs", "Verloren"])
    ]

    columns = guessed(write_file(folder, names, rows)).tables[0].columns

    found = {one.name: (one.target, one.confidence) for one in columns}
    assert found["Vorgang"] == ("delivery_id", "guess")
    assert found["x"] == ("status", "guess")
    assert found["geo1"] == ("latitude", "guess")
    assert found["geo2"] == ("longitude", "guess")


def test_ratings_are_guessed_by_their_values(folder: Path) -> None:
    write_file(folder)
    names = ("Umfrage", "Sendungsnummer", "verschickt am", "q7")
    rows = [(f"U{n}", "S1", "2025-02-16", str(n)) for n in range(1, 6)]
    write_file(folder, names, rows, "umfragen.csv")

    table = guessed(folder).tables[1]

    assert table.table is not None
    assert table.table.name == "surveys"
    assert [one.target for one in table.columns] == [
        "survey_id",
        "delivery_id",
        "sent_at",
        "rating",
    ]


# What only a person knows


def test_an_open_order_of_day_and_month_is_asked_and_not_chosen(folder: Path) -> None:
    row = ("S1", "Wren", "03/04/2025 08:00", "04/04/2025 18:00", "", "Zugestellt")
    draft = guessed(write_file(folder, rows=[row]))

    assert [(one.kind, one.about) for one in draft.questions] == [
        ("order", "bestellt"),
        ("order", "zugesagt bis"),
    ]
    assert draft.questions[0].says == (
        "'bestellt' can be read day first or month first (“03/04/2025 08:00”); say which"
    )
    assert "strptime" not in texts(draft)["deliveries.sql"]
    decided = guessed(folder, Known(order="month first"))
    assert decided.questions == ()
    assert "'%m/%d/%Y %H:%M'" in texts(decided)["deliveries.sql"]


def test_another_column_of_the_file_may_tell_the_order(folder: Path) -> None:
    row = ("S1", "Wren", "03/04/2025 08:00", "04/13/2025 18:00", "", "Zugestellt")

    draft = guessed(write_file(folder, rows=[row]))

    assert draft.questions == ()
    assert _why(folder, "bestellt").endswith("; month first as in 'zugesagt bis'")


def test_unknown_words_are_asked(folder: Path) -> None:
    rows = [ROW, (*ROW[:5], "Code 7"), (*ROW[:5], "Code 8")]
    draft = guessed(write_file(folder, rows=[("S" + str(n), *r[1:]) for n, r in enumerate(rows)]))

    assert [one.says for one in draft.questions] == [
        "'Status' has “Code 7”, “Code 8”; say which status that is"
    ]
    told = guessed(folder, Known(means={"Code 7": "failed", "Code 8": "lost"}))
    assert told.questions == ()
    assert "when 'Code 8' then 'lost'" in texts(told)["deliveries.sql"]


def test_a_meaning_outside_the_contract_is_refused(folder: Path) -> None:
    write_file(folder, rows=[(*ROW[:5], "Code 7")])

    with pytest.raises(ProfileError) as refused:
        guessed(folder, Known(means={"Code 7": "broken"}))

    assert str(refused.value) == (
        "'Code 7' cannot mean 'broken'; use one of open, delivered, failed, returned, lost, "
        "cancelled"
    )


def test_a_missing_column_is_asked_and_may_be_stated(folder: Path) -> None:
    write_file(folder, [NAMES[0], *NAMES[2:]], [[ROW[0], *ROW[2:]]])

    assert [one.says for one in guessed(folder).questions] == [
        "no column of shipments.csv is known to be carrier; choose one, or one carrier for all "
        "rows"
    ]
    stated = guessed(folder, Known(constants={"carrier": "O'Neil"}))
    assert stated.questions == ()
    assert "'O''Neil' as carrier" in texts(stated)["deliveries.sql"]


def test_files_without_deliveries_are_said(folder: Path) -> None:
    write_file(folder, ("colour", "size"), [("red", "L")], "stock.csv")

    assert [one.kind for one in guessed(folder).questions] == ["table"]


def test_a_status_is_made_from_times_where_none_is_given(folder: Path) -> None:
    write_file(folder, NAMES[:5], [ROW[:5]])

    draft = guessed(folder)

    assert draft.questions == ()
    assert "is not null then 'delivered'" in texts(draft)["deliveries.sql"]


# Traps of values


def test_promises_that_are_days_are_kept_until_the_day_ends(folder: Path) -> None:
    row = (*ROW[:3], "14.02.2025", *ROW[4:])

    assert (
        "true as promise_is_date"
        in texts(guessed(write_file(folder, rows=[row])))["deliveries.sql"]
    )


def test_units_in_names_are_converted(folder: Path) -> None:
    write_file(folder, (*NAMES, "Gewicht (g)"), [(*ROW, "1500")])

    assert '"Gewicht (g)" as double) * 0.001' in texts(guessed(folder))["deliveries.sql"]


# Files


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("latin-1", "latin-1"),
        ("cp1252", "cp1252"),
        ("cp850", "cp850"),
    ],
)
def test_encodings_are_told_by_their_bytes(folder: Path, encoding: str, stated: str) -> None:
    sign = "€" if encoding in ("utf-8", "utf-16", "cp1252") else "ü"
    write_file(folder, rows=[(ROW[0], f"Mü {sign}", *ROW[2:])], encoding=encoding)

    shape = guessed(folder).tables[0].shape

    assert shape.encoding == stated
    assert shape.columns == NAMES


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_by_even_widths(folder: Path, delimiter: str) -> None:
    write_file(folder, rows=[(ROW[0], "a,b;c", *ROW[2:])], delimiter=delimiter)

    assert guessed(folder).tables[0].shape.delimiter == delimiter


def test_files_of_one_shape_are_one_table(folder: Path) -> None:
    write_file(folder, name="tms_2025-01.csv")
    write_file(
        folder, name="tms_2025-02.csv", rows=[(ROW[0], "Föhr", *ROW[2:])], encoding="cp1252"
    )
    write_file(
        folder, ("survey_id", "delivery_id", "sent_at"), [("1", "S1", "2025-03-01")], "q.csv"
    )

    shapes = [(one.shape.pattern, one.shape.encoding) for one in guessed(folder).tables]

    assert shapes == [("q.csv", "utf-8"), ("tms_*.csv", "latin-1")]


def test_a_dated_name_finds_the_next_file_too_unless_another_table_is_called_so(
    folder: Path,
) -> None:
    write_file(folder, name="tms_2025-01.csv")
    assert guessed(folder).tables[0].shape.pattern == "tms_*.csv"

    write_file(folder, ("survey_id", "delivery_id", "sent_at"), name="tms_2.csv", rows=[])
    assert [one.shape.pattern for one in guessed(folder).tables] == [
        "tms_2.csv",
        "tms_2025-01.csv",
    ]


def test_parquet_keeps_its_types(folder: Path) -> None:
    folder.mkdir()
    table = pa.table({name: [value] for name, value in zip(NAMES, ROW, strict=True)})
    table = table.append_column("Gewicht (g)", pa.array([1500.0]))
    table = table.append_column("Strecke", pa.array([float("nan")]))
    pq.write_table(table, folder / "x.parquet")

    draft = guessed(folder)

    assert filled(draft)["Gewicht (g)"] == "weight_kg"
    assert '"Gewicht (g)" * 0.001 as weight_kg' in texts(draft)["deliveries.sql"]
    assert '"Strecke" as distance_km' in texts(draft)["deliveries.sql"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.csv is empty; it needs a line with column names"),
        (b"PK\x03\x04rest", "x.csv is a ZIP archive or an Excel file; unpack it, or save the "
         "sheet as CSV"),
        (b"\x1f\x8brest", "x.csv is packed with gzip; unpack it first"),
        (b"a,b\0c\n", "x.csv holds NUL bytes; export it as text, or say its encoding in the "
         "profile"),
        (bytes(range(1, 256)), "x.csv holds control characters as no text does; export it as CSV"),
        (b"a,a\n1,2\n", "x.csv has column 'a' twice; give every column a name of its own in the "
         "first line"),
        (b"a,,c\n1,2,3\n", "x.csv has no name over column 2; give every column a name of its own "
         "in the first line"),
        (b"S1,2025-01-01,7\n", "x.csv has values in its first line; give every column a name of "
         "its own in the first line"),
        (b"a,_line\n1,2\n", "x.csv has a column '_line', which Doorstep adds itself; give every "
         "column a name of its own in the first line"),
        (b"x" * (1 << 20) + b"\n", "x.csv has a first line of over 1 MiB; it must name the "
         "columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_by_name(folder: Path, data: bytes, message: str) -> None:
    folder.mkdir()
    (folder / "x.csv").write_bytes(data)

    with pytest.raises(SourceError) as refused:
        guessed(folder)

    assert str(refused.value) == message


def test_a_folder_without_tables_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.md").write_text("hello")

    with pytest.raises(SourceError) as refused:
        guessed(folder)

    assert str(refused.value).startswith(f"{folder} holds only notes.md; it needs CSV or Parquet")


# Corrections


def test_a_correction_lets_go_of_who_filled_the_column_before(folder: Path) -> None:
    write_file(folder, (*NAMES, "Notiz"), [(*ROW, "Kite")])
    table = guessed(folder).tables[0]
    editor = Warehouse(folder).editor()

    changed = editor.choose_target(table, "Notiz", "carrier")

    assert [one.name for one in changed.columns if one.target == "carrier"] == ["Notiz"]
    assert changed.missing == ()
    assert editor.choose_target(changed, "Notiz", None).missing == ("carrier",)


def test_other_tables_decisions_words_and_constants_may_be_chosen(folder: Path) -> None:
    row = ("S1", "Wren", "03/04/2025", "04/04/2025", "", "Code 7")
    table = guessed(write_file(folder, rows=[row])).tables[0]

    answered = decide(table, "bestellt", "order", "day first")
    answered = decide(answered, "zugesagt bis", "order", "day first")
    answered = give_meaning(answered, "Status", "Code 7", "open")
    stated = set_constant(replace(table, columns=()), "carrier", "Wren")
    other = Warehouse(folder).editor().choose_table(table, "customers")

    assert answered.questions == ()
    assert stated.constants == {"carrier": "Wren"}
    assert other.table is not None
    assert other.table.name == "customers"
