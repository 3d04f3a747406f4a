"""What broken promises cost: cash that was paid, and custom that is put at risk.

Two figures, never added: the first is on the books, the second an assumption times a
margin (`queries/breaches.toml`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from dashboard.analysis.days import last_known_day
from dashboard.analysis.figures import nothing_found
from dashboard.churn import Churn
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats.breaches import BreachCost
from dashboard.warehouse import Reader

SEGMENT = "segment"
PARTS = {
    "credit": "credit_per_breach",
    "redelivery": "redelivery_per_breach",
    "contact": "contact_cost_per_breach",
}
"""The parts of the cash, and the metric that sums each."""

KEPT = "cash_per_kept_promise"
_DUE = "on_time_rate"
_NONE = Decimal(0)


@dataclass(frozen=True)
class CustomerMargin:
    """What customers of a segment bring.

    Attributes:
        customers: With a closed delivery whose revenue and cost are known.
        margin: Of one of them, on average; may be negative.
        probability: That a breach loses the customer, as assumed.
    """

    segment: str
    customers: int
    margin: Decimal
    probability: Decimal

    @property
    def at_risk(self) -> Decimal:
        """Margin that one breach puts at risk; none where customers bring none."""
        return self.probability * max(self.margin, _NONE)


@dataclass(frozen=True)
class Assumption:
    """What churn exposure stands on.

    Attributes:
        churn: The probabilities as stated.
        days: The days that customers' margins are summed over.
        margins: By segment; a segment without a known margin is not among them.
    """

    churn: Churn
    days: Period
    margins: Mapping[str, CustomerMargin]


@dataclass(frozen=True)
class BreachMoney:
    """What the breaches of one group cost.

    Attributes:
        group: Dimension and value, in the order asked for; empty for the whole.
        due: Promises fallen due.
        breaches: Of them, not kept.
        costed: Of the breaches, those whose cost is known: `cost` has the cash of these.
        priced: Of the breaches, those of segments whose customers' margin is known:
            `cost.churn_exposure` is theirs.
        cost: Credits, redelivery, contacts; churn exposure apart.
        usual: Cash that as many kept promises of the same segments cost; None where no
            kept promise has a known cost.
    """

    group: tuple[tuple[str, str], ...]
    due: int
    breaches: int
    costed: int
    priced: int
    cost: BreachCost
    usual: Decimal | None

    @property
    def cash(self) -> Decimal | None:
        """Money paid out on breaches; None where no breach has a known cost."""
        return self.cost.cash if self.costed else None

    @property
    def beyond_usual(self) -> Decimal | None:
        """The part of the cash that kept promises would not have cost."""
        if self.cash is None or self.usual is None:
            return None
        return self.cash - self.usual

    @property
    def cash_per_breach(self) -> Decimal | None:
        """Cash of one breach; None where no breach has a known cost."""
        return self.cost.cash / self.costed if self.costed else None

    @property
    def churn_exposure(self) -> Decimal | None:
        """Margin at risk; None where no customer's margin is known."""
        return self.cost.churn_exposure if self.priced else None

    @property
    def exposure_per_breach(self) -> Decimal | None:
        """Margin that one breach puts at risk; None where none is known."""
        return self.cost.churn_exposure / self.priced if self.priced else None


@dataclass(frozen=True)
class BreachBoard:
    """Breaches in money.

    Attributes:
        whole: All of the scope.
        groups: By what was asked for, the most cash first.
        assumption: What churn exposure stands on.
    """

    whole: BreachMoney
    groups: tuple[BreachMoney, ...]
    assumption: Assumption


def breach_money(reader: Reader, by: Sequence[str], scope: Scope) -> BreachBoard:
    """Cash and churn exposure of breaches, split by dimensions.

    Everything is summed by segment first: the same breach puts more at risk where
    customers bring more, and kept promises are compared within their segment.

    Args:
        reader: The snapshot.
        by: Dimension names.
        scope: Period and filters.

    Raises:
        UnknownNameError: A dimension is not in the catalogue.
        ScopeError: No promise of the scope has fallen due.
    """
    assumed = assumption(reader)
    split = tuple(dict.fromkeys((*by, SEGMENT)))
    sums = _sums(reader, split, scope)
    if not sums:
        raise ScopeError(nothing_found(reader, scope))
    cells = {key: _cell(dict(zip(split, key, strict=True)), own) for key, own in sums.items()}
    groups: dict[tuple[str, ...], list[_Cell]] = {}
    for key, cell in cells.items():
        groups.setdefault(key[: len(by)], []).append(cell)
    found = [_money(tuple(zip(by, key, strict=True)), own, assumed) for key, own in groups.items()]
    ordered = sorted(found, key=lambda one: (-(one.cash or _NONE), one.group))
    return BreachBoard(_money((), cells.values(), assumed), tuple(ordered), assumed)


def assumption(reader: Reader) -> Assumption:
    """What one breach puts at risk, by segment; the same whatever the filters.

    A lost customer is lost to the whole network, so margins are not cut to the scope.
    """
    churn = reader.churn
    last = last_known_day(reader)
    days = Period(_first_day(reader, last, churn.margin_days), last)
    rows = reader.whole_report("margin_per_customer", days).iter_rows(named=True)
    margins = {
        row["segment"]: CustomerMargin(
            row["segment"],
            row["customers"],
            Decimal(row["margin"]) / row["customers"],
            churn.of(row["segment"]),
        )
        for row in rows
    }
    return Assumption(churn, days, margins)


def money_table(board: BreachBoard, snapshot: int) -> pl.DataFrame:
    """One row per group, the whole first, with all digits; null where nothing is known."""
    rows = [_row(one) | {"snapshot": snapshot} for one in (board.whole, *board.groups)]
    return pl.DataFrame(rows, infer_schema_length=None)


def _row(one: BreachMoney) -> dict[str, object]:
    known = one.costed > 0
    return {
        "group": " · ".join(value for _, value in one.group) or "all",
        "due": one.due,
        "breaches": one.breaches,
        "with_known_cost": one.costed,
        "credit": float(one.cost.credit) if known else None,
        "redelivery": float(one.cost.redelivery) if known else None,
        "contact": float(one.cost.contact) if known else None,
        "cash": _number(one.cash),
        "usual": _number(one.usual),
        "churn_exposure": _number(one.churn_exposure),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


@dataclass(frozen=True)
class _Cell:
    """The breaches of one group in one segment."""

    segment: str
    due: int
    breaches: int
    costed: int
    kept: int
    parts: BreachCost
    kept_cash: Decimal


def _sums(
    reader: Reader, split: Sequence[str], scope: Scope
) -> dict[tuple[str, ...], dict[str, tuple[Decimal, Decimal]]]:
    """Numerator and denominator by group and metric; groups with a promise due."""
    rows = reader.roll_up((_DUE, *PARTS.values(), KEPT), split, scope)
    found: dict[tuple[str, ...], dict[str, tuple[Decimal, Decimal]]] = {}
    for row in rows.iter_rows(named=True):
        key = tuple(str(row[name]) for name in split)
        found.setdefault(key, {})[row["metric"]] = (row["numerator"], row["denominator"])
    return {key: own for key, own in found.items() if _DUE in own}


def _cell(key: Mapping[str, str], own: Mapping[str, tuple[Decimal, Decimal]]) -> _Cell:
    nothing = (_NONE, _NONE)
    kept, due = own[_DUE]
    parts = {part: own.get(metric, nothing)[0] for part, metric in PARTS.items()}
    kept_cash, kept_known = own.get(KEPT, nothing)
    return _Cell(
        segment=key[SEGMENT],
        due=int(due),
        breaches=int(due - kept),
        costed=int(own.get(PARTS["credit"], nothing)[1]),
        kept=int(kept_known),
        parts=BreachCost(**parts),
        kept_cash=kept_cash,
    )


def _money(
    group: tuple[tuple[str, str], ...], cells: Iterable[_Cell], assumed: Assumption
) -> BreachMoney:
    own = list(cells)
    priced = [cell for cell in own if cell.segment in assumed.margins]
    exposure = sum(
        (cell.breaches * assumed.margins[cell.segment].at_risk for cell in priced), _NONE
    )
    like = [cell for cell in own if cell.kept]
    usual = sum((cell.costed * cell.kept_cash / cell.kept for cell in like), _NONE)
    cash = sum((cell.parts for cell in own), BreachCost(churn_exposure=exposure))
    return BreachMoney(
        group=group,
        due=sum(cell.due for cell in own),
        breaches=sum(cell.breaches for cell in own),
        costed=sum(cell.costed for cell in own),
        priced=sum(cell.breaches for cell in priced),
        cost=cash,
        usual=usual if like else None,
    )


def _first_day(reader: Reader, last: date, days: int) -> date:
    """So many days to the last; no earlier than the data begins."""
    span = reader.span()
    first = last - timedelta(days=days - 1)
    return min(last, max(first, span.start)) if span else first
