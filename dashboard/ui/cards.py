"""Headline numbers side by side, and a verdict in one line."""

from collections.abc import Sequence

import streamlit as st

from dashboard.charts import Card, Standing
from dashboard.ui.text import plain

_BADGES = {"good": ("green", "✓"), "bad": ("orange", "✕"), "unknown": ("gray", "~")}


def cards(found: Sequence[Card]) -> None:
    """One card per number: label, number, small print."""
    with st.grid(4, min_column_width=150):
        for card in found:
            with st.container(border=True, height="stretch", gap=None):
                st.metric(plain(card.label), card.value)
                st.markdown(f":small[:gray[{plain(card.detail)}]]")


def verdict(found: Standing) -> None:
    """Whether something holds, by shape and words."""
    colour, shape = _BADGES[found.tone]
    st.markdown(f":{colour}-badge[{shape} {plain(found.label)}] {plain(found.detail)}")
