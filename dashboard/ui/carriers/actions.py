"""The part of the page Carrier review about what is agreed: actions, filed and closed."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from dashboard import charts
from dashboard.charts.carriers import actions as drawn
from dashboard.state import Action, Task
from dashboard.ui import page
from dashboard.ui.carriers import contracts
from dashboard.ui.carriers.review import Opened

_FORTNIGHT = timedelta(weeks=2)


def actions(on: Opened) -> None:
    """Who does what by when with this carrier, whatever the quarter, and forms for more."""
    found = contracts.state().actions(on.found.carrier)
    today = datetime.now(UTC).date()
    rows = drawn.actions_rows(found, today)
    still_open = [one for one in found if one.is_open]
    overdue = sum(one.is_overdue(today) for one in still_open)
    detail = charts.detail(f"{len(still_open)} open, of them {overdue} overdue", "all quarters")
    with page.panel("Actions", detail, page.Source((), (), on.scope, rows), "actions"):
        if found:
            page.table(drawn.actions_table(found, today), "Actions", key="actions_table")
        else:
            page.sentence("Nothing is agreed with this carrier yet.")
        with page.more("Write down an action"):
            _file(on.found.carrier, today)
        if still_open:
            with page.more("Close an action"):
                _close(still_open)


def _file(carrier: str, today: date) -> None:
    with st.form("file_action", clear_on_submit=True, border=False):
        what = st.text_input("What is to be done", key="action_what")
        with st.container(horizontal=True):
            owner = st.text_input("Who does it", key="action_owner", width=220)
            due = st.date_input("By", today + _FORTNIGHT, format="YYYY-MM-DD", key="action_due")
            name = st.text_input("Your name", key="action_by", width=220)
        if not st.form_submit_button("Write it down"):
            return
    task = Task(carrier, what, owner, due)
    contracts.kept(lambda: contracts.state().file_action(task, name))


def _close(still_open: list[Action]) -> None:
    named = {one.id: f"{one.id}: {one.task.what}" for one in still_open}
    with st.form("close_action", clear_on_submit=True, border=False):
        number = st.selectbox("Action", list(named), format_func=named.__getitem__, key="close_id")
        outcome = st.text_input("What came of it", key="close_outcome")
        name = st.text_input("Your name", key="close_by")
        if not st.form_submit_button("Close it"):
            return
    contracts.kept(lambda: contracts.state().close_action(number, name, outcome or None))
