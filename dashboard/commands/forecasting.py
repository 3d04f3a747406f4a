"""Commands about forecasts: what they were worth, and what would be better."""

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

if TYPE_CHECKING:
    from dashboard.analysis.forecasting.file import FileScores
    from dashboard.analysis.forecasting.review import Basis, Forecast


@click.command()
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV: series, date, actual, forecast[, lower, upper, issued_at]; no warehouse is read.",
)
@click.option(
    "--season",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="Rows a season, of a file.",
)
@click.option(
    "--lead",
    type=click.IntRange(min=1),
    help="Days before its date at which a forecast is judged (warehouse: 7).",
)
@click.option("--step", default="", help="Whose forecast (default: the consensus); "
              "'seasonal naive' is known to all.")  # fmt: skip
@scope_options
@warehouse_option
@format_option
def forecast(path: Path | None, season: int, lead: int | None, form: str, **asked: Any) -> int:
    """Print how good forecasts were: of the warehouse, or of a file.

    Errors are forecast minus actual: a positive bias is an over-forecast. wape, bias,
    value_added and coverage are shares; smape_m4 and mape per cent; mase and rmsse are in
    steps of the seasonal naive over the rows before (a file's: before a series' first
    forecast; over all its rows where there are none before). value_added is the WAPE of the
    seasonal naive less the forecast's: positive helps. mape is null where any actual is 0;
    notes say why a figure is missing.

    A file's row without a forecast is history, one without an actual is still to come.
    Without issued_at, a series' forecasts are taken as issued after its last row of history.

    As JSON: each score has series, n, actual, forecast, wape, wape_total, bias, mase, rmsse,
    smape_m4, mape, coverage, coverage_low, coverage_high, coverage_n, value_added,
    value_added_low, value_added_high, value_added_weeks, value_added_verdict,
    tracking_signal, notes. Of a file: season, lead, waiting, stale, series, pooled. Of the
    warehouse: message, lead, step, period, year, excluded, ignored, scores (with lead), weeks,
    cuts, misses, steps, overrides, tracking, coherence, capacity, plans.
    """
    if path is not None:
        from dashboard.analysis.forecasting.file import score_file

        _print_file(score_file(path, season, lead), lead, form)
        return DONE
    from dashboard.analysis.forecasting.review import forecast as ask

    reader = open_reader(asked.pop("folder"), asked["snapshot"])
    _print_found(ask(reader, scope_asked(reader, asked), _basis(lead, asked["step"])), form)
    return DONE


def _basis(lead: int | None, step: str) -> "Basis":
    from dashboard import settings
    from dashboard.analysis.forecasting.review import USUAL_LEAD, Basis

    own = settings.load()
    return Basis(lead or USUAL_LEAD, step, own.capacity_commit_days, own.volume_lag_days)


def _print_found(found: "Forecast", form: str) -> None:
    from dataclasses import asdict

    from dashboard.analysis.forecasting.tables import board_table, part_tables

    board, parts = board_table(found), part_tables(found)
    if form == "json":
        printing.structure(
            {
                "message": found.message,
                "lead": found.lead,
                "step": found.step,
                "period": asdict(found.period),
                "year": asdict(found.year),
                "excluded": asdict(found.excluded),
                "ignored": found.ignored,
                "scores": board.to_dicts(),
                **{name: rows.to_dicts() for name, rows in parts.items()},
            }
        )
    elif form == "table":
        click.echo(f"{found.message}.")
        printing.table(board.drop("notes"))
        for name in ("steps", "tracking", "capacity"):
            if parts[name].height:
                printing.table(parts[name])
    else:
        printing.rows(board, form)


def _print_file(found: "FileScores", lead: int | None, form: str) -> None:
    from dashboard.analysis.forecasting.scores import flat, scores_table

    everything = scores_table((*found.series, found.pooled))
    if form == "json":
        printing.structure(
            {
                "season": found.season,
                "lead": lead,
                "waiting": found.waiting,
                "stale": found.stale,
                "series": [flat(one) for one in found.series],
                "pooled": flat(found.pooled),
            }
        )
    elif form == "table":
        printing.table(everything)
        printing.note(
            f"{found.waiting} forecasts wait for their actual; {found.stale} issues were "
            "too late or too old for the lead."
        )
    else:
        printing.rows(everything, form)


@click.command()
@click.option("--by-zone", is_flag=True, help="One series per segment and zone.")
@click.option("--lead", type=click.IntRange(1, 42), default=7, show_default=True,
              help="Days between issue and day at which errors are compared.")  # fmt: skip
@click.option("--step", default="", help="The forecast in use (default: the consensus).")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes (default: one per core).")
@click.option(
    "--write",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV file for the next eight weeks, in the shape of the contract's table forecasts.",
)
@scope_options
@warehouse_option
@format_option
def challenge(
    target: Path | None, jobs: int | None, folder: Path | None, form: str, **asked: Any
) -> int:
    """Back-test other models against the forecast in use, and write their next eight weeks.

    Seasonal naive, ETS, STL, MSTL (where more than two years are known before the first
    origin) and SARIMAX with promotions and holidays forecast from every second week of the
    last 64. The model is chosen on the earlier half of these origins and judged on the
    later half; verdicts hold over all series together. Coverage is how often ranges of 80 %
    held. --where cuts by segment or zone; days do not matter. Ctrl-C stops it; nothing is
    written then.

    As JSON: message, series: segment, zone, model, wape, wape_seasonal_naive, wape_ets,
    wape_stl, wape_mstl, wape_sarimax, current_step, current_wape, value_added,
    value_added_low, value_added_high, value_added_weeks, verdict, coverage, coverage_n, why.
    """
    from contextlib import closing

    from dashboard.analysis.forecasting import challenge as said
    from dashboard.analysis.forecasting.challenge_all import challenge as state
    from dashboard.analysis.forecasting.challenge_all import work

    reader = open_reader(folder, asked["snapshot"])
    by = "zone" if asked["by_zone"] else "segment"
    basis = _basis(asked["lead"], asked["step"])
    stated = state(reader, scope_asked(reader, asked), basis, by)
    total = len(stated.series)
    part = max(total // 20, 1)
    with printing.bar("Back-testing") as progress, closing(work(stated, jobs or 0)) as working:
        for done in working:
            progress(f"{done - done % part} of {total} series", done / total)
    found = stated.results()
    rows, message = said.challenge_table(found), said.message(found)
    if target is not None:
        said.as_contract(found, reader.manifest.as_of).write_csv(target)
        printing.note(f"The next eight weeks are in {target}.")
    if form == "json":
        printing.structure({"message": message, "series": rows.to_dicts()})
    elif form == "table":
        click.echo(f"{message}.")
        printing.table(rows)
    else:
        printing.rows(rows, form)
    return DONE
