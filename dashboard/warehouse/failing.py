"""An import or a migration that breaks off: one sentence, and nothing is published."""

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dashboard.errors import DashboardError, DiskFullError, WarehouseError
from dashboard.warehouse import disk

_LARGEST_SHARE = 2.5
_SMALLEST = 500_000
_MEGABYTE = 1_000_000


@dataclass
class Work:
    """What publishes all of its outcome, or nothing.

    Attributes:
        name: What it is called.
        folder: The warehouse.
        told: Is told the name of each step as it begins.
        step: The step it is at.
        room: Bytes that it may need on the disk; an estimate.
    """

    name: str
    folder: Path
    told: Callable[[str], None] = lambda _step: None
    step: str = "starting"
    room: int = 0

    def begin(self, step: str) -> None:
        """Say that a step begins."""
        self.step = step
        self.told(step)

    def reads(self, size: int) -> None:
        """Estimate the room needed from the bytes of all that is read.

        Imports of 400 deliveries made by hand, of the sample's 40,000 and 400,000, and of the
        Olist set wrote 2.5 times as much, and half a megabyte, at most; the larger the less.
        What spills from memory comes on top, and goes.
        """
        self.room = round(_LARGEST_SHARE * size) + _SMALLEST


@contextmanager
def all_or_nothing(work: Work) -> Generator[None, None, None]:
    """Say in one sentence what broke a piece of work off.

    Raises:
        DiskFullError: There was no room left for what it wrote.
        WarehouseError: DuckDB or the operating system failed.
    """
    try:
        yield
    except (duckdb.Error, OSError, DashboardError) as wrong:
        if disk.is_full(wrong):
            raise _no_room(work) from wrong
        if isinstance(wrong, DashboardError):
            raise
        reason = str(wrong).splitlines()[0]
        message = f"the {work.name} broke off ({reason}); nothing was published"
        raise WarehouseError(message) from wrong


def _no_room(work: Work) -> DiskFullError:
    above = (work.folder, *work.folder.absolute().parents)
    free = shutil.disk_usage(next(one for one in above if one.exists())).free
    message = (
        f"the disk of {work.folder} is full, nothing was published (the {work.name} was at "
        f"'{work.step}' and may need {_megabytes(work.room)}, {_megabytes(free)} are free); "
        "make room and start it again"
    )
    return DiskFullError(message)


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"
