"""Numbers, dates and verdicts as people read them: the one place that prints figures."""

from datetime import date

from dashboard.analysis import Cell, Change, Figure
from dashboard.catalog import Unit
from dashboard.scope import Period

NO_FIGURE = "no figure"
TOO_FEW = "too few"
NOT_COMPARED = "too few to compare"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
GAP = "\N{NO-BREAK SPACE}"

_DIGITS: dict[Unit, int] = {"money": 2, "score": 2, "ratio": 3, "minutes": 0, "count": 0}


def number(value: float, digits: int = 0) -> str:
    """A number with thousands separated, and a true minus sign.

    >>> number(-1234.5, 1)
    '−1,234.5'
    """
    text = f"{value:,.{digits}f}"
    return _true_sign(text)


def value(amount: float | None, unit: Unit) -> str:
    r"""A metric's value in its unit.

    >>> value(0.9214, "share"), value(7.415, "money"), value(None, "score")
    ('92.1\xa0%', '7.42', 'no figure')
    """
    if amount is None:
        return NO_FIGURE
    if unit == "share":
        return f"{number(100 * amount, 1)}{GAP}%"
    text = number(amount, _DIGITS[unit])
    return f"{text}{GAP}min" if unit == "minutes" else text


def change(difference: float | None, unit: Unit, finer: int = 0) -> str:
    r"""A difference with its sign: points for shares, else the metric's own unit.

    Args:
        difference: None prints as no figure.
        unit: The metric's.
        finer: Digits more than usual, for parts that a reader may add up.

    >>> change(-0.019, "share"), change(-0.019, "share", 1), change(0.12, "money")
    ('−1.9\xa0pt', '−1.90\xa0pt', '+0.12')
    """
    if difference is None:
        return NO_FIGURE
    scaled, digits = (100 * difference, 1) if unit == "share" else (difference, _DIGITS[unit])
    text = f"{scaled:+,.{digits + finer}f}"
    text = _true_sign(text) if text.strip("+-0.,") else text[1:]
    suffix = {"share": f"{GAP}pt", "minutes": f"{GAP}min"}.get(unit, "")
    return f"{text}{suffix}"


def may_compare(cell: Cell) -> bool:
    """Whether both sides of a change stand on enough rows to print it."""
    return cell.change is not None and cell.change.verdict != "not comparable"


def figure_value(figure: Figure) -> str:
    """A figure as the big number of a card.

    Thin shares read 'x of n'; other thin figures print no value at all.
    """
    if figure.is_thin:
        return counted(figure) if figure.metric.unit == "share" else TOO_FEW
    return value(figure.value, figure.metric.unit)


def counted(figure: Figure) -> str:
    """A share as the counts it is made of: '8,012 of 8,700'."""
    total = number(float(figure.denominator or 0))
    return f"{number(float(figure.numerator))} of {total}"


def interval(low: float | None, high: float | None, unit: Unit) -> str:
    r"""An interval, or nothing where there is none.

    >>> interval(0.914, 0.928, "share")
    '91.4 – 92.8\xa0%'
    """
    if low is None or high is None:
        return ""
    if unit == "share":
        return f"{number(100 * low, 1)} {DASH} {value(high, unit)}"
    return f"{value(low, unit)} {DASH} {value(high, unit)}"


def change_interval(found: Change, unit: Unit) -> str:
    """The interval of a change, signed on both sides."""
    if found.low is None or found.high is None:
        return ""
    return f"{change(found.low, unit)} to {change(found.high, unit)}"


def lacking(amount: float, figure: Figure) -> str:
    """What is missing to reach a target, in deliveries or money; nothing where it is reached.

    Args:
        amount: As `analysis.standing.missing` has it.
        figure: The figure that misses the target.
    """
    unit = figure.metric.unit
    if not amount or figure.is_thin:
        return ""
    if unit == "share":
        return f"{number(amount)} more kept would reach it"
    if unit == "money":
        more = "less" if amount < 0 else "more"
        return f"{number(abs(amount))} {more} in all would reach it"
    return ""


def size(figure: Figure) -> str:
    """How many rows the figure stands on: 'n 8,012'."""
    rows = figure.numerator if figure.denominator is None else figure.denominator
    return f"n{GAP}{number(float(rows))}"


def day(when: date) -> str:
    """A day without a leading zero: '3 Jul 2026'."""
    return f"{when.day} {when:%b %Y}"


def period(days: Period) -> str:
    """A period, with what both ends share said once: '1 Jul – 30 Sep 2026'."""
    if days.start == days.end:
        return day(days.start)
    if days.start.year != days.end.year:
        return f"{day(days.start)} {DASH} {day(days.end)}"
    return f"{days.start.day} {days.start:%b} {DASH} {day(days.end)}"


def _true_sign(text: str) -> str:
    rounded_to_zero = not text.strip("-0.,")
    return text.removeprefix("-") if rounded_to_zero else text.replace("-", MINUS)
