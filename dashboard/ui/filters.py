"""The filter bar: it runs before the page and puts the reader's view together."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import streamlit as st

from dashboard.analysis import figures
from dashboard.charts import formats
from dashboard.scope import Period, Scope
from dashboard.ui import view
from dashboard.ui.copy_button import copy_button
from dashboard.ui.links import (
    COMPARED,
    FROM,
    PERIOD,
    SNAPSHOT,
    TO,
    Choices,
    read_link,
    write_link,
)
from dashboard.ui.parameters import chosen as chosen_option
from dashboard.ui.periods import CUSTOM, PREVIOUS, VERSUS, Calendar
from dashboard.ui.text import plain
from dashboard.warehouse import Reader

_REFUSED = "doorstep_refused"
_LONGEST_LABEL = 70
_MOST_OPTIONS = 500
_QUERY = "query-params"


@dataclass(frozen=True)
class Chosen:
    """What the bar says: the scope, the names people use for its days, its address."""

    scope: Scope
    period_name: str
    versus_name: str
    note: str = ""
    address: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def choices(reader: Reader, span: Period, fiscal_year_start: int) -> Choices:
    """What the bar offers in one snapshot, whose promises span these days."""
    dimensions = reader.catalog.filters
    counted = figures(reader, ("volume",), ("quarter",), Scope())
    volumes = tuple((figure.group[0][1], int(figure.numerator)) for figure in counted)
    return Choices(
        calendar=Calendar(span, fiscal_year_start, volumes),
        dimensions=dimensions,
        values={d.name: tuple(reader.values(d.name)) for d in dimensions},
    )


def filter_bar(offered: Choices) -> Chosen:
    """Draw the bar and say what is chosen; refused link values are named above it."""
    _judge_address(offered)
    with st.container(horizontal=True, key="filter_bar"):
        period = _period_box(offered.calendar)
        dates = _dates(offered.calendar, period)
        versus = st.selectbox("Compare with", VERSUS, key=COMPARED, bind=_QUERY, width=200)
        chosen = _chosen(offered.calendar, period, dates, versus)
        filters = _dimension_boxes(offered)
        address = _address(offered, chosen.scope, period, versus)
        _link_box(offered, address)
    return replace(chosen, scope=chosen.scope.within(**filters), address=address)


def _judge_address(offered: Choices) -> None:
    """Name what the address asks for in vain, once, before any widget drops it unsaid.

    Only a session's first address can hold such things: later ones the widgets write.
    """
    if view.DEFAULTS not in st.session_state:
        params = {name: st.query_params.get_all(name) for name in st.query_params}
        reading = read_link(params, offered)
        before = st.session_state.get(_REFUSED, ())
        st.session_state[_REFUSED] = tuple(dict.fromkeys((*before, *reading.refused)))
        for name in reading.unused:
            del st.query_params[name]
        if reading.respelt:
            st.query_params.update(reading.respelt)
            st.rerun()
    _warn()
    st.session_state[view.DEFAULTS] = {
        PERIOD: offered.calendar.usual,
        COMPARED: PREVIOUS,
        **{dimension.name: [] for dimension in offered.dimensions},
    }


def _warn() -> None:
    refused = st.session_state.get(_REFUSED)
    if not refused:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="refused"):
        st.warning(
            f"The link asked for what does not exist here, and that part was left out: "
            f"{plain('; '.join(refused))}."
        )
        st.button("Understood", key="refused_read", on_click=_forget_refused)


def _forget_refused() -> None:
    st.session_state.pop(_REFUSED, None)


def _period_box(calendar: Calendar) -> str:
    usual = calendar.periods.index(calendar.usual)
    return st.selectbox(
        "Period", calendar.periods, index=usual, key=PERIOD, bind=_QUERY, width=142
    )


def _dates(calendar: Calendar, period: str) -> tuple[date, date]:
    """The two dates as the reader gave them, in whichever order."""
    newest, bounds = calendar.newest, calendar.bounds
    if period != CUSTOM:
        return newest.start, newest.end
    days: list[date] = []
    for label, key, default in (("From", FROM, newest.start), ("To", TO, newest.end)):
        day = st.date_input(
            label,
            value=default,
            min_value=bounds.start,
            max_value=bounds.end,
            key=key,
            bind=_QUERY,
            width=140,
            format="YYYY-MM-DD",
        )
        days.append(day if isinstance(day, date) else default)
    return days[0], days[1]


def _chosen(calendar: Calendar, period: str, dates: tuple[date, date], versus: str) -> Chosen:
    custom = Period(min(dates), max(dates))
    note = ""
    if period == CUSTOM and dates[0] > dates[1]:
        note = "the dates were in reverse and were put in order"
    elif period == CUSTOM and custom.days == 1:
        note = "one day only"
    scope = Scope(
        period=calendar.days(period, custom),
        versus=calendar.compared(period, custom, versus),
    )
    return Chosen(scope, period, calendar.compared_name(period, versus), note)


def _dimension_boxes(offered: Choices) -> Mapping[str, tuple[str, ...]]:
    """The filters, in an expander: a closed popover would lose them on the way to another page."""
    label = _filters_label(offered)
    chosen: dict[str, tuple[str, ...]] = {}
    with _on_the_line(), st.expander(label, key="filters"), st.grid(3, min_column_width=180):
        for dimension in offered.dimensions:
            chosen[dimension.name] = tuple(
                st.multiselect(
                    dimension.label,
                    _options(offered, dimension.name),
                    key=dimension.name,
                    bind=_QUERY,
                    placeholder="all",
                )
            )
    return chosen


def _options(offered: Choices, name: str) -> Sequence[str]:
    """What a box offers: all values; of very many only those that are asked for."""
    values = offered.values[name]
    if len(values) <= _MOST_OPTIONS:
        return values
    known = set(values)
    asked = {*st.session_state.get(name, ()), *st.query_params.get_all(name)}
    return sorted(asked & known)


def _filters_label(offered: Choices) -> str:
    """What is filtered; on the first run the boxes have not read the address yet."""
    active = []
    for dimension in offered.dimensions:
        name = dimension.name
        known = name in st.session_state
        asked = st.session_state[name] if known else st.query_params.get_all(name)
        values = [value for value in asked if value in offered.values[name]]
        if values:
            active.append(f"{dimension.label.lower()} {' or '.join(values)}")
    label = ", ".join(active) or "none"
    return (
        f"Filters: {label}" if len(label) <= _LONGEST_LABEL else f"Filters: {len(active)} active"
    )


@contextmanager
def _on_the_line() -> Generator[None, None, None]:
    """Room for something without a label beside boxes that have one."""
    with st.container(gap=None, width="stretch"):
        st.space("small")
        yield


def _address(
    offered: Choices, scope: Scope, period: str, versus: str
) -> Mapping[str, str | Sequence[str]]:
    """What every page's link holds: days, filters, snapshot."""
    days = scope.period or offered.calendar.span
    values = {PERIOD: period, FROM: str(days.start), TO: str(days.end), COMPARED: versus}
    picked = {d.name: list(st.session_state[d.name]) for d in offered.dimensions}
    return {**values, **picked, SNAPSHOT: st.query_params[SNAPSHOT]}


def _link_box(offered: Choices, address: Mapping[str, str | Sequence[str]]) -> None:
    own = {one.name: chosen_option(one) for one in offered.parameters}
    link = write_link(st.context.url or "", {**address, **own})
    with st.container(gap=None, width="content"):
        st.space("small")
        with st.popover("Copy link", key="copy_link"):
            st.markdown("This view, with every filter and the snapshot pinned.")
            st.code(link, language=None, wrap_lines=True)
            copy_button("Copy", link, key="copy_now")


def said(chosen: Chosen, labels: Mapping[str, str]) -> str:
    """The active filters in words, days first."""
    days = chosen.scope.period
    named = chosen.period_name
    parts = [f"{named} ({formats.period(days)})" if days else named]
    if chosen.note:
        parts.append(chosen.note)
    if chosen.scope.versus:
        compared = formats.period(chosen.scope.versus)
        parts.append(f"against {chosen.versus_name} ({compared})")
    filters = [f"{labels[name]}: {', '.join(v)}" for name, v in chosen.scope.filters]
    parts += filters or ["no filters"]
    return " · ".join(parts)
