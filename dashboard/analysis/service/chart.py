"""A process week by week: its points, its limits, and what its chart says."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.catalog import Metric
from dashboard.stats.control import Assurance, Signal, Variation

Kind = Literal["p′", "XmR", "run"]
Readiness = Literal["judged", "partial", "immature", "thin"]


@dataclass(frozen=True)
class Rebaseline:
    """A dated decision to compute limits anew; who and why stand in its note.

    Attributes:
        day: First day of the new baseline; it begins with the first whole week after.
        segment: The one segment it is about; None for all.
    """

    day: date
    segment: str | None = None


@dataclass(frozen=True)
class Point:
    """One week.

    Attributes:
        start: Its Monday.
        numerator, denominator: Its sums.
        value: Their ratio.
        centre, low, high: Of its stretch of the chart; None without limits.
        signal: Why it is special; None where it is not, or is not judged.
        readiness: 'partial' where the data or the period ends inside it, 'immature' where
            deliveries of it are not yet known, 'thin' with fewer than 30 cases: none of
            these is judged.
        begins: Whether a new baseline begins with it.
    """

    start: date
    numerator: float
    denominator: float
    value: float
    centre: float | None
    low: float | None
    high: float | None
    signal: Signal | None
    readiness: Readiness
    begins: bool = False


@dataclass(frozen=True)
class ProcessChart:
    """A group's control chart.

    Attributes:
        metric: What is charted.
        group: Dimension and value.
        points: Weeks that have any case, in order of time.
        kind: Laney's p′ for shares, XmR for other ratios, a run chart without limits.
        baseline: Number of weeks that the latest limits come from, 0 without.
        why: Why there are no limits; empty where there are.
        variation: What the latest judged week says.
        target: In the metric's unit; None where none is set.
        assurance: Whether the process as it is meets the target.
        judged: Judged weeks inside the period asked about.
        signals: How many of them are special.
        by_chance: Chance that a process in control shows a signal in so many weeks; None
            without limits.
    """

    metric: Metric
    group: tuple[tuple[str, str], ...]
    points: tuple[Point, ...]
    kind: Kind
    baseline: int
    why: str
    variation: Variation
    target: float | None
    assurance: Assurance
    judged: int
    signals: int
    by_chance: float | None

    @property
    def name(self) -> str:
        """Its group in words."""
        return " · ".join(value for _, value in self.group) or "all deliveries"
