"""A clause as texts to change, and the contract with it changed: checked as its file is."""

import re
from collections.abc import Mapping
from typing import Any, Final

from dashboard.contracts.clauses import Clause, Consecutive, MinVolume, PerDelivery, Rate, Tier
from dashboard.contracts.contract import Contract
from dashboard.contracts.numbers import written
from dashboard.contracts.reading import Vocabulary, checked
from dashboard.contracts.sums import Sum
from dashboard.errors import ContractError

NUMBERS: Final = ("target", "below", "step", "multiplier", "share")
_TIER: Final = re.compile(r"\s*(\S+)\s+to\s+(\S+)\s*:\s*(.+?)\s*")


def stated(clause: Clause) -> dict[str, str]:
    """What may be changed of a clause, by its key, as people write it.

    Returns:
        Numbers as a contract writes them; `amount` with '%' where it is of the fee; `tiers`
        one a line; `interval_rule`: its confidence, '' for none; `exclusions` one a line.
    """
    found = {
        name: written(number)
        for name in NUMBERS
        if (number := getattr(clause, name, None)) is not None
    }
    amount = getattr(clause, "amount", None)
    if amount is not None:
        found["amount"] = _amount(amount)
    if isinstance(clause, Tier):
        found["tiers"] = "\n".join(
            f"{written(one.low)} to {written(one.high)}: {_amount(one)}" for one in clause.bands
        )
        found.setdefault("target", "")
    if isinstance(clause, Rate):
        rule = clause.interval_rule
        found["interval_rule"] = "" if rule.kind == "none" else written(rule.confidence)
    if not isinstance(clause, (Consecutive, MinVolume)):
        found["exclusions"] = "\n".join(clause.exclusions)
    return found


def with_terms(
    contract: Contract, clause: str, terms: Mapping[str, str], known: Vocabulary
) -> Contract:
    """The contract, one clause of it changed.

    Args:
        contract: As it is; stays so.
        clause: Id of the clause.
        terms: As `stated` gives them, changed.
        known: What a contract may name.

    Raises:
        ContractError: There is no such clause, or the changed one breaks a rule.
    """
    data = contract.model_dump(by_alias=True, exclude_unset=True)
    parts = [dict(one) for one in data["clause"]]
    for part, one in zip(parts, contract.clauses, strict=True):
        if isinstance(one, PerDelivery):
            part["condition"] = str(one.condition)
    own = next((part for part in parts if part["id"] == clause), None)
    if own is None:
        names = ", ".join(part["id"] for part in parts)
        message = f"the contract has no clause '{clause:.40}'; name one of {names}"
        raise ContractError(message)
    for name, text in terms.items():
        own[name] = _read(name, text.strip(), own)
        if own[name] is None:
            del own[name]
    return checked(data | {"clause": parts}, known)


def _amount(amount: Sum) -> str:
    if amount.money is not None:
        return written(amount.money)
    return f"{written(amount.percent_of_fee or amount.sign)} %"


def _read(name: str, text: str, own: Mapping[str, Any]) -> object:
    """A term as TOML would give it; None where it is left out."""
    if name == "amount":
        return _sum(text)
    if name == "tiers":
        return [_tier(line) for line in text.splitlines() if line.strip()]
    if name == "exclusions":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if name == "interval_rule":
        cluster = dict(own.get("interval_rule", {})).get("cluster", "week")
        fines_chance = {"kind": "none"}
        if not text:
            return fines_chance
        return {"kind": "upper_below_target", "confidence": text, "cluster": cluster}
    return text or None


def _sum(text: str) -> dict[str, str]:
    number = text.removesuffix("%").strip()
    return {"percent_of_fee" if text.endswith("%") else "money": number}


def _tier(line: str) -> dict[str, str]:
    found = _TIER.fullmatch(line)
    if found is None:
        message = f"'{line:.60}' is no tier; write it like \"0.92 to 0.95: 1 %\""
        raise ContractError(message)
    low, high, amount = found.groups()
    return {"from": low, "to": high} | _sum(amount)
