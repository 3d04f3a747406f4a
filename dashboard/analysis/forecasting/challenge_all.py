"""Challenge many series at once, in processes of their own that can be stopped at any time."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from dashboard.analysis.forecasting.challenge import Asked, Challenged, judged_together
from dashboard.analysis.forecasting.challenge_series import By, asked
from dashboard.analysis.forecasting.review import Basis
from dashboard.analysis.forecasting.rows import cut_to_known
from dashboard.errors import WarehouseError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_LOOK_SECONDS = 0.3

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Challenge:
    """Series to challenge, and those that are done.

    Attributes:
        series: All of them.
        lead: Lead time of the comparison, in days.
        kept: Results by segment and zone; they stay with the snapshot, so that a stopped
            challenge goes on where it was.
    """

    series: tuple[Asked, ...]
    lead: int
    kept: dict[Key, Challenged]

    def left(self) -> list[Asked]:
        """Series that are not done."""
        return [one for one in self.series if (one.segment, one.zone) not in self.kept]

    def results(self) -> tuple[Challenged, ...]:
        """What is done, in the order asked; verdicts hold over all of it together."""
        keys = [(one.segment, one.zone) for one in self.series]
        return judged_together([self.kept[key] for key in keys if key in self.kept])


def challenge(reader: Reader, scope: Scope, basis: Basis, by: By) -> Challenge:
    """State a challenge; `work` does it. See `challenge_series.asked`."""
    cut = cut_to_known(scope).filters
    kept: dict[Key, Challenged] = reader.once(("challenge", cut, basis, by), dict)
    return Challenge(asked(reader, scope, basis, by), basis.lead, kept)


def work(on: Challenge, jobs: int = 0) -> Generator[int]:
    """Back-test what is left, and say some times a second how many series are done.

    Processes of their own, not of a pool: a page's script is no main module that a pool
    could start from, and a pool cannot let go of work that has begun. Closing the iterator
    ends them at once; what is done is kept.

    Args:
        on: The challenge.
        jobs: Processes; 0 for one per core.

    Raises:
        WarehouseError: A process ended by itself.
    """
    waiting = iter(on.left())
    with _workers(min(jobs or os.cpu_count() or 1, len(on.left()))) as idle:
        busy = {one for one in idle if _give(one, waiting, on.lead)}
        while busy:
            for ready in wait(busy, _LOOK_SECONDS):
                found = _taken(ready)  # ty: ignore[invalid-argument-type]
                on.kept[found.segment, found.zone] = found
                if not _give(ready, waiting, on.lead):  # ty: ignore[invalid-argument-type]
                    busy.discard(ready)
            yield len(on.series) - len(on.left())


def _give(worker: Connection, waiting: Iterator[Asked], lead: int) -> bool:
    one = next(waiting, None)
    if one is not None:
        with _which_may_end():
            worker.send((one, lead))
    return one is not None


def _taken(worker: Connection) -> Challenged:
    with _which_may_end():
        return worker.recv()


@contextmanager
def _which_may_end() -> Generator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as ended:
        message = "a process of the back-test ended by itself; it needs more memory, or fewer jobs"
        raise WarehouseError(message) from ended


@contextmanager
def _workers(count: int) -> Generator[list[Connection]]:
    with ExitStack() as stack:
        yield [stack.enter_context(_worker()) for _ in range(count)]


@contextmanager
def _worker() -> Generator[Connection]:
    """A process apart from this one's signals: who stops this one stops it here."""
    own, its = Pipe()
    worker = "dashboard.analysis.forecasting.challenge_worker"
    command = [sys.executable, "-m", worker, str(its.fileno())]
    process = subprocess.Popen(  # noqa: S603  (this interpreter, this package)
        command,
        env=os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(sys.path)},
        pass_fds=[its.fileno()],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    its.close()
    try:
        yield own
    finally:
        own.close()
        process.kill()
        process.wait()
