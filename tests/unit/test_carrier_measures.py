"""Carriers compared on more than promises, and depots and drivers beside them."""

import json
from pathlib import Path

import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.carriers.comparison import UNRANKED, Comparison, compare_carriers
from dashboard.analysis.carriers.quarters import carrier_trajectory
from dashboard.charts.carriers.words import carrier_table, mix_table
from dashboard.cli import main
from dashboard.errors import NotEnoughDataError, UnknownNameError
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse

CELLS = ("density_class", "service", "product_class")


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def failed(reader: Reader) -> Comparison:
    return compare_carriers(reader, Scope(), measure="first_attempt_rate")


@pytest.fixture(scope="module")
def rated(reader: Reader) -> Comparison:
    return compare_carriers(reader, Scope(), measure="satisfaction")


@pytest.fixture(scope="module")
def priced(reader: Reader) -> Comparison:
    return compare_carriers(reader, Scope(), measure="cost_to_serve")


def test_what_is_counted_is_what_the_metric_counts(
    reader: Reader, failed: Comparison, rated: Comparison, priced: Comparison
) -> None:
    for found in (failed, rated, priced):
        sums = reader.roll_up((found.metric.name,), ("carrier",), Scope())
        whole = {row["carrier"]: row for row in sums.iter_rows(named=True)}
        for one in found.units:
            row = whole[one.name]
            assert one.base == float(row["denominator"])
            value = float(row["numerator"]) / float(row["denominator"])
            assert found.raw(one) == pytest.approx(value)
            assert one.low <= one.ratio <= one.high
            assert one.shrunk_low <= one.shrunk <= one.shrunk_high


def test_a_carrier_that_fails_first_attempts_is_found(failed: Comparison) -> None:
    """Truth 8: 360 of Merlin's a quarter fail, whatever the work lets expect."""
    merlin = next(one for one in failed.units if one.name == "Merlin")

    assert merlin.ratio > 1.1
    assert merlin.low > 1


def test_cost_beside_the_work_is_what_direct_standardisation_finds(
    reader: Reader, priced: Comparison
) -> None:
    """Wren's price of every cell, at each carrier's own volumes: no regression at all."""
    sums = reader.roll_up(("cost_to_serve",), ("carrier", *CELLS), Scope()).select(
        "carrier",
        *CELLS,
        cost=pl.col("numerator").cast(pl.Float64),
        done=pl.col("denominator").cast(pl.Float64),
    )
    wren = sums.filter((pl.col("carrier") == "Wren") & (pl.col("done") >= 30))
    prices = wren.select(*CELLS, price=pl.col("cost") / pl.col("done"))
    standard = (
        sums.join(prices, on=list(CELLS))
        .group_by("carrier")
        .agg(ratio=pl.col("cost").sum() / (pl.col("done") * pl.col("price")).sum())
    )
    oracle = dict(standard.iter_rows())
    ratios = {one.name: one.ratio for one in priced.units}

    assert min(oracle.values()) < 0.85
    for name, ratio in oracle.items():
        assert ratios[name] / ratios["Wren"] == pytest.approx(ratio, abs=0.02)


def test_a_cheaper_carrier_is_better_and_a_better_rated_one_too(
    priced: Comparison, rated: Comparison
) -> None:
    assert priced.units[0].name == "Plover"
    assert {one.name: one.label for one in priced.units}["Plover"] == "better"
    assert "Plover" in priced.message.split(" cheaper")[0]
    ratios = [one.shrunk for one in rated.units if one.label not in UNRANKED]
    assert ratios == sorted(ratios, reverse=True)


def test_ratings_lie_on_their_scale(rated: Comparison) -> None:
    for one in rated.units:
        assert 1 <= (rated.raw(one) or 0) <= 5
        assert 3.5 <= (rated.hoped(one) or 0) <= 4.8
        assert 3.5 <= rated.adjusted(one) <= 4.8
    assert {"distance", "weight", "promised_hour"} <= {
        factor.name for factor, _ in rated.fitted.scores.effects
    }


def test_only_the_measure_asked_for_is_fitted(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    mixes = type(reader.mixes)
    strata, period = mixes.strata, Period(*_days(reader))

    def noted(self: object, metric: str, *rest: object) -> pl.DataFrame:
        asked.append(metric)
        return strata(self, metric, *rest)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(mixes, "strata", noted)
    compare_carriers(reader, Scope(period))

    assert set(asked) == {"on_time_rate"}


def _days(reader: Reader) -> tuple:
    span = reader.span()
    assert span is not None
    return span.start, span.end.replace(day=27)


def test_quarters_of_a_measure_are_told_alike(reader: Reader) -> None:
    found = carrier_trajectory(reader, Scope(), "cost_to_serve")

    assert len({one.quarter for one in found}) == 6
    plover = [one.ratio or 2.0 for one in found if one.name == "Plover"]
    assert max(plover) < 1


def test_depots_and_drivers_are_told_against_all_of_them(reader: Reader) -> None:
    for by in ("depot", "driver"):
        found = compare_carriers(reader, Scope(), by)
        hoped = sum(one.expected for one in found.units)
        assert hoped == pytest.approx(sum(one.observed for one in found.units))
        assert {one.overlap for one in found.units} == {None}
        assert found.mixes == ()
        assert "Overlap" not in carrier_table(found).columns


def test_a_driver_of_few_deliveries_is_not_told_one_by_one(reader: Reader) -> None:
    found = compare_carriers(reader, Scope(), "driver")

    assert min(one.base for one in found.units) >= 30
    assert found.left_out > 0
    judged = [one for one in found.units if one.label != "too few"]
    beyond = sum(one.label in ("better", "worse") for one in judged)
    assert found.message == (
        f"{beyond} of {len(judged)} drivers lie beyond the limits in on-time rate; "
        f"chance alone would put {0.002 * len(judged):.0f} there"
    )
    assert found.usual > 0 or found.between == 0


def test_days_in_which_no_driver_has_enough_are_refused(reader: Reader) -> None:
    first, _ = _days(reader)

    with pytest.raises(NotEnoughDataError, match="no driver has 30 cases in these days"):
        compare_carriers(reader, Scope(Period(first, first.replace(day=14))), "driver")


def test_another_metric_is_refused(reader: Reader) -> None:
    with pytest.raises(UnknownNameError, match="unknown measure 'volume'; use one of"):
        compare_carriers(reader, Scope(), measure="volume")


def test_the_mix_shows_what_a_part_does_and_who_carries_it(priced: Comparison) -> None:
    table = mix_table(priced)

    heavy = table.filter(pl.col("Part") == "Weight: 30 kg and more")
    assert heavy["Effect on cost"][0].startswith("× ")
    assert heavy.height == 1
    assert table.filter(pl.col("Part").str.starts_with("Zone: ")).height > 50


def test_the_command_prints_a_measure_its_quarters_and_the_mix(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--measure", "cost_to_serve", "--quarter", "2026Q3"]
    words += ["--warehouse", str(sample_warehouse)]

    def told(*more: str) -> list[dict]:
        assert main(["carriers", *words, *more, "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        return found if isinstance(found, list) else found["rows"]

    assert {row["measure"] for row in told()} == {"cost_to_serve"}
    assert len({row["quarter"] for row in told("--quarters")}) == 6
    assert {"weather", "zone"} <= {row["factor"] for row in told("--mix")}
