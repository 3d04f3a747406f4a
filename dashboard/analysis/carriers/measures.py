"""What carriers can be compared on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.analysis.figures import FEWEST
from dashboard.catalog import Metric
from dashboard.errors import UnknownNameError
from dashboard.warehouse import Reader

FEWEST_EXPECTED: Final = 5
"""Failures that must be expected of a unit for a verdict; of means, `FEWEST` cases."""


@dataclass(frozen=True)
class Measure:
    """A metric as carriers are compared on it.

    Attributes:
        counted: What is counted and expected, and what people call it.
        happening: That one of them happens.
        better, worse: What a carrier is that does better or worse than its work explains.
    """

    counted: str
    happening: str
    better: str
    worse: str


COMPARED_ON: Final[Mapping[str, Measure]] = {
    "on_time_rate": Measure("late", "being late", "late less often", "late more often"),
    "first_attempt_rate": Measure(
        "failed first attempts",
        "a failed first attempt",
        "failing fewer first attempts",
        "failing more first attempts",
    ),
    "satisfaction": Measure("rating", "a point", "rated better", "rated worse"),
    "cost_to_serve": Measure("cost", "cost", "cheaper", "dearer"),
}


def measured_metric(reader: Reader, name: str) -> Metric:
    """The metric of a measure.

    Raises:
        UnknownNameError: Carriers are not compared on it.
    """
    if name not in COMPARED_ON:
        kind = "measure"
        raise UnknownNameError.among(kind, name, COMPARED_ON)
    return reader.catalog.metric(name)


def is_worse_above(metric: Metric) -> bool:
    """Whether more than expected is bad: failures, or a cost."""
    return metric.unit == "share" or metric.better == "lower"


def is_enough(metric: Metric, base: float, expected: float) -> bool:
    """Whether a unit has what a verdict needs."""
    return expected >= FEWEST_EXPECTED if metric.unit == "share" else base >= FEWEST


def least_scatter(metric: Metric) -> float:
    """What the scatter of a sum by its expectation is at least: of counts Poisson's."""
    return 1.0 if metric.unit == "share" else 1e-9
