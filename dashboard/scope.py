"""What a reader looks at: a period, one to compare with, filters and a snapshot."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, Self, cast, get_args

from dashboard.errors import ScopeError

_MONTHS_A_QUARTER = 3
_MONTHS_A_YEAR = 12
_QUARTERS = 4
_ONE_DAY = timedelta(days=1)
_OVER_A_MONTH = timedelta(days=31)

Test = Literal["=", "!=", ">=", "<=", ">", "<", "~", "is empty", "is known"]

_COMPARED = re.compile(r"(?P<column>\w+)\s*(?P<test>>=|<=|!=|=|>|<|~)\s*(?P<value>.+)", re.DOTALL)
_HELD = re.compile(r"(?P<column>\w+)\s+(?P<test>is (?:empty|known))")


@dataclass(frozen=True, order=True)
class Period:
    """Local days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.end < self.start:
            message = f"the period {self.start} to {self.end} is reversed; start it first"
            raise ScopeError(message)

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1

    @property
    def whole_months(self) -> "Period | None":
        """The calendar months that lie inside as a whole; None without any."""
        next_month = (self.start.replace(day=1) + _OVER_A_MONTH).replace(day=1)
        start = self.start if self.start.day == 1 else next_month
        end = (self.end + _ONE_DAY).replace(day=1) - _ONE_DAY
        return Period(start, end) if start <= end else None

    def holds_month(self, first: date) -> bool:
        """Whether a month, named by its first day, lies inside as a whole."""
        last = (first + _OVER_A_MONTH).replace(day=1) - _ONE_DAY
        return self.start <= first and last <= self.end

    def without(self, inner: "Period") -> "tuple[Period, ...]":
        """What is left of this period before and after one that lies inside."""
        edges = ((self.start, inner.start - _ONE_DAY), (inner.end + _ONE_DAY, self.end))
        return tuple(Period(*edge) for edge in edges if edge[0] <= edge[1])

    def first(self, days: int) -> "Period":
        """The first days of this period; all of it when it is no longer than that."""
        return Period(self.start, min(self.end, self.start + timedelta(days=days - 1)))

    def until(self, last: date) -> "Period":
        """This period, cut off after `last` unless that would leave nothing."""
        return Period(self.start, min(self.end, last)) if last >= self.start else self

    def before(self) -> "Period":
        """The same number of days just before."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def year_before(self) -> "Period":
        """The same dates a year before; 29 February becomes the 28th."""
        return Period(_year_before(self.start), _year_before(self.end))


@dataclass(frozen=True, order=True)
class Quarter:
    """A fiscal quarter; `year` is the calendar year in which the fiscal year begins."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date, fiscal_year_start: int = 1) -> Self:
        """The quarter that holds a day."""
        months = day.year * _MONTHS_A_YEAR + day.month - fiscal_year_start
        year, month = divmod(months, _MONTHS_A_YEAR)
        return cls(year, month // _MONTHS_A_QUARTER + 1)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read '2026Q3' or '2026 Q3'.

        Raises:
            ScopeError: The text is no quarter.
        """
        year, mark, number = text.replace(" ", "").upper().partition("Q")
        numbers = {str(n) for n in range(1, _QUARTERS + 1)}
        if not mark or not year.isdigit() or number not in numbers:
            message = f"'{text}' is not a quarter; write it like 2026Q3"
            raise ScopeError(message)
        return cls(int(year), int(number))

    def __str__(self) -> str:
        """As people write it: '2026 Q3'."""
        return f"{self.year} Q{self.number}"

    @property
    def key(self) -> str:
        """As links and data write it: '2026Q3'."""
        return f"{self.year}Q{self.number}"

    def earlier(self, quarters: int = 1) -> "Quarter":
        """The quarter that many quarters before."""
        years, number = divmod(self.year * _QUARTERS + self.number - 1 - quarters, _QUARTERS)
        return Quarter(years, number + 1)

    def period(self, fiscal_year_start: int = 1) -> Period:
        """Its first and last day."""
        start = self.first_day(fiscal_year_start)
        after = self.earlier(-1).first_day(fiscal_year_start)
        return Period(start, after - timedelta(days=1))

    def first_day(self, fiscal_year_start: int = 1) -> date:
        """The day it begins."""
        months = fiscal_year_start - 1 + (self.number - 1) * _MONTHS_A_QUARTER
        years, month = divmod(months, _MONTHS_A_YEAR)
        return date(self.year + years, month + 1, 1)


@dataclass(frozen=True, order=True)
class Where:
    """A condition on one column of the deliveries, as people write it.

    Attributes:
        column: Its name; the warehouse knows which there are.
        test: '~' holds where the text contains the value, whatever the case.
        value: What is compared with, as text; empty for 'is empty' and 'is known'.
    """

    column: str
    test: Test
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one condition.

        >>> Where.parse("lateness_minutes >= 60"), str(Where.parse("driver_id is empty"))
        (Where(column='lateness_minutes', test='>=', value='60'), 'driver_id is empty')

        Raises:
            ScopeError: The text is no condition.
        """
        found = _HELD.fullmatch(text.strip()) or _COMPARED.fullmatch(text.strip())
        if found is None:
            message = (
                f"'{text.strip()}' is no condition; write it like lateness_minutes >= 60, "
                "failure_reason ~ access or driver_id is empty"
            )
            raise ScopeError(message)
        parts = found.groupdict()
        return cls(parts["column"], cast("Test", parts["test"]), parts.get("value", "").strip())

    @classmethod
    def parse_all(cls, text: str) -> tuple[Self, ...]:
        """Read conditions that all have to hold, between semicolons.

        Raises:
            ScopeError: One of them is no condition.
        """
        return tuple(cls.parse(part) for part in text.split(";") if part.strip())

    def __str__(self) -> str:
        """As people write it."""
        return " ".join(filter(None, (self.column, self.test, self.value)))


@dataclass(frozen=True)
class Scope:
    """What is asked about. Hashable, so that it can be part of a cache key.

    Attributes:
        period: Days asked about; None means all days of the snapshot.
        versus: Days to compare with; None means no comparison.
        filters: Dimension name and the values wanted, sorted by name. A dimension
            not named is not restricted. '(none)' stands for null.
        where: Conditions on any columns of the deliveries, all of which hold.
    """

    period: Period | None = None
    versus: Period | None = None
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    where: tuple[Where, ...] = ()

    def within(self, **values: str | tuple[str, ...]) -> "Scope":
        """This scope, narrowed to the given values of each named dimension."""
        chosen = dict(self.filters)
        for name, value in values.items():
            chosen[name] = (value,) if isinstance(value, str) else tuple(value)
        wanted = {name: tuple(sorted(set(v))) for name, v in chosen.items() if v}
        return replace(self, filters=tuple(sorted(wanted.items())))

    def holding(self, *conditions: Where) -> "Scope":
        """This scope, cut to deliveries for which these conditions hold as well."""
        return replace(self, where=tuple(sorted({*self.where, *conditions})))

    def during(self, period: Period | None) -> "Scope":
        """This scope over another period, with nothing to compare with."""
        return replace(self, period=period, versus=None)


def scope_text(scope: Scope) -> str:
    """A scope as one text, for an address; what it is compared with is left out."""
    days = [str(scope.period.start), str(scope.period.end)] if scope.period else []
    where = [[one.column, one.test, one.value] for one in scope.where]
    return json.dumps({"days": days, "filters": scope.filters, "where": where})


def scope_from(text: str) -> Scope:
    """The scope of a text; whether its names exist is found when it is asked.

    Raises:
        ScopeError: The text is no scope.
    """
    try:
        found = json.loads(text)
        days = [date.fromisoformat(day) for day in found["days"]]
        filters = {str(name): tuple(map(str, values)) for name, values in found["filters"]}
        where = [Where(str(column), test, str(value)) for column, test, value in found["where"]]
        scope = Scope(Period(*days) if days else None).within(**filters).holding(*where)
    except (ValueError, KeyError, TypeError) as wrong:
        message = "the text is no scope; copy it from a link of the dashboard"
        raise ScopeError(message) from wrong
    if not {one.test for one in scope.where} <= set(get_args(Test)):
        message = "a condition has no test; use one of " + ", ".join(get_args(Test))
        raise ScopeError(message)
    return scope


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
