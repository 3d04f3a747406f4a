"""Shares in clusters: the correlation that was drawn is found, and fines follow it."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from dashboard.analysis.settlement.chance import fine_chances, truths_around
from dashboard.analysis.settlement.rows import Deliveries
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Quarter
from dashboard.stats.clusters import draw_kept, intraclass
from tests import kestrel

CLIFF = """
id = "CL-1"
kind = "cliff"
metric = "on_time_rate"
target = "0.95"
amount = {money = "750.00"}
"""


def test_the_correlation_that_was_drawn_is_found() -> None:
    rng = np.random.default_rng(3)
    sizes = rng.integers(5, 40, 4_000)

    alone = draw_kept(rng, 0.9, 0.0, sizes, 1)[0]
    together = draw_kept(rng, 0.9, 0.05, sizes, 1)[0]

    assert intraclass(alone, sizes) == pytest.approx(0.0, abs=0.004)
    assert intraclass(together, sizes) == pytest.approx(0.05, abs=0.008)


def test_clusters_wholly_alike_are_as_alike_as_can_be() -> None:
    assert intraclass(np.array([10, 0, 10, 0]), np.array([10, 10, 10, 10])) == 0.5


def test_single_cases_have_no_correlation() -> None:
    with pytest.raises(NotEnoughDataError, match="2 cases in 2 clusters"):
        intraclass(np.array([1, 0]), np.array([1, 1]))


def test_a_carrier_at_its_target_is_fined_in_half_of_the_quarters() -> None:
    third = date(2026, 7, 1)
    rows = [
        {
            "segment": "Premium",
            "service": "x",
            "route_id": f"r{n % 3}",
            "promised_date": third + timedelta(days=day),
            "committed_by": datetime(2026, 7, 1),  # noqa: DTZ001  (naive UTC)
            "is_timed": True,
            "is_settled": True,
            "failure_reason": None,
            "delivery_id": f"{day}-{n}",
            "on_time_rate": int(n != 0),
            "fee": None,
        }
        for day in range(90)
        for n in range(30)
    ]
    windows = pl.DataFrame(schema={"name": pl.String})
    frame = pl.DataFrame(
        rows, schema_overrides={"failure_reason": pl.String, "fee": pl.Decimal(18, 4)}
    )
    found = Deliveries(frame, windows, ())

    by = kestrel.with_clauses(CLIFF)
    chances = fine_chances(found, by, Quarter(2026, 3), 1, truths_around(by))

    by_truth = {float(one.truth): one.fined for one in chances}
    # binomial: 2,700 deliveries, se .0042, so a point is 2.4 of them
    assert by_truth[0.95] == pytest.approx(0.5, abs=0.08)
    assert by_truth[0.94] == pytest.approx(0.99, abs=0.02)
    assert by_truth[0.96] == pytest.approx(0.01, abs=0.02)
    assert list(by_truth.values()) == sorted(by_truth.values(), reverse=True)
