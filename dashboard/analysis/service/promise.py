"""Promise against capability: how narrow a window could be promised and kept?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.figures import FEWEST, nothing_measured
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stats.quantiles import tightest_window
from dashboard.warehouse import Reader

KEPT = 0.95
STEP = 15
LIMIT = 720
"""Minutes: arrivals are counted in quarters of an hour, up to twelve hours either way."""


@dataclass(frozen=True)
class Capability:
    """What was promised in one place, and what could be.

    Attributes:
        segment, zone: Where; zone is empty for all zones.
        rows: Due deliveries with a timed promise.
        arrived: How many of them arrived.
        promised: Mean width of the windows promised, minutes; None where their beginnings
            are not known.
        opens, closes: Minutes after the promise between which 95 % of all arrive, in the
            shortest window that holds them; None where more than 5 % never arrived, or the
            rows are too few.
    """

    segment: str
    zone: str
    rows: int
    arrived: int
    promised: float | None
    opens: int | None
    closes: int | None

    @property
    def width(self) -> int | None:
        """Width of the tightest window kept 95 % of the time, minutes."""
        return None if self.opens is None or self.closes is None else self.closes - self.opens

    @property
    def is_open_ended(self) -> bool:
        """Whether the window reaches past what is counted, so that its width is a minimum."""
        return self.closes == LIMIT or self.opens == -LIMIT - STEP

    @property
    def is_thin(self) -> bool:
        """Whether it stands on too few deliveries."""
        return self.rows < FEWEST


def capability(reader: Reader, scope: Scope) -> tuple[Capability, ...]:
    """Measure the tightest window kept 95 % of the time, per segment, and segment and zone.

    Returns:
        Each segment over all zones, then its zones.

    Raises:
        ScopeError: No timed promise of the scope is due.
    """
    arrivals = reader.distribution("arrival", ("segment", "zone"), scope)
    if arrivals.is_empty():
        message = "no timed promise is due in this scope; a window needs promises with a time"
        raise ScopeError(nothing_measured(reader, scope, message))
    promised = _promised(reader, scope)
    found = []
    for (segment,), places in arrivals.group_by("segment", maintain_order=True):
        whole = places.group_by("value").agg(pl.col("rows").sum())
        found.append(_measured(str(segment), "", whole, promised))
        found += [
            _measured(str(segment), str(zone), rows, promised)
            for (zone,), rows in places.group_by("zone", maintain_order=True)
        ]
    return tuple(found)


def capability_table(found: Sequence[Capability], snapshot: int) -> pl.DataFrame:
    """Capabilities as rows.

    Returns:
        segment, zone ('' for all), due, arrived, promised_minutes, window_minutes, opens,
        closes (minutes after the promise), open_ended, snapshot; null where not known.
    """
    rows = [
        {
            "segment": one.segment,
            "zone": one.zone,
            "due": one.rows,
            "arrived": one.arrived,
            "promised_minutes": one.promised,
            "window_minutes": one.width,
            "opens": one.opens,
            "closes": one.closes,
            "open_ended": one.is_open_ended,
            "snapshot": snapshot,
        }
        for one in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _promised(reader: Reader, scope: Scope) -> Mapping[tuple[str, str], tuple[float, float]]:
    """Minutes promised and deliveries, by segment and zone; zone '' is all of them."""
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    rows = reader.roll_up(("promise_width",), ("segment", "zone"), scope)
    for _, segment, zone, minutes, count, _, _ in rows.iter_rows():
        for place in ("", zone):
            n, d = sums.get((segment, place), (0.0, 0.0))
            sums[segment, place] = (n + float(minutes), d + float(count))
    return sums


def _measured(
    segment: str,
    zone: str,
    counted: pl.DataFrame,
    promised: Mapping[tuple[str, str], tuple[float, float]],
) -> Capability:
    ordered = counted.sort("value", nulls_last=True)
    values, rows = ordered["value"].to_list(), ordered["rows"].to_list()
    total = sum(rows)
    window = tightest_window(values, rows, KEPT) if total >= FEWEST else None
    minutes, count = promised.get((segment, zone), (0.0, 0.0))
    return Capability(
        segment,
        zone,
        total,
        sum(n for value, n in zip(values, rows, strict=True) if value is not None),
        minutes / count if count else None,
        window[0] - STEP if window else None,
        window[1] if window else None,
    )
