"""A segment's weeks as a process: is it in control, and can it meet its target?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.analysis.board import Week
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError
from dashboard.stats import control

_SHOWN = 26


@dataclass(frozen=True)
class ProcessWeek:
    """One point of a control chart.

    Attributes:
        start: Its Monday.
        low, high: Control limits; None on a run chart, and of a partial week.
        is_signal: Whether it says that the process moved.
        partial: Cut by the edge of the data: drawn, never judged.
    """

    start: date
    value: float
    low: float | None
    high: float | None
    is_signal: bool
    partial: bool


@dataclass(frozen=True)
class Process:
    """The last 26 weeks, judged by limits from the first weeks there are.

    Attributes:
        variation: What the latest complete week says.
        assurance: Whether the process, left as it is, meets the target.
        centre: Of the baseline.
    """

    weeks: tuple[ProcessWeek, ...]
    variation: control.Variation
    assurance: control.Assurance
    centre: float


def process(metric: Metric, weeks: Sequence[Week], target: float | None) -> Process | None:
    """Put weeks, from the first of the data, on a control chart.

    Returns:
        None where no week is complete, or all are all kept: nothing varies.
    """
    used = [week for week in weeks if week.denominator > 0]
    judged = np.array([not week.partial for week in used], bool)
    if not judged.any():
        return None
    try:
        chart = control.weekly(
            np.array([week.numerator for week in used]),
            np.array([week.denominator for week in used]),
            is_share=metric.unit == "share",
            judged=judged,
        )
    except NotEnoughDataError:
        return None
    points = [
        ProcessWeek(
            week.start,
            float(chart.values[at]),
            float(chart.low[at]) if chart.has_limits and not week.partial else None,
            float(chart.high[at]) if chart.has_limits and not week.partial else None,
            chart.signals[at] is not None,
            week.partial,
        )
        for at, week in enumerate(used)
    ]
    assurance: control.Assurance = "not judged"
    if target is not None:
        assurance = control.assurance(chart, target, metric.better)
    said = control.variation(chart, metric.better)
    return Process(tuple(points[-_SHOWN:]), said, assurance, chart.centre)
