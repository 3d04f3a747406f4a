"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.attempts import failed_attempt_cost
from dashboard.analysis.board import Cell, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.cost_board import CostBoard, RuleReadout
from dashboard.analysis.cost_rules import Allocation, GroupCost
from dashboard.analysis.costs import cost_by, cost_to_serve
from dashboard.analysis.customers import WhaleCurve, whale_curve
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.ledger import Bridge, Reconciliation, bridge
from dashboard.analysis.levers import LeverBoard, levers
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.scoreboard import scoreboard

__all__ = [
    "FEWEST",
    "Allocation",
    "Bridge",
    "Cell",
    "Change",
    "CostBoard",
    "Figure",
    "GroupCost",
    "LeverBoard",
    "Quality",
    "Reconciliation",
    "RuleReadout",
    "Scoreboard",
    "SegmentScore",
    "Standing",
    "Verdict",
    "Week",
    "WhaleCurve",
    "bridge",
    "carrier_data",
    "cost_by",
    "cost_to_serve",
    "failed_attempt_cost",
    "figures",
    "levers",
    "quality",
    "quarantined",
    "scoreboard",
    "whale_curve",
]
