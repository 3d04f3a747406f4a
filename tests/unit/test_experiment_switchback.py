"""Switchbacks: halves of a zone's day are dealt, pairs are compared, on every way in."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from dashboard.access import LOCAL_USER
from dashboard.analysis.experiments.experiment import Experiment, experiment, experiments
from dashboard.analysis.experiments.pasts import past_of
from dashboard.analysis.experiments.planning import Wish, _against_itself, plan
from dashboard.cli import COULD_NOT, DONE, REFUSALS, main
from dashboard.stats.experiments.switchback import compare_pairs
from dashboard.warehouse import Warehouse
from tests.conftest import Import
from tests.vector import expected

START = datetime(2026, 3, 2)  # noqa: DTZ001
AS_OF = datetime(2026, 4, 1)  # noqa: DTZ001
DAYS, ZONES = 14, 6
STATED = {
    "experiment_id": "S",
    "name": "Freeze the route",
    "unit": "switchback",
    "control_arm": "A",
    "primary_metric": "on_time_rate",
    "started_on": "2026-03-02",
    "ends_on": "2026-03-15",
    "worthwhile_effect": 0.01,
}
VECTOR = Path(__file__).parents[1] / "vectors" / "08_ab_switchback" / "input.csv"


def halves(seed: int = 5) -> tuple[list[dict], list[dict], pl.DataFrame]:
    """Deliveries of every half of every zone's day, its arm by the toss of a coin.

    Returns:
        Deliveries, assignments, and per half what came of it: zone, day, arm, y, d.
    """
    rng = np.random.default_rng(seed)
    deliveries, assignments, truth = [], [], []
    for zone in range(ZONES):
        for day in range(DAYS):
            arms = rng.permutation(["A", "B"])
            luck = rng.normal(0.75, 0.1)
            for half, hour, arm in zip(("am", "pm"), (10, 16), arms, strict=True):
                due = START + timedelta(days=day, hours=hour)
                kept = rng.random(int(rng.integers(3, 8))) < luck + 0.08 * (arm == "B")
                deliveries += [
                    given(len(deliveries) + at, f"Z{zone}", due, is_kept=bool(one))
                    for at, one in enumerate(kept)
                ]
                assignments.append(
                    {
                        "experiment_id": "S",
                        "unit_id": f"Z{zone}:{due.date()}:{half}",
                        "arm": arm,
                        "assigned_at": (due - timedelta(hours=8)).isoformat(),
                    }
                )
                truth.append((zone, day, arm, float(kept.sum()), float(len(kept))))
    names = ["zone", "day", "arm", "y", "d"]
    return deliveries, assignments, pl.DataFrame(truth, schema=names, orient="row")


def given(number: int, zone: str, due: datetime, *, is_kept: bool) -> dict:
    arrives = due + timedelta(minutes=-20 if is_kept else 20)
    return {
        "delivery_id": f"D{number:05}",
        "carrier": "Wren",
        "zone": zone,
        "depot": "North",
        "ordered_at": (due - timedelta(hours=4)).isoformat(),
        "promised_by": due.isoformat(),
        "delivered_at": arrives.isoformat(),
        "status": "delivered",
    }


def apart(truth: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Control and treated share of each zone's day, aligned."""
    wide = truth.with_columns(share=pl.col("y") / pl.col("d")).pivot(
        "arm", index=["zone", "day"], values="share"
    )
    return wide["A"].to_numpy(), wide["B"].to_numpy()


@pytest.fixture
def put_halves(put_in: Import) -> pl.DataFrame:
    deliveries, assignments, truth = halves()
    put_in(deliveries=deliveries, assignments=assignments, experiments=[STATED], as_of=AS_OF)
    return truth


def test_a_switchback_is_the_paired_t_of_its_zone_days(
    put_halves: pl.DataFrame, warehouse: Warehouse
) -> None:
    found = experiment(warehouse.reader(None, LOCAL_USER), "S")

    control, treated = apart(put_halves)
    oracle = stats.ttest_rel(treated, control).confidence_interval(0.96)
    effect = found.judged.arms[0].primary.effect
    assert effect.estimate == pytest.approx((treated - control).mean())
    assert [effect.low, effect.high] == pytest.approx([oracle.low, oracle.high])
    assert effect.units == ZONES * DAYS
    assert "pairs" in effect.method
    assert dict(found.assigned) == {"A": ZONES * DAYS, "B": ZONES * DAYS}
    assert found.judged.design.dealt == "pairs"


def test_looks_at_a_switchback_count_pairs_not_halves(
    put_halves: pl.DataFrame, warehouse: Warehouse
) -> None:
    found = experiment(warehouse.reader(None, LOCAL_USER), "S")

    first, last = found.judged.arms[0].primary.looks
    control, treated = apart(put_halves.filter(pl.col("day") < 7))
    assert (first.units, last.units) == (ZONES * 7, ZONES * 14)
    assert first.estimate == pytest.approx((treated - control).mean())
    assert first.sequence_low < first.low < first.high < first.sequence_high


def test_the_command_line_says_so_too(
    put_halves: pl.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--warehouse", str(tmp_path / "warehouse"), "--format", "json"]

    assert main(["experiment", "S", *where]) == DONE
    found = json.loads(capsys.readouterr().out)

    control, treated = apart(put_halves)
    assert found["unit"] == "switchback"
    assert found["estimate"] == pytest.approx((treated - control).mean())


def judged(put_in: Import, warehouse: Warehouse, assignments: list[dict]) -> Experiment:
    deliveries, _, _ = halves()
    put_in(deliveries=deliveries, assignments=assignments, experiments=[STATED], as_of=AS_OF)
    return experiment(warehouse.reader(None, LOCAL_USER), "S")


def test_whole_days_dealt_as_halves_are_the_wrong_unit(
    put_in: Import, warehouse: Warehouse
) -> None:
    _, assignments, _ = halves()
    whole = [one | {"arm": "AB"[int(one["unit_id"][-4]) % 2]} for one in assignments]

    found = judged(put_in, warehouse, whole)

    assert found.state == "broken"
    assert found.judged.broken == (
        "all 84 zone-days of several units have them in one arm: zone-days were randomised, "
        "not half-days of a zone"
    )


def test_a_half_written_otherwise_breaks_it_by_name(put_in: Import, warehouse: Warehouse) -> None:
    _, assignments, _ = halves()
    wrong = [one | {"unit_id": one["unit_id"].replace(":am", " morning")} for one in assignments]

    found = judged(put_in, warehouse, wrong)

    assert (found.state, found.verdict, found.judged) == ("broken", "No verdict", None)
    assert found.why_none == (
        "84 units of the switchback are like 'Z0:2026-03-02 morning'; write a half of a zone's "
        "day like 'Z14:2026-05-04:am'"
    )


def test_too_few_pairs_get_no_verdict(put_in: Import, warehouse: Warehouse) -> None:
    _, assignments, _ = halves()

    found = judged(put_in, warehouse, assignments[:10])

    assert found.verdict == "No verdict"
    assert found.judged.arms[0].why == "5 pairs of blocks; at least 6 are needed"


def test_the_published_switchback_is_judged_from_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = pl.read_csv(VECTOR).with_columns(zone_day=pl.format("{} {}", "zone", "day"))
    rows.write_csv(tmp_path / "blocks.csv")
    published = expected("08_ab_switchback")

    code = main([
        "experiment", "--file", str(tmp_path / "blocks.csv"), "--unit=block", "--arm=arm",
        "--control=control", "--metric=on_time", "--denominator=n", "--pair=zone_day",
        "--format=json",
    ])  # fmt: skip

    found = json.loads(capsys.readouterr().out)
    assert code == DONE
    assert found["estimate"] == pytest.approx(published["mean_diff"], rel=1e-8)
    assert [found["low"], found["high"]] == pytest.approx(published["paired_t"]["ci"], rel=1e-8)
    assert found["p_value"] == pytest.approx(published["exact_sign_flip_p_two_sided"], abs=0.02)
    assert [arm["n"] for arm in found["arms"]] == [published["n_pairs"]] * 2


def test_pairs_with_a_single_arm_are_left_out_and_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = pl.read_csv(VECTOR).with_columns(zone_day=pl.format("{} {}", "zone", "day"))
    rows[1:].write_csv(tmp_path / "blocks.csv")
    words = ["experiment", "--file", str(tmp_path / "blocks.csv"), "--unit=block", "--arm=arm"]
    words += ["--control=control", "--metric=on_time", "--denominator=n", "--pair=zone_day"]

    assert main([*words, "--format=json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert main([*words, "--cluster=zone"]) == COULD_NOT

    kept = rows[2:].sort("zone", "day", "arm").with_columns(share=pl.col("on_time") / pl.col("n"))
    both = [kept.filter(pl.col("arm") == arm)["share"] for arm in ("control", "treatment")]
    assert found["estimate"] == pytest.approx(float((both[1] - both[0]).mean()))
    assert found["notes"] == ["1 pairs hold a single arm; left out"]
    assert "a cluster and a pair are named" in capsys.readouterr().err


def test_the_past_of_pairs_is_their_differences_worked_by_hand() -> None:
    units = pl.DataFrame(
        {
            "pair": [1, 1, 2, 2, 3],
            "unit": [1, 2, 3, 4, 5],
            "look": [1, 1, 2, 2, 2],
            "y": [8.0, 9.0, 6.0, 8.0, 1.0],
            "d": [10.0, 10.0, 10.0, 10.0, 10.0],
        }
    )

    past = past_of(units, "pairs", 2)

    # Differences 0.1 and 0.2; the third zone's day lacks its other half.
    assert past.y == pytest.approx([0.1, 0.2])
    assert past.units.tolist() == [2.0, 4.0]
    assert past.squares[1] == pytest.approx((0.01 + 0.04) / 4)


def test_a_planned_switchback_finds_what_it_promises() -> None:
    rng = np.random.default_rng(8)
    apart = rng.normal(0, 0.05, 400)
    units = pl.DataFrame(
        {
            "pair": np.repeat(np.arange(400), 2),
            "unit": np.arange(800),
            "look": np.repeat(np.arange(400) % 12 + 1, 2),
            "y": np.stack([np.full(400, 0.9), 0.9 + apart], 1).ravel(),
            "d": np.ones(800),
        }
    )

    past = past_of(units, "pairs", 12)

    found = compare_pairs(np.zeros(400), rng.permutation(apart))
    assert past.squares[-1] ** 0.5 == pytest.approx(found.error, rel=0.02)
    assert _against_itself(past).holds


def test_a_switchback_can_be_planned_on_the_sample(sample_warehouse: Path) -> None:
    reader = Warehouse(sample_warehouse).reader(None, LOCAL_USER)

    found = plan(reader, Wish("on_time_rate", "switchback", worthwhile=0.1, expected=0.2))

    assert found.design_effect is None
    assert found.needed is not None
    assert found.against_itself.holds


def test_one_that_cannot_be_read_is_a_row_of_its_own(
    put_in: Import, warehouse: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliveries, assignments, _ = halves()
    others = [
        STATED | {"experiment_id": "M", "primary_metric": "on_tme_rate"},
        STATED | {"experiment_id": "G", "guardrails": "cost_to_serve:dear"},
    ]
    put_in(
        deliveries=deliveries,
        assignments=assignments,
        experiments=[STATED, *others],
        as_of=AS_OF,
    )

    found = {one.stated.id: one for one in experiments(warehouse.reader(None, LOCAL_USER))}

    assert {name: one.state for name, one in found.items()} == {
        "S": "ended",
        "M": "broken",
        "G": "broken",
    }
    assert found["S"].judged is not None
    assert found["M"].why_none.startswith("unknown metric 'on_tme_rate'; did you mean")
    assert "'cost_to_serve:dear' of the guardrails cannot be read" in found["G"].why_none
    where = ["--warehouse", str(tmp_path / "warehouse")]
    assert main(["experiment", "M", *where]) == REFUSALS
    assert "No verdict, it cannot be read: unknown metric 'on_tme_rate'" in capsys.readouterr().out
