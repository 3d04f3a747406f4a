"""Does what is shown add up to the ledger, and how do served and booked cost hang together?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader

_ZERO = Decimal(0)
_NEXT_MONTH = timedelta(days=31)


@dataclass(frozen=True)
class MonthBooked:
    """One month's bookings beside the ledger's.

    Attributes:
        month: Its first day.
        booked: All that was booked in the month.
        ledger: What the ledger holds; None where it has no such month.
    """

    month: date
    booked: Decimal
    ledger: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Ledger less booked; nothing where the ledger has no such month."""
        return _ZERO if self.ledger is None else self.ledger - self.booked


@dataclass(frozen=True)
class PoolDifference:
    """A month and pool in which ledger and bookings differ."""

    month: date
    pool: str
    booked: Decimal
    ledger: Decimal

    @property
    def difference(self) -> Decimal:
        """Ledger less booked."""
        return self.ledger - self.booked


@dataclass(frozen=True)
class Reconciliation:
    """Bookings against the ledger, over the whole months of a period.

    Attributes:
        months: Whole months asked about that have any booking.
        open_cost: Cost of deliveries still under way.
        estimated: Accrued: booked as an estimate, its bill still to come.
        on_neither: Booked on neither a delivery nor a route.
    """

    months: tuple[MonthBooked, ...]
    open_cost: Decimal
    estimated: Decimal
    on_neither: Decimal

    @property
    def closed(self) -> tuple[MonthBooked, ...]:
        """The months that the ledger holds."""
        return tuple(one for one in self.months if one.ledger is not None)

    @property
    def off(self) -> tuple[MonthBooked, ...]:
        """The months in which it differs."""
        return tuple(one for one in self.closed if one.difference)

    @property
    def difference(self) -> Decimal:
        """Ledger less booked, over all months."""
        return sum((one.difference for one in self.closed), _ZERO)


@dataclass(frozen=True)
class LedgerBridge:
    """From what the period's deliveries cost to what was booked in it, and the ledger.

    Attributes:
        lines: Label and amount, in order; they sum to `booked`.
        booked: All that was booked in the months.
        ledger: What the ledger holds; None where it lacks one of the months.
        pools: Months and pools in which the two differ.
    """

    period: Period
    lines: tuple[tuple[str, Decimal], ...]
    booked: Decimal
    ledger: Decimal | None
    pools: tuple[PoolDifference, ...]


def reconciliation(reader: Reader, period: Period | None) -> Reconciliation:
    """Compare bookings with the ledger, for the whole network, by month.

    Args:
        reader: The snapshot.
        period: Its whole months count; None for all.
    """
    at_once, open_cost = _sums(reader, "booked_at_once", "open_cost")
    apart = list(_costs(reader))
    ledger = _ledger(reader)
    booked = dict(at_once)
    for row in apart:
        booked[row["month"]] = booked.get(row["month"], _ZERO) + row["amount"]
    months = [month for month in sorted(booked) if _is_inside(month, period)]
    by_month = {m: sum(pools.values(), _ZERO) for m, pools in ledger.items()}
    return Reconciliation(
        tuple(MonthBooked(month, booked[month], by_month.get(month)) for month in months),
        sum((open_cost.get(month, _ZERO) for month in months), _ZERO),
        _total(apart, months, lambda row: row["is_estimated"]),
        _total(apart, months, lambda row: row["booked_on"] == "neither"),
    )


def ledger_bridge(reader: Reader, period: Period | None) -> LedgerBridge:
    """Lead from the served cohort to what was booked, and name where the ledger differs."""
    found = reconciliation(reader, period)
    compared = found.closed or found.months
    months = [one.month for one in compared]
    apart = list(_costs(reader))
    served, still_open = _sums(reader, "cost_to_serve", "open_cost")
    away, here = _of_other_months(reader, set(months))
    lines = (
        ("Cost of the deliveries promised in these months", _of(served, months)),
        ("Deliveries still open", _of(still_open, months)),
        ("Booked in other months", -away),
        ("Booked now for deliveries of other months", here),
        ("Booked on routes only", _total(apart, months, lambda r: r["booked_on"] == "route")),
        ("Booked on neither", _total(apart, months, lambda r: r["booked_on"] == "neither")),
    )
    held = [one.ledger for one in found.closed if one.ledger is not None]
    return LedgerBridge(
        _days(months, period),
        lines,
        sum((one.booked for one in compared), _ZERO),
        sum(held, _ZERO) if held else None,
        tuple(_differences(reader, found, apart)),
    )


def _of_other_months(reader: Reader, inside: set[date]) -> tuple[Decimal, Decimal]:
    """Booked later or earlier for these months' deliveries; booked in them for others."""
    away = here = _ZERO
    for promised, booked, amount in reader.whole_report("costs_by_cohort").iter_rows():
        if promised in inside and booked not in inside:
            away += amount
        elif promised not in inside and booked in inside:
            here += amount
    return away, here


def _differences(
    reader: Reader, compared: Reconciliation, apart: Iterable[Mapping]
) -> Iterable[PoolDifference]:
    """The pools of the months that are off; asked for only where one is."""
    off = {one.month for one in compared.off}
    if not off:
        return
    booked: dict[tuple[date, str], Decimal] = {}
    for row in reader.whole_report("booked_at_once_by_pool").iter_rows(named=True):
        month = row.pop("month")
        booked |= {(month, pool): amount for pool, amount in row.items() if month in off}
    for row in apart:
        key = (row["month"], row["pool"])
        if row["month"] in off:
            booked[key] = booked.get(key, _ZERO) + row["amount"]
    ledger = {(m, p): a for m, pools in _ledger(reader).items() for p, a in pools.items()}
    for key in sorted(k for k in booked.keys() | ledger.keys() if k[0] in off):
        ours, theirs = booked.get(key, _ZERO), ledger.get(key, _ZERO)
        if ours != theirs:
            yield PoolDifference(*key, ours, theirs)


def _costs(reader: Reader) -> Iterable[Mapping]:
    if not reader.shows("costs"):
        return ()
    return reader.whole_report("costs_booked").iter_rows(named=True)


def _ledger(reader: Reader) -> dict[date, dict[str, Decimal]]:
    found: dict[date, dict[str, Decimal]] = {}
    if reader.shows("ledger"):
        for month, pool, amount in reader.whole_report("ledger_months").iter_rows():
            found.setdefault(month, {})[pool] = amount
    return found


def _sums(reader: Reader, *metrics: str) -> list[dict[date, Decimal]]:
    """Numerators by month over the whole snapshot, per metric; asked once."""
    key = (_sums.__qualname__, metrics)
    rows = reader.once(key, lambda: reader.roll_up(metrics, ("month",), Scope()))
    found = {(metric, month): amount for metric, month, amount, *_ in rows.iter_rows()}
    return [
        {month: amount for (own, month), amount in found.items() if own == metric}
        for metric in metrics
    ]


def _of(by_month: Mapping[date, Decimal], months: Iterable[date]) -> Decimal:
    return sum((by_month.get(month, _ZERO) for month in months), _ZERO)


def _total(
    rows: Iterable[Mapping], months: Iterable[date], wanted: Callable[[Mapping], bool]
) -> Decimal:
    inside = set(months)
    found = (row["amount"] for row in rows if row["month"] in inside and wanted(row))
    return sum(found, _ZERO)


def _last_day(month: date) -> date:
    return (month + _NEXT_MONTH).replace(day=1) - timedelta(days=1)


def _is_inside(month: date, period: Period | None) -> bool:
    return period is None or period.holds_month(month)


def _days(months: list[date], period: Period | None) -> Period:
    if months:
        return Period(months[0], _last_day(months[-1]))
    return period or Period(date.min, date.max)
