"""Figures that did not come from Doorstep: tests/vectors/<folder>/."""

import csv
import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("vectors")


def expected(folder: str) -> dict[str, Any]:
    """The figures of a vector; its file names where they come from."""
    return json.loads((_FOLDER / folder / "expected.json").read_text(encoding="utf-8"))["expected"]


def given_rows(folder: str) -> list[dict[str, str]]:
    """The rows that a vector starts from."""
    with (_FOLDER / folder / "input.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def column(rows: list[dict[str, str]], name: str) -> list[float]:
    """One column as numbers."""
    return [float(row[name]) for row in rows]
