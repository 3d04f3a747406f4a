"""Experiments: from units and their arms to a verdict, whatever the units come from.

Imports scipy and statsmodels, by way of the statistics: only who asks imports it.
"""

from dashboard.analysis.experiments.judging import judged
from dashboard.analysis.experiments.results import (
    ArmResult,
    Comparison,
    Judged,
    Look,
    SegmentEffect,
    Segments,
)
from dashboard.analysis.experiments.trials import Design, Measure, Trial

__all__ = [
    "ArmResult",
    "Comparison",
    "Design",
    "Judged",
    "Look",
    "Measure",
    "SegmentEffect",
    "Segments",
    "Trial",
    "judged",
]
