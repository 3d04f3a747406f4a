"""Which series a challenger is asked about, each with its calendar and the forecast in use."""

from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from dashboard.analysis.forecasting.challenge import Asked
from dashboard.analysis.forecasting.review import Basis, known_step
from dashboard.analysis.forecasting.rows import Forecasts, by_day, cut_to_known, forecasts
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stats.forecasting.series import HORIZON
from dashboard.warehouse import Reader

By = Literal["segment", "zone"]


def asked(reader: Reader, scope: Scope, basis: Basis, by: By) -> tuple[Asked, ...]:
    """The series of a scope.

    Args:
        reader: The snapshot.
        scope: Filters by segment and zone; the period does not matter.
        basis: Lead time and step of the forecast in use; zones without this step are held
            against the last step of the process that they have.
        by: 'segment', or 'zone' for one series per segment and zone.

    Raises:
        ScopeError: No delivery is in the scope.
        UnknownNameError: No forecast has this step.
    """
    cut = cut_to_known(scope)
    known = forecasts(reader, cut, basis.data_lag)
    step = known_step(known, basis.step)
    keys = ("segment", "zone") if by == "zone" else ("segment",)
    found = reader.roll_up(("volume",), (*keys, "day"), cut)
    found = found.filter(pl.col("day") <= known.complete_to)
    if found.is_empty():
        message = "no delivery is in this scope; widen it"
        raise ScopeError(message)
    in_use, whose = _in_use(known, step, basis.lead, by)
    none = np.full(len(known.any_came), np.nan)
    calendar = _calendar(reader, known.first_day, len(none))
    came = by_day(found.rename({"numerator": "value"}), keys, known.first_day, known.any_came)
    said = by_day(in_use, keys, known.first_day, none)
    return tuple(
        Asked(
            key[0],
            "".join(key[1:]),
            known.first_day,
            volume,
            whose if key in said else "",
            said.get(key, none),
            calendar,
        )
        for key, volume in came.items()
    )


def _in_use(known: Forecasts, step: str, lead: int, by: By) -> tuple[pl.DataFrame, str]:
    """The forecast in use by series and day, and its step."""
    if by == "zone":
        rows = known.of_zones(step, lead)
        whose = str(rows["step"][0]) if rows.height else ""
        return rows.rename({"target_date": "day", "volume": "value"}), whose
    rows = known.of(step).filter(pl.col("lead") == lead)
    return rows.rename({"series": "segment", "forecast": "value"}), step


def _calendar(reader: Reader, first: date, size: int) -> np.ndarray:
    """Promotion and holiday, 0 or 1, as far ahead as a challenger looks."""
    found = np.zeros((size + HORIZON, 2))
    if not reader.shows("calendar"):
        return found
    for day, holiday, promotion, _ in reader.report("calendar_days", Scope()).iter_rows():
        at = (day - first).days
        if 0 <= at < len(found):
            found[at] = (promotion is not None, holiday is not None)
    return found
