"""Links: what one asks for, what of that does not exist, and how one is written.

Streamlit drops a bound parameter it cannot use without a word, so every value is read
here first, before any widget runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from dashboard.catalog import Dimension
from dashboard.ui.parameters import Parameter, Several
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
        parameters: What the page asked for has of its own.
    """

    calendar: Calendar
    dimensions: tuple[Dimension, ...]
    values: Mapping[str, Sequence[str]]
    parameters: tuple[Parameter, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name that an address may hold."""
        own = (one.name for one in (*self.dimensions, *self.parameters))
        return frozenset((SNAPSHOT, PERIOD, COMPARED, FROM, TO, *own))


@dataclass(frozen=True)
class Reading:
    """What came of a link.

    Attributes:
        refused: One phrase per value that does not exist here.
        respelt: Parameters that the link spells another way than the widgets do.
        unused: Parameters to take off the address.
    """

    refused: tuple[str, ...] = ()
    respelt: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def read_link(params: Params, choices: Choices) -> Reading:
    """Judge every parameter of an address, except the snapshot."""
    unknown = [name for name in params if name not in choices.names]
    refused = [f"{_shown(name, params[name])} (no such filter)" for name in unknown]
    refused += _refused_values(params, choices) + _repeated(params, choices)
    respelt, dates_refused = _dates(params, choices.calendar)
    respelt |= _labels(params, choices.parameters)
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
    refused = [
        f"{dimension.name}={value} (no such {dimension.label.lower()})"
        for dimension in choices.dimensions
        for value in params.get(dimension.name, ())
        if value and value not in choices.values[dimension.name]
    ]
    return refused + [
        f"{one.name}={value} ({one.refusal(value)})"
        for one in choices.parameters
        for value in _counted(params, one)
        if value and one.refusal(value)
    ]


def _labels(params: Params, parameters: Sequence[Parameter]) -> dict[str, str | Sequence[str]]:
    """A page's choices as its boxes write them, where the address names them otherwise."""
    respelt = {}
    for one in parameters:
        asked = _counted(params, one)
        options = [(text, one.named(text)) for text in asked if text]
        written = [one.written(option) for _, option in options if option is not None]
        if written and written != [text for text, _ in options]:
            respelt[one.name] = written if isinstance(one, Several) else written[-1]
    return respelt


def _counted(params: Params, parameter: Parameter) -> Sequence[str]:
    """The values of a page's choice that count: all of several, else the last."""
    values = params.get(parameter.name, ())
    return values if isinstance(parameter, Several) else values[-1:]


def _repeated(params: Params, choices: Choices) -> list[str]:
    return [
        f"{name}={value} (only the last {name} counts)"
        for name in (PERIOD, COMPARED, FROM, TO, *_single(choices.parameters))
        for value in params.get(name, ())[:-1]
    ]


def _single(parameters: Sequence[Parameter]) -> list[str]:
    return [one.name for one in parameters if not isinstance(one, Several)]


def _dates(params: Params, calendar: Calendar) -> tuple[dict[str, str | Sequence[str]], list[str]]:
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
