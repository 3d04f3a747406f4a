"""Commands that compare carriers, and say what moving their work would bring."""

from pathlib import Path
from typing import Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    compared_asked,
    format_option,
    open_reader,
    scope_asked,
    scope_options,
    versus_options,
    warehouse_option,
)


@click.command("carriers")
@click.option(
    "--by",
    type=click.Choice(("carrier", "depot", "driver")),
    default="carrier",
    show_default=True,
    help="What is compared.",
)
@click.option(
    "--measure",
    default="on_time_rate",
    show_default=True,
    help="On what: also first_attempt_rate, satisfaction, cost_to_serve.",
)
@click.option(
    "--quarters",
    "part",
    flag_value="quarters",
    help="Print the carriers' last six quarters instead.",
)
@click.option("--mix", "part", flag_value="mix", help="Print what each carrier carries instead.")
@versus_options
@scope_options
@warehouse_option
@format_option
def carriers_command(
    by: str, measure: str, part: str | None, folder: Path | None, form: str, **asked: Any
) -> int:
    """Print who does better or worse than the deliveries let expect.

    By default on promises kept. As JSON: message, level, scatter, left_out, and rows.
    """
    from dashboard.analysis.carriers.comparison import compare_carriers
    from dashboard.analysis.carriers.quarters import carrier_trajectory
    from dashboard.charts.carriers import words as told

    reader = open_reader(folder, asked["snapshot"])
    scope, snapshot = compared_asked(reader, asked), reader.manifest.id
    if part == "quarters":
        past = carrier_trajectory(reader, scope, measure)
        printing.rows(told.quarter_rows(past, reader.catalog.metric(measure), snapshot), form)
        return DONE
    found = compare_carriers(reader, scope, by, measure)  # ty: ignore[invalid-argument-type]
    if part == "mix":
        if form == "table":
            printing.table(told.mix_table(found))
        else:
            printing.rows(told.mix_rows(found, snapshot), form)
        return DONE
    rows = told.carrier_rows(found, snapshot)
    if form == "json":
        whole = {"level": found.level, "scatter": found.scatter, "left_out": found.left_out}
        printing.structure({"message": found.message, **whole, "rows": rows.to_dicts()})
    elif form == "table":
        click.echo(f"{found.message}.")
        printing.table(told.carrier_table(found))
    else:
        printing.rows(rows, form)
    return DONE


@click.command()
@click.argument("giver")
@click.argument("taker", required=False)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Of GIVER's deliveries.",
)
@scope_options
@warehouse_option
@format_option
def reallocate(
    giver: str, taker: str | None, share: float, folder: Path | None, form: str, **asked: Any
) -> int:
    """Print what moving work from carrier GIVER to TAKER would bring.

    Without TAKER the other carriers share it, as if GIVER were lost. --where says which
    work: zone=Z14, service=economy.
    """
    from dashboard.analysis.carriers.reallocation import Move, reallocation
    from dashboard.charts.carriers.what_if import load_table, reallocation_rows, reallocation_said

    reader = open_reader(folder, asked["snapshot"])
    found = reallocation(reader, scope_asked(reader, asked), Move(giver, taker, share))
    rows = reallocation_rows(found)
    if form == "json":
        printing.structure({"message": found.message, "takers": rows.to_dicts()})
    elif form == "table":
        for sentence in (f"{found.message}.", *reallocation_said(found)):
            click.echo(sentence)
        printing.table(load_table(found))
    else:
        printing.rows(rows, form)
    return DONE
