"""What lies behind the places that the filters name, in a drawer beside the map."""

import streamlit as st

from dashboard.analysis.breach_map.reasons import BreachReasons, breach_reasons
from dashboard.analysis.deliveries.rows import Part, first_rows, narrowed, row_columns
from dashboard.charts import formats
from dashboard.charts.breach_map import tables
from dashboard.charts.deliveries.rows import rows_shown
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import tried
from dashboard.ui.breach_map.parts import DRAWER, Opened
from dashboard.ui.parameters import current
from dashboard.ui.text import plain
from dashboard.warehouse import Order

_MOST_NAMED = 2
_MOST_ROWS = 20
_ROW_COLUMNS = ("committed_by", "lateness_minutes", "status", "carrier", "service", "zone")


def drawer(on: Opened) -> None:
    """What lies behind the places that the filters name, opened by the address."""
    if current(DRAWER) != "open":
        return
    title = _named(on)
    st.dialog(plain(title), width="medium", position="right", on_dismiss=_close)(_behind)(on)


def _named(on: Opened) -> str:
    """What the filters name: a zone, a cell in its zone, or so many cells."""
    chosen = on.shown.chosen
    if not chosen:
        return "All places"
    spots = {spot.place: spot for spot in on.found.cells}
    zones = dict.fromkeys(spots[one].zones[0] if one in spots else one for one in chosen)
    around = " and ".join(on.land.label(zone) for zone in list(zones)[:_MOST_NAMED])
    if chosen[0] not in spots:
        return around
    return (
        f"{around}, cell {chosen[0]}" if len(chosen) == 1 else f"{len(chosen)} cells in {around}"
    )


def _behind(on: Opened) -> None:
    """Counts, declared reasons and the way to the rows."""
    found = tried(breach_reasons, on.scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    _counts(found, on)
    if not found.late:
        return
    st.markdown("**Reasons that were declared of them**")
    page.table(tables.reason_rows(found.reasons), "Declared reasons", key="drawer_reasons")
    _latest(on.scope)
    st.link_button("All of them in Deliveries", address("deliveries", show="breaches"))


def _latest(scope: Scope) -> None:
    """The latest of the breaches, one by one."""
    asked = (_ROW_COLUMNS, Order(), narrowed(scope, "breaches", ""), Part(_MOST_ROWS))
    rows = tried(first_rows, *asked)
    if isinstance(rows, str):
        page.sentence(rows)
        return
    shown = view.current_view()
    st.markdown(f"**The latest {rows.height}**")
    labels = row_columns(shown.catalog)
    named = rows_shown(rows, labels, shown.manifest.time_zone)
    page.table(named, "The latest breaches", key="drawer_rows")


def _counts(found: BreachReasons, on: Opened) -> None:
    said = f"{formats.number(found.late)} of {formats.number(found.due)} deliveries due were late"
    own = [spot for spot in on.found.cells + on.found.zones if spot.place in on.shown.chosen]
    if own and sum(spot.due for spot in own) == found.due:
        hoped = formats.number(sum(spot.expected for spot in own), 1)
        said += f"; {hoped} were to be expected of their case mix and carriers"
    st.markdown(f"**{plain(said)}**.")


def _close() -> None:
    st.session_state[DRAWER] = "closed"
