"""Commands about actions agreed with carriers: who does what by when."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from dashboard import printing
from dashboard.commands.options import DONE, Day, format_option, open_state, warehouse_option


@click.group(invoke_without_command=True)
@click.option("--carrier", help="Those with one carrier.")
@click.option("--open", "only_open", is_flag=True, help="Those not closed yet.")
@warehouse_option
@format_option
@click.pass_context
def actions(
    context: click.Context, carrier: str | None, folder: Path | None, form: str, *, only_open: bool
) -> int:
    """List actions with carriers, open ones first, by day; or write one down, or close it."""
    if context.invoked_subcommand:
        context.default_map = {context.invoked_subcommand: {"folder": folder}}
        return DONE
    from dashboard.charts.carriers.actions import actions_rows

    found = [one for one in open_state(folder).actions(carrier) if one.is_open or not only_open]
    printing.rows(actions_rows(found, _today()), form)
    return DONE


@actions.command("file")
@click.argument("carrier")
@click.argument("what")
@click.option("--owner", required=True, metavar="NAME", help="Who does it.")
@click.option("--due", required=True, type=Day(), help="By which day.")
@click.option("--by", required=True, metavar="NAME", help="Who writes it down.")
@warehouse_option
def file_action(carrier: str, what: str, folder: Path | None, **told: Any) -> int:
    """Write down WHAT is agreed with CARRIER."""
    from dashboard.state import Task

    task = Task(carrier, what, told["owner"], told["due"])
    filed = open_state(folder).file_action(task, told["by"])
    click.echo(f"Action {filed.id} is written down: {task.owner}, by {task.due}.")
    return DONE


@actions.command("close")
@click.argument("action", type=int)
@click.option("--by", required=True, metavar="NAME", help="Who closes it.")
@click.option("--outcome", help="What came of it.")
@warehouse_option
def close_action(action: int, by: str, outcome: str | None, folder: Path | None) -> int:
    """Close an action, once and for all; it stays on file."""
    closed = open_state(folder).close_action(action, by, outcome)
    click.echo(f"Action {closed.id} is closed.")
    return DONE


def _today() -> date:
    return datetime.now(UTC).date()
