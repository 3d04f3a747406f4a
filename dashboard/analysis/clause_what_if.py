"""What would a changed contract have made of the last six quarters?"""

from dataclasses import dataclass, replace
from datetime import date

from dashboard.analysis.clause_chance import Chance, fine_chances
from dashboard.analysis.settlement import Asked, Settlement, settlement
from dashboard.analysis.settlement_rows import read_deliveries
from dashboard.contracts import Contract
from dashboard.errors import ContractError, ScopeError
from dashboard.scope import Quarter
from dashboard.warehouse import Reader

QUARTERS = 6


@dataclass(frozen=True)
class Replayed:
    """One quarter under both contracts.

    Attributes:
        quarter: Its key.
        held: As it was settled; None where no contract held for the whole quarter.
        changed: Under the changed contract.
    """

    quarter: str
    held: Settlement | None
    changed: Settlement


@dataclass(frozen=True)
class ClauseWhatIf:
    """A changed contract, replayed.

    Attributes:
        message: What it would have changed in all.
        quarters: Oldest first.
        chances: How likely fines are under the changed contract, by clause and true share,
            drawn from quarters like the last one that is settled for good.
        held_chances: The same under the contract that held then; none where none did.
    """

    message: str
    quarters: tuple[Replayed, ...]
    chances: tuple[Chance, ...]
    held_chances: tuple[Chance, ...]


def clause_what_if(reader: Reader, asked: Asked, changed: Contract) -> ClauseWhatIf:
    """Settle up to six quarters, the one asked for being the last, by a changed contract.

    Args:
        reader: The snapshot.
        asked: Carrier, last quarter, contracts that hold, decisions.
        changed: Taken as valid all the time.

    Raises:
        ContractError: It is another carrier's, or names what the data does not know.
        ScopeError: The data holds none of the quarters.
    """
    if changed.carrier != asked.carrier:
        message = f"the changed contract is with {changed.carrier}; change that of {asked.carrier}"
        raise ContractError(message)
    last = Quarter.parse(asked.quarter)
    always = changed.contract.model_copy(
        update={"valid_from": date.min, "valid_to": date.max.replace(month=1)}
    )
    shelf = (changed.model_copy(update={"contract": always}),)
    span = reader.span()
    quarters = [last.earlier(back) for back in range(QUARTERS - 1, -1, -1)]
    found = tuple(
        Replayed(
            quarter.key,
            _as_held(reader, replace(asked, quarter=quarter.key)),
            settlement(reader, Asked(shelf, asked.carrier, quarter.key)),
        )
        for quarter in quarters
        if span
        and quarter.period(reader.fiscal_year_start).end >= span.start
        and quarter.period(reader.fiscal_year_start).start <= span.end
    )
    if not found:
        message = (
            f"the snapshot holds none of the quarters up to {last}; ask for one that it holds"
        )
        raise ScopeError(message)
    drawn = next(
        (one for one in reversed(found) if not one.changed.statement.provisional), found[-1]
    )
    return ClauseWhatIf(
        _message(found),
        found,
        _chances(reader, drawn.changed, drawn.quarter),
        _chances(reader, drawn.held, drawn.quarter),
    )


def _chances(reader: Reader, settled: Settlement | None, quarter: str) -> tuple[Chance, ...]:
    if settled is None:
        return ()
    deliveries = read_deliveries(reader, settled.contract, settled.period, (), ("route_id",))
    start = reader.fiscal_year_start
    return fine_chances(deliveries, settled.contract, Quarter.parse(quarter), start)


def _as_held(reader: Reader, asked: Asked) -> Settlement | None:
    try:
        return settlement(reader, asked)
    except ContractError:
        return None


def _message(found: tuple[Replayed, ...]) -> str:
    both = [one for one in found if one.held is not None]
    changed = sum(one.changed.statement.total for one in found)
    currency = found[0].changed.statement.currency
    said = f"Under the changed contract {len(found)} quarters come to {currency} {changed:,.2f}"
    if not both:
        return f"{said}; no contract held for any of them"
    was = sum(one.held.statement.total for one in both if one.held)
    now = sum(one.changed.statement.total for one in both)
    return f"{said}; the {len(both)} that were settled move from {was:,.2f} to {now:,.2f}"
