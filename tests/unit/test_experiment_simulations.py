"""Simulated: how often experiments fool their owner, and how often intervals hold the truth."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from dashboard.stats.experiments import adjusted, clusters, power, ranks, sequences, switchback
from dashboard.stats.experiments.effects import Effect, welch
from dashboard.stats.experiments.moments import Moments
from dashboard.stats.experiments.shares import compare_shares
from dashboard.stats.experiments.verdict import (
    EARLY_ALPHA,
    FEWEST_UNITS,
    FINAL,
    SEQUENCE_UNITS,
    VERDICTS,
    Evidence,
    is_early_at,
    judge,
)

SEEDS = 4_000
AT_ONCE = 250
WEEKS = 8


def customers(rng: np.random.Generator, worlds: int, effect: float) -> list[Moments]:
    """Looks at 8 weeks of customers who order again and again, late together or not.

    Returns:
        Control and treatment: sums of the units seen by each look, (worlds, weeks).
    """
    found = []
    weather = rng.normal(0, 0.3, (worlds, 1, WEEKS))
    for arm_effect in (0.0, effect):
        own = rng.normal(2.6, 0.8, (worlds, 400, 1)) + weather
        orders = rng.poisson(0.35, (worlds, 400, WEEKS))
        kept = rng.binomial(orders, np.clip(1 / (1 + np.exp(-own)) + arm_effect, 0, 1))
        found.append(looks(kept.cumsum(axis=2), orders.cumsum(axis=2)))
    return found


def zone_days(rng: np.random.Generator, worlds: int, effect: float) -> list[Moments]:
    """Looks at 8 weeks of zone-days, 40 a week and arm, whose drops share their luck."""
    found = []
    for arm_effect in (0.0, effect):
        sizes = rng.poisson(rng.gamma(3, 4, (worlds, 40 * WEEKS)))
        luck = rng.normal(2.6, 0.7, sizes.shape)
        kept = rng.binomial(sizes, np.clip(1 / (1 + np.exp(-luck)) + arm_effect, 0, 1))
        week = np.repeat(np.arange(WEEKS), 40)
        seen = week[None, :, None] <= np.arange(WEEKS)
        found.append(looks(kept[..., None] * seen, sizes[..., None] * seen))
    return found


def looks(y: np.ndarray, d: np.ndarray) -> Moments:
    """Sums over units (axis 1) that have anything to divide by, for each look."""
    y, d = y.astype(float), d.astype(float)
    parts = (y, d, y * y, y * d, d * d)
    return Moments((d > 0).sum(axis=1), *(part.sum(axis=1) for part in parts))


def verdicts(control: Moments, treatment: Moments) -> list[str]:
    """Peek every week, then decide at the end; guardrails never stand in the way."""
    estimate = treatment.value - control.value
    error = np.sqrt(control.variance + treatment.variance)
    units = control.units + treatment.units
    half = sequences.half_width(error, units, float(np.mean(units[:, -1])), EARLY_ALPHA)
    fewest = np.minimum(control.units, treatment.units)
    may_look = fewest >= SEQUENCE_UNITS
    final = stats.t.ppf((1 + FINAL) / 2, units[:, -1] - 2) * error[:, -1]
    is_early = is_early_at(estimate - half, fewest >= FEWEST_UNITS, guards_hold=True)
    places = judge(
        Evidence(
            is_broken=False,
            is_unjudged=False,
            is_harmed=False,
            is_worse=((estimate + half < 0) & may_look).any(axis=1),
            is_early=(is_early & may_look).any(axis=1),
            is_over=True,
            is_enough=fewest[:, -1] >= FEWEST_UNITS,
            guards_hold=True,
            estimate=estimate[:, -1],
            low=estimate[:, -1] - final,
            high=estimate[:, -1] + final,
            worthwhile=0.0,
        )
    )
    return [VERDICTS[place] for place in places]


World = Callable[[np.random.Generator, int, float], list[Moments]]


def simulated(world: World, effect: float, seed: int) -> list[str]:
    found: list[str] = []
    for part in range(SEEDS // AT_ONCE):
        rng = np.random.default_rng([seed, part])
        found += verdicts(*world(rng, AT_ONCE, effect))
    return found


def assert_at_most(count: int, promise: float) -> None:
    """The exact 99.9 % interval of the promise does not leave the count out from above."""
    assert count <= stats.binom.interval(0.999, SEEDS, promise)[1]


@pytest.mark.slow
@pytest.mark.parametrize("world", [customers, zone_days])
def test_of_4_000_equal_arms_few_ship_and_few_decide_either_way(world: World) -> None:
    found = simulated(world, 0.0, 20261)

    ships = sum(one.startswith("Ship") for one in found)
    worse = found.count("Stop: worse")
    print(world.__name__, "ships", ships, "worse", worse, "of", SEEDS)  # noqa: T201
    assert_at_most(ships, 0.025)
    assert_at_most(ships + worse, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("world", [customers, zone_days])
def test_power_is_within_2_points_of_the_plan(world: World) -> None:
    """The plan: what the units' spread in the control arm says about the end."""
    rng = np.random.default_rng(99)
    control, treatment = world(rng, 2_000, 0.0)
    variance = (control.variance + treatment.variance)[:, -1].mean()
    effect = 3.0 * float(variance**0.5)
    planned = power.power_of(effect, float(variance**0.5))

    found = simulated(world, effect, 20262)

    ships = np.mean([one.startswith("Ship") for one in found])
    print(world.__name__, "planned", planned, "found", ships)  # noqa: T201
    assert ships == pytest.approx(planned, abs=0.02)


def of_shares(rng: np.random.Generator) -> Effect:
    kept = [Moments.of(rng.random(600) < p) for p in (0.92, 0.94)]
    return compare_shares(*kept)


def of_skewed_means(rng: np.random.Generator) -> Effect:
    costs = [rng.lognormal(1.6, 0.5, 300) + shift for shift in (0.0, 0.4)]
    return welch(*(Moments.of(one) for one in costs))


def customers_of(rng: np.random.Generator, p: float) -> tuple[np.ndarray, np.ndarray]:
    d = 1 + rng.poisson(2, 250)
    own = rng.beta(p * 8, (1 - p) * 8, 250)
    return rng.binomial(d, own).astype(float), d.astype(float)


def of_ratios(rng: np.random.Generator) -> Effect:
    return welch(*(Moments.of(*customers_of(rng, p)) for p in (0.90, 0.92)))


def of_adjusted_means(rng: np.random.Generator) -> Effect:
    arms = []
    for shift in (0.0, 0.4):
        before = rng.lognormal(1.6, 0.5, 300)
        arms.append((0.6 * before + rng.lognormal(1.0, 0.5, 300) + shift, before))
    return adjusted.adjust(*arms, welch(*(Moments.of(y) for y, _ in arms)))


SHARES_OF_STARS = ([0.06, 0.08, 0.16, 0.3, 0.4], [0.05, 0.07, 0.13, 0.3, 0.45])


def of_stars(rng: np.random.Generator) -> Effect:
    return ranks.compare_ranks(*(rng.choice(5, 300, p=p) + 1.0 for p in SHARES_OF_STARS))


def routes(rng: np.random.Generator, count: int, shift: float) -> clusters.Clusters:
    """Routes of like size whose drops share a luck: means of all routes are the truth."""
    luck = rng.normal(5 + shift, 0.5, count)
    drops = np.full(count, 25)
    return clusters.Clusters(luck * drops + rng.normal(0, 1.5 * 5, count), drops.astype(float))


def of_many_clusters(rng: np.random.Generator) -> Effect:
    return clusters.compare_clusters(routes(rng, 14, 0.0), routes(rng, 12, 0.3))


def of_few_clusters(rng: np.random.Generator) -> Effect:
    return clusters.compare_clusters(routes(rng, 6, 0.0), routes(rng, 6, 0.3))


def of_pairs(rng: np.random.Generator) -> Effect:
    zone_day = rng.normal(0.92, 0.03, 40)
    blocks = [zone_day + rng.normal(shift, 0.02, 40) for shift in (0.0, 0.01)]
    return switchback.compare_pairs(*blocks)


def superiority() -> float:
    """P(treated better) + P(equal)/2 of the two arms' stars, less a half."""
    control, treatment = (np.array(p) for p in SHARES_OF_STARS)
    below = np.cumsum(control) - control
    return float(np.sum(treatment * (below + control / 2))) - 0.5


KINDS = [
    (of_shares, 0.02),
    (of_skewed_means, 0.4),
    (of_ratios, 0.02),
    (of_adjusted_means, 0.4),
    (of_stars, superiority()),
    (of_many_clusters, 0.3),
    (of_few_clusters, 0.3),
    (of_pairs, 0.01),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "truth"), KINDS)
def test_the_interval_covers_the_truth_in_94_to_96_percent(
    kind: Callable[[np.random.Generator], Effect],
    truth: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The p-value by turned signs is tested elsewhere; here it would only cost time.
    monkeypatch.setattr(switchback, "_signs_turned", lambda _apart: 1.0)
    rng = np.random.default_rng(4)

    covered = np.mean([one.low <= truth <= one.high for one in (kind(rng) for _ in range(SEEDS))])

    print(kind.__name__, covered)  # noqa: T201
    assert 0.94 <= covered <= 0.96
