"""The deliveries that a contract is settled by, and how each counts in each clause."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from dashboard.contracts import Clause, Contract, MinVolume, PerDelivery, Rate
from dashboard.contracts.conditions import COMPARISONS
from dashboard.errors import ContractError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader

COLUMNS: Final = (
    "delivery_id",
    "segment",
    "service",
    "zone",
    "carrier",
    "route_id",
    "promised_date",
    "committed_by",
    "is_timed",
    "is_due",
    "status",
    "handed_over_at",
    "first_attempt_at",
    "delivered_at",
    "failure_reason",
)
_EVIDENCE: Final = "failure_evidence"
_ATTEMPTS: Final = "on_time_attempt_rate"
_DUE: Final = "on_time_rate"
COUNTS: Final = ("kept", "missed")
"""States that stand in the denominator of a clause."""


@dataclass(frozen=True)
class Upheld:
    """A delivery that a decided dispute takes out.

    Attributes:
        delivery: Its id.
        clause: The one clause it no longer counts in; None for all.
    """

    delivery: str
    clause: str | None = None


@dataclass(frozen=True, eq=False)
class Deliveries:
    """A carrier's deliveries over some days.

    Attributes:
        frame: One row per delivery: `COLUMNS`, what conditions ask about, one column per
            metric, `fee`, `charge`, `has_evidence`, `is_settled` (due and mature).
        windows: Windows of exclusion by name.
        upheld: Deliveries that disputes took out.
    """

    frame: pl.DataFrame
    windows: pl.DataFrame
    upheld: tuple[Upheld, ...]


def read_deliveries(
    reader: Reader, contract: Contract, days: Period, upheld: tuple[Upheld, ...]
) -> Deliveries:
    """Read what a contract's clauses need of some days.

    Raises:
        ContractError: The contract names a window, segment or service that the data does
            not know, or days of another time zone.
    """
    scope = Scope(period=days).within(carrier=contract.carrier)
    frame = reader.terms(_metrics(contract), _columns(contract), scope)

    def evidence() -> pl.Series:
        return reader.report(_EVIDENCE, scope)["delivery_id"]

    return _checked(reader, contract, frame, evidence, upheld)


def read_delivery(
    reader: Reader, contract: Contract, delivery_id: str, upheld: tuple[Upheld, ...]
) -> Deliveries:
    """Read what a contract's clauses need of one delivery; nothing where it is not there.

    Raises:
        ContractError: As `read_deliveries`.
    """
    frame = reader.rows.terms(_metrics(contract), _columns(contract), delivery_id)
    own = frame.filter(pl.col("carrier") == contract.carrier)

    def evidence() -> pl.Series:
        return reader.rows.one(_EVIDENCE, delivery_id)["delivery_id"]

    return _checked(reader, contract, own, evidence, upheld)


def _checked(
    reader: Reader,
    contract: Contract,
    frame: pl.DataFrame,
    evidence: Callable[[], pl.Series],
    upheld: tuple[Upheld, ...],
) -> Deliveries:
    """Rows as the clauses judge them; what an event has evidence of is asked if needed."""
    _check_zone(reader, contract)
    _check_values(reader, contract)
    windows = reader.whole_report("exclusion_windows")
    _check_windows(contract, windows["name"].to_list())
    needs = any(one.need_evidence and one.excused for one in contract.clauses)
    has_evidence = (
        pl.col("delivery_id").is_in(evidence().implode()) if needs else pl.lit(value=False)
    )
    until = settled_until(contract, reader.manifest.as_of)
    judged = frame.sort("promised_date", "delivery_id").with_columns(
        fee=pl.col(contract.contract.fee_base),
        charge=pl.col("carrier_charge"),
        is_settled=pl.col("is_due") & (pl.col("committed_by") <= until),
        has_evidence=has_evidence,
    )
    return Deliveries(judged, windows, upheld)


def settled_until(contract: Contract, as_of: datetime) -> datetime:
    """Promises up to this moment are old enough to be settled."""
    return as_of - timedelta(days=contract.contract.maturity_days)


def marked(deliveries: Deliveries, clause: Clause) -> pl.DataFrame:
    """The deliveries in a clause's scope, each with its state in that clause.

    Returns:
        The frame's columns, `state` ('immature', 'excluded', 'disputed', 'excused', 'kept',
        'missed'; for other clauses than shares 'counts' in place of the last two) and
        `why`: the window or the reason; null where nothing took it out. What a metric does
        not count is left out.
    """
    frame = deliveries.frame.filter(_in_scope(clause))
    window = _window(deliveries, clause)
    kept = _kept(clause) if isinstance(clause, Rate) else None
    if isinstance(clause, Rate):
        frame = frame.filter(~pl.col("is_settled") | pl.col(clause.metric).is_not_null())
    counts = (
        pl.lit("counts")
        if kept is None
        else pl.when(kept).then(pl.lit("kept")).otherwise(pl.lit("missed"))
    )
    excused = pl.col("failure_reason").is_in(list(clause.excused))
    if clause.need_evidence:
        excused &= pl.col("has_evidence")
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
        .when(excused.fill_null(value=False))
        .then(pl.lit("excused"))
        .otherwise(counts)
    )
    reason = pl.when(pl.col("state") == "excused").then("failure_reason")
    why = pl.when(pl.col("state") == "excluded").then("window").otherwise(reason)
    return frame.with_columns(state=state, window=window).with_columns(why=why)


def meets(clause: PerDelivery) -> pl.Expr:
    """Whether a delivery meets the condition of a clause; an unknown number does not."""
    wanted = clause.condition
    column = pl.col(wanted.column).cast(pl.Float64)
    number = float(wanted.number)
    return COMPARISONS[wanted.comparison](column, number).fill_null(value=False)


def _metrics(contract: Contract) -> tuple[str, ...]:
    own = [clause.metric for clause in contract.clauses if isinstance(clause, Rate)]
    return tuple(dict.fromkeys([*own, _DUE]))


def _columns(contract: Contract) -> tuple[str, ...]:
    asked = [one.condition.column for one in contract.clauses if isinstance(one, PerDelivery)]
    money = [contract.contract.fee_base, "carrier_charge"]
    return tuple(dict.fromkeys((*COLUMNS, *asked, *money)))


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
    taken_out = [one.delivery for one in deliveries.upheld if one.clause in (None, clause.id)]
    return pl.col("delivery_id").is_in(taken_out)


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
