"""Themes of what customers write: keywords in a file that anybody can edit.

No model guesses: a text belongs to a theme because it holds one of the theme's words, and
the words that matched are kept beside it.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from dashboard import tree
from dashboard.errors import CatalogError

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED: Final = re.compile(r"[|=;\n]")
FOLDED: Final = {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "\u0131": "i"}
"""Letters that are no letter with an accent, and how people write them without."""

END, PAIR = "|", "="
"""What stands after a match, and between its theme and its keyword."""


@dataclass(frozen=True)
class Keyword:
    """A word, a stem or a phrase of one theme.

    Attributes:
        text: As the file has it: a star at an end stands for any letters.
        pattern: What a folded text must hold.
    """

    text: str
    pattern: str


@dataclass(frozen=True)
class Theme:
    """What several words are about."""

    name: str
    label: str
    keywords: tuple[Keyword, ...]


@dataclass(frozen=True)
class Themes:
    """Every theme of a file, in its order."""

    themes: tuple[Theme, ...]

    def label(self, name: str) -> str:
        """What people call a theme; its name where this file no longer has it."""
        return next((one.label for one in self.themes if one.name == name), name)


def fold(text: str) -> str:
    """A text as keywords are looked for in it: small letters, no accents, single spaces.

    >>> fold("Não CHEGOU!  Straße…")
    ' nao chegou strasse '
    """
    small = text.lower()
    for old, new in FOLDED.items():
        small = small.replace(old, new)
    kinds = (
        (sign, unicodedata.category(sign)[0]) for sign in unicodedata.normalize("NFKD", small)
    )
    bare = "".join(sign if kind in "LN" else " " for sign, kind in kinds if kind != "M")
    return f" {' '.join(bare.split())} "


def keyword(text: str) -> Keyword:
    """Read one entry of a theme.

    >>> keyword("Regen*").pattern, keyword("in the rain").pattern, keyword("*漏*").pattern
    (' regen', ' in the rain ', '漏')
    """
    folded = fold(text).strip()
    start = "" if text.startswith("*") else " "
    end = "" if text.endswith("*") else " "
    return Keyword(text, f"{start}{folded}{end}" if folded else "")


def themes_in_use(path: Path | None) -> Themes:
    """The themes of the setting `themes`; Doorstep's own where none is set.

    Raises:
        CatalogError: As `read_themes`.
    """
    return read_themes(path or tree.root() / "queries" / "themes.toml")


@cache
def read_themes(path: Path) -> Themes:
    """Read a file of themes, once per process.

    Args:
        path: TOML: per theme a label, and lists of keywords by language.

    Raises:
        CatalogError: The file cannot be read, or breaks the rules; the message says where.
    """
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        message = f"{path.name}: {str(wrong).splitlines()[0]}; see docs/how-to/edit-themes.md"
        raise CatalogError(message) from wrong
    return Themes(tuple(_theme(path.name, name, keys) for name, keys in stated.items()))


def _theme(file: str, name: str, keys: object) -> Theme:
    if not _NAME.fullmatch(name) or not isinstance(keys, dict):
        message = f"{file}: '{name}' is no theme; write [name] in small letters, then its keys"
        raise CatalogError(message)
    label = keys.get("label")
    if not isinstance(label, str) or not label:
        message = f'{file}: [{name}] has no label; add label = "…"'
        raise CatalogError(message)
    lists = [words for key, words in keys.items() if key != "label"]
    if not all(isinstance(words, list) for words in lists):
        message = f'{file}: [{name}] holds more than lists of words; write en = ["…"]'
        raise CatalogError(message)
    texts = [str(text) for words in lists for text in words]
    return Theme(name, label, tuple(_checked(file, name, text) for text in texts))


def _checked(file: str, theme: str, text: str) -> Keyword:
    found = keyword(text)
    if not found.pattern or _RESERVED.search(text):
        message = f"{file}: [{theme}] has '{text}'; a keyword needs letters, and no | = or ;"
        raise CatalogError(message)
    return found
