"""Truth 5 is in the files: recomputed from the generator's own outcomes."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy import stats

from sample_data import Options, costs, customers, trials
from sample_data.days import QUARTERS
from sample_data.world import quarter

WHOLE = Options(deliveries=400_000)


@cache
def of_quarter(number: int, options: Options) -> pl.DataFrame:
    return quarter(customers.draw(options.deliveries, options.seed), options, number)


@cache
def dealt(name: str, options: Options = WHOLE) -> tuple[trials.Dealt, pl.DataFrame]:
    """What the platform knows of an experiment, and the deliveries of its quarter."""
    one = next(p for p in trials.planted() if p.id == name)
    number = next(q.number for q in QUARTERS if q.start <= one.first < q.end)
    frame = of_quarter(number, options)
    (found,) = (d for d in trials.draw(frame, number) if d.experiment["test_key"] == name)
    return found, frame


def outcomes(name: str, unit: str, *, due: bool = True) -> pl.DataFrame:
    """Each assigned delivery's arm as the platform says, whether it was kept, and its cost."""
    found, frame = dealt(name)
    one = next(p for p in trials.planted() if p.id == name)
    rows = frame.filter(pl.Series(trials.is_here(one, frame)))
    total, arrived = costs.of_arrived(rows)
    rows = rows.with_columns(
        unit=trials._unit_name(one, rows) if unit == "zone_day" else pl.col(unit),
        kept=(pl.col("is_due") & ~pl.col("is_late")).cast(pl.Float64),
        due=pl.col("is_due").cast(pl.Float64),
        cost=pl.Series(total),
        closed=pl.Series(arrived),
    ).join(found.assignments, on="unit")
    return rows.filter(pl.col("due") > 0) if due else rows


def rates(rows: pl.DataFrame) -> dict[str, float]:
    found = rows.group_by("variant").agg(pl.col("kept").sum() / pl.col("due").sum())
    return dict(found.iter_rows())


def test_evening_windows_keep_93_8_percent_instead_of_92() -> None:
    found, _ = dealt("evening-windows")

    arms = rates(outcomes("evening-windows", "customer_id"))

    # What all take part at has a standard error of 0.2 points; the difference is exact.
    assert arms["as today"] == pytest.approx(0.920, abs=0.005)
    assert arms["evening windows"] - arms["as today"] == pytest.approx(0.018, abs=0.0002)
    assert outcomes("evening-windows", "customer_id").height == pytest.approx(20_000, rel=0.03)
    counts = found.assignments["variant"].value_counts()["count"].to_list()
    assert stats.chisquare(counts).pvalue > 0.001


def test_crowd_carriers_are_dealt_53_to_47() -> None:
    found, _ = dealt("crowd-carriers")

    assert dict(found.assignments["variant"].value_counts().iter_rows()) == {
        "as today": 6_360,
        "crowd": 5_640,
    }


def test_lockers_look_cheaper_by_rows_and_not_by_what_was_randomised() -> None:
    rows = outcomes("lockers-by-zone-day", "zone_day", due=False)

    def z(frame: pl.DataFrame) -> float:
        arms = [frame.filter(pl.col("variant") == arm) for arm in ("lockers first", "door first")]
        values, variance = [], 0.0
        for arm in arms:
            y, d = arm["cost"].to_numpy(), arm["closed"].to_numpy()
            values.append(y.sum() / d.sum())
            variance += float(np.sum((y - values[-1] * d) ** 2)) / d.sum() ** 2
        return (values[0] - values[1]) / variance**0.5

    clusters = rows.group_by("unit", "variant").agg(pl.col("cost", "closed").sum())
    assert clusters.height == pytest.approx(60 * 28, rel=0.04)
    assert 2 * stats.norm.cdf(z(rows)) < 0.01
    assert 2 * stats.norm.cdf(z(clusters)) > 0.05


def test_one_depot_has_lockers_first_and_three_have_not() -> None:
    found, _ = dealt("lockers-by-depot")

    counts = dict(found.assignments["variant"].value_counts().iter_rows())
    assert counts == {"door first": 3, "lockers first": 1}


def test_a_chat_keeps_more_promises_and_costs_more() -> None:
    rows = outcomes("courier-chat", "delivery_id")

    arms = rates(rows)
    everything = outcomes("courier-chat", "delivery_id", due=False)
    per_arrival = pl.col("cost").sum() / pl.col("closed").sum()
    cost = dict(everything.group_by("variant").agg(per_arrival).iter_rows())
    assert arms["chat"] - arms["no chat"] == pytest.approx(0.015, abs=0.0002)
    assert cost["chat"] - cost["no chat"] == pytest.approx(0.35, abs=0.005)


def test_alerts_help_premium_alone() -> None:
    rows = outcomes("arrival-alerts", "delivery_id")

    premium = rates(rows.filter(pl.col("segment") == 1))
    others = rates(rows.filter(pl.col("segment") != 1))

    assert premium["alert"] - premium["no alert"] == pytest.approx(0.04, abs=0.001)
    # To one swap of two deliveries in each segment: whatever is left is the arms' sizes.
    assert others["alert"] - others["no alert"] == pytest.approx(0.0, abs=0.003)
    assert rows.group_by("segment").len()["len"].to_list() == pytest.approx([4_000] * 5, rel=0.02)


def test_three_weeks_of_the_photo_stand_2_2_errors_from_0() -> None:
    rows = outcomes("photo-on-arrival", "delivery_id")
    one = next(p for p in trials.planted() if p.id == "photo-on-arrival")
    known = rows.filter(pl.Series(trials.is_here(one, rows, one.known_days)))

    arms = rates(known)
    spread = sum(
        rate * (1 - rate) / known.filter(pl.col("variant") == arm).height
        for arm, rate in arms.items()
    )
    assert (arms["photo"] - arms["no photo"]) / spread**0.5 == pytest.approx(2.2, abs=0.2)


def test_arms_gain_what_the_others_lose_and_no_other_truth_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Late deliveries by segment and carrier are the same with experiments and without."""
    options = Options(deliveries=40_000)
    planted = [of_quarter(number, options) for number in (5, 6, 7)]
    who = customers.draw(options.deliveries, options.seed)
    monkeypatch.setattr(trials, "planted", list)

    without = [quarter(who, options, number) for number in (5, 6, 7)]

    late = [
        pl.concat(one).group_by("segment", "carrier").agg(pl.col("is_late").sum())
        for one in (planted, without)
    ]
    keys = ["segment", "carrier"]
    assert late[0].sort(keys).equals(late[1].sort(keys))
    moved = pl.concat(planted)["is_late"] != pl.concat(without)["is_late"]
    assert moved.sum() > 100


def test_arms_are_dealt_before_anything_happens() -> None:
    """Who is in which arm depends on nothing that comes after: lateness is not even drawn."""
    options = Options(deliveries=40_000)
    frame = of_quarter(6, options)
    known = frame.select(
        "segment", "day", "zone", "depot", "customer", "carrier", "density", "product", "service",
        "ordered_at",
    )  # fmt: skip

    again = trials.deal(known, options, 6)

    names = [name for name in frame.columns if name.startswith("arm of")]
    assert again.select(names).height == frame.height
    dealt_here = {name for name in names if again[name].max() == 1}
    assert dealt_here == {f"arm of {one.id}" for one in trials.begun(6)}


def test_a_null_world_deals_arms_by_chance_alone() -> None:
    options = Options(deliveries=40_000, null=True)
    found = [d for number in (5, 6, 7) for d in trials.draw(of_quarter(number, options), number)]

    for one in found:
        counts = one.assignments["variant"].value_counts()["count"].to_list()
        if one.experiment["bucketed_by"] in ("customer", "delivery", "zone_day") and counts:
            assert stats.chisquare(counts).pvalue > 0.001


def test_a_null_world_has_arms_without_effects() -> None:
    options = Options(deliveries=40_000, null=True)
    rows = of_quarter(7, options).filter(pl.col("is_due") & (pl.col("arm of courier-chat") >= 0))

    late, arm = rows["is_late"].to_numpy(), rows["arm of courier-chat"].to_numpy()

    assert abs(trials.z_of(late.astype(float), np.ones(len(late)), arm)) < 3.3
