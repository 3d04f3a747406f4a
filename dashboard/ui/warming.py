"""What is imported while the first page is being read, so that no later click waits for it."""

from importlib import import_module
from threading import Thread

import streamlit as st

LATER = (
    "dashboard.analysis.satisfaction.lateness_cost",
    "dashboard.analysis.satisfaction.silent",
    "dashboard.stats.drivers",
)
"""Modules that import statsmodels, which takes some seconds."""


@st.cache_resource(show_spinner=False)
def warm_up() -> Thread:
    """Import in the background, once per process; called when a page has been drawn."""
    thread = Thread(target=_import_all, name="warming up", daemon=True)
    thread.start()
    return thread


def _import_all() -> None:
    for module in LATER:
        import_module(module)
