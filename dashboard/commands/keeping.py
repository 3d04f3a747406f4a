"""Commands about what is kept: snapshots, pruning, retention, backups."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    Age,
    format_option,
    open_state,
    open_warehouse,
    warehouse_option,
)

if TYPE_CHECKING:
    from dashboard.warehouse import Certificate, Kept, Pruned


@click.group(invoke_without_command=True)
@warehouse_option
@format_option
@click.pass_context
def snapshots(context: click.Context, folder: Path | None, form: str) -> int:
    """List the snapshots, oldest first; or prune them, or sign one off."""
    if context.invoked_subcommand:
        if context.get_parameter_source("form") is ParameterSource.COMMANDLINE:
            message = "--format belongs to the list alone; leave it out"
            raise click.UsageError(message)
        context.default_map = {context.invoked_subcommand: {"folder": folder}}
        return DONE
    warehouse = open_warehouse(folder)
    signed = open_state(folder).sign_offs()
    printing.rows(printing.snapshot_table(warehouse.manifests(), signed), form)
    return DONE


@snapshots.command("prune")
@click.option(
    "--keep", type=click.IntRange(min=1), required=True, help="How many of the newest stay."
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave it.")
@warehouse_option
def prune(keep: int, folder: Path | None, *, dry_run: bool) -> int:
    """Take away old snapshots, never one that is signed off, and free their space."""
    hold = open_state(folder).holding_sign_offs
    click.echo(_pruned(open_warehouse(folder).prune(keep, hold, dry_run=dry_run), dry_run=dry_run))
    return DONE


@snapshots.command("sign-off")
@click.argument("snapshot", type=int)
@click.option("--by", required=True, metavar="NAME", help="Who vouches for its figures.")
@click.option("--note", help="What they say to it.")
@warehouse_option
def sign_off(snapshot: int, by: str, note: str | None, folder: Path | None) -> int:
    """Vouch for a snapshot's figures; from then on it is kept for good."""
    warehouse = open_warehouse(folder)
    warehouse.manifest(snapshot)
    signed = open_state(folder).sign_off(snapshot, by, note, check=warehouse.manifest)
    click.echo(f"Snapshot {snapshot} is signed off by {signed.by}; pruning leaves it alone.")
    return DONE


@click.command()
@click.option(
    "--customers-older-than",
    "cut",
    type=Age(),
    required=True,
    metavar="AGE|DAY",
    help="Last delivery ordered before then: 2Y, 24M, 90D or YYYY-MM-DD (UTC).",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and leave it.")
@warehouse_option
@format_option
def retain(cut: date, folder: Path | None, form: str, *, dry_run: bool) -> int:
    """Forget customers long gone, for good, while every figure stays.

    They get random new ids; coordinates, postcodes and texts go, H3 cells become coarse.
    Older snapshots that hold their rows are deleted, but for those signed off.
    """
    moment = datetime(cut.year, cut.month, cut.day)  # noqa: DTZ001  (naive UTC)
    hold = open_state(folder).holding_sign_offs
    certificate = open_warehouse(folder).retain(moment, hold, dry_run=dry_run)
    if form == "json":
        printing.structure(certificate.model_dump())
    else:
        _print_certificate(certificate, dry_run=dry_run)
    return DONE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@warehouse_option
def backup(file: Path, folder: Path | None) -> int:
    """Write the whole warehouse, and what people wrote, to one new file."""
    copy_state = open_state(folder).copy_to
    with printing.steps("Backing up") as progress:
        progress("writing and checking every file")
        kept = open_warehouse(folder).back_up(file.absolute(), copy_state)
    click.echo(f"{_backed_up(kept)} backed up to {file}.")
    return DONE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@warehouse_option
def restore(file: Path, folder: Path | None) -> int:
    """Bring a backup into a new or empty folder, once every byte of it was verified."""
    warehouse = open_warehouse(folder)
    with printing.steps("Restoring") as progress:
        progress("reading and checking every file")
        kept = warehouse.restore(file.absolute())
    click.echo(
        f"{_backed_up(kept)} restored to {warehouse.path}; the newest is {kept.snapshots[-1]}."
    )
    return DONE


def _backed_up(kept: "Kept") -> str:
    return f"{_listed(kept.snapshots)}: {kept.files:,} files, {_size(kept.bytes)},"


def _print_certificate(certificate: "Certificate", *, dry_run: bool) -> None:
    """What a retention run did, or would do."""
    since = f"{certificate.customers_older_than:%Y-%m-%d}"
    if not certificate.changed:
        click.echo(f"Snapshot {certificate.snapshot} holds nothing from before {since} to forget.")
    else:
        verb = "would get" if dry_run else "got"
        click.echo(
            f"{certificate.customers:,} customers whose last delivery was ordered before {since} "
            f"{verb} a random new id."
        )
    for table, columns in certificate.changed.items():
        counts = ", ".join(f"{column} {count:,}" for column, count in columns.items())
        click.echo(f"  {table}: {counts}")
    if certificate.deleted:
        verb = "would be deleted" if dry_run else "deleted"
        click.echo(f"Snapshots that hold their rows, {verb}: {_ids(certificate.deleted)}.")
    if certificate.kept:
        click.echo(
            f"Signed off, so kept with their rows: {_ids(certificate.kept)}. "
            "Backups made before hold them too."
        )
    if certificate.changed and not dry_run:
        click.echo(
            f"Snapshot {certificate.snapshot} is published; the certificate is "
            f"certificates/{certificate.snapshot}.json. Figures stay, but for those by H3 cell."
        )


def _pruned(pruned: "Pruned", *, dry_run: bool) -> str:
    """What pruning did, or would do, in a sentence or two."""
    if not pruned.snapshots and not pruned.files:
        gone = "Nothing to prune."
    else:
        verb = "would go" if dry_run else "went"
        space = "would be freed" if dry_run else "freed"
        gone = (
            f"{_listed(pruned.snapshots)} {verb}: {pruned.files:,} "
            f"file{'' if pruned.files == 1 else 's'}, {_size(pruned.bytes)} {space}."
        )
    held = f", of them signed off: {_ids(pruned.signed_off)}" if pruned.signed_off else ""
    return f"{gone} Kept: {_ids(pruned.kept)}{held}."


def _listed(snapshots: tuple[int, ...]) -> str:
    if not snapshots:
        return "Files that no snapshot names"
    return f"Snapshot{'s' if len(snapshots) > 1 else ''} {_ids(snapshots)}"


def _ids(snapshots: tuple[int, ...]) -> str:
    return ", ".join(map(str, snapshots))


def _size(count: int) -> str:
    """Bytes as people read them: '12.3 MB'; 1 MB is a million bytes."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} bytes"
