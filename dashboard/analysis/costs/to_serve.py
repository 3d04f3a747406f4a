"""Which segments and delivery models lose money, and why?"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from dashboard.analysis.costs.board import CostBoard, RuleReadout
from dashboard.analysis.costs.cells import Cell, CellKey, read_cells
from dashboard.analysis.costs.finding import finding
from dashboard.analysis.costs.ledger import reconciliation
from dashboard.analysis.costs.rules import (
    Allocation,
    GroupCost,
    allocate,
    allocate_each,
    margins,
    together,
)
from dashboard.analysis.daily import Daily, daily_sums
from dashboard.analysis.figures import figure, nothing_measured
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stated import BOOKED, TIME_DRIVEN
from dashboard.warehouse import Reader

FINEST = ("segment", "channel", "service")
LEVELS: tuple[tuple[str, ...], ...] = (
    ("segment",),
    ("segment", "channel"),
    ("segment", "service"),
)
MARGIN = "margin_per_delivery"
_NO_COST = (
    "no delivery in view has a known cost; give deliveries a cost column such as "
    "carrier_charge or cost_last_mile, or the table costs"
)


def cost_to_serve(reader: Reader, rule: str, scope: Scope) -> CostBoard:
    """What each segment earns and costs under a rule, and what other rules would say.

    Args:
        reader: The snapshot.
        rule: How shared pools are split; a name of costs.toml.
        scope: Period and filters.

    Raises:
        ScopeError: No delivery lies in the scope, or none has a known cost.
        UnknownNameError: There is no such rule.
    """
    reader.catalog.rule(rule)
    cells = read_cells(reader, FINEST, scope)
    if not cells:
        raise ScopeError(nothing_measured(reader, scope, _NO_COST))
    costs = reader.catalog.costs
    applied = allocate_each(cells, costs.rules, costs)
    readouts = tuple(_readouts(reader, applied, scope))
    chosen = applied[rule]
    segments = together(chosen, (0,))
    whole = together(chosen, ())[0]
    return CostBoard(
        message=finding(readouts, whole),
        rule=rule,
        period=scope.period,
        segments=segments,
        whole=whole,
        allocation=chosen,
        covers_all=not (scope.filters or scope.where),
        readouts=readouts,
        reconciliation=reconciliation(reader, scope.period),
        without_revenue=_without_revenue(cells),
        unavailable=tuple(name for name in costs.six if _is_unavailable(cells, name, reader)),
    )


def cost_by(reader: Reader, rule: str, dimension: str, scope: Scope) -> tuple[GroupCost, ...]:
    """What each value of a dimension earns and costs under a rule, the largest first.

    Raises:
        ScopeError: No delivery lies in the scope, or none has a known cost.
        UnknownNameError: There is no such rule or dimension.
    """
    return split_cost(reader, rule, (dimension,), scope).groups


def split_cost(reader: Reader, rule: str, by: Sequence[str], scope: Scope) -> Allocation:
    """One rule applied to groups of any dimensions.

    Raises:
        ScopeError: No delivery lies in the scope, or none has a known cost.
        UnknownNameError: There is no such rule or dimension.
    """
    reader.catalog.rule(rule)
    cells = read_cells(reader, by, scope)
    if not cells:
        raise ScopeError(nothing_measured(reader, scope, _NO_COST))
    return allocate(cells, rule, reader.catalog.costs)


def _readouts(
    reader: Reader, applied: Mapping[str, Allocation], scope: Scope
) -> Iterator[RuleReadout]:
    daily = daily_sums(reader, (MARGIN,), FINEST, scope)
    for level in LEVELS:
        places = [FINEST.index(name) for name in level]
        halves = _half_intervals(reader, daily, places, scope.period)
        by_rule = {name: margins(found, places) for name, found in applied.items()}
        for first in together(applied[BOOKED], places):
            own = {name: known[first.group] for name, known in by_rule.items()}
            known = {name: margin for name, margin in own.items() if margin is not None}
            name = " × ".join(value.replace("_", " ") for value in first.group)
            half = halves.get(first.group)
            yield RuleReadout(name, first.group, first.delivered, known, half)


def _half_intervals(
    reader: Reader, daily: Mapping[tuple, Daily], places: Sequence[int], period: Period | None
) -> dict[tuple[str, ...], float]:
    """Half the interval of the booked margin per delivery, by group."""
    margin = reader.catalog.metric(MARGIN)
    parts: dict[tuple[str, ...], list[Daily]] = {}
    for (_, *values), days in daily.items():
        parts.setdefault(tuple(values[at] for at in places), []).append(days)
    added = {group: Daily.together(own) for group, own in parts.items()}
    found = {group: figure(margin, (), own, period or own.span) for group, own in added.items()}
    return {
        group: (one.high - one.low) / 2
        for group, one in found.items()
        if one.high is not None and one.low is not None
    }


def _without_revenue(cells: Mapping[CellKey, Cell]) -> int:
    sums = [own for cell in cells.values() for own in cell.groups.values()]
    return int(sum((own.delivered - own.earned_on for own in sums), Decimal(0)))


def _is_unavailable(cells: Mapping[CellKey, Cell], rule: str, reader: Reader) -> bool:
    """Whether no cell has anything to weigh by."""
    if rule == TIME_DRIVEN:
        return all(cell.capacity is None for cell in cells.values())
    driver = str(reader.catalog.costs.rules[rule].driver)
    return not any(cell.whole.of(driver) for cell in cells.values())
