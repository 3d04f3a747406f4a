"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.board import Cell, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.scoreboard import scoreboard

__all__ = [
    "FEWEST",
    "Cell",
    "Change",
    "Figure",
    "Quality",
    "Scoreboard",
    "SegmentScore",
    "Standing",
    "Verdict",
    "Week",
    "carrier_data",
    "figures",
    "quality",
    "quarantined",
    "scoreboard",
]
