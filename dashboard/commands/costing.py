"""The command that asks what it costs to serve: the twin of the page."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    import polars as pl

    from dashboard.scope import Scope
    from dashboard.warehouse import Reader

RULES = ("booked", "volume", "stops", "minutes", "distance", "weight", "tdabc")
SHOWN = ("groups", "rules", "ledger", "customers", "first-attempts", "levers")


@click.command()
@click.option(
    "--rule",
    type=click.Choice(RULES),
    default="booked",
    show_default=True,
    help="How to split shared cost.",
)
@click.option("--by", "bys", multiple=True, metavar="DIM[,DIM]", help="Split by dimensions.")
@click.option(
    "--show",
    type=click.Choice(SHOWN),
    default="groups",
    show_default=True,
    help="Revenue, cost and margin; every rule; the ledger; or what lies behind.",
)
@scope_options
@warehouse_option
@format_option
def cost(
    rule: str, bys: tuple[str, ...], show: str, folder: Path | None, form: str, **asked: Any
) -> int:
    """Print what deliveries cost, under a rule that splits shared cost."""
    reader = open_reader(folder, asked["snapshot"])
    scope = scope_asked(reader, asked)
    by = tuple(dimensions(bys)) or ("segment",)
    grouped = show == "groups"
    found = _groups(reader, rule, by, scope) if grouped else _behind(show, reader, rule, scope)
    printing.rows(found, form)
    return DONE


def _groups(reader: "Reader", rule: str, by: tuple[str, ...], scope: "Scope") -> "pl.DataFrame":
    from dashboard.analysis.costs.to_serve import split_cost
    from dashboard.charts.costs import words as cost_words

    found = split_cost(reader, rule, by, scope)
    return cost_words.allocation_figures(found, by, reader.manifest.id)


def _behind(show: str, reader: "Reader", rule: str, scope: "Scope") -> "pl.DataFrame":
    from dashboard import analysis
    from dashboard.charts.costs import words as cost_words

    if show == "rules":
        return cost_words.rule_figures(
            analysis.cost_to_serve(reader, rule, scope), reader.manifest.id
        )
    if show == "ledger":
        return cost_words.bridge_figures(analysis.ledger_bridge(reader, scope.period))
    if show == "levers":
        return cost_words.lever_figures(analysis.levers(reader, rule, scope))
    if show == "first-attempts":
        return cost_words.matched_figures(analysis.failed_attempt_cost(reader, scope))
    return reader.report("customer_margins", scope)
