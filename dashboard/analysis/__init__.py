"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.costs.attempts import failed_attempt_cost
from dashboard.analysis.costs.board import CostBoard, RuleReadout
from dashboard.analysis.costs.customers import WhaleCurve, whale_curve
from dashboard.analysis.costs.ledger import LedgerBridge, Reconciliation, ledger_bridge
from dashboard.analysis.costs.levers import LeverBoard, levers
from dashboard.analysis.costs.rules import Allocation, GroupCost
from dashboard.analysis.costs.to_serve import cost_by, cost_to_serve
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.overview.board import (
    Cell,
    Matrix,
    Scoreboard,
    SegmentScore,
    Standing,
    Week,
)
from dashboard.analysis.overview.change import Money, Mover, WhatChanged, what_changed
from dashboard.analysis.overview.contributors import Contributor, Contributors, Split, contributors
from dashboard.analysis.overview.scoreboard import matrix, scoreboard
from dashboard.analysis.overview.value import RULE, SegmentValue, ValueMap, value_map
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.service.chart import ProcessChart, Rebaseline
from dashboard.analysis.service.control import control
from dashboard.analysis.service.definitions import Bridge, definitions_bridge
from dashboard.analysis.service.lateness import Lateness, lateness
from dashboard.analysis.service.promise import Capability, capability
from dashboard.analysis.service.segments import Service, service

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
