"""Running one thing in a process of its own, for its time and its memory."""

import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """What one run took.

    Attributes:
        result: What it returned.
        seconds: By the clock.
        processor: Seconds of processor time, all threads together.
        gib: Most memory that its process ever held, in GiB.
    """

    result: Any
    seconds: float
    processor: float
    gib: float


def alone(run: Callable[..., object], *arguments: object) -> Cost:
    """Run a module's function in a fresh process, as a script of its own would.

    (DuckDB draws its progress in processes that `multiprocessing` starts.)

    Raises:
        CalledProcessError: It failed; its traceback was printed.
    """
    asked = pickle.dumps((run.__module__, run.__name__, arguments))
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=asked, stdout=subprocess.PIPE, check=True
    )
    return Cost(*pickle.loads(done.stdout))  # noqa: S301  (its own words)


def middle(ask: Callable[[], object], times: int) -> float:
    """The median of several runs in this process, in seconds."""
    return median(seconds(ask) for _ in range(times))


def seconds(ask: Callable[[], object]) -> float:
    """One run in this process."""
    start = perf_counter()
    ask()
    return perf_counter() - start


def _answer() -> None:
    """Run what standard input asks for; result and cost go to standard output."""
    module, name, arguments = pickle.loads(sys.stdin.buffer.read())  # noqa: S301
    run = getattr(import_module(module), name)
    before, start = _processor(), perf_counter()
    result = run(*arguments)
    took = perf_counter() - start
    sys.stdout.buffer.write(pickle.dumps((result, took, _processor() - before, _peak())))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    """GiB; Linux hands getrusage's figure on from the process that started this one."""
    if not _STATUS.exists():
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    lines = _STATUS.read_text(encoding="utf-8").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kib) / 2**20


if __name__ == "__main__":
    _answer()
