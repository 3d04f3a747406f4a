"""What do customers say of their deliveries, had all of them answered?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from dashboard.analysis.satisfaction.answers import Counted, Voices, voices
from dashboard.bands import OUTCOMES, Outcome
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Scope
from dashboard.stats.weighting import (
    FEWEST_REPLIES,
    WeightedMean,
    bounds,
    merged_weights,
    weighted_mean,
)
from dashboard.warehouse import Reader

WHOLE = "All segments"
STARS = (1.0, 5.0)
PROVISIONAL = timedelta(days=14)
_SATISFIED, _PROMOTER, _DETRACTOR = 4, 9, 6

Score = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class OutcomeVoice:
    """What was said of deliveries of one outcome.

    Attributes:
        due: Deliveries.
        sent: Surveys sent about them.
        replies: Ratings received.
        mean: Their plain mean; None without any.
        borrowed: Whether other segments' answers stand in, as its own are fewer than 5.
    """

    outcome: Outcome
    due: int
    sent: int
    replies: int
    mean: float | None
    borrowed: bool


@dataclass(frozen=True)
class SegmentVoice:
    """One segment's satisfaction.

    Attributes:
        due, sent, replies: Deliveries due, surveys sent about them, ratings received.
        rating: Mean rating weighted to the due deliveries; None where only bounds can be
            given.
        satisfied: Weighted share of ratings of 4 and 5.
        recommendation: Weighted share of 9 and 10 less that of 0 to 6, in points.
        plain: Unweighted mean of the ratings.
        worst, best: The mean, had everybody else given 1, or 5.
        outcomes: Kept, late, not delivered.
    """

    segment: str
    due: int
    sent: int
    replies: int
    rating: WeightedMean | None
    satisfied: WeightedMean | None
    recommendation: WeightedMean | None
    plain: float | None
    worst: float
    best: float
    outcomes: tuple[OutcomeVoice, ...]

    @property
    def response_rate(self) -> float | None:
        """Ratings received over surveys sent; None where none was sent."""
        return self.replies / self.sent if self.sent else None


@dataclass(frozen=True)
class Satisfaction:
    """Satisfaction of a scope.

    Attributes:
        message: The finding.
        whole: All segments of the scope together.
        segments: The largest first.
        provisional: Whether answers to the last deliveries are still to come.
    """

    message: str
    whole: SegmentVoice
    segments: tuple[SegmentVoice, ...]
    provisional: bool


def satisfaction(reader: Reader, scope: Scope) -> Satisfaction:
    """Weight what was answered to the deliveries that were due.

    Args:
        reader: The snapshot.
        scope: Days of the promise (all where None), and filters.

    Raises:
        ScopeError: No delivery of the scope is due.
    """
    found = voices(reader, scope)
    whole = _voice(found, WHOLE, found.segments)
    last = scope.period.end if scope.period else reader.manifest.as_of.date()
    return Satisfaction(
        message=_message(whole),
        whole=whole,
        segments=tuple(_voice(found, segment, [segment]) for segment in found.segments),
        provisional=last > (reader.manifest.as_of - PROVISIONAL).date(),
    )


def _voice(found: Voices, name: str, segments: Sequence[str]) -> SegmentVoice:
    outcomes = tuple(_outcome(found, segments, outcome) for outcome in OUTCOMES)
    due, replies = sum(one.due for one in outcomes), sum(one.replies for one in outcomes)
    total = sum((one.mean or 0.0) * one.replies for one in outcomes)
    worst, best = bounds(total, min(replies, due), due, STARS)
    return SegmentVoice(
        segment=name,
        due=due,
        sent=sum(one.sent for one in outcomes),
        replies=replies,
        rating=_weighted(found, found.rating, segments, lambda y: y),
        satisfied=_weighted(found, found.rating, segments, _is_satisfied),
        recommendation=_weighted(found, found.recommendation, segments, _net),
        plain=total / replies if replies else None,
        worst=worst,
        best=best,
        outcomes=outcomes,
    )


def _outcome(found: Voices, segments: Sequence[str], outcome: Outcome) -> OutcomeVoice:
    answers = found.rating.replies(segments, outcome)
    replies = sum(answers.values())
    due = int(found.table(segments)[:, OUTCOMES.index(outcome)].sum())
    mean = sum(y * n for y, n in answers.items()) / replies if replies else None
    sent = found.rating.asked(segments, outcome)
    borrowed = bool(due) and replies < FEWEST_REPLIES and len(segments) < len(found.segments)
    return OutcomeVoice(outcome, due, sent, replies, mean, borrowed)


def _weighted(
    found: Voices, question: Counted, segments: Sequence[str], score: Score
) -> WeightedMean | None:
    """A weighted mean; None where an outcome has no answer, or there are fewer than two."""
    cells = _borrowed(found, question, segments) if len(segments) == 1 else _merged(
        found, question, segments
    )  # fmt: skip
    rows = [(y, weight, n) for answers, weight in cells or () for y, n in answers.items()]
    if not rows:
        return None
    values, weights, counts = (np.array(part, float) for part in zip(*rows, strict=True))
    try:
        return weighted_mean(score(values), weights, counts)
    except NotEnoughDataError:
        return None


Weighed = Sequence[tuple[Mapping[float, int], float]]


def _merged(found: Voices, question: Counted, segments: Sequence[str]) -> Weighed | None:
    """Answers of every cell with what one stands for, thin cells merged."""
    answers = [[question.replies([s], outcome) for outcome in OUTCOMES] for s in segments]
    counts = np.array([[sum(cell.values()) for cell in row] for row in answers])
    try:
        weights = merged_weights(found.table(segments), counts)
    except NotEnoughDataError:
        return None
    return [
        (cell, weight)
        for row, own in zip(answers, weights.tolist(), strict=True)
        for cell, weight in zip(row, own, strict=True)
    ]


def _borrowed(found: Voices, question: Counted, segments: Sequence[str]) -> Weighed | None:
    """One segment's answers; where they are thin, those of all segments on that outcome."""
    cells = []
    for outcome, due in zip(OUTCOMES, found.table(segments)[0].tolist(), strict=True):
        own = question.replies(segments, outcome)
        if not due:
            continue
        if sum(own.values()) < FEWEST_REPLIES:
            own = question.replies(found.segments, outcome)
        if not own:
            return None
        cells.append((own, due / sum(own.values())))
    return cells


def _is_satisfied(stars: np.ndarray) -> np.ndarray:
    return (stars >= _SATISFIED).astype(float)


def _net(points: np.ndarray) -> np.ndarray:
    return 100.0 * ((points >= _PROMOTER).astype(float) - (points <= _DETRACTOR).astype(float))


def _message(whole: SegmentVoice) -> str:
    if not whole.sent:
        return "Nobody was asked about these deliveries"
    if not whole.replies:
        return f"None of {whole.sent:,} surveys about these deliveries was answered"
    kept, late, _ = whole.outcomes
    if whole.rating is None:
        silent = [one.outcome for one in whole.outcomes if one.due and not one.replies]
        why = (
            f"nobody answered about deliveries {' and '.join(silent)}" if silent else "few answers"
        )
        return f"The rating lies between {whole.worst:.2f} and {whole.best:.2f}: {why}"
    said = f"Customers rate their deliveries {whole.rating.value:.2f} of 5"
    if kept.mean is None or late.mean is None or min(kept.replies, late.replies) < FEWEST_REPLIES:
        return said
    return f"{said}: {kept.mean:.2f} when kept, {late.mean:.2f} when late"
