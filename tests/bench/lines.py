"""What was measured, as lines of the table."""

from collections.abc import Iterable, Iterator, Mapping

from tests.bench.apart import Cost
from tests.bench.asking import Answers, Asked
from tests.bench.drilling import MOST_MIB, Exported
from tests.bench.files import Kind
from tests.bench.table import Line

_LEAST_RATE: Mapping[Kind, int] = {"parquet": 250_000, "csv": 120_000}
_NAMES: Mapping[Kind, str] = {"parquet": "Parquet", "csv": "CSV"}
_FILES: Mapping[str, str] = {"parquet": "Parquet", "csv": "CSV"}
_SHARE_NAMED = 0.005


def of_import(kind: Kind, cost: Cost) -> Iterator[Line]:
    """An import from nothing to a published snapshot, and its steps."""
    rate = cost.result.rows / cost.seconds
    yield Line(
        f"import from {_NAMES[kind]}: {rate:,.0f} rows/s",
        f"{cost.seconds:.1f} s",
        peak=f"{cost.gib:.1f} GiB",
        target=_judged(rate >= _LEAST_RATE[kind], f"≥ {_LEAST_RATE[kind]:,} rows/s, ≤ 6 GiB"),
    )
    for step, seconds in cost.result.steps.items():
        if seconds > _SHARE_NAMED * cost.seconds:
            yield Line(f"· {step}", f"{seconds:.1f} s")


def of_small(cost: Cost) -> Line:
    """An import of the size that the sample has by default."""
    what = f"import of {cost.result.rows:,} from Parquet"
    return _of_seconds(what, cost, 10)


def of_month(cost: Cost) -> Line:
    """One month of deliveries again."""
    return _of_seconds(f"restate a month ({cost.result.rows:,} deliveries)", cost, 3)


def _of_seconds(what: str, cost: Cost, most: int) -> Line:
    target = _judged(cost.seconds <= most, f"≤ {most} s")
    return Line(what, f"{cost.seconds:.1f} s", peak=f"{cost.gib:.1f} GiB", target=target)


def of_answers(answers: Answers, cost: Cost) -> Iterator[Line]:
    """Pages and reports, against the unit of the same run."""
    yield Line("unit: DuckDB sums one double column", _milliseconds(answers.unit), "1")
    yield Line(
        "folder to first page's data, new process",
        _milliseconds(answers.opened),
        _units(answers.opened, answers),
    )
    for asked in answers.asked:
        yield _of_question(asked, answers)
    yield Line("all these questions, in one process", "–", peak=f"{cost.gib:.1f} GiB")


def _of_question(asked: Asked, answers: Answers) -> Line:
    is_met = asked.most is None or asked.kept <= asked.most * answers.unit
    return Line(
        asked.what,
        _milliseconds(asked.kept),
        _units(asked.kept, answers),
        _milliseconds(asked.first),
        "" if asked.scanned is None else _units(asked.scanned, answers),
        target="" if asked.most is None else _judged(is_met, f"≤ {asked.most:g} units"),
    )


def of_exports(exports: Iterable[Exported]) -> Iterator[Line]:
    """All rows as files; memory is what came on top of the open snapshot."""
    for one in exports:
        yield Line(
            f"export of {one.rows:,} rows, every column: {_FILES[one.kind]}",
            f"{one.seconds:.1f} s",
            peak=f"+{one.mib:.0f} MiB",
            target=_judged(one.mib <= MOST_MIB, f"≤ {MOST_MIB} MiB more"),
        )


def of_peers(costs: Mapping[str, Mapping[str, Cost]], answers: Answers) -> Iterator[Line]:
    """The five questions, by everyone."""
    for question, own in costs.items():
        for name, cost in own.items():
            yield Line(
                f"{question.replace('_', ' ')}: {name}",
                _milliseconds(cost.result.again),
                _units(cost.result.again, answers),
                _milliseconds(cost.result.first),
                peak=f"{cost.gib:.1f} GiB",
            )


def _judged(is_met: bool, target: str) -> str:  # noqa: FBT001
    return target if is_met else f"{target}: **missed**"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def _units(seconds: float, answers: Answers) -> str:
    return f"{seconds / answers.unit:.1f}"
