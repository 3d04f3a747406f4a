"""The rows of the Deliveries page: what is listed, page by page, and all of it as a file."""

from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.analysis.deliveries.money import breach_money, money_table
from dashboard.analysis.deliveries.rows import Beside, RowPage, narrowed, row_page, row_summary
from dashboard.charts.deliveries import money
from dashboard.charts.deliveries.rows import rows_shown
from dashboard.errors import DashboardError, ScopeError
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.answers import answer, asked_of, reset_button, tried
from dashboard.ui.cards import cards
from dashboard.ui.deliveries import exporting
from dashboard.ui.deliveries.delivery import delivery_drawer
from dashboard.ui.parameters import choose, several, stated, typed
from dashboard.ui.text import plain
from dashboard.warehouse import Order

_ASKED = "doorstep_rows_asked"
_PICKED = "doorstep_row_picked"
_BESIDE = ("after", "before")


@dataclass(frozen=True)
class Opened:
    """The head of the page, before it is known what stands under it.

    Attributes:
        title: Where the title goes.
        line: The boxes under it.
        wanted: The delivery that the address or its box names; empty for none.
    """

    title: DeltaGenerator
    line: DeltaGenerator
    wanted: str


def opened() -> Opened:
    """Draw the box for an id, under the place of the title."""
    title, line = st.container(), st.container(horizontal=True, vertical_alignment="bottom")
    with line:
        wanted = typed("delivery", "its timeline", width=200)
    return Opened(title, line, wanted)


def back_to_rows(on: Opened) -> None:
    """A way from one delivery to the rows it was chosen from."""
    with on.line:
        st.button(
            "Back to the rows", key="back_to_rows", on_click=_close, icon=":material/arrow_back:"
        )


def rows(on: Opened) -> None:
    """Boxes, the finding, one page of rows, ways on, and all rows as a file."""
    with on.line:
        show, sort = choose("show", width=200), choose("sort", width=200)
        order = Order(sort, choose("order", width=110) == "falling")
        where = typed("where", "lateness_minutes >= 60; failure_reason ~ access")
    with page.more("Columns"):
        columns = several("columns")
    scope = narrowed(view.current_scope(), show, where)
    with on.title:
        page.title(_summary(scope))
    found = _page(columns, order, scope)
    with page.panel(
        "Rows",
        f"{_sorted_by(order)}; moments in {view.current_view().manifest.time_zone}; select one "
        "for its timeline",
        page.Source((), (), scope, found.rows),
        key="rows",
    ):
        _table(found)
        _ways_on(found)
        exporting.downloads(scope, columns)
    _money(narrowed(view.current_scope(), _priced(show), where))
    picked = st.session_state.pop(_PICKED, "")
    if picked:
        delivery_drawer(picked)


def _summary(scope: Scope) -> str:
    """The finding; where nothing is left, why, and a way back."""
    try:
        return asked_of(row_summary, scope).message
    except ScopeError as empty:
        if scope.where and not isinstance(tried(row_summary, replace(scope, where=())), str):
            page.title("No delivery is left")
            st.warning(plain(f"{empty}."))
            reset_button("reset_when_empty")
            st.stop()
    except DashboardError as refused:
        page.title("Nothing to show")
        st.warning(plain(f"Nothing to show: {refused}."))
        st.stop()
    return answer(row_summary, scope).message


def _page(columns: tuple[str, ...], order: Order, scope: Scope) -> RowPage:
    """The page that the address asks for; the first one when the question changed."""
    asked = (order, scope)
    if st.session_state.get(_ASKED, asked) != asked:
        _first_page()
    st.session_state[_ASKED] = asked
    try:
        return asked_of(row_page, columns, order, scope, _beside())
    except ScopeError as gone:
        st.warning(plain(f"The link's page does not exist: {gone}."))
        _first_page()
        return answer(row_page, columns, order, scope, None)


def _beside() -> Beside | None:
    for name in _BESIDE:
        delivery_id = st.query_params.get(name, "")
        if delivery_id:
            return Beside(delivery_id, backwards=name == "before")
    return None


def _first_page() -> None:
    for name in _BESIDE:
        st.query_params.pop(name, None)


def _turn(name: str, delivery_id: str) -> None:
    _first_page()
    st.query_params[name] = delivery_id


def _table(found: RowPage) -> None:
    labels = stated("columns").options
    shown = rows_shown(found.rows, labels, view.current_view().manifest.time_zone)
    st.dataframe(
        shown,
        hide_index=True,
        alt=f"{found.rows.height} deliveries",
        key=f"rows_table_{found.first}",
        height="content",
        placeholder="",
        column_config=_formats(found, shown),
        on_select=lambda: _open(found),
        selection_mode="single-row",
    )


def _formats(found: RowPage, shown: pl.DataFrame) -> dict[str, Any]:
    """Money with two digits, moments to the minute."""
    kinds = zip(shown.columns, found.rows.dtypes, strict=True)
    formats: dict[str, Any] = {}
    for name, kind in kinds:
        if isinstance(kind, pl.Datetime):
            formats[name] = st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")
        elif isinstance(kind, pl.Decimal):
            formats[name] = st.column_config.NumberColumn(format="%.2f")
    return formats


def _open(found: RowPage) -> None:
    """Note the delivery that was selected: the run that follows opens it in a drawer."""
    picked = st.session_state[f"rows_table_{found.first}"]["selection"]["rows"]
    if picked:
        st.session_state[_PICKED] = found.rows["delivery_id"][picked[0]]


def _close() -> None:
    st.session_state["delivery"] = ""


def _ways_on(found: RowPage) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("First page", key="rows_first", on_click=_first_page,
                  disabled=not found.has_before)  # fmt: skip
        st.button("Previous", key="rows_previous", on_click=_turn, disabled=not found.has_before,
                  args=("before", found.first))  # fmt: skip
        st.button("Next", key="rows_next", on_click=_turn, disabled=not found.has_after,
                  args=("after", found.last))  # fmt: skip
        page.quiet(f"{found.rows.height} rows")


def _sorted_by(order: Order) -> str:
    label = stated("sort").options[order.column]
    return f"sorted by {label}, {'falling' if order.falling else 'rising'}"


def _priced(show: str) -> str:
    """Breaches are priced beside kept promises, which a list of breaches leaves out."""
    return "all" if show == "breaches" else show


def _money(scope: Scope) -> None:
    """The money effect of the breaches among them: two figures, never one."""
    found = tried(breach_money, ("segment",), scope)
    if isinstance(found, str):
        page.sentence(found)
        return
    if not found.whole.breaches:
        return
    with page.panel(
        "What the breaches cost",
        f"money; n {found.whole.breaches:,} breaches",
        page.Source(
            ("credit_per_breach", "redelivery_per_breach", "contact_cost_per_breach"),
            ("segment",),
            scope,
            money_table(found, view.current_view().manifest.id),
        ),
        key="breach_money",
    ):
        cards(money.money_cards(found))
        for sentence in money.money_sentences(found):
            page.sentence(sentence)
        page.table(
            money.money_shown(found, "Segment"), "Breaches in money by segment", key="money_table"
        )
