"""Commands about experiments: the warehouse's own, an analyst's file, a plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    REFUSALS,
    Day,
    format_option,
    open_reader,
    warehouse_option,
    warehouse_path,
)
from dashboard.errors import ScopeError

if TYPE_CHECKING:
    from dashboard.analysis.experiments.from_file import Asked, Columns
    from dashboard.analysis.experiments.planning import Plan
    from dashboard.analysis.experiments.results import Judged
    from dashboard.state import FrozenPlan
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
@click.option("--pair", help="Column that two periods of a switchback share: the zone's day.")
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
    return _list(reader, form) if name is None else _show_one(reader, name, said, form)


def _list(reader: "Reader", form: str) -> int:
    """Every experiment in one line."""
    from dashboard.analysis.experiments.experiment import experiments
    from dashboard.charts.experiments.lists import listed

    printing.rows(listed(experiments(reader)), form)
    return DONE


def _show_one(reader: "Reader", name: str, said: dict[str, Any], form: str) -> int:
    """An experiment of the warehouse."""
    from dashboard.analysis.experiments.experiment import experiment as judge
    from dashboard.charts.experiments import lists as experiment_lists
    from dashboard.charts.experiments import plans as experiment_plans
    from dashboard.charts.experiments import words as experiment_words
    from dashboard.state import State

    found = judge(reader, name, said["also"])
    frozen = State.of(warehouse_path(said["folder"])).plans(name)
    plan = experiment_plans.frozen_said(frozen, found.stated)
    if found.judged is None:
        data = experiment_lists.stated_data(found) | {"plan": plan}
        if form == "json":
            printing.structure(data)
        else:
            click.echo(experiment_words.whole(found))
        return REFUSALS if found.state == "broken" else DONE
    more = experiment_lists.stated_data(found) | {"plan": plan}
    _print(found.judged, experiment_words.whole(found), form, more)
    if form == "table":
        click.echo("\n".join(plan))
    return REFUSALS if found.state == "broken" else DONE


def _show_file(path: Path, form: str, said: dict[str, Any]) -> int:
    """The experiment in a file."""
    from dashboard.analysis.experiments.from_file import judge_file
    from dashboard.charts.experiments import words as experiment_words

    columns, asked = _file_asked(said)
    found = judge_file(path, columns, asked)
    sentence = experiment_words.sentence(found, experiment_words.worth(found, said["worth"]))
    _print(found, sentence, form)
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
    places = ("unit", "arm", "metric", "denominator", "cluster", "covariate", "segment", "pair")
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
    found: "Judged", sentence: str, form: str, more: "dict[str, object] | None" = None
) -> None:
    from dashboard.charts.experiments import tables as experiment_tables
    from dashboard.charts.experiments import words as experiment_words

    if form == "json":
        printing.structure((more or {}) | experiment_tables.as_data(found, sentence))
        return
    if form != "table":
        printing.rows(experiment_tables.measures_data(found), form)
        return
    click.echo(sentence)
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


@experiment.command("plan")
@click.option("--metric", required=True, help="Primary metric.")
@click.option(
    "--unit",
    type=click.Choice(("delivery", "customer", "route", "zone_day", "switchback", "depot")),
    default="customer",
    show_default=True,
    help="What will be randomised.",
)
@click.option("--worthwhile", type=float, required=True, help="Smallest effect worth having, > 0.")
@click.option("--expected", type=float, help="Effect hoped for (default: the worthwhile one).")
@click.option("--share", type=float, default=1.0, show_default=True, help="Part of the traffic.")
@click.option("--power", type=float, default=0.8, show_default=True, help="Chance to find it.")
@click.option("--freeze", "name", metavar="ID", help="Freeze the plan for this experiment.")
@click.option("--hypothesis", default="", help="What is expected, in words (with --freeze).")
@click.option("--guardrails", default="", metavar="METRIC:MARGIN,…", help="With --freeze.")
@click.option("--starts", type=Day(), help="First day (with --freeze).")
@click.option("--by", help="Who freezes it.")
@click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest).")
@warehouse_option
@format_option
def plan_command(name: str | None, form: str, **said: Any) -> int:
    """Plan an experiment: units, weeks, the chance of each verdict, an A/A check on the past.

    CSV and Parquet hold the power curve by weeks.
    """
    from dashboard.analysis.experiments.planning import Wish, plan
    from dashboard.charts.experiments import plans as experiment_plans

    reader = open_reader(said["folder"], said["snapshot"])
    expected = said["worthwhile"] if said["expected"] is None else said["expected"]
    places = ("metric", "unit", "worthwhile", "share", "power")
    found = plan(reader, Wish(**{one: said[one] for one in places}, expected=expected))
    frozen = _freeze(name, found, said) if name else None
    if form == "json":
        data = {"hash": frozen.hash if frozen else None, **experiment_plans.as_data(found)}
        printing.structure(data)
    elif form == "table":
        _print_plan(found)
    else:
        printing.rows(experiment_plans.course_data(found), form)
    if frozen:
        printing.note(f"Plan of '{frozen.experiment}' is frozen, hash {frozen.hash[:12]}.")
    return DONE


def _print_plan(found: "Plan") -> None:
    from dashboard.charts.experiments import plans as experiment_plans

    said = (
        experiment_plans.finding(found),
        experiment_plans.basis(found),
        *experiment_plans.verdicts_said(found),
        experiment_plans.against_itself(found),
    )
    for line in said:
        click.echo(line)
    printing.table(experiment_plans.traffic_table(found))


def _freeze(name: str, found: "Plan", said: dict[str, Any]) -> "FrozenPlan":
    """Keep the plan beside the snapshots.

    Raises:
        ScopeError: The plan needs more than a year, or has no first day.
    """
    from dashboard.analysis.experiments.planning import terms_of
    from dashboard.analysis.experiments.splits import read_guardrails
    from dashboard.state import State

    read_guardrails(said["guardrails"])
    terms = terms_of(found, said["hypothesis"], said["guardrails"], said["starts"])
    return State.of(warehouse_path(said["folder"])).freeze_plan(name, terms, said["by"] or "")
