"""Options that commands share, and what they open: warehouse, snapshot, scope."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.errors import ScopeError

if TYPE_CHECKING:
    from dashboard.scope import Period, Scope, Where
    from dashboard.state import State
    from dashboard.warehouse import Reader, Warehouse

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


class Age(click.ParamType):
    """A day, or how long ago it was: YYYY-MM-DD, 2Y, 24M, 90D."""

    name = "age"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the text, or fail with what would do."""
        try:
            return _day_ago(value) or date.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(f"'{value}' is no age; write it like 2Y, 24M, 90D or 2026-09-30", param, ctx)


def _day_ago(text: str) -> date | None:
    """The day that lies so long before today (UTC); None where no length is written."""
    today = datetime.now(UTC).date()
    written = re.fullmatch(r"([0-9]{1,5})([YMD])", text.upper())
    if not written:
        return None
    count, unit = int(written[1]), written[2]
    if unit == "D":
        return today - timedelta(days=count)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "Y" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day))


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
    """`--quarter`, `--from`, `--to`, `--where` and `--snapshot`."""
    for option in (
        click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest)."),
        click.option(
            "--where",
            "wheres",
            multiple=True,
            metavar="DIM=VALUE",
            help="Keep these only; also a condition on a column: 'lateness_minutes >= 60'.",
        ),
        click.option("--to", "last", type=Day(), help="Last day (default: of the snapshot)."),
        click.option("--from", "first", type=Day(), help="First day (default: of the snapshot)."),
        click.option(
            "--quarter", metavar="YYYYQN", help="Days of a quarter, in place of --from and --to."
        ),
    ):
        command = option(command)
    return command


def versus_options(command: Command) -> Command:
    """`--versus`, beside `scope_options`."""
    return click.option(
        "--versus",
        default="previous",
        show_default=True,
        metavar="WHEN",
        help="'previous', 'last-year', a quarter like 2026Q2, or FROM..TO.",
    )(command)


def warehouse_path(folder: Path | None) -> Path:
    """The folder of `--warehouse`, else of the settings."""
    from dashboard import settings

    return (folder or settings.load().warehouse).absolute()


def open_state(folder: Path | None) -> "State":
    """What people wrote about the warehouse of `--warehouse`."""
    from dashboard.state import State

    return State.of(warehouse_path(folder))


def open_warehouse(folder: Path | None) -> "Warehouse":
    """The warehouse of `--warehouse`."""
    from dashboard.warehouse import Warehouse

    return Warehouse(warehouse_path(folder))


def open_reader(folder: Path | None, snapshot: int | None) -> "Reader":
    """The snapshot of `--snapshot`, the newest by default."""
    from dashboard.access import LOCAL_USER

    return open_warehouse(folder).reader(snapshot, LOCAL_USER)


def dimensions(bys: Sequence[str]) -> list[str]:
    """The dimensions of every `--by`, each once."""
    return list(dict.fromkeys(name for text in bys for name in text.split(",")))


def scope_asked(reader: "Reader", asked: dict[str, Any]) -> "Scope":
    """The scope that `scope_options` ask for."""
    from dashboard.scope import Scope

    scope = Scope(_period(reader, asked))
    wanted: dict[str, tuple[str, ...]] = {}
    conditions = []
    for where in asked["wheres"]:
        name, is_pair, value = where.partition("=")
        if is_pair and name in reader.catalog.dimensions:
            wanted[name] = (*wanted.get(name, ()), value)
        else:
            conditions.append(_condition(reader, where))
    return scope.within(**wanted).holding(*conditions)


def _condition(reader: "Reader", text: str) -> "Where":
    """A `--where` that names no dimension: a condition on a column."""
    from dashboard.errors import UnknownNameError
    from dashboard.scope import Where

    try:
        found = Where.parse(text)
    except ScopeError as refused:
        message = f"'{text}' is no filter; write it like segment=Premium or lateness_minutes>=60"
        raise ScopeError(message) from refused
    if found.column not in reader.rows.columns:
        known = (*reader.catalog.dimensions, *reader.rows.columns)
        raise UnknownNameError.among("dimension", found.column, known)  # noqa: EM101  (a kind)
    return found


def _period(reader: "Reader", asked: dict[str, Any]) -> "Period | None":
    from dashboard.scope import Period, Quarter

    first, last = asked["first"], asked["last"]
    if asked["quarter"]:
        if first or last:
            message = "--quarter beside --from or --to; give one or the other"
            raise ScopeError(message)
        return Quarter.parse(asked["quarter"]).period(reader.fiscal_year_start)
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


def compared_asked(reader: "Reader", asked: dict[str, Any]) -> "Scope":
    """The scope that `scope_options` and `versus_options` ask for, with both its periods."""
    from dataclasses import replace

    from dashboard.analysis import days

    scope = scope_asked(reader, asked)
    if scope.period is None:
        message = "no period is given; ask for --quarter 2026Q3, or --from and --to"
        raise ScopeError(message)
    named = {"previous": days.just_before, "last-year": days.a_year_before}
    when = asked["versus"]
    if when in named:
        return replace(scope, versus=named[when](reader, scope.period))
    return replace(scope, versus=_versus(when, reader.fiscal_year_start))


def _versus(when: str, fiscal_year_start: int) -> "Period":
    from dashboard.scope import Period, Quarter

    first, is_range, last = when.partition("..")
    if not is_range:
        return Quarter.parse(when).period(fiscal_year_start)
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        message = f"'{when}' are no days; write them like 2026-04-01..2026-06-30"
        raise ScopeError(message) from None
    return Period(*days)
