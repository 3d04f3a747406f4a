"""Causes in worlds of the sample: truth 1 is ranked first, and null worlds show none.

Generated frames, no files: what the search reads of them is what the warehouse would list.
"""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from scipy.stats import binom

from dashboard.stats import causes
from dashboard.stats.case_mix import fit_logistic, indicators
from dashboard.stats.combinations import HALVES, SEAM, Axis, Places, Rows, neighbours
from dashboard.stats.contributors import (
    FALSE_DISCOVERIES,
    Panel,
    benjamini_hochberg,
    contributions,
)
from dashboard.stats.main_effects import chances
from sample_data import Options, customers, names, world
from sample_data.days import QUARTERS
from sample_data.plan import WINDOWS
from sample_data.zones import CODES, CORNERS

SEEDS = 100
LAST = len(QUARTERS) - 1
NO_HOUR = 99
DIMENSIONS = ("carrier", "zone", "hour", "service", "channel", "product", "weekday", "depot",
              "vehicle", "driver")  # fmt: skip
PARTS = ((0, 12), (12, 18), (18, 24))
TRUTH = {
    "carrier": {names.CARRIERS.index("Osprey")},
    "zone": {CODES.index("Z14"), CODES.index("Z15")},
    "hour": {20, 21, 22},
}
BORDERS = tuple(neighbours([[(float(a), float(b)) for a, b in own] for own in CORNERS]))


def at_least(seeds: int) -> int:
    """The fewest of so many seeds that the 99.9 % binomial interval of 95 % holds."""
    return int(binom.ppf(0.0005, seeds, 0.95))


def frames(options: Options, segment: int | None, quarters: tuple[int, ...]) -> pl.DataFrame:
    """Deliveries due, the later quarter first, with `then` and the local promise."""
    who = customers.draw(options.deliveries, options.seed)
    parts = []
    for then, number in enumerate(quarters):
        frame = world.quarter(who, options, number).filter("is_due")
        if segment is not None:
            frame = frame.filter(pl.col("segment") == segment)
        start, days = QUARTERS[number].days[0], len(QUARTERS[number].days)
        half = causes.halves(frame["day"].to_numpy() - start, days)
        block = np.where(half == SEAM, SEAM, half + HALVES * then)
        hour = WINDOWS[frame["window"].to_numpy(), 0] // 60 % 24
        own = frame.with_columns(
            block=pl.Series(block),
            hour=pl.when("promise_is_date").then(NO_HOUR).otherwise(pl.Series(hour)),
            weekday=(pl.col("day") + 3) % 7,
        )
        parts.append(own.filter((pl.col("block") != SEAM) | (then == 0)))
    return pl.concat(parts, how="vertical_relaxed")


def coded(frame: pl.DataFrame, blocks: int) -> tuple[Rows, dict[str, list[int]]]:
    """Rows of a frame, and the values behind the codes of each dimension."""
    values = {name: frame[name].cast(pl.Int64).unique().sort().to_list() for name in DIMENSIONS}
    axes = tuple(
        Axis(
            name,
            np.searchsorted(own, frame[name].to_numpy()),
            len(own),
            unions(name, own),
            most=2 if name == "driver" else 3,
            of_depot=name in {"zone", "depot"},
            of_days=name == "weekday",
        )
        for name, own in values.items()
    )
    depot_day = frame["day"].to_numpy() * len(names.DEPOTS) + frame["depot"].to_numpy()
    size = frame.height
    rows = Rows(
        axes,
        frame["block"].to_numpy(),
        np.ones(size, np.int64),
        frame["is_late"].to_numpy().astype(np.int64),
        np.zeros(size),
        np.unique(depot_day, return_inverse=True)[1],
        blocks,
    )
    return rows, values


def unions(name: str, values: list[int]) -> tuple[Places, ...]:
    place = {value: at for at, value in enumerate(values)}
    if name == "zone":
        return tuple((place[a], place[b]) for a, b in BORDERS if a in place and b in place)
    if name != "hour":
        return ()
    parts = [tuple(place[h] for h in values if low <= h < high) for low, high in PARTS]
    return tuple(part for part in parts if len(part) > 1)


def by_case_mix(frame: pl.DataFrame, rows: Rows) -> np.ndarray:
    """What each row expects by what was asked for, with carriers in the fit, not in the answer."""
    mix = [frame[name].to_numpy() for name in ("density", "service", "product", "hour", "weekday")]
    levels = [np.unique(own, return_inverse=True)[1] for own in mix]
    asked = np.column_stack([indicators(own, int(own.max()) + 1) for own in levels])
    carrier = indicators(rows.axes[0].codes, rows.axes[0].size)
    fit = fit_logistic(rows.n, rows.late, np.column_stack([asked, carrier]))
    return expit(fit.intercept + asked @ fit.effects[: asked.shape[1]])


def found(options: Options, mode: str, segment: int | None = None) -> list[dict[str, set[int]]]:
    """The causes of the last quarter, in the order that the page lists them."""
    quarters = (LAST, LAST - 1) if mode == "change" else (LAST,)
    frame = frames(options, segment, quarters)
    rows, values = coded(frame, 4 if mode == "change" else 2)
    expected = chances(rows) if mode == "change" else by_case_mix(frame, rows)
    days = int(np.sum(causes.halves(np.arange(92), 92) != SEAM))
    answer = causes.search(replace(rows, expected=expected), days, len(names.DEPOTS))
    return [
        {
            rows.axes[axis].name: {
                values[rows.axes[axis].name][code] for code in rows.axes[axis].values[value]
            }
            for axis, value in zip(one.axes, one.values, strict=True)
        }
        for one in answer.causes
    ]


def test_truth_1_is_the_first_cause_of_premium() -> None:
    causes_found = found(Options(400_000), "change", names.PREMIUM)

    assert causes_found[0] == TRUTH


@pytest.mark.slow
def test_truth_1_is_ranked_first_in_95_percent_of_worlds() -> None:
    firsts = [
        found(Options(400_000, seed), "change", names.PREMIUM)[:1] for seed in range(1, SEEDS + 1)
    ]

    hits = sum(first == [TRUTH] for first in firsts)
    print(f"truth 1 first in {hits} of {SEEDS}")  # noqa: T201
    assert hits >= at_least(SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["change", "level"])
def test_null_worlds_show_no_cause_in_95_percent(mode: str) -> None:
    none = sum(not found(Options(40_000, seed, null=True), mode) for seed in range(1, SEEDS + 1))

    print(f"{mode}: no cause in {none} of {SEEDS} null worlds")  # noqa: T201
    assert none >= at_least(SEEDS)


def panels(values: str, quarters: list[pl.DataFrame]) -> list[Panel]:
    """Kept and due deliveries by value and week, of each quarter."""
    rows = 1 + max(int(frame[values].cast(pl.Int64).max() or 0) for frame in quarters)
    found = []
    for frame in quarters:
        week = (frame["day"] - int(frame["day"].min() or 0)).to_numpy() // 7
        shape = rows, int(week.max()) + 1
        place = frame[values].to_numpy().astype(int) * shape[1] + week
        kept = np.bincount(place, (~frame["is_late"]).to_numpy(), rows * shape[1])
        due = np.bincount(place, None, rows * shape[1]).astype(float)
        found.append(Panel(kept.reshape(shape), due.reshape(shape)))
    return found


def losers(seed: int) -> tuple[set[tuple[str, int]], list[int]]:
    """Values that hurt Premium beyond chance, and the zones with the largest losses."""
    world_of = Options(400_000, seed)
    quarters = [frames(world_of, names.PREMIUM, (number,)) for number in (LAST - 1, LAST)]
    family: list[tuple[str, int, float, float]] = []
    for name in DIMENSIONS[:-1]:
        earlier, later = panels(name, quarters)
        enough = [panel.denominators.sum(axis=1) >= 30 for panel in (earlier, later)]
        found = contributions(earlier, later, share=True)
        family += [
            (name, int(at), float(found.p_value[at]), float(found.amount[at]))
            for at in np.flatnonzero(np.all(enough, axis=0))
        ]
    corrected = benjamini_hochberg([p for _, _, p, _ in family])
    hurting = {
        (name, at)
        for (name, at, _, amount), p in zip(family, corrected, strict=True)
        if p < FALSE_DISCOVERIES and amount < 0
    }
    zones = sorted((amount, at) for name, at, _, amount in family if name == "zone")
    return hurting, [at for _, at in zones[:2]]


@pytest.mark.slow
def test_truth_1_shows_its_carrier_among_contributors_in_95_percent_of_worlds() -> None:
    """Its two zones lose most; whether they pass the correction too is told, not promised."""
    worlds = [losers(seed) for seed in range(1, SEEDS + 1)]

    carrier = ("carrier", names.CARRIERS.index("Osprey"))
    hits = sum(carrier in hurting for hurting, _ in worlds)
    largest = sum(set(zones) == TRUTH["zone"] for _, zones in worlds)
    zones = {("zone", at) for at in TRUTH["zone"]}
    both = sum(zones <= hurting for hurting, _ in worlds)
    hours = sum(any(name == "hour" for name, _ in hurting) for hurting, _ in worlds)
    print(f"carrier {hits}, zones largest {largest}, both {both}, an hour {hours}")  # noqa: T201
    assert min(hits, largest) >= at_least(SEEDS)
