"""Which step of the forecasting process improves it, and do overrides help?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboard.analysis.forecasting.rows import PLAIN, Forecasts, ordered
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Period
from dashboard.stats.forecasting import accuracy
from dashboard.stats.forecasting.value_added import ValueAdded, together, value_added

ALL = "All segments"
LEAST_OVERRIDE = 0.01
MOST_LACKING = 0.1
"""A step that lacks more of the days than this is left out, not compared on other days."""
_STATISTICAL, _PLANNER = "statistical", "planner"


@dataclass(frozen=True)
class Stair:
    """One step of the process, on the days that every step has.

    Attributes:
        segment: Or `ALL`.
        step: `PLAIN`, or a step as it was issued.
        before: The step before it; '' for the first.
        n: Segment-days.
        wape, bias: Shares of what came; None where nothing came.
        over_naive: Value added over the seasonal naive, promotion weeks left out.
        over_before: Value added over the step before, likewise; verdicts of both hold over
            all segments and steps together.
        promotions: Weeks of a segment with a promotion.
        better: Of them, those in which the step was nearer than the seasonal naive.
    """

    segment: str
    step: str
    before: str
    n: int
    wape: float | None
    bias: float | None
    over_naive: ValueAdded | None
    over_before: ValueAdded | None
    promotions: int
    better: int


@dataclass(frozen=True)
class Override:
    """Days on which one planner changed the statistical forecast one way.

    Attributes:
        planner: '(not named)' where nobody is.
        direction: 'up' or 'down'.
        days: On which the change was more than 1 % of the statistical forecast.
        of_days: Days with both steps.
        size: Mean size of the changes, as a share of the statistical forecast.
        helped: Days on which the override came nearer.
        added: Value added on these days: positive where overriding helped. Verdicts hold
            over all rows of the ledger together.
    """

    segment: str
    planner: str
    direction: str
    days: int
    of_days: int
    size: float
    helped: int
    added: ValueAdded | None


def stairs(found: Forecasts, period: Period, lead: int) -> tuple[Stair, ...]:
    """Value added by step, per segment and over all."""
    rows = found.judged(found.rows, period).filter(
        (pl.col("lead") == lead) & (pl.col("step") != PLAIN)
    )
    steps = ordered(rows["step"].unique())
    index = ["series", "day", "week", "actual", "naive", "promotion"]
    wide = rows.pivot(on="step", index=index, values="forecast").drop_nulls("naive")
    promoted = pl.col("promotion").is_not_null().any().over("series", "week")
    wide = wide.with_columns(promoted=promoted)
    complete = [one for one in steps if wide[one].null_count() <= MOST_LACKING * wide.height]
    wide = wide.drop_nulls(complete).rename({"naive": PLAIN})
    parts = [(ALL, wide)]
    parts += [(str(name), own) for (name,), own in wide.group_by("series", maintain_order=True)]
    order = [PLAIN, *complete]
    return _judged_together(
        [
            _stair(segment, own, step, order[at - 1] if at else "")
            for segment, own in parts
            if own.height
            for at, step in enumerate(order)
        ]
    )


def _judged_together(found: Sequence[Stair]) -> tuple[Stair, ...]:
    """Let verdicts hold over all segments and steps read side by side."""
    naive = together([one.over_naive for one in found])
    before = together([one.over_before for one in found])
    return tuple(
        replace(one, over_naive=free, over_before=last)
        for one, free, last in zip(found, naive, before, strict=True)
    )


def _stair(segment: str, rows: pl.DataFrame, step: str, before: str) -> Stair:
    actual, said = rows["actual"].to_numpy(), rows[step].to_numpy()
    try:
        wape, bias = accuracy.wape(actual, said), accuracy.bias(actual, said)
    except NotEnoughDataError:
        wape = bias = None
    usual, promoted = rows.filter(~pl.col("promoted")), rows.filter("promoted")
    off = {name: (pl.col(name) - pl.col("actual")).abs().sum() for name in (PLAIN, step)}
    weeks = promoted.group_by("series", "week").agg(nearer=off[step] < off[PLAIN])
    return Stair(
        segment,
        step,
        before,
        rows.height,
        wape,
        bias,
        _added(usual, PLAIN, step) if before else None,
        _added(usual, before, step) if before else None,
        weeks.height,
        int(weeks["nearer"].sum()),
    )


def _added(rows: pl.DataFrame, one: str, other: str) -> ValueAdded | None:
    columns = [rows[name].to_numpy() for name in ("actual", one, other, "week")]
    try:
        return value_added(*columns)
    except NotEnoughDataError:
        return None


def overrides(found: Forecasts, period: Period, lead: int) -> tuple[Override, ...]:
    """What planners changed, per segment, planner and direction; most days first."""
    rows = found.judged(found.rows, period).filter(pl.col("lead") == lead)
    steps = rows.filter(pl.col("step").is_in([_STATISTICAL, _PLANNER]))
    if steps["step"].n_unique() < len((_STATISTICAL, _PLANNER)):
        return ()
    own = (
        steps.filter(pl.col("step") == _PLANNER)
        .rename({"planner": "who"})
        .rename({"forecast": _PLANNER})
    )
    machine = steps.filter(pl.col("step") == _STATISTICAL).select(
        "series", "day", pl.col("forecast").alias(_STATISTICAL)
    )
    both = own.join(machine, on=["series", "day"]).with_columns(
        moved=pl.col(_PLANNER) - pl.col(_STATISTICAL),
        who=pl.col("who").fill_null("(not named)"),
    )
    return _ledger(both)


def _ledger(both: pl.DataFrame) -> tuple[Override, ...]:
    size = pl.col("moved").abs() / pl.col(_STATISTICAL)
    changed = both.filter(size > LEAST_OVERRIDE).with_columns(
        size=size,
        direction=pl.when(pl.col("moved") > 0).then(pl.lit("up")).otherwise(pl.lit("down")),
        helped=(pl.col(_PLANNER) - pl.col("actual")).abs()
        < (pl.col(_STATISTICAL) - pl.col("actual")).abs(),
    )
    days = dict(both.group_by("series").len().iter_rows())
    rows = [
        Override(
            segment=str(segment),
            planner=str(who),
            direction=str(way),
            days=part.height,
            of_days=days[segment],
            size=float(part["size"].mean()),  # ty: ignore[invalid-argument-type]
            helped=int(part["helped"].sum()),
            added=_added(part, _STATISTICAL, _PLANNER),
        )
        for (segment, who, way), part in changed.group_by(
            "series", "who", "direction", maintain_order=True
        )
    ]
    added = together([one.added for one in rows])
    judged = [replace(one, added=own) for one, own in zip(rows, added, strict=True)]
    return tuple(sorted(judged, key=lambda one: (-one.days, one.segment, one.direction)))
