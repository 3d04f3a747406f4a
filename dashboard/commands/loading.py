"""Commands about what comes in: import, quality, migrate."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    REFUSALS,
    Moment,
    format_option,
    open_reader,
    open_warehouse,
    warehouse_option,
)

if TYPE_CHECKING:
    from dashboard.warehouse import Imported


@click.command("import")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--profile", required=True, help="Name of a profile, or a folder that holds one.")
@click.option("--as-of", type=Moment(), help="Moment the data is complete to (UTC).")
@warehouse_option
@format_option
def import_command(
    source: Path, profile: str, as_of: datetime | None, folder: Path | None, form: str
) -> int:
    """Import a folder of raw files and publish it as the next snapshot."""
    from dashboard.warehouse import ImportOptions

    with printing.steps("Importing") as progress:
        options = ImportOptions(profile, as_of, progress=progress)
        imported = open_warehouse(folder).import_folder(source, options)
    printing.imported(imported, form)
    return REFUSALS if _has_refusals(imported) else DONE


@click.command()
@click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest).")
@warehouse_option
@format_option
def quality(snapshot: int | None, folder: Path | None, form: str) -> int:
    """Print what came in, what was refused, and what that does to the on-time rate."""
    from dashboard.analysis import quality as account
    from dashboard.charts import code_meanings

    reader = open_reader(folder, snapshot)
    printing.quality(account(reader), code_meanings(reader.catalog), form)
    return DONE


@click.command()
@warehouse_option
def migrate(folder: Path | None) -> int:
    """Bring the newest snapshot of an older version up to this one."""
    migrated = open_warehouse(folder).migrate()
    newest = open_warehouse(folder).newest()
    click.echo(
        f"Snapshot {newest.id} is published, made anew by data contract {newest.contract_version}."
        if migrated
        else f"Nothing to do: snapshot {newest.id} is of data contract {newest.contract_version}."
    )
    return DONE


def _has_refusals(imported: "Imported") -> bool:
    manifest = imported.manifest
    refused = any(table.quarantined for table in manifest.tables)
    return imported.published and (refused or any(file.malformed for file in manifest.sources))
