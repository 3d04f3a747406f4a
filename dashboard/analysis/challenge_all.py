"""Challenge many series at once, one process a core."""

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

from dashboard.analysis.challenge import Asked, Challenged, challenge_one

Progress = Callable[[str, float], None]

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_FEW = 2
_BATCH = 4


def challenge_all(
    asked: Sequence[Asked], lead: int, jobs: int, progress: Progress
) -> tuple[Challenged, ...]:
    """Back-test every series, in the order asked.

    An interrupt cancels what has not begun and is raised on; nothing is written by then.

    Args:
        asked: The series.
        lead: Lead time of the comparison, in days.
        jobs: Processes; with 1 this process does it all.
        progress: Called with the series done and the share of all, from 0 to 1.
    """
    if jobs < _FEW or len(asked) < _FEW:
        return tuple(_in_turn(asked, lead, progress))
    batches = [asked[at : at + _BATCH] for at in range(0, len(asked), _BATCH)]
    found: dict[int, Sequence[Challenged]] = {}
    with _environment(_ONE_THREAD):
        pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
        try:
            places = {pool.submit(_batch, part, lead): at for at, part in enumerate(batches)}
            for done in as_completed(places):
                found[places[done]] = done.result()
                progress(f"{len(found)} of {len(batches)} parts", len(found) / len(batches))
        finally:
            pool.shutdown(wait=len(found) == len(batches), cancel_futures=True)
    return tuple(one for at in range(len(batches)) for one in found[at])


def _in_turn(asked: Sequence[Asked], lead: int, progress: Progress) -> Iterator[Challenged]:
    for at, one in enumerate(asked, 1):
        yield challenge_one(one, lead)
        progress(f"{at} of {len(asked)} series", at / len(asked))


def _batch(asked: Sequence[Asked], lead: int) -> list[Challenged]:
    return [challenge_one(one, lead) for one in asked]


@contextmanager
def _environment(values: Mapping[str, str]) -> Generator[None]:
    """Variables that processes started meanwhile inherit: many threads each would be slower."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
