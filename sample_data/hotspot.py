"""Truth 2: a few neighbouring H3 cells where buildings became hard to get into."""

from datetime import date

import h3ronpy
import numpy as np
import polars as pl
import pyarrow as pa
from h3ronpy.vector import coordinates_to_cells

from .chance import Flags
from .days import day_number
from .truths import TRUTHS

RESOLUTION = 7


def rows(frame: pl.DataFrame) -> Flags:
    """Flag the deliveries promised in those cells on those days."""
    truth = TRUTHS.hot_cells
    first, last = (day_number(date.fromisoformat(day)) for day in (truth.starts, truth.ends))
    day = frame["day"].to_numpy()
    found = (day >= first) & (day <= last)
    found[found] = np.isin(_cells(frame.filter(pl.Series(found))), _numbers(truth.cells))
    return found


def _cells(frame: pl.DataFrame) -> np.ndarray:
    latitudes, longitudes = (
        pa.array(frame[name].to_numpy()) for name in ("latitude", "longitude")
    )
    return pa.array(coordinates_to_cells(latitudes, longitudes, RESOLUTION)).to_numpy()


def _numbers(cells: tuple[str, ...]) -> np.ndarray:
    return pa.array(h3ronpy.cells_parse(pa.array(cells, pa.string()))).to_numpy()
