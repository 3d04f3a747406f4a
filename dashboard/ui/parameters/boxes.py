"""Boxes of a page's parameters: `choose(name)` draws one and says what is chosen."""

from collections.abc import Sequence
from typing import Literal, cast

import streamlit as st

from dashboard.ui import view
from dashboard.ui.parameters.parameter import Parameter, Several
from dashboard.ui.text import plain


def choose(name: str, width: int = 220) -> str:
    """Draw the box of one of the page's parameters and say which option is chosen."""
    parameter = stated(name)
    options = list(parameter.options)
    return st.selectbox(
        parameter.label,
        options,
        index=options.index(parameter.usual),
        format_func=parameter.options.__getitem__,
        key=name,
        bind="query-params",
        width=width,
    )


def current(name: str) -> str:
    """Which option of one of the page's parameters is chosen, before its box is drawn."""
    parameter = stated(name)
    found = chosen(parameter)
    return (parameter.named(found) if isinstance(found, str) else None) or parameter.usual


def chosen(parameter: Parameter) -> str | Sequence[str]:
    """What is chosen, as the address writes it; the box may not have been drawn yet."""
    name = parameter.name
    if isinstance(parameter, Several):
        return [parameter.written(option) for option in picked(parameter)]
    if name in st.session_state:
        return parameter.written(st.session_state[name] or parameter.usual)
    asked = parameter.named(st.query_params.get(name, ""))
    return parameter.written(asked or parameter.usual)


def picked(parameter: Several) -> tuple[str, ...]:
    """Which options of a choice of several are chosen, before its box is drawn."""
    if parameter.name in st.session_state:
        return tuple(st.session_state[parameter.name])
    asked = [parameter.named(text) for text in st.query_params.get_all(parameter.name)]
    return tuple(one for one in asked if one) or parameter.defaults


def several(name: str) -> tuple[str, ...]:
    """Draw the box of a choice of several and say which options are chosen."""
    parameter = cast("Several", stated(name))
    return tuple(
        st.multiselect(
            parameter.label,
            list(parameter.options),
            default=list(parameter.defaults),
            format_func=parameter.options.__getitem__,
            key=name,
            bind="query-params",
        )
    )


def typed(name: str, placeholder: str, width: int | Literal["stretch"] = "stretch") -> str:
    """Draw the box of a text and say what stands in it; what is wrong with it is said."""
    parameter = stated(name)
    text = st.text_input(
        parameter.label,
        key=name,
        bind="query-params",
        placeholder=placeholder,
        width=width,
    )
    wrong = parameter.refusal(text) if text else ""
    if wrong:
        st.warning(f"Left out: {plain(wrong)}.")
    return "" if wrong else text.strip()


def stated(name: str) -> Parameter:
    """One of the parameters of the page that runs."""
    return next(one for one in view.current_view().parameters if one.name == name)
