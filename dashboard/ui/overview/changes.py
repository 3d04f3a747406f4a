"""What changed, as a panel: which metric, by what, and the contributors under it."""

import streamlit as st

from dashboard import analysis, charts
from dashboard.analysis import WhatChanged
from dashboard.analysis.overview.change import change_table
from dashboard.charts.overview.gaps import GAPS_READ, gaps_table
from dashboard.ui import page, view
from dashboard.ui.answers import tried
from dashboard.ui.parameters import choose
from dashboard.ui.text import plain

_NOTHING = "nothing"


def what_changed() -> None:
    """The boxes, the bridge of what they choose, and what drove the change."""
    with st.container(horizontal=True, key="change_boxes"):
        metric, first, second = choose("change"), choose("by"), choose("and_by")
    by = (first,) if second in {_NOTHING, first} else (first, second)
    shown = view.current_view()
    if shown.scope.versus is None:
        page.sentence("Choose a period and one to compare with to see what changed.")
        return
    found = tried(analysis.what_changed, metric, by, shown.scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = change_table(found, shown.manifest.id)
    source = page.Source((metric,), by, shown.scope, rows)
    with page.panel("What changed", charts.bridge_detail(found, shown.days), source, "changed"):
        for sentence in charts.change_sentences(found):
            st.markdown(plain(sentence))
        page.chart(charts.waterfall(found, shown.palette), key="waterfall")
        _gaps(found)
        _contributors(found)


def _gaps(found: WhatChanged) -> None:
    """What segments lack to their targets, in deliveries and money."""
    if found.gaps:
        page.table(gaps_table(found.gaps), "Gaps to target by segment", key="gaps")
    if any(gap.exposure is not None for gap in found.gaps):
        page.quiet(GAPS_READ)


def _contributors(found: WhatChanged) -> None:
    """Every value of every dimension: which stand out, and how the dimensions split it."""
    shown = view.current_view()
    if found.metric.denominator is None:
        return
    drivers = tried(analysis.contributors, found.metric.name, shown.scope)
    if isinstance(drivers, str):
        page.sentence(drivers)
        return
    page.sentence(charts.contributors_said(drivers))
    if drivers.found:
        rows = charts.contributors_table(drivers, shown.catalog)
        page.table(rows, "Top contributors to the change", key="contributors")
    with st.expander("The same change by every dimension", key="splits"):
        rows = charts.splits_table(drivers, shown.catalog)
        page.table(rows, "Mix and rate by each dimension", key="splits_table")
