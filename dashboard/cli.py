"""The command line: `doorstep …`. Each command calls the function that the page calls.

Exit codes: 0 done; 1 done, with refusals to look at; 2 could not. Errors are one line.
"""

import sys
from collections.abc import Sequence

import click

from dashboard import __version__
from dashboard.commands import (
    acting,
    asking,
    causing,
    changing,
    charting,
    comparing,
    costing,
    drilling,
    experimenting,
    forecasting,
    keeping,
    listening,
    loading,
    mapping,
    profiling,
    reviewing,
    running,
    settling,
)
from dashboard.commands.options import COULD_NOT, DONE, REFUSALS
from dashboard.errors import DashboardError

__all__ = ["COULD_NOT", "DONE", "REFUSALS", "doorstep", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="doorstep")
def doorstep() -> None:
    """Doorstep: an interactive performance dashboard for segmented last-mile delivery."""


for command in (
    loading.import_command,
    loading.quality,
    loading.migrate,
    keeping.snapshots,
    keeping.retain,
    keeping.backup,
    keeping.restore,
    asking.metrics,
    asking.quantiles_command,
    asking.report,
    asking.sql,
    costing.cost,
    drilling.deliveries,
    drilling.delivery,
    drilling.breach_money_command,
    listening.satisfaction_command,
    listening.themes_command,
    listening.benchmarks_command,
    changing.change,
    causing.causes_command,
    charting.service,
    charting.control,
    charting.definitions_bridge,
    charting.capability,
    experimenting.experiment,
    forecasting.forecast,
    forecasting.challenge,
    mapping.hotspots,
    reviewing.scoreboard_command,
    reviewing.value,
    comparing.carriers_command,
    comparing.reallocate,
    settling.settle,
    settling.disputes,
    acting.actions,
    profiling.profile,
    running.serve,
    running.demo,
):
    doorstep.add_command(command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Words of the command line; those of the process by default.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = doorstep(words, prog_name="doorstep", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return DONE
    except click.ClickException as refused:
        return _fail(refused.format_message().rstrip("."))
    except click.Abort:
        return _fail("stopped")
    except DashboardError as refused:
        return _fail(str(refused))
    except BrokenPipeError:
        return DONE
    return code if isinstance(code, int) else DONE


def _fail(message: str) -> int:
    click.echo(f"doorstep: {' '.join(message.split())}", err=True)
    return COULD_NOT


if __name__ == "__main__":
    sys.exit(main())
