"""One period under every reading of 'on time': how much is definition alone?"""

from dataclasses import dataclass

import polars as pl

from dashboard.analysis.figures import Figure, measured, nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

HEADLINE = "on_time_rate"
_WINDOWED = "on_time_window_rate"
READINGS = (
    HEADLINE,
    "in_window_rate",
    "on_time_grace_rate",
    "on_time_day_rate",
    "on_time_attempt_rate",
    "on_time_last_promise_rate",
    "on_time_contract_rate",
    "delivered_only_on_time_rate",
)
"""Every reading, the headline first."""


@dataclass(frozen=True)
class Step:
    """From the headline to another reading of the same period.

    Attributes:
        figure: The other reading.
        difference: Its rate less the headline's; the two parts below add up to it.
        of_rows: Part that comes from counting other deliveries.
        of_rule: Part that comes from another rule for the same deliveries.
    """

    figure: Figure
    difference: float
    of_rows: float
    of_rule: float


@dataclass(frozen=True)
class Bridge:
    """The headline and what each other reading alone would make of it.

    Attributes:
        headline: The rate that Doorstep shows everywhere.
        steps: Other readings that the data can give, in a fixed order.
        missing: Names of readings without any row.
    """

    headline: Figure
    steps: tuple[Step, ...]
    missing: tuple[str, ...]


def definitions_bridge(reader: Reader, scope: Scope) -> Bridge:
    """Measure a period by every definition of on time.

    Raises:
        ScopeError: No delivery of the scope is due.
    """
    names = (*READINGS, _WINDOWED)
    found = {one.metric.name: one for one in measured(reader, names, (), scope)}
    headline = found.get(HEADLINE)
    if headline is None or headline.value is None:
        raise ScopeError(nothing_found(reader, scope))
    rows_of = {"in_window_rate": found.get(_WINDOWED)}
    steps = tuple(
        _step(found[name], headline.value, rows_of.get(name))
        for name in READINGS[1:]
        if name in found
    )
    return Bridge(headline, steps, tuple(name for name in READINGS if name not in found))


def bridge_table(bridge: Bridge, snapshot: int) -> pl.DataFrame:
    """The bridge as rows: metric, value, numerator, denominator, difference, of_rows, of_rule.

    Differences are shares: 0.01 is one point. The headline has none.
    """
    nothing = Step(bridge.headline, 0.0, 0.0, 0.0)
    return pl.DataFrame(
        [
            {
                "metric": step.figure.metric.name,
                "value": step.figure.value,
                "numerator": float(step.figure.numerator),
                "denominator": float(step.figure.denominator or 0),
                "difference": step.difference,
                "of_rows": step.of_rows,
                "of_rule": step.of_rule,
                "start": step.figure.period.start,
                "end": step.figure.period.end,
                "snapshot": snapshot,
            }
            for step in (nothing, *bridge.steps)
        ]
    )


def _step(figure: Figure, headline: float, same_rule: Figure | None) -> Step:
    """Split a difference; readings of the same deliveries differ by their rule alone.

    Args:
        figure: The other reading.
        headline: The headline's rate.
        same_rule: The headline's rule on the other reading's deliveries, where both differ.
    """
    value = figure.value or 0.0
    difference = value - headline
    if same_rule is not None and same_rule.value is not None:
        of_rows = same_rule.value - headline
    else:
        of_rows = difference if figure.metric.name in _OTHER_ROWS else 0.0
    return Step(figure, difference, of_rows, difference - of_rows)


_OTHER_ROWS = {"on_time_contract_rate", "delivered_only_on_time_rate"}
