"""The deliveries that a contract is settled by, and how each counts in each clause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from dashboard.contracts import Clause, Contract, MinVolume, PerDelivery, Rate
from dashboard.contracts.conditions import COMPARISONS
from dashboard.errors import ContractError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader

LISTED: Final = (
    "segment",
    "service",
    "zone",
    "first_attempt_at",
    "delivered_at",
    "status",
    "failure_reason",
)
"""What evidence shows of a delivery, beside what every settlement reads."""

_ALWAYS: Final = ("delivery_id", "promised_date", "committed_by", "is_due")
_GRACE: Final = ("is_timed", "status", "first_attempt_at", "delivered_at")
_ATTEMPTS: Final = "on_time_attempt_rate"
_DUE: Final = "on_time_rate"
COUNTS: Final = ("kept", "missed")
"""States that stand in the denominator of a clause."""


@dataclass(frozen=True)
class Upheld:
    """A delivery that a decided dispute takes out.

    Attributes:
        delivery: Its id.
        clause: The one clause it no longer counts in; None for all but commitments of volume.
    """

    delivery: str
    clause: str | None = None


@dataclass(frozen=True, eq=False)
class Deliveries:
    """A carrier's deliveries over some days.

    Attributes:
        frame: One row per delivery, in no order: what the clauses look at, what conditions ask
            about, one column per metric, `carrier`, `fee`, `charge`, `has_evidence`,
            `is_settled` (due and mature).
        windows: Windows of exclusion by name.
        upheld: Deliveries that disputes took out.
    """

    frame: pl.DataFrame
    windows: pl.DataFrame
    upheld: tuple[Upheld, ...]


def read_deliveries(
    reader: Reader,
    contract: Contract,
    days: Period,
    upheld: tuple[Upheld, ...],
    listed: Sequence[str] = (),
) -> Deliveries:
    """Read what a contract's clauses need of some days, and no column more.

    Args:
        reader: The snapshot.
        contract: Its clauses.
        days: Of the promises.
        upheld: Deliveries that disputes took out.
        listed: Further columns that are wanted.

    Raises:
        ContractError: The contract names a window, segment or service that the data does
            not know, or days of another time zone.
    """
    windows = _checked(reader, contract)
    scope = Scope(period=days).within(carrier=contract.carrier)
    wanted = (*_looked_at(contract, windows), *listed)
    frame = reader.terms(_metrics(contract), tuple(dict.fromkeys(wanted)), scope)
    own = frame.with_columns(carrier=pl.lit(contract.carrier))
    return Deliveries(_judged(reader, contract, own), windows, upheld)


def read_delivery(
    reader: Reader, contract: Contract, delivery_id: str, upheld: tuple[Upheld, ...]
) -> Deliveries:
    """Read what a contract's clauses need of one delivery; nothing where it is not there.

    Raises:
        ContractError: As `read_deliveries`.
    """
    windows = _checked(reader, contract)
    wanted = ("carrier", *_looked_at(contract, windows))
    frame = reader.rows.terms(_metrics(contract), tuple(dict.fromkeys(wanted)), delivery_id)
    own = frame.filter(pl.col("carrier") == contract.carrier)
    return Deliveries(_judged(reader, contract, own), windows, upheld)


def _checked(reader: Reader, contract: Contract) -> pl.DataFrame:
    """The windows of exclusion, once the contract names nothing that the data lacks."""
    _check_zone(reader, contract)
    _check_values(reader, contract)
    windows = reader.whole_report("exclusion_windows")
    _check_windows(contract, windows["name"].to_list())
    return windows


def _judged(reader: Reader, contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with what every clause asks: the fee, the charge, maturity and evidence."""
    until = settled_until(contract, reader.manifest.as_of)
    return frame.with_columns(
        fee=pl.col(contract.contract.fee_base),
        charge=pl.col("carrier_charge"),
        is_settled=pl.col("is_due") & (pl.col("committed_by") <= until),
        has_evidence=_evidence(reader, contract, frame),
    )


def _looked_at(contract: Contract, windows: pl.DataFrame) -> Iterator[str]:
    """Columns that a contract's clauses look at."""
    yield from (*_ALWAYS, contract.contract.fee_base, "carrier_charge")
    for clause in contract.clauses:
        yield from (name for name in ("segment", "service") if getattr(clause, name))
        if clause.excused:
            yield "failure_reason"
        if clause.exclusions and windows["zone"].count():
            yield "zone"
        if isinstance(clause, Rate) and clause.grace_minutes:
            yield from _GRACE
        if isinstance(clause, PerDelivery):
            yield clause.condition.column
        if isinstance(clause, MinVolume):
            yield "handed_over_at"


def settled_until(contract: Contract, as_of: datetime) -> datetime:
    """Promises up to this moment are old enough to be settled."""
    return as_of - timedelta(days=contract.contract.maturity_days)


def marked(deliveries: Deliveries, clause: Clause) -> pl.LazyFrame:
    """The deliveries in a clause's scope, each with its state in that clause.

    Not collected yet: days and columns that a caller does not need are never worked out.

    Returns:
        The frame's columns, `state` ('immature', 'excluded', 'disputed', 'excused', 'kept',
        'missed'; for other clauses than shares 'counts' in place of the last two) and
        `why`: the window or the reason; null where nothing took it out. What a metric does
        not count is left out.
    """
    frame = deliveries.frame.lazy().filter(_in_scope(clause))
    window = _window(deliveries, clause)
    kept = _kept(clause) if isinstance(clause, Rate) else None
    if isinstance(clause, Rate):
        frame = frame.filter(~pl.col("is_settled") | pl.col(clause.metric).is_not_null())
    counts = (
        pl.lit("counts")
        if kept is None
        else pl.when(kept).then(pl.lit("kept")).otherwise(pl.lit("missed"))
    )
    excused = _is_excused(clause)
    if kept is not None:
        excused &= ~kept
    settled = (
        pl.col("handed_over_at").is_not_null()
        if isinstance(clause, MinVolume)
        else (pl.col("is_settled"))
    )
    state = (
        pl.when(~settled)
        .then(pl.lit("immature"))
        .when(window.is_not_null())
        .then(pl.lit("excluded"))
        .when(_is_upheld(deliveries, clause))
        .then(pl.lit("disputed"))
        .when(excused)
        .then(pl.lit("excused"))
        .otherwise(counts)
    )
    reason = pl.lit(None, pl.String)
    if clause.excused:
        reason = pl.when(pl.col("state") == "excused").then("failure_reason")
    why = pl.when(pl.col("state") == "excluded").then("window").otherwise(reason)
    return frame.with_columns(state=state, window=window).with_columns(why=why)


def _is_excused(clause: Clause) -> pl.Expr:
    """Whether a declared reason excuses a delivery, were it missed."""
    if not clause.excused:
        return pl.lit(value=False)
    excused = pl.col("failure_reason").is_in(list(clause.excused)).fill_null(value=False)
    return excused & pl.col("has_evidence") if clause.need_evidence else excused


def meets(clause: PerDelivery) -> pl.Expr:
    """Whether a delivery meets the condition of a clause; an unknown number does not."""
    wanted = clause.condition
    column = pl.col(wanted.column).cast(pl.Float64)
    number = float(wanted.number)
    return COMPARISONS[wanted.comparison](column, number).fill_null(value=False)


def _metrics(contract: Contract) -> tuple[str, ...]:
    own = [clause.metric for clause in contract.clauses if isinstance(clause, Rate)]
    return tuple(dict.fromkeys([*own, _DUE]))


def _kept(clause: Rate) -> pl.Expr:
    """Whether a delivery counts as kept, grace included; date promises know none."""
    kept = (pl.col(clause.metric) == 1).fill_null(value=False)
    if not clause.grace_minutes:
        return kept
    until = pl.col("committed_by") + timedelta(minutes=clause.grace_minutes)
    arrived = (pl.col("delivered_at") <= until) & (pl.col("status") != "cancelled")
    in_time = arrived
    if clause.metric == _ATTEMPTS:
        in_time = arrived | (pl.col("first_attempt_at") <= until)
    return kept | (pl.col("is_timed") & in_time.fill_null(value=False))


def _in_scope(clause: Clause) -> pl.Expr:
    wanted = pl.lit(value=True)
    if clause.segment:
        wanted &= pl.col("segment").is_in(list(clause.segment))
    if clause.service:
        wanted &= pl.col("service").is_in(list(clause.service))
    return wanted


def _window(deliveries: Deliveries, clause: Clause) -> pl.Expr:
    """The name of the first window of the clause that the promise fell due in; else null."""
    found = [pl.lit(None, pl.String)]
    for one in deliveries.windows.iter_rows(named=True):
        if one["name"] not in clause.exclusions:
            continue
        inside = (pl.col("committed_by") >= one["starts_at"]) & (
            pl.col("committed_by") < one["ends_at"]
        )
        for column in ("zone", "carrier"):
            if one[column] is not None:
                inside &= (pl.col(column) == one[column]).fill_null(value=False)
        found.append(pl.when(inside).then(pl.lit(one["name"])))
    return pl.coalesce(*found)


def _is_upheld(deliveries: Deliveries, clause: Clause) -> pl.Expr:
    # Who was judged wrongly was handed over all the same.
    about = (clause.id,) if isinstance(clause, MinVolume) else (None, clause.id)
    taken_out = [one.delivery for one in deliveries.upheld if one.clause in about]
    return pl.col("delivery_id").is_in(taken_out) if taken_out else pl.lit(value=False)


def _evidence(reader: Reader, contract: Contract, frame: pl.DataFrame) -> pl.Expr:
    """Whether an event carries evidence; asked only where a clause needs to know."""
    asking = [clause for clause in contract.clauses if clause.need_evidence]
    reasons = {one for clause in asking for one in clause.excused}
    if not reasons:
        return pl.lit(value=False)
    excusable = frame.filter(pl.col("failure_reason").is_in(sorted(reasons)))["delivery_id"]
    return pl.col("delivery_id").is_in(reader.rows.evidenced(excusable.to_list()))


def _check_zone(reader: Reader, contract: Contract) -> None:
    zone, own = contract.contract.timezone, reader.manifest.time_zone
    if zone != own:
        message = (
            f"the contract with {contract.name} counts days of {zone}, the snapshot those of "
            f"{own}; import with the time zone of the contract, or correct the contract"
        )
        raise ContractError(message)


def _check_values(reader: Reader, contract: Contract) -> None:
    for dimension in ("segment", "service"):
        asked = [(one.id, name) for one in contract.clauses for name in getattr(one, dimension)]
        known = reader.values(dimension) if asked else []
        for clause, name in asked:
            if name not in known:
                message = f"{clause}: {UnknownNameError.among(dimension, name, known)}"
                raise ContractError(message)


def _check_windows(contract: Contract, known: Sequence[str]) -> None:
    for clause in contract.clauses:
        for name in clause.exclusions:
            if name not in known:
                message = (
                    f"{clause.id}: there is no window of exclusion '{name}' in the snapshot; "
                    "import it in exclusion_windows, or correct the name"
                )
                raise ContractError(message)
