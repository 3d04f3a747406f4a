"""Carriers compared: what is planted is found, what is equal is not called different."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

from dashboard.access import LOCAL_USER
from dashboard.analysis.carriers import (
    Comparison,
    _label,
    _overlaps,
    carrier_trajectory,
    compare_carriers,
)
from dashboard.cli import main
from dashboard.scope import Period, Scope
from dashboard.stats import carriers
from dashboard.stats.carriers import OUTER
from dashboard.stats.case_mix import fit_logistic, indicators
from dashboard.warehouse import Reader, Warehouse

CARRIERS = 8
CARRIER = {"Kestrel", "Osprey", "Heron", "Swift", "Merlin", "Puffin", "Wren", "Plover"}
PLACES = ("zone", "density_class", "service", "product_class")


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def whole(reader: Reader) -> Comparison:
    return compare_carriers(reader, Scope())


def test_the_planted_carriers_are_found_whatever_their_raw_rates_say(whole: Comparison) -> None:
    """Truth 3: as many deliveries as two quarters of the full sample hold of either."""
    found = {one.name: one for one in whole.units}

    assert (found["Heron"].label, found["Swift"].label) == ("better", "worse")
    assert found["Heron"].raw < found["Swift"].raw
    assert whole.adjusted(found["Heron"]) > whole.adjusted(found["Swift"])
    assert found["Heron"].shrunk == min(one.shrunk for one in whole.units)
    assert min(one.overlap or 0.0 for one in whole.units) > 0.9


def test_shares_of_the_mix_add_up(whole: Comparison) -> None:
    for carrier in {one.carrier for one in whole.mixes}:
        rural = [o for o in whole.mixes if (o.carrier, o.dimension) == (carrier, "density_class")]
        assert sum(one.share for one in rural) == pytest.approx(1)
    heron = next(o for o in whole.mixes if (o.carrier, o.value) == ("Heron", "rural"))
    assert heron.share == pytest.approx(0.75, abs=0.04)


def test_a_quarter_is_told_against_all_carriers_of_that_quarter(reader: Reader) -> None:
    third = Period(date(2026, 7, 1), date(2026, 9, 30))

    found = carrier_trajectory(reader, Scope(third))

    assert len({one.quarter for one in found}) == 6
    for quarter in {one.quarter for one in found}:
        own = [one for one in found if one.quarter == quarter]
        assert sum(one.expected for one in own) == pytest.approx(sum(one.late for one in own))


def test_depots_are_compared_without_overlap(reader: Reader) -> None:
    found = compare_carriers(reader, Scope(), "depot")

    assert len(found.units) == 4
    assert {one.overlap for one in found.units} == {None}


def test_a_carrier_alone_in_its_cells_has_no_overlap() -> None:
    cells = pl.DataFrame(
        [
            ("Heron", "Z1", 90.0),
            ("Wren", "Z1", 9.0),
            ("Heron", "Z2", 50.0),
            ("Wren", "Z2", 50.0),
            ("Plover", "Z3", 10.0),
        ],
        schema=["carrier", "zone", "due"],
        orient="row",
    ).with_columns(pl.lit("x").alias(name) for name in PLACES[1:])

    found = _overlaps(cells)

    # Wren has 9 of 99 of Z1, under a tenth; half of Z2
    assert found == {
        "Heron": pytest.approx(50 / 140),
        "Wren": pytest.approx(1.0),
        "Plover": pytest.approx(0.0),
    }


@pytest.mark.parametrize(
    ("base", "overlap", "ratio", "label"),
    [
        (4.9, 1.0, 9.0, "too few"),
        (100.0, 0.49, 2.0, "not comparable"),
        (100.0, None, 2.0, "worse"),
        (100.0, 0.5, 0.4, "better"),
        (100.0, 1.0, 1.3, "perhaps worse"),
        (100.0, 1.0, 0.75, "perhaps better"),
        (100.0, 1.0, 1.1, "as expected"),
    ],
)
def test_a_verdict_needs_numbers_overlap_and_the_outer_limits(
    base: float, overlap: float | None, ratio: float, label: str
) -> None:
    limits = ((0.8, 1.2), (0.7, 1.4))

    assert _label(base, overlap, ratio, limits) == label


def test_the_command_prints_the_finding_and_its_rows(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--quarter", "2026Q3", "--warehouse", str(sample_warehouse), "--format", "json"]

    assert main(["carriers", *words]) == 0
    told = json.loads(capsys.readouterr().out)

    named = {row["carrier"] for row in told["rows"] if row["label"] in ("better", "worse")}
    assert {name for name in told["message"].replace(",", "").split() if name in CARRIER} == named
    assert len(told["rows"]) == CARRIERS
    assert all(row["low"] <= row["ratio"] <= row["high"] for row in told["rows"])


@pytest.mark.slow
def test_equal_carriers_are_seldom_called_different() -> None:
    """At most 0.5 % false labels at the 99.8 % limits, with routes and days that cluster."""
    rng = np.random.default_rng(20_261_124)
    worlds, days, stop = 4_000, 182, 30
    per_day = np.array([15, 30, 60, 60, 60, 20, 220, 25])
    codes = indicators(np.arange(CARRIERS), CARRIERS)
    false = 0
    for _ in range(worlds):
        depot_day = rng.normal(0, 0.20, (days, 4))
        late = np.zeros((CARRIERS, days))
        for carrier, volume in enumerate(per_day):
            routes = max(1, volume // stop)
            depots = rng.integers(0, 4, (days, routes))
            shock = rng.normal(0, 0.30, (days, routes))
            logit = special.logit(0.073) + shock + np.take_along_axis(depot_day, depots, axis=1)
            late[carrier] = rng.binomial(volume // routes, special.expit(logit)).sum(axis=1)
        trials = np.repeat((per_day // np.maximum(1, per_day // stop)
                            * np.maximum(1, per_day // stop))[:, None], days, axis=1)  # fmt: skip
        fit = fit_logistic(trials.sum(axis=1), late.sum(axis=1), codes)
        base = trials * special.expit(fit.intercept)
        weeks = [part.reshape(CARRIERS, days // 7, 7).sum(axis=2) for part in (late, base)]
        values, variances = carriers.roots(
            late.sum(axis=1), base.sum(axis=1), carriers.design_effect(*weeks)
        )
        low, high = carriers.funnel_limits(variances, OUTER)
        false += int(((values**2 < low) | (values**2 > high)).sum())

    labels = worlds * CARRIERS
    assert false <= stats.binom.ppf(0.9995, labels, 0.005), f"{false} of {labels}"
