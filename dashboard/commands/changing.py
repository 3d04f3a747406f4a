"""The command that takes a change apart."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    compared_asked,
    dimensions,
    format_option,
    open_reader,
    scope_options,
    versus_options,
    warehouse_option,
)
from dashboard.errors import NotEnoughDataError

if TYPE_CHECKING:
    from dashboard.analysis import Contributors, WhatChanged
    from dashboard.analysis.overview.gap import Gap
    from dashboard.scope import Scope
    from dashboard.warehouse import Reader


@click.command()
@click.argument("metric")
@click.option(
    "--by", "bys", multiple=True, metavar="DIM[,DIM]", help="One or two (default: segment)."
)
@versus_options
@scope_options
@warehouse_option
@format_option
def change(metric: str, bys: tuple[str, ...], folder: Path | None, form: str, **asked: Any) -> int:
    """Print what changed between two periods: mix, rate, and what drove it."""
    from dashboard.analysis import what_changed
    from dashboard.analysis.overview.change import change_table

    reader = open_reader(folder, asked["snapshot"])
    by = tuple(dimensions(bys)) or ("segment",)
    scope = compared_asked(reader, asked)
    found = what_changed(reader, metric, by, scope)
    if form in {"csv", "parquet"}:
        printing.rows(change_table(found, reader.manifest.id), form)
        return DONE
    drivers = _drivers(reader, metric, scope)
    if form == "json":
        printing.structure(_account(found, drivers, reader.manifest.id))
    else:
        _print(found, drivers, reader)
    return DONE


def _drivers(reader: "Reader", metric: str, scope: "Scope") -> "Contributors | None":
    """None for a count, and where the days are too few to judge by."""
    from dashboard.analysis import contributors

    if reader.catalog.metric(metric).denominator is None:
        return None
    try:
        return contributors(reader, metric, scope)
    except NotEnoughDataError as refused:
        printing.note(f"No contributors: {refused}.")
        return None


def _account(
    found: "WhatChanged", drivers: "Contributors | None", snapshot: int
) -> dict[str, Any]:
    """A change as JSON has it."""
    from dashboard.charts import change_said

    judged = found.judged
    return {
        "message": change_said(found),
        "metric": found.metric.name,
        "by": found.by,
        "unit": found.metric.unit,
        "period": asdict(found.period),
        "versus": asdict(found.versus),
        "running": found.running,
        "before": found.before,
        "after": found.after,
        "change": found.change,
        "low": judged.low,
        "high": judged.high,
        "verdict": judged.verdict,
        "mix": found.mix,
        "rate": found.rate,
        "mix_by": dict(zip(found.by, found.mix_by, strict=False)),
        "undivided": found.undivided,
        "same_mix": found.same_mix,
        "simpson": found.is_reversed,
        "money": asdict(found.money) if found.money else None,
        "gaps": [_gap(gap) for gap in found.gaps],
        "cells": [asdict(mover) for mover in found.movers],
        "contributors": [asdict(one) for one in drivers.found] if drivers else None,
        "tested": drivers.tested if drivers else None,
        "by_dimension": [asdict(one) for one in drivers.splits] if drivers else None,
        "beside": _account(found.beside, None, snapshot) if found.beside else None,
        "snapshot": snapshot,
    }


def _gap(gap: "Gap") -> dict[str, Any]:
    return {
        "segment": gap.segment,
        "value": gap.figure.value,
        "target": gap.target,
        "missed": gap.is_missed,
        "lacking": gap.lacking,
        "cash": None if gap.cash is None else float(gap.cash),
        "churn_exposure": None if gap.exposure is None else float(gap.exposure),
    }


def _print(found: "WhatChanged", drivers: "Contributors | None", reader: "Reader") -> None:
    from dashboard import charts
    from dashboard.analysis.overview.change import change_table
    from dashboard.charts.overview.gaps import gaps_table

    for sentence in charts.change_sentences(found):
        click.echo(sentence)
    dates = ["start", "end", "versus_start", "versus_end", "snapshot", "unit", "metric"]
    printing.table(change_table(found, reader.manifest.id).drop(dates))
    if found.gaps:
        printing.table(gaps_table(found.gaps))
    if drivers:
        click.echo(charts.contributors_said(drivers))
        if drivers.found:
            printing.table(charts.contributors_table(drivers, reader.catalog))
        printing.table(charts.splits_table(drivers, reader.catalog))
