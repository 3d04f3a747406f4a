"""What does a contract make of a carrier's quarter, line by line, and by which deliveries?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import polars as pl

from dashboard.analysis.settlement_rows import (
    COUNTS,
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
    Rate,
    contract_for,
)
from dashboard.errors import ContractError
from dashboard.scope import Period, Quarter
from dashboard.stats.settlement import (
    Charged,
    Counts,
    Earlier,
    Facts,
    QuarterFacts,
    Statement,
    settle,
)
from dashboard.warehouse import Reader

_MONTHS_A_QUARTER = 3
_ONE_DAY = timedelta(days=1)


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
        upheld: Deliveries that decided disputes take out.
        agreed: What clauses came to in quarters signed off before.
        waived: Clauses whose lines an upheld dispute takes away.
    """

    contracts: tuple[Contract, ...]
    carrier: str
    quarter: str
    upheld: tuple[Upheld, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    waived: frozenset[str] = frozenset()


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
    deliveries = read_deliveries(reader, contract, period, asked.upheld)
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
        rows = _counting(clause, marked(deliveries, clause))
        parts.append(rows.select(pl.lit(clause.id).alias("clause"), label.alias("period"), *shown))
    return pl.concat(parts)


def _counting(clause: Clause, rows: pl.DataFrame) -> pl.DataFrame:
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
    period = quarter.period(start)
    before = _rows_before(contract, quarter, start)
    first = min([period.start, *(one.start for found in before.values() for _, one in found)])
    deliveries = read_deliveries(reader, contract, Period(first, period.end), asked.upheld)
    return replace(
        facts_of_quarter(deliveries, contract, quarter, start),
        provisional=_is_provisional(reader, contract, period),
        earlier=tuple(_earlier(reader, contract, quarter, asked)),
        waived=asked.waived if quarter.key == asked.quarter else frozenset(),
    )


def facts_of_quarter(
    deliveries: Deliveries, contract: Contract, quarter: Quarter, year_start: int = 1
) -> QuarterFacts:
    """Count what the clauses of a contract stand on.

    Args:
        deliveries: Those of the quarter, and of the periods before that a clause looks at.
        contract: Its clauses.
        quarter: Which quarter.
        year_start: Month in which quarter 1 begins.
    """
    period = quarter.period(year_start)
    own = {
        clause.id: list(_periods(clause, quarter, year_start))
        for clause in contract.clauses
        if not isinstance(clause, Consecutive)
    }
    due = deliveries.frame.filter(
        "is_settled", pl.col("promised_date").is_between(period.start, period.end)
    )
    return QuarterFacts(
        quarter=quarter.key,
        periods=_facts_of(deliveries, contract, own),
        before=_facts_of(deliveries, contract, _rows_before(contract, quarter, year_start)),
        fee=_money(due["fee"].sum()),
    )


def _rows_before(
    contract: Contract, quarter: Quarter, year_start: int
) -> dict[str, list[tuple[str, Period]]]:
    """Periods before the quarter that consecutive clauses look at, by the clause they are of."""
    found: dict[str, list[tuple[str, Period]]] = {}
    for clause in contract.clauses:
        if isinstance(clause, Consecutive):
            before = list(_periods_before(contract, clause, quarter, year_start))
            found[clause.of] = max(found.get(clause.of, []), before, key=len)
    return found


def _is_provisional(reader: Reader, contract: Contract, period: Period) -> bool:
    """Whether the quarter's last promise is still too young."""
    until = settled_until(contract, reader.manifest.as_of)
    return until.date() <= period.end


def _earlier(
    reader: Reader, contract: Contract, quarter: Quarter, asked: Asked
) -> Iterator[Earlier]:
    """The quarters before that an earn-back clause may return a penalty of."""
    earn_backs = [one for one in contract.clauses if isinstance(one, EarnBack)]
    for back in range(1, 1 + max((one.periods for one in earn_backs), default=0)):
        past = quarter.earlier(back)
        period = past.period(reader.fiscal_year_start)
        try:
            held = contract_for(asked.contracts, contract.carrier, period)
        except ContractError:
            return
        plain = held.model_copy(
            update={"clause": tuple(c for c in held.clauses if not isinstance(c, EarnBack))}
        )
        settled = settle(plain, _quarter_facts(reader, plain, past, asked))
        agreed = {one.clause: one.amount for one in asked.agreed if one.quarter == past.key}
        names = dict.fromkeys(line.clause for line in settled.lines)
        penalties = {name: settled.came_to(name) for name in names} | agreed
        deliveries = read_deliveries(reader, contract, period, asked.upheld)
        counted = _facts_of(
            deliveries, contract, {one.id: [(past.key, period)] for one in earn_backs}
        )
        yield Earlier(past.key, penalties, {name: one[0].counts for name, one in counted.items()})


def _periods(clause: Clause, quarter: Quarter, year_start: int) -> Iterator[tuple[str, Period]]:
    """The periods of a quarter that a clause settles, with their labels."""
    whole = quarter.period(year_start)
    if clause.period == "quarter":
        yield quarter.key, whole
        return
    firsts = [_months_after(whole.start, n) for n in range(_MONTHS_A_QUARTER + 1)]
    for first, after in pairwise(firsts):
        yield f"{first:%Y-%m}", Period(first, after - _ONE_DAY)


def _periods_before(
    contract: Contract, clause: Consecutive, quarter: Quarter, year_start: int
) -> Iterator[tuple[str, Period]]:
    """The periods just before a quarter that may be part of its row, oldest first."""
    of = contract.named(clause.of)
    wanted = clause.count - 1
    quarters = [quarter.earlier(back) for back in range(wanted, 0, -1)]
    found = [one for past in quarters for one in _periods(of, past, year_start)]
    for label, period in found[-wanted:]:
        if period.start >= contract.contract.valid_from:
            yield label, period


def _months_after(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _facts_of(
    deliveries: Deliveries,
    contract: Contract,
    wanted: Mapping[str, Sequence[tuple[str, Period]]],
) -> dict[str, tuple[Facts, ...]]:
    found = {}
    for name, periods in wanted.items():
        clause = contract.named(name)
        rows = marked(deliveries, clause)
        against = _missed_elsewhere(deliveries, contract, clause, wanted)
        found[name] = tuple(
            _facts(clause, label, period, rows, against) for label, period in periods
        )
    return found


def _facts(
    clause: Clause, label: str, period: Period, rows: pl.DataFrame, against: pl.DataFrame | None
) -> Facts:
    own = rows.filter(pl.col("promised_date").is_between(period.start, period.end))
    states = dict(own["state"].value_counts().iter_rows())
    counting = own.filter(pl.col("state").is_in([*COUNTS, "counts"]))
    raw = own.filter(pl.col("state") != "immature")
    return Facts(
        label=label,
        period=period,
        counts=Counts(states.get("kept", 0), sum(states.get(one, 0) for one in COUNTS)),
        raw=_raw(clause, raw),
        excluded=states.get("excluded", 0),
        excused=states.get("excused", 0),
        disputed=states.get("disputed", 0),
        immature=states.get("immature", 0),
        fee=_money(counting["fee"].sum()),
        clusters=tuple(_clusters(clause, counting)),
        charged=tuple(_charged(clause, counting, against)),
        handed_over=counting.height if isinstance(clause, MinVolume) else 0,
    )


def _raw(clause: Clause, rows: pl.DataFrame) -> Counts:
    if not isinstance(clause, Rate):
        return Counts(0, rows.height)
    return Counts(int(rows.select(pl.col(clause.metric).sum()).item() or 0), rows.height)


def _clusters(clause: Clause, rows: pl.DataFrame) -> Iterator[Counts]:
    if not isinstance(clause, Rate) or clause.interval_rule.kind == "none":
        return
    day = pl.col("promised_date")
    cluster = day if clause.interval_rule.cluster == "day" else day.dt.truncate("1w")
    kept = (pl.col("state") == "kept").sum().alias("kept")
    found = rows.group_by(cluster.alias("cluster")).agg(kept, pl.len()).sort("cluster")
    for _, n, d in found.iter_rows():
        yield Counts(n, d)


def _charged(
    clause: Clause, rows: pl.DataFrame, against: pl.DataFrame | None
) -> Iterator[Charged]:
    if not isinstance(clause, PerDelivery):
        return
    found = rows.filter(meets(clause)).select("delivery_id", "charge")
    if against is None:
        found = found.with_columns(missed_in=pl.lit([], pl.List(pl.String)))
    else:
        found = found.join(against, on="delivery_id", how="left")
    alike = found.group_by("charge", "missed_in").len().sort("charge", "missed_in")
    for charge, missed_in, deliveries in alike.iter_rows():
        pairs = frozenset(tuple(one.split("|", 1)) for one in missed_in or ())
        yield Charged(charge, deliveries, pairs)


def _missed_elsewhere(
    deliveries: Deliveries,
    contract: Contract,
    clause: Clause,
    wanted: Mapping[str, Sequence[tuple[str, Period]]],
) -> pl.DataFrame | None:
    """By delivery, the clauses and periods that may fine it, where credits must know."""
    if not isinstance(clause, PerDelivery) or not clause.not_with:
        return None
    parts = []
    for name in clause.not_with:
        missed = marked(deliveries, contract.named(name)).filter(pl.col("state") == "missed")
        for label, period in wanted[name]:
            own = missed.filter(pl.col("promised_date").is_between(period.start, period.end))
            parts.append(own.select("delivery_id", missed_in=pl.lit(f"{name}|{label}")))
    return pl.concat(parts).group_by("delivery_id").agg(pl.col("missed_in").sort())


def _money(total: object) -> Decimal:
    """A sum of money; nothing to sum is 0."""
    return total if isinstance(total, Decimal) else Decimal(0)


def _message(statement: Statement) -> str:
    total, currency = statement.total, statement.currency
    direction = "the carrier owes us" if total >= 0 else "we owe the carrier"
    provisional = ", provisional" if statement.provisional else ""
    said = f"{direction} {currency} {abs(total):,.2f}" if total else "nothing is owed"
    return f"{statement.carrier}, {Quarter.parse(statement.quarter)}: {said}{provisional}"
