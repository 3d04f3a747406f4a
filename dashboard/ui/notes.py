"""Notes on charts: what happened and when, written by whom; and where limits begin anew."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import cast, get_args

import streamlit as st

from dashboard.analysis.service.chart import ProcessChart, Rebaseline
from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.charts.service.control import Marked
from dashboard.errors import StateError
from dashboard.scope import Period
from dashboard.state import Mark, Note, NoteKind, State
from dashboard.ui import view
from dashboard.ui.text import plain

_WHO = "notes_by"
_ALL = "all segments"
_KINDS = {"note": "a note", "rebaseline": "new limits from this day"}


def notes_on(metric: str) -> tuple[Note, ...]:
    """Notes on a metric's charts, withdrawn ones too, by day."""
    return _state().notes(metric, withdrawn=True)


def rebaselines(notes: Sequence[Note]) -> tuple[Rebaseline, ...]:
    """The decisions among notes that stand."""
    return tuple(
        Rebaseline(one.day, one.segment)
        for one in notes
        if one.stands and one.kind == "rebaseline"
    )


def rebaselines_of(metric: str) -> tuple[Rebaseline, ...]:
    """The decisions that stand on a metric's charts."""
    return rebaselines(notes_on(metric))


def marks_of(processes: Sequence[ProcessChart], notes: Sequence[Note]) -> list[list[Marked]]:
    """For each chart the notes that stand and are about it, numbered as in the list."""
    numbered = list(enumerate(notes, 1))
    return [
        [
            Marked(number, one.day)
            for number, one in numbered
            if one.stands and one.segment in {None, dict(process.group).get("segment")}
        ]
        for process in processes
    ]


def notes(metric: Metric, written: Sequence[Note], days: Period) -> None:
    """The notes as a list, and a form for one more."""
    for number, one in enumerate(written, 1):
        st.markdown(_line(number, one))
    with st.expander("Write or withdraw a note", key="notes_box"):
        _form(metric, days)
        standing = {number: one for number, one in enumerate(written, 1) if one.stands}
        if standing:
            _withdraw(standing)


def _form(metric: Metric, days: Period) -> None:
    shown = view.current_view()
    with st.form("note", clear_on_submit=True, border=False):
        with st.container(horizontal=True):
            who = st.text_input("Your name", key=_WHO, width=200)
            day = st.date_input("Day", value=days.end, format="YYYY-MM-DD", width=150)
            segment = st.selectbox("About", [_ALL, *shown.segments], width=200)
            kind = st.selectbox(
                "Kind", get_args(NoteKind), format_func=_KINDS.__getitem__, width=220
            )
        text = st.text_input("What happened, or why limits begin anew", max_chars=300)
        if st.form_submit_button("Add the note"):
            place = Mark(metric.name, _day(day, days), None if segment == _ALL else segment)
            _try(lambda: _state().add_note(place, text, who, cast("NoteKind", kind)))


def _withdraw(standing: dict[int, Note]) -> None:
    with st.form("withdraw", border=False), st.container(horizontal=True):
        number = st.selectbox(
            "Withdraw", list(standing), format_func=lambda n: f"note {n}", width=150
        )
        who = st.text_input("By", key="withdrawn_by", width=200)
        if st.form_submit_button("Withdraw the note"):
            _try(lambda: _state().withdraw_note(standing[number].id, who))


def _try(write: Callable[[], object]) -> None:
    try:
        write()
    except StateError as refused:
        st.error(plain(str(refused)))
    else:
        st.rerun()


def _line(number: int, one: Note) -> str:
    about = f" · {plain(one.segment)}" if one.segment else ""
    kind = " · **new limits**" if one.kind == "rebaseline" else ""
    told = f"**{number}** · {formats.day(one.day)}{about}{kind} · {plain(one.text)}"
    by = f" :small[:gray[{plain(one.by)}, {formats.day(one.at.date())}]]"
    if one.stands:
        return told + by
    taken = f"withdrawn by {plain(one.withdrawn_by or '')}"
    return f"~~{told}~~{by} :small[:gray[{taken}]]"


def _state() -> State:
    return State.of(Path(view.current_view().warehouse))


def _day(chosen: object, days: Period) -> date:
    return chosen if isinstance(chosen, date) else days.end
