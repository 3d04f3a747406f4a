"""Worlds of eight equal carriers: whatever is measured, they are seldom called different.

Carriers of unequal size and work; routes (sd 0.30) and depot-days (sd 0.20) that cluster,
on the logit of failures, and of ratings as a third of that in points. Drawn sums go
through the very functions that the page calls.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special, stats

from dashboard.stats import carriers
from dashboard.stats.case_mix import (
    MixFit,
    fit_additive,
    fit_logistic,
    fit_multiplicative,
    indicators,
)

pytestmark = pytest.mark.slow

WORLDS, DAYS, DEPOTS, STOPS = 1_000, 182, 4, 30
PER_DAY = np.array([15, 30, 60, 60, 60, 20, 220, 25])
CARRIERS = len(PER_DAY)
RURAL = np.array([0.03, 0.05, 0.75, 0.0, 0.07, 0.03, 0.2, 0.03])
REPLIES = 0.15
LABELS = WORLDS * CARRIERS


@dataclass(frozen=True)
class Drawn:
    """Deliveries of one world: carrier, day, whether rural, and the shock of route and day."""

    carrier: np.ndarray
    day: np.ndarray
    rural: np.ndarray
    shock: np.ndarray

    @property
    def size(self) -> int:
        return len(self.carrier)


def drawn(rng: np.random.Generator) -> Drawn:
    carrier = np.repeat(np.arange(CARRIERS), PER_DAY * DAYS)
    day = np.concatenate([np.repeat(np.arange(DAYS), volume) for volume in PER_DAY])
    stop = np.concatenate([np.tile(np.arange(volume), DAYS) for volume in PER_DAY])
    most = int(PER_DAY.max()) // STOPS + 1
    route = (carrier * DAYS + day) * most + stop // STOPS
    routes = CARRIERS * DAYS * most
    depot = rng.integers(0, DEPOTS, routes)[route]
    shock = rng.normal(0, 0.30, routes)[route] + rng.normal(0, 0.20, (DAYS, DEPOTS))[day, depot]
    return Drawn(carrier, day, rng.random(len(carrier)) < RURAL[carrier], shock)


def failures(rng: np.random.Generator, at: Drawn) -> tuple[np.ndarray, np.ndarray]:
    logit = special.logit(0.05) + 0.8 * at.rural + at.shock
    return np.ones(at.size), (rng.random(at.size) < special.expit(logit)).astype(float)


def ratings(rng: np.random.Generator, at: Drawn) -> tuple[np.ndarray, np.ndarray]:
    replies = rng.random(at.size) < REPLIES
    meant = 4.35 - 0.2 * at.rural + at.shock / 3 + rng.normal(0, 1, at.size)
    return replies.astype(float), replies * np.clip(np.rint(meant), 1, 5)


def costs(rng: np.random.Generator, at: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """Prices, second tries that cluster, and rare claims of five times a price."""
    spread = np.exp(rng.normal(-0.01, 0.15, at.size))
    again = rng.random(at.size) < special.expit(special.logit(0.06) + at.shock)
    claimed = rng.random(at.size) < 0.003
    cost = (4.0 + 2.5 * at.rural) * spread + 2.6 * again * spread + 24.0 * claimed * spread**3
    return np.ones(at.size), cost


def sums(at: Drawn, values: np.ndarray) -> np.ndarray:
    """Carriers × density × weeks."""
    shape = (CARRIERS, 2, DAYS // 7)
    place = np.ravel_multi_index((at.carrier, at.rural.astype(int), at.day // 7), shape)
    return np.bincount(place, values, np.prod(shape)).reshape(shape)


KINDS = {
    "failures": (failures, fit_logistic, special.expit, 1.0),
    "ratings": (ratings, fit_additive, np.asarray, 1e-9),
    "costs": (costs, fit_multiplicative, np.exp, 1e-9),
}


@pytest.mark.parametrize("kind", KINDS)
def test_equal_carriers_are_seldom_called_different(kind: str) -> None:
    """At most 0.5 % false labels at the 99.8 % limits."""
    draw, fit, mean, least = KINDS[kind]
    rng = np.random.default_rng(20_261_125)

    false = sum(_labels(rng, draw, (fit, mean), least) for _ in range(WORLDS))

    assert false.sum() <= stats.binom.ppf(0.9995, LABELS, 0.005), f"{false} of {WORLDS} worlds"


def _labels(
    rng: np.random.Generator,
    draw: Callable[[np.random.Generator, Drawn], tuple[np.ndarray, np.ndarray]],
    how: tuple[Callable[..., MixFit], Callable[[np.ndarray], np.ndarray]],
    least: float,
) -> np.ndarray:
    """Which carriers lie beyond the outer limits in one world."""
    fit, mean = how
    at = drawn(rng)
    base, observed = (sums(at, part) for part in draw(rng, at))
    rows = np.indices((CARRIERS, 2)).reshape(2, -1)
    design = np.column_stack([indicators(rows[1], 2), indicators(rows[0], CARRIERS)])
    fitted = fit(base.sum(axis=2).ravel(), observed.sum(axis=2).ravel(), design)
    hoped = base * mean(fitted.intercept + fitted.effects[:2])[None, :, None]
    weekly = [part.sum(axis=1) for part in (observed, hoped)]
    scatter = carriers.design_effect(weekly[0], weekly[1], least)
    whole = [part.sum(axis=1) for part in weekly]
    reference = carriers.mean_of_units(whole[1], scatter)
    enough = np.full(CARRIERS, fill_value=True)
    found = carriers.judge(whole[0], whole[1], scatter, enough, reference)
    low, high = found.outer
    return ((found.ratios < low) | (found.ratios > high)).astype(int)
