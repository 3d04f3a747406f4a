"""Truth 2 and null worlds: hot spots as the page finds them, over 100 worlds each.

The sample's own deliveries of its last quarter, without files; noise of routes and depots
as in every world. Criteria are the exact 99.9 % binomial limits of the promises.
"""

from datetime import date, timedelta

import h3ronpy
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from h3ronpy.vector import coordinates_to_cells

from dashboard import cells
from dashboard.analysis.breach_map.hotspots import BreachMap, mapped
from dashboard.analysis.breach_map.places import Counted, calibrated
from dashboard.stats.case_mix import fit_logistic, indicators
from sample_data import TRUTHS, Options
from sample_data.customers import draw
from sample_data.days import EPOCH, QUARTERS, weather
from sample_data.plan import WINDOWS
from sample_data.world import quarter

pytestmark = pytest.mark.slow

SEEDS = 100
LAST = len(QUARTERS) - 1
FACTORS = ("density", "far", "service", "product", "heavy", "hour", "weekday", "weather")


def due(options: Options) -> pl.DataFrame:
    """Due deliveries of the last quarter, in the case mix's bands."""
    frame = quarter(draw(options.deliveries, options.seed), options, LAST)
    frame = frame.filter("is_due")
    days = frame["day"].unique().to_list()
    names = pl.DataFrame({"day": days, "weather": [weather(_day(day)) or "" for day in days]})
    end = pl.Series(WINDOWS[:, 0] // 60).gather(frame["window"])
    return frame.join(names, on="day", how="left", maintain_order="left").with_columns(
        far=pl.Series(np.digitize(frame["distance_km"], [5, 10, 20, 40])),
        heavy=pl.Series(np.digitize(frame["weight_kg"], [2, 10, 30])),
        hour=pl.when("promise_is_date").then(-1).otherwise(end),
        weekday=pl.col("day") % 7,
        week=(pl.col("day") + 3) // 7,
        cell=pl.Series(_cells(frame)),
    )


def found(options: Options) -> BreachMap:
    """The map of a world's last quarter, by the steps of `analysis.hotspots`."""
    rows = due(options)
    blocks = [_codes(rows[name]) for name in (*FACTORS, "carrier")]
    counted = rows.group_by(*FACTORS, "carrier").agg(pl.len().alias("n"), pl.col("is_late").sum())
    own = [_codes(counted[name]) for name in (*FACTORS, "carrier")]
    fit = fit_logistic(
        counted["n"].to_numpy(), counted["is_late"].to_numpy(), np.column_stack(own)
    )
    effects = np.split(fit.effects, np.cumsum([part.shape[1] for part in blocks])[:-1])
    logit = fit.intercept + sum(
        block @ effect for block, effect in zip(blocks, effects, strict=True)
    )
    chance = 1 / (1 + np.exp(-logit))
    scored = rows.with_columns(chance=pl.Series(chance))
    sums = scored.group_by("cell", "zone", time="week").agg(
        pl.len().cast(pl.Int64).alias("due"),
        pl.col("is_late").sum().cast(pl.Int64).alias("late"),
        pl.col("chance").sum().alias("expected"),
        (pl.col("chance") * (1 - pl.col("chance"))).sum().alias("variance"),
    )
    sums = calibrated(sums.sort("cell", "zone", "time").with_columns(pl.col("zone").cast(str)))
    larger = {
        resolution: pl.Series(cells.parents(sums["cell"].to_list(), resolution))
        for resolution in cells.RESOLUTIONS
    }
    whole = Counted(sums, larger)
    return mapped(whole, whole.finest())


def _codes(values: pl.Series) -> np.ndarray:
    places = values.rank("dense").to_numpy() - 1
    return indicators(places.astype(int), int(places.max()) + 1)


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def _cells(frame: pl.DataFrame) -> list[str]:
    places = (pa.array(frame[name].to_numpy()) for name in ("latitude", "longitude"))
    numbers = coordinates_to_cells(*places, cells.FINEST)
    return pa.array(h3ronpy.cells_to_string(numbers)).to_pylist()


def test_truth_2_is_the_top_cluster_and_the_dense_centre_is_not_flagged() -> None:
    """Promise: 95 % of worlds of 400,000, of which at least 87 of 100 must be.

    The cluster is theirs where it holds most of the six: at the ends of a row a cell has
    few hot neighbours, and its own score may fall short.
    """
    truth = TRUTHS.hot_cells
    first, dense, sizes = 0, 0, []

    for seed in range(SEEDS):
        world = found(Options(400_000, seed))
        top = set(world.clusters[0].cells) if world.clusters else set()
        first += len(top & set(truth.cells)) > len(truth.cells) / 2
        dense += any(truth.dense in one.cells for one in world.clusters)
        sizes.append(len(top - set(truth.cells)))

    print(f"first in {first}, dense flagged in {dense}, others beside {np.mean(sizes)}")  # noqa: T201
    assert first >= 87
    assert dense <= 13


@pytest.mark.parametrize("deliveries", [40_000, 400_000])
def test_null_worlds_show_a_hot_spot_no_more_often_than_promised(deliveries: int) -> None:
    """Promise: none in 95 % of worlds, so at most 13 of 100 may show one."""
    shown = sum(
        bool(found(Options(deliveries, seed, null=True)).clusters) for seed in range(SEEDS)
    )

    print(f"a hot spot in {shown} of {SEEDS} null worlds of {deliveries}")  # noqa: T201
    assert shown <= 13
