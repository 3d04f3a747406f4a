"""Which leg ate the buffer: the warehouse's, or the carrier's?

Nobody writes down how long a leg should take, so the plan of a leg is how long it takes when
the promise of the same service is kept. Means add up: what late deliveries took beyond plan is
exactly the sum over legs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

Row = dict[str, Any]

LEGS = {
    "to_handover": ("Order to handover", "warehouse"),
    "to_dispatch": ("Handover to dispatch", "carrier"),
    "to_attempt": ("Dispatch to first attempt", "carrier"),
    "to_delivery": ("First attempt to delivery", "carrier"),
}
"""Column of the report, what people call the leg, and whose it is."""


@dataclass(frozen=True)
class Leg:
    """One leg, over all late deliveries whose times are known.

    Attributes:
        name, party: What it is called, and whose it is: 'warehouse' or 'carrier'.
        planned: Minutes it takes when the promise is kept, services as among the late.
        taken: Minutes it took of the late.
    """

    name: str
    party: str
    planned: float
    taken: float

    @property
    def beyond(self) -> float:
        """Minutes beyond plan; they add up over legs."""
        return self.taken - self.planned


@dataclass(frozen=True)
class Legs:
    """Where late deliveries lost their time.

    Attributes:
        message: The finding.
        legs: In the order of the way.
        late: Late deliveries that arrived, with every time known.
        untimed: Other broken promises: never arrived, or a time is missing or out of order.
        buffer: Minutes from the order to the promise, of the late.
        skipped: Services without enough kept deliveries to plan by.
    """

    message: str
    legs: tuple[Leg, ...]
    late: int
    untimed: int
    buffer: float
    skipped: tuple[str, ...]

    def beyond(self, party: str) -> float:
        """Minutes beyond plan of one party's legs."""
        return sum(leg.beyond for leg in self.legs if leg.party == party)


def legs(reader: Reader, scope: Scope) -> Legs:
    """Split the time that late deliveries took beyond plan over the legs of the way.

    Args:
        reader: The snapshot.
        scope: Period and filters.

    Raises:
        ScopeError: Nothing is due in the scope.
        NotEnoughDataError: Too few late deliveries with every time known.
    """
    rows = reader.report("legs", scope.during(scope.period))
    if not rows.height:
        raise ScopeError(nothing_found(reader, scope))
    kept = {row["service"]: row for row in rows.filter("is_on_time").to_dicts()}
    missed = rows.filter(~pl.col("is_on_time")).to_dicts()
    planned = [row for row in missed if _can_plan(kept.get(row["service"]))]
    late = sum(row["timed"] for row in planned)
    if late < FEWEST:
        message = f"{late} late deliveries with every time known; {FEWEST} are needed"
        raise NotEnoughDataError(message)
    found = tuple(
        Leg(name, party, _plan(planned, kept, column, late), _sum(planned, column) / late)
        for column, (name, party) in LEGS.items()
    )
    skipped = [row["service"] or "(none)" for row in missed if row not in planned]
    return Legs(
        message=_message(found),
        legs=found,
        late=late,
        untimed=sum(row["due"] for row in missed) - late,
        buffer=_sum(planned, "promised") / late,
        skipped=tuple(skipped),
    )


def _can_plan(kept: Row | None) -> bool:
    return kept is not None and kept["timed"] >= FEWEST


def _plan(
    late: Sequence[Row],
    kept: Mapping[object, Row],
    column: str,
    count: int,
) -> float:
    """Minutes of a leg of kept deliveries, services weighed as among the late."""
    services = ((row["timed"], kept[row["service"]]) for row in late)
    return sum(timed * own[column] / own["timed"] for timed, own in services) / count


def _sum(rows: Sequence[Row], column: str) -> float:
    return sum(row[column] for row in rows)


def _message(found: Sequence[Leg]) -> str:
    """Which leg took the most beyond plan."""
    beyond = sum(leg.beyond for leg in found)
    most = max(found, key=lambda leg: leg.beyond)
    if beyond <= 0:
        return "Late deliveries took no longer than kept ones: their promises were shorter"
    return (
        f"{most.name} ({most.party}) took {most.beyond:,.0f} of the {beyond:,.0f} minutes that "
        "late deliveries needed beyond plan"
    )
