"""Commands that serve the dashboard."""

from pathlib import Path
from typing import Any

import click

from dashboard.commands.options import DONE, open_warehouse, warehouse_option, warehouse_path


@click.command()
@click.option("--port", type=int, default=8501, show_default=True, help="Port to listen on.")
@warehouse_option
def serve(port: int, folder: Path | None) -> int:
    """Serve the dashboard of a warehouse on this machine."""
    from dashboard import printing, serving

    if not open_warehouse(folder).exists():
        printing.note(f"No data in {warehouse_path(folder)} yet: the page asks for your files.")
    serving.serve(warehouse_path(folder), port)
    return DONE


@click.command()
@click.option("--deliveries", type=click.IntRange(1_000), default=400_000, show_default=True)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, another world."
)
@click.option("--null", is_flag=True, help="A world in which nothing is planted.")
@click.option("--build-only", is_flag=True, help="Build the sample's warehouse; do not serve.")
@click.option("--port", type=int, default=8501, show_default=True, help="Port to listen on.")
@warehouse_option
def demo(port: int, folder: Path | None, *, build_only: bool, **world: Any) -> int:
    """Build the synthetic sample, unless it is there, and serve it."""
    from dashboard import sample, serving

    path = warehouse_path(folder)
    sample.build_if_absent(open_warehouse(folder), sample.World(**world))
    if not build_only:
        serving.serve(path, port)
    return DONE
