"""Which combinations go with broken promises, and what would fixing each give?

Two ways to ask. *Change*: where is more late than in the days compared with? *Level*: where
is more late than the case mix lets expect, whoever carried it?
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import polars as pl

from dashboard.analysis.case_mix import case_mix
from dashboard.analysis.causes.axes import Part, axis_of, parts_of
from dashboard.analysis.causes.counterfactual import QUARTER_DAYS, cash_per_breach
from dashboard.analysis.days import compared, last_known_day
from dashboard.analysis.figures import nothing_found
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats import causes as searched
from dashboard.stats.combinations import HALVES, NOW_AND_THEN, SEAM, Rows
from dashboard.stats.main_effects import chances
from dashboard.warehouse import Reader

Mode = Literal["change", "level"]
MODES: tuple[Mode, ...] = get_args(Mode)

DEPOT = "depot"


@dataclass(frozen=True)
class Cause:
    """One combination that both halves of the time show.

    Attributes:
        parts: What is combined.
        n, late: Deliveries due in the period, and late ones.
        half_n, half_late: The same in the confirm half, that all below stands on.
        expected: Share late to expect.
        excess: Share late beyond it; `low` and `high` are the 95 % interval.
        avoidable: Breaches of the period beyond the expected, with interval.
        points: What the on-time rate of the scope would gain without them.
        cash: What they cost a quarter, beyond kept promises; None where no cost is known.
        z: Of the search half, by which it was chosen.
        p_value: Of the confirm half, corrected by Holm.
    """

    parts: tuple[Part, ...]
    n: int
    late: int
    half_n: int
    half_late: int
    expected: float
    excess: float
    low: float
    high: float
    avoidable: float
    avoidable_low: float
    avoidable_high: float
    points: float
    cash: float | None
    z: float
    p_value: float

    @property
    def name(self) -> str:
        """The combination in words: 'Osprey × evening × Z14 + Z15'."""
        return " × ".join(part.label for part in self.parts)


@dataclass(frozen=True)
class Causes:
    """The answer of a search.

    Attributes:
        message: The finding.
        mode: What was expected by.
        period, versus: Days searched, and compared with; None in level mode.
        due, late: Deliveries of the period.
        tested: Combinations with enough deliveries in every half.
        carried: Of them carried to the confirm half.
        found: The confirmed ones, the most avoidable breaches first.
        lacking: Dimensions that the data does not tell apart.
    """

    message: str
    mode: Mode
    period: Period
    versus: Period | None
    due: int
    late: int
    tested: int
    carried: int
    found: tuple[Cause, ...]
    lacking: tuple[str, ...]


def causes(reader: Reader, scope: Scope, mode: Mode) -> Causes:
    """Search combinations of up to three dimensions for more breaches than expected.

    Args:
        reader: The snapshot.
        scope: Period, days to compare with (change mode) and filters.
        mode: What to expect by: the days compared with, or the case mix.

    Raises:
        ScopeError: Nothing is due in the scope, or there is nothing to compare with.
        NotEnoughDataError: A period is shorter than two fortnights.
    """
    spans = _spans(reader, scope, mode)
    now = _listed(reader, scope.during(spans[0]), mode)
    if not now.height:
        raise ScopeError(nothing_found(reader, scope.during(spans[0])))
    frame = pl.concat([now, *(_before(_listed(reader, scope.during(s), mode)) for s in spans[1:])])
    rows, names, lacking = _coded(reader, frame, mode)
    days = int(np.sum(searched.halves(np.arange(spans[0].days), spans[0].days) != SEAM))
    answer = searched.search(rows, days, _depots(frame))
    money = cash_per_breach(reader, scope.during(spans[0]))
    found = tuple(
        _cause(one, parts_of(rows.axes, names, one), now.height, money, spans[0])
        for one in answer.causes
    )
    return Causes(
        message=_message(found, mode, answer.tested),
        mode=mode,
        period=spans[0],
        versus=spans[1] if mode == "change" else None,
        due=now.height,
        late=int(now["late"].sum()),
        tested=answer.tested,
        carried=len(answer.carried),
        found=found,
        lacking=lacking,
    )


def _spans(reader: Reader, scope: Scope, mode: Mode) -> tuple[Period, ...]:
    """The days to search, and to compare with."""
    span = reader.span()
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    if mode == "change" and (scope.period is None or scope.versus is None):
        message = "a change needs a period and days to compare with; choose both, or mode level"
        raise ScopeError(message)
    days = compared(reader, scope.period or span, scope.versus)
    period = days.period.until(last_known_day(reader))
    spans = (period, days.versus) if mode == "change" and days.versus else (period,)
    short = min(one.days for one in spans)
    if short < searched.FEWEST_DAYS:
        message = (
            f"a period of {short} days; the search needs {searched.FEWEST_DAYS}, as fortnights "
            "take turns to search and to confirm"
        )
        raise NotEnoughDataError(message)
    return spans


def _listed(reader: Reader, scope: Scope, mode: Mode) -> pl.DataFrame:
    """Deliveries due in the scope's days, with the half that each belongs to."""
    columns = [(one.name, one.sql) for one in reader.mixes.causes()]
    span = scope.period
    if span is None:
        raise ScopeError(nothing_found(reader, scope))
    scores = case_mix(reader, Scope(span)).scores if mode == "level" else None
    rows = reader.mixes.listed(columns, scope, scores)
    day = (rows["day"] - span.start).dt.total_days().to_numpy()
    return rows.with_columns(block=pl.Series(searched.halves(day, span.days), dtype=pl.Int64))


def _before(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the days compared with: blocks of their own, and none on a seam."""
    return rows.filter(pl.col("block") != SEAM).with_columns(pl.col("block") + HALVES)


def _coded(
    reader: Reader, frame: pl.DataFrame, mode: Mode
) -> tuple[Rows, tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Rows as codes, the values behind the codes, and dimensions with a single value."""
    axes, names, lacking = [], [], []
    depot, depots = np.zeros(frame.height, np.int64), 1
    for one in reader.mixes.causes():
        values = frame[one.name].unique().sort()
        if len(values) < HALVES:
            lacking.append(one.label)
            continue
        codes = frame[one.name].cast(pl.Enum(values)).to_physical().to_numpy()
        axes.append(axis_of(reader, one, codes, tuple(values)))
        names.append(tuple(values))
        if one.name == DEPOT:
            depot, depots = codes, len(values)
    late = frame["late"].to_numpy().astype(np.int64)
    day = (frame["day"] - frame["day"].min()).dt.total_days().to_numpy()
    rows = Rows(
        axes=tuple(axes),
        block=frame["block"].to_numpy(),
        n=np.ones(frame.height, np.int64),
        late=late,
        expected=frame["chance"].fill_null(0.0).to_numpy(),
        cluster=day * depots + depot,
        blocks=NOW_AND_THEN if mode == "change" else HALVES,
    )
    if mode == "change":
        rows = replace(rows, expected=chances(rows))
    return rows, tuple(names), tuple(lacking)


def _depots(frame: pl.DataFrame) -> float:
    """Depots, as so many of equal size."""
    share = frame[DEPOT].value_counts()["count"].to_numpy() / frame.height
    return float(1 / np.sum(share**2))


def _cause(
    one: searched.Cause, parts: tuple[Part, ...], due: int, cash: float | None, period: Period
) -> Cause:
    low, high = one.limits
    confirm = one.confirm
    quarters = period.days / QUARTER_DAYS
    return Cause(
        parts=parts,
        n=one.n,
        late=one.late,
        half_n=round(confirm.n),
        half_late=round(confirm.late),
        expected=confirm.expected / confirm.n,
        excess=confirm.excess,
        low=low / one.n,
        high=high / one.n,
        avoidable=one.avoidable,
        avoidable_low=low,
        avoidable_high=high,
        points=one.avoidable / due,
        cash=None if cash is None else cash * one.avoidable / quarters,
        z=one.search.z,
        p_value=one.p_value,
    )


def _message(found: Sequence[Cause], mode: Mode, tested: int) -> str:
    """The finding in a sentence; an association, never a cause proven."""
    if not tested:
        return "Too few deliveries in any combination to search for causes"
    if not found:
        than = "than before" if mode == "change" else "than the case mix lets expect"
        return f"No combination of {tested:,} shows more breaches {than} in both halves"
    first = found[0]
    than = "more than before" if mode == "change" else "more than the case mix lets expect"
    return f"{first.name}: associated with about {first.avoidable:,.0f} breaches {than}"
