"""Commands about what customers say, and what others publish."""

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
    from dashboard.analysis.satisfaction.lateness_cost import LatenessCost


@click.command("satisfaction")
@scope_options
@warehouse_option
@format_option
def satisfaction_command(folder: Path | None, form: str, **asked: Any) -> int:
    """Print satisfaction by segment, weighted, with what lateness costs."""
    from dashboard.analysis.satisfaction.lateness_cost import lateness_cost
    from dashboard.analysis.satisfaction.ratings import satisfaction
    from dashboard.analysis.satisfaction.silent import silent_failures
    from dashboard.analysis.satisfaction.themes import themes
    from dashboard.analysis.satisfaction.voice import finding
    from dashboard.charts.satisfaction import drawn as voices
    from dashboard.charts.satisfaction import tables as voice_tables

    reader = open_reader(folder, asked["snapshot"])
    scope = scope_asked(reader, asked)
    said, cost = satisfaction(reader, scope), lateness_cost(reader, scope)
    silent = silent_failures(reader, scope)
    segments = voice_tables.segment_rows(said)
    if form == "json":
        printing.structure(
            {
                "message": finding(said, cost, themes(reader, scope)),
                "snapshot": reader.manifest.id,
                "provisional": said.provisional,
                "segments": segments.to_dicts(),
                "lateness": _lateness(cost),
                "silent_excess": _ends(silent.excess),
                "silent_failures": voice_tables.silence_rows(silent).to_dicts(),
            }
        )
    elif form == "table":
        click.echo(f"{said.message}.")
        printing.table(voice_tables.segment_table(said).drop("Note"))
        click.echo(voices.effective_said(said))
        click.echo(voices.cost_sentence(cost))
        printing.table(voice_tables.band_rows(cost))
        click.echo(voices.silence_sentence(silent))
        printing.table(voice_tables.silence_table(silent))
    else:
        printing.rows(segments, form)
    return DONE


@click.command("themes")
@scope_options
@warehouse_option
@format_option
def themes_command(folder: Path | None, form: str, **asked: Any) -> int:
    """Print themes of contacts and comments, and which are rising where."""
    from dashboard.analysis.satisfaction.themes import themes
    from dashboard.charts.satisfaction import tables as voice_tables
    from dashboard.charts.satisfaction import words as theme_words

    reader = open_reader(folder, asked["snapshot"])
    found = themes(reader, scope_asked(reader, asked))
    zones, overall = voice_tables.theme_rows(found.zones), voice_tables.theme_rows(found.overall)
    if form == "json":
        base = found.base
        printing.structure(
            {
                "message": found.message,
                "snapshot": reader.manifest.id,
                "due": found.due,
                "compared_with": {"start": base.start, "end": base.end} if base else None,
                "family": zones.height,
                "emerging": [row for row in zones.to_dicts() if row["emerging"]],
                "zones": zones.to_dicts(),
                "overall": overall.to_dicts(),
                "words": found.now["contacts"].words,
                "filed_by_tool": found.filed,
            }
        )
    elif form == "table":
        click.echo(f"{found.message}.")
        printing.table(voice_tables.overall_table(found))
        click.echo(theme_words.family(found))
        printing.table(voice_tables.emerging_table(found))
    else:
        printing.rows(voice_tables.theme_rows((*found.overall, *found.zones)), form)
    return DONE


@click.command("benchmarks")
@scope_options
@warehouse_option
@format_option
def benchmarks_command(folder: Path | None, form: str, **asked: Any) -> int:
    """Print published figures beside ours, recomputed under their definitions."""
    from dashboard.analysis.benchmarks import benchmarks
    from dashboard.charts.data import benchmarks as benchmark_tables

    reader = open_reader(folder, asked["snapshot"])
    found = benchmarks(reader, scope_asked(reader, asked))
    if form == "table":
        printing.table(benchmark_tables.shown(found, reader.catalog.metrics))
    else:
        printing.rows(benchmark_tables.rows(found), form)
    return DONE


def _lateness(cost: "LatenessCost") -> dict[str, Any]:
    from dashboard.charts.satisfaction import tables as voice_tables

    return {
        "first_minute": _ends(cost.first_minute),
        "hour": _ends(cost.hour),
        "days": _ends(cost.days),
        "undelivered": _ends(cost.undelivered),
        "beyond_hour": _ends(cost.beyond_hour),
        "differs_by_segment_p": cost.differs,
        "replies": cost.replies,
        "why_not": cost.why_not,
        "bands": voice_tables.band_rows(cost).to_dicts(),
        "curves": voice_tables.curve_rows(cost).to_dicts(),
    }


def _ends(cost: Any) -> dict[str, float] | None:
    return None if cost is None else {"value": cost.value, "low": cost.low, "high": cost.high}
