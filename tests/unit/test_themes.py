"""Themes by keywords: what matches, in which languages, and what is refused."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import LOCAL_USER
from dashboard.errors import CatalogError
from dashboard.scope import Scope
from dashboard.settings import Settings
from dashboard.themes import Theme, Themes, fold, keyword, read_themes, themes_in_use
from dashboard.warehouse import Warehouse
from dashboard.warehouse.theming import _folded, themes_of
from tests.conftest import Import
from tests.rows import delivery

OWN = Themes(
    (
        Theme("rain", "Rain", tuple(map(keyword, ("regen*", "in the rain", "wet")))),
        Theme("where", "Where", tuple(map(keyword, ("não chegou", "wet")))),
        Theme("leak", "Leak", (keyword("*漏*"),)),
    )
)


def matched(*texts: str | None) -> list[str | None]:
    return themes_of(pl.Series("text", texts, dtype=pl.String), OWN).to_list()


def test_whole_words_stems_and_phrases_match_whatever_their_accents_and_case() -> None:
    assert matched("REGENWASSER überall", "Left in  the\nRain.", "nao chegou ainda") == [
        "rain=regen*",
        "rain=in the rain",
        "where=não chegou",
    ]


def test_a_part_of_a_word_is_no_match_and_nothing_is_null() -> None:
    assert matched("sweater, wetter, Bremenregen", "", None) == [None, None, None]


def test_a_word_of_two_themes_counts_for_both_and_once_each() -> None:
    assert matched("wet, wet, wet") == ["rain=wet|where=wet"]


def test_a_language_without_spaces_is_matched_anywhere() -> None:
    assert matched("箱が漏れている") == ["leak=*漏*"]


def test_no_theme_at_all_matches_nothing() -> None:
    assert themes_of(pl.Series(["rain"]), Themes(())).to_list() == [None]


ASSIGNED = st.characters(exclude_categories=("Cn", "Cs", "Co"))


@given(st.text(ASSIGNED, max_size=60))
def test_many_texts_are_folded_as_one_is(text: str) -> None:
    assert _folded(pl.Series([text]))[0].split() == fold(text).split()


@given(st.lists(st.sampled_from(["rain", "Regen", "wet", "não", "chegou", "!", "\n", "x"])))
def test_what_matches_is_what_a_search_of_the_folded_text_finds(words: list[str]) -> None:
    text = " ".join(words)
    pairs = [
        f"{theme.name}={word.text}"
        for theme in OWN.themes
        for word in theme.keywords
        if word.pattern in fold(text)
    ]

    assert matched(text) == ["|".join(pairs) or None]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("Parcel left in the rain", "rain"),
        ("Paket stand im Regen", "rain"),
        ("tudo molhado, muita chuva", "rain"),
        ("Produto não chegou no prazo", "where"),
        ("Comprei e ainda NÃO RECEBI", "where"),
        ("Consta como entregue, mas não veio", "said_delivered"),
        ("Où est mon colis ?", "where"),
        ("Encore en retard", "late"),
        ("Przesyłka trafiła do sąsiada", "place"),
        ("Veio quebrado", "damaged"),
        ("Bitte um Erstattung", "refund"),
    ],
)
def test_doorsteps_own_keywords_know_several_languages(text: str, theme: str) -> None:
    found = themes_of(pl.Series([text]), themes_in_use(None))[0] or ""

    assert theme in {pair.partition("=")[0] for pair in found.split("|")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[Rain]\nlabel = 'x'", "t.toml: 'Rain' is no theme; write [name] in small letters, "
         "then its keys"),
        ("[rain]\nen = ['wet']", 't.toml: [rain] has no label; add label = "…"'),
        ("[rain]\nlabel = 'x'\nen = 'wet'", "t.toml: [rain] holds more than lists of words; "
         'write en = ["…"]'),
        ("[rain]\nlabel = 'x'\nen = ['!*']", "t.toml: [rain] has '!*'; a keyword needs letters, "
         "and no | = or ;"),
        ("[rain]\nlabel = 'x'\nen = ['a=b']", "t.toml: [rain] has 'a=b'; a keyword needs "
         "letters, and no | = or ;"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_the_rules_is_refused_by_name(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CatalogError) as refusal:
        read_themes(path)

    assert str(refusal.value) == message


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"^none.toml: .*; see docs/how-to/edit-themes.md$"):
        read_themes(tmp_path / "none.toml")


CONTACTS = [
    {"contact_id": 1, "delivery_id": "a", "opened_at": "2026-03-05", "text": "soaked!"},
    {"contact_id": 2, "delivery_id": "a", "opened_at": "2026-03-06", "theme": "dam;age"},
]


def test_contacts_themes_and_the_tools_own_stand_side_by_side(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("a")], contacts=CONTACTS)

    reader = warehouse.reader(None, LOCAL_USER)

    assert reader.distribution("contact_themes", (), Scope()).rows() == [("rain=soaked;", 1)]
    assert reader.distribution("contact_tool_themes", (), Scope()).rows() == [(";dam,age", 1)]


def test_another_file_of_themes_is_matched_by_the_next_import_of_the_same_files(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[soap]\nlabel = "Soap"\nen = ["soaked"]\n')
    rows = {"deliveries": [delivery("a")], "contacts": CONTACTS}
    put_in(**rows)

    warehouse.settings = Settings(themes=own)
    again = put_in(**rows)

    assert again.published
    found = warehouse.reader(None, LOCAL_USER).distribution("contact_themes", (), Scope())
    assert found["value"].to_list() == ["soap=soaked;"]
