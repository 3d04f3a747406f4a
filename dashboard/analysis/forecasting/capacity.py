"""Was capacity right, what did the error cost, and what plan would have been best?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from dashboard.errors import NotEnoughDataError
from dashboard.scope import Period
from dashboard.stats.forecasting import capacity as newsvendor
from dashboard.stats.forecasting.value_added import SURE
from dashboard.stats.matching import Cell, Matched, few_matched
from dashboard.stats.periods import holm
from dashboard.stats.survival import Survival

STRAINED_FROM = 1.05
"""Days on which more came than this share of capacity are strained."""

_YEAR = timedelta(days=363)
_FOUR_WEEKS = timedelta(days=27)
_SATURDAY, _SUNDAY = 6, 7
_CLASSES = {_SATURDAY: "Saturday", _SUNDAY: "Sunday"}
_OTHERWISE = "Monday to Friday"


@dataclass(frozen=True)
class Load:
    """One segment's capacity against what came.

    Attributes:
        days: Days with a plan and a known actual.
        planned, actual: Deliveries over these days.
        strained: Days on which more than 105 % of capacity came.
        capped: Days cut off by capacity; what would have come is not known.
        under, over: Cost of deliveries beyond capacity, and of empty places; None where
            nobody says what either costs.
        link: On-time share of strained days less that of days alike; None without any.
        is_sure: The link differs from 0 over all segments read side by side (Holm, 5 %).
    """

    segment: str
    days: int
    planned: float
    actual: float
    strained: int
    capped: int
    under: float | None
    over: float | None
    link: Matched | None
    is_sure: bool = False


@dataclass(frozen=True)
class Plan:
    """What to plan for one segment on one weekday, and what it costs.

    Attributes:
        weekday: 1 for Monday to 7.
        kind: Days whose errors are alike: Monday to Friday, Saturday, Sunday.
        errors: Days that the distribution of actual over forecast stands on.
        capped: Of them, cut off by capacity (right-censored).
        ratio: Critical ratio, the share of days on which the plan should suffice.
        forecast: Mean forecast a day ahead: of the coming days, else of the last four weeks.
        planned: Mean capacity of the same days; None where none is planned.
        best: Capacity at the critical ratio; None where `why` says why not.
        cost_now, cost_best: Expected cost a day; a lower bound where days were cut off.
        why: Why there is no plan; '' where there is one.
    """

    segment: str
    weekday: int
    kind: str
    errors: int
    capped: int
    ratio: float | None
    forecast: float
    planned: float | None
    best: float | None
    cost_now: float | None
    cost_best: float | None
    why: str


def loads(own: pl.DataFrame, on_time: pl.DataFrame, period: Period) -> tuple[Load, ...]:
    """Hold capacity against what came in a period, and strained days against days alike.

    Args:
        own: Rows of one step at the lead time at which capacity is committed.
        on_time: series, day, kept, due: deliveries due and on time.
        period: Days looked at.
    """
    rows = own.filter(
        pl.col("day").is_between(period.start, period.end)
        & pl.col("actual").is_not_null()
        & pl.col("planned").is_not_null()
    )
    return _judged_together(
        [
            _load(str(name), part, on_time.filter(pl.col("series") == name))
            for (name,), part in rows.group_by("series", maintain_order=True)
        ]
    )


def _judged_together(found: Sequence[Load]) -> tuple[Load, ...]:
    """Say which links are beyond noise, over all segments of the table."""
    p_values = [one.link.p_value if one.link else None for one in found]
    raised = iter(holm([p for p in p_values if p is not None]))
    return tuple(
        replace(one, is_sure=p is not None and next(raised) < SURE)
        for one, p in zip(found, p_values, strict=True)
    )


def _load(segment: str, rows: pl.DataFrame, on_time: pl.DataFrame) -> Load:
    beyond = pl.col("actual") - pl.col("planned")
    sums = rows.select(
        under=(beyond.clip(0) * pl.col("cost_under")).sum(),
        over=((-beyond).clip(0) * pl.col("cost_over")).sum(),
        strained=(pl.col("actual") > STRAINED_FROM * pl.col("planned")).sum(),
        knows=pl.col("cost_under").is_not_null().any() & pl.col("cost_over").is_not_null().any(),
    ).row(0, named=True)
    return Load(
        segment,
        rows.height,
        float(rows["planned"].sum()),
        float(rows["actual"].sum()),
        int(sums["strained"]),
        int(rows["is_capped"].sum()),
        float(sums["under"]) if sums["knows"] else None,
        float(sums["over"]) if sums["knows"] else None,
        _link(rows, on_time),
    )


def _link(rows: pl.DataFrame, on_time: pl.DataFrame) -> Matched | None:
    """Strained days against days of the same month and kind of weekday."""
    both = rows.join(on_time, on=["series", "day"]).filter(pl.col("due") > 0)
    cells = [
        Cell(
            f"{day:%Y-%m} {kind_of(day)}",
            str(week),
            actual > STRAINED_FROM * planned,
            int(due),
            float(kept),
        )
        for day, week, actual, planned, kept, due in both.select(
            "day", "week", "actual", "planned", "kept", "due"
        ).iter_rows()
    ]
    try:
        return few_matched(cells)
    except NotEnoughDataError:
        return None


def kind_of(day: date) -> str:
    """The class of weekdays whose errors are alike."""
    return _CLASSES.get(day.isoweekday(), _OTHERWISE)


def plans(own: pl.DataFrame, end: date) -> tuple[Plan, ...]:
    """Recommend a capacity per segment and weekday, at the critical ratio.

    Args:
        own: Rows of one step at the lead time at which capacity is committed.
        end: The last day whose volume is known; the year to it is learnt from.
    """
    learnt = own.filter(
        pl.col("day").is_between(end - _YEAR, end)
        & pl.col("actual").is_not_null()
        & (pl.col("forecast") > 0)
    )
    ahead = _ahead(own, end)
    plan = []
    for name in own["series"].unique(maintain_order=True).to_list():
        each = [part.filter(pl.col("series") == name) for part in (learnt, ahead)]
        plan += list(_plans(str(name), *each))
    return tuple(plan)


def _ahead(rows: pl.DataFrame, end: date) -> pl.DataFrame:
    coming = rows.filter(pl.col("day") > end + timedelta(days=1))
    last = rows.filter(pl.col("day").is_between(end - _FOUR_WEEKS, end))
    return coming if coming["day"].n_unique() >= _SUNDAY else last


def _plans(segment: str, learnt: pl.DataFrame, ahead: pl.DataFrame) -> Iterator[Plan]:
    costs = _costs(learnt)
    by_kind: dict[str, tuple[Survival | None, int, int, str]] = {
        kind: _demand(learnt.filter(_is_kind(kind))) for kind in (_OTHERWISE, *_CLASSES.values())
    }
    for weekday in range(1, _SUNDAY + 1):
        days = ahead.filter(pl.col("day").dt.weekday() == weekday)
        if days.is_empty():
            continue
        kind = _CLASSES.get(weekday, _OTHERWISE)
        yield _plan((segment, weekday, kind), by_kind[kind], days, costs)


def _plan(
    who: tuple[str, int, str],
    known: tuple[Survival | None, int, int, str],
    days: pl.DataFrame,
    costs: tuple[float, float] | None,
) -> Plan:
    demand, errors, capped, why = known
    forecast = float(days["forecast"].mean())  # ty: ignore[invalid-argument-type]
    planned = _mean(days, "planned")
    if costs is None:
        why = "nobody says what too little and too much capacity cost; capacity needs both"
        return Plan(*who, errors, capped, None, forecast, planned, None, None, None, why)
    ratio = newsvendor.critical_ratio(*costs)
    factor = demand.quantile(ratio) if demand else None
    if demand is None or factor is None:
        why = why or f"the {ratio:.0%} quantile lies beyond what capacity ever let through"
        return Plan(*who, errors, capped, ratio, forecast, planned, None, None, None, why)
    best = newsvendor.expected_cost(factor, demand, costs) * forecast
    now = None
    if planned is not None and forecast > 0:
        now = newsvendor.expected_cost(planned / forecast, demand, costs) * forecast
    return Plan(*who, errors, capped, ratio, forecast, planned, factor * forecast, now, best, "")


def _demand(learnt: pl.DataFrame) -> tuple[Survival | None, int, int, str]:
    ratios = (learnt["actual"] / learnt["forecast"]).to_numpy()
    capped = learnt["is_capped"].to_numpy()
    counts = learnt.height, int(np.sum(capped))
    try:
        return newsvendor.demand(ratios, capped), *counts, ""
    except NotEnoughDataError as refused:
        return None, *counts, str(refused)


def _costs(rows: pl.DataFrame) -> tuple[float, float] | None:
    under, over = (_mean(rows, name) for name in ("cost_under", "cost_over"))
    return (under, over) if under and over is not None else None


def _mean(rows: pl.DataFrame, name: str) -> float | None:
    known = rows[name].drop_nulls()
    return float(known.mean()) if len(known) else None  # ty: ignore[invalid-argument-type]


def _is_kind(kind: str) -> pl.Expr:
    of_day = pl.col("day").dt.weekday().cast(pl.Int64)
    return of_day.replace_strict(_CLASSES, default=_OTHERWISE, return_dtype=pl.String) == kind
