"""Commands about forecasts: what they were worth, and what would be better."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.commands.options import DONE, format_option

if TYPE_CHECKING:
    from dashboard.analysis.forecast_file import FileScores


@click.command()
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV: series, date, actual, forecast[, lower, upper, issued_at].",
)
@click.option(
    "--season", type=click.IntRange(min=1), default=7, show_default=True, help="Rows a season."
)
@click.option(
    "--lead",
    type=click.IntRange(min=1),
    help="Judge the latest issue so many days before its date (a file may go without).",
)
@format_option
def forecast(path: Path | None, season: int, lead: int | None, form: str, **asked: Any) -> int:
    """Print how good forecasts were, per series and pooled.

    Errors are forecast minus actual: a positive bias is an over-forecast. wape, bias,
    value_added and coverage are shares; smape_m4 and mape per cent; mase and rmsse are in
    steps of the seasonal naive over the rows before a series' first forecast (over all its
    rows where there are none before). value_added is the WAPE of the seasonal naive less
    the forecast's: positive helps. mape is null where any actual is 0; notes say why a
    figure is missing.

    A file's row without a forecast is history, one without an actual is still to come.
    Without issued_at, a series' forecasts are taken as issued after its last row of history.

    As JSON: season, lead, waiting, stale, series, pooled; each score has series, n, actual,
    forecast, wape, wape_total, bias, mase, rmsse, smape_m4, mape, coverage, coverage_low,
    coverage_high, coverage_n, value_added, value_added_low, value_added_high,
    value_added_weeks, value_added_verdict, tracking_signal, notes.
    """
    from dashboard.analysis.forecast_file import score_file

    del asked
    if path is None:
        message = "no --file is given; name one"
        raise click.UsageError(message)
    found = score_file(path, season, lead)
    _print(found, lead, form)
    return DONE


def _print(found: "FileScores", lead: int | None, form: str) -> None:
    from dashboard.analysis.forecast_scores import flat, scores_table

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
