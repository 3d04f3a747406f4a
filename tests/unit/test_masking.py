"""Masking: what may not be read is not there any more, whatever stands around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.satisfaction.masking import mask

BY_HAND = {
    "My name is Anna Vogt.": "My name is [name]",
    "Ich heiße Jonas Brandt und warte": "Ich heiße [name] und warte",
    "Meu nome é João da Silva": "Meu nome é [name]",
    "Regards, Anna Vogt": "Regards, [name]",
    "Viele Grüße\nJonas Brandt": "Viele Grüße\n[name]",
    "Dear Mr Smith, where is it?": "Dear Mr [name], where is it?",
    "Sehr geehrte Frau Müller-Lüdenscheidt, danke": "Sehr geehrte Frau [name], danke",
    "Cordialement Claire": "Cordialement [name]",
    "write to j.brandt+x@mail.example.org!": "write to [e-mail]",
    "call +49 151 2345678": "call [number]",
    "call (0151) 23 45 67 89 please": "call [number] please",
    "tel 11 98765-4321": "tel [number]",
    "parcel D00000123, order O00000077": "parcel [number], order [number]",
    "pedido 583174fbe37d3d5f0d6661be3aad1786": "pedido [number]",
    "Lindenweg 14, 09031 Neustadt": "[address], [postcode] Neustadt",
    "Hauptstr. 5b": "[address]",
    "221b Baker Street please": "[address] please",
    "12 rue de la Paix, Paris": "[address], Paris",
    "Rua das Flores, 123": "[address]",
    "ul. Długa 7": "[address]",
    "in SW1A 1AA": "in [postcode]",
    "1012 AB Amsterdam": "[postcode] Amsterdam",
    "CEP 01310-100": "CEP [number]",
    "see https://example.org/t/123": "see [link]",
}


@pytest.mark.parametrize("text", BY_HAND)
def test_what_tells_who_wrote_is_hidden(text: str) -> None:
    assert mask(text) == BY_HAND[text]


@pytest.mark.parametrize(
    "text",
    [
        "Parcel left in the rain.",
        "I waited 2 hours until 14:30 and nobody rang",
        "Thank you, great service!",
        "I am very angry, 3 of 10 were broken",
        "Produto não chegou no prazo",
        "",
    ],
)
def test_what_tells_what_happened_stays(text: str) -> None:
    assert mask(text) == text


def test_identifiers_of_the_row_itself_are_hidden_whatever_they_look_like() -> None:
    assert mask("about X-Y and X-Y", ("X-Y", "")) == "about [number] and [number]"


LETTERS = st.text(st.characters(categories=("Ll",), max_codepoint=0x17F), min_size=1, max_size=12)
DIGITS = st.text("0123456789", min_size=8, max_size=14)
FILLER = st.lists(LETTERS, max_size=6).map(" ".join)


@given(FILLER, LETTERS, LETTERS, FILLER)
def test_no_mail_address_is_left(before: str, user: str, host: str, after: str) -> None:
    address = f"{user}@{host}.org"

    assert address not in mask(f"{before} {address} {after}")


@given(FILLER, DIGITS, st.sampled_from(("", "+", "D", "order-")), FILLER)
def test_no_long_number_is_left(before: str, digits: str, prefix: str, after: str) -> None:
    assert digits not in mask(f"{before} {prefix}{digits} {after}")


@given(FILLER, st.sampled_from(("Anna", "Łukasz", "Émile", "Jürgen")), st.sampled_from(
    ("Regards,", "my name is", "Hallo", "Grüße\n", "Cordialement,", "Dear")))  # fmt: skip
def test_no_name_is_left_after_a_greeting(before: str, name: str, greeting: str) -> None:
    assert name not in mask(f"{before}. {greeting} {name}")


@given(st.text(max_size=80))
def test_a_masked_text_has_nothing_more_to_hide(text: str) -> None:
    once = mask(text)

    assert mask(once) == mask(mask(once))
