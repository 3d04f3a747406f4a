"""The verdict: a closed list of rules, the first that holds wins.

Everything is oriented so that + is good. Written for arrays, so that simulations judge by
the very rules that pages judge by.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

Flags: TypeAlias = "bool | np.ndarray"
Number: TypeAlias = "float | np.ndarray"

Verdict = Literal[
    "Do not use",
    "No verdict",
    "Stop: harm",
    "Stop: worse",
    "Ship early",
    "Keep running",
    "Hold",
    "Ship",
    "Ship if cheap",
    "Real but too small",
    "Stop: no worthwhile effect",
    "Inconclusive",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

FINAL = 0.96
"""Coverage of the interval at the planned end."""

EARLY_ALPHA = 0.01
"""Chance that the primary metric's sequence ever misses the truth."""

GUARD_ALPHA = 0.05
"""The same for all guardrails together."""

FEWEST_UNITS = 100
FEWEST_EVENTS = 10
SEQUENCE_UNITS = 30
SEQUENCE_CLUSTERS = 10

SHIPS: frozenset[Verdict] = frozenset({"Ship early", "Ship", "Ship if cheap"})


@dataclass(frozen=True)
class Evidence:
    """What the rules look at.

    Attributes:
        is_broken: Sample ratio, units in several arms, or the wrong unit.
        is_unjudged: Too few clusters were randomised for any verdict.
        is_harmed: At some look, the upper bound of a guardrail's sequence lay below its
            margin.
        is_worse: At some look, the upper bound of the primary sequence lay below 0.
        is_early: At some look, `is_early_at` held.
        is_over: The planned end is reached and its units are mature.
        is_enough: The minimums are met at the end.
        guards_hold: The lower bound of every guardrail's final interval lies above its
            margin.
        estimate, low, high: The primary effect with its final interval.
        worthwhile: Smallest effect worth having; 0 where none is stated.
    """

    is_broken: Flags
    is_unjudged: Flags
    is_harmed: Flags
    is_worse: Flags
    is_early: Flags
    is_over: Flags
    is_enough: Flags
    guards_hold: Flags
    estimate: Number
    low: Number
    high: Number
    worthwhile: float


def is_early_at(low: Number, is_enough: Flags, guards_hold: Flags) -> Flags:
    """Whether a look may end an experiment for the better.

    Args:
        low: Lower bound of the primary sequence.
        is_enough: The minimums are met at this look.
        guards_hold: The lower bound of every guardrail's sequence lies above its margin.
    """
    return (np.asarray(low) > 0) & np.asarray(is_enough) & np.asarray(guards_hold)


def judge(found: Evidence) -> np.ndarray:
    """Positions in `VERDICTS`, one for each element of the evidence."""
    low, high, estimate = (np.asarray(one) for one in (found.low, found.high, found.estimate))
    d = found.worthwhile
    rules: list[tuple[Flags, Verdict]] = [
        (found.is_broken, "Do not use"),
        (found.is_unjudged, "No verdict"),
        (found.is_harmed, "Stop: harm"),
        (found.is_worse, "Stop: worse"),
        (found.is_early, "Ship early"),
        (~np.asarray(found.is_over), "Keep running"),
        (~np.asarray(found.is_enough), "No verdict"),
        (~np.asarray(found.guards_hold), "Hold"),
        ((low > 0) & (estimate >= d), "Ship"),
        ((low > 0) & (d <= high), "Ship if cheap"),
        (low > 0, "Real but too small"),
        (high < 0, "Stop: worse"),
        (high < d, "Stop: no worthwhile effect"),
    ]
    conditions = np.broadcast_arrays(*(np.asarray(when, bool) for when, _ in rules))
    places = [VERDICTS.index(name) for _, name in rules]
    return np.select(list(conditions), places, VERDICTS.index("Inconclusive"))


def verdict(found: Evidence) -> Verdict:
    """The verdict on one experiment."""
    return VERDICTS[int(judge(found))]


def share_still_needed(found: Evidence) -> float | None:
    """Of the data so far, how many times as much would decide an inconclusive experiment.

    Half the interval must shrink to the distance from the estimate to 0, or to the
    worthwhile effect, whichever is longer. None where no amount would.
    """
    half = float(np.asarray(found.high) - np.asarray(found.low)) / 2
    estimate = float(np.asarray(found.estimate))
    needed = max(estimate, found.worthwhile - estimate) if estimate > 0 else abs(estimate)
    return (half / needed) ** 2 if needed > 0 else None
