"""What would a changed contract have made of the last six quarters?"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dashboard.analysis.settlement.chance import Chance, fine_chances, truths_around
from dashboard.analysis.settlement.quarter import Asked, Settlement, settlement
from dashboard.analysis.settlement.rows import read_deliveries
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
        changed: Looks back no further than the contract that held; where none did, it is
            taken as valid all the time. Disputes upheld count under both.

    Raises:
        ContractError: It is another carrier's, or names what the data does not know.
        ScopeError: The data holds none of the quarters.
    """
    if changed.carrier != asked.carrier:
        message = f"the changed contract is with {changed.carrier}; change that of {asked.carrier}"
        raise ContractError(message)
    last = Quarter.parse(asked.quarter)
    span = reader.span()
    quarters = [last.earlier(back) for back in range(QUARTERS - 1, -1, -1)]
    found = tuple(
        _replayed(reader, replace(asked, quarter=quarter.key), changed)
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
    return ClauseWhatIf(_message(found), found, *_chances(reader, drawn))


def _replayed(reader: Reader, asked: Asked, changed: Contract) -> Replayed:
    """A quarter under both contracts, which look back to the same day where both hold."""
    held = _as_held(reader, asked)
    if held:
        terms = held.contract.contract
        since, until = terms.valid_from, terms.valid_to
    else:
        since, until = date.min, date.max.replace(month=1)
    days = {"valid_from": since, "valid_to": until}
    shelf = changed.model_copy(update={"contract": changed.contract.model_copy(update=days)})
    again = replace(asked, contracts=(shelf,), agreed=())
    return Replayed(asked.quarter, held, settlement(reader, again))


def _chances(reader: Reader, drawn: Replayed) -> tuple[tuple[Chance, ...], tuple[Chance, ...]]:
    """How likely fines are, under the changed contract and under the one that held."""
    sides = [drawn.changed, *([drawn.held] if drawn.held else [])]
    truths = truths_around(*(side.contract for side in sides))
    found = []
    for side in sides:
        deliveries = read_deliveries(reader, side.contract, side.period, (), ("route_id",))
        quarter, start = Quarter.parse(drawn.quarter), reader.fiscal_year_start
        found.append(fine_chances(deliveries, side.contract, quarter, start, truths))
    return found[0], found[1] if drawn.held else ()


def _as_held(reader: Reader, asked: Asked) -> Settlement | None:
    try:
        return settlement(reader, asked)
    except ContractError:
        return None


def _message(found: tuple[Replayed, ...]) -> str:
    both = [one for one in found if one.held is not None]
    changed = _money(sum(one.changed.statement.total for one in found))
    currency = found[0].changed.statement.currency
    owed = "positive: the carrier owes us"
    if not both:
        said = f"Under the changed contract {len(found)} quarters come to {currency} {changed}"
        return f"{said} ({owed}); no contract held for any of them"
    was = _money(sum(one.held.statement.total for one in both if one.held))
    now = _money(sum(one.changed.statement.total for one in both))
    return (
        f"The {len(both)} quarters that were settled move from {currency} {was} to {now}; all "
        f"{len(found)} would come to {changed} ({owed})"
    )


def _money(total: Decimal | int) -> str:
    return f"{total:,.2f}".replace("-", "\N{MINUS SIGN}")
