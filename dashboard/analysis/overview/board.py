"""The scoreboard's parts: cells, rows, weeks and the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.analysis.figures import Change, Figure
from dashboard.analysis.service.chart import ProcessChart
from dashboard.catalog import Metric
from dashboard.scope import Period

Standing = Literal["met", "missed", "not clear", "no target"]


@dataclass(frozen=True)
class Cell:
    """One figure on the board.

    Attributes:
        target: In the metric's unit; None where none is set for the quarter.
        standing: The figure against its target; 'not clear' when the interval holds it.
        change: Against the comparison period; None where there is none.
        missed_quarters: For how many quarters in a row, this one included, the target was
            missed; 0 where it is not, or where the period is no quarter.
    """

    figure: Figure
    target: float | None
    standing: Standing
    change: Change | None
    missed_quarters: int = 0


@dataclass(frozen=True)
class SegmentScore:
    """One row of the board: a segment and its cells by metric name.

    Attributes:
        process: Its on-time rate by week as a control chart; None without any.
    """

    segment: str
    volume: int
    cells: Mapping[str, Cell]
    process: ProcessChart | None = None


@dataclass(frozen=True)
class Week:
    """One point of a trend.

    Attributes:
        start: Its Monday.
        value: None where nothing fell due.
        partial: The week is cut by the edge of the snapshot: drawn grey, never judged.
    """

    segment: str
    start: date
    value: float | None
    numerator: float
    denominator: float
    partial: bool


@dataclass(frozen=True)
class Matrix:
    """Segments by metrics.

    Attributes:
        metrics: The columns: those with any row in the period.
        period, versus: Days measured, and days compared with (None: no comparison).
        rows: All segments together, then each, by volume; a metric without rows has no cell.
    """

    metrics: tuple[Metric, ...]
    period: Period
    versus: Period | None
    rows: tuple[SegmentScore, ...]


@dataclass(frozen=True)
class Scoreboard:
    """The Overview page.

    Attributes:
        message: The finding, as the page's title.
        period, versus: Days on the board, and days compared with (None: no comparison).
        running: The period is not over at the snapshot's as_of.
        segments: One per segment, by volume; `whole` is all of them together.
        weeks: On-time rate by segment and week, up to 52 weeks to the end of the period.
        readings: The same deliveries under each on-time definition, the headline first.
    """

    message: str
    period: Period
    versus: Period | None
    running: bool
    segments: tuple[SegmentScore, ...]
    whole: SegmentScore
    weeks: tuple[Week, ...]
    readings: tuple[Figure, ...]

    @property
    def due(self) -> int:
        """Deliveries whose promise has fallen due."""
        headline = (f for f in self.readings if f.metric.name == "on_time_rate")
        return sum(int(figure.denominator or 0) for figure in headline)
