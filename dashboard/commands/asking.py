"""Commands that ask a snapshot: metrics, quantiles, reports and their SQL."""

from pathlib import Path
from typing import Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    dimensions,
    format_option,
    open_reader,
    scope_asked,
    scope_options,
    warehouse_option,
)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--by", "bys", multiple=True, metavar="DIM[,DIM]", help="Split by dimensions.")
@scope_options
@warehouse_option
@format_option
def metrics(
    names: tuple[str, ...],
    bys: tuple[str, ...],
    folder: Path | None,
    form: str,
    **asked: Any,
) -> int:
    """Print metrics with their 95 % intervals; all of them by default."""
    from dashboard.analysis import figures
    from dashboard.analysis.figures import table

    reader = open_reader(folder, asked["snapshot"])
    wanted = names or tuple(reader.catalog.metrics)
    found = figures(reader, wanted, dimensions(bys), scope_asked(reader, asked))
    printing.rows(table(found, reader.manifest.id), form)
    return DONE


@click.command("quantiles")
@click.argument("name", default="lateness")
@click.option("--by", "bys", multiple=True, metavar="DIM[,DIM]", help="Split by dimensions.")
@scope_options
@warehouse_option
@format_option
def quantiles_command(
    name: str, bys: tuple[str, ...], folder: Path | None, form: str, **asked: Any
) -> int:
    """Print median, 90 % and 95 % quantile of a distribution (default: lateness)."""
    from dashboard.analysis.quantiles import quantiles

    reader = open_reader(folder, asked["snapshot"])
    printing.rows(quantiles(reader, name, dimensions(bys), scope_asked(reader, asked)), form)
    return DONE


@click.command()
@click.argument("name")
@scope_options
@warehouse_option
@format_option
def report(name: str, folder: Path | None, form: str, **asked: Any) -> int:
    """Print a report: one of the tables behind the pages."""
    reader = open_reader(folder, asked["snapshot"])
    printing.rows(reader.report(name, scope_asked(reader, asked)), form)
    return DONE


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--by", "bys", multiple=True, metavar="DIM[,DIM]", help="Split by dimensions.")
def sql(names: tuple[str, ...], bys: tuple[str, ...]) -> int:
    """Print the SQL of metrics, or of a report."""
    from dashboard import settings, tree
    from dashboard.catalog import read_catalog
    from dashboard.scope import Scope
    from dashboard.warehouse.rollup import pretty, statements

    catalog = read_catalog(tree.root() / "queries")
    reports = [catalog.reports[name].sql for name in names if name in catalog.reports]
    wanted = [name for name in names if name not in catalog.reports]
    by = dimensions(bys)
    start = settings.load().fiscal_year_start
    scans = statements(catalog, wanted, by, Scope(), start) if wanted else []
    click.echo(";\n\n".join([*reports, *(pretty(one.sql) for one in scans)]) + ";")
    return DONE
