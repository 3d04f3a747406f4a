"""Every panel of Root causes obeys every filter of the bar, counted beside from plain rows."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.causes.counterfactual import gains
from dashboard.analysis.causes.drivers import drivers
from dashboard.analysis.causes.faults import faults
from dashboard.analysis.causes.legs import legs
from dashboard.analysis.causes.search import causes
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse

YEAR = Period(date(2025, 10, 1), date(2026, 9, 30))
FILTERS = ("segment", "carrier", "service", "channel", "zone")


@pytest.fixture(scope="module")
def reader(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


@pytest.fixture(scope="module")
def rows(reader: Reader) -> pl.DataFrame:
    """Deliveries due in the year, every filter's column beside."""
    columns = ("promised_date", "is_due", "is_on_time", *FILTERS)
    listed = pl.concat(reader.rows.stream(columns, Scope(YEAR)))
    return listed.filter("is_due")


@pytest.mark.parametrize("dimension", FILTERS)
def test_every_panel_counts_what_the_filter_leaves(
    reader: Reader, rows: pl.DataFrame, dimension: str
) -> None:
    most = rows[dimension].value_counts().sort("count", dimension)[dimension][-1]
    scope = Scope(YEAR).within(**{dimension: most})
    left = rows.filter(pl.col(dimension) == most)
    due, late = left.height, int((~left["is_on_time"]).sum())

    search, board = causes(reader, scope, "level"), faults(reader, scope)
    by_leg, usual = legs(reader, scope), gains(reader, "product_class", scope)
    alike = drivers(reader, scope)

    assert 0 < late < due < rows.height
    assert (search.due, search.late) == (due, late)
    assert board.breaches == sum(one.breaches for one in board.reasons) == late
    assert sum(one.due for one in board.moved) == due
    assert by_leg.late + by_leg.untimed == late
    assert usual.due == alike.due + alike.left_out == due
