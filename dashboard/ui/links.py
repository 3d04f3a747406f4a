"""Links: what one asks for, what of that does not exist, and how one is written.

Streamlit drops a bound parameter it cannot use without a word, so every value is read
here first, before any widget runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from dashboard.catalog import Dimension
from dashboard.ui.periods import CUSTOM, VERSUS, Calendar

Params = Mapping[str, Sequence[str]]

SNAPSHOT = "snapshot"
PERIOD = "period"
FROM = "from"
TO = "to"
COMPARED = "versus"


@dataclass(frozen=True)
class Choices:
    """What a link may name in one snapshot.

    Attributes:
        calendar: Its days.
        dimensions: The dimensions of the filter bar.
        values: The values of each.
    """

    calendar: Calendar
    dimensions: tuple[Dimension, ...]
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Reading:
    """What came of a link.

    Attributes:
        refused: One phrase per value that does not exist here.
        respelt: Parameters that the link spells another way than the widgets do.
        unused: Parameters to take off the address.
    """

    refused: tuple[str, ...] = ()
    respelt: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def read_link(params: Params, choices: Choices) -> Reading:
    """Judge every parameter of an address, except the snapshot."""
    known = {SNAPSHOT, PERIOD, COMPARED, FROM, TO, *(d.name for d in choices.dimensions)}
    unknown = [name for name in params if name not in known]
    refused = [f"{_shown(name, params[name])} (no such filter)" for name in unknown]
    refused += _refused_values(params, choices) + _repeated(params)
    respelt, dates_refused = _dates(params, choices.calendar)
    period = _only(params, PERIOD)
    named = choices.calendar.named(period) if period else None
    if period and named is None:
        refused.append(f"{PERIOD}={period} (no such quarter in this snapshot)")
    elif named and named != period:
        respelt[PERIOD] = named
    versus = _only(params, COMPARED)
    if versus and versus not in VERSUS:
        refused.append(f"{COMPARED}={versus} (use one of: {', '.join(VERSUS)})")
    spare = () if (respelt.get(PERIOD) or named) == CUSTOM else (FROM, TO)
    unused = (*unknown, *(name for name in spare if name in params))
    return Reading(tuple(refused + dates_refused), respelt, unused)


def write_link(base: str, values: Mapping[str, str | Sequence[str]]) -> str:
    """A full address: every parameter, defaults too; several values repeat the name.

    An empty list is written as an empty value, which stands for 'all'.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        many = [value] if isinstance(value, str) else list(value) or [""]
        pairs.extend((name, one) for one in many)
    return f"{base}?{urlencode(pairs)}"


def _refused_values(params: Params, choices: Choices) -> list[str]:
    return [
        f"{dimension.name}={value} (no such {dimension.label.lower()})"
        for dimension in choices.dimensions
        for value in params.get(dimension.name, ())
        if value and value not in choices.values[dimension.name]
    ]


def _repeated(params: Params) -> list[str]:
    return [
        f"{name}={value} (only the last {name} counts)"
        for name in (PERIOD, COMPARED, FROM, TO)
        for value in params.get(name, ())[:-1]
    ]


def _dates(params: Params, calendar: Calendar) -> tuple[dict[str, str], list[str]]:
    """Dates without a period mean custom dates; with a quarter they must be its days."""
    found = {name: _only(params, name) for name in (FROM, TO)}
    given = {name: text for name, text in found.items() if text}
    read = {name: _day(text) for name, text in given.items()}
    bounds = calendar.bounds
    refused = [
        f"{name}={given[name]} (not a date like {calendar.span.end})"
        for name, day in read.items()
        if day is None
    ]
    refused += [
        f"{name}={day} (the data runs from {bounds.start} to {bounds.end})"
        for name, day in read.items()
        if day and not bounds.start <= day <= bounds.end
    ]
    period = _only(params, PERIOD)
    usable = bool(read) and not refused
    if usable and not period:
        return {PERIOD: CUSTOM}, refused
    return {}, refused + (_contradictions(read, period, calendar) if usable else [])


def _contradictions(read: Mapping[str, date | None], period: str, calendar: Calendar) -> list[str]:
    named = calendar.named(period)
    if named is None or named == CUSTOM:
        return []
    days = calendar.days(named, calendar.span) or calendar.span
    wanted = {FROM: days.start, TO: days.end}
    return [
        f"{name}={day} (the period is {named})"
        for name, day in read.items()
        if day != wanted[name]
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _only(params: Params, name: str) -> str:
    values = params.get(name, ())
    return values[-1] if values else ""


def _shown(name: str, values: Sequence[str]) -> str:
    return ", ".join(f"{name}={value}" for value in values) or name
