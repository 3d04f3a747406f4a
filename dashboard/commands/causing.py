"""Commands about what goes with broken promises."""

from pathlib import Path
from typing import Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    compared_asked,
    format_option,
    open_reader,
    scope_options,
    versus_options,
    warehouse_option,
)

SHOWN = ("search", "reasons", "matrix", "proofs", "moved", "legs", "usual", "drivers")


@click.command("causes")
@click.option(
    "--show",
    type=click.Choice(SHOWN),
    default="search",
    show_default=True,
    help="Combinations; declared reasons, their matrix against evidence, their proofs; moved "
    "promises; legs; what the usual share would give; all else alike.",
)
@click.option(
    "--mode",
    type=click.Choice(("change", "level")),
    default="change",
    show_default=True,
    help="Search for more breaches than before, or than the case mix lets expect.",
)
@click.option("--by", default="zone", show_default=True, help="Dimension of --show usual.")
@versus_options
@scope_options
@warehouse_option
@format_option
def causes_command(
    show: str, mode: str, by: str, folder: Path | None, form: str, **asked: Any
) -> int:
    """Print combinations that broken promises go with, and what is declared about them.

    As JSON, the finding stands beside the rows.
    """
    reader = open_reader(folder, asked["snapshot"])
    scope = compared_asked(reader, asked)
    message, rows = _answer(show, reader, scope, (mode, by))
    if form == "json":
        snapshot = reader.manifest.id
        printing.structure({"message": message, "snapshot": snapshot, "rows": rows.to_dicts()})
    elif form == "table":
        click.echo(f"{message}.")
        printing.table(rows)
    else:
        printing.rows(rows, form)
    return DONE


def _answer(show: str, reader: Any, scope: Any, chosen: tuple[str, str]) -> tuple[str, Any]:
    """The finding and the rows of one part."""
    from dashboard.analysis.causes import tables
    from dashboard.analysis.causes.counterfactual import gains
    from dashboard.analysis.causes.drivers import drivers
    from dashboard.analysis.causes.faults import faults
    from dashboard.analysis.causes.legs import legs
    from dashboard.analysis.causes.search import MODES, causes

    mode = next(one for one in MODES if one == chosen[0])
    if show == "search":
        found = causes(reader, scope, mode)
        return found.message, tables.causes_table(found, reader.manifest.id)
    if show == "legs":
        way = legs(reader, scope)
        return way.message, tables.legs_table(way)
    if show == "usual":
        usual = gains(reader, chosen[1], scope)
        return usual.message, tables.gains_table(usual)
    if show == "drivers":
        fitted = drivers(reader, scope)
        return fitted.message, tables.drivers_table(fitted)
    board = faults(reader, scope)
    parts = {
        "reasons": tables.reasons_table,
        "matrix": tables.matrix_table,
        "proofs": tables.proofs_table,
        "moved": tables.moved_table,
    }
    return board.message, parts[show](board)
