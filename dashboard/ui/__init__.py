"""What pages share: the view, cached answers, panels, cards, tables."""

from dashboard.ui.answers import answer, compared, errors_as_sentences
from dashboard.ui.board import board
from dashboard.ui.cards import cards, verdict
from dashboard.ui.costs import cost_split, customers, first_attempts, ledger, levers, remarks
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
from dashboard.ui.parameters import choose, current
from dashboard.ui.start import open_view
from dashboard.ui.view import current_scope, current_view

__all__ = [
    "Source",
    "answer",
    "board",
    "cards",
    "chart",
    "choose",
    "compared",
    "contents",
    "cost_split",
    "current",
    "current_scope",
    "current_view",
    "customers",
    "errors_as_sentences",
    "first_attempts",
    "halves",
    "ledger",
    "levers",
    "matching",
    "metric_section",
    "open_view",
    "panel",
    "remarks",
    "search_box",
    "sentence",
    "small_charts",
    "source",
    "table",
    "title",
    "verdict",
    "whole_snapshot",
]
