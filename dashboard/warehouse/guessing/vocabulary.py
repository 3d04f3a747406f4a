"""What other systems call things: reads `queries/synonyms.toml`; names compared as words."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboard.errors import CatalogError

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 200


class _Planned(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    words: frozenset[str]


class _Fillers(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    words: frozenset[str]
    around_times: frozenset[str]
    unlike: frozenset[str]


class _Traps(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    names: frozenset[str]
    says: str


class Vocabulary(BaseModel):
    """Names and words of other systems, every one in the form that `as_words` gives.

    Attributes:
        tables: Names of files by contract table.
        columns: Names of columns by contract table and column.
        planned: Words that say a time was planned.
        fillers: Words that a name may have beside a synonym, more that the name of a time
            may have, and names that mean another thing nevertheless.
        units: Factor from the unit at the end of a name, by contract column.
        words: Values by contract column and the contract's own value.
        traps: Names that are never taken over, and why.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: Mapping[str, frozenset[str]]
    columns: Mapping[str, Mapping[str, frozenset[str]]]
    planned: _Planned
    fillers: _Fillers
    units: Mapping[str, Mapping[str, float]] = Field(default_factory=dict)
    words: Mapping[str, Mapping[str, frozenset[str]]] = Field(default_factory=dict)
    traps: _Traps

    def names_of(self, table: str, column: str) -> frozenset[str]:
        """All names of a contract column, its own among them."""
        return self.columns.get(table, {}).get(column, frozenset()) | {as_words(column)}

    def meaning(self, column: str, value: str) -> str | None:
        """The contract's word for a value; None if nobody knows it."""
        said = as_words(value)
        known = self.words.get(column, {})
        return next((word for word, others in known.items() if said in others), None)

    def is_trap(self, name: str) -> bool:
        """Whether a column's name looks like an answer and is none."""
        said = as_words(name)
        return any(said == trap or said.endswith(f" {trap}") for trap in self.traps.names)


def read_vocabulary(queries: Path) -> Vocabulary:
    """Read the synonyms.

    Raises:
        CatalogError: The file breaks its own rules.
    """
    path = queries / "synonyms.toml"
    try:
        return Vocabulary(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as broken:
        message = f"{path.name}: {str(broken).splitlines()[0]}; see the comment at its top"
        raise CatalogError(message) from broken


def as_words(name: str) -> str:
    """A name as small words without accents, signs and camel case.

    >>> as_words("Sendungs-Nr.")
    'sendungs nr'
    >>> as_words("deliveredAt"), as_words("GEWÄHLT_am"), as_words("Date prévue")
    ('delivered at', 'gewaehlt am', 'date prevue')
    """
    text = _CAMEL.sub(" ", name[:_LONGEST]).lower().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", text).strip()
