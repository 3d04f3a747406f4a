"""Numbers as people read them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboard import tree
from dashboard.analysis import Figure
from dashboard.catalog import Unit, read_catalog
from dashboard.charts import formats
from dashboard.scope import Period

DAYS = Period(date(2026, 7, 1), date(2026, 9, 30))


def figure(metric: str, numerator: int, denominator: int | None) -> Figure:
    value = numerator / denominator if denominator else None
    return Figure(
        metric=read_catalog(tree.root() / "queries").metric(metric),
        group=(),
        numerator=Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
        value=value,
        low=None,
        high=None,
        clusters="13 weeks",
        period=DAYS,
    )


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (0.9214, "share", "92.1 %"),
        (1.0, "share", "100.0 %"),
        (7.415, "money", "7.42"),
        (-1.4, "money", "−1.40"),
        (4.31, "score", "4.31"),
        (12345.0, "count", "12,345"),
        (-0.001, "money", "0.00"),
        (None, "share", "no figure"),
    ],
)
def test_a_value_is_written_in_its_unit(amount: float | None, unit: Unit, text: str) -> None:
    assert formats.value(amount, unit).replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("difference", "unit", "text"),
    [
        (-0.019, "share", "−1.9 pt"),
        (0.003, "share", "+0.3 pt"),
        (0.12, "money", "+0.12"),
        (-0.0001, "share", "0.0 pt"),
        (0.0001, "score", "0.00"),
        (None, "money", "no figure"),
    ],
)
def test_a_change_has_a_true_sign_unless_it_rounds_to_nothing(
    difference: float | None, unit: Unit, text: str
) -> None:
    assert formats.change(difference, unit).replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("metric", "counts", "text"),
    [
        ("on_time_rate", (27, 29), "27 of 29"),
        ("on_time_rate", (27, 30), "90.0 %"),
        ("satisfaction", (100, 29), "too few"),
        ("on_time_rate", (0, 0), "no figure"),
        ("volume", (7, None), "7"),
    ],
)
def test_below_thirty_no_rate_is_printed(metric: str, counts: Any, text: str) -> None:  # noqa: ANN401
    found = figure(metric, *counts)
    if metric == "volume":
        found = Figure(**{**found.__dict__, "value": 7.0})

    assert formats.figure_value(found).replace("\xa0", " ") == text


def test_a_period_says_shared_parts_once() -> None:
    assert formats.period(DAYS) == "1 Jul – 30 Sep 2026"
    assert formats.period(Period(date(2025, 12, 1), date(2026, 1, 3))) == (
        "1 Dec 2025 – 3 Jan 2026"
    )
    assert formats.period(Period(date(2026, 7, 1), date(2026, 7, 1))) == "1 Jul 2026"
