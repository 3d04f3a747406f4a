"""Masking what customers wrote before anybody reads it: every mask is visible.

It hides too much rather than too little, and no rule is perfect: texts stay on this
machine, and the examples of a page are few.
"""

import re
from collections.abc import Iterable
from typing import Final

_NAME: Final = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'\u2019.-]*"
_PARTICLES: Final = r"(?:(?:d[aeio]|dos|das|del|van|von|der|den|la|le|zu)[ \t]+){0,2}"
_NAMES: Final = rf"{_NAME}(?:[ \t]+{_PARTICLES}{_NAME}){{0,3}}"
_AFTER: Final = (
    "my name is|this is|i am|mein name ist|ich hei(?:ß|ss)e|ich bin|je m'appelle|je suis|"
    "me llamo|mi nombre es|meu nome [eé]|me chamo|mi chiamo|mijn naam is|nazywam si[eę]|"
    "dear|hello|hi|hey|hallo|guten tag|lieber?|sehr geehrter?|bonjour|cher|ch[eè]re|hola|"
    "estimad[oa]|ol[aá]|prezad[oa]|ciao|gentile|beste|geachte|dzie[nń] dobry|"
    "(?:best |kind |warm )?regards|sincerely|yours|cheers|best wishes|thanks|thank you|"
    "viele gr(?:ü|ue)(?:ß|ss)e|liebe gr(?:ü|ue)(?:ß|ss)e|gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)|"
    "mit freundlichen gr(?:ü|ue)(?:ß|ss)en|mfg|lg|vg|cordialement|merci|saludos|gracias|"
    "atenciosamente|att|abra[cç]os|obrigad[oa]|cordiali saluti|grazie|groeten|"
    "pozdrawiam|mr|mrs|ms|dr|herr|frau|m|mme|mlle|sr|sra|senhor|senhora|pan|pani"
)
_STREETS: Final = r"stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein"
_ROADS: Final = r"street|st|road|rd|avenue|ave|lane|drive|close|court|way|square|terrace"
_BEFORE: Final = r"rua|av\.?|avenida|travessa|calle|via|viale|piazza|ul\.?|ulica|alameda|estrada"
_FRENCH: Final = r"rue|avenue|boulevard|place|chemin|all[eé]e|impasse|quai"

_WORDS: Final = r"[^\d,;.!?\n]{2,40}"
_PATTERNS: Final = (
    (r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.[^\s@<>()\[\],;:]+", "[e-mail]"),
    (r"\b(?:https?://|www\.)\S+", "[link]"),
    (rf"(?i:\b[\w-]*(?:{_STREETS})[ \t]*\d+[ \t]?[a-z]?\b)", "[address]"),
    (rf"(?i:\b\d+[a-z]?,?[ \t]+(?:[\w'-]+[ \t]+){{1,3}}(?:{_ROADS})\b\.?)", "[address]"),
    (rf"(?i:\b\d+[a-z]?,?[ \t]+(?:bis[ \t]+)?(?:{_FRENCH})\b{_WORDS})", "[address]"),
    (rf"(?i:\b(?:{_BEFORE})[ \t]+{_WORDS},?[ \t]*(?:n[º°o]?\.?[ \t]*)?\d+[a-z]?\b)", "[address]"),
    (r"\b(?=[\w-]*\d[\w-]*\d[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{5,}\b", "[number]"),
    (r"(?<!\w)(?:\+|\(\+?)?\d(?:[ \t()./-]{0,2}\d){7,}(?!\w)", "[number]"),
    (r"\b[A-Z]{1,2}\d[A-Z\d]?[ \t]?\d[A-Z]{2}\b", "[postcode]"),
    (r"\b\d{4}[ \t]?[A-Z]{2}\b", "[postcode]"),
    (r"\b\d{2}-\d{3}\b|\b\d{5}(?:-\d{3,4})?\b", "[postcode]"),
    (r"\d{6,}", "[number]"),
    (
        rf"(?i:(?<!\w)({_AFTER})(?!\w))([ \t]*[,.:!-]?\s*)(?!(?i:{_AFTER})\b){_NAMES}",
        r"\1\2[name]",
    ),
)
RULES: Final = tuple((re.compile(pattern), hidden) for pattern, hidden in _PATTERNS)
"""What is looked for, in this order, and what stands in its place."""


def mask(text: str, known: Iterable[str] = ()) -> str:
    """Hide who wrote a text, and about which parcel.

    Args:
        text: As a customer wrote it.
        known: Identifiers that the row itself holds: hidden wherever they stand.

    >>> mask("My name is Anna Vogt, call +49 151 2345678 about D00000123.")
    'My name is [name], call [number] about [number].'
    """
    for identifier in known:
        if identifier:
            text = text.replace(identifier, "[number]")
    for pattern, hidden in RULES:
        text = pattern.sub(hidden, text)
    return text
