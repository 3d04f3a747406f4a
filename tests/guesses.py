"""What tests of guessed profiles share: a folder of one file, and what is guessed from it."""

import csv
from collections.abc import Sequence
from pathlib import Path

from dashboard.warehouse import Draft, Known, Warehouse

NAMES = ("Sendungsnummer", "Spediteur", "bestellt", "zugesagt bis", "zugestellt", "Status")
ROW = ("S1", "Wren", "2025-02-13 08:00", "2025-02-14 18:00", "2025-02-14 12:00", "Zugestellt")


def guessed(folder: Path, known: Known | None = None) -> Draft:
    """What is guessed from the files of a folder."""
    return Warehouse(folder.with_name("unused")).guess_profile(folder, known or Known())


def write_file(
    folder: Path,
    names: Sequence[str] = NAMES,
    rows: Sequence[Sequence[str]] = (ROW,),
    name: str = "shipments.csv",
    **dialect: str,
) -> Path:
    """Write one CSV file into a folder."""
    folder.mkdir(exist_ok=True)
    encoding = dialect.pop("encoding", "utf-8")
    with (folder / name).open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **dialect).writerows([names, *rows])  # ty: ignore[no-matching-overload]
    return folder


def filled(draft: Draft) -> dict[str, str]:
    """Contract column by raw column, of the first table."""
    return {one.name: one.target for one in draft.tables[0].columns if one.target}
