"""One delivery: its timeline as a page, and as a drawer that any page may open."""

import polars as pl
import streamlit as st

from dashboard.analysis.deliveries.delivery import Story, delivery
from dashboard.analysis.deliveries.money import assumption
from dashboard.analysis.settlement.touched import clauses_touched, quarter_of
from dashboard.charts.carriers import touched as clauses
from dashboard.charts.deliveries import money
from dashboard.charts.deliveries import timeline as drawn
from dashboard.errors import ContractError, UnknownNameError
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, asked_of
from dashboard.ui.carriers import contracts
from dashboard.ui.text import plain

PAGE = "deliveries"
"""Where deliveries have their own addresses."""


def story_of(delivery_id: str) -> Story | str:
    """What is known of a delivery; else the sentence why nothing is."""
    try:
        return asked_of(delivery, delivery_id)
    except UnknownNameError as unknown:
        return str(unknown)


def delivery_drawer(delivery_id: str) -> None:
    """Open one delivery in a drawer, from any page; call it when it was chosen."""
    _drawer(delivery_id)


@st.dialog("One delivery", position="right", width="large")
def _drawer(delivery_id: str) -> None:
    found = story_of(delivery_id)
    if isinstance(found, str):
        st.warning(plain(f"{found}."))
        return
    st.markdown(f"**{plain(found.message)}.**")
    st.link_button("Open as a page of its own", delivery_address(delivery_id))
    _timeline(found, key="drawer_timeline")
    page.table(drawn.facts_table(found), f"Facts of delivery {delivery_id}", key="drawer_facts")


def title(story: Story | str) -> None:
    """What became of the delivery, or that there is none."""
    page.title("No such delivery" if isinstance(story, str) else story.message)


def delivery_address(delivery_id: str) -> str:
    """The address of one delivery, this view's days, filters and snapshot kept."""
    return address(PAGE, delivery=delivery_id)


def timeline(story: Story | str) -> None:
    """Everything that is known of one delivery, as the Deliveries page shows it."""
    if isinstance(story, str):
        st.warning(plain(f"{story}."))
        return
    rows = drawn.moments_table(story)
    with page.panel(
        f"Delivery {story.delivery_id}, minute by minute",
        f"local time ({story.time_zone}); band: the promise that counts; {len(rows)} "
        "moments, whatever the days and filters above",
        page.Source((), (), Scope(), rows, report="delivery_moments"),
        key="timeline",
    ):
        _timeline(story, key="timeline_chart")
        said = drawn.unknown_said(story)
        if said:
            page.quiet(said)
    with page.halves():
        _facts(story)
        _money(story)
    _contract(story)
    _route(story)


def _timeline(story: Story, key: str) -> None:
    page.chart(drawn.timeline(story, view.current_view().palette), key=key)
    page.table(
        drawn.moments_table(story), f"Moments of delivery {story.delivery_id}", key=f"{key}_table"
    )


def _facts(story: Story) -> None:
    facts = drawn.facts_table(story)
    with page.panel(
        "What is known of it",
        "as the source has it",
        page.Source((), (), Scope(), facts, report="delivery"),
        key="facts",
    ):
        page.table(facts, f"Facts of delivery {story.delivery_id}", key="facts_table")


def _money(story: Story) -> None:
    rows = drawn.bookings_table(story.bookings, story.total_cost)
    with page.panel(
        "What it cost",
        "money; stated on the delivery and booked apart",
        page.Source((), (), Scope(), rows, report="delivery_moments"),
        key="costs",
    ):
        if rows.is_empty():
            page.sentence("No cost of this delivery is known.")
        else:
            page.table(rows, f"Costs of delivery {story.delivery_id}", key="costs_table")
        for sentence in money.breach_sentences(story, answer(assumption)):
            page.sentence(sentence)


def _contract(story: Story) -> None:
    """The clauses of its carrier's contract that it touches; nothing without contracts."""
    at_hand, carrier = contracts.shelf().contracts, story.row["carrier"]
    quarter = quarter_of(story.row, view.current_view().fiscal_year_start)
    if not at_hand or carrier is None or quarter is None:
        return
    try:
        asked = contracts.asked(at_hand, carrier, quarter)
        found = asked_of(clauses_touched, asked, story.delivery_id)
    except ContractError as refused:
        page.quiet(f"No clause is judged: {refused}.")
        return
    rows = clauses.touched_table(found)
    with page.panel(
        "Contract clauses it touches",
        f"{found.currency}; positive: the carrier owes us",
        page.Source((), (), Scope(), rows),
        key="clauses",
    ):
        page.sentence(clauses.touched_said(found))
        if not rows.is_empty():
            alt = f"Clauses that delivery {story.delivery_id} touches"
            page.table(rows.drop("The clause"), alt, key="clauses_table")
            with page.more("The clauses in words"):
                page.prose(rows.select("Clause", "The clause"))
        review = address("carrier_review", carrier=carrier, period=str(quarter))
        st.link_button(f"Settlement of {carrier}, {quarter}", review)


def _route(story: Story) -> None:
    if not story.stops:
        page.quiet("This delivery names no route, so its neighbours are not known.")
        return
    rows = drawn.stops_table(story)
    route = str(story.row["route_id"])
    with page.panel(
        f"Neighbours on route {route}",
        f"deliveries tried, or promised, on the same day; {len(story.stops)} with this one (▶)",
        page.Source((), (), Scope(), rows, report="route_stops"),
        key="route",
    ):
        page.sentence(drawn.route_said(story.stops))
        links = [delivery_address(stop.delivery_id) for stop in story.stops]
        st.dataframe(
            rows.with_columns(pl.Series("Delivery", links, dtype=pl.String)),
            hide_index=True,
            alt=f"Deliveries of route {route}",
            key="route_table",
            column_config={
                "Delivery": st.column_config.LinkColumn(display_text=r"[?&]delivery=([^&]*)")
            },
        )
