"""The folder of contracts: one file a contract, no two valid at once for one carrier."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from dashboard.contracts.contract import Contract
from dashboard.contracts.reading import Vocabulary, read_contract
from dashboard.errors import ContractError
from dashboard.scope import Period


def read_shelf(folder: Path, known: Vocabulary) -> tuple[Contract, ...]:
    """Read every contract of a folder, by carrier and time; none where there is no folder.

    Raises:
        ContractError: A file breaks a rule, or two contracts of a carrier overlap.
    """
    if not folder.is_dir():
        return ()
    files = sorted(folder.glob("*.toml"))
    found = [(path.name, read_contract(path, known)) for path in files]
    found.sort(key=lambda one: (one[1].carrier, one[1].contract.valid_from, one[0]))
    for (one, before), (other, after) in pairwise(found):
        same = before.carrier == after.carrier
        if same and after.contract.valid_from < before.contract.valid_to:
            message = (
                f"{one} and {other} are both valid for {after.carrier} on "
                f"{after.contract.valid_from}; let one end (valid_to) where the other begins"
            )
            raise ContractError(message)
    return tuple(contract for _, contract in found)


def contract_for(contracts: Sequence[Contract], carrier: str, period: Period) -> Contract:
    """The contract that holds for a carrier in a quarter.

    Raises:
        ContractError: There is none, or one that begins or ends inside the quarter.
    """
    own = [one for one in contracts if one.carrier == carrier]
    if not own:
        known = ", ".join(sorted({one.carrier for one in contracts})) or "nobody"
        message = (
            f"there is no contract with '{carrier}', only with {known}; put one into the "
            "folder of contracts"
        )
        raise ContractError(message)
    for one in own:
        terms = one.contract
        if terms.valid_from <= period.start and period.end < terms.valid_to:
            return one
        if terms.valid_from <= period.end and period.start < terms.valid_to:
            message = (
                f"the contract with {one.name} is valid from {terms.valid_from} to "
                f"{terms.valid_to}, which holds only a part of the quarter {period.start} to "
                f"{period.end}; settle a whole quarter"
            )
            raise ContractError(message)
    valid = ", ".join(f"{one.contract.valid_from} to {one.contract.valid_to}" for one in own)
    message = (
        f"no contract with {carrier} holds from {period.start} to {period.end}; "
        f"those there are hold from {valid}"
    )
    raise ContractError(message)
