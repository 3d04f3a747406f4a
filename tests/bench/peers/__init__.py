"""The same five questions, answered by Doorstep, DuckDB, Polars and pandas alike.

Each reads the stored Parquet files of one snapshot by itself, only the columns it needs,
and gives a mapping from group to figures. All must agree before any time is told.
"""

from dataclasses import dataclass
from importlib import import_module
from math import isclose
from pathlib import Path
from time import perf_counter

from dashboard.warehouse import Warehouse
from tests.bench.apart import Cost, alone, seconds
from tests.bench.peers import by_doorstep, by_duckdb, by_pandas, by_polars
from tests.bench.peers.snapshot import Answer, Snapshot

QUESTIONS = (
    "on_time_by_segment",
    "on_time_by_carrier_segment_week",
    "cost_by_zone",
    "lateness_by_segment",
    "satisfaction_by_segment",
)

PEERS = {
    "Doorstep": by_doorstep,
    "DuckDB, SQL by hand": by_duckdb,
    "Polars, lazy": by_polars,
    "pandas": by_pandas,
}

_CLOSE = 1e-9


@dataclass(frozen=True)
class Answered:
    """One peer's answer, and the seconds it took: the first time, files opened, and again."""

    answer: Answer
    first: float
    again: float


class DisagreementError(AssertionError):
    """Two engines gave different figures; no time of theirs means anything."""


def compare(warehouse: Path) -> dict[str, dict[str, Cost]]:
    """Ask every question of everyone, each in a process of its own.

    Returns:
        Costs by question and peer: `result` holds the answer and the seconds of the first
        and of the second time.

    Raises:
        DisagreementError: An answer differs from Doorstep's.
    """
    costs = {}
    for question in QUESTIONS:
        own = {
            name: alone(ask, peer.__name__, question, warehouse) for name, peer in PEERS.items()
        }
        expected = own["Doorstep"].result.answer
        for name, cost in own.items():
            check_same(question, name, cost.result.answer, expected)
        costs[question] = own
    return costs


def ask(peer: str, question: str, warehouse: Path) -> Answered:
    """Ask one question twice, in this process."""
    answer = getattr(import_module(peer), question)
    start = perf_counter()
    snapshot = Snapshot.of(Warehouse(warehouse))
    found = answer(snapshot)
    first = perf_counter() - start
    return Answered(found, first, seconds(lambda: answer(snapshot)))


def check_same(question: str, peer: str, found: Answer, expected: Answer) -> None:
    """Hold an answer against Doorstep's.

    Raises:
        DisagreementError: A group, or a figure by more than 1e-9, is another.
    """
    groups = found.keys() ^ expected.keys()
    if groups or not expected:
        message = f"{peer} has other groups in {question}: {sorted(groups)[:3]}"
        raise DisagreementError(message)
    for group, figures in expected.items():
        for one, other in zip(found[group], figures, strict=True):
            if not isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE):
                message = f"{peer} says {one} in {question} for {group}, Doorstep {other}"
                raise DisagreementError(message)
