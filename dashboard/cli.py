"""The command line: `doorstep …`. Each command calls the function that the page calls.

Exit codes: 0 done; 1 done, with refusals to look at; 2 could not. Errors are one line.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import __version__, printing
from dashboard.errors import DashboardError, ScopeError

if TYPE_CHECKING:
    from dashboard.scope import Period, Scope
    from dashboard.warehouse import Imported, Reader, Warehouse

DONE, REFUSALS, COULD_NOT = 0, 1, 2

Command = Callable[..., Any]


class Moment(click.ParamType):
    """A moment: ISO 8601; without an offset it is UTC."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the text, or fail with what would do."""
        try:
            read = datetime.fromisoformat(value)
            return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read
        except (ValueError, OverflowError):
            self.fail(f"'{value}' is no moment; write it like 2026-09-30T20:00", param, ctx)


class Day(click.ParamType):
    """A day: YYYY-MM-DD."""

    name = "day"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the text, or fail with what would do."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no day; write it like 2026-09-30", param, ctx)


def warehouse_option(command: Command) -> Command:
    """`--warehouse PATH`."""
    return click.option(
        "--warehouse",
        "folder",
        type=click.Path(path_type=Path),
        help="Folder of the snapshots (default: ./warehouse, or DOORSTEP_WAREHOUSE).",
    )(command)


def format_option(command: Command) -> Command:
    """`--format`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(printing.FORMATS),
        default="table",
        show_default=True,
        help="How to print.",
    )(command)


def scope_options(command: Command) -> Command:
    """`--from`, `--to`, `--where` and `--snapshot`."""
    for option in (
        click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest)."),
        click.option(
            "--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Keep these only."
        ),
        click.option("--to", "last", type=Day(), help="Last day (default: of the snapshot)."),
        click.option("--from", "first", type=Day(), help="First day (default: of the snapshot)."),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="doorstep")
def doorstep() -> None:
    """Doorstep: an interactive performance dashboard for segmented last-mile delivery."""


@doorstep.command("import")
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
        imported = _open(folder).import_folder(source, options)
    printing.imported(imported, form)
    return REFUSALS if _has_refusals(imported) else DONE


@doorstep.command()
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

    reader = _reader(folder, asked["snapshot"])
    wanted = names or tuple(reader.catalog.metrics)
    found = figures(reader, wanted, _dimensions(bys), _scope(reader, asked))
    printing.rows(table(found, reader.manifest.id), form)
    return DONE


@doorstep.command("quantiles")
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

    reader = _reader(folder, asked["snapshot"])
    printing.rows(quantiles(reader, name, _dimensions(bys), _scope(reader, asked)), form)
    return DONE


@doorstep.command()
@click.argument("name")
@scope_options
@warehouse_option
@format_option
def report(name: str, folder: Path | None, form: str, **asked: Any) -> int:
    """Print a report: one of the tables behind the pages."""
    reader = _reader(folder, asked["snapshot"])
    printing.rows(reader.report(name, _scope(reader, asked)), form)
    return DONE


@doorstep.command()
@click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest).")
@warehouse_option
@format_option
def quality(snapshot: int | None, folder: Path | None, form: str) -> int:
    """Print what came in, what was refused, and what that does to the on-time rate."""
    from dashboard.analysis import quality as account
    from dashboard.charts import warning_meanings

    reader = _reader(folder, snapshot)
    printing.quality(account(reader), warning_meanings(reader.catalog), form)
    return DONE


@doorstep.command()
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
    by = _dimensions(bys)
    start = settings.load().fiscal_year_start
    scans = statements(catalog, wanted, by, Scope(), start) if wanted else []
    click.echo(";\n\n".join([*reports, *(pretty(one.sql) for one in scans)]) + ";")
    return DONE


@doorstep.command()
@warehouse_option
@format_option
def snapshots(folder: Path | None, form: str) -> int:
    """List the snapshots, oldest first."""
    printing.rows(printing.snapshot_table(_open(folder).manifests()), form)
    return DONE


@doorstep.command()
@warehouse_option
def migrate(folder: Path | None) -> int:
    """Bring the newest snapshot of an older version up to this one."""
    migrated = _open(folder).migrate()
    newest = _open(folder).newest()
    click.echo(
        f"Snapshot {newest.id} is published, made anew by data contract {newest.contract_version}."
        if migrated
        else f"Nothing to do: snapshot {newest.id} is of data contract {newest.contract_version}."
    )
    return DONE


@doorstep.command()
@click.option("--port", type=int, default=8501, show_default=True, help="Port to listen on.")
@warehouse_option
def serve(port: int, folder: Path | None) -> int:
    """Serve the dashboard of a warehouse on this machine."""
    from dashboard import serving

    _open(folder).newest()
    serving.serve(_path(folder), port)
    return DONE


@doorstep.command()
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

    path = _path(folder)
    sample.build_if_absent(_open(folder), sample.World(**world))
    if not build_only:
        serving.serve(path, port)
    return DONE


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Words of the command line; those of the process by default.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = doorstep(words, prog_name="doorstep", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return DONE
    except click.ClickException as refused:
        return _fail(refused.format_message().rstrip("."))
    except click.Abort:
        return _fail("stopped")
    except DashboardError as refused:
        return _fail(str(refused))
    except BrokenPipeError:
        return DONE
    return code if isinstance(code, int) else DONE


def _fail(message: str) -> int:
    click.echo(f"doorstep: {' '.join(message.split())}", err=True)
    return COULD_NOT


def _path(folder: Path | None) -> Path:
    from dashboard import settings

    return (folder or settings.load().warehouse).absolute()


def _open(folder: Path | None) -> "Warehouse":
    from dashboard.warehouse import Warehouse

    return Warehouse(_path(folder))


def _reader(folder: Path | None, snapshot: int | None) -> "Reader":
    from dashboard.access import LOCAL_USER

    return _open(folder).reader(snapshot, LOCAL_USER)


def _dimensions(bys: Sequence[str]) -> list[str]:
    """The dimensions of every `--by`, each once."""
    return list(dict.fromkeys(name for text in bys for name in text.split(",")))


def _scope(reader: "Reader", asked: dict[str, Any]) -> "Scope":
    """The scope that `scope_options` ask for."""
    from dashboard.scope import Scope

    scope = Scope(_period(reader, asked["first"], asked["last"]))
    wanted: dict[str, tuple[str, ...]] = {}
    for where in asked["wheres"]:
        name, is_pair, value = where.partition("=")
        if not is_pair:
            message = f"'{where}' is no filter; write it like segment=Premium"
            raise ScopeError(message)
        wanted[name] = (*wanted.get(name, ()), value)
    return scope.within(**wanted)


def _period(reader: "Reader", first: date | None, last: date | None) -> "Period | None":
    from dashboard.scope import Period

    if first is None and last is None:
        return None
    if first and last:
        return Period(first, last)
    span = reader.span()
    if span is None:
        message = "no delivery is promised in this snapshot; ask without --from and --to"
        raise ScopeError(message)
    start = first or min(span.start, last or span.start)
    return Period(start, last or max(span.end, start))


def _has_refusals(imported: "Imported") -> bool:
    manifest = imported.manifest
    refused = any(table.quarantined for table in manifest.tables)
    return imported.published and (refused or any(file.malformed for file in manifest.sources))


if __name__ == "__main__":
    sys.exit(main())
