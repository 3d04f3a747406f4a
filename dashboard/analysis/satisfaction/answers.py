"""Survey answers counted by segment and lateness, beside the deliveries they speak for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.analysis.figures import nothing_found
from dashboard.bands import OUTCOME_OF, OUTCOMES, Outcome
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

BY = ("segment", "lateness_band")
HUNDREDTHS = 100

Cell = tuple[str, str]
"""Segment and band of lateness."""


@dataclass(frozen=True)
class Counted:
    """What customers answered to one question.

    Attributes:
        answers: Per cell, how often each answer was given.
        sent: Per cell, surveys sent, answered or not.
    """

    answers: Mapping[Cell, Mapping[float, int]]
    sent: Mapping[Cell, int]

    def replies(self, segments: Iterable[str], outcome: Outcome) -> dict[float, int]:
        """Answers of some segments about deliveries of one outcome."""
        wanted, found = set(segments), Counter[float]()
        for (segment, band), counts in self.answers.items():
            if segment in wanted and OUTCOME_OF[band] == outcome:
                found.update(counts)
        return dict(found)

    def asked(self, segments: Iterable[str], outcome: Outcome) -> int:
        """Surveys sent to some segments about deliveries of one outcome."""
        wanted = set(segments)
        return sum(
            count
            for (segment, band), count in self.sent.items()
            if segment in wanted and OUTCOME_OF[band] == outcome
        )


@dataclass(frozen=True)
class Voices:
    """All that a scope's customers answered.

    Attributes:
        due: Deliveries due, per cell.
        rating: Stars, 1 to 5.
        recommendation: 0 to 10.
    """

    due: Mapping[Cell, int]
    rating: Counted
    recommendation: Counted

    @property
    def segments(self) -> list[str]:
        """Segments with a due delivery, the largest first."""
        held = Counter[str]()
        for (segment, _), count in self.due.items():
            held[segment] += count
        return sorted(held, key=lambda segment: (-held[segment], segment))

    def table(self, segments: Iterable[str]) -> np.ndarray:
        """Due deliveries by segment (rows) and outcome (columns)."""
        rows = list(segments)
        found = np.zeros((len(rows), len(OUTCOMES)))
        for (segment, band), count in self.due.items():
            if segment in rows:
                found[rows.index(segment), OUTCOMES.index(OUTCOME_OF[band])] += count
        return found


def voices(reader: Reader, scope: Scope) -> Voices:
    """Count a scope's deliveries and their answers.

    Raises:
        ScopeError: No delivery of the scope is due.
    """
    found = reader.roll_up(("on_time_rate",), BY, scope)
    if found.is_empty():
        raise ScopeError(nothing_found(reader, scope))
    due = {(row["segment"], row["lateness_band"]): int(row["denominator"])
           for row in found.iter_rows(named=True)}  # fmt: skip
    return Voices(
        due,
        _counted(reader, "rating", scope, HUNDREDTHS),
        _counted(reader, "recommendation", scope, 1),
    )


def _counted(reader: Reader, name: str, scope: Scope, scale: int) -> Counted:
    answers: dict[Cell, dict[float, int]] = {}
    sent = Counter[Cell]()
    for segment, band, value, rows in reader.distribution(name, BY, scope).iter_rows():
        sent[segment, band] += rows
        if value is not None:
            answers.setdefault((segment, band), {})[value / scale] = rows
    return Counted(answers, sent)
