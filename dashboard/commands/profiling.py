"""Commands about bringing own data: a profile guessed from files, an example to try it on."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from dashboard import printing
from dashboard.commands.options import DONE, REFUSALS, open_warehouse
from dashboard.errors import ProfileError

if TYPE_CHECKING:
    from dashboard.warehouse.guessing.values import Order

_ORDERS: dict[str, "Order"] = {"day-first": "day first", "month-first": "month first"}


@click.group()
def profile() -> None:
    """Bring your own data: guess a profile from files."""


@profile.command()
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write the profile to (default: DIR's name and '-profile', here).",
)
@click.option("--label", help="How the source is called on screen (default: DIR's name).")
@click.option("--time-zone", help="Zone of local times in the files, like Europe/Berlin.")
@click.option(
    "--dates",
    type=click.Choice(list(_ORDERS)),
    help="What 03/04/2025 means, where the files leave it open.",
)
@click.option(
    "--constant",
    "constants",
    multiple=True,
    metavar="COLUMN=TEXT",
    help="One text for all deliveries: carrier=Wren.",
)
@click.option(
    "--means",
    multiple=True,
    metavar="WORD=MEANING",
    help="What a word of yours means: 'Refused=failed'.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    help="How to print.",
)
def new(source: Path, out: Path | None, form: Literal["table", "json"], **said: object) -> int:
    """Guess a profile from the files in DIR; exit code 1 if something is left to decide."""
    from dashboard.warehouse.guessing import Known, write

    target = out or Path(f"{source.resolve().name}-profile")
    with printing.steps("Reading") as progress:
        known = Known(
            label=_text(said["label"]),
            time_zone=_text(said["time_zone"]),
            order=_ORDERS.get(str(said["dates"])),
            constants=_pairs(said["constants"]),
            means=_pairs(said["means"]),
            progress=progress,
        )
        draft = open_warehouse(None).guess_profile(source, known)
    files = write(draft, target)
    printing.profile(draft, source, files, form)
    return REFUSALS if draft.questions else DONE


@profile.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def example(folder: Path) -> int:
    """Write a made-up export to try it on: own column names, European dates, latin-1."""
    from dashboard import tree

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} holds files already; name another folder"
        raise ProfileError(message)
    path = tree.sample_generator().write_export(folder)
    click.echo(f"Wrote {path}: made-up deliveries as a German shipping system exports them.")
    return DONE


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _pairs(given: object) -> dict[str, str]:
    """What stands on both sides of each equals sign; the last of it counts."""
    found = {}
    for one in given if isinstance(given, tuple) else ():
        name, sign, text = str(one).rpartition("=")
        if not sign or not text.strip():
            message = f"'{one}' says nothing; write it like carrier=Wren"
            raise ProfileError(message)
        found[name.strip()] = text.strip()
    return found
