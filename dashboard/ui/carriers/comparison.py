"""The parts of the page Comparison: funnel, ranking, table, quarters, mix, moved work."""

from typing import cast

import streamlit as st

from dashboard import charts
from dashboard.analysis.carriers.comparison import Comparison, Unit, compare_carriers
from dashboard.analysis.carriers.quarters import carrier_trajectory
from dashboard.analysis.carriers.reallocation import Move, reallocation
from dashboard.charts.carriers import drawn
from dashboard.charts.carriers import words as told
from dashboard.charts.carriers.what_if import load_table, reallocation_rows, reallocation_said
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, tried
from dashboard.ui.parameters import ALL_OTHERS, NOBODY, choose
from dashboard.ui.text import safe


def opened() -> Comparison:
    """Let the reader choose what is compared and on what, and say the finding as the title."""
    head = st.container()
    with page.boxes():
        by = cast("Unit", choose("compare"))
        measure = choose("compare_on")
    found = answer(compare_carriers, view.current_scope(), by, measure)
    with head:
        page.title(found.message)
    return found


def who_differs(on: Comparison) -> None:
    """The funnel, and beside it the ranking in bands."""
    shown = view.current_view()
    ratio = told.ratio_of(on.metric).lower()
    with page.halves():
        detail = _detail(on, f"{ratio}; solid: 99.8 % limits, dotted: 95 %")
        with page.panel("Beyond chance?", detail, _source(on), "funnel"):
            page.chart(drawn.funnel(on, shown.palette), key="funnel_chart")
        detail = _detail(on, "shrunken towards 1, 95 % interval; number: band")
        with page.panel("Best first, in bands", detail, _source(on), "ranking"):
            if not on.between and len(on.units) > drawn.MANY_UNITS:
                page.sentence("All differences together are no more than chance makes: no order.")
                return
            page.chart(drawn.ranking(on, shown.palette), key="ranking_chart")
            page.quiet(
                "Within a band chance alone may explain the order. Thin: as counted, before "
                "shrinking."
            )
            if not on.between:
                page.quiet("All differences together are no more than chance makes.")
            if sum(one.band is not None for one in on.units) > 2 * drawn.MOST_RANKED:
                page.quiet(f"Drawn: the first and the last {drawn.MOST_RANKED}.")


def every_one(on: Comparison) -> None:
    """Raw beside adjusted, for every unit."""
    detail = _detail(on, f"{on.metric.label.lower()}, raw and adjusted to the work of all")
    with page.panel("Raw and adjusted", detail, _source(on), "compared"):
        page.table(told.carrier_table(on), "Compared, one by one", key="compared_table")
        for line in told.read_said(on):
            page.quiet(line)
        if on.by == "carrier":
            st.html(_reviews(on))


def over_quarters(on: Comparison) -> None:
    """The last six quarters of each carrier."""
    if on.by != "carrier":
        return
    shown = view.current_view()
    found = tried(carrier_trajectory, shown.scope, on.metric.name)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = told.quarter_rows(found, on.metric, shown.manifest.id)
    source = page.Source((on.metric.name,), ("carrier", "quarter"), shown.scope, rows)
    detail = charts.detail(
        f"{told.ratio_of(on.metric).lower()}, each quarter as hard as for all; 95 % interval",
        "up to six quarters, whatever the days chosen",
    )
    with page.panel("The last six quarters", detail, source, "quarters"):
        small = drawn.quarters(found, on.metric, shown.palette)
        page.small_charts(small, key="quarters", across=4)
        page.quiet("A quarter in which too little is expected has no point.")


def what_each_carries(on: Comparison) -> None:
    """What each carrier carries: the case mix that the comparison takes out."""
    if not on.mixes:
        return
    shown = view.current_view()
    rows = told.mix_rows(on, shown.manifest.id)
    source = page.Source((on.metric.name,), ("carrier",), shown.scope, rows)
    factors = [factor.label.lower() for factor, _ in on.fitted.scores.effects]
    with page.panel("What each carries", _detail(on, "share of its work"), source, "mix"):
        page.table(told.mix_table(on), "Mix by carrier", key="mix_table")
        page.quiet(
            f"Taken out of the comparison: {', '.join(factors)}. Zones are not: they only show "
            "where each carrier drives."
        )


def moved_work(on: Comparison) -> None:
    """What moving work from one carrier to another, or losing one, would bring."""
    if on.by != "carrier":
        return
    shown = view.current_view()
    with st.container(border=True, key="panel_moved"):
        st.header("What if work moved, or a carrier were lost?", anchor=False)
        page.quiet(
            "Priced by what the carriers did in the same zones and services, at the same case "
            "mix. The filters choose the work that moves: a zone, a service, a segment."
        )
        with page.boxes():
            giver, taker, percent = (
                choose(name, width=260) for name in ("moved_from", "moved_to", "moved_share")
            )
        if giver == NOBODY:
            return
        move = Move(giver, None if taker == ALL_OTHERS else taker, int(percent) / 100)
        found = tried(reallocation, shown.scope, move)
        if isinstance(found, str):
            page.sentence(found)
            return
        page.strong(f"{found.message}.")
        for sentence in reallocation_said(found):
            page.sentence(sentence)
        page.table(load_table(found), "What each would have to carry", key="load_table")
        page.quiet("Busy: more deliveries than on 19 of 20 days before. Ranges: 95 %.")
        page.download(reallocation_rows(found), "reallocation")


def _source(on: Comparison) -> page.Source:
    shown = view.current_view()
    rows = told.carrier_rows(on, shown.manifest.id)
    by = () if on.by == "driver" else (on.by,)
    return page.Source((on.metric.name,), by, shown.scope, rows)


def _detail(on: Comparison, unit: str) -> str:
    base = round(sum(one.base for one in on.units))
    return charts.detail(unit, view.current_view().period_name, base)


def _reviews(on: Comparison) -> str:
    """A way to each carrier's review."""
    links = [
        f'<a href="{safe(address("carrier_review", carrier=one.name))}">{safe(one.name)}</a>'
        for one in on.units
    ]
    return f'<p class="ds-small">Reviews: {" · ".join(links)}</p>'
