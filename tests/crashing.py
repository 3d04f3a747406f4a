"""Commands in processes of their own, which a failpoint or a test may kill.

They are forked from a process that has everything imported and no thread yet: a kill takes
a quarter of a second.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from types import ModuleType

from dashboard import cli
from dashboard.settings import Settings
from dashboard.warehouse import ImportOptions, Warehouse, failpoints

PATIENCE_SECONDS = 120

_forks = get_context("forkserver")
_forks.set_forkserver_preload(["dashboard.cli", "dashboard.warehouse", "dashboard.printing"])


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Its exit code; minus the signal that killed it.
        said: What it wrote to standard error.
    """

    code: int | None
    said: str


def doorstep(folder: Path, *words: str, failpoint: str = "") -> Ended:
    """Run one command in a process of its own, to its end.

    Args:
        folder: What it says is kept here.
        words: Of the command line.
        failpoint: Where it dies; '' nowhere.
    """
    process, said = start(folder, *words, failpoint=failpoint)
    process.join(PATIENCE_SECONDS)
    return Ended(process.exitcode, said.read_text(encoding="utf-8"))


def start(folder: Path, *words: str, failpoint: str = "") -> tuple[BaseProcess, Path]:
    """Start one command; returns its process, and the file that it writes errors to."""
    said = folder / f"said-{len(list(folder.glob('said-*')))}"
    said.touch()
    process = _forks.Process(target=_run, args=(words, said, failpoint), daemon=True)
    with _no_page_as_main():
        process.start()
    return process, said


@contextmanager
def _no_page_as_main() -> Iterator[None]:
    """Streamlit's own tests leave a page as `__main__`, which a new process would run first."""
    page, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = page


def _run(words: tuple[str, ...], said: Path, failpoint: str) -> None:
    for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
        del os.environ[name]
    os.environ |= {"DOORSTEP_THREADS": "1", "DOORSTEP_ROLLUP_FROM_ROWS": "0"}
    if failpoint:
        os.environ[failpoints.VARIABLE] = failpoint
    os.chdir(said.parent)
    with said.open("w", encoding="utf-8", buffering=1) as sys.stderr:
        code = cli.main(words)
    os._exit(code)


class Held:
    """An import in a process of its own that stands still at a step, holding the lock."""

    def __init__(self, warehouse: Path, source: Path, profile: str, step: str) -> None:
        """Start it, and wait until it is there."""
        there, self._go = _forks.Event(), _forks.Event()
        args = (warehouse, source, profile, step, there, self._go)
        self.process = _forks.Process(target=_import_and_stop, args=args, daemon=True)
        with _no_page_as_main():
            self.process.start()
        assert there.wait(PATIENCE_SECONDS)

    def go_on(self) -> int | None:
        """Let it go to its end; returns its exit code."""
        self._go.set()
        self.process.join(PATIENCE_SECONDS)
        return self.process.exitcode


def _import_and_stop(
    warehouse: Path, source: Path, profile: str, step: str, *signals: Event
) -> None:
    there, go = signals

    def stop(begun: str) -> None:
        if begun == step:
            there.set()
            go.wait(PATIENCE_SECONDS)

    one = Warehouse(warehouse, settings=Settings(threads=1))
    one.import_folder(source, ImportOptions(profile, progress=stop))
