"""What pages share: the view, cached answers, panels, cards, tables."""

from dashboard.ui.answers import answer, compared, errors_as_sentences
from dashboard.ui.board import board
from dashboard.ui.definitions import contents, matching, metric_section, search_box
from dashboard.ui.page import (
    Source,
    boxes,
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
from dashboard.ui.voices import asked_example, said_lacking, voice_kpis

__all__ = [
    "Source",
    "answer",
    "asked_example",
    "board",
    "boxes",
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
    "said_lacking",
    "search_box",
    "sentence",
    "small_charts",
    "source",
    "table",
    "title",
    "voice_kpis",
    "whole_snapshot",
]
