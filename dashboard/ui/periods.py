"""The periods of the filter bar: what they are called, and which days they stand for."""

from dataclasses import dataclass

from dashboard.errors import ScopeError
from dashboard.scope import Period, Quarter

WHOLE = "whole snapshot"
CUSTOM = "custom dates"
PREVIOUS = "previous quarter"
LAST_YEAR = "same quarter last year"
NOTHING = "nothing"
VERSUS = (PREVIOUS, LAST_YEAR, NOTHING)

_QUARTERS_A_YEAR = 4
_SHARE_OF_THE_LARGEST = 0.25


@dataclass(frozen=True)
class Calendar:
    """The days that a snapshot can be asked about.

    Attributes:
        span: First and last day with a promise.
        fiscal_year_start: Month in which quarter 1 begins.
        volumes: Deliveries by the first day of their quarter, as '2026-07-01'.
    """

    span: Period
    fiscal_year_start: int = 1
    volumes: tuple[tuple[str, int], ...] = ()

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """Quarters with data, newest first."""
        oldest = Quarter.of(self.span.start, self.fiscal_year_start)
        found = [Quarter.of(self.span.end, self.fiscal_year_start)]
        while found[-1] > oldest:
            found.append(found[-1].earlier())
        return tuple(found)

    @property
    def usual(self) -> str:
        """The quarter a review opens on: the newest that is more than a beginning.

        On the third day of a quarter its figures say nothing, and the last few parcels
        of an extract are no quarter either.
        """
        counts = dict(self.volumes)
        starts = [q.period(self.fiscal_year_start).start for q in self.quarters]
        held = [counts.get(str(start), 0) for start in starts]
        enough = _SHARE_OF_THE_LARGEST * max(held)
        full = (q for q, count in zip(self.quarters, held, strict=True) if count >= enough)
        return str(next(full))

    @property
    def periods(self) -> tuple[str, ...]:
        """What the period box offers; links write the same words."""
        return (*(str(quarter) for quarter in self.quarters), WHOLE, CUSTOM)

    @property
    def newest(self) -> Period:
        """The days of the newest quarter, within the data."""
        days = self.quarters[0].period(self.fiscal_year_start)
        return Period(max(days.start, self.span.start), min(days.end, self.span.end))

    @property
    def bounds(self) -> Period:
        """The days that may be asked about: all quarters with data, whole."""
        oldest, newest = self.quarters[-1], self.quarters[0]
        return Period(
            oldest.period(self.fiscal_year_start).start,
            newest.period(self.fiscal_year_start).end,
        )

    def named(self, text: str) -> str | None:
        """The period a link means: '2026Q3', '2026 Q3' or one of the fixed words."""
        if text in self.periods:
            return text
        try:
            quarter = str(Quarter.parse(text))
        except ScopeError:
            return None
        return quarter if quarter in self.periods else None

    def days(self, choice: str, custom: Period) -> Period | None:
        """The days of a choice; None for the whole snapshot."""
        if choice == WHOLE:
            return None
        if choice == CUSTOM:
            return custom
        return Quarter.parse(choice).period(self.fiscal_year_start)

    def compared(self, choice: str, custom: Period, versus: str) -> Period | None:
        """The days to compare with; the whole snapshot has none."""
        if versus == NOTHING or choice == WHOLE:
            return None
        if choice == CUSTOM:
            return custom.before() if versus == PREVIOUS else custom.year_before()
        back = 1 if versus == PREVIOUS else _QUARTERS_A_YEAR
        return Quarter.parse(choice).earlier(back).period(self.fiscal_year_start)

    def compared_name(self, choice: str, versus: str) -> str:
        """What people call the days compared with: '2026 Q2'."""
        if versus == NOTHING or choice == WHOLE:
            return ""
        if choice == CUSTOM:
            return "as many days before" if versus == PREVIOUS else "the same days a year before"
        back = 1 if versus == PREVIOUS else _QUARTERS_A_YEAR
        return str(Quarter.parse(choice).earlier(back))
