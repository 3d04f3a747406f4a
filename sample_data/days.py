"""The days of the sample: quarters, clock changes, season, promotions and weather."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from .chance import Floats, Ints

TIME_ZONE: Final = "Europe/Berlin"
AS_OF: Final = datetime(2026, 9, 30, 20, 0)  # noqa: DTZ001 - files hold naive UTC
EPOCH: Final = date(1970, 1, 1)
FIRST: Final = date(2024, 9, 1)
LAST: Final = date(2026, 11, 30)
DAY_SECONDS: Final = 86_400
AS_OF_SECONDS: Final = int(AS_OF.replace(tzinfo=UTC).timestamp())

HOLIDAYS: Final = {
    (10, 3): "National Day",
    (11, 1): "All Saints",
    (12, 25): "Christmas Day",
    (12, 26): "Second Christmas Day",
    (1, 1): "New Year",
    (5, 1): "Labour Day",
}
MOVING_HOLIDAYS: Final = {
    date(2025, 4, 18): "Good Friday",
    date(2025, 4, 21): "Easter Monday",
    date(2025, 5, 29): "Ascension",
    date(2026, 4, 3): "Good Friday",
    date(2026, 4, 6): "Easter Monday",
    date(2026, 5, 14): "Ascension",
}
PROMOTIONS: Final = (
    (date(2024, 11, 25), date(2024, 12, 1), "Black week", 1.5),
    (date(2025, 3, 13), date(2025, 3, 15), "Spring sale", 1.3),
    (date(2025, 6, 12), date(2025, 6, 14), "Summer sale", 1.3),
    (date(2025, 11, 24), date(2025, 11, 30), "Black week", 1.5),
    (date(2026, 3, 12), date(2026, 3, 14), "Spring sale", 1.3),
    (date(2026, 6, 12), date(2026, 6, 14), "Summer sale", 1.45),
)
STORMS: Final = frozenset(
    {
        date(2024, 10, 19),
        date(2024, 11, 20),
        date(2024, 12, 6),
        date(2024, 12, 7),
        date(2025, 1, 27),
        date(2025, 2, 14),
        date(2025, 3, 28),
        date(2025, 6, 23),
        date(2025, 7, 15),
        date(2025, 9, 11),
        date(2025, 10, 23),
        date(2025, 10, 24),
        date(2025, 12, 9),
        date(2026, 1, 9),
        date(2026, 2, 3),
        date(2026, 3, 17),
        date(2026, 5, 21),
        date(2026, 6, 26),
        date(2026, 8, 13),
        date(2026, 8, 14),
        date(2026, 9, 18),
    }
)


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter of local promise days, `end` exclusive."""

    number: int
    start: date
    end: date

    @property
    def name(self) -> str:
        """Its name, such as 2026Q3."""
        return f"{self.start.year}Q{(self.start.month + 2) // 3}"

    @property
    def days(self) -> Ints:
        """Its days, counted from 1970-01-01."""
        first = day_number(self.start)
        return np.arange(first, first + (self.end - self.start).days)


def day_number(day: date) -> int:
    """Count the days since 1970-01-01."""
    return (day - EPOCH).days


def _quarters() -> tuple[Quarter, ...]:
    starts = [date(2024 + m // 12, m % 12 + 1, 1) for m in range(9, 34, 3)]
    return tuple(Quarter(n, *pair) for n, pair in enumerate(pairwise(starts)))


QUARTERS: Final = _quarters()
_FIRST_NUMBER: Final = day_number(FIRST)
ALL_DAYS: Final = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))


def _utc_offsets(hour: int) -> Ints:
    zone = ZoneInfo(TIME_ZONE)
    clock = time(hour, tzinfo=zone)
    moments = [datetime.combine(day, clock).utcoffset() for day in ALL_DAYS]
    return np.array([int((m or timedelta()).total_seconds()) for m in moments])


_MIDNIGHT_OFFSETS: Final = _utc_offsets(0)
_DAYTIME_OFFSETS: Final = _utc_offsets(12)


def utc_midnight(days: Ints) -> Ints:
    """Find the UTC second at which each local day begins."""
    return days * DAY_SECONDS - _MIDNIGHT_OFFSETS[days - _FIRST_NUMBER]


def utc_seconds(days: Ints, minutes: Ints | Floats) -> Ints:
    """Find the UTC second of a local clock time after 03:00, in minutes of the day."""
    seconds = np.asarray(minutes * 60).astype(np.int64)
    return days * DAY_SECONDS + seconds - _DAYTIME_OFFSETS[days - _FIRST_NUMBER]


def holiday(day: date) -> str | None:
    """Name the holiday of a day."""
    return MOVING_HOLIDAYS.get(day) or HOLIDAYS.get((day.month, day.day))


def promotion(day: date) -> str | None:
    """Name the promotion that runs on a day."""
    found = (name for first, last, name, _ in PROMOTIONS if first <= day <= last)
    return next(found, None)


def weather(day: date) -> str | None:
    """Flag a storm, or the cold and hot spells of the seasons."""
    if day in STORMS:
        return "storm"
    if (day.month == 1 and day.day <= 20 and day.day % 5 == 0) or (
        day.month == 2 and day.day in (10, 11)
    ):
        return "snow"
    return "heat" if day.month == 7 and 20 <= day.day <= 26 else None


def _volume_weight(day: date) -> float:
    weight = (1.05, 1.0, 1.0, 1.02, 1.1, 0.8, 0.3)[day.weekday()]
    lifts = [lift for first, last, _, lift in PROMOTIONS if first <= day <= last]
    advent = 1.25 if day.month == 12 and day.day <= 23 else 1.0
    rest = 0.25 if holiday(day) else 1.0
    return weight * advent * rest * (lifts[0] if lifts else 1.0)


def _calendar_logit(day: date) -> float:
    season = {11: 0.08, 12: 0.22, 1: 0.12, 2: 0.05, 6: -0.05, 7: -0.05}
    flags = {"storm": 0.6, "snow": 0.25, "heat": 0.1}
    weekday = (0.06, 0.0, -0.03, 0.0, 0.04, -0.05, 0.0)[day.weekday()]
    promoted = 0.25 if promotion(day) else 0.0
    return season.get(day.month, 0) + flags.get(weather(day) or "", 0) + weekday + promoted


_VOLUME: Final = np.array([_volume_weight(day) for day in ALL_DAYS])
_LOGIT: Final = np.array([_calendar_logit(day) for day in ALL_DAYS])


def volume_weights(days: Ints) -> Floats:
    """Weigh days by how much is promised on them."""
    return _VOLUME[days - _FIRST_NUMBER]


def calendar_logit(days: Ints) -> Floats:
    """Shift the logit of lateness by season, weekday, promotion and weather."""
    return _LOGIT[days - _FIRST_NUMBER]
