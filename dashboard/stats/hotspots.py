"""Hot spots: places where failures concentrate beyond chance, judged with their neighbours.

The largest of many scores is compared with the largest that chance gives on the same
places, so that a map of any size shows a hot spot by chance in one case of twenty.
Neighbours are arrays of places: one row per place, itself first, −1 where it has none.

Reference:
    Ord and Getis (1995), "Local Spatial Autocorrelation Statistics".
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

DRAWS = 9_999
LEVEL = 0.05
FEWEST = 30
"""A place with fewer trials feeds its neighbours' scores and has none of its own."""

_SEED = 20
_SPREAD = 9.0
_TABLE = 65_536
_TESTED_AT_LEAST = 2


@dataclass(frozen=True, eq=False)
class Places:
    """Failures by place.

    Attributes:
        trials, observed: Per place.
        expected: Failures that the case mix expects, strictly between 0 and trials.
        variance: Σ p(1 − p) over its trials.
        rings: Place and neighbours: places × up to 7.
    """

    trials: Array
    observed: Array
    expected: Array
    variance: Array
    rings: Array

    @property
    def tested(self) -> Array:
        """Whether a place has enough trials of its own."""
        return self.trials >= FEWEST

    def around(self, values: Array) -> Array:
        """Sum of values over each place and its neighbours."""
        return np.append(values, 0.0)[self.rings].sum(axis=1)


@dataclass(frozen=True, eq=False)
class HotSpots:
    """What is hot.

    Attributes:
        score: Σ(O − E)/√(φ·ΣV) over place and neighbours; NaN where not tested.
        p_value: Share of null maps whose largest score is as large; NaN as `score`.
        threshold: The largest score of 95 % of null maps.
        flagged: Beyond the threshold, and with more failures than expected of its own.
        cluster: Number of the cluster of flagged neighbours, from 0; −1 outside.
    """

    score: Array
    p_value: Array
    threshold: float
    flagged: Array
    cluster: Array


def hot_spots(places: Places, effect: float, *, draws: int = DRAWS) -> HotSpots:
    """Flag the places that are hotter than the hottest place of a null map.

    Args:
        places: Failures by place.
        effect: Design effect φ, at least 1: how much more than by chance alone the sums
            scatter.
        draws: Null maps.

    Raises:
        NotEnoughDataError: Fewer than two places have 30 trials.
    """
    tested = places.tested
    if tested.sum() < _TESTED_AT_LEAST:
        message = f"places with {FEWEST} deliveries: {tested.sum()}; hot spots need at least 2"
        raise NotEnoughDataError(message)
    excess = places.observed - places.expected
    scale = np.sqrt(effect * places.around(places.variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(tested, places.around(excess) / scale, np.nan)
    largest = np.sort(largest_by_chance(places, effect, draws=draws))
    threshold = float(np.quantile(largest, 1 - LEVEL, method="higher"))
    reached = draws - np.searchsorted(largest, score, side="left")
    p_value = np.where(tested, (1 + reached) / (draws + 1), np.nan)
    flagged = tested & (score > threshold) & (excess > 0)
    return HotSpots(score, p_value, threshold, flagged, joined(flagged, places.rings))


def largest_by_chance(places: Places, effect: float, *, draws: int = DRAWS) -> Array:
    """The largest score of each null map: beta-binomial failures of every place."""
    rng = np.random.default_rng(_SEED)
    values = _null_maps(rng, places, effect, draws)
    expected = places.around(places.expected)
    scale = np.sqrt(effect * places.around(places.variance))
    largest = np.full(draws, -np.inf)
    for place in np.flatnonzero(places.tested):
        ring = places.rings[place]
        total = values[ring[ring >= 0]].sum(axis=0, dtype=np.int64)
        np.maximum(largest, (total - expected[place]) / scale[place], out=largest)
    return largest


def joined(flagged: Array, rings: Array) -> Array:
    """Number clusters of flagged places that are neighbours, from 0; −1 where not flagged."""
    cluster = np.full(len(flagged), -1)
    count = 0
    for start in np.flatnonzero(flagged):
        if cluster[start] >= 0:
            continue
        waiting = [start]
        while waiting:
            place = waiting.pop()
            if place < 0 or not flagged[place] or cluster[place] >= 0:
                continue
            cluster[place] = count
            waiting.extend(rings[place])
        count += 1
    return cluster


def design_effect(excess: Array, variance: Array, rings: Array, *, least: float = 1.0) -> float:
    """How much more the sums around places scatter from week to week than by chance alone.

    A place that is hot throughout is hot in every week: its level is taken out before,
    so that φ = Σ(r − r̄)² / Σv(1 − v/V) over places and weeks, r̄ = R·v/V, with r and v the
    ring's excess and variance of a week and R and V those of all weeks.

    Args:
        excess: Observed minus expected failures: places × weeks.
        variance: Σ p(1 − p), alike.
        rings: As in `Places`.
        least: Never below this.
    """
    r, v = (np.vstack([part, np.zeros(part.shape[1])])[rings].sum(axis=1)
            for part in (excess, variance))  # fmt: skip
    total = v.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, v / total, 0.0)
    residual = r - share * r.sum(axis=1, keepdims=True)
    room = float(np.sum(v * (1 - share)))
    return max(least, float(np.sum(residual**2)) / room) if room > 0 else least


def gi_star(values: Array, rings: Array) -> Array:
    """Getis and Ord's Gi* with binary weights, the place itself among its neighbours.

    Raises:
        NotEnoughDataError: Fewer than two places, or all values alike.
    """
    x = np.asarray(values, float)
    spread = float(np.sqrt(np.mean(x**2) - np.mean(x) ** 2)) if len(x) else 0.0
    if len(x) < _TESTED_AT_LEAST or spread == 0:
        message = f"{len(x)} places with nothing between them; Gi* needs values that differ"
        raise NotEnoughDataError(message)
    count = (rings >= 0).sum(axis=1)
    around = np.append(x, 0.0)[rings].sum(axis=1)
    scale = spread * np.sqrt(count * (len(x) - count) / (len(x) - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(scale > 0, (around - np.mean(x) * count) / scale, np.nan)


def shrunken_ratios(observed: Array, expected: Array, variance: Array) -> Array:
    """Observed over expected, drawn towards 1 as far as its scatter is chance.

    w·O/E + (1 − w) with w = τ²/(τ² + V/E²); τ² is what the ratios scatter beyond their
    variances (DerSimonian and Laird), nothing where they scatter less.

    Args:
        observed: Failures per place.
        expected: Of them, expected; above 0.
        variance: Of the failures, over-dispersion included.
    """
    ratio, error = observed / expected, variance / expected**2
    weight = 1 / error
    q = float(weight @ (ratio - 1) ** 2)
    room = float(weight.sum() - weight @ weight / weight.sum())
    between = max(0.0, (q - len(ratio)) / room) if room > 0 else 0.0
    own = between / (between + error)
    return own * ratio + (1 - own)


def _null_maps(rng: np.random.Generator, places: Places, effect: float, draws: int) -> Array:
    """Failures of every place in every null map: places × draws.

    Drawn by looking up sixteen random bits in a table per place. What is rarer than one
    in 65,536 does not occur; the threshold lies below one in 20 × 4,000 places.
    """
    low, chances = _likely(places, effect)
    edges = np.rint(np.cumsum(chances, axis=1) * _TABLE).astype(np.int64)
    counts = np.diff(edges, axis=1, prepend=0)
    bits = rng.integers(0, _TABLE, (len(low), draws), dtype=np.uint16)
    width = np.arange(chances.shape[1])
    found = np.empty((len(low), draws), np.int32)
    for place, start in enumerate(low):
        table = np.repeat((start + width).astype(np.int32), counts[place])
        np.take(table, bits[place], out=found[place])
    return found


def _likely(places: Places, effect: float) -> tuple[Array, Array]:
    """The least number of failures worth drawing per place, and the chances from it on.

    Beta-binomial with the mean E/n and the variance φV; binomial where that is less.
    """
    n = places.trials.astype(float)
    p = places.expected / n
    plain = n * p * (1 - p)
    more = np.maximum(effect * places.variance / plain, 1.0)
    rho = np.clip((more - 1) / np.maximum(n - 1, 1), 1e-9, 0.99)
    size = (1 - rho) / rho
    spread = _SPREAD * np.sqrt(plain * more) + _SPREAD
    low = np.maximum(np.floor(n * p - spread), 0)
    width = int(np.max(np.minimum(np.ceil(n * p + spread), n) - low)) + 1
    k = low[:, None] + np.arange(width)
    inside = k <= n[:, None]
    k = np.minimum(k, n[:, None])
    a, b = (p * size)[:, None], ((1 - p) * size)[:, None]
    rest = n[:, None] - k
    choices = special.gammaln(n + 1)[:, None] - special.gammaln(k + 1) - special.gammaln(rest + 1)
    logs = choices + special.betaln(k + a, rest + b) - special.betaln(a, b)
    chances = np.where(inside, np.exp(logs), 0.0)
    return low.astype(np.int64), chances / chances.sum(axis=1, keepdims=True)
