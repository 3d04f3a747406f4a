"""Null worlds of the sample: themes emerge no more often than stated."""

from collections import Counter

import numpy as np
import polars as pl
import pytest

from dashboard.stats.rates import benjamini_hochberg, rate_ratio
from dashboard.themes import themes_in_use
from dashboard.warehouse.theming import themes_of
from sample_data import Options, contacts, customers, world
from sample_data.zones import CODES

WORLDS = 200
DELIVERIES = 40_000
LARGEST = 35
"""99.9 % binomial limit of one in ten in 200."""


def counted(options: Options, quarters: range) -> tuple[Counter[tuple[str, int]], np.ndarray]:
    """Deliveries with a contact by theme and zone, and deliveries due by zone."""
    who = customers.draw(options.deliveries, options.seed)
    cases, due = Counter[tuple[str, int]](), np.zeros(len(CODES))
    for number in quarters:
        frame = world.quarter(who, options, number)
        due += np.bincount(frame.filter("is_due")["zone"].to_numpy(), minlength=len(CODES))
        tickets = contacts.draw(frame, options.seed, number, null=options.null)
        zoned = tickets.join(
            frame.filter("is_due").select("delivery_id", "zone"),
            left_on="shipment",
            right_on="delivery_id",
        )
        found = themes_of(zoned["message"], themes_in_use(None))
        pairs = zoned.with_columns(pair=found.str.split("|")).explode("pair").drop_nulls("pair")
        own = pairs.with_columns(theme=pl.col("pair").str.split("=").list.first())
        for theme, zone in (
            own.select("shipment", "theme", "zone").unique().select("theme", "zone").iter_rows()
        ):
            cases[theme, zone] += 1
    return cases, due


def smallest(options: Options) -> tuple[float, float]:
    """The smallest corrected p-values of both families, in the last quarter."""
    (now, due), (then, before) = (counted(options, q) for q in (range(7, 8), range(3, 7)))
    zones, whole = [], []
    for theme in {theme for theme, _ in now}:
        own = [(now[theme, z], then[theme, z], due[z], before[z]) for z in range(len(CODES))]
        whole.append(tuple(map(sum, zip(*own, strict=True))))
        zones += own
    found = []
    for family in (zones, whole):
        p_values = [
            rate_ratio((x, e), (y, f)).p_risen
            for x, y, e, f in family
            if x + y >= 10 and min(e, f) >= 30
        ]
        found.append(min(benjamini_hochberg(p_values), default=1.0))
    return found[0], found[1]


@pytest.mark.slow
def test_null_worlds_show_an_emerging_theme_in_no_more_than_one_of_ten() -> None:
    found = [
        smallest(Options(deliveries=DELIVERIES, seed=seed, null=True))
        for seed in range(1, WORLDS + 1)
    ]

    by_zone, overall = (sum(p <= 0.10 for p in family) for family in zip(*found, strict=True))
    assert by_zone <= LARGEST, by_zone
    assert overall <= LARGEST, overall


def test_a_world_with_rain_shows_it_in_all_three_zones() -> None:
    options = Options(deliveries=400_000)

    cases, due = counted(options, range(7, 8))

    wet = [CODES.index(zone) for zone in ("Z07", "Z23", "Z41")]
    assert all(cases["rain", zone] / due[zone] > 0.015 for zone in wet)
