"""The days a question stands on: what is compared with what, and what is known by then."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dashboard.scope import Period
from dashboard.warehouse import Reader


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
