"""Whose fault it is: what was declared and what the evidence says, by a file anybody can edit."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeVar, get_args

from dashboard import tree
from dashboard.errors import CatalogError

T = TypeVar("T", bound=str)

Fault = Literal["customer", "shipper", "carrier", "force majeure", "unknown"]
Fact = Literal["lost", "excluded", "handed_over_late", "no_arrival", "arrival"]

FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
FACTS: Final[tuple[Fact, ...]] = get_args(Fact)
UNKNOWN: Final[Fault] = "unknown"


@dataclass(frozen=True)
class Evidence:
    """One line of evidence.

    Attributes:
        fact: What must be there.
        fault: Whose fault it is then.
        over: Declared faults that it overrides; all of them where it names none.
        says: The line in a sentence.
    """

    fact: Fact
    fault: Fault
    over: tuple[Fault, ...]
    says: str


@dataclass(frozen=True)
class Faults:
    """The mapping of one file.

    Attributes:
        declared: Fault by declared reason, in small letters.
        evidence: Lines, the first that applies decides.
        file: Name of the file that says so.
    """

    declared: Mapping[str, Fault]
    evidence: tuple[Evidence, ...]
    file: str

    def by_declaration(self, reason: str | None) -> Fault:
        """Whose fault a declared reason says it is."""
        return self.declared.get((reason or "").strip().lower(), UNKNOWN)

    def by_evidence(self, declared: Fault, facts: Sequence[str]) -> Evidence | None:
        """The line of evidence that decides; None where none applies."""
        for line in self.evidence:
            if line.fact in facts and (not line.over or declared in line.over):
                return line
        return None


def faults_in_use(path: Path | None) -> Faults:
    """The mapping of the setting `faults`; Doorstep's own where none is set.

    Raises:
        CatalogError: As `read_faults`.
    """
    return read_faults(path or tree.root() / "queries" / "faults.toml")


@cache
def read_faults(path: Path) -> Faults:
    """Read a file of faults, once per process.

    Raises:
        CatalogError: The file cannot be read, or breaks the rules; the message says where.
    """
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        message = f"{path.name}: {str(wrong).splitlines()[0]}; write it as queries/faults.toml"
        raise CatalogError(message) from wrong
    strange = set(stated) - {"declared", "evidence"}
    if strange:
        message = f"{path.name}: unknown part '{min(strange)}'; use [declared] and [[evidence]]"
        raise CatalogError(message)
    return Faults(
        _declared(path.name, stated.get("declared", {})),
        tuple(_line(path.name, keys) for keys in stated.get("evidence", [])),
        path.name,
    )


def _declared(file: str, stated: Mapping[str, object]) -> dict[str, Fault]:
    found: dict[str, Fault] = {}
    for name, reasons in stated.items():
        fault = _one_of(file, "declared", name, FAULTS)
        if not isinstance(reasons, list):
            message = f'{file}: [declared] {name} is {reasons!r}; write a list: ["…"]'
            raise CatalogError(message)
        for reason in reasons:
            key = str(reason).strip().lower()
            if found.get(key, fault) != fault:
                message = f"{file}: '{reason}' is {found[key]} and {fault}; keep one of them"
                raise CatalogError(message)
            found[key] = fault
    return found


def _line(file: str, keys: Mapping[str, object]) -> Evidence:
    strange = set(keys) - {"fact", "fault", "over", "says"}
    if strange or not {"fact", "fault"} <= set(keys):
        found = f"unknown key '{min(strange)}'" if strange else f"only {', '.join(sorted(keys))}"
        message = (
            f"{file}: [[evidence]] has {found}; write fact, fault and, if need be, over, says"
        )
        raise CatalogError(message)
    over = keys.get("over", [])
    named = over if isinstance(over, list) else [over]
    return Evidence(
        _one_of(file, "fact", keys["fact"], FACTS),
        _one_of(file, "fault", keys["fault"], FAULTS),
        tuple(_one_of(file, "over", name, FAULTS) for name in named),
        str(keys.get("says", "")),
    )


def _one_of(file: str, where: str, value: object, allowed: tuple[T, ...]) -> T:
    for one in allowed:
        if value == one:
            return one
    message = f"{file}: {where} is '{value}'; use one of {', '.join(allowed)}"
    raise CatalogError(message)
