"""How likely each delivery is to be late.

The logit of lateness is case mix + calendar + shared luck + one intercept per planted
group, chosen so that the group's mean probability is exactly its target.
"""

from typing import Final

import numpy as np
import polars as pl
from scipy.special import expit, ndtri

from . import effects, routes
from .chance import Floats, stream
from .days import Quarter, calendar_logit
from .truths import TRUTHS

DENSITY_LOGIT: Final = np.array([-3.12, -2.78, -1.76])
SERVICE_LOGIT: Final = np.array([-0.15, -0.05, 0.0, 0.05])
NEWTON_STEPS: Final = 50
PRECISION: Final = 1e-12
LEAST_LATE: Final = 0.005
PRODUCT_LOGIT: Final = np.array([0.0, 0.30, 0.0, 0.15])


def probability(frame: pl.DataFrame, quarter: Quarter, seed: int, *, null: bool) -> Floats:
    """Give each delivery's probability of missing the committed promise."""
    luck = routes.shared_luck(frame, seed, quarter.number)
    base = _case_mix(frame) + calendar_logit(frame["day"].to_numpy())
    # Planted rates hold after the noise. A null world keeps its noise: levelling it out
    # by quarter would make quarters more alike than chance allows.
    noise = _even_noise(len(luck), seed, quarter.number) if null else luck
    logits, free = base + noise, np.ones(len(luck), dtype=bool)
    intercepts = np.zeros(len(luck))
    due = frame["is_due"].to_numpy()
    for target in effects.targets(frame, quarter, null=null):
        own, elsewhere = (target.rows & due & rows for rows in (free, ~free))
        if own.any():
            known = expit((logits + intercepts)[elsewhere]).sum()
            late = target.late_share * (own.sum() + elsewhere.sum()) - known
            share = max(late / own.sum(), LEAST_LATE)
            intercepts[target.rows & free] = _intercept(logits[own], share)
        free &= ~target.rows
    return expit(base + luck + intercepts)


def _case_mix(frame: pl.DataFrame) -> Floats:
    return (
        DENSITY_LOGIT[frame["density"].to_numpy()]
        + SERVICE_LOGIT[frame["service"].to_numpy()]
        + PRODUCT_LOGIT[frame["product"].to_numpy()]
    )


def _even_noise(size: int, seed: int, quarter: int) -> Floats:
    """Spread the noise's quantiles over the rows: its distribution without its luck."""
    sd = np.hypot(TRUTHS.world.route_day_sd, TRUTHS.world.depot_day_sd)
    places = stream(seed, "even noise", quarter).permutation(size)
    return sd * ndtri((places + 0.5) / size)


def _intercept(logits: Floats, late_share: float) -> float:
    """Find what to add to the logits so that the mean probability is `late_share`."""
    found = float(np.log(late_share / (1 - late_share)) - logits.mean())
    for _ in range(NEWTON_STEPS):
        likely = expit(logits + found)
        step = float((likely.mean() - late_share) / (likely * (1 - likely)).mean())
        found -= step
        if abs(step) < PRECISION:
            break
    return found
