"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.board import Cell, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.change import Money, Mover, WhatChanged, what_changed
from dashboard.analysis.contributors import Contributor, Contributors, Split, contributors
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.scoreboard import scoreboard

__all__ = [
    "FEWEST",
    "Cell",
    "Change",
    "Contributor",
    "Contributors",
    "Figure",
    "Money",
    "Mover",
    "Quality",
    "Scoreboard",
    "SegmentScore",
    "Split",
    "Standing",
    "Verdict",
    "Week",
    "WhatChanged",
    "carrier_data",
    "contributors",
    "figures",
    "quality",
    "quarantined",
    "scoreboard",
    "what_changed",
]
