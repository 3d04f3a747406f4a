"""Cost to serve in words and tables."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis import (
    Allocation,
    CostBoard,
    GroupCost,
    LedgerBridge,
    LeverBoard,
    Reconciliation,
    RuleReadout,
)
from dashboard.analysis.figures import FEWEST
from dashboard.charts import formats
from dashboard.charts.cards import Card, Standing
from dashboard.charts.tables import safe_text
from dashboard.stated import BOOKED, TIME_DRIVEN, Costs
from dashboard.stats.matching import LEAST_MATCHED, Matched


def headline(board: CostBoard) -> list[Card]:
    """Revenue, cost and margin per completed delivery, and what no segment carries."""
    whole = board.whole
    delivered = f"n{formats.GAP}{formats.number(whole.delivered)} completed"
    per = [
        ("Revenue per delivery", whole.revenue),
        ("Cost to serve per delivery", whole.cost),
        ("Margin per delivery", whole.margin),
    ]
    cards = [Card(label, _money(whole.per_delivery(amount)), delivered) for label, amount in per]
    if board.covers_all:
        loose = board.allocation.unallocated + board.reconciliation.on_neither
        idle = board.allocation.idle
        said = "overtime" if idle < 0 else "idle"
        cards.append(
            Card(
                "In no segment",
                formats.number(float(idle + loose)),
                f"{said} {formats.number(float(abs(idle)))} + unallocated "
                f"{formats.number(float(loose))}",
            )
        )
    return cards


def standing(found: Reconciliation) -> Standing:
    """Whether the bookings agree with the ledger."""
    if not found.months:
        return Standing("unknown", "not reconciled", "No whole month lies in these days.")
    if not found.closed:
        said = "The table ledger holds none of these months."
        return Standing("unknown", "not reconciled", said)
    months = f"{len(found.closed) - len(found.off)} of {len(found.closed)} months"
    network = "whole network, whatever the filters"
    if not found.off:
        return Standing("good", "agrees with the ledger", f"{months}, to the cent ({network})")
    named = ", ".join(
        f"{one.month:%b %Y} by {formats.change(float(one.difference), 'money')}"
        for one in found.off[:3]
    )
    return Standing(
        "bad",
        f"ledger differs by {formats.change(float(found.difference), 'money')}",
        f"{months} agree; it differs in {named} ({network})",
    )


def sum_sentence(board: CostBoard) -> str:
    """Segments, idle time and unallocated cost, added up."""
    segments = float(board.whole.cost)
    if not board.covers_all:
        return (
            f"The segments in view cost {formats.number(segments, 2)}. Idle time and unallocated "
            "cost belong to whole depots and channels; take the filters away to see them."
        )
    idle = float(board.allocation.idle)
    loose = float(board.allocation.unallocated + board.reconciliation.on_neither)
    return (
        f"Segments {formats.number(segments, 2)} + {'overtime' if idle < 0 else 'idle'} "
        f"{formats.number(idle, 2)} + unallocated {formats.number(loose, 2)} = "
        f"{formats.number(float(board.spent), 2)}. Open deliveries have cost "
        f"{formats.number(float(board.reconciliation.open_cost), 2)} so far; "
        f"{formats.number(float(board.reconciliation.estimated), 2)} of the bookings are "
        "estimates whose bill is still to come. Amounts stated on deliveries count as booked "
        "in the month of the promise."
    )


def notes(board: CostBoard, costs: Costs) -> list[str]:
    """What the page cannot show, and which column would help."""
    said = []
    if board.whole.revenue is None:
        said.append("No margin: nothing in view has deliveries.revenue.")
    elif board.whole.revenue == 0:
        said.append("Revenue is 0 for every delivery in view: the margin is the cost alone.")
    elif board.without_revenue > 0:
        count = formats.number(board.without_revenue)
        said.append(f"{count} completed deliveries have a cost but no revenue.")
    months = board.period.whole_months if board.period else None
    no_month = board.period is not None and months is None
    for name in board.unavailable:
        needs = _NO_MONTH if no_month and name == TIME_DRIVEN else _NEEDS.get(name, "")
        said.append(f"Nothing to split {costs.rules[name].label}: {needs}.")
    if months is not None and months != board.period and TIME_DRIVEN not in board.unavailable:
        said.append(_CUT_MONTHS)
    return said


_NO_MONTH = "what routes were paid for is known by month, and no whole month is in view"
_CUT_MONTHS = (
    "What routes were paid for is known by month: of a month that the dates cut, costs booked on "
    "routes are left out, and time-driven (TDABC) leaves its shared cost unallocated."
)
_NEEDS = {
    "stops": "no delivery was tried",
    "minutes": "the data lacks deliveries.leg_minutes and deliveries.service_minutes",
    "distance": "the data lacks deliveries.leg_km and deliveries.distance_km",
    "weight": "the data lacks deliveries.weight_kg",
    TIME_DRIVEN: "the data lacks routes.paid_minutes, or the routes' carriers.kind",
}


def rules_table(board: CostBoard, costs: Costs) -> pl.DataFrame:
    """Margin per completed delivery of every group under every rule."""
    rows = [
        {
            "Group": one.name,
            "Completed": one.delivered,
            "Verdict": one.verdict,
            **{
                costs.rules[name].label: _thin(one.margins.get(name), one.delivered)
                for name in costs.rules
            },
            "± 95 %": _thin(one.half, one.delivered),
        }
        for one in sorted(board.readouts, key=_urgency)
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Group")


def _urgency(one: RuleReadout) -> tuple[int, int]:
    """Losers first, then those whose sign the rule decides; the largest first."""
    return _URGENCY.index(one.verdict), -one.delivered


_URGENCY = (
    "loses under every rule",
    "depends on the rule",
    "not clear",
    "earns under every rule",
    "too few",
)


def groups_table(groups: Sequence[GroupCost], costs: Costs) -> pl.DataFrame:
    """Revenue, cost by pool and margin per completed delivery, as people read them."""
    rows = [
        {
            "Group": " · ".join(one.group).replace("_", " "),
            "Drops": one.drops,
            "Completed": one.delivered,
            "Revenue": _thin(one.per_delivery(one.revenue), one.delivered),
            "Cost": _thin(one.per_delivery(one.cost), one.delivered),
            "Margin": _thin(one.per_delivery(one.margin), one.delivered),
            **{
                pool.label: _thin(one.per_delivery(one.pools.get(name)), one.delivered)
                for name, pool in costs.pools.items()
                if any(other.pools.get(name) for other in groups)
            },
        }
        for one in groups
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Group")


def group_figures(
    groups: Sequence[GroupCost], dimensions: Sequence[str], rule: str, snapshot: int
) -> pl.DataFrame:
    """Exact sums by group: what downloads and the command line print."""
    rows = [
        {
            **dict(zip(dimensions, one.group, strict=True)),
            "rule": rule,
            "drops": one.drops,
            "delivered": one.delivered,
            "revenue": None if one.revenue is None else float(one.revenue),
            "cost": float(one.cost),
            "margin": None if one.margin is None else float(one.margin),
            "revenue_per_delivery": one.per_delivery(one.revenue),
            "cost_per_delivery": one.per_delivery(one.cost),
            "margin_per_delivery": one.per_delivery(one.margin),
            **{name: float(amount) for name, amount in one.pools.items()},
            "snapshot": snapshot,
        }
        for one in groups
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def allocation_figures(
    found: Allocation, dimensions: Sequence[str], snapshot: int
) -> pl.DataFrame:
    """The groups, then idle time and unallocated cost in rows of their own."""
    groups = group_figures(found.groups, dimensions, found.rule, snapshot)
    loose = [
        {dimensions[0]: label, "rule": found.rule, "cost": float(amount), "snapshot": snapshot}
        for label, amount in (("(idle)", found.idle), ("(unallocated)", found.unallocated))
        if amount
    ]
    if not loose:
        return groups
    return pl.concat([groups, pl.DataFrame(loose)], how="diagonal_relaxed")


def rule_figures(board: CostBoard, snapshot: int) -> pl.DataFrame:
    """Margin per delivery by group and rule, one row each."""
    rows = [
        {
            "group": one.name,
            "delivered": one.delivered,
            "rule": rule,
            "margin_per_delivery": margin,
            "half_interval": one.half,
            "verdict": one.verdict,
            "snapshot": snapshot,
        }
        for one in board.readouts
        for rule, margin in one.margins.items()
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def matched_sentence(found: Matched | None) -> str:
    """What a failed first attempt costs, how it was compared, or why there is no figure."""
    if found is None:
        return "No first attempt failed in view."
    matched = (
        f"{formats.number(found.matched)} of {formats.number(found.cases)} failed attempts "
        f"({100 * found.matched_share:.0f} %) have deliveries alike"
    )
    if found.value is None or found.low is None or found.high is None:
        return (
            f"No figure: {matched} (zone, service, product class, channel, month); at least "
            f"{100 * LEAST_MATCHED:.0f} % and two weeks are needed. A longer period matches more."
        )
    return (
        f"A failed first attempt costs {formats.value(found.value, 'money')} more "
        f"(95 %: {formats.interval(found.low, found.high, 'money')}) than a delivery of the same "
        f"zone, service, product class, channel and month whose first attempt worked: "
        f"redelivery, returns, contacts and claims within 30 days. {matched}; "
        f"{found.clusters} weeks."
    )


def matched_figures(found: Matched | None) -> pl.DataFrame:
    """The matched comparison as one row."""
    if found is None:
        return pl.DataFrame({"cases": [0]})
    return pl.DataFrame(
        {
            "cost_per_failed_first_attempt": [found.value],
            "low": [found.low],
            "high": [found.high],
            "cases": [found.cases],
            "matched": [found.matched],
            "strata": [found.strata],
            "weeks": [found.clusters],
        },
        strict=False,
    )


def levers_table(board: LeverBoard) -> pl.DataFrame:
    """Each lever now, and what it alone would have to be."""
    rows = [
        {
            "Segment": one.segment,
            "Missing per delivery": _money(max(one.gap, 0.0)) if one.gap > 0 else "earns",
            "Fee now": _money(one.fee[0]),
            "Fee needed": _needed(one.fee[1], one.gap, "money"),
            "Drops per stop now": _ratio(one.drops_per_stop[0]),
            "Drops per stop needed": _needed(one.drops_per_stop[1], one.gap, "score"),
            "First attempts now": formats.value(one.first_attempt[0], "share"),
            "First attempts needed": _needed(one.first_attempt[1], one.gap, "share"),
        }
        for one in board.segments
    ]
    return safe_text(pl.DataFrame(rows, infer_schema_length=None), "Segment")


def lever_figures(board: LeverBoard) -> pl.DataFrame:
    """Levers with all their digits."""
    rows = [
        {
            "segment": one.segment,
            "rule": board.rule,
            "delivered": one.delivered,
            "gap_per_delivery": one.gap,
            "fee_now": one.fee[0],
            "fee_needed": one.fee[1],
            "drops_per_stop_now": one.drops_per_stop[0],
            "drops_per_stop_needed": one.drops_per_stop[1],
            "first_attempt_rate_now": one.first_attempt[0],
            "first_attempt_rate_needed": one.first_attempt[1],
        }
        for one in board.segments
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def bridge_figures(found: LedgerBridge) -> pl.DataFrame:
    """The bridge line by line, then the ledger and where it differs."""
    rows = [{"line": label, "amount": float(amount)} for label, amount in found.lines]
    rows.append({"line": "Booked in these months", "amount": float(found.booked)})
    if found.ledger is not None:
        rows.append({"line": "Ledger", "amount": float(found.ledger)})
        off = float(found.ledger - found.booked)
        rows.append({"line": "Difference (ledger less booked)", "amount": off})
    rows += [
        {"line": f"of which {one.month:%Y-%m}, {one.pool}", "amount": float(one.difference)}
        for one in found.pools
    ]
    return pl.DataFrame(rows)


LEVER_RULES = (
    "Each lever is solved alone, all else as it is. Fee: the cost per completed delivery. Drops "
    "per stop: what is paid per stop (carrier charges, own last mile) is spread over more drops, "
    "now × c / (c − gap) with c the part paid per stop. First attempts: every failure avoided "
    "saves what a failed first attempt costs, now + gap / that cost."
)


def rule_sentence(rule: str, costs: Costs) -> str:
    """The rule in words, and what it leaves alone."""
    stays = ", ".join(pool.label.lower() for pool in costs.pools.values() if pool.kind == "drop")
    moves = ", ".join(costs.pools[name].label.lower() for name in costs.shared)
    said = costs.rules[rule].says
    if rule == BOOKED:
        return f"{said} Other rules move shared pools only: {moves}."
    return (
        f"{said} Only shared pools move ({moves}), within month, depot and channel; what was "
        f"charged per drop stays ({stays})."
    )


def _money(value: float | None) -> str:
    return formats.value(value, "money")


def _ratio(value: float | None) -> str:
    return formats.NO_FIGURE if value is None else formats.number(value, 2)


def _thin(value: float | None, delivered: int) -> str:
    return formats.TOO_FEW if delivered < FEWEST else _money(value)


def _needed(value: float | None, gap: float, unit: formats.Unit) -> str:
    if gap <= 0:
        return "–"
    return "not alone" if value is None else formats.value(value, unit)
