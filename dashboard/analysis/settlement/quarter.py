"""What does a contract make of a carrier's quarter, line by line, and by which deliveries?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import polars as pl

from dashboard.analysis.settlement.facts import facts_of, facts_of_quarter
from dashboard.analysis.settlement.periods import days_needed
from dashboard.analysis.settlement.rows import (
    LISTED,
    Deliveries,
    Upheld,
    marked,
    meets,
    read_deliveries,
    settled_until,
)
from dashboard.contracts import (
    Clause,
    Consecutive,
    Contract,
    EarnBack,
    MinVolume,
    PerDelivery,
    contract_for,
)
from dashboard.errors import ContractError
from dashboard.scope import Period, Quarter
from dashboard.stats.settlement import Earlier, QuarterFacts, Statement, settle
from dashboard.warehouse import Reader


@dataclass(frozen=True)
class Agreed:
    """What a clause came to in a quarter that was signed off: it stands.

    Attributes:
        quarter: Its key: '2026Q3'.
    """

    quarter: str
    clause: str
    amount: Decimal


@dataclass(frozen=True)
class Asked:
    """Whose quarter is settled, and what people decided about it.

    Attributes:
        contracts: Every contract at hand.
        carrier: Whose.
        quarter: Its key: '2026Q3'.
        upheld: Deliveries that decided disputes take out, of any quarter.
        agreed: What clauses came to in quarters signed off before.
        waived: Quarters and clauses whose lines an upheld dispute takes away.
    """

    contracts: tuple[Contract, ...]
    carrier: str
    quarter: str
    upheld: tuple[Upheld, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    waived: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Settlement:
    """A quarter settled.

    Attributes:
        message: The finding.
        contract: What was settled by.
        statement: The lines.
        period: The quarter's days.
        snapshot, as_of: What it stands on.
        settled_until: Promises after it are too young to be settled.
    """

    message: str
    contract: Contract
    statement: Statement
    period: Period
    snapshot: int
    as_of: datetime
    settled_until: datetime


def settlement(reader: Reader, asked: Asked) -> Settlement:
    """Settle a carrier's quarter by its contract.

    Args:
        reader: The snapshot.
        asked: Carrier, quarter, contracts, and what people decided.

    Raises:
        ContractError: No contract holds for the whole quarter, or it names what the data
            does not know.
        ScopeError: The quarter is no quarter.
    """
    quarter = Quarter.parse(asked.quarter)
    period = quarter.period(reader.fiscal_year_start)
    contract = contract_for(asked.contracts, asked.carrier, period)
    facts = _quarter_facts(reader, contract, quarter, asked)
    statement = settle(contract, facts)
    as_of = reader.manifest.as_of
    return Settlement(
        _message(statement),
        contract,
        statement,
        period,
        reader.manifest.id,
        as_of,
        settled_until(contract, as_of),
    )


def settlement_evidence(reader: Reader, asked: Asked) -> pl.DataFrame:
    """Every delivery that a settlement stands on, once per clause.

    Returns:
        clause, period, delivery_id, segment, service, zone, promised_date, committed_by,
        first_attempt_at, delivered_at, status, state (see `settlement_rows.marked`;
        'credited' and 'handed over' for the clauses that count these), why, fee.

    Raises:
        ContractError: As `settlement`.
    """
    quarter = Quarter.parse(asked.quarter)
    period = quarter.period(reader.fiscal_year_start)
    contract = contract_for(asked.contracts, asked.carrier, period)
    deliveries = read_deliveries(reader, contract, period, asked.upheld, LISTED)
    shown = [
        "delivery_id", "segment", "service", "zone", "promised_date", "committed_by",
        "first_attempt_at", "delivered_at", "status", "state", "why", "fee",
    ]  # fmt: skip
    parts = []
    for clause in contract.clauses:
        if isinstance(clause, Consecutive):
            continue
        label = (
            pl.lit(quarter.key)
            if clause.period == "quarter"
            else pl.col("promised_date").dt.strftime("%Y-%m")
        )
        rows = _counting(clause, marked(deliveries, clause)).sort("promised_date", "delivery_id")
        parts.append(rows.select(pl.lit(clause.id).alias("clause"), label.alias("period"), *shown))
    return pl.concat(parts).collect()


def _counting(clause: Clause, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that a line stands on, with the word for what they are there."""
    word = pl.col("state")
    if isinstance(clause, PerDelivery):
        rows = rows.filter(meets(clause))
        word = word.replace("counts", "credited")
    elif isinstance(clause, MinVolume):
        rows = rows.filter(pl.col("state") == "counts")
        word = word.replace("counts", "handed over")
    return rows.with_columns(state=word)


def _quarter_facts(
    reader: Reader, contract: Contract, quarter: Quarter, asked: Asked
) -> QuarterFacts:
    start = reader.fiscal_year_start
    days = days_needed(contract, quarter, start)
    deliveries = read_deliveries(reader, contract, days, asked.upheld)
    return replace(
        facts_of_quarter(deliveries, contract, quarter, start),
        provisional=_is_provisional(reader, contract, quarter.period(start)),
        earlier=tuple(_earlier(reader, (contract, deliveries), quarter, asked)),
        waived=_waived(asked, quarter),
    )


def _waived(asked: Asked, quarter: Quarter) -> frozenset[str]:
    return frozenset(clause for key, clause in asked.waived if key == quarter.key)


def _is_provisional(reader: Reader, contract: Contract, period: Period) -> bool:
    """Whether the quarter's last promise is still too young."""
    until = settled_until(contract, reader.manifest.as_of)
    return until.date() <= period.end


def _earlier(
    reader: Reader, of: tuple[Contract, Deliveries], quarter: Quarter, asked: Asked
) -> Iterator[Earlier]:
    """The quarters before that an earn-back clause may return a penalty of."""
    contract, deliveries = of
    start = reader.fiscal_year_start
    earn_backs = [one for one in contract.clauses if isinstance(one, EarnBack)]
    for back in range(1, 1 + max((one.periods for one in earn_backs), default=0)):
        past = quarter.earlier(back)
        period = past.period(start)
        try:
            held = contract_for(asked.contracts, contract.carrier, period)
        except ContractError:
            return
        plain = _without_earn_back(held)
        own = deliveries
        if held != contract:
            days = days_needed(plain, past, start)
            own = read_deliveries(reader, plain, days, asked.upheld)
        facts = replace(facts_of_quarter(own, plain, past, start), waived=_waived(asked, past))
        penalties = _penalties(settle(plain, facts), asked)
        counted = facts_of(
            own if held == contract else read_deliveries(reader, contract, period, asked.upheld),
            contract,
            {one.id: [(past.key, period)] for one in earn_backs},
        )
        yield Earlier(past.key, penalties, {name: one[0].counts for name, one in counted.items()})


def _without_earn_back(contract: Contract) -> Contract:
    clauses = tuple(one for one in contract.clauses if not isinstance(one, EarnBack))
    return contract.model_copy(update={"clause": clauses})


def _penalties(settled: Statement, asked: Asked) -> dict[str, Decimal]:
    """What clauses came to in a quarter before; what was signed off stands."""
    agreed = {one.clause: one.amount for one in asked.agreed if one.quarter == settled.quarter}
    names = dict.fromkeys(line.clause for line in settled.lines)
    return {name: settled.came_to(name) for name in names} | agreed


def _message(statement: Statement) -> str:
    total, currency = statement.total, statement.currency
    direction = "the carrier owes us" if total >= 0 else "we owe the carrier"
    provisional = ", provisional" if statement.provisional else ""
    said = f"{direction} {currency} {abs(total):,.2f}" if total else "nothing is owed"
    return f"{statement.carrier}, {Quarter.parse(statement.quarter)}: {said}{provisional}"
