"""Figures against their targets: met or missed, for how long, and what is missing."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from dashboard.analysis.days import whole_quarter
from dashboard.analysis.figures import Figure
from dashboard.analysis.overview.board import SegmentScore, Standing
from dashboard.scope import Period, Quarter
from dashboard.warehouse import Reader

Targets = Mapping[tuple[str, str], float]
Measure = Callable[[str, str, Period], Figure | None]


def standing(found: Figure, target: float | None) -> Standing:
    """Met or missed only where the whole interval lies on one side of the target."""
    if target is None:
        return "no target"
    if found.low is None or found.high is None or found.is_thin:
        return "not clear"
    above, below = found.low >= target, found.high < target
    if found.metric.better == "lower":
        above, below = found.high <= target, found.low > target
    return "met" if above else "missed" if below else "not clear"


def missing(found: Figure, target: float) -> float:
    """What the numerator lacks to reach the target: deliveries of a share, else its unit.

    Shares count whole deliveries, upwards. Costs have too much of it: the sign is then
    negative. 0 where the target is reached.
    """
    exact = Fraction(str(target)) * Fraction(found.denominator or 0) - Fraction(found.numerator)
    if found.metric.unit == "share":
        return max(0.0, float(math.ceil(exact)))
    reached = exact >= 0 if found.metric.better == "lower" else exact <= 0
    return 0.0 if reached else float(exact)


def targets_of(reader: Reader, period: Period) -> Targets:
    """Targets of the quarter that holds the whole period; none for longer periods."""
    start = Quarter.of(period.start, reader.fiscal_year_start)
    end = Quarter.of(period.end, reader.fiscal_year_start)
    return reader.targets(start.key) if start == end else {}


def with_streaks(
    reader: Reader, scores: Sequence[SegmentScore], measure: Measure, period: Period
) -> list[SegmentScore]:
    """Count for each missed target for how many quarters in a row it was missed.

    Only whole quarters count, each judged by its own figures and its own target.

    Args:
        reader: Knows the targets.
        scores: Rows of the board.
        measure: A figure by metric, segment and days; None where it has no row.
        period: The board's days.
    """
    quarter = whole_quarter(reader, period)
    missed = {
        (score.segment, name): 1
        for score in scores
        for name, cell in score.cells.items()
        if cell.standing == "missed"
    }
    if quarter is None or not missed:
        return list(scores)
    still = set(missed)
    while still:
        quarter = quarter.earlier()
        days, targets = quarter.period(reader.fiscal_year_start), reader.targets(quarter.key)
        still = {key for key in still if _is_missed(measure(*key[::-1], days), targets.get(key))}
        for key in still:
            missed[key] += 1
    return [
        replace(
            score,
            cells=MappingProxyType(
                {
                    name: replace(cell, missed_quarters=missed.get((score.segment, name), 0))
                    for name, cell in score.cells.items()
                }
            ),
        )
        for score in scores
    ]


def _is_missed(found: Figure | None, target: float | None) -> bool:
    return found is not None and standing(found, target) == "missed"
