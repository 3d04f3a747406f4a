"""What does lateness cost in satisfaction, and how many contacts does it bring?

Imports statsmodels, by way of the model: only who asks this question imports it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.analysis.figures import FEWEST, Figure, measured
from dashboard.analysis.satisfaction.answers import Voices, voices
from dashboard.bands import BANDS, Band
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Scope
from dashboard.stats.ordinal import Ordinal, fit_ordinal, likelihood_ratio
from dashboard.stats.weighting import WeightedMean, weighted_mean
from dashboard.warehouse import Reader

HOUR = 60.0
MINUTES = (0.0, 1.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 90.0, 120.0, 180.0, 240.0)
_NORMAL = 1.959964
_EFFECTS = ("late", "minutes", "days", "undelivered", "unknown")


@dataclass(frozen=True)
class BandRating:
    """What was answered about one band of lateness.

    Attributes:
        replies: Ratings received.
        mean: Their mean; None without any.
        low, high: 95 % interval; None under 30 answers.
    """

    band: Band
    replies: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Cost:
    """Stars lost, with their 95 % interval; negative is worse than kept."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SegmentCost:
    """One segment's curve.

    Attributes:
        curve: Expected rating at each of `MINUTES`; the first is kept.
        hour: An hour late against kept; None where the model has no such step.
        late_replies: Ratings about its late deliveries with a promised time.
    """

    segment: str
    curve: tuple[float, ...]
    hour: Cost | None
    late_replies: int


@dataclass(frozen=True)
class LatenessCost:
    """The cost of lateness in a scope.

    Attributes:
        bands: What was answered, band by band, whatever the model says.
        curve: Expected rating at each of `MINUTES`, segments as they are due; empty
            where no promise of a time was missed often enough.
        first_minute, hour: Late by a promised time against kept, by the model; None
            without one, or without answers to carry it.
        days: The same of promises of a day that were missed.
        undelivered: The same of deliveries that never came.
        beyond_hour: Over an hour late against kept, as answered, by no model; None under
            30 answers on either side.
        segments: Curves by segment.
        differs: P-value of the cost differing by segment; None with too few answers.
        replies: Ratings that the model stands on.
        contacts: Contacts per delivery by band; empty where no contacts are known.
        why_not: Why there is no model; empty where there is one.
    """

    bands: tuple[BandRating, ...]
    curve: tuple[float, ...]
    first_minute: Cost | None
    hour: Cost | None
    days: Cost | None
    undelivered: Cost | None
    beyond_hour: Cost | None
    segments: tuple[SegmentCost, ...]
    differs: float | None
    replies: int
    contacts: tuple[Figure, ...]
    why_not: str


def lateness_cost(reader: Reader, scope: Scope) -> LatenessCost:
    """Fit how ratings fall with lateness: a step, a slope to one hour, then flat.

    Raises:
        ScopeError: No delivery of the scope is due.
    """
    found = voices(reader, scope)
    contacts = measured(reader, ("contacts_per_delivery",), ("lateness_band",), scope)
    named = {figure.group[0][1]: figure for figure in contacts}
    ordered = tuple(named[band.name] for band in BANDS if band.name in named)
    bands = tuple(_band(found, band) for band in BANDS)
    try:
        model = _Fitted.of(found)
    except NotEnoughDataError as refused:
        beyond = _beyond_hour(found)
        no = str(refused)
        return LatenessCost(bands, (), None, None, None, None, beyond, (), None, 0, ordered, no)
    return LatenessCost(
        bands=bands,
        curve=model.curve(model.segments),
        first_minute=model.cost(model.segments, minutes=1.0),
        hour=model.cost(model.segments, minutes=HOUR),
        days=model.cost(model.segments, days=1.0),
        undelivered=model.cost(model.segments, undelivered=1.0),
        beyond_hour=_beyond_hour(found),
        segments=tuple(model.segment(name) for name in model.segments),
        differs=model.differs(),
        replies=model.ordinal.answers,
        contacts=ordered,
        why_not="",
    )


@dataclass(frozen=True)
class _Fitted:
    """The model, and what its columns stand for.

    Attributes:
        effects: Names of the lateness columns that enough answers carry.
        segments: Segments with answers; all but the first have a column each.
    """

    found: Voices
    effects: tuple[str, ...]
    segments: tuple[str, ...]
    ordinal: Ordinal

    @classmethod
    def of(cls, found: Voices) -> "_Fitted":
        cells = list(_answers(found))
        held = Counter(segment for segment, *_ in cells)
        segments = tuple(name for name in found.segments if held[name])
        late = Counter[str]()
        for _, band, _, count in cells:
            late.update({name: count for name, on in _effects(band).items() if on})
        effects = tuple(name for name in _EFFECTS if late[name] >= FEWEST)
        if not effects:
            most = max(late.values(), default=0)
            message = f"{most} answers about deliveries late alike; {FEWEST} are needed"
            raise NotEnoughDataError(message)
        rows = [_row(segment, _effects(band), segments, effects) for segment, band, _, _ in cells]
        answers, counts = ([cell[at] for cell in cells] for at in (2, 3))
        ordinal = fit_ordinal(np.round(answers), np.array(rows), np.array(counts))
        return cls(found, effects, segments, ordinal)

    def curve(self, segments: Sequence[str]) -> tuple[float, ...]:
        if "late" not in self.effects:
            return ()
        shares = self._shares(segments)
        return tuple(
            float(np.average(self.ordinal.mean(self._rows(segments, minutes=m)), weights=shares))
            for m in MINUTES
        )

    def cost(self, segments: Sequence[str], **late_by: float) -> Cost | None:
        """Late by minutes, or an effect of its own, against kept."""
        needed = {"minutes": "late"}
        if any(needed.get(name, name) not in self.effects for name in late_by):
            return None
        late = self._rows(segments, **late_by)
        kept = self._rows(segments)
        return Cost(*self.ordinal.difference(late, kept, self._shares(segments)))

    def segment(self, name: str) -> SegmentCost:
        replies = sum(
            sum(answers.values())
            for (segment, band), answers in self.found.rating.answers.items()
            if segment == name and _BY_NAME[band].minutes
        )
        return SegmentCost(name, self.curve([name]), self.cost([name], minutes=HOUR), replies)

    def differs(self) -> float | None:
        """Whether the step of being late differs between segments that can show it."""
        able = [one for one in self.segments if self.segment(one).late_replies >= FEWEST]
        if len(able) < 2 or "late" not in self.effects:  # noqa: PLR2004
            return None
        cells = list(_answers(self.found))
        rows = [
            [*_row(segment, effects, self.segments, self.effects),
             *(effects["late"] * (segment == other) for other in able[1:])]
            for segment, effects in ((cell[0], _effects(cell[1])) for cell in cells)
        ]  # fmt: skip
        answers, counts = ([cell[at] for cell in cells] for at in (2, 3))
        larger = fit_ordinal(np.round(answers), np.array(rows), np.array(counts))
        return likelihood_ratio(self.ordinal, larger)

    def _rows(self, segments: Sequence[str], minutes: float = 0.0, **others: float) -> np.ndarray:
        effects = dict.fromkeys(_EFFECTS, 0.0) | others
        if minutes:
            effects |= {"late": 1.0, "minutes": min(minutes, HOUR) / HOUR}
        return np.array([_row(name, effects, self.segments, self.effects) for name in segments])

    def _shares(self, segments: Sequence[str]) -> np.ndarray:
        return self.found.table(segments).sum(1)


_BY_NAME = {band.name: band for band in BANDS}


def _answers(found: Voices) -> list[tuple[str, Band, float, int]]:
    """Segment, band, rating and how often: what the model is fitted to."""
    return [
        (segment, _BY_NAME[band], rating, count)
        for (segment, band), answers in sorted(found.rating.answers.items())
        for rating, count in sorted(answers.items())
    ]


def _effects(band: Band) -> dict[str, float]:
    """What of being late a band shows: its step, minutes up to an hour, or days."""
    middle = band.middle
    return {
        "late": float(middle is not None),
        "minutes": 0.0 if middle is None else min(middle, HOUR) / HOUR,
        "days": float(band.days is not None),
        "undelivered": float(band.outcome == "not delivered"),
        "unknown": float(band.outcome == "late" and middle is None and band.days is None),
    }


def _row(
    segment: str, effects: dict[str, float], segments: Sequence[str], kept: Sequence[str]
) -> list[float]:
    return [effects[name] for name in kept] + [float(segment == one) for one in segments[1:]]


def _band(found: Voices, band: Band) -> BandRating:
    answers = _ratings(found, {band.name})
    replies = sum(answers.values())
    if replies < FEWEST:
        mean = sum(y * n for y, n in answers.items()) / replies if replies else None
        return BandRating(band, replies, mean, None, None)
    plain = _plain(answers)
    return BandRating(band, replies, plain.value, plain.low, plain.high)


def _beyond_hour(found: Voices) -> Cost | None:
    over = {band.name for band in BANDS if (band.middle or 0.0) > HOUR}
    late, kept = _ratings(found, over), _ratings(found, {"kept"})
    if min(sum(late.values()), sum(kept.values())) < FEWEST:
        return None
    one, other = _plain(late), _plain(kept)
    value = one.value - other.value
    half = _NORMAL * (one.variance + other.variance) ** 0.5
    return Cost(value, value - half, value + half)


def _ratings(found: Voices, bands: set[str]) -> Counter[float]:
    answers = Counter[float]()
    for (_, name), counts in found.rating.answers.items():
        if name in bands:
            answers.update(counts)
    return answers


def _plain(answers: Counter[float]) -> WeightedMean:
    values, counts = (np.array(part, float) for part in zip(*answers.items(), strict=True))
    return weighted_mean(values, np.ones(len(values)), counts)
