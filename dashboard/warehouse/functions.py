"""The few functions that models and views call by name.

Time zones are the one thing that engines spell differently, so SQL under queries/ calls
these names, and an engine defines them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import duckdb
import h3ronpy
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType
from duckdb.sqltypes import DOUBLE, VARCHAR
from h3ronpy.vector import coordinates_to_cells

from dashboard.bands import band_sql
from dashboard.warehouse.sql import literal

CELL_RESOLUTION = 8
"""Of the H3 cells kept with deliveries: about 0.7 square kilometres each."""


def define_local_time(connection: duckdb.DuckDBPyConnection, time_zone: str) -> None:
    """Define what turns moments (UTC) into local days and back.

    A local time that does not exist moves forward by the gap. One that occurs twice is
    its second occurrence (`moment_of`), or its first where it begins something
    (`opening_of`): the first still has the offset of the day before.
    """
    for signature, body in {
        "network_zone()": literal(time_zone),
        "local_time(moment, zone)": "timezone(zone, timezone('UTC', moment))",
        "moment_of(local, zone)": "timezone('UTC', timezone(zone, local))",
        "opening_of(local, zone)": (
            "case when local_time(moment_of(local - interval 1 day, zone) + interval 1 day,"
            " zone) = local then moment_of(local - interval 1 day, zone) + interval 1 day"
            " else moment_of(local, zone) end"
        ),
        "start_of_day(day, zone)": "opening_of(cast(day as timestamp), zone)",
        "end_of_promise(promised_by, is_date, zone)": (
            "case when is_date then start_of_day(cast(local_time(promised_by, zone) as date)"
            " + 1, zone) - interval 1 microsecond else promised_by end"
        ),
    }.items():
        connection.execute(f"create macro {signature} as {body}")


def define_exclusions(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `is_in_exclusion_window(moment, zone, carrier)`, by `finished.exclusion_windows`.

    A window without a zone or carrier holds for all of them.
    """
    connection.execute(
        "create or replace macro is_in_exclusion_window(moment, place, company) as "
        "len(list_filter("
        "(select list(one) from finished.exclusion_windows as one), "
        "lambda one: moment >= one.starts_at and moment < one.ends_at "
        "and coalesce(one.zone = place, one.zone is null) "
        "and coalesce(one.carrier = company, one.carrier is null))) > 0"
    )


def define_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `h3_cell(latitude, longitude)`: the H3 cell of a place, null without one."""

    def cells(latitudes: pa.ChunkedArray, longitudes: pa.ChunkedArray) -> pa.Array:
        places = latitudes.combine_chunks(), longitudes.combine_chunks()
        return pa.array(h3ronpy.cells_to_string(coordinates_to_cells(*places, CELL_RESOLUTION)))

    connection.create_function(
        "h3_cell",
        cells,
        [DOUBLE, DOUBLE],
        VARCHAR,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )


def define_bands(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `lateness_band(kept, arrived, minutes, days)`; see `dashboard.bands`."""
    connection.execute(f"create macro lateness_band(kept, arrived, minutes, days) as {band_sql()}")


def define_as_of(
    connection: duckdb.DuckDBPyConnection,
    as_of: datetime,
    lag_minutes: int,
    lag_by_carrier: Mapping[str, int],
) -> None:
    """Define what a snapshot can know: its as_of, and how far each carrier is complete."""
    moments = {
        carrier: as_of - timedelta(minutes=minutes)
        for carrier, minutes in sorted(lag_by_carrier.items())
    }
    otherwise = f"timestamp '{as_of - timedelta(minutes=lag_minutes)}'"
    cases = " ".join(f"when {literal(c)} then timestamp '{t}'" for c, t in moments.items())
    complete_to = f"case carrier {cases} else {otherwise} end" if cases else otherwise
    connection.execute(f"create macro snapshot_as_of() as timestamp '{as_of}'")
    connection.execute(f"create macro complete_to(carrier) as {complete_to}")


def define_planning(connection: duckdb.DuckDBPyConnection, commit_days: int) -> None:
    """Define how many days before a day its capacity is committed."""
    connection.execute(f"create macro capacity_commit_days() as {commit_days:d}")
