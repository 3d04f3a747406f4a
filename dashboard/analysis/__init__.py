"""One module per question of the product: asks the warehouse, applies statistics."""

from dashboard.analysis.board import Cell, Matrix, Scoreboard, SegmentScore, Standing, Week
from dashboard.analysis.bridge import Bridge, definitions_bridge
from dashboard.analysis.change import Money, Mover, WhatChanged, what_changed
from dashboard.analysis.contributors import Contributor, Contributors, Split, contributors
from dashboard.analysis.control import control
from dashboard.analysis.control_chart import ProcessChart, Rebaseline
from dashboard.analysis.figures import FEWEST, Change, Figure, Verdict, figures
from dashboard.analysis.lateness import Lateness, lateness
from dashboard.analysis.promise import Capability, capability
from dashboard.analysis.quality import Quality, carrier_data, quality, quarantined
from dashboard.analysis.scoreboard import matrix, scoreboard
from dashboard.analysis.service import Service, service
from dashboard.analysis.value import RULE, SegmentValue, ValueMap, value_map

__all__ = [
    "FEWEST",
    "RULE",
    "Bridge",
    "Capability",
    "Cell",
    "Change",
    "Contributor",
    "Contributors",
    "Figure",
    "Lateness",
    "Matrix",
    "Money",
    "Mover",
    "ProcessChart",
    "Quality",
    "Rebaseline",
    "Scoreboard",
    "SegmentScore",
    "SegmentValue",
    "Service",
    "Split",
    "Standing",
    "ValueMap",
    "Verdict",
    "Week",
    "WhatChanged",
    "capability",
    "carrier_data",
    "contributors",
    "control",
    "definitions_bridge",
    "figures",
    "lateness",
    "matrix",
    "quality",
    "quarantined",
    "scoreboard",
    "service",
    "value_map",
    "what_changed",
]
