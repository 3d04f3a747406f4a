"""Commands that answer what the Overview answers: the scoreboard, the map of values."""

from pathlib import Path
from typing import Any

import click

from dashboard import printing
from dashboard.commands.charting import rebaselines_of
from dashboard.commands.options import (
    DONE,
    compared_asked,
    format_option,
    open_reader,
    scope_options,
    versus_options,
    warehouse_option,
)


@click.command("scoreboard")
@versus_options
@scope_options
@warehouse_option
@format_option
def scoreboard_command(folder: Path | None, form: str, **asked: Any) -> int:
    """Print each segment against its targets and the days before; the finding first."""
    from dashboard.analysis import scoreboard
    from dashboard.charts import tables

    reader = open_reader(folder, asked["snapshot"])
    decided = rebaselines_of(folder, "on_time_rate")
    board = scoreboard(reader, compared_asked(reader, asked), decided)
    rows = tables.board_data(board, reader.manifest.id)
    _print(board.message, rows if form != "table" else tables.board_table(board), form)
    return DONE


@click.command()
@versus_options
@scope_options
@warehouse_option
@format_option
def value(folder: Path | None, form: str, **asked: Any) -> int:
    """Print each segment's margin and share of volume, and what the rule makes of them."""
    from dashboard.analysis import value_map
    from dashboard.charts import tables

    reader = open_reader(folder, asked["snapshot"])
    found = value_map(reader, compared_asked(reader, asked))
    rows = tables.value_table(found, reader.manifest.id)
    _print(found.message, rows, form)
    return DONE


def _print(message: str, rows: Any, form: str) -> None:
    """The finding and its rows; CSV and Parquet hold the rows alone."""
    if form == "json":
        printing.structure({"message": message, "rows": rows.to_dicts()})
        return
    if form == "table":
        click.echo(f"{message.rstrip('.')}.")
    printing.rows(rows, form)
