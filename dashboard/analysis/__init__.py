"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.attempts import failed_attempt_cost
from dashboard.analysis.board import Cell, Matrix, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.bridge import Bridge, definitions_bridge
from dashboard.analysis.change import Money, Mover, WhatChanged, what_changed
from dashboard.analysis.contributors import Contributor, Contributors, Split, contributors
from dashboard.analysis.control import control
from dashboard.analysis.control_chart import ProcessChart, Rebaseline
from dashboard.analysis.cost_board import CostBoard, RuleReadout
from dashboard.analysis.cost_rules import Allocation, GroupCost
from dashboard.analysis.costs import cost_by, cost_to_serve
from dashboard.analysis.customers import WhaleCurve, whale_curve
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.lateness import Lateness, lateness
from dashboard.analysis.ledger import LedgerBridge, Reconciliation, ledger_bridge
from dashboard.analysis.levers import LeverBoard, levers
from dashboard.analysis.promise import Capability, capability
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.scoreboard import matrix, scoreboard
from dashboard.analysis.service import Service, service
from dashboard.analysis.value import RULE, SegmentValue, ValueMap, value_map

__all__ = [
    "FEWEST",
    "RULE",
    "Allocation",
    "Bridge",
    "Capability",
    "Cell",
    "Change",
    "Contributor",
    "Contributors",
    "CostBoard",
    "Figure",
    "GroupCost",
    "Lateness",
    "LedgerBridge",
    "LeverBoard",
    "Matrix",
    "Money",
    "Mover",
    "ProcessChart",
    "Quality",
    "Rebaseline",
    "Reconciliation",
    "RuleReadout",
    "Scoreboard",
    "SegmentScore",
    "SegmentValue",
    "Service",
    "Split",
    "Standing",
    "ValueMap",
    "Verdict",
    "Week",
    "WhaleCurve",
    "WhatChanged",
    "capability",
    "carrier_data",
    "contributors",
    "control",
    "cost_by",
    "cost_to_serve",
    "definitions_bridge",
    "failed_attempt_cost",
    "figures",
    "lateness",
    "ledger_bridge",
    "levers",
    "matrix",
    "quality",
    "quarantined",
    "scoreboard",
    "service",
    "value_map",
    "whale_curve",
    "what_changed",
]
