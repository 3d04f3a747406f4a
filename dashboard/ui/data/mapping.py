"""The form that corrects a guessed profile; the draft in the session is what counts.

Every widget shows what the draft says and, when it is changed, changes the draft.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast
from zoneinfo import available_timezones

import streamlit as st

from dashboard.charts.data import drafts as drawn
from dashboard.ui.page import quiet
from dashboard.ui.text import plain
from dashboard.warehouse import Draft, Editor
from dashboard.warehouse.guessing import (
    ColumnDraft,
    TableDraft,
    decide,
    give_meaning,
    set_constant,
    shown,
)

_DRAFT = "doorstep_own_draft"
_LEFT_OUT = "(left out)"
_ORDERS = ("day first", "month first")
_SIGNS = {",": "comma before decimals", ".": "point before decimals"}
_MOST_WORDS = 30

Change = Callable[[TableDraft, str], TableDraft]


def start(draft: Draft) -> None:
    """Begin with a guess."""
    st.session_state[_DRAFT] = draft


def draft() -> Draft:
    """The draft as it stands."""
    return cast("Draft", st.session_state[_DRAFT])


def source_form(label: str) -> None:
    """What is about the source as a whole: its name and the zone of its local times."""
    zones = sorted(available_timezones())
    with st.grid(2, min_column_width=300):
        named = st.text_input("Name of the source", value=label, key="own_label")
        zone = st.selectbox(
            "Time zone of local times in the files",
            zones,
            index=zones.index(draft().time_zone),
            key="own_zone",
        )
    stated = zone != draft().time_zone or draft().zone_is_stated
    st.session_state[_DRAFT] = replace(
        draft(), label=named.strip() or label, time_zone=zone, zone_is_stated=stated
    )
    if not stated:
        quiet(f"Times without an offset are read as {zone}, the default; choose yours.")


def table_form(table: TableDraft, editor: Editor) -> None:
    """What one file becomes: its table, each of its columns, and what only you can decide."""
    form = _Form(table, editor)
    chosen = table.table.name if table.table else _LEFT_OUT
    box = _Box("Becomes the table", (_LEFT_OUT, *editor.contract), chosen)
    form.choice(
        box, "table", lambda old, value: editor.choose_table(old, _none_if_left_out(value))
    )
    if table.table is None:
        return
    with st.grid(3, min_column_width=300):
        for number, one in enumerate(table.columns):
            with st.container(key=f"{form.key}_{number}", gap=None):
                _column(form, one, number)
    with st.grid(3, min_column_width=300):
        for number, one in enumerate(table.columns):
            if one.target:
                _doubts(form, one, number)
                _words(form, one, number)
        _constants(form)


@dataclass(frozen=True)
class _Box:
    """A box to choose from: what it asks, offers and shows."""

    label: str
    options: Sequence[str]
    chosen: str | None
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Form:
    """The form of one raw table."""

    table: TableDraft
    editor: Editor

    @property
    def key(self) -> str:
        """What the keys of its widgets begin with."""
        return f"own_{self.table.shape.name}"

    def choice(self, box: _Box, name: str, change: Change) -> None:
        """A box that shows what the draft says, and changes it."""
        key = f"{self.key}_{name}"
        st.session_state[key] = box.chosen
        st.selectbox(
            plain(box.label),
            tuple(box.options),
            index=None if box.chosen is None else 0,
            key=key,
            on_change=_apply,
            args=(key, self.table.shape.name, change),
            format_func=lambda value: box.words.get(value, value),
            placeholder="Choose",
        )

    def text(self, label: str, value: str, name: str, change: Change) -> None:
        """A field that shows what the draft says, and changes it."""
        key = f"{self.key}_{name}"
        st.session_state[key] = value
        args = (key, self.table.shape.name, change)
        st.text_input(plain(label), key=key, on_change=_apply, args=args)


def _column(form: _Form, one: ColumnDraft, number: int) -> None:
    """One raw column: what it fills, a value, and why."""
    table = form.table
    options = (_LEFT_OUT, *table.columns_of_contract)
    box = _Box(shown(one.name, ""), options, one.target or _LEFT_OUT)
    form.choice(
        box,
        f"{number}_target",
        lambda old, value: form.editor.choose_target(old, one.name, _none_if_left_out(value)),
    )
    sample = f"“{shown(one.facts.sample, '')}” · " if one.facts.sample else ""
    quiet(f"{sample}{drawn.why(one, table)}")


def _doubts(form: _Form, one: ColumnDraft, number: int) -> None:
    """What the values leave open: the order of day and month, the decimal sign."""
    asked = f"{shown(one.name, '')}: “{shown(one.facts.sample, '')}”"
    if one.is_time_of(form.table) and one.leaves_order_open:
        box = _Box(f"{asked} is", _ORDERS, one.known_order)
        form.choice(
            box, f"{number}_order", lambda old, value: decide(old, one.name, "order", value)
        )
    if one.is_number_of(form.table) and one.leaves_decimal_open:
        box = _Box(f"{asked} has a", tuple(_SIGNS), one.known_decimal, _SIGNS)
        form.choice(
            box, f"{number}_decimal", lambda old, value: decide(old, one.name, "decimal", value)
        )


def _words(form: _Form, one: ColumnDraft, number: int) -> None:
    """What words mean that nobody knows."""
    column = form.table.columns_of_contract[str(one.target)]
    meanings = column.values or ("true", "false")
    for place, word in enumerate(form.editor.unknown_words(form.table, one)[:_MOST_WORDS]):
        box = _Box(f"{shown(one.name, '')} “{shown(word, '')}” means", meanings, one.words[word])
        form.choice(box, f"{number}_word_{place}", _meaning(one.name, word))


def _meaning(name: str, word: str) -> Change:
    return lambda table, value: give_meaning(table, name, word, value)


def _constants(form: _Form) -> None:
    """One text for all rows, where no column says it."""
    table = form.table
    for target in table.may_be_stated:
        value, values = table.constants.get(target), table.columns_of_contract[target].values
        label = f"{target}: the same for all rows"
        if values:
            form.choice(_Box(label, values, value), f"all_{target}", _constant(target))
        else:
            form.text(label, value or "", f"all_{target}", _constant(target))


def _constant(target: str) -> Change:
    return lambda table, value: set_constant(table, target, value)


def _apply(key: str, name: str, change: Change) -> None:
    """Change the table as it is now: other changes may have come in the same run."""
    table = next((one for one in draft().tables if one.shape.name == name), None)
    value = st.session_state[key]
    if value and table:
        st.session_state[_DRAFT] = draft().with_table(change(table, value.strip()))


def _none_if_left_out(value: str) -> str | None:
    return None if value == _LEFT_OUT else value
