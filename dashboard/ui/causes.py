"""The Root causes page's parts: combinations, declarations, legs, what-ifs, drivers."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import streamlit as st

from dashboard.analysis.causes import tables as rows
from dashboard.analysis.causes.axes import DRIVER, HOUR
from dashboard.analysis.causes.counterfactual import gains
from dashboard.analysis.causes.drivers import drivers
from dashboard.analysis.causes.faults import FaultBoard, faults
from dashboard.analysis.causes.legs import legs
from dashboard.analysis.causes.search import Cause, Causes, Mode, causes
from dashboard.charts import causes as drawn
from dashboard.charts import formats
from dashboard.charts.words import detail
from dashboard.faults import FAULTS
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, tried
from dashboard.ui.parameters import SHOWN_DRIVERS, choose
from dashboard.ui.text import safe
from dashboard.warehouse.rollup import NONE

_PAGES = {"breach_map": "Map", "deliveries": "Deliveries"}
_HEADS = ("Associated with", "Late, confirming half", "Expected", "Avoidable breaches",
          "If it fell to that", "")  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """What the page stands on.

    Attributes:
        board: What was declared, and what the evidence says.
        found: The search; or the sentence why there is none.
        mode: What the search expects by.
        scope: The days and filters of the page.
    """

    board: FaultBoard
    found: Causes | str
    mode: Mode
    scope: Scope


def opened() -> Opened:
    """Let the reader choose what to expect by, and say the finding as the title."""
    head = st.container()
    mode: Mode = "level" if choose("expect", width=340) == "level" else "change"
    shown = view.current_view()
    board = answer(faults, shown.scope.during(shown.scope.period))
    found = tried(causes, shown.scope, mode)
    with head:
        page.title(board.message if isinstance(found, str) else found.message)
    return Opened(board, found, mode, shown.scope)


def combinations(on: Opened) -> None:
    """Combinations that both halves of the time show, each with a way to its rows."""
    found = on.found
    if isinstance(found, str):
        page.sentence(f"Search for combinations. {found}")
        return
    shown = view.current_view()
    table = rows.causes_table(found, shown.manifest.id)
    source = page.Source(("on_time_rate",), (), on.scope, table)
    unit = "breaches beyond the expected, 95 % interval"
    with _panel("Combinations", unit, found.due, source, "combinations"):
        if found.found:
            page.chart(drawn.avoidable_bars(found, shown.palette), key="avoidable")
            st.html(_causes(found))
        else:
            page.sentence(f"{found.message}.")
        for sentence in drawn.search_said(found):
            page.sentence(sentence)


def declarations(on: Opened) -> None:
    """Declared reasons, and what the evidence says to them."""
    board, shown = on.board, view.current_view()
    scope = on.scope.during(on.scope.period)
    source = page.Source((), (), scope, rows.reasons_table(board), report="declared_faults")
    unit = "broken promises; outlined: nothing declared"
    with _panel("Declared reasons", unit, board.breaches, source, "reasons"):
        page.chart(drawn.reason_bars(board, shown.palette), key="reason_bars")
        for sentence in drawn.reasons_said(board):
            page.sentence(sentence)


def against_evidence(on: Opened) -> None:
    """The matrix of declared fault and fault by evidence, and reasons that nothing proves."""
    board = on.board
    scope = on.scope.during(on.scope.period)
    source = page.Source((), (), scope, rows.matrix_table(board), report="declared_faults")
    unit = "deliveries whose promise broke or first attempt failed"
    with _panel("Declared against evidence", unit, board.wrong, source, "evidence"):
        st.html(_matrix(board))
        if board.has_arrivals:
            page.table(drawn.proofs_table(board), "Reasons no arrival proves", key="proofs")
        else:
            page.sentence(
                "Nothing in view has events of kind 'arrival': what was declared of failed first "
                "attempts cannot be held against whether anybody came."
            )


def moved_promises(on: Opened) -> None:
    """Who moves promises, and how much better that looks."""
    board = on.board
    if not board.moved:
        page.sentence("Moved promises: nothing in view has promise_changes by shipper or carrier.")
        return
    scope = on.scope.during(on.scope.period)
    source = page.Source(
        ("on_time_rate", "on_time_last_promise_rate"), ("carrier",), scope,
        rows.moved_table(board), report="moved_promises",
    )  # fmt: skip
    due = sum(one.due for one in board.moved)
    with _panel("Moved promises", "deliveries due, by carrier", due, source, "moved"):
        page.table(drawn.moved_table(board), "On time by either promise", key="moved_table")


def which_leg(on: Opened) -> None:
    """Where late deliveries lost their time."""
    shown = view.current_view()
    scope = on.scope.during(on.scope.period)
    found = tried(legs, scope)
    if isinstance(found, str):
        page.sentence(f"Which leg ate the buffer. {found}")
        return
    source = page.Source((), (), scope, rows.legs_table(found), report="legs")
    unit = "hours per late delivery; outlined: plan"
    with _panel("Which leg ate the buffer", unit, found.late, source, "legs"):
        page.chart(drawn.leg_bars(found, shown.palette), key="leg_bars")
        for sentence in drawn.legs_said(found):
            page.sentence(sentence)


def usual_share(on: Opened) -> None:
    """What each value of a dimension would give at the usual late share."""
    by = choose("usual")
    shown = view.current_view()
    scope = on.scope.during(on.scope.period)
    found = tried(gains, by, scope)
    if isinstance(found, str):
        page.sentence(f"If one fell to the usual. {found}")
        return
    label = shown.catalog.dimension(by).label.split(" (")[0]
    source = page.Source(("on_time_rate",), (by,), scope, rows.gains_table(found))
    unit = "late share against the median of the others"
    with _panel("If one fell to the usual", unit, found.due, source, "usual"):
        page.table(drawn.gains_table(found, label), "What the usual share gives", key="gains")
        for sentence in drawn.gains_said(found):
            page.sentence(sentence)


def all_else_alike(on: Opened) -> None:
    """Points more late per level, all else alike; only where it is asked for."""
    if choose("alike", width=340) != SHOWN_DRIVERS:
        page.quiet("All else alike: a model of all factors at once; it takes some seconds.")
        return
    shown = view.current_view()
    scope = on.scope.during(on.scope.period)
    with st.spinner("Fitting all factors at once"):
        found = tried(drivers, scope)
    if isinstance(found, str):
        page.sentence(f"All else alike. {found}")
        return
    source = page.Source((), (), scope, rows.drivers_table(found), report="driver_cells")
    unit = "points more late than the level compared with, 95 % interval"
    with _panel("All else alike", unit, found.due, source, "drivers"):
        page.chart(drawn.driver_dots(found, shown.palette), key="driver_dots")
        for sentence in drawn.drivers_said(found):
            page.sentence(sentence)


def _panel(
    heading: str, unit: str, n: int, source: page.Source, key: str
) -> AbstractContextManager[None]:
    """A framed part of the page about the period in view."""
    return page.panel(heading, detail(unit, view.current_view().period_name, n), source, key=key)


def _causes(found: Causes) -> str:
    head = "".join(f'<th scope="col">{safe(name) or "See"}</th>' for name in _HEADS)
    body = "".join(_row(one) for one in found.found)
    return (
        '<p class="ds-hint">Swipe the table for the rest →</p>'
        '<div class="ds-scroll" tabindex="0" role="region" aria-label="Combinations">'
        f'<table class="ds-services"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def _row(one: Cause) -> str:
    around = f"{formats.change(one.low, 'share')} to {formats.change(one.high, 'share')}"
    excess = f"excess {formats.change(one.excess, 'share')} ({around})"
    late = safe(drawn.late_said(one))
    expected = safe(formats.value(one.expected, "share"))
    cells = (
        f'<th scope="row">{safe(one.name)}</th>',
        f"<td>{late}<small>{safe(drawn.period_said(one))}</small></td>",
        f"<td>{expected}<small>{safe(excess)}</small></td>",
        f"<td>{safe(drawn.avoidable_said(one))}</td>",
        f"<td>{safe(drawn.gain_said(one))}</td>",
        f"<td>{' · '.join(_ways(one))}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _ways(one: Cause) -> list[str]:
    """Links to the pages that show the cause's deliveries, its filters set."""
    known = view.current_view().pages
    found = []
    for name, label in _PAGES.items():
        if name in known:
            said = f"{label}: {one.name}"
            link = address(name, **filters_of(one, page=name))
            found.append(f'<a href="{safe(link)}" aria-label="{safe(said)}">{label}</a>')
    return found


def filters_of(one: Cause, page: str) -> dict[str, str | list[str]]:
    """A cause as the filters of a page's address; drivers are a condition on a column."""
    values: dict[str, str | list[str]] = {}
    where = []
    for part in one.parts:
        if part.dimension == DRIVER:
            none = part.values == (NONE,)
            where.append("driver_id is empty" if none else f"driver_id = {part.values[0]}")
        elif part.dimension == HOUR and part.values == (NONE,):
            where.append("is_timed = false")
        else:
            values[part.dimension] = list(part.values)
            where += ["is_timed = true"] if part.dimension == HOUR else []
    if where and page == "deliveries":
        values["where"] = "; ".join(where)
    return values


def _matrix(board: FaultBoard) -> str:
    """Declared by row, evidence by column; contradictions stand out in words."""
    columns = (*FAULTS[:-1], "no evidence")
    counted = {(own, other): n for own, other, n in drawn.levels_of(board)}
    head = "".join(f'<th scope="col">{safe(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{safe(own)}</th>'
        + "".join(_cell(own, other, counted.get((own, other), 0)) for other in columns)
        + "</tr>"
        for own in FAULTS
    )
    return (
        '<p class="ds-hint">Swipe the table for the evidence →</p>'
        '<div class="ds-scroll" tabindex="0" role="region" '
        'aria-label="Declared fault by fault by evidence"><table class="ds-services">'
        f'<thead><tr><th scope="col">Declared ↓ evidence →</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(own: str, other: str, n: int) -> str:
    if not n:
        return '<td class="ds-none">–</td>'
    against = other not in {own, "no evidence"} and own != FAULTS[-1]
    small = '<small><span class="ds-bad">✕ contradicts</span></small>' if against else ""
    return f"<td><b>{formats.number(n)}</b>{small}</td>"
