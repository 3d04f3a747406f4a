"""What a page's own boxes put into its address."""

from dashboard.ui.parameters.boxes import choose, chosen, current, picked, several, stated, typed
from dashboard.ui.parameters.pages import (
    ALL_OTHERS,
    ALL_WEEKS,
    COMMIT,
    MOST_WEEKS,
    NOBODY,
    NOTHING,
    RISING,
    SHOWN_DRIVERS,
    UNITS,
    ZONES,
    of_data,
    of_page,
)
from dashboard.ui.parameters.parameter import Parameter, Several, Text

__all__ = [
    "ALL_OTHERS",
    "ALL_WEEKS",
    "COMMIT",
    "MOST_WEEKS",
    "NOBODY",
    "NOTHING",
    "RISING",
    "SHOWN_DRIVERS",
    "UNITS",
    "ZONES",
    "Parameter",
    "Several",
    "Text",
    "choose",
    "chosen",
    "current",
    "of_data",
    "of_page",
    "picked",
    "several",
    "stated",
    "typed",
]
