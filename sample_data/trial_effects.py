"""Truth 5: what arms do to outcomes, once they are dealt.

What an arm gains the other loses: lateness is swapped between like deliveries of the two
arms, and cost is moved from one to the other. So every other figure of the sample keeps its
size, and the arms differ by exactly what is planted.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from . import costs, effects
from .chance import Flags, Floats, Ints, choose, stream
from .days import QUARTERS
from .names import CARRIERS, SEGMENTS
from .trials import OPEN, Planted, begun, column, effect_of, is_here, scale

if TYPE_CHECKING:
    from .world import Options

LEAST_COST: Final = 0.05
DRIVEN: Final = ("carrier_charge", "cost_last_mile")


class Part(NamedTuple):
    """Rows of an experiment, and how much more often the treated shall be on time."""

    rows: Flags
    effect: float


def lateness(frame: pl.DataFrame, late: Flags, options: "Options", number: int) -> Flags:
    """Swap lateness between arms until they differ by what is planted on time."""
    if options.null:
        return late
    like = _like(frame, number)
    found = late.copy()
    for one in begun(number):
        rng = stream(options.seed, f"effect of {one.id}")
        arm = frame[column(one)].to_numpy()
        for part in _parts(one, frame, found, scale(options)):
            _swap(found, np.where(part.rows, arm, -1), part.effect, like, rng)
    return found


def _like(frame: pl.DataFrame, number: int) -> Ints:
    """Number the deliveries that no other truth tells apart: same target, carrier, segment."""
    group = np.full(frame.height, -1)
    for at, target in enumerate(effects.targets(frame, QUARTERS[number], null=False)):
        group[(group < 0) & target.rows] = at
    carrier, segment = frame["carrier"].to_numpy(), frame["segment"].to_numpy()
    return (group * len(CARRIERS) + carrier) * len(SEGMENTS) + segment


def _parts(one: Planted, frame: pl.DataFrame, late: Flags, enlarged: float) -> list[Part]:
    due = frame["is_due"].to_numpy()
    segment = frame["segment"].to_numpy()
    parts = [
        Part(due & (segment == SEGMENTS.index(name)), effect * enlarged)
        for name, effect in one.on_time_in.items()
    ]
    if one.on_time:
        parts.append(Part(due, one.on_time * enlarged))
    if one.on_time_z:
        known = due & is_here(one, frame, one.known_days)
        effect = one.on_time_z * _error(late, np.where(known, frame[column(one)], -1))
        parts += [Part(known, effect), Part(due & ~known, effect)]
    return parts


def _error(late: Flags, arm: Ints) -> float:
    """Standard error of a difference of two shares of late deliveries, pooled."""
    sizes = [int(np.sum(arm == code)) for code in (0, 1)]
    rate = float(late[arm >= 0].mean())
    return (rate * (1 - rate) * (1 / sizes[0] + 1 / sizes[1])) ** 0.5


def _swap(late: Flags, arm: Ints, effect: float, like: Ints, rng: np.random.Generator) -> None:
    """Let late treated and kept control deliveries change places, or the other way round."""
    arms = arm == 0, arm == 1
    sizes = [int(rows.sum()) for rows in arms]
    if min(sizes) == 0:
        return
    gap = float(late[arms[0]].mean() - late[arms[1]].mean())
    swaps = round((effect - gap) / (1 / sizes[0] + 1 / sizes[1]))
    worse, better = arms if swaps > 0 else arms[::-1]
    saved = choose(rng, better & late, abs(swaps))
    for kind, count in zip(*np.unique(like[saved], return_counts=True), strict=True):
        here = saved[like[saved] == kind]
        lost = choose(rng, worse & ~late & (like == kind), int(count))
        late[here[: len(lost)]] = False
        late[lost] = True


def cost(frame: pl.DataFrame, options: "Options", number: int) -> pl.DataFrame:
    """Move cost of the last mile between arms until they differ by what is planted."""
    for one in [] if options.null else begun(number):
        if one.cost or one.rows_cost_z:
            shift = _shift(one, frame, _wanted(one, frame, scale(options)))
            frame = frame.with_columns(
                (pl.col(name) + pl.Series(shift)).clip(LEAST_COST).round(2) for name in DRIVEN
            )
    return frame


def _wanted(one: Planted, frame: pl.DataFrame, enlarged: float) -> float:
    """By how much cost shall differ: by the effect, or by the luck of the deal and no effect."""
    if one.rows_cost_z is None:
        return one.cost * enlarged
    arm = frame[column(one)].to_numpy()
    return effect_of(costs.usual(frame), np.ones(frame.height), arm)[0]


def _shift(one: Planted, frame: pl.DataFrame, effect: float) -> Floats:
    """What each delivery is charged more, so that cost per arrival differs by the effect."""
    arm = frame[column(one)].to_numpy()
    total, arrived = costs.of_arrived(frame)
    driven = frame.select(pl.any_horizontal(pl.col(DRIVEN).is_not_null())).to_series().to_numpy()
    charged = driven & (frame["status"].to_numpy() != OPEN)
    gap = effect - sum(
        sign * total[arm == code].sum() / arrived[arm == code].sum()
        for code, sign in ((1, 1), (0, -1))
    )
    shift = np.zeros(frame.height)
    for code, sign in ((1, 1), (0, -1)):
        rows = np.flatnonzero(charged & (arm == code))
        each = sign * gap / 2 * arrived[arm == code].sum() / max(len(rows), 1)
        # Whole cents that add up: the same fraction of one for all would be lost in rounding.
        shift[rows] = np.floor(100 * each + np.linspace(0, 1, len(rows), endpoint=False)) / 100
    return shift
