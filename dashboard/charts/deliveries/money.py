"""Breaches in money: two figures and what each stands on, in words."""

from decimal import Decimal

import polars as pl

from dashboard.analysis.deliveries.delivery import Story
from dashboard.analysis.deliveries.money import Assumption, BreachBoard, BreachMoney
from dashboard.charts import formats
from dashboard.charts.cards import Card
from dashboard.charts.tables import safe_text

_UNKNOWN = "not known"
_PAID = (
    "customer_credit",
    "cost_redelivery",
    "cost_contact",
    "booked_customer_credit",
    "booked_redelivery",
    "booked_contact",
)


def money_cards(board: BreachBoard) -> list[Card]:
    """Cash and churn exposure of the whole; never their sum."""
    whole = board.whole
    return [
        Card("Cash paid", amount(whole.cash), _cash_detail(whole)),
        Card("Margin at risk", amount(whole.churn_exposure),
             _exposure_detail(whole)),
    ]  # fmt: skip


def money_sentences(board: BreachBoard) -> list[str]:
    """What the two figures mean, and the assumption behind the second."""
    whole, said = board.whole, []
    if whole.beyond_usual is not None:
        said.append(
            f"As many kept promises of the same segments would have cost "
            f"{amount(whole.usual)}: {amount(whole.beyond_usual)} of the cash is due to the "
            "breaches."
        )
    return [*said, assumption_said(board.assumption)]


def assumption_said(assumed: Assumption) -> str:
    """The assumption behind churn exposure, in words."""
    if not assumed.margins:
        return "Churn exposure is not known: it needs deliveries.customer_id, revenue and costs."
    lost = ", ".join(
        f"{name} {amount(one.margin)} × {_share(one.probability)}"
        for name, one in sorted(assumed.margins.items())
    )
    return (
        f"The margin at risk is an assumption, not a measurement ({assumed.churn.file}): so many "
        "breaches in a hundred lose the customer, and with the customer the margin that one of "
        f"the segment brought in {formats.period(assumed.days)}: {lost}. "
        "A segment whose customers bring no margin has none at risk. "
        "Cash and margin at risk are two things: do not add them."
    )


def money_shown(board: BreachBoard, label: str) -> pl.DataFrame:
    """One row per group, as people read it."""
    rows = [
        {
            label: " · ".join(value for _, value in one.group) or "all",
            "Breaches": formats.number(one.breaches),
            "Credits": _part(one, one.cost.credit),
            "Redelivery": _part(one, one.cost.redelivery),
            "Contacts": _part(one, one.cost.contact),
            "Cash": amount(one.cash),
            "Cash, kept alike": amount(one.usual),
            "Margin at risk": amount(one.churn_exposure),
        }
        for one in (*board.groups, board.whole)
    ]
    return safe_text(pl.DataFrame(rows), label)


def breach_sentences(story: Story, assumed: Assumption) -> list[str]:
    """What a broken promise cost in this one case; nothing where it was kept."""
    if not story.is_breach:
        return []
    row = story.row
    paid = [row[name] for name in _PAID if row[name] is not None]
    cash = sum(paid, Decimal(0)) if row["total_cost"] is not None else None
    own = assumed.margins.get(row["segment"])
    risk = (
        "no margin of its segment's customers is known"
        if own is None
        else f"{amount(own.at_risk)} of margin is put at risk, by assumption "
        f"({_share(own.probability)} of a customer's {amount(own.margin)})"
    )
    paid_out = f"{amount(cash)} was paid in credits, redelivery and contacts"
    return [f"A broken promise: {paid_out}. Beside it, {risk}."]


def amount(money: Decimal | None) -> str:
    """Money with two digits, or that nobody knows it."""
    return _UNKNOWN if money is None else formats.value(float(money), "money")


def _part(one: BreachMoney, money: Decimal) -> str:
    return amount(money if one.costed else None)


def _cash_detail(whole: BreachMoney) -> str:
    if not whole.costed:
        return f"no cost of {formats.number(whole.breaches)} breaches is known"
    cost = whole.cost
    known = f"of {formats.number(whole.costed)} breaches"
    if whole.costed < whole.breaches:
        known = f"cost known of {_of(whole.costed, whole.breaches)} breaches"
    return (
        f"credits {amount(cost.credit)} · redelivery {amount(cost.redelivery)} · contacts "
        f"{amount(cost.contact)}; {known}"
    )


def _exposure_detail(whole: BreachMoney) -> str:
    if not whole.priced:
        return "no customer's margin is known"
    each = f"churn exposure, by assumption: {amount(whole.exposure_per_breach)} a breach"
    if whole.priced < whole.breaches:
        return f"{each}; known of {_of(whole.priced, whole.breaches)} breaches"
    return each


def _of(part: int, whole: int) -> str:
    return f"{formats.number(part)} of {formats.number(whole)}"


def _share(probability: Decimal) -> str:
    return f"{(100 * probability).normalize():f}{formats.GAP}%"
