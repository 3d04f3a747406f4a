"""What pages share: the view, cached answers, panels, cards, tables."""

from dashboard.ui.answers import answer, compared, errors_as_sentences, tried
from dashboard.ui.cards import cards, verdict
from dashboard.ui.costs import cost_split, customers, first_attempts, ledger, levers, remarks
from dashboard.ui.data.definitions import contents, matching, metric_section, search_box
from dashboard.ui.data.upload import bring_your_own_data
from dashboard.ui.deliveries.delivery import delivery_address, delivery_drawer
from dashboard.ui.notes import rebaselines_of
from dashboard.ui.overview.board import board
from dashboard.ui.overview.changes import what_changed
from dashboard.ui.overview.matrix import matrix
from dashboard.ui.overview.value import value_map
from dashboard.ui.page import (
    Source,
    boxes,
    chart,
    folded,
    halves,
    more,
    panel,
    quiet,
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
from dashboard.ui.voices import asked_example, said_lacking, voice_kpis
from dashboard.ui.warming import warm_up

__all__ = [
    "Source",
    "answer",
    "asked_example",
    "board",
    "boxes",
    "bring_your_own_data",
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
    "delivery_address",
    "delivery_drawer",
    "errors_as_sentences",
    "first_attempts",
    "folded",
    "halves",
    "ledger",
    "levers",
    "matching",
    "matrix",
    "metric_section",
    "more",
    "open_view",
    "panel",
    "quiet",
    "rebaselines_of",
    "remarks",
    "said_lacking",
    "search_box",
    "sentence",
    "small_charts",
    "source",
    "table",
    "title",
    "tried",
    "value_map",
    "verdict",
    "voice_kpis",
    "warm_up",
    "what_changed",
    "whole_snapshot",
]
