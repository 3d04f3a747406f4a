"""Commands about experiments: the warehouse's own, an analyst's file, a plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    REFUSALS,
    format_option,
    open_reader,
    warehouse_option,
)
from dashboard.errors import ScopeError

if TYPE_CHECKING:
    from dashboard.analysis.experiments.from_file import Asked, Columns
    from dashboard.analysis.experiments.results import Judged
    from dashboard.warehouse import Reader


class _ShownByDefault(click.Group):
    """A group whose first word may also be the id of an experiment."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `show` before words that name no command."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ShownByDefault)
def experiment() -> None:
    """Judge experiments: ID, or --file FILE; without either, list them (`show`)."""


@experiment.command()
@click.argument("name", metavar="[ID]", required=False)
@click.option("--also", multiple=True, metavar="METRIC", help="Measure this too (with an ID).")
@click.option("--file", "path", type=click.Path(path_type=Path), help="CSV or Parquet file.")
@click.option("--unit", help="Column of the randomised unit.")
@click.option("--arm", help="Column of the arm.")
@click.option("--control", help="Name of the control arm.")
@click.option("--metric", help="Column that is measured.")
@click.option("--denominator", help="Column that the metric is divided by (ratio of sums).")
@click.option(
    "--kind",
    type=click.Choice(("rate", "mean", "ratio", "ordinal")),
    help="What the metric is (default: found from its values).",
)
@click.option("--cluster", help="Column of what was randomised as a whole: route, zone-day …")
@click.option("--covariate", help="Column measured before the assignment, to adjust by.")
@click.option("--segment", help="Column to compare effects by.")
@click.option(
    "--worthwhile", type=click.FloatRange(0), default=0.0, help="Smallest effect wanted."
)
@click.option("--planned-units", type=click.IntRange(1), help="Units planned, all arms together.")
@click.option(
    "--better",
    type=click.Choice(("higher", "lower")),
    default="higher",
    show_default=True,
    help="Which direction is good.",
)
@click.option("--split", metavar="ARM=SHARE,…", help="Planned shares (default: equal).")
@click.option(
    "--worth",
    type=float,
    help="Money that one more of the metric is worth (one event, or one unit of a mean).",
)
@click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest).")
@warehouse_option
@format_option
def show(name: str | None, path: Path | None, form: str, **said: Any) -> int:
    """Judge one experiment: verdict, effect, interval, money; without ID or --file, list all.

    Exit code 1 where it may not be used. JSON keys: docs/command-line.md.
    """
    if path is not None and name is None:
        return _show_file(path, form, said)
    if path is not None:
        message = f"'{name}' and a file are given; give one or the other"
        raise ScopeError(message)
    reader = open_reader(said["folder"], said["snapshot"])
    return _list(reader, form) if name is None else _show_one(reader, name, said["also"], form)


def _list(reader: "Reader", form: str) -> int:
    """Every experiment in one line."""
    from dashboard.analysis.experiments.experiment import experiments
    from dashboard.charts.experiment_lists import listed

    printing.rows(listed(experiments(reader)), form)
    return DONE


def _show_one(reader: "Reader", name: str, also: tuple[str, ...], form: str) -> int:
    """An experiment of the warehouse."""
    from dashboard.analysis.experiments.experiment import experiment as judge
    from dashboard.charts import experiment_lists, experiment_words

    found = judge(reader, name, also)
    if found.judged is None:
        data = experiment_lists.stated_data(found)
        if form == "json":
            printing.structure(data)
        else:
            click.echo(experiment_words.whole(found))
        return DONE
    more = experiment_lists.stated_data(found)
    _print(found.judged, experiment_words.money(found), form, more)
    return REFUSALS if found.state == "broken" else DONE


def _show_file(path: Path, form: str, said: dict[str, Any]) -> int:
    """The experiment in a file."""
    from dashboard.analysis.experiments.from_file import judge_file
    from dashboard.charts import experiment_words

    columns, asked = _file_asked(said)
    found = judge_file(path, columns, asked)
    money = experiment_words.worth(found, said["worth"])
    _print(found, money, form)
    return REFUSALS if found.broken else DONE


def _file_asked(said: dict[str, Any]) -> "tuple[Columns, Asked]":
    """What the options say about a file.

    Raises:
        ScopeError: One that is needed is missing, or a split cannot be read.
    """
    from dashboard.analysis.experiments.from_file import Asked, Columns
    from dashboard.analysis.experiments.splits import read_split

    for name in ("unit", "arm", "control", "metric"):
        if not said[name]:
            message = f"a file is given without --{name}; name it"
            raise ScopeError(message)
    places = ("unit", "arm", "metric", "denominator", "cluster", "covariate", "segment")
    asked = Asked(
        control=said["control"],
        kind=said["kind"],
        better=said["better"],
        worthwhile=said["worthwhile"],
        planned_units=said["planned_units"],
        split=read_split(said["split"]),
    )
    return Columns(**{name: said[name] for name in places}), asked


def _print(
    found: "Judged", money: str, form: str, more: "dict[str, object] | None" = None
) -> None:
    from dashboard.charts import experiment_tables, experiment_words

    if form == "json":
        printing.structure((more or {}) | experiment_tables.as_data(found, money))
        return
    if form != "table":
        printing.rows(experiment_tables.measures_data(found), form)
        return
    click.echo(experiment_words.sentence(found, money))
    if found.headline is None:
        return
    click.echo(experiment_words.method(found))
    printing.table(experiment_tables.measures_table(found))
    for result in found.arms:
        if result.segments:
            said = experiment_words.segments(result.segments, found.measure)
            click.echo(f"{result.arm}: {said}")
    if any(result.segments for result in found.arms):
        printing.table(experiment_tables.segments_table(found))
    for note in found.notes:
        printing.note(f"Note: {note}.")
