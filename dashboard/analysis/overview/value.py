"""Which segments are worth what: margin per delivery against share of the volume."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.analysis.daily import Daily, daily_sums
from dashboard.analysis.figures import Figure, figure, nothing_found
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats.periods import ratio_interval
from dashboard.warehouse import Reader

Call = Literal["differentiate", "standard service", "fix", "exit", "not clear"]

RULE = (
    "Earns more than the average delivery: differentiate. Earns, but less: standard service. "
    "Loses and is large: fix. Loses and is small: exit. Large is more than an equal share of the "
    "volume. No call where an interval holds the line."
)

_MARGIN = "margin_per_delivery"
_FEWEST_WEEKS = 8


@dataclass(frozen=True)
class SegmentValue:
    """One segment on the map.

    Attributes:
        margin: What is left of the revenue of one completed delivery.
        volume: Deliveries promised; `share` of all, with 95 % limits from weeks (days where
            there are fewer than eight; None where those are too few).
        call: What the rule makes of it.
    """

    segment: str
    margin: Figure
    volume: int
    share: float
    share_low: float | None
    share_high: float | None
    call: Call


@dataclass(frozen=True)
class ValueMap:
    """All segments with a margin, the largest first.

    Attributes:
        average: The margin of all segments together.
        equal_share: The share of the volume that each would have, were all alike.
        message: The calls in a sentence.
    """

    segments: tuple[SegmentValue, ...]
    average: Figure
    equal_share: float
    period: Period
    message: str


def value_map(reader: Reader, scope: Scope) -> ValueMap:
    """Place every segment by margin and volume.

    Raises:
        ScopeError: No delivery in the scope has both revenue and cost.
    """
    found = daily_sums(reader, (_MARGIN, "volume"), ("segment",), scope.during(scope.period))
    margins = {segment: days for (name, segment), days in found.items() if name == _MARGIN}
    volumes = {segment: days for (name, segment), days in found.items() if name == "volume"}
    together = Daily.together(margins.values())
    if not found:
        raise ScopeError(nothing_found(reader, scope))
    if not together.denominator:
        message = "no completed delivery has both revenue and cost; choose another period"
        raise ScopeError(message)
    period = scope.period or together.span
    metric = reader.catalog.metric(_MARGIN)
    average = figure(metric, (), together, period)
    placed = []
    for segment, days in margins.items():
        margin = figure(metric, (("segment", segment),), days, period)
        if margin.value is not None and segment in volumes:
            share = _share(volumes, segment)
            call = _call(margin, average, share, 1 / len(volumes))
            volume = int(volumes[segment].numerator)
            placed.append(SegmentValue(segment, margin, volume, *share, call))
    placed.sort(key=lambda one: (-one.volume, one.segment))
    return ValueMap(tuple(placed), average, 1 / len(volumes), period, _said(placed))


def _share(volumes: Mapping[str, Daily], segment: str) -> tuple[float, float | None, float | None]:
    """A segment's share of the volume, with limits from how its weeks scatter."""
    whole = Daily.together(volumes.values())
    own = np.zeros(len(whole.days), whole.numerators.dtype)
    own[np.searchsorted(whole.days, volumes[segment].days)] = volumes[segment].numerators
    of_all = Daily(whole.days, own, whole.numerators)
    weeks = of_all.weeks()
    if np.count_nonzero(weeks[1]) < _FEWEST_WEEKS:
        weeks = of_all.by_day()
    share = float(of_all.numerator / of_all.denominator)
    try:
        found = ratio_interval(*weeks, share=True)
    except NotEnoughDataError:
        return share, None, None
    return share, found.low, found.high


def _call(
    margin: Figure,
    average: Figure,
    share: tuple[float, float | None, float | None],
    equal_share: float,
) -> Call:
    """The rule; 'not clear' wherever an interval holds the line it is judged by."""
    if margin.low is None or margin.high is None or margin.is_thin:
        return "not clear"
    line = average.value or 0.0
    if margin.low > 0:
        if margin.low > line:
            return "differentiate"
        return "standard service" if margin.high < line else "not clear"
    _, low, high = share
    if margin.high >= 0 or low is None or high is None or low <= equal_share <= high:
        return "not clear"
    return "fix" if low > equal_share else "exit"


def _said(placed: list[SegmentValue]) -> str:
    """The calls, worst first."""
    if len(placed) == 1:
        return f"{placed[0].segment} alone: there is no other segment to hold it against."
    told = []
    for call in ("exit", "fix", "differentiate", "standard service", "not clear"):
        names = [one.segment for one in placed if one.call == call]
        if names:
            told.append(f"{call[0].upper()}{call[1:]}: {', '.join(names)}")
    return ". ".join(told) + "."
