"""The deeper panels of Cost to serve: customers, first attempts, levers, ledger, splits."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboard import charts
from dashboard.analysis import GroupCost, LedgerBridge, LeverBoard, WhaleCurve
from dashboard.charts import formats
from dashboard.charts.costs import drawn
from dashboard.charts.costs import words as said
from dashboard.scope import Scope
from dashboard.stats.matching import Matched
from dashboard.ui import view
from dashboard.ui.page import Source, chart, panel, sentence, table
from dashboard.ui.text import plain


def remarks(found: Sequence[str]) -> None:
    """What cannot be shown, and which column would help."""
    for text in found:
        st.info(plain(text))


def cost_split(groups: Sequence[GroupCost], dimension: str, rule: str) -> None:
    """Each value of a dimension: a bar, and every pool."""
    shown = view.current_view()
    stated = shown.catalog.costs
    label = shown.catalog.dimension(dimension).label
    rows = said.group_figures(groups, (dimension,), rule, shown.manifest.id)
    with panel(
        f"Margin by {label.lower()}",
        f"per completed delivery · shared cost {stated.rules[rule].label} · bars: at most "
        f"{drawn.MOST_BARS}, those with the least margin in all; the worst per delivery first",
        Source(("cost_to_serve", "margin_per_delivery"), (dimension,), shown.scope, rows),
        key="split",
    ):
        chart(drawn.group_bars(groups, shown.palette), key="split_chart")
        table(said.groups_table(groups, stated), f"Cost by {label.lower()}", key="split_table")


def customers(curve: WhaleCurve | None, scope: Scope) -> None:
    """The whale curve."""
    if curve is None:
        sentence("No customer's margin is known: it needs deliveries.customer_id and revenue.")
        return
    shown = view.current_view()
    rows = shown.reader.report("customer_margins", scope)
    with panel(
        "Margin by customer",
        charts.detail("cumulative margin, as booked", shown.period_name, curve.customers[-1]),
        Source((), (), scope, rows, report="customer_margins"),
        key="customers",
    ):
        chart(drawn.whale(curve, shown.palette), key="whale")
        sentence(drawn.whale_sentence(curve))


def first_attempts(found: Matched | None, scope: Scope) -> None:
    """What a failed first attempt costs."""
    with panel(
        "Cost of a failed first attempt",
        "per failed attempt, against deliveries alike; 95 % interval by weeks",
        Source((), (), scope, said.matched_figures(found), report="failed_attempts"),
        key="first_attempts",
    ):
        if found and found.value is not None:
            st.metric("More per failed attempt", formats.value(found.value, "money"))
        sentence(said.matched_sentence(found))


def levers(board: LeverBoard) -> None:
    """What each lever alone would have to be."""
    shown = view.current_view()
    label = shown.catalog.costs.rules[board.rule].label
    with panel(
        "What it takes to break even",
        f"per segment; shared cost {label}",
        Source(
            ("margin_per_delivery", "stops_per_delivery", "first_attempt_rate"),
            ("segment",),
            shown.scope,
            said.lever_figures(board),
        ),
        key="levers",
    ):
        table(said.levers_table(board), "Levers by segment", key="levers_table")
        sentence(said.LEVER_RULES)
        sentence(said.matched_sentence(board.failed_attempt))


def ledger(found: LedgerBridge) -> None:
    """From the deliveries' cost to the ledger."""
    shown = view.current_view()
    rows = said.bridge_figures(found)
    with panel(
        "From served to booked",
        f"whole network, {formats.period(found.period)}; whole months that the ledger holds",
        Source(("booked_at_once", "booked_apart"), ("month",), Scope(found.period), rows),
        key="ledger",
    ):
        chart(drawn.bridge_steps(found, shown.palette), key="bridge")
        table(_as_read(rows), "The bridge line by line", key="bridge_table")


def _as_read(rows: pl.DataFrame) -> pl.DataFrame:
    amounts = [formats.number(amount, 2) for amount in rows["amount"]]
    return pl.DataFrame({"Line": rows["line"], "Amount": amounts})
