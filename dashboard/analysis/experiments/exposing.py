"""What the deliveries of an experiment say: who came in when, under which arm, after what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from dashboard.analysis.experiments.stated import Stated
from dashboard.errors import ScopeError
from dashboard.warehouse import Reader
from dashboard.warehouse import trial_units as asked
from dashboard.warehouse.trial_units import DAYS_A_LOOK, HALF

_LONGEST_HISTORY = 84
PLURALS = {
    "delivery": "deliveries",
    "customer": "customers",
    "route": "routes",
    "zone_day": "zone-days",
    "switchback": "half-days of a zone",
    "depot": "depots",
}


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of an experiment's units, whatever the clock says.

    Attributes:
        arms: Units assigned, by arm.
        late: Of them, assigned after the planned end.
        sums: Of its planned days, as `Sums.of` takes them; look 0 before the assignment.
        before: Deliveries of its days that came before their unit was assigned.
        longest_minutes: From an order to its promise, at most.
    """

    arms: Mapping[str, int]
    late: int
    sums: pl.DataFrame
    before: int
    longest_minutes: float


def seen(reader: Reader, stated: Stated, metrics: Sequence[str]) -> Seen:
    """Sum metrics by unit, look and segment over an experiment's planned days.

    Raises:
        ScopeError: Units of a switchback are not written as halves of a zone's day.
    """
    exposure = stated.exposure()
    counted = reader.trials.asked(asked.account(exposure))
    here = reader.trials.unit_moments(metrics, exposure)
    sums = here.drop("rows", "longest_minutes")
    if stated.unit == "customer":
        sums = _with_past(reader, stated, sums)
    if stated.dealt == "pairs":
        sums = sums.join(_pairs(reader, stated), on="unit", how="left", maintain_order="left")
    longest = here["longest_minutes"].max()
    return Seen(
        arms=dict(counted.select("arm", "units").iter_rows()),
        late=int(counted["late"].sum()),
        sums=sums,
        before=int(here.filter(pl.col("look") == 0)["rows"].sum()),
        longest_minutes=float(longest) if isinstance(longest, (int, float)) else 0.0,
    )


def wrong_unit(reader: Reader, stated: Stated) -> str:
    """Why the unit stated is not the one that was dealt; empty where it is.

    One group with both arms proves that its kind was not dealt: the first week mostly has
    one, and only where it has none all days are looked through.
    """
    if not asked.has_larger(stated.unit):
        return ""
    whole = stated.exposure()
    first = replace(whole, last=min(whole.last, whole.first + timedelta(days=DAYS_A_LOOK - 1)))
    if not any(row["alone"] == row["counted"] for row in _larger(reader, first)):
        return ""
    for row in _larger(reader, whole):
        fewest = asked.fewest_groups(str(row["kind"]))
        if row["counted"] >= fewest and row["alone"] == row["counted"]:
            name = PLURALS[str(row["kind"])]
            return (
                f"all {row['counted']:,} {name} of several units have them in one arm: {name} "
                f"were randomised, not {PLURALS[stated.unit]}"
            )
    return ""


def _larger(reader: Reader, exposure: asked.Exposure) -> list[dict[str, Any]]:
    rows = reader.trials.asked(asked.larger_units(exposure)).to_dicts()
    return [row | {"alone": int(row["alone"] or 0)} for row in rows]


def _with_past(reader: Reader, stated: Stated, sums: pl.DataFrame) -> pl.DataFrame:
    """Add what customers did before as a covariate: by how much above the rate of all.

    Other units have no past.
    """
    metric = stated.primary
    since = stated.started_on - timedelta(days=min(stated.days, _LONGEST_HISTORY))
    past = reader.trials.asked(asked.history(reader.catalog, metric, stated.exposure(), since))
    y, d = past[f"{metric}.y"].to_numpy(), past[f"{metric}.d"].to_numpy()
    if sums.is_empty() or d.sum() == 0:
        return sums
    of_past, unit = past["unit"].to_numpy(), sums["unit"].to_numpy()
    own = np.zeros(1 + max(of_past.max(initial=0), unit.max(initial=0)))
    own[of_past] = y - y.sum() / d.sum() * d
    return sums.with_columns(x=pl.Series(own[unit]))


def _pairs(reader: Reader, stated: Stated) -> pl.DataFrame:
    """The zone's day that each half belongs to."""
    found = reader.trials.asked(asked.names(stated.exposure()))
    odd = [name for name in found["unit_id"] if not re.fullmatch(HALF, name)]
    if odd:
        message = (
            f"{len(odd):,} units of the switchback are like '{min(odd)}'; write a half of a "
            "zone's day like 'Z14:2026-05-04:am'"
        )
        raise ScopeError(message)
    return found.select("unit", pair=pl.col("unit_id").str.head(-3))
