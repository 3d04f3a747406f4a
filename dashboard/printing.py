"""What commands print: rows in four formats, the account of an import, progress."""

import json
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.errors import ScopeError
from dashboard.warehouse import Imported, Manifest

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.analysis import Quality
    from dashboard.state import SignOff
    from dashboard.warehouse import Draft
    from dashboard.warehouse.guessing import Question

FORMATS = ("table", "json", "csv", "parquet")

_WIDEST = 80


def rows(frame: pl.DataFrame, form: str) -> None:
    """Print rows.

    Args:
        frame: Rows to print.
        form: 'table' for people; 'json' a list of objects; 'csv' safe to open in a
            spreadsheet; 'parquet' as bytes.

    Raises:
        ScopeError: Parquet bytes were asked for on a terminal.
    """
    if form == "json":
        structure([{name: _plain(v) for name, v in row.items()} for row in frame.to_dicts()])
    elif form == "csv":
        from dashboard.charts.tables import csv

        click.echo(csv(frame).decode(), nl=False)
    elif form == "parquet":
        if sys.stdout.isatty():
            message = "Parquet is bytes, not text; send it to a file with '> rows.parquet'"
            raise ScopeError(message)
        frame.write_parquet(sys.stdout.buffer)
    else:
        table(frame)


def imported(outcome: Imported, form: str) -> None:
    """Print the account of an import.

    As JSON: snapshot, as_of, published, files, tables, restated.
    """
    manifest = outcome.manifest
    if form == "json":
        structure(
            {
                "snapshot": manifest.id,
                "as_of": manifest.as_of.isoformat(),
                "published": outcome.published,
                "files": [file.model_dump(exclude={"hash"}) for file in manifest.sources],
                "tables": [table.model_dump() for table in manifest.tables],
                "restated": [one.model_dump() for one in manifest.restated],
            }
        )
    elif form == "table":
        _print_account(outcome)
    else:
        rows(_account(manifest), form)


def quality(found: "Quality", meanings: Mapping[str, str], form: str) -> None:
    """Print the data quality of a snapshot; CSV and Parquet hold the effects of rules.

    As JSON: message, snapshot, files, tables, effects, coverage.
    """
    from dashboard.charts.data import quality as drawn

    effects = pl.DataFrame([asdict(one) for one in found.effects], infer_schema_length=None)
    if form == "json":
        structure(
            {
                "message": found.message,
                "snapshot": found.manifest.id,
                "files": [file.model_dump(exclude={"hash"}) for file in found.manifest.sources],
                "tables": [table.model_dump() for table in found.manifest.tables],
                "effects": effects.to_dicts(),
                "coverage": [asdict(one) for one in found.coverage],
            }
        )
    elif form == "table":
        click.echo(f"{found.message}.")
        table(drawn.files_table(found))
        table(drawn.tables_table(found).drop("Why refused", "Warnings"))
        table(drawn.effects_table(found, meanings))
        table(drawn.coverage_table(found))
    else:
        rows(effects, form)


def profile(draft: "Draft", source: "Path", files: Sequence["Path"], form: str) -> None:
    """Print a guessed profile: each column with what it becomes and why, and what is open.

    As JSON: label, time_zone, files, tables (file, table, encoding, delimiter, records,
    malformed, columns), questions, profile (the files written).
    """
    from dashboard.charts.data import drafts as drawn

    if form == "json":
        structure(drawn.as_data(draft) | {"profile": [str(path) for path in files]})
        return
    for one in draft.tables:
        click.echo(f"{one.files}: {drawn.table_sentence(one)}")
        if one.table:
            table(drawn.columns_table(one), wraps=("Why",))
    zone = "" if draft.zone_is_stated else " (nobody said so; say it with --time-zone)"
    click.echo(f"Times without an offset are read as {draft.time_zone}{zone}.")
    click.echo(f"Wrote {', '.join(str(path) for path in files)}.")
    for question in draft.questions:
        click.echo(f"To decide: {question.says}{_remedy(question)}.")
    folder = files[0].parent
    again = "Then: " if draft.questions else "Next: "
    click.echo(f"{again}doorstep import {source} --profile {folder}")


def _remedy(question: "Question") -> str:
    """What decides a question from the command line; the files can always be edited."""
    return {
        "words": " (--means WORD=MEANING, or edit the case in the SQL file)",
        "order": " (--dates day-first or --dates month-first)",
        "constant": f" (edit the SQL file, or --constant {question.about}=TEXT)",
        "missing": " (edit the SQL file)",
        "decimal": " (edit the SQL file)",
        "table": " (call its file deliveries, or write the SQL file)",
    }[question.kind]


def snapshot_table(
    manifests: Sequence[Manifest], sign_offs: Sequence["SignOff"] = ()
) -> pl.DataFrame:
    """Snapshots as rows; `signed_off_by` is null where nobody vouched for it."""
    schema = {
        "snapshot": pl.Int64,
        "as_of": pl.Datetime,
        "published_at": pl.Datetime,
        "profile": pl.String,
        "deliveries": pl.Int64,
        "quarantined": pl.Int64,
        "signed_off_by": pl.String,
    }
    found = [
        {
            "snapshot": one.id,
            "as_of": one.as_of,
            "published_at": one.published_at,
            "profile": one.profile,
            "deliveries": sum(file.rows for file in one.files.get("deliveries", ())),
            "quarantined": sum(table.quarantined for table in one.tables),
            "signed_off_by": ", ".join(s.by for s in sign_offs if s.snapshot == one.id) or None,
        }
        for one in manifests
    ]
    return pl.DataFrame(found, schema=schema)


def note(sentence: str) -> None:
    """Say something about what is being done, on standard error."""
    click.echo(sentence, err=True)


@contextmanager
def steps(title: str) -> Generator[Callable[[str], None], None, None]:
    """Show the steps of long work on standard error: live on a terminal, else as lines."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: console.print(f"{title}: {step}", highlight=False)
        return
    with console.status(f"{title} …") as status:
        yield lambda step: status.update(f"{title}: {step} …")


@contextmanager
def bar(title: str) -> Generator[Callable[[str, float], None], None, None]:
    """Show progress on standard error: a bar on a terminal, else a line per step."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        said: set[str] = set()

        def say(step: str, _share: float) -> None:
            if step not in said:
                said.add(step)
                console.print(f"{title}: {step}", highlight=False)

        yield say
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda step, share: progress.update(
            task, completed=share, description=f"{title}: {step}"
        )


def structure(value: object) -> None:
    """Print a value as JSON; dates and decimals as text."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=1))


def _plain(value: Any) -> Any:
    """A value as JSON has it: whole numbers without a fraction."""
    if isinstance(value, Decimal):
        value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def table(frame: pl.DataFrame, wraps: Sequence[str] = ()) -> None:
    """Print rows for people; numbers to the right.

    Args:
        frame: Rows to print.
        wraps: Columns that may take several lines on a narrow terminal; others are cut.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    numeric = {name for name, kind in frame.schema.items() if kind.is_numeric()}
    table = Table(box=box.SIMPLE_HEAD)
    for name in frame.columns:
        justify = "right" if name in numeric else "left"
        table.add_column(name, justify=justify, no_wrap=name not in wraps)
    for row in frame.iter_rows(named=True):
        table.add_row(*(str(v) if name in wraps else _cell(v) for name, v in row.items()))
    width = None if sys.stdout.isatty() else 1_000
    Console(width=width, highlight=False, markup=False).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.4f}"
    text = str(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _account(manifest: Manifest) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "table": one.table,
                "rows": one.rows,
                "accepted": one.accepted,
                "quarantined": one.quarantined,
                "superseded": one.superseded,
                "reasons": ", ".join(f"{r} {n}" for r, n in one.reasons.items()),
            }
            for one in manifest.tables
        ]
    )


def _print_account(outcome: Imported) -> None:
    manifest = outcome.manifest
    if not outcome.published:
        click.echo(f"Nothing new: these files are snapshot {manifest.id} already.")
        return
    files = [file.model_dump(exclude={"hash"}) for file in manifest.sources]
    table(pl.DataFrame(files, infer_schema_length=None))
    table(_account(manifest).drop("reasons"))
    for one in manifest.tables:
        for reason, count in one.reasons.items():
            click.echo(f"  {one.table}: {count} quarantined, {reason}")
        for warning, count in one.warnings.items():
            click.echo(f"  {one.table}: {count} accepted with a warning, {warning}")
    _print_restated(manifest)
    click.echo(
        f"Snapshot {manifest.id} is published; its data is complete to {manifest.as_of} UTC."
    )


def _print_restated(manifest: Manifest) -> None:
    """Say which months moved; those that were still running before may grow, others not."""
    from dashboard import tree
    from dashboard.catalog import read_catalog
    from dashboard.charts import formats

    catalog = read_catalog(tree.root() / "queries")
    for one in manifest.restated:
        metric = catalog.metric(one.metric)
        was, now = (formats.value(value, metric.unit) for value in (one.was, one.now))
        running = "" if one.was_over else " (still running before)"
        click.echo(f"  {one.month:%Y-%m} moved: {metric.label} from {was} to {now}{running}")
