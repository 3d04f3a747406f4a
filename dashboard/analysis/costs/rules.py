"""One rule applied: what each group costs, what is idle, and what stays unallocated."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from dashboard.analysis.costs.cells import WORK, Cell, CellKey, Group, Parts, Shared, Sums
from dashboard.stated import BOOKED, TIME_DRIVEN, Costs
from dashboard.stats.allocation import Weight, Work, rounded, split_each, time_driven

_OUTSIDE: Group = ("(outside the filters)", "")
_ZERO = Decimal(0)

W = TypeVar("W")


@dataclass(frozen=True)
class GroupCost:
    """What a group earned and cost under one rule.

    Attributes:
        group: Values of the dimensions asked for.
        drops, delivered: Planned and completed.
        stops: Arrivals at a door.
        revenue: None where no income is known.
        pools: Cost by pool.
    """

    group: Group
    drops: int
    delivered: int
    stops: int
    revenue: Decimal | None
    pools: Mapping[str, Decimal]

    @cached_property
    def cost(self) -> Decimal:
        """All cost."""
        return sum(self.pools.values(), _ZERO)

    @property
    def margin(self) -> Decimal | None:
        """Revenue less all cost; None without revenue."""
        return None if self.revenue is None else self.revenue - self.cost

    def per_delivery(self, amount: Decimal | None) -> float | None:
        """An amount per completed delivery; None where there is none."""
        if amount is None or not self.delivered:
            return None
        return float(amount / self.delivered)


@dataclass(frozen=True)
class Allocation:
    """Everything split by one rule: groups, idle and unallocated sum to what was spent.

    Attributes:
        groups: By group, the largest first.
        idle: Paid time that no stop used, priced; negative is overtime; only TDABC tells.
        unallocated: Shared cost for which the rule has no weight.
    """

    rule: str
    groups: tuple[GroupCost, ...]
    idle: Decimal
    unallocated: Decimal

    @property
    def total(self) -> Decimal:
        """Cost of the groups, idle time and what stays unallocated."""
        return sum((one.cost for one in self.groups), _ZERO) + self.idle + self.unallocated


def allocate(cells: Mapping[CellKey, Cell], rule: str, costs: Costs) -> Allocation:
    """Split the shared pools of every cell; what was charged per drop stays.

    Args:
        cells: Sums by month, depot and channel.
        rule: A name from the catalogue.
        costs: Pools and rules.
    """
    return allocate_each(cells, (rule,), costs)[rule]


def allocate_each(
    cells: Mapping[CellKey, Cell], rules: Iterable[str], costs: Costs
) -> dict[str, Allocation]:
    """`allocate` by several rules."""
    sums: dict[Group, Sums] = {}
    for cell in cells.values():
        for group, own in cell.groups.items():
            sums.setdefault(group, Sums()).add(own)
    return {rule: _allocation(cells, sums, rule, costs) for rule in rules}


def _allocation(
    cells: Mapping[CellKey, Cell], sums: Mapping[Group, Sums], rule: str, costs: Costs
) -> Allocation:
    pools: Parts = {group: _charged(own, costs) for group, own in sums.items()}
    idle = unallocated = _ZERO
    for cell in cells.values():
        if rule not in cell.shared:
            cell.shared[rule] = Shared(*_shared(cell, rule, costs))
        shared = cell.shared[rule]
        idle, unallocated = idle + shared.idle, unallocated + shared.rest
        for group, parts in shared.parts.items():
            if group in pools:
                _add(pools[group], parts)
    order = {name: place for place, name in enumerate(costs.pools)}
    found = [_group_cost(group, own, _sorted(pools[group], order)) for group, own in sums.items()]
    ordered = tuple(sorted(found, key=lambda one: (-one.drops, one.group)))
    return Allocation(rule, ordered, idle, unallocated)


def together(allocation: Allocation, places: Iterable[int]) -> tuple[GroupCost, ...]:
    """Groups added up by some of their dimensions, the largest first."""
    kept = tuple(places)
    found: dict[Group, list[GroupCost]] = {}
    for one in allocation.groups:
        found.setdefault(tuple(one.group[at] for at in kept), []).append(one)
    added = [_added(group, parts) for group, parts in found.items()]
    return tuple(sorted(added, key=lambda one: (-one.drops, one.group)))


def margins(allocation: Allocation, places: Iterable[int]) -> dict[Group, float | None]:
    """Margin per completed delivery of `together`'s groups, without adding up their pools."""
    kept = tuple(places)
    delivered: dict[Group, int] = {}
    cost: dict[Group, Decimal] = {}
    revenue: dict[Group, Decimal] = {}
    for one in allocation.groups:
        group = tuple(one.group[at] for at in kept)
        delivered[group] = delivered.get(group, 0) + one.delivered
        cost[group] = cost.get(group, _ZERO) + one.cost
        if one.revenue is not None:
            revenue[group] = revenue.get(group, _ZERO) + one.revenue
    return {
        group: float((revenue[group] - cost[group]) / count)
        if count and group in revenue
        else None
        for group, count in delivered.items()
    }


def _added(group: Group, parts: list[GroupCost]) -> GroupCost:
    pools: dict[str, Decimal] = {}
    for part in parts:
        _add(pools, part.pools)
    known = [part.revenue for part in parts if part.revenue is not None]
    return GroupCost(
        group,
        sum(part.drops for part in parts),
        sum(part.delivered for part in parts),
        sum(part.stops for part in parts),
        sum(known, _ZERO) if known else None,
        pools,
    )


def _group_cost(group: Group, sums: Sums, pools: Mapping[str, Decimal]) -> GroupCost:
    return GroupCost(
        group,
        int(sums.of("drops_per_delivery")),
        int(sums.delivered),
        int(sums.of(WORK["stops"])),
        sums.revenue,
        pools,
    )


def _sorted(pools: Mapping[str, Decimal], order: Mapping[str, int]) -> dict[str, Decimal]:
    """Pools as the catalogue lists them; those it does not know last."""
    return dict(sorted(pools.items(), key=lambda one: (order.get(one[0], len(order)), one[0])))


def _charged(sums: Sums, costs: Costs) -> dict[str, Decimal]:
    return {
        name: sums.of(pool.metric) for name, pool in costs.pools.items() if pool.kind == "drop"
    }


def _shared(cell: Cell, rule: str, costs: Costs) -> tuple[Parts, Decimal, Decimal]:
    """Shared cost of each group in a cell, idle time, and what cannot be split."""
    if rule == BOOKED:
        as_they_are = {
            group: {name: own.of(costs.pools[name].metric) for name in costs.shared}
            for group, own in cell.groups.items()
        }
        return as_they_are, _ZERO, _sum(cell.on_routes)
    if rule == TIME_DRIVEN:
        return _by_time(cell, costs)
    driver = str(costs.rules[rule].driver)
    weights = _with_outside(cell, lambda sums: sums.of(driver))
    parts, rest = _split(_shared_pools(cell, costs), weights)
    return parts, _ZERO, rest


def _by_time(cell: Cell, costs: Costs) -> tuple[Parts, Decimal, Decimal]:
    """What routes cost at their rates, the other pools in proportion to it."""
    pools = _shared_pools(cell, costs)
    known = all(cell.whole.of(WORK[part]) for part in ("stops", "minutes"))
    if cell.capacity is None or not known:
        return {}, _ZERO, _sum(pools)
    priced = time_driven(cell.capacity, _with_outside(cell, _work))
    by_route = {n for n in pools if n in costs.pools and costs.pools[n].by_route and pools[n]}
    others = {name: amount for name, amount in pools.items() if name not in by_route}
    parts, rest = _split(others, priced.charges)
    if not by_route:
        return parts, _ZERO, rest
    used = rounded(sum(priced.charges.values(), Fraction(0)))
    idle = rounded(priced.idle)
    own, _ = _split(dict.fromkeys(sorted(by_route)[:1], used), priced.charges)
    for group, amounts in own.items():
        _add(parts.setdefault(group, {}), amounts)
    booked = sum((pools[name] for name in by_route), _ZERO)
    return parts, idle, rest + booked - used - idle


def _shared_pools(cell: Cell, costs: Costs) -> dict[str, Decimal]:
    """What a cell's shared pools hold, costs booked on routes only included."""
    pools = {name: cell.whole.of(costs.pools[name].metric) for name in costs.shared}
    _add(pools, cell.on_routes)
    return pools


def _split(pools: Mapping[str, Decimal], weights: Mapping[Group, Weight]) -> tuple[Parts, Decimal]:
    """Every pool by the same weights; without any weight nothing can be split."""
    if not any(weights.values()):
        return {}, _sum(pools)
    parts: Parts = {group: {} for group in weights}
    for name, by_group in split_each(pools, weights).items():
        for group, part in by_group.items():
            parts[group][name] = part
    return parts, _ZERO


def _with_outside(cell: Cell, weigh: Callable[[Sums], W]) -> dict[Group, W]:
    """What each group weighs, and the rest of the cell that filters hide."""
    found = {group: weigh(own) for group, own in cell.groups.items()}
    return found if cell.outside is None else {**found, _OUTSIDE: weigh(cell.outside)}


def _work(sums: Sums) -> Work:
    return Work(**{part: sums.of(metric) for part, metric in WORK.items()})


def _add(pools: dict[str, Decimal], more: Mapping[str, Decimal]) -> None:
    for name, amount in more.items():
        pools[name] = pools.get(name, _ZERO) + amount


def _sum(pools: Mapping[str, Decimal]) -> Decimal:
    return sum(pools.values(), _ZERO)
