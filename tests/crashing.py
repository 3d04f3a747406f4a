"""Commands in processes of their own, which a failpoint or a test may kill.

They are forked from a process that has everything imported and no thread yet: forty
imports take seconds, not a minute.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from dashboard import cli
from dashboard.warehouse import failpoints

PATIENCE_SECONDS = 60

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
    process.start()
    return process, said


def _run(words: tuple[str, ...], said: Path, failpoint: str) -> None:
    for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
        del os.environ[name]
    os.environ["DOORSTEP_THREADS"] = "1"
    if failpoint:
        os.environ[failpoints.VARIABLE] = failpoint
    os.chdir(said.parent)
    with said.open("w", encoding="utf-8", buffering=1) as sys.stderr:
        code = cli.main(words)
    os._exit(code)
