"""Carriers compared: what is planted is found, what is equal is not called different."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.carriers.comparison import Comparison, _label, compare_carriers
from dashboard.analysis.carriers.measures import is_enough
from dashboard.analysis.carriers.quarters import carrier_trajectory
from dashboard.analysis.carriers.work import overlaps
from dashboard.cli import main
from dashboard.scope import Period, Scope
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
    raw, adjusted = (
        {name: told(one) or 0.0 for name, one in found.items()}
        for told in (whole.raw, whole.adjusted)
    )
    assert raw["Heron"] < raw["Swift"]
    assert adjusted["Heron"] > adjusted["Swift"]
    assert found["Heron"].shrunk == min(one.shrunk for one in whole.units)
    assert min(one.overlap or 0.0 for one in whole.units) > 0.9


def test_shares_of_the_mix_add_up(whole: Comparison) -> None:
    factors = {one.factor for one in whole.mixes}
    assert {"density_class", "service", "product_class", "weather", "zone"} <= factors
    for carrier in CARRIER:
        for factor in factors:
            own = [o for o in whole.mixes if (o.carrier, o.factor) == (carrier, factor)]
            assert sum(one.share for one in own) == pytest.approx(1)
            assert sum(one.network for one in own) == pytest.approx(1)
    heron = next(o for o in whole.mixes if (o.carrier, o.level) == ("Heron", "rural"))
    assert heron.share == pytest.approx(0.75, abs=0.04)
    assert (heron.effect or 0.0) > 0.5


def test_every_quarter_is_as_hard_as_it_was_for_all_and_the_one_asked_for_reads_alike(
    reader: Reader,
) -> None:
    third = Scope(Period(date(2026, 7, 1), date(2026, 9, 30)))

    found = carrier_trajectory(reader, third)

    shares = []
    for quarter in sorted({one.quarter for one in found}):
        own = [one for one in found if one.quarter == quarter]
        shares.append(sum(one.observed for one in own) / sum(one.expected for one in own))
    assert shares == pytest.approx([shares[-1]] * 6)
    last = {one.name: one.ratio for one in found if one.quarter.key == "2026Q3"}
    assert last == pytest.approx(
        {one.name: one.ratio for one in compare_carriers(reader, third).units}
    )


def test_adjusted_rates_at_each_carriers_share_of_what_was_expected_give_the_whole(
    whole: Comparison,
) -> None:
    """Everybody's work at everybody's ratio is what happened."""
    hoped = sum(one.expected for one in whole.units)

    mean = sum(whole.adjusted(one) * one.expected / hoped for one in whole.units)

    assert mean == pytest.approx(1 - whole.level)


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
        schema=["carrier", "zone", "base"],
        orient="row",
    ).with_columns(pl.lit("x").alias(name) for name in PLACES[1:])

    found = overlaps(cells)

    # Wren has 9 of 99 of Z1, under a tenth; half of Z2
    assert found == {
        "Heron": pytest.approx(50 / 140),
        "Wren": pytest.approx(1.0),
        "Plover": pytest.approx(0.0),
    }


@pytest.mark.parametrize(
    ("overlap", "ratio", "label"),
    [
        (0.49, 2.0, "not comparable"),
        (None, 2.0, "worse"),
        (0.5, 0.4, "better"),
        (1.0, 1.3, "perhaps worse"),
        (1.0, 0.75, "perhaps better"),
        (1.0, 1.1, "as expected"),
    ],
)
def test_a_verdict_needs_overlap_and_the_outer_limits(
    overlap: float | None, ratio: float, label: str
) -> None:
    limits = ((0.8, 1.2), (0.7, 1.4))

    assert _label(overlap, ratio, limits) == label


@pytest.mark.parametrize(
    ("name", "base", "expected_", "enough"),
    [
        ("on_time_rate", 1_000, 4.9, False),
        ("first_attempt_rate", 60, 5.0, True),
        ("satisfaction", 29, 120.0, False),
        ("cost_to_serve", 30, 200.0, True),
    ],
)
def test_a_verdict_needs_five_expected_failures_or_thirty_cases(
    reader: Reader,
    name: str,
    base: float,
    expected_: float,
    enough: bool,  # noqa: FBT001
) -> None:
    assert is_enough(reader.catalog.metric(name), base, expected_) is enough


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
