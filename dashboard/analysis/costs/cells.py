"""Sums of revenue, cost and work by month, depot and channel: what rules split within."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from dashboard.scope import Period, Scope
from dashboard.stats.allocation import Capacity
from dashboard.warehouse import Reader

CELL = ("month", "depot", "channel")
COUNTED = ("cost_to_serve", "revenue_per_delivery")
WORK = {
    "stops": "stops_per_delivery",
    "minutes": "minutes_per_delivery",
    "km": "kilometres_per_delivery",
}
Group = tuple[str, ...]
CellKey = tuple[date, str, str]
Parts = dict[Group, dict[str, Decimal]]

_ZERO = Decimal(0)


@dataclass
class Sums:
    """Sums over some deliveries: numerators by metric, and completed ones."""

    delivered: Decimal = _ZERO
    earned_on: Decimal = _ZERO
    by_metric: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: "Sums") -> None:
        """Add the sums of others."""
        self.delivered += other.delivered
        self.earned_on += other.earned_on
        for metric, amount in other.by_metric.items():
            self.by_metric[metric] = self.by_metric.get(metric, _ZERO) + amount

    def take(self, other: "Sums") -> None:
        """Take the sums of some away."""
        self.delivered -= other.delivered
        self.earned_on -= other.earned_on
        for metric, amount in other.by_metric.items():
            self.by_metric[metric] = self.by_metric.get(metric, _ZERO) - amount

    def of(self, metric: str) -> Decimal:
        """A metric's numerator; nothing where no row has one."""
        return self.by_metric.get(metric, _ZERO)

    @property
    def revenue(self) -> Decimal | None:
        """Income; None where no delivery's is known."""
        return self.by_metric.get("revenue_per_delivery")


@dataclass(frozen=True)
class Shared:
    """Shared cost of a cell, split by a rule.

    Attributes:
        parts: By group and pool; a group outside the filters may be among them.
        idle: Paid time that no stop used, priced.
        rest: What cannot be split.
    """

    parts: Parts
    idle: Decimal
    rest: Decimal


@dataclass(frozen=True)
class Cell:
    """One month, depot and channel.

    Attributes:
        groups: What the reader asked for, by group.
        whole: All deliveries of the cell, whatever the filters.
        on_routes: Shared cost booked on routes only, by pool.
        capacity: Of its routes; None where no route has any paid time.
        shared: What rules that were applied made of its shared cost, by rule.
    """

    groups: Mapping[Group, Sums]
    whole: Sums
    on_routes: Mapping[str, Decimal]
    capacity: Capacity | None
    shared: dict[str, Shared] = field(default_factory=dict, compare=False)

    @cached_property
    def outside(self) -> Sums | None:
        """The deliveries that filters hide; None where they hide none."""
        rest = Sums()
        rest.add(self.whole)
        for own in self.groups.values():
            rest.take(own)
        return rest if any(rest.by_metric.values()) else None


def read_cells(reader: Reader, split: Sequence[str], scope: Scope) -> dict[CellKey, Cell]:
    """Sum everything that costs are split by.

    Cells are whole months: those that no filter cuts are kept with the snapshot, and with
    them what rules made of each.

    Args:
        reader: The snapshot.
        split: Dimensions of the groups.
        scope: Period and filters; filters cut the groups, never the cells.
    """
    period = scope.period
    if scope.filters or scope.where or not reader.keeps(_metrics(reader), _dimensions(split)):
        return _read(reader, split, scope)
    if period is not None and period.whole_months != period:
        return _read(reader, split, scope)
    key = (read_cells.__qualname__, tuple(split))
    every = reader.once(key, lambda: _read(reader, split, Scope()))
    return {key: cell for key, cell in every.items() if _inside(key[0], period)}


def _read(reader: Reader, split: Sequence[str], scope: Scope) -> dict[CellKey, Cell]:
    own = dict(_by_cell(reader, split, scope))
    if not own:
        return {}
    whole = _whole_cells(reader, scope, own)
    routes = _on_routes(reader, scope.period)
    capacities = _capacities(reader, scope.period)
    return {
        key: Cell(groups, whole[key], routes.get(key, {}), capacities.get(key))
        for key, groups in own.items()
    }


def _dimensions(split: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*CELL, *split)))


def _metrics(reader: Reader) -> list[str]:
    costs = reader.catalog.costs
    drivers = {rule.driver for rule in costs.rules.values() if rule.driver}
    pools = [pool.metric for pool in costs.pools.values()]
    return ["cost_to_serve", "revenue_per_delivery", *pools, *sorted({*drivers, *WORK.values()})]


def _by_cell(
    reader: Reader, split: Sequence[str], scope: Scope
) -> Iterator[tuple[CellKey, dict[Group, Sums]]]:
    by = _dimensions(split)
    places = [by.index(name) for name in split]
    cells: dict[CellKey, dict[Group, Sums]] = {}
    for rows in reader.sums(_metrics(reader), by, scope):
        metrics = [name.removesuffix(".rows") for name in rows.columns if name.endswith(".rows")]
        wanted = [f"{name}.{part}" for part in ("numerator", "rows") for name in metrics]
        denominators = [f"{name}.denominator" for name in COUNTED if name in metrics]
        for row in rows.sort(by).select(*by, *denominators, *wanted).iter_rows():
            key, group = row[: len(CELL)], tuple(row[at] for at in places)
            counted, terms = row[len(by) : -2 * len(metrics)], row[-2 * len(metrics) :]
            known = _numerators(metrics, terms)
            if not known:
                continue
            sums = cells.setdefault(key, {}).setdefault(group, Sums())
            sums.by_metric |= known
            if counted:
                sums.delivered, sums.earned_on = (term or _ZERO for term in counted)
    for cell, groups in cells.items():
        if any("cost_to_serve" in sums.by_metric for sums in groups.values()):
            yield cell, groups


def _numerators(metrics: Sequence[str], terms: Sequence[Any]) -> dict[str, Decimal]:
    """Numerators of the metrics that any row stands behind; `terms` ends with these rows."""
    count = len(metrics)
    both = zip(metrics, terms[:count], terms[count:], strict=True)
    return {name: term for name, term, rows in both if rows}


def _whole_cells(
    reader: Reader, scope: Scope, own: Mapping[CellKey, Mapping[Group, Sums]]
) -> dict[CellKey, Sums]:
    """All deliveries of each cell; asked for anew only where filters hide some."""
    if not scope.where and set(dict(scope.filters)) <= {"channel", "depot"}:
        found = {}
        for key, groups in own.items():
            found[key] = Sums()
            for sums in groups.values():
                found[key].add(sums)
        return found
    every = read_cells(reader, (), Scope(scope.period))
    return {key: every[key].whole for key in own}


def _inside(month: date, period: Period | None) -> bool:
    """Whether a month is in view as a whole: routes are booked and paid by the month."""
    return period is None or period.holds_month(month)


def _on_routes(reader: Reader, period: Period | None) -> dict[CellKey, dict[str, Decimal]]:
    """Costs that name a route only, by the month of the route."""
    found: dict[CellKey, dict[str, Decimal]] = {}
    rows = reader.whole_report("costs_booked") if reader.shows("costs") else None
    for row in rows.iter_rows(named=True) if rows is not None else ():
        month = row["route_month"]
        if row["booked_on"] == "route" and _inside(month, period):
            pools = found.setdefault((month, row["depot"], row["channel"]), {})
            pools[row["pool"]] = pools.get(row["pool"], _ZERO) + row["amount"]
    return found


def _capacities(reader: Reader, period: Period | None) -> dict[CellKey, Capacity]:
    if not reader.shows("routes"):
        return {}
    found = {}
    for row in reader.whole_report("route_capacity").iter_rows(named=True):
        paid = row["paid_minutes"]
        if paid > 0 and _inside(row["month"], period):
            found[row["month"], row["depot"], row["channel"]] = Capacity(
                paid,
                row["stem_minutes"],
                row["stem_km"],
                row["time_cost"] / paid,
                row["km_rate"] / paid,
                row["fixed_cost"],
            )
    return found
