"""How the text of a column reads: as times, as numbers. Nothing ambiguous is decided."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MOST_FIT = 0.8
"""Share of values that must read as a kind before a column counts as it."""

_DAY = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_ISO = re.compile(
    rf"{_DAY}(?:[ T]({_CLOCK}) ?(Z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?", re.ASCII
)
_NUMERIC = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})"
    r"(?:([ T])(\d{1,2}:\d{2})(:\d{2})?( ?[AaPp][Mm])?)?",
    re.ASCII,
)
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_NAMED = re.compile(
    rf"(\d{{1,2}})([ -])(?:{_MONTHS})\2(\d{{4}})(?:( )(\d{{1,2}}:\d{{2}})(:\d{{2}})?)?", re.ASCII
)
_COMPACT = re.compile(r"(?:19|20)\d{2}[01]\d[0-3]\d(?:( ?)([0-2]\d[0-5]\d)([0-5]\d)?)?", re.ASCII)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?", re.ASCII)
_MIDNIGHT = re.compile(r"(?:0{1,2}:00(?::00(?:\.0+)?)?|12:00(?::00)? ?[Aa][Mm])", re.ASCII)
_CLOCK_AT_END = re.compile(r"[ T](\d{1,2}:\d{2}.*)$")
_MOST_MONTHS = 12

MONEY_SIGN = r"(?:€|\$|£|EUR|USD|GBP|CHF)"
"""Signs of a currency that may stand beside a number, as a regular expression."""

_NUMBER = re.compile(rf"(?:{MONEY_SIGN} ?)?([+-]?[\d.,]*\d)(?: ?{MONEY_SIGN})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+", re.ASCII)
_DOT = re.compile(r"[+-]?(?:\d*|\d{1,3}(?:,\d{3})+)\.\d+", re.ASCII)
_DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_COMMAED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_DOTTED_OFTEN = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}", re.ASCII)
_COMMAED_OFTEN = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}", re.ASCII)

Values = Mapping[str, int]
Order = Literal["day first", "month first"]
Decimal = Literal[".", ","]


@dataclass(frozen=True)
class Times:
    """How a column of times is written.

    Attributes:
        formats: strptime formats to try in turn, day first where that is open; none for
            ISO form and epochs.
        order: Whether day or month stands first; None where both readings are possible
            or needed.
        needs_order: Whether that makes a difference.
        fits_both: Whether every value reads either way.
        epoch: Digits of an epoch: 10 for seconds, 13 for milliseconds, 0 for none.
        days_only: Whether no value has a time of day but midnight.
        offsets: Whether values carry their own offset from UTC.
        fit: Share of values that read so.
        unfit: One that does not.
    """

    formats: tuple[str, ...]
    order: Order | None
    needs_order: bool
    fits_both: bool
    epoch: int
    days_only: bool
    offsets: bool
    fit: float
    unfit: str

    def formats_as(self, order: Order | None) -> tuple[str, ...]:
        """The formats under a decision on the order of day and month."""
        if self.needs_order and (order or self.order) == "month first":
            return tuple(_swapped(one) for one in self.formats)
        return self.formats


@dataclass(frozen=True)
class Numbers:
    """How a column of numbers is written.

    Attributes:
        decimal: Sign before the decimals; None where both readings are possible.
        plain: Whether the text is a number as it stands.
        thousands: Whether signs between thousands stand in it.
        money_sign: Whether a sign of a currency stands beside.
        least, most: Of the values, read by `decimal`, else as with a dot.
        decimals: Most digits after the decimal sign.
        fit: Share of values that read so.
    """

    decimal: Decimal | None
    plain: bool
    thousands: bool
    money_sign: bool
    least: float
    most: float
    decimals: int
    fit: float


def times(values: Values) -> Times | None:
    """How values read as times; None if most do not.

    Args:
        values: Texts, trimmed and not empty, with how often each stands.
    """
    total = sum(values.values())
    kinds = {value: _time_kind(value) for value in values}
    fits = sum(count for value, count in values.items() if kinds[value])
    if not total or fits < MOST_FIT * total:
        return None
    epochs = {len(value) for value, kind in kinds.items() if kind == "epoch"}
    if epochs and (len(epochs) > 1 or set(kinds.values()) - {"epoch", ""}):
        return None
    epoch = max(epochs, default=0)
    order, fits_both = _order([v for v, kind in kinds.items() if kind == "numeric"])
    counted: Counter[str] = Counter()
    for value, count in values.items():
        if kinds[value] not in ("", "iso", "epoch"):
            counted[_format(value)] += count
    formats = sorted(counted, key=lambda one: ("%y" not in one, -counted[one], one))
    return Times(
        formats=tuple(formats),
        order=order,
        needs_order="numeric" in kinds.values(),
        fits_both=fits_both,
        epoch=epoch,
        days_only=not epoch and all(_is_day(v, kind) for v, kind in kinds.items() if kind),
        offsets=any(_has_offset(v) for v, kind in kinds.items() if kind == "iso"),
        fit=fits / total,
        unfit=next((value for value, kind in kinds.items() if not kind), ""),
    )


def numbers(values: Values) -> Numbers | None:
    """How values read as numbers; None if most do not.

    Args:
        values: Texts, trimmed and not empty, with how often each stands.
    """
    found = {v: inner[1] for v in values if (inner := _NUMBER.fullmatch(v))}
    found = {value: inner for value, inner in found.items() if _number_kind(inner)}
    total = sum(values.values())
    fits = sum(values[value] for value in found)
    if not total or fits < MOST_FIT * total:
        return None
    kinds = {_number_kind(inner) for inner in found.values()}
    if {"comma", "dot"} <= kinds:
        return None
    decimal = _decimal(kinds)
    read = [_as_number(inner, decimal) for inner in found.values()]
    return Numbers(
        decimal=decimal,
        plain=all(value == inner for value, inner in found.items())
        and kinds <= {"whole", "dot", "dotted"}
        and not any("," in inner for inner in found.values()),
        thousands=any(_has_thousands(inner, decimal) for inner in found.values()),
        money_sign=any(value != inner for value, inner in found.items()),
        least=min(read),
        most=max(read),
        decimals=max(_decimals(inner, decimal) for inner in found.values()),
        fit=fits / total,
    )


def _time_kind(value: str) -> str:
    """'iso', 'numeric', 'named', 'compact', 'epoch', or '' where it is no time."""
    if _ISO.fullmatch(value):
        return "iso"
    if _EPOCH.fullmatch(value):
        return "epoch"
    for kind, pattern in (("numeric", _NUMERIC), ("named", _NAMED), ("compact", _COMPACT)):
        if pattern.fullmatch(value) and _is_real(value, kind):
            return kind
    return ""


def _is_real(value: str, kind: str) -> bool:
    stated = _format(value)
    return any(
        _parses(value, one) for one in (stated, _swapped(stated))[: 1 + (kind == "numeric")]
    )


def _parses(value: str, stated: str) -> bool:
    try:
        datetime.strptime(value, stated)  # noqa: DTZ007  (only whether it reads)
    except ValueError:
        return False
    return True


def _order(values: list[str]) -> tuple[Order | None, bool]:
    """Which of day and month stands first, and whether every value reads either way."""
    if not values:
        return None, True
    parts = [found for value in values if (found := _NUMERIC.fullmatch(value))]
    day_first = any(int(part[1]) > _MOST_MONTHS for part in parts)
    month_first = any(int(part[3]) > _MOST_MONTHS for part in parts)
    if day_first and month_first:
        return None, False
    if day_first or month_first:
        return ("day first" if day_first else "month first"), False
    dots = all(part[2] == "." for part in parts)
    return ("day first" if dots else None), True


def _format(value: str) -> str:
    """The strptime format of a value that is a time, day first."""
    if found := _NUMERIC.fullmatch(value):
        sign, year = found[2], "%Y" if len(found[4]) > len("24") else "%y"
        hour = "%I" if found[8] else "%H"
        clock = f"{found[5]}{hour}:%M" if found[5] else ""
        noon = f"{' ' if found[8].startswith(' ') else ''}%p" if found[8] else ""
        return f"%d{sign}%m{sign}{year}{clock}{':%S' if found[7] else ''}{noon}"
    if found := _NAMED.fullmatch(value):
        clock = " %H:%M" if found[4] else ""
        return f"%d{found[2]}%b{found[2]}%Y{clock}{':%S' if found[6] else ''}"
    found = _COMPACT.fullmatch(value)
    if found is None or found[2] is None:
        return "%Y%m%d"
    return f"%Y%m%d{found[1]}%H%M{'%S' if found[3] else ''}"


def _swapped(stated: str) -> str:
    return stated.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


def _is_day(value: str, kind: str) -> bool:
    if kind == "compact":
        return set(value[8:].strip()) <= {"0"}
    clock = _CLOCK_AT_END.search(value)
    return clock is None or bool(_MIDNIGHT.fullmatch(clock[1]))


def _has_offset(value: str) -> bool:
    found = _ISO.fullmatch(value)
    return bool(found and found[2])


def _number_kind(inner: str) -> str:
    """'whole', with 'comma' or 'dot' decimals, 'dotted' or 'commaed' either way; '' if none."""
    for kind, pattern in (
        ("whole", _WHOLE),
        ("dotted", _DOTTED),
        ("commaed", _COMMAED),
        ("comma", _COMMA),
        ("dot", _DOT),
        ("comma", _DOTTED_OFTEN),
        ("dot", _COMMAED_OFTEN),
    ):
        if pattern.fullmatch(inner):
            return kind
    return ""


def _decimal(kinds: set[str]) -> Decimal | None:
    if "comma" in kinds:
        return ","
    if "dot" in kinds or kinds <= {"whole"}:
        return "."
    return None


def _as_number(inner: str, decimal: Decimal | None) -> float:
    if decimal == ",":
        return float(inner.replace(".", "").replace(",", "."))
    return float(inner.replace(",", ""))


def _decimals(inner: str, decimal: Decimal | None) -> int:
    _, sign, after = inner.rpartition(decimal or ".")
    return len(after) if sign else 0


def _has_thousands(inner: str, decimal: Decimal | None) -> bool:
    return decimal is not None and ("." if decimal == "," else ",") in inner
