"""Commands of the breach map."""

from pathlib import Path
from typing import Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    format_option,
    open_reader,
    scope_asked,
    scope_options,
    warehouse_option,
)

_MOST_PRINTED = 20


@click.command()
@click.option(
    "--resolution",
    type=click.Choice(["5", "6", "7", "8"]),
    help="H3 resolution of the cells (default: the finest that the data carries).",
)
@scope_options
@warehouse_option
@format_option
def hotspots(resolution: str | None, folder: Path | None, form: str, **asked: Any) -> int:
    """Print where breaches concentrate beyond chance: hot spots, cells and zones.

    CSV and Parquet hold every cell. As JSON: message, resolution, effect, threshold, due,
    late, off_map, clusters, cells, zones.
    """
    from dashboard.analysis.breach_map.hotspots import ANY_RESOLUTION, breach_map
    from dashboard.analysis.breach_map.tables import clusters_table, hotspots_table, zones_table

    reader = open_reader(folder, asked["snapshot"])
    found = breach_map(reader, scope_asked(reader, asked), int(resolution or ANY_RESOLUTION))
    cells = hotspots_table(found, reader.manifest.id)
    clusters = clusters_table(found)
    zones = zones_table(found, reader.manifest.id)
    if form == "json":
        printing.structure(
            {
                "message": found.message,
                "resolution": found.resolution,
                "effect": found.effect,
                "threshold": found.threshold,
                "due": found.due,
                "late": found.late,
                "off_map": found.off_map,
                "clusters": clusters.to_dicts(),
                "cells": cells.to_dicts(),
                "zones": zones.to_dicts(),
            }
        )
    elif form == "table":
        click.echo(f"{found.message}.")
        click.echo(f"Not on the map: {found.off_map} of {found.due} deliveries due.")
        if clusters.height:
            printing.table(clusters.drop("cells"))
        printing.table((cells if cells.height else zones).drop("snapshot").head(_MOST_PRINTED))
    else:
        printing.rows(cells, form)
    return DONE
