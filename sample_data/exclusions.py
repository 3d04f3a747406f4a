"""Windows that contracts exclude: two storms, and what they left behind.

They are facts of the weather, in the null world too, and change no delivery.
"""

from datetime import date
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from .days import day_number, utc_midnight
from .dialect import iso


class Window(NamedTuple):
    """One window: whole local days, `end` exclusive; without a zone or carrier, of all."""

    name: str
    start: date
    end: date
    zone: str | None
    carrier: str | None
    reason: str


WINDOWS: Final = (
    Window("storm-2025-10", date(2025, 10, 23), date(2025, 10, 25), None, None, "storm"),
    Window("bridge-2025-10", date(2025, 10, 25), date(2025, 10, 29), "Z52", None, "bridge closed"),
    Window("storm-2026-08", date(2026, 8, 13), date(2026, 8, 15), None, None, "storm"),
    Window(
        "road-2026-08", date(2026, 8, 15), date(2026, 8, 18), "Z47", "Heron", "road under water"
    ),
)


def windows() -> pl.DataFrame:
    """List the windows as the contract office keeps them, moments in UTC."""
    frame = pl.DataFrame(WINDOWS, schema=Window._fields, orient="row")
    first, last = (
        utc_midnight(np.array([day_number(day) for day in frame[name]]))
        for name in ("start", "end")
    )
    moments = frame.with_columns(start=pl.Series(first), end=pl.Series(last))
    return iso(moments, "start", "end").rename(
        {"name": "event", "start": "begins", "end": "ends", "reason": "cause"}
    )
