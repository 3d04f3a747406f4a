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
    type=click.Choice(("carrier", "depot")),
    default="carrier",
    show_default=True,
    help="What is compared.",
)
@click.option("--quarters", is_flag=True, help="Print the last six quarters instead.")
@versus_options
@scope_options
@warehouse_option
@format_option
def carriers_command(
    by: str, folder: Path | None, form: str, *, quarters: bool, **asked: Any
) -> int:
    """Print who keeps more or fewer promises than the deliveries let expect.

    As JSON: message, period, late_share, deff, and rows.
    """
    from dashboard.analysis.carriers import carrier_trajectory, compare_carriers
    from dashboard.charts import carriers as drawn

    reader = open_reader(folder, asked["snapshot"])
    scope = compared_asked(reader, asked)
    if quarters:
        found = carrier_trajectory(reader, scope)
        printing.rows(drawn.quarter_rows(found, reader.manifest.id), form)
        return DONE
    compared = compare_carriers(reader, scope, by)  # ty: ignore[invalid-argument-type]
    rows = drawn.carrier_rows(compared, reader.manifest.id)
    if form == "json":
        told = {"late_share": compared.late_share, "deff": compared.deff}
        printing.structure({"message": compared.message, **told, "rows": rows.to_dicts()})
    elif form == "table":
        click.echo(f"{compared.message}.")
        printing.table(drawn.carrier_table(compared))
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
    from dashboard.analysis.reallocation import Move, reallocation
    from dashboard.charts.what_if import reallocation_rows, reallocation_said

    reader = open_reader(folder, asked["snapshot"])
    found = reallocation(reader, scope_asked(reader, asked), Move(giver, taker, share))
    rows = reallocation_rows(found)
    if form == "json":
        printing.structure({"message": found.message, "takers": rows.to_dicts()})
    elif form == "table":
        for sentence in (f"{found.message}.", *reallocation_said(found)):
            click.echo(sentence)
    else:
        printing.rows(rows, form)
    return DONE
