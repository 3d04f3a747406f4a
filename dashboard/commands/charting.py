"""Commands of the quarterly review: is the promise kept, and is the process in control?"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    compared_asked,
    dimensions,
    format_option,
    open_reader,
    scope_asked,
    scope_options,
    versus_options,
    warehouse_option,
    warehouse_path,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from dashboard.analysis import ProcessChart, Rebaseline


@click.command()
@click.option("--measure", default="on_time_rate", show_default=True, help="What 'kept' means.")
@versus_options
@scope_options
@warehouse_option
@format_option
def service(measure: str, folder: Path | None, form: str, **asked: Any) -> int:
    """Print whether the promise is kept, per segment and service.

    As JSON: message, cells, and beside: first attempts, windows and moved promises.
    """
    from dashboard import analysis
    from dashboard.analysis.figures import table
    from dashboard.analysis.service.segments import cells_table

    reader = open_reader(folder, asked["snapshot"])
    scope = compared_asked(reader, asked)
    found = analysis.service(reader, scope, measure, rebaselines_of(folder, measure))
    cells = cells_table(found, reader.manifest.id)
    if form == "json":
        beside = table(found.beside, reader.manifest.id).to_dicts()
        printing.structure({"message": found.message, "cells": cells.to_dicts(), "beside": beside})
    elif form == "table":
        click.echo(f"{found.message}.")
        printing.table(cells.drop("metric", "numerator", "start", "end", "snapshot"))
    else:
        printing.rows(cells, form)
    return DONE


@click.command()
@click.argument("metric", default="on_time_rate")
@click.option("--by", "bys", multiple=True, metavar="DIM[,DIM]", help="Split by dimensions.")
@scope_options
@warehouse_option
@format_option
def control(
    metric: str, bys: tuple[str, ...], folder: Path | None, form: str, **asked: Any
) -> int:
    """Print the control chart of a metric: weeks, limits, signals.

    The chart begins with the data; --from and --to choose the weeks that the verdict counts
    signals in. New baselines that people wrote down are kept.
    """
    from dashboard import analysis
    from dashboard.analysis.service.control import control_table

    reader = open_reader(folder, asked["snapshot"])
    scope, by = scope_asked(reader, asked), tuple(dimensions(bys))
    found = analysis.control(reader, metric, by, scope, rebaselines_of(folder, metric))
    weeks = control_table(found, reader.manifest.id)
    if form == "table":
        printing.table(weeks.drop("metric", "numerator", "snapshot"))
        printing.table(_verdicts(found))
    elif form == "json":
        printing.structure({"charts": _verdicts(found).to_dicts(), "weeks": weeks.to_dicts()})
    else:
        printing.rows(weeks, form)
    return DONE


@click.command("definitions-bridge")
@scope_options
@warehouse_option
@format_option
def definitions_bridge(folder: Path | None, form: str, **asked: Any) -> int:
    """Print one period under every definition of on time, and what lies between them."""
    from dashboard import analysis
    from dashboard.analysis.service.definitions import bridge_table

    reader = open_reader(folder, asked["snapshot"])
    found = analysis.definitions_bridge(reader, scope_asked(reader, asked))
    printing.rows(bridge_table(found, reader.manifest.id), form)
    return DONE


@click.command()
@scope_options
@warehouse_option
@format_option
def capability(folder: Path | None, form: str, **asked: Any) -> int:
    """Print the tightest window kept 95 % of the time, per segment and zone."""
    from dashboard import analysis
    from dashboard.analysis.service.promise import capability_table

    reader = open_reader(folder, asked["snapshot"])
    found = analysis.capability(reader, scope_asked(reader, asked))
    printing.rows(capability_table(found, reader.manifest.id), form)
    return DONE


def rebaselines_of(folder: Path | None, metric: str) -> "tuple[Rebaseline, ...]":
    """The decisions to compute limits anew, as the page has them."""
    from dashboard.analysis import Rebaseline
    from dashboard.state import State

    notes = State.of(warehouse_path(folder)).notes(metric)
    return tuple(Rebaseline(one.day, one.segment) for one in notes if one.kind == "rebaseline")


def _verdicts(found: "Sequence[ProcessChart]") -> "pl.DataFrame":
    """One row per chart: what it says."""
    import polars as pl

    return pl.DataFrame(
        [
            {
                **dict(one.group),
                "kind": one.kind,
                "baseline_weeks": one.baseline,
                "variation": one.variation,
                "target": one.target,
                "assurance": one.assurance,
                "judged_weeks": one.judged,
                "signals": one.signals,
                "by_chance": one.by_chance,
                "why": one.why,
            }
            for one in found
        ],
        infer_schema_length=None,
    )
