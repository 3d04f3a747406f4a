"""Experiments of the warehouse: exposure, maturity, units, and the sample's verdicts."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.experiments.comparing import compare
from dashboard.analysis.experiments.experiment import Experiment, experiment, experiments
from dashboard.analysis.experiments.sums import Sample
from dashboard.analysis.experiments.trials import Measure
from dashboard.cli import COULD_NOT, DONE, REFUSALS, main
from dashboard.errors import NotEnoughDataError, UnknownNameError
from dashboard.warehouse import Reader, Warehouse
from dashboard.warehouse.trial_units import Exposure
from tests.conftest import Import

VERDICTS = {
    "arrival-alerts": ("ended", {"Inconclusive", "Ship", "Ship if cheap"}),
    "evening-windows": ("ended", {"Ship"}),
    "crowd-carriers": ("broken", {"Do not use"}),
    "lockers-by-zone-day": ("ended", {"Inconclusive", "Stop: no worthwhile effect"}),
    "lockers-by-depot": ("ended", {"No verdict"}),
    "courier-chat": ("ended", {"Stop: harm"}),
    "photo-on-arrival": ("running", {"Keep running"}),
    "signature-free": ("planned", {None}),
}
START = datetime(2026, 3, 2)  # noqa: DTZ001
TEST = {
    "experiment_id": "T",
    "name": "Test",
    "unit": "delivery",
    "control_arm": "A",
    "primary_metric": "on_time_rate",
    "started_on": "2026-03-02",
    "ends_on": "2026-03-15",
    "worthwhile_effect": 0.01,
}


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def of_sample(sample: Reader) -> dict[str, Experiment]:
    return {one.stated.id: one for one in experiments(sample)}


@pytest.mark.parametrize("name", VERDICTS)
def test_each_planted_experiment_gets_its_verdict(
    of_sample: dict[str, Experiment], name: str
) -> None:
    state, verdicts = VERDICTS[name]

    assert of_sample[name].state == state
    assert of_sample[name].verdict in verdicts


@pytest.mark.slow
def test_the_whole_sample_s_experiments_get_their_verdicts(tmp_path: Path) -> None:
    assert main(["demo", "--build-only", "--warehouse", str(tmp_path / "w")]) == DONE
    reader = Warehouse(tmp_path / "w").reader(None, LOCAL_USER)

    found = {one.stated.id: one for one in experiments(reader)}

    for name, (state, verdicts) in VERDICTS.items():
        assert (found[name].state, found[name].verdict in verdicts) == (state, True), name
    (alerts,) = found["arrival-alerts"].judged.arms
    assert alerts.segments.differs
    assert [one.segment for one in alerts.segments.effects if one.is_called] == ["Premium"]


def test_a_broken_experiment_hides_its_effect(of_sample: dict[str, Experiment]) -> None:
    broken = of_sample["crowd-carriers"]

    assert broken.judged.arms == ()
    assert [value for _, _, value in broken.judged.values] == [None, None]
    assert broken.money is None


def test_a_running_experiment_shows_whole_known_weeks_alone(
    of_sample: dict[str, Experiment],
) -> None:
    running = of_sample["photo-on-arrival"]

    # Started on Wednesday 2 September; on the 30th, orders of the first 25 days are known.
    assert running.clock.looks == 3
    assert running.exposed["look"].max() == 3
    assert running.clock.days_left == 33
    assert [look.name for look in running.judged.arms[0].primary.looks] == [
        "week 1",
        "week 2",
        "week 3",
    ]


def test_the_last_look_is_the_comparison_of_all_units(of_sample: dict[str, Experiment]) -> None:
    (alert,) = of_sample["arrival-alerts"].judged.arms

    last = alert.primary.looks[-1]

    assert last.estimate == pytest.approx(alert.primary.effect.estimate)
    assert last.units == sum(alert.primary.units)
    assert last.sequence_low < last.low < last.high < last.sequence_high


def test_any_metric_of_the_catalogue_can_be_measured(sample: Reader) -> None:
    wanted = tuple(sample.catalog.metrics)

    found = experiment(sample, "arrival-alerts", wanted)

    measured = {one.measure.name for one in found.judged.arms[0].secondary}
    kinds = {one.measure.name: one.measure.kind for one in found.judged.arms[0].secondary}
    assert {"satisfaction", "margin_per_delivery", "in_window_rate", "volume"} <= measured
    assert kinds["satisfaction"] == "ordinal"
    assert kinds["in_window_rate"] == "rate"


def test_sums_per_unit_add_up_to_the_metric(sample: Reader) -> None:
    first, last = datetime(2026, 1, 1).date(), datetime(2026, 3, 25).date()  # noqa: DTZ001

    units = sample.trials.unit_moments(
        ["on_time_rate"], Exposure("arrival-alerts", "delivery", first, last)
    )

    assert units.height == units["unit"].n_unique()
    assert set(units["on_time_rate.d"]) <= {0.0, 1.0}
    assert set(units["arm"]) == {"no alert", "alert"}
    assert units["look"].max() == 12


def delivery(number: int, ordered: datetime, kept: bool | None, **more: object) -> dict:  # noqa: FBT001
    """A delivery promised a day later: kept, late, or never arrived (None)."""
    arrives = None if kept is None else ordered + timedelta(hours=20 if kept else 30)
    return {
        "delivery_id": f"D{number:04}",
        "carrier": "Wren",
        "customer_id": f"C{number % 100:03}",
        "ordered_at": ordered.isoformat(),
        "promised_by": (ordered + timedelta(hours=24)).isoformat(),
        "delivered_at": arrives.isoformat() if arrives else "",
        "status": "delivered" if arrives else "open",
        **more,
    }


def rows(count: int = 400) -> tuple[list[dict], list[dict]]:
    """Deliveries spread over 14 days, dealt to arms in turn; one in five comes late."""
    deliveries, assignments = [], []
    for number in range(count):
        ordered = START + timedelta(days=number % 14, hours=8)
        kept = None if number % 40 == 7 else number % 5 != 3
        deliveries.append(delivery(number, ordered, kept))
        assignments.append(
            {
                "experiment_id": "T",
                "unit_id": f"D{number:04}",
                "arm": "AB"[number // 14 % 2],
                "assigned_at": (ordered - timedelta(minutes=1)).isoformat(),
            }
        )
    return deliveries, assignments


def test_what_never_arrived_counts_as_late_by_the_due_rule(
    put_in: Import, warehouse: Warehouse
) -> None:
    deliveries, assignments = rows()
    put_in(
        deliveries=deliveries,
        assignments=assignments,
        experiments=[TEST],
        as_of=datetime(2026, 4, 1),  # noqa: DTZ001
    )

    found = experiment(warehouse.reader(None, LOCAL_USER), "T")

    # 400 deliveries; a fifth late, and of the rest those that never came.
    late = sum(n % 5 == 3 or n % 40 == 7 for n in range(400))
    (_, n_a, share_a), (_, n_b, share_b) = found.judged.values
    assert n_a + n_b == 400
    assert n_a * share_a + n_b * share_b == pytest.approx(400 - late)


def test_deliveries_before_their_assignment_are_left_out_and_said(
    put_in: Import, warehouse: Warehouse
) -> None:
    deliveries, assignments = rows()
    for one in assignments[:40]:
        one["assigned_at"] = "2026-03-20T00:00:00"
    put_in(
        deliveries=deliveries,
        assignments=assignments,
        experiments=[TEST],
        as_of=datetime(2026, 4, 1),  # noqa: DTZ001
    )

    found = experiment(warehouse.reader(None, LOCAL_USER), "T")

    assert sum(n for _, n, _ in found.judged.values) == 360
    assert found.judged.notes == (
        "40 units were assigned after the planned end; they do not count",
        "40 deliveries came before their unit was assigned; not counted",
    )


def test_a_unit_smaller_than_what_was_dealt_is_refused(
    put_in: Import, warehouse: Warehouse
) -> None:
    deliveries, assignments = rows()
    for one, given in zip(assignments, deliveries, strict=True):
        one["arm"] = "AB"[int(given["customer_id"][1:]) % 2]
    put_in(
        deliveries=deliveries,
        assignments=assignments,
        experiments=[TEST],
        as_of=datetime(2026, 4, 1),  # noqa: DTZ001
    )

    found = experiment(warehouse.reader(None, LOCAL_USER), "T")

    assert found.state == "broken"
    assert found.judged.broken == (
        "all 100 customers of several units have them in one arm: customers were randomised, "
        "not deliveries"
    )


def test_units_in_two_arms_are_found_among_what_was_refused(
    put_in: Import, warehouse: Warehouse
) -> None:
    deliveries, assignments = rows()
    again = [one | {"arm": "B" if one["arm"] == "A" else "A"} for one in assignments[:20]]
    put_in(
        deliveries=deliveries,
        assignments=[*assignments, *again],
        experiments=[TEST],
        as_of=datetime(2026, 4, 1),  # noqa: DTZ001
    )

    found = experiment(warehouse.reader(None, LOCAL_USER), "T")

    assert found.verdict == "Do not use"
    assert "20 units are in several arms" in found.judged.broken


def test_before_a_whole_week_is_known_it_keeps_running(
    put_in: Import, warehouse: Warehouse
) -> None:
    deliveries, assignments = rows()
    early = [one for one in deliveries if one["ordered_at"] < "2026-03-07"]
    known = {one["delivery_id"] for one in early}
    put_in(
        deliveries=early,
        assignments=[one for one in assignments if one["unit_id"] in known],
        experiments=[TEST],
        as_of=datetime(2026, 3, 7),  # noqa: DTZ001
    )

    found = experiment(warehouse.reader(None, LOCAL_USER), "T")

    assert found.verdict == "Keep running"
    assert (
        found.why_none == "no whole week is known yet; outcomes are known 1 days after the order"
    )


def test_an_unknown_experiment_is_refused_with_the_nearest(sample: Reader) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'courier-chat'"):
        experiment(sample, "courier-chats")


def test_the_command_says_what_the_page_says(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--warehouse", str(sample_warehouse)]

    assert main(["experiment", "evening-windows", *place, "--format", "json"]) == DONE
    ships = json.loads(capsys.readouterr().out)
    assert main(["experiment", "crowd-carriers", *place, "--format", "json"]) == REFUSALS
    broken = json.loads(capsys.readouterr().out)
    assert main(["experiment", *place, "--format", "json"]) == DONE
    listed = json.loads(capsys.readouterr().out)
    assert main(["experiment", "nothing", *place]) == COULD_NOT

    assert (ships["verdict"], ships["state"]) == ("Ship", "ended")
    assert ships["sentence"].startswith("Ship: On-time rate +")
    assert "a quarter" in ships["sentence"]
    assert (broken["verdict"], broken["estimate"]) == ("Do not use", None)
    assert {one["experiment"] for one in listed} == set(VERDICTS)
    assert pl.DataFrame(listed)["verdict"].null_count() == 1


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"arm": "A"},
            "units of 'A' alone; units of control 'A' and of another arm are needed",
        ),
        ({"arm": "B"}, "units of 'B' alone; units of control 'A' and of another arm are needed"),
    ],
)
def test_one_arm_is_refused_by_name(
    put_in: Import, warehouse: Warehouse, changed: dict[str, str], says: str
) -> None:
    deliveries, assignments = rows()
    put_in(
        deliveries=deliveries,
        assignments=[one | changed for one in assignments],
        experiments=[TEST],
        as_of=datetime(2026, 4, 1),  # noqa: DTZ001
    )

    found = experiment(warehouse.reader(None, LOCAL_USER), "T")

    assert (found.verdict, found.why_none) == ("No verdict", says)


@pytest.mark.parametrize(
    ("count", "outcomes", "says"),
    [
        (
            400,
            "all kept",
            "every unit of both arms has the same value; a metric that varies is needed",
        ),
        (
            56,
            "as ever",
            "28 and 28 units hold anything of 'On-time rate'; at least 30 in each arm are needed",
        ),
        (112, "as ever", "56 units in arm 'A'; at least 100 are needed"),
    ],
)
def test_what_the_units_cannot_carry_gets_no_verdict_by_name(
    put_in: Import, warehouse: Warehouse, count: int, outcomes: str, says: str
) -> None:
    deliveries, assignments = rows(count)
    if outcomes == "all kept":
        deliveries = [
            delivery(at, datetime.fromisoformat(one["ordered_at"]), kept=True)
            for at, one in enumerate(deliveries)
        ]
    put_in(
        deliveries=deliveries,
        assignments=assignments,
        experiments=[TEST],
        as_of=datetime(2026, 4, 1),  # noqa: DTZ001
    )

    (arm,) = experiment(warehouse.reader(None, LOCAL_USER), "T").judged.arms

    assert (arm.verdict, arm.why) == ("No verdict", says)


def test_denominators_below_0_are_refused_by_name() -> None:
    measure = Measure("m", "Money", "ratio", "higher", "ratio", "primary")
    arms = [Sample(np.ones(40), np.ones(40)), Sample(np.ones(40), np.repeat([-1.0, 1.0], 20))]

    with pytest.raises(NotEnoughDataError) as refused:
        compare(measure, *arms)

    assert str(refused.value) == (
        "'Money' has 20 units whose denominator is below 0; denominators of 0 or more are needed"
    )
