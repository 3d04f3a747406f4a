"""The periods that clauses are settled by: those of a quarter, and those just before."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from dashboard.contracts import Clause, Consecutive, Contract, EarnBack
from dashboard.scope import Period, Quarter

Labelled = tuple[str, Period]
"""A period with its name: '2026-07' or '2026Q3'."""

_MONTHS_A_QUARTER = 3
_ONE_DAY = timedelta(days=1)


def days_needed(contract: Contract, quarter: Quarter, year_start: int) -> Period:
    """The days whose deliveries a settlement of a quarter looks at.

    They begin with the oldest quarter that a clause may earn back, or the oldest month that
    may be part of a row.
    """
    backs = [one.periods for one in contract.clauses if isinstance(one, EarnBack)]
    firsts = []
    for back in range(1 + max(backs, default=0)):
        past = quarter.earlier(back)
        before = rows_before(contract, past, year_start)
        firsts += [past.first_day(year_start)]
        firsts += [period.start for found in before.values() for _, period in found]
    whole = quarter.period(year_start)
    since = max(min(firsts), contract.contract.valid_from)
    return Period(min(since, whole.start), whole.end)


def periods_of(clause: Clause, quarter: Quarter, year_start: int) -> Iterator[Labelled]:
    """The periods of a quarter that a clause settles, with their labels."""
    whole = quarter.period(year_start)
    if clause.period == "quarter":
        yield quarter.key, whole
        return
    firsts = [_months_after(whole.start, n) for n in range(_MONTHS_A_QUARTER + 1)]
    for first, after in pairwise(firsts):
        yield f"{first:%Y-%m}", Period(first, after - _ONE_DAY)


def _periods_before(
    contract: Contract, clause: Consecutive, quarter: Quarter, year_start: int
) -> Iterator[Labelled]:
    """The periods just before a quarter that may be part of its row, oldest first."""
    of = contract.named(clause.of)
    wanted = clause.count - 1
    quarters = [quarter.earlier(back) for back in range(wanted, 0, -1)]
    found = [one for past in quarters for one in periods_of(of, past, year_start)]
    for label, period in found[-wanted:]:
        if period.start >= contract.contract.valid_from:
            yield label, period


def _months_after(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def rows_before(
    contract: Contract, quarter: Quarter, year_start: int
) -> dict[str, list[Labelled]]:
    """Periods before the quarter that consecutive clauses look at, by the clause they are of."""
    found: dict[str, list[Labelled]] = {}
    for clause in contract.clauses:
        if isinstance(clause, Consecutive):
            before = list(_periods_before(contract, clause, quarter, year_start))
            found[clause.of] = max(found.get(clause.of, []), before, key=len)
    return found
