"""How good forecasts were: one score per series and one over all, from rows of any source."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl

from dashboard.errors import NotEnoughDataError
from dashboard.stats.forecasting import accuracy, intervals, tracking
from dashboard.stats.forecasting.intervals import Coverage
from dashboard.stats.forecasting.value_added import ValueAdded, value_added

POOLED = "(pooled)"

T = TypeVar("T")


@dataclass(frozen=True)
class Score:
    """Forecasts of one series, or of several together, against what came.

    Attributes:
        series: Its name; `POOLED` for all.
        n: Forecasts with an actual.
        actual, forecast: Their sums, in deliveries.
        wape, bias: Shares of the actual sum; bias is positive for an over-forecast. None
            where nothing came.
        wape_total: Of the sums over all series, day by day; None for a single series.
        mase, rmsse: In units of the training series' own seasonal step; None without one.
        smape_m4, mape: In per cent; `mape` is None where any actual is 0.
        coverage: Of the range; None where no forecast has one.
        added: WAPE of the seasonal naive less this one's, over rows that have both; None
            without any.
        tracking_signal: Σ(A − F) / mean|F − A|; None where every forecast was exact.
        notes: What is missing, and why.
    """

    series: str
    n: int
    actual: float
    forecast: float
    wape: float | None
    bias: float | None
    wape_total: float | None
    mase: float | None
    rmsse: float | None
    smape_m4: float | None
    mape: float | None
    coverage: Coverage | None
    added: ValueAdded | None
    tracking_signal: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """The seasonal step of a series' history, or why it has none."""

    by: accuracy.Scale | None
    why: str = ""

    @classmethod
    def of(cls, training: np.ndarray, season: int) -> "Scale":
        """From values in order of time, missing ones NaN."""
        try:
            return cls(accuracy.scale(training, season))
        except NotEnoughDataError as refused:
            return cls(None, f"no MASE and RMSSE: {refused}")


def scores(rows: pl.DataFrame, scales: Mapping[str, Scale]) -> tuple[Score, ...]:
    """One score per series, then the pooled one.

    Args:
        rows: series, day, week, actual, forecast, naive, lower, upper; actual and forecast
            known, the others null where there is none.
        scales: Of each series.

    Raises:
        NotEnoughDataError: There is no row.
    """
    if rows.is_empty():
        message = "no forecast has an actual beside it; a score needs some"
        raise NotEnoughDataError(message)
    parts = rows.partition_by("series", maintain_order=True, as_dict=True)
    each = [score(str(name), part, scales) for (name,), part in parts.items()]
    return (*each, score(POOLED, rows, scales))


def score(name: str, rows: pl.DataFrame, scales: Mapping[str, Scale]) -> Score:
    """Score rows together, whatever series they are of; see `scores`."""
    notes: list[str] = []
    actual, said = rows["actual"].to_numpy(), rows["forecast"].to_numpy()
    scaled, why = _scaled(rows, scales)
    notes += why
    low, high = (rows[side].cast(pl.Float64).fill_null(np.nan).to_numpy() for side in _RANGE)
    per_cent = _tried(notes, lambda: accuracy.percentage_errors(actual, said))
    return Score(
        series=name,
        n=rows.height,
        actual=float(actual.sum()),
        forecast=float(said.sum()),
        wape=_tried(notes, lambda: accuracy.wape(actual, said)),
        bias=_tried(notes, lambda: accuracy.bias(actual, said)),
        wape_total=_tried(notes, lambda: _of_the_total(rows)) if name == POOLED else None,
        mase=float(np.mean(np.abs(scaled[0]))) if len(scaled[0]) else None,
        rmsse=float(np.sqrt(np.mean(scaled[1] ** 2))) if len(scaled[1]) else None,
        smape_m4=accuracy.smape_m4(actual, said),
        mape=None if per_cent is None else float(np.mean(np.abs(per_cent))),
        coverage=_tried(notes, lambda: intervals.coverage(actual, low, high)),
        added=_added(notes, rows),
        tracking_signal=_tried(notes, lambda: tracking.tracking_signal(actual, said)),
        notes=tuple(dict.fromkeys(notes)),
    )


_RANGE = ("lower", "upper")


def _scaled(
    rows: pl.DataFrame, scales: Mapping[str, Scale]
) -> tuple[tuple[np.ndarray, np.ndarray], list[str]]:
    """Errors in steps of their own series, by mean and by root; why some have none."""
    names = rows["series"].unique(maintain_order=True).to_list()
    steps = {name: scales[name].by for name in names}
    mean = {name: step.mean for name, step in steps.items() if step}
    root = {name: step.root for name, step in steps.items() if step}
    kept = rows.filter(pl.col("series").is_in(list(mean)))
    errors = (kept["forecast"] - kept["actual"]).to_numpy()
    by = [
        kept["series"].replace_strict(one, return_dtype=pl.Float64).to_numpy() if one else errors
        for one in (mean, root)
    ]
    lacking = [name for name in names if name not in mean]
    why = [f"{len(lacking)} of {len(names)} series left out of MASE and RMSSE"] if lacking else []
    if len(names) == 1 and lacking:
        why = [scales[lacking[0]].why]
    return (errors / by[0], errors / by[1]), why


def _of_the_total(rows: pl.DataFrame) -> float:
    days = rows.group_by("day").agg(pl.col("actual", "forecast").sum())
    return accuracy.wape(days["actual"].to_numpy(), days["forecast"].to_numpy())


def _added(notes: list[str], rows: pl.DataFrame) -> ValueAdded | None:
    known = rows.filter(pl.col("naive").is_not_null() & pl.col("naive").is_not_nan())
    if known.is_empty():
        notes.append("no value added: no earlier season is known to repeat")
        return None
    if known.height < rows.height:
        notes.append(
            f"value added on {known.height} of {rows.height} forecasts: no earlier season"
        )
    columns = [known[one].to_numpy() for one in ("actual", "naive", "forecast", "week")]
    return _tried(notes, lambda: value_added(*columns))


def _tried(notes: list[str], work: Callable[[], T]) -> T | None:
    """What can be computed; else a note of what was found and what is needed."""
    try:
        return work()
    except NotEnoughDataError as refused:
        notes.append(str(refused))
        return None


def flat(one: Score) -> dict[str, object]:
    """A score as one row; keys as documented for `doorstep forecast`."""
    covered, added = one.coverage, one.added
    return {
        "series": one.series,
        "n": one.n,
        "actual": one.actual,
        "forecast": one.forecast,
        "wape": one.wape,
        "wape_total": one.wape_total,
        "bias": one.bias,
        "mase": one.mase,
        "rmsse": one.rmsse,
        "smape_m4": one.smape_m4,
        "mape": one.mape,
        "coverage": covered and covered.share,
        "coverage_low": covered and covered.low,
        "coverage_high": covered and covered.high,
        "coverage_n": covered.cases if covered else 0,
        "value_added": added and added.value,
        "value_added_low": added and added.low,
        "value_added_high": added and added.high,
        "value_added_weeks": added.weeks if added else 0,
        "value_added_verdict": added and added.verdict,
        "tracking_signal": one.tracking_signal,
        "notes": "; ".join(one.notes),
    }


def scores_table(found: Iterable[Score]) -> pl.DataFrame:
    """Scores as rows."""
    return pl.DataFrame([flat(one) for one in found], infer_schema_length=None)
