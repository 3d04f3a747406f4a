"""What a carrier can prove of a quarter: proof at the door, complete data, promises kept still."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Final

import polars as pl

from dashboard.analysis.carriers.review import everybody_in
from dashboard.analysis.quality import carrier_data
from dashboard.contracts import Contract
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Scope
from dashboard.stats.rates import RateRatio, rate_ratio
from dashboard.warehouse import Reader

MEASURED: Final = {
    "scan_share": "closed",
    "place_share": "closed",
    "time_share": "delivered",
    "proof_share": "delivered",
    "reason_share": "failed",
}
"""Shares of a carrier's deliveries about which it says something, and what each is of."""


@dataclass(frozen=True)
class ProofGiven:
    """Proof of delivery in one segment, against what the segment asks for.

    Attributes:
        segment, required: Where, and what is asked for.
        delivered: Deliveries that arrived and needed it.
        complied: Of them, with that very proof.
        other: Of them, with another one.
        others: Share of the other carriers; None where they had no such delivery.
        misses: Misses beside those of the other carriers; None where nothing compares.
    """

    segment: str
    required: str
    delivered: int
    complied: int
    other: int
    others: float | None
    misses: RateRatio | None

    @property
    def share(self) -> float:
        """Given, of what was needed."""
        return self.complied / self.delivered


@dataclass(frozen=True)
class DataHeld:
    """One measure of how complete a carrier's data is.

    Attributes:
        measure: One of `MEASURED`.
        of: How many deliveries it is a share of.
        share: The carrier's; None where nothing can be said.
        agreed: What its contract asks for; None where it does not.
        others: Median of the other carriers.
    """

    measure: str
    of: int
    share: float | None
    agreed: Fraction | None
    others: float | None

    @property
    def is_kept(self) -> bool | None:
        """Whether the agreement is kept; None without one, or without a figure."""
        if self.agreed is None or self.share is None:
            return None
        # A share is a ratio of counts: what is due in whole deliveries decides.
        return round(self.share * self.of) >= self.agreed * self.of


@dataclass(frozen=True)
class PromisesMoved:
    """What a carrier does with promises once given.

    Attributes:
        due: Deliveries due.
        moved: Of them, promise moved by shipper or carrier.
        on_the_way: Of these, by the carrier after dispatch.
        others_on_the_way: Share of the other carriers' due deliveries; None without any.
        on_time: Kept by the promise that counts.
        on_time_moved: Kept by the last promise, whoever moved it.
    """

    due: int
    moved: int
    on_the_way: int
    others_on_the_way: float | None
    on_time: int
    on_time_moved: int


def proof_given(reader: Reader, scope: Scope, carrier: str) -> tuple[ProofGiven, ...]:
    """Hold a carrier's proofs against what segments ask for and what others give.

    Args:
        reader: The snapshot.
        scope: Days and filters; one by carrier is set aside.
        carrier: Whose.

    Returns:
        By segment; none where nothing says what is required.
    """
    rows = reader.report("proof_compliance", everybody_in(scope))
    own = rows.filter(pl.col("carrier") == carrier)
    others = rows.filter(pl.col("carrier") != carrier)
    return tuple(_proof(row, others) for row in own.iter_rows(named=True))


def data_held(
    reader: Reader, scope: Scope, carrier: str, contract: Contract | None
) -> tuple[DataHeld, ...]:
    """Hold a carrier's data against its contract and the other carriers.

    Args:
        reader: The snapshot.
        scope: Its days; other filters are set aside.
        carrier: Whose.
        contract: Its contract; None where there is none.

    Returns:
        One of each measure; none where the carrier closed no delivery.
    """
    rows = carrier_data(reader, Scope(scope.period))
    own = rows.filter(pl.col("carrier") == carrier)
    others = rows.filter(pl.col("carrier") != carrier)
    return tuple(_held(own, others, contract)) if own.height else ()


def promises_moved(reader: Reader, scope: Scope, carrier: str) -> PromisesMoved | None:
    """Count promises that a carrier moved, beside the others; None with nothing due."""
    rows = reader.report("moved_promises", everybody_in(scope))
    own = rows.filter(pl.col("carrier") == carrier)
    if own.is_empty():
        return None
    others = rows.filter(pl.col("carrier") != carrier)
    row = own.row(0, named=True)
    on_the_way, due = (int(others[name].sum()) for name in ("moved_on_the_way", "due"))
    return PromisesMoved(
        due=row["due"],
        moved=row["moved"],
        on_the_way=row["moved_on_the_way"],
        others_on_the_way=on_the_way / due if due else None,
        on_time=row["on_time"],
        on_time_moved=row["on_time_moved"],
    )


def _proof(row: dict, others: pl.DataFrame) -> ProofGiven:
    alike = others.filter(
        (pl.col("segment") == row["segment"]) & (pl.col("required") == row["required"])
    )
    needed, given = int(alike["delivered"].sum()), int(alike["complied"].sum())
    delivered, complied = int(row["delivered"]), int(row["complied"])
    own = (delivered - complied, delivered)
    try:
        misses = rate_ratio(own, (needed - given, needed))
    except NotEnoughDataError:
        misses = None
    return ProofGiven(
        segment=row["segment"],
        required=row["required"],
        delivered=delivered,
        complied=complied,
        other=int(row["other"]),
        others=given / needed if needed else None,
        misses=misses,
    )


def _held(
    own: pl.DataFrame, others: pl.DataFrame, contract: Contract | None
) -> Iterator[DataHeld]:
    for measure, of in MEASURED.items():
        known = others[measure].drop_nulls().to_list()
        yield DataHeld(
            measure=measure,
            of=int(own[of].item()),
            share=own[measure].item(),
            agreed=getattr(contract.data, measure) if contract else None,
            others=median(known) if known else None,
        )
