"""What pages share: the view, cached answers, panels, cards, tables."""

from dashboard.ui.answers import answer, compared, errors_as_sentences
from dashboard.ui.board import board
from dashboard.ui.definitions import contents, matching, metric_section, search_box
from dashboard.ui.page import (
    Source,
    chart,
    halves,
    panel,
    sentence,
    small_charts,
    source,
    table,
    title,
    whole_snapshot,
)
from dashboard.ui.parameters import choose
from dashboard.ui.start import open_view
from dashboard.ui.view import current_scope, current_view

__all__ = [
    "Source",
    "answer",
    "board",
    "chart",
    "choose",
    "compared",
    "contents",
    "current_scope",
    "current_view",
    "errors_as_sentences",
    "halves",
    "matching",
    "metric_section",
    "open_view",
    "panel",
    "search_box",
    "sentence",
    "small_charts",
    "source",
    "table",
    "title",
    "whole_snapshot",
]
