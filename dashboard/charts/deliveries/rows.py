"""Rows as people read them: local times, yes and no, column names in words."""

from collections.abc import Mapping

import polars as pl

from dashboard.charts.tables import safe_text

_ID = "delivery_id"


def rows_shown(rows: pl.DataFrame, labels: Mapping[str, str], zone: str) -> pl.DataFrame:
    """A page of rows for a table.

    Args:
        rows: delivery_id and other columns; moments are UTC.
        labels: What people call each column.
        zone: Whose clocks moments are shown by.
    """
    moments = pl.selectors.datetime()
    local = rows.with_columns(
        moments.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    ).with_columns(
        pl.selectors.boolean().replace_strict(
            {True: "yes", False: "no"}, default=None, return_dtype=pl.String
        ),
        pl.selectors.decimal().cast(pl.Float64),
    )
    named = {name: labels.get(name, name).capitalize() for name in rows.columns}
    filled = local.with_columns(pl.selectors.string().fill_null(""))
    return safe_text(filled.rename(named | {_ID: "Delivery"}))
