"""Worlds in which nothing happened: each family of findings stays within its stated rate.

Generated sums, not files: the scatter is that of the sample (routes and depots vary from
day to day, sd 0.30 and 0.20 on the logit of lateness) and weeks share a shock of 0.15.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom

from dashboard import tree
from dashboard.analysis.figures import SIGNIFICANCE, Daily, change, figure
from dashboard.catalog import read_catalog
from dashboard.scope import Period, Quarter
from dashboard.stats.contributors import (
    FALSE_DISCOVERIES,
    Panel,
    benjamini_hochberg,
    contributions,
)
from dashboard.stats.periods import holm

pytestmark = pytest.mark.slow

SEEDS = 200
WEEKS = 13
METRIC = read_catalog(tree.root() / "queries").metric("on_time_rate")
FIRST = date(2024, 10, 1)
QUARTERS = [Quarter(2024, 4).earlier(-n).period() for n in range(8)]


def at_most(rate: float) -> int:
    """The largest count of 200 that the 99.9 % binomial interval of a promise holds."""
    return int(binom.ppf(0.9995, SEEDS, rate))


@dataclass(frozen=True)
class World:
    """Deliveries of a null world.

    Attributes:
        on_time: 1 where kept.
        day: Days since the first.
        dimensions: One value per delivery, by name.
    """

    on_time: np.ndarray
    day: np.ndarray
    dimensions: dict[str, np.ndarray]

    @classmethod
    def drawn(cls, seed: int, deliveries: int, days: int) -> "World":
        rng = np.random.default_rng(seed)
        day = rng.integers(0, days, deliveries)
        zone = (60 * rng.beta(1, 1.6, deliveries)).astype(int)
        carrier = (rng.integers(0, 5, deliveries) + zone // 20) % 8
        late = (
            -2.54
            + rng.normal(0, 0.30, (480, days))[zone * 8 + carrier, day]
            + rng.normal(0, 0.20, (4, days))[zone // 15, day]
            + rng.normal(0, 0.15, days // 7 + 1)[day // 7]
            + np.array([0.3, 0.0, -0.2])[zone % 3]
        )
        on_time = rng.random(deliveries) >= 1 / (1 + np.exp(-late))
        dimensions = {
            "segment": rng.choice(5, deliveries, p=[0.46, 0.16, 0.16, 0.12, 0.10]),
            "zone": zone,
            "density_class": zone % 3,
            "depot": zone // 15,
            "carrier": carrier,
            "channel": carrier % 4,
            "promised_hour": rng.integers(8, 21, deliveries),
            "service": rng.integers(0, 4, deliveries),
            "promised_weekday": day % 7,
        }
        return cls(on_time.astype(float), day, dimensions)

    def sums(self, dimension: str, period: np.ndarray, periods: int) -> tuple[np.ndarray, ...]:
        """Numerators and denominators by value and period."""
        values = self.dimensions[dimension]
        shape = (int(values.max()) + 1, periods)
        place = values * periods + period
        kept = np.bincount(place, self.on_time, shape[0] * periods).reshape(shape)
        return kept, np.bincount(place, None, shape[0] * periods).reshape(shape).astype(float)


def contributors_flagged(world: World) -> int:
    """Values beyond chance over two quarters, as the page finds them."""
    family: list[float] = []
    for name in world.dimensions:
        n, d = world.sums(name, world.day // 7, 2 * WEEKS)
        then, now = (Panel(n[:, w], d[:, w]) for w in (slice(WEEKS), slice(WEEKS, None)))
        enough = np.all([p.denominators.sum(axis=1) >= 30 for p in (then, now)], axis=0)
        family += contributions(then, now, share=True).p_value[enough].tolist()
    return sum(p < FALSE_DISCOVERIES for p in benjamini_hochberg(family))


def segments_claimed(world: World, now: Period, then: Period) -> int:
    """Segments whose change a title would claim: the quarter test, Holm over segments."""
    days = tuple(FIRST + timedelta(days=at) for at in range((now.end - FIRST).days + 1))
    n, d = world.sums("segment", world.day, int(world.day.max()) + 1)
    p_values = []
    for kept, due in zip(n, d, strict=True):
        daily = Daily.of(
            days,
            tuple(Decimal(int(x)) for x in kept[: len(days)]),
            tuple(Decimal(int(x)) for x in due[: len(days)]),
        )
        figures = [figure(METRIC, (), daily.during(p), p) for p in (now, then)]
        year = daily.during(Period(now.end - timedelta(weeks=52), now.end))
        p_value = change(*figures, year).p_value
        p_values.append(1.0 if p_value is None else p_value)
    return sum(p < SIGNIFICANCE for p in holm(p_values))


@pytest.mark.parametrize("deliveries", [40_000, 10_000])
def test_contributors_are_found_in_no_more_null_worlds_than_promised(deliveries: int) -> None:
    """BH at 10 % over some 110 values; 10,000 in two quarters are 40,000 in eight."""
    found = sum(
        contributors_flagged(World.drawn(seed, deliveries, 14 * WEEKS)) > 0
        for seed in range(SEEDS)
    )

    print(f"contributors in {found} of {SEEDS} null worlds of {deliveries}")  # noqa: T201
    assert found <= at_most(FALSE_DISCOVERIES)


def test_titles_claim_a_change_in_no_more_null_worlds_than_promised() -> None:
    """The quarter test at 5 % with Holm over five segments, 40,000 deliveries."""
    days = (QUARTERS[-1].end - FIRST).days + 1
    then, now = list(pairwise(QUARTERS))[-1]

    found = sum(
        segments_claimed(World.drawn(seed, 40_000, days), now, then) > 0 for seed in range(SEEDS)
    )

    print(f"a claim in {found} of {SEEDS} null worlds")  # noqa: T201
    assert found <= at_most(SIGNIFICANCE)
