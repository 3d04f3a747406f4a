"""Contracts read from TOML: every mistake is refused by name, with the remedy."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dashboard.catalog import Catalog
from dashboard.contracts.clauses import WITH_GRACE, Rate
from dashboard.contracts.contract import Contract
from dashboard.errors import ContractError

LONGEST: Final = 1_000_000
"""Bytes that a contract's file may have."""

_TAGS: Final = (
    "cliff",
    "consecutive",
    "earn_back",
    "incentive",
    "linear",
    "min_volume",
    "per_delivery",
    "tier",
)
_KINDS: Final = {
    "string_type": "text in quotes",
    "int_type": "a whole number without quotes",
    "bool_type": "true or false",
    "date_type": "a day without quotes, like 2026-01-01",
    "tuple_type": "a list in square brackets",
    "model_type": "a table in curly or square brackets",
    "model_attributes_type": "a table in curly or square brackets",
}


@dataclass(frozen=True)
class Vocabulary:
    """What a contract may name.

    Attributes:
        metrics: Shares of deliveries in the catalogue, where higher is better.
        fees: Columns of deliveries that hold money.
    """

    metrics: tuple[str, ...]
    fees: tuple[str, ...]


def vocabulary(catalog: Catalog) -> Vocabulary:
    """What contracts may name, by a catalogue."""
    shares = [
        metric.name
        for metric in catalog.metrics.values()
        if (metric.fact, metric.unit, metric.better) == ("deliveries", "share", "higher")
    ]
    columns = catalog.contract["deliveries"].columns
    return Vocabulary(
        tuple(shares), tuple(name for name, one in columns.items() if one.type == "money")
    )


def read_contract(path: Path, known: Vocabulary) -> Contract:
    """Read one contract from its file.

    Raises:
        ContractError: It cannot be read, is no TOML, or breaks a rule: the message names
            file, clause and key, what was found and what is needed.
    """
    try:
        return parse(_text(path), known)
    except UnicodeDecodeError as wrong:
        message = f"{path.name} is no UTF-8 from byte {wrong.start} on; save it as UTF-8"
        raise ContractError(message) from wrong
    except OSError as wrong:
        message = f"{path.name} cannot be read ({wrong.strerror}); name a file that can"
        raise ContractError(message) from wrong
    except ContractError as refused:
        message = f"{path.name}: {refused}"
        raise ContractError(message) from None


def _text(path: Path) -> str:
    if path.stat().st_size > LONGEST:
        message = f"it has over {LONGEST:,} bytes; write one contract a file"
        raise ContractError(message)
    return path.read_bytes().decode("utf-8-sig")


def parse(text: str, known: Vocabulary) -> Contract:
    """Read a contract from TOML text.

    Raises:
        ContractError: As `read_contract`, without the file.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as wrong:
        message = f"it is no TOML ({_line(wrong)}); write one key = value on each line"
        raise ContractError(message) from wrong
    return checked(data, known)


def checked(data: dict[str, Any], known: Vocabulary) -> Contract:
    """A contract from its tables, as TOML gives them.

    Raises:
        ContractError: As `read_contract`, without the file.
    """
    try:
        contract = Contract.model_validate(data)
    except ValidationError as wrong:
        raise ContractError(_sentence(wrong.errors()[0], data)) from None
    except RecursionError as wrong:
        message = "it is nested too deeply; write one table for each clause"
        raise ContractError(message) from wrong
    _check_names(contract, known)
    return contract


def _line(wrong: Exception) -> str:
    said = " ".join(str(wrong).split())
    return said[:120] or type(wrong).__name__


def _check_names(contract: Contract, known: Vocabulary) -> None:
    if contract.contract.fee_base not in known.fees:
        message = f"[contract]: fee_base is {_unknown(contract.contract.fee_base, known.fees)}"
        raise ContractError(message)
    for clause in contract.clauses:
        if not isinstance(clause, Rate):
            continue
        if clause.metric not in known.metrics:
            message = f"{clause.id}: unknown metric {_unknown(clause.metric, known.metrics)}"
            raise ContractError(message)
        if clause.grace_minutes and clause.metric not in WITH_GRACE:
            message = (
                f"{clause.id}: grace_minutes on {clause.metric}; leave them out, or measure "
                f"{' or '.join(WITH_GRACE)}"
            )
            raise ContractError(message)


def _unknown(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    nearest = get_close_matches(name, names, n=1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"use one of {', '.join(names)}"
    return f"'{name:.60}'; {hint}"


def _sentence(error: ErrorDetails, data: dict[str, Any]) -> str:
    """One refusal of the grammar as `<where>: <key> <what was found>; <what is needed>`."""
    where, key = _place(error["loc"], data)
    key = key or ("" if error["type"] == "value_error" else "it")
    kind, given = error["type"], error["input"]
    if kind == "value_error":
        said = str(error.get("ctx", {}).get("error", error["msg"]))
        return f"{where}{key} {said}" if key else f"{where}{said}"
    if kind == "missing":
        return f"{where}'{key}' is missing; add it"
    if kind == "extra_forbidden":
        return f"{where}unknown key '{key}'; see the grammar of contracts, or leave it out"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        found = given.get("kind") if isinstance(given, dict) else None
        return f"{where}kind is {found!r:.60}; use one of {', '.join(_TAGS)}"
    if kind == "literal_error":
        expected = error.get("ctx", {}).get("expected", "")
        return f"{where}{key} is {given!r:.60}; use {expected}"
    needed = _KINDS.get(kind, f"write it so that {error['msg'][:1].lower()}{error['msg'][1:]}")
    return f"{where}{key} is {given!r:.60}; {'write ' if kind in _KINDS else ''}{needed}"


def _place(place: Sequence[int | str], data: dict[str, Any]) -> tuple[str, str]:
    """The table or clause as people know it, and the key in it."""
    parts = [part for part in place if part not in _TAGS]
    if not parts:
        return "", ""
    if parts[0] == "clause" and len(parts) > 1 and isinstance(parts[1], int):
        keys = _keys(parts[2:])
        return f"{_clause_name(data['clause'][parts[1]], parts[1])}: ", keys
    if parts[0] == "contract" and isinstance(data.get("contract"), dict):
        return "[contract]: ", _keys(parts[1:])
    return "", _keys(parts)


def _keys(parts: Sequence[int | str]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in parts)


def _clause_name(clause: object, number: int) -> str:
    name = clause.get("id") if isinstance(clause, dict) else None
    return f"{name:.40}" if isinstance(name, str) and name else f"clause {number + 1}"
