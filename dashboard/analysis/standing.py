"""Figures that miss their targets: for how long, and by how much."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from dashboard.analysis.board import SegmentScore
from dashboard.analysis.days import whole_quarter
from dashboard.analysis.figures import Figure
from dashboard.analysis.targets import standing_of
from dashboard.scope import Period
from dashboard.warehouse import Reader

Measure = Callable[[str, str, Period], Figure | None]


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
    return found is not None and standing_of(found, target) == "missed"
