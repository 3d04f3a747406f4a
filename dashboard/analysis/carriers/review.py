"""One carrier's quarter: each segment against its contract and the other carriers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median
from typing import Final

from dashboard.analysis.figures import FEWEST, Figure, measured, nothing_found
from dashboard.catalog import Metric
from dashboard.contracts import Cliff, Contract, Linear
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader

SCORED: Final = (
    "on_time_rate",
    "on_time_attempt_rate",
    "first_attempt_rate",
    "revised_promise_rate",
    "on_time_last_promise_rate",
)
BESIDE: Final = (
    "cost_to_serve",
    "cost_carrier_charge",
    "satisfaction",
    "contacts_per_delivery",
)
ALL = ""
"""The segment that stands for all of a carrier's segments together."""

Place = tuple[str, str]


@dataclass(frozen=True)
class Score:
    """A carrier's figure in one segment.

    Attributes:
        segment: `ALL` for all of them.
        figure: The carrier's.
        others: Median of the other carriers with at least 30 cases; None without any.
        carriers: How many that is the median of.
        target: What its contract asks for; None where no clause does.
        clause: The clause that asks for it; '' for none.
    """

    segment: str
    figure: Figure
    others: float | None
    carriers: int
    target: Fraction | None
    clause: str


@dataclass(frozen=True)
class CarrierReview:
    """A carrier's review.

    Attributes:
        message: How it did beside the others.
        carrier: Whose.
        period: Days.
        scores: `SCORED` over all segments, then by segment.
        beside: `BESIDE` over all segments, with the others' median.
        carriers: All carriers of the period, the largest first.
    """

    message: str
    carrier: str
    period: Period
    scores: tuple[Score, ...]
    beside: tuple[Score, ...]
    carriers: tuple[str, ...]


def carrier_review(
    reader: Reader, scope: Scope, carrier: str, contract: Contract | None = None
) -> CarrierReview:
    """Hold a carrier's figures against its contract and the median of the others.

    Args:
        reader: The snapshot.
        scope: Period and filters; one by carrier is set aside.
        carrier: Whose review it is.
        contract: Its contract; None where there is none.

    Raises:
        ScopeError: The carrier has no delivery in the scope.
    """
    everybody = everybody_in(scope)
    whole = measured(reader, (*SCORED, *BESIDE), ("carrier",), everybody)
    parts = measured(reader, SCORED, ("carrier", "segment"), everybody)
    found = _by_place(whole) | _by_place(parts)
    own = [(key, figures[carrier]) for key, figures in found.items() if carrier in figures]
    if not own:
        raise ScopeError(nothing_found(reader, everybody.within(carrier=carrier)))
    scores = [_score(place, figure, found[place], (carrier, contract)) for place, figure in own]
    volumes = {
        one.group[0][1]: one.denominator or 0 for one in whole if one.metric.name == SCORED[0]
    }
    return CarrierReview(
        message=_message(carrier, scores),
        carrier=carrier,
        period=own[0][1].period,
        scores=tuple(one for one in scores if one.figure.metric.name in SCORED),
        beside=tuple(one for one in scores if one.figure.metric.name in BESIDE),
        carriers=tuple(sorted(volumes, key=lambda name: (-volumes[name], name))),
    )


def everybody_in(scope: Scope) -> Scope:
    """A scope with every carrier."""
    return replace(scope, filters=tuple(one for one in scope.filters if one[0] != "carrier"))


def default_carrier(reader: Reader, scope: Scope, contracts: Sequence[Contract]) -> str:
    """Whose review to open: the one filtered by, else one with a contract, else the largest.

    Raises:
        ScopeError: There is no delivery in the scope.
    """
    chosen = dict(scope.filters).get("carrier", ())
    if len(chosen) == 1:
        return chosen[0]
    whole = measured(reader, ("volume",), ("carrier",), scope)
    if not whole:
        raise ScopeError(nothing_found(reader, scope))
    largest = sorted(whole, key=lambda one: (-one.numerator, one.group))
    names = [one.group[0][1] for one in largest]
    held = {one.carrier for one in contracts}
    return next((name for name in names if name in held), names[0])


def _by_place(figures: Sequence[Figure]) -> dict[Place, dict[str, Figure]]:
    """Figures of every carrier by metric and segment."""
    found: dict[Place, dict[str, Figure]] = {}
    for one in figures:
        group = dict(one.group)
        place = (one.metric.name, group.get("segment", ALL))
        found.setdefault(place, {})[group["carrier"]] = one
    return found


def _score(
    place: Place, figure: Figure, everybody: Mapping[str, Figure], of: tuple[str, Contract | None]
) -> Score:
    carrier, contract = of
    others = [
        one.value
        for name, one in everybody.items()
        if name != carrier and one.value is not None and (one.denominator or 0) >= FEWEST
    ]
    target, clause = _asked(contract, figure.metric, place[1])
    return Score(
        segment=place[1],
        figure=figure,
        others=median(others) if others else None,
        carriers=len(others),
        target=target,
        clause=clause,
    )


def _asked(contract: Contract | None, metric: Metric, segment: str) -> tuple[Fraction | None, str]:
    """The target that a contract sets for a metric in a segment, and the clause that does."""
    for clause in contract.clauses if contract else ():
        if not isinstance(clause, (Linear, Cliff)) or clause.metric != metric.name:
            continue
        wanted = clause.segment
        if (not wanted and segment == ALL) or segment in wanted:
            return clause.target, clause.id
    return None, ""


def _message(carrier: str, scores: Sequence[Score]) -> str:
    """The carrier's on-time rate beside the others', called different only beyond noise."""
    whole = next(
        (one for one in scores if (one.figure.metric.name, one.segment) == (SCORED[0], ALL)), None
    )
    if whole is None or whole.figure.value is None:
        return f"{carrier}: no promise has fallen due"
    figure = whole.figure
    said = f"{carrier} kept {100 * (figure.value or 0):.1f} % of its promises"
    if whole.others is None or figure.low is None or figure.high is None or figure.is_thin:
        return said
    median_said = f"the others' median of {100 * whole.others:.1f} %"
    if figure.high < whole.others:
        return f"{said}, fewer than {median_said}"
    if figure.low > whole.others:
        return f"{said}, more than {median_said}"
    return f"{said}, within noise of {median_said}"
