"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.board import Cell, Matrix, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.change import Money, Mover, WhatChanged, what_changed
from dashboard.analysis.contributors import Contributor, Contributors, Split, contributors
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.process import Process, ProcessWeek
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.scoreboard import matrix, scoreboard
from dashboard.analysis.value import RULE, SegmentValue, ValueMap, value_map

__all__ = [
    "FEWEST",
    "RULE",
    "Cell",
    "Change",
    "Contributor",
    "Contributors",
    "Figure",
    "Matrix",
    "Money",
    "Mover",
    "Process",
    "ProcessWeek",
    "Quality",
    "Scoreboard",
    "SegmentScore",
    "SegmentValue",
    "Split",
    "Standing",
    "ValueMap",
    "Verdict",
    "Week",
    "WhatChanged",
    "carrier_data",
    "contributors",
    "figures",
    "matrix",
    "quality",
    "quarantined",
    "scoreboard",
    "value_map",
    "what_changed",
]
