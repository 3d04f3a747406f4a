"""The sentences that stand beside charts: what is shown, over which days, on how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.analysis import Figure, Scoreboard
from dashboard.catalog import HEADLINES, Catalog, Metric, Unit
from dashboard.charts import formats
from dashboard.contract import REASONS

UNITS: Mapping[Unit, str] = {
    "share": "% of the rows it counts",
    "money": "money per unit",
    "score": "score",
    "ratio": "per delivery",
    "minutes": "minutes",
    "count": "a count",
}

_DERIVED = {
    "total_cost": "a cost column of deliveries, such as deliveries.cost_last_mile",
    "contact_count": "contacts.delivery_id",
    "is_in_window": "deliveries.promised_from",
    "promise_minutes": "deliveries.promised_from",
    "is_promise_revised": "promise_changes",
    "is_on_last_promise": "promise_changes",
    "is_excluded": "exclusion_windows",
}


@dataclass(frozen=True)
class Days:
    """What people call the days on a board.

    Attributes:
        name: '2026 Q3', 'custom dates' or 'whole snapshot'.
        versus: The days compared with; empty for no comparison.
    """

    name: str
    versus: str = ""


def days_shown(board: Scoreboard, days: Days) -> str:
    """The board's days and what they are compared with.

    A period that is still running is compared with as many days of the other.
    """
    return days_named(days, running=board.running, compared=board.versus is not None)


def days_named(days: Days, *, running: bool, compared: bool) -> str:
    """Days and those compared with, by what people call them."""
    shown = f"{days.name} so far" if running else days.name
    same = "as many days of " if running else ""
    return f"{shown} against {same}{days.versus}" if compared else shown


def detail(unit: str, days: str, count: float | None = None) -> str:
    """Unit, period and n of a panel, in one line."""
    n = [] if count is None else [f"n{formats.GAP}{formats.number(count)}"]
    return " · ".join([unit, days, *n])


def weeks_shown(board: Scoreboard) -> str:
    """The days that weekly charts cover."""
    return f"up to 52 weeks to {formats.day(board.period.end)}"


def volume_unit(days: Days, before: Sequence[Figure]) -> str:
    """What volume bars count, and what the lighter ones stand for."""
    return f"deliveries promised; lighter: {days.versus}" if before else "deliveries promised"


def missing(board: Scoreboard, catalog: Catalog) -> list[str]:
    """One sentence per headline metric without any figure: which column would give it."""
    found = {name for name, cell in board.whole.cells.items() if cell.figure.denominator}
    return [missing_said(catalog.metric(n), catalog) for n in HEADLINES if n not in found]


def missing_said(metric: Metric, catalog: Catalog) -> str:
    """Which column would give a metric that has no figure here."""
    sql = f"{metric.numerator} {metric.condition or ''}"
    table = catalog.contract.get(metric.fact)
    columns = [f"{metric.fact}.{name}" for name in (table.columns if table else ()) if name in sql]
    needs = [said for name, said in _DERIVED.items() if name in sql] or columns
    return (
        f"{metric.label} has no figure here: nothing in view has "
        f"{' and '.join(needs) or metric.fact}. It appears as soon as the data gives it."
    )


def code_meanings(catalog: Catalog) -> dict[str, str]:
    """What reasons and the contract's warnings mean, by code."""
    warnings = {
        code: rule.says
        for table in catalog.contract.values()
        for code, rule in {**table.warnings, **table.findings}.items()
    }
    return {**REASONS, **warnings}
