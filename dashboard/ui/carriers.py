"""The parts of the page Comparison: funnel, ranking, table, quarters, mix, figures beside."""

from typing import cast

import streamlit as st

from dashboard import charts
from dashboard.analysis.carriers import (
    BESIDE,
    Comparison,
    Unit,
    carrier_trajectory,
    compare_carriers,
)
from dashboard.analysis.reallocation import Move, reallocation
from dashboard.charts import carriers as drawn
from dashboard.charts.tables import figures_table
from dashboard.charts.what_if import reallocation_rows, reallocation_said
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, tried
from dashboard.ui.parameters import choose
from dashboard.ui.text import safe

_OTHERS = "all others, as if it were lost"
_JUDGED = ("on_time_rate",)


def opened() -> Comparison:
    """Let the reader choose what is compared, and say the finding as the title."""
    head = st.container()
    by = cast("Unit", choose("compare"))
    found = answer(compare_carriers, view.current_scope(), by)
    with head:
        page.title(found.message)
    return found


def who_differs(on: Comparison) -> None:
    """The funnel, and beside it the ranking in bands."""
    shown = view.current_view()
    with page.halves():
        detail = _detail(on, "late / expected; solid: 99.8 % limits, dotted: 95 %")
        with page.panel("Beyond chance?", detail, _source(on), "funnel"):
            page.chart(drawn.funnel(on, shown.palette), key="funnel_chart")
        detail = _detail(on, "shrunken towards 1, 95 % interval; number: band")
        with page.panel("Best first, in bands", detail, _source(on), "ranking"):
            page.chart(drawn.ranking(on, shown.palette), key="ranking_chart")
            page.quiet("Within a band chance alone may explain the order.")


def every_one(on: Comparison) -> None:
    """Raw beside adjusted, for every carrier."""
    detail = _detail(on, "on time by the committed promise, raw and at the same work")
    with page.panel("Raw and adjusted", detail, _source(on), "compared"):
        page.table(drawn.carrier_table(on), "Carriers compared", key="compared_table")
        page.quiet(drawn.read_said(on))
        if on.by == "carrier":
            st.html(_reviews(on))


def over_quarters(on: Comparison) -> None:
    """The last six quarters of each carrier."""
    if on.by != "carrier":
        return
    shown = view.current_view()
    found = tried(carrier_trajectory, shown.scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = drawn.quarter_rows(found, shown.manifest.id)
    source = page.Source(_JUDGED, ("carrier", "quarter"), shown.scope, rows)
    detail = charts.detail(
        "late / expected against all carriers of the quarter, 95 % interval",
        "up to six quarters, whatever the days chosen",
    )
    with page.panel("The last six quarters", detail, source, "quarters"):
        page.small_charts(drawn.quarters(found, shown.palette), key="quarters", across=4)
        page.quiet("A quarter with under 5 expected lates has no point.")


def what_each_carries(on: Comparison) -> None:
    """What each carrier carries: the case mix that the comparison takes out."""
    if not on.mixes:
        return
    rows = drawn.mix_table(on)
    shown = view.current_view()
    source = page.Source(_JUDGED, ("carrier",), shown.scope, rows)
    factors = [factor.label.lower() for factor, _ in on.fitted.scores.effects]
    with page.panel("What each carries", _detail(on, "share of deliveries due"), source, "mix"):
        page.table(rows, "Mix by carrier", key="mix_table")
        page.quiet(f"Taken out of the comparison: {', '.join(factors)}.")


def beside(on: Comparison) -> None:
    """First attempts, satisfaction and cost, as they are."""
    shown = view.current_view()
    rows = figures_table(on.beside, shown.manifest.id)
    source = page.Source(BESIDE, (on.by,), shown.scope, rows)
    with page.panel(
        "Beside the promise", _detail(on, "as they are, 95 % interval"), source, "beside"
    ):
        page.table(drawn.beside_table(on), "Figures beside the promise", key="beside_table")
        page.quiet("No case mix is taken out of these: compare alike work only.")


def moved_work(on: Comparison) -> None:
    """What moving work from one carrier to another would bring; worked out when asked."""
    if on.by != "carrier":
        return
    names = sorted(one.name for one in on.units)
    with page.more("What if work moved to another carrier?"):
        with st.form("reallocation", border=False):
            giver = st.selectbox("From", names, key="moved_from")
            taker = st.selectbox("To", [_OTHERS, *names], key="moved_to")
            percent = st.slider("Share of its deliveries, %", 5, 100, 50, 5, key="moved_share")
            page.quiet("Filters choose the work that moves: a zone, a service, a segment.")
            if not st.form_submit_button("Work it out"):
                return
        move = Move(giver, None if taker == _OTHERS else taker, percent / 100)
        found = tried(reallocation, view.current_scope(), move)
        if isinstance(found, str):
            page.sentence(found)
            return
        for sentence in (f"{found.message}.", *reallocation_said(found)):
            page.sentence(sentence)
        page.download(reallocation_rows(found), "reallocation")


def _source(on: Comparison) -> page.Source:
    shown = view.current_view()
    rows = drawn.carrier_rows(on, shown.manifest.id)
    return page.Source(_JUDGED, (on.by,), shown.scope, rows)


def _detail(on: Comparison, unit: str) -> str:
    due = sum(one.due for one in on.units)
    return charts.detail(unit, view.current_view().period_name, due)


def _reviews(on: Comparison) -> str:
    """A way to each carrier's review."""
    links = [
        f'<a href="{safe(address("carrier_review", carrier=one.name))}">{safe(one.name)}</a>'
        for one in on.units
    ]
    return f'<p class="ds-small">Reviews: {" · ".join(links)}</p>'
