"""`doorstep experiment --file`: an analyst's own data through the same engine."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dashboard.cli import COULD_NOT, DONE, REFUSALS, main
from tests.vector import expected

VECTORS = Path(__file__).parents[1] / "vectors"
UNITS = 3_000

Write = Callable[[pl.DataFrame], Path]


def asked(path: Path, **said: str) -> list[str]:
    named = {"unit": "u", "arm": "arm", "control": "A", "metric": "y"} | said
    words = [f"--{name.replace('_', '-')}={value}" for name, value in named.items()]
    return ["experiment", "--file", str(path), *words]


def judged(capsys: pytest.CaptureFixture[str], path: Path, **said: str) -> dict:
    code = main([*asked(path, **said), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert code == (REFUSALS if found["verdict"] == "Do not use" else DONE)
    return found


def refused(capsys: pytest.CaptureFixture[str], path: Path, **said: str) -> str:
    assert main(asked(path, **said)) == COULD_NOT
    return capsys.readouterr().err.removeprefix("doorstep: ").strip()


def units(arms: str = "AB", seed: int = 1, **shift: float) -> pl.DataFrame:
    """Units of equal arms, but for what is added to the chance of an arm."""
    rng = np.random.default_rng(seed)
    arm = np.array(list(arms))[np.arange(UNITS) % len(arms)]
    chance = 0.88 + np.vectorize(lambda one: shift.get(one, 0.0))(arm)
    return pl.DataFrame(
        {
            "u": np.arange(UNITS),
            "arm": arm,
            "y": (rng.random(UNITS) < chance).astype(int),
            "x": rng.normal(size=UNITS),
            "segment": np.array(["city", "rim", "sea"])[rng.integers(0, 3, UNITS)],
        }
    )


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(frame: pl.DataFrame) -> Path:
        frame.write_csv(tmp_path / "units.csv")
        return tmp_path / "units.csv"

    return written


def test_a_ratio_per_customer_is_the_published_one(capsys: pytest.CaptureFixture[str]) -> None:
    path, published = VECTORS / "03_ab_ratio" / "input.csv", expected("03_ab_ratio")
    names = {"unit": "customer_id", "control": "control", "metric": "on_time"}

    found = judged(capsys, path, **names, denominator="deliveries")

    absolute = published["gbstats_ratio"]["absolute"]
    assert found["estimate"] == pytest.approx(absolute["estimate"], rel=1e-6)
    assert [found["low"], found["high"]] == pytest.approx(absolute["ci"], rel=1e-6)
    assert found["p_value"] == pytest.approx(absolute["p"], rel=1e-6)
    relative = published["gbstats_ratio"]["relative"]
    assert found["relative_effect"] == pytest.approx(relative["estimate"], rel=1e-6)
    assert [arm["mean"] for arm in found["arms"]] == pytest.approx(
        [published["control"]["est"], published["treatment"]["est"]], rel=1e-6
    )
    assert [arm["n"] for arm in found["arms"]] == [210, 210]
    assert found["sample_ratio_p_value"] == 1.0
    assert found["sequence_low"] < found["low"] < found["high"] < found["sequence_high"]
    assert found["verdict"] == "Inconclusive"


def test_costs_are_adjusted_by_the_pre_period(capsys: pytest.CaptureFixture[str]) -> None:
    path = VECTORS / "02_ab_mean_cuped" / "input.csv"
    published = expected("02_ab_mean_cuped")["lin_interacted"]
    names = {"unit": "unit_id", "control": "control", "metric": "cost", "better": "lower"}

    found = judged(capsys, path, **names, covariate="cost_pre", worth="-1")

    assert found["estimate"] == pytest.approx(published["coef"], rel=1e-6)
    assert found["error"] == pytest.approx(published["se_hc2"], rel=1e-6)
    assert "worth +265.56" in found["sentence"]


@pytest.mark.parametrize("said", [{}, {"cluster": "route_id"}])
def test_routes_are_compared_as_clusters_whether_named_so_or_not(
    capsys: pytest.CaptureFixture[str], said: dict[str, str]
) -> None:
    path, published = VECTORS / "07_ab_cluster" / "input.csv", expected("07_ab_cluster")["ols"]
    names = {"unit": "route_id", "control": "control", "metric": "on_time"}

    found = judged(capsys, path, **names, **said)

    assert found["error"] == pytest.approx(published["se_CR2"], rel=1e-6)
    assert found["p_value"] == pytest.approx(published["p_CR2"], rel=1e-6)
    assert "CR2" in found["method"]


def test_stars_are_compared_by_ranks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = pl.read_csv(VECTORS / "06_ab_ordinal" / "input.csv").with_row_index("u")
    rows.write_parquet(tmp_path / "stars.parquet")
    published = expected("06_ab_ordinal")["brunner_munzel"]

    found = judged(
        capsys, tmp_path / "stars.parquet", control="control", metric="csat", kind="ordinal"
    )

    assert found["estimate"] + 0.5 == pytest.approx(published["ps"], rel=1e-8)
    assert found["p_value"] == pytest.approx(published["p"], rel=1e-8)


def test_a_clear_win_ships_and_says_effect_interval_and_money(
    capsys: pytest.CaptureFixture[str], write: Write
) -> None:
    found = judged(capsys, write(units(B=0.08)), worthwhile="0.01", worth="4")

    assert found["verdict"] == "Ship"
    assert found["low"] > 0
    assert found["sentence"].startswith("Ship: y +")
    assert "(95\N{NO-BREAK SPACE}% interval +" in found["sentence"]
    assert "; worth +" in found["sentence"]


def test_a_plan_not_reached_keeps_running_and_widens_the_interval(
    capsys: pytest.CaptureFixture[str], write: Write
) -> None:
    found = judged(capsys, write(units()), planned_units="6000")

    assert found["verdict"] == "Keep running"
    assert found["confidence"] == 0.96


def test_three_arms_are_one_family_and_segments_another(
    capsys: pytest.CaptureFixture[str], write: Write
) -> None:
    alone = judged(capsys, write(units("AB")))
    found = judged(capsys, write(units("ABC")), segment="segment")

    widths = [one["high"] - one["low"] for one in found["comparisons"]]
    assert [one["arm"] for one in found["comparisons"]] == ["B", "C"]
    assert min(widths) > (alone["high"] - alone["low"]) * 1.2
    assert [one["segment"] for one in found["segments"]] == ["city", "rim", "sea"]
    assert not any(one["is_called"] for one in found["segments"])


def test_an_uneven_split_hides_the_effect(
    capsys: pytest.CaptureFixture[str], write: Write
) -> None:
    rows = units(B=0.05)
    cut = rows.filter((pl.col("arm") == "A") | (pl.col("u") < UNITS * 0.8))

    found = judged(capsys, write(cut), segment="segment")
    planned = judged(capsys, write(cut), split="A=5,B=4")

    assert found["verdict"] == "Do not use"
    assert found["estimate"] is None
    assert found["low"] is None
    assert [arm["mean"] for arm in found["arms"]] == [None, None]
    assert not found["segments"]
    assert "1,500 : 1,200" in found["sentence"]
    assert planned["verdict"] != "Do not use"


def test_units_in_both_arms_break_it_from_one_percent(
    capsys: pytest.CaptureFixture[str], write: Write
) -> None:
    rows = units()
    moved = rows.with_columns(arm=pl.lit("B")).filter(pl.col("u") % 2 == 0)

    many = judged(capsys, write(pl.concat([rows, moved.head(100)])))
    few = judged(capsys, write(pl.concat([rows, moved.head(5)])))

    assert many["verdict"] == "Do not use"
    assert "100 units are in several arms" in many["sentence"]
    assert few["verdict"] != "Do not use"
    assert few["notes"] == ["5 units in several arms were left out"]


def test_too_few_clusters_get_no_verdict(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    rows = units().with_columns(
        depot=pl.when(pl.col("arm") == "B").then(3).otherwise(pl.col("u") % 6 // 2)
    )

    found = judged(capsys, write(rows), cluster="depot")

    assert found["verdict"] == "No verdict"
    assert found["estimate"] is None
    assert "3 and 1 clusters were randomised" in found["sentence"]


def test_what_cannot_be_answered_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], write: Write
) -> None:
    rows = units()
    moved = rows.with_columns(x=pl.col("x") + 0.5 * (pl.col("arm") == "B").cast(pl.Int8))
    negative = rows.with_columns(d=pl.when(pl.col("u") == 7).then(-1).otherwise(1))

    assert refused(capsys, write(rows.filter(pl.col("arm") == "A"))) == (
        "units of 'A' alone; units of control 'A' and of another arm are needed"
    )
    assert refused(capsys, write(rows.with_columns(y=1))) == (
        "every unit of both arms has the same value; a metric that varies is needed"
    )
    assert refused(capsys, write(rows.head(50))) == (
        "25 and 25 units hold anything of 'y'; at least 30 in each arm are needed"
    )
    assert refused(capsys, write(negative), denominator="d") == (
        "column 'd' has 1 values below 0; denominators of 0 or more are needed"
    )
    assert "it was measured after the assignment" in refused(capsys, write(moved), covariate="x")
    assert "'y' is the covariate and a result" in refused(capsys, write(rows), covariate="y")
    assert refused(capsys, write(rows.with_columns(y=pl.col("u"))), kind="rate") == (
        "column 'y' of kind rate holds values outside 0 … 1; 0 and 1, or a denominator, are needed"
    )
    both = pl.concat([rows, rows.with_columns(arm=pl.lit("C"))])
    assert refused(capsys, write(both)) == (
        "all 3000 units are in several arms; units in one arm each are needed"
    )


def test_wrong_names_and_files_are_refused_with_the_nearest(
    capsys: pytest.CaptureFixture[str], write: Write, tmp_path: Path
) -> None:
    path = write(units())

    assert refused(capsys, path, metric="yy") == "unknown column 'yy'; did you mean 'y'?"
    assert "unknown arm 'Z'" in refused(capsys, path, control="Z")
    assert refused(capsys, path, metric="segment").endswith("is no number; numbers are needed")
    assert "'A=x' of the split cannot be read" in refused(capsys, path, split="A=x")
    assert "nowhere.csv cannot be read" in refused(capsys, tmp_path / "nowhere.csv")
    assert main(["experiment", "--file", str(path), "--unit", "u"]) == COULD_NOT
    assert "without --arm" in capsys.readouterr().err
