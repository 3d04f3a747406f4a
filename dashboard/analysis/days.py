"""The days a question stands on: what is compared with what, and what is known by then."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dashboard.scope import Period, Quarter, Scope
from dashboard.warehouse import Reader

_QUARTERS_A_YEAR = 4


@dataclass(frozen=True)
class Compared:
    """Two periods that may be held against each other.

    Attributes:
        period: The days asked about.
        versus: Days compared with; of a period that still runs, as many days; None for none.
        running: The period is not over at the snapshot's as_of.
    """

    period: Period
    versus: Period | None
    running: bool


def compared(reader: Reader, period: Period, versus: Period | None) -> Compared:
    """Cut the days compared with to as many as the period has lived."""
    known = last_known_day(reader)
    running = period.end > known
    lived = period.until(known)
    return Compared(period, versus.first(lived.days) if running and versus else versus, running)


def last_known_day(reader: Reader) -> date:
    """The local day of the snapshot's as_of."""
    zone = ZoneInfo(reader.manifest.time_zone)
    return reader.manifest.as_of.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def just_before(reader: Reader, period: Period) -> Period:
    """The quarter before a quarter; before any other period, as many days."""
    quarter = whole_quarter(reader, period)
    return quarter.earlier().period(reader.fiscal_year_start) if quarter else period.before()


def a_year_before(reader: Reader, period: Period) -> Period:
    """The same quarter, or the same days, of the year before."""
    quarter = whole_quarter(reader, period)
    if quarter is None:
        return period.year_before()
    return quarter.earlier(_QUARTERS_A_YEAR).period(reader.fiscal_year_start)


def whole_quarter(reader: Reader, period: Period) -> Quarter | None:
    """The quarter whose days a period is, no more and no less; None for other periods."""
    quarter = Quarter.of(period.start, reader.fiscal_year_start)
    return quarter if quarter.period(reader.fiscal_year_start) == period else None


def other_comparison(reader: Reader, scope: Scope) -> Period | None:
    """What stands beside a comparison: the year before, or just before where it is that."""
    if scope.period is None or scope.versus is None:
        return None
    year = a_year_before(reader, scope.period)
    return just_before(reader, scope.period) if scope.versus == year else year
