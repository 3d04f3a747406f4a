"""Commands of single deliveries: the rows under filters, and one with its timeline."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from dashboard.errors import ContractError, ScopeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from dashboard.analysis.deliveries.delivery import Story
    from dashboard.warehouse import Reader

SHOWN = ("all", "breaches", "kept", "undelivered")
_SOME = 50


@click.command()
@click.option("--show", type=click.Choice(SHOWN), default="all", show_default=True,
              help="Which deliveries.")  # fmt: skip
@click.option("--columns", metavar="NAME[,NAME]", help="Columns, or 'every' (default: some).")
@click.option("--sort", default="committed_by", show_default=True, help="Column to sort by.")
@click.option("--rising", is_flag=True, help="The least first, instead of the greatest.")
@click.option("--after", metavar="ID", help="Begin after this delivery, in the same order.")
@click.option(
    "--limit", type=click.IntRange(1), help="Most rows (default: 50 in a table, else all)."
)
@scope_options
@warehouse_option
@format_option
def deliveries(folder: Path | None, form: str, limit: int | None, **asked: Any) -> int:
    """Print deliveries, a row each.

    Without --limit, and in another format than a table, all rows are written while they are
    read, in no order. --where takes conditions on columns too: 'lateness_minutes >= 60',
    'failure_reason ~ access', 'driver_id is empty'. Times are UTC.
    """
    from dashboard.analysis.deliveries.rows import Part, first_rows, narrowed, row_stream
    from dashboard.warehouse import Order

    reader = open_reader(folder, asked["snapshot"])
    scope = narrowed(scope_asked(reader, asked), asked["show"], "")
    columns = _columns(asked["columns"], reader.rows.columns)
    if limit is None and form != "table":
        if asked["after"]:
            message = "--after without --limit; say how many rows"
            raise ScopeError(message)
        _write(row_stream(reader, columns, scope), form)
        return DONE
    order = Order(asked["sort"], not asked["rising"])
    part = Part(limit or _SOME, asked["after"] or "")
    found = first_rows(reader, columns, order, scope, part)
    printing.rows(found, form)
    return DONE


@click.command()
@click.argument("delivery_id", metavar="ID")
@click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest).")
@warehouse_option
@format_option
def delivery(delivery_id: str, snapshot: int | None, folder: Path | None, form: str) -> int:
    """Print one delivery's timeline: what happened, against the promise.

    As JSON: message, moments, facts, costs, clauses of its carrier's contract, route.
    """
    from dashboard.analysis.deliveries.delivery import delivery as tell
    from dashboard.charts.deliveries import timeline as drawn

    reader = open_reader(folder, snapshot)
    story = tell(reader, delivery_id)
    moments = drawn.moments_table(story)
    costs = drawn.bookings_table(story.bookings, story.total_cost)
    if form not in ("json", "table"):
        printing.rows(moments, form)
        return DONE
    touched, said = _touched(reader, folder, story)
    if form == "json":
        printing.structure(
            {
                "message": story.message,
                "time_zone": story.time_zone,
                "moments": moments.to_dicts(),
                "facts": dict(drawn.facts_table(story).iter_rows()),
                "costs": costs.to_dicts(),
                "clauses": touched.to_dicts(),
                "route": drawn.stops_table(story).to_dicts(),
            }
        )
        return DONE
    click.echo(f"{story.message}.")
    for frame in (moments, drawn.facts_table(story), costs):
        if not frame.is_empty():
            printing.table(frame)
    if said:
        click.echo(said)
    for frame in (touched, drawn.stops_table(story)):
        if not frame.is_empty():
            printing.table(frame, wraps=("This delivery", "The clause"))
    return DONE


def _touched(reader: "Reader", folder: Path | None, story: "Story") -> "tuple[pl.DataFrame, str]":
    """Clauses of its carrier's contract, and a sentence on them; '' without any contract."""
    import polars as pl

    from dashboard.analysis.settlement.touched import clauses_touched, quarter_of
    from dashboard.charts.carriers.touched import touched_said, touched_table
    from dashboard.commands.settling import contracts_at_hand, quarter_asked

    quarter = quarter_of(story.row, reader.fiscal_year_start)
    carrier = story.row["carrier"]
    if carrier is None or quarter is None or not contracts_at_hand(reader, folder, None):
        return pl.DataFrame(), ""
    try:
        asked = quarter_asked(reader, folder, None, (carrier, quarter.key))
        found = clauses_touched(reader, asked, story.delivery_id)
    except ContractError as refused:
        return pl.DataFrame(), f"No clause is judged: {refused}."
    return touched_table(found), touched_said(found)


@click.command("breach-money")
@click.option("--by", default="segment", show_default=True, help="Split by this dimension.")
@scope_options
@warehouse_option
@format_option
def breach_money_command(by: str, folder: Path | None, form: str, **asked: Any) -> int:
    """Print what broken promises cost: cash paid, and margin put at risk; never one sum.

    As JSON: assumption, groups.
    """
    from dashboard.analysis.deliveries.money import breach_money, money_table
    from dashboard.charts.deliveries.money import assumption_said, money_sentences

    reader = open_reader(folder, asked["snapshot"])
    found = breach_money(reader, (by,), scope_asked(reader, asked))
    rows = money_table(found, reader.manifest.id)
    if form == "json":
        said = assumption_said(found.assumption)
        printing.structure({"assumption": said, "groups": rows.to_dicts()})
        return DONE
    printing.rows(rows, form)
    if form == "table":
        for sentence in money_sentences(found):
            click.echo(sentence)
    return DONE


def _columns(asked: str | None, known: "Mapping[str, str]") -> tuple[str, ...]:
    from dashboard.analysis.deliveries.rows import COLUMNS

    if asked is None:
        return COLUMNS
    return tuple(known) if asked == "every" else tuple(asked.split(","))


def _write(frames: "Iterator[pl.DataFrame]", form: str) -> None:
    """Write all rows while they are read."""
    from dashboard.charts.deliveries.streams import csv_parts, json_parts, parquet_parts

    if form == "parquet" and sys.stdout.isatty():
        message = "Parquet is bytes, not text; send it to a file with '> rows.parquet'"
        raise ScopeError(message)
    parts = {"csv": csv_parts, "parquet": parquet_parts, "json": json_parts}[form]
    for part in parts(frames):
        sys.stdout.buffer.write(part)
