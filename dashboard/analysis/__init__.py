"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.board import Cell, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.scoreboard import scoreboard

__all__ = [
    "FEWEST",
    "Cell",
    "Change",
    "Figure",
    "Scoreboard",
    "SegmentScore",
    "Standing",
    "Verdict",
    "Week",
    "figures",
    "scoreboard",
]
