"""Case mix in SQL: due deliveries counted by what makes them hard, and scored by a fit.

Scores are summed as whole billionths: sums of doubles would differ in their last digits
with the number of threads, and every seeded test of them too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.catalog import Catalog, Metric
from dashboard.scope import Scope
from dashboard.stated import Factor
from dashboard.warehouse.rollup import NONE, Statement, conditions_on, key_of, value_of
from dashboard.warehouse.sql import identifier

CARRIER = "carrier"
JUDGED = "on_time_rate"
"""The metric whose misses are breaches."""

_BILLION = "1000000000"


@dataclass(frozen=True)
class Scores:
    """A fit of the case mix, as SQL needs it.

    Attributes:
        intercept: Logit of lateness where every effect is 0.
        effects: Per factor, the effect on the logit of each level; another level, not
            seen in the fit, has none.
    """

    intercept: float
    effects: tuple[tuple[Factor, tuple[tuple[str, float], ...]], ...]

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors that have an effect."""
        return tuple(factor for factor, _ in self.effects)


def strata(catalog: Catalog, factors: Sequence[Factor], scope: Scope) -> Statement:
    """Count due deliveries and breaches by every factor and carrier.

    Columns: one per factor and 'carrier' (text; '(none)' for null), due, late.
    """
    judged = catalog.metric(JUDGED)
    keys = [f"{_level(one.sql)} as {identifier(one.name)}" for one in factors]
    keys.append(f"{value_of(catalog.dimension(CARRIER))} as {CARRIER}")
    values, rows = _due(catalog, judged, factors, scope)
    late = f"sum({_late(judged)})"
    select = f"select {', '.join(keys)}, count(*) as due, cast({late} as bigint) as late"
    return Statement(f"{select} {rows} group by {_places(keys)}", values)


def scored(
    catalog: Catalog, scores: Scores, by: Sequence[str], scope: Scope, fiscal_year_start: int
) -> Statement:
    """Sum breaches beside what a fit expects, by dimensions.

    Columns: the dimensions, due, late, expected, and variance: the sum of p·(1 − p).
    """
    judged = catalog.metric(JUDGED)
    keys = [
        f"{key_of(catalog.dimension(name), judged.date, fiscal_year_start)} as {identifier(name)}"
        for name in by
    ]
    values, rows = _due(catalog, judged, scores.factors, scope)
    chance = _chance(scores, values)
    each = f"select {', '.join([*keys, f'{_late(judged)} as late', f'{chance} as chance'])} {rows}"
    whole = (
        f"select {', '.join([*map(identifier, by), 'late'])}, "
        f"cast(round({_BILLION} * chance) as bigint) as chance, "
        f"cast(round({_BILLION} * chance * (1 - chance)) as bigint) as spread "
        f"from ({each}) as likely"
    )
    sums = [
        "count(*) as due",
        "cast(sum(late) as bigint) as late",
        f"cast(sum(chance) as double) / {_BILLION} as expected",
        f"cast(sum(spread) as double) / {_BILLION} as variance",
    ]
    select = f"select {', '.join([*map(identifier, by), *sums])} from ({whole}) as rounded"
    grouped = f" group by {_places(by)} order by {_places(by)}" if by else ""
    return Statement(f"{select}{grouped}", values)


def listed(
    catalog: Catalog, columns: Sequence[tuple[str, str]], scope: Scope, scores: Scores | None
) -> Statement:
    """List due deliveries one by one: some columns, whether late, what a fit expects.

    Columns: one per name and SQL in `columns` (text; '(none)' for null), day, late, and
    chance: that of being late; null without a fit.
    """
    judged = catalog.metric(JUDGED)
    values, rows = _due(catalog, judged, scores.factors if scores else (), scope)
    chance = _chance(scores, values) if scores else "cast(null as double)"
    keys = [f"{_level(sql)} as {identifier(name)}" for name, sql in columns]
    day = f"{judged.fact}.{judged.date} as day"
    parts = ", ".join([*keys, day, f"{_late(judged)} as late", f"{chance} as chance"])
    return Statement(f"select {parts} {rows}", values)


def _chance(scores: Scores, values: dict[str, object]) -> str:
    """SQL of the chance of being late by a fit; its figures are bound."""
    values["intercept"] = scores.intercept
    terms = ["cast($intercept as double)"]
    for number, (factor, effects) in enumerate(scores.effects):
        terms.append(_effect(number, factor, effects, values))
    return f"1e0 / (1e0 + exp(-({' + '.join(terms)})))"


def _due(
    catalog: Catalog, judged: Metric, factors: Sequence[Factor], scope: Scope
) -> tuple[dict[str, object], str]:
    """FROM and WHERE of the due deliveries of a scope, and the values bound in them."""
    values, conditions = conditions_on(catalog, scope, judged.date)
    source = judged.fact
    if any(factor.calendar for factor in factors):
        source += f" left join calendar on {judged.fact}.{judged.date} = calendar.date"
    wanted = [f"{judged.date} is not null", judged.condition or "true", *conditions]
    return values, f"from {source} where {' and '.join(f'({one})' for one in wanted)}"


def _effect(
    number: int,
    factor: Factor,
    effects: Sequence[tuple[str, float]],
    values: dict[str, object],
) -> str:
    """SQL of a factor's effect on the logit; levels and effects are bound.

    Levels are compared as they are: to turn every row's into text would take a fifth of
    the time.
    """
    cases = [f"when ({factor.sql}) is null then $effect_{number}_null"]
    values[f"effect_{number}_null"] = dict(effects).get(NONE, 0.0)
    for place, (level, effect) in enumerate(effects):
        if level == NONE:
            continue
        own = int(level) if factor.number else level
        values |= {f"level_{number}_{place}": own, f"effect_{number}_{place}": effect}
        cases.append(
            f"when ({factor.sql}) = $level_{number}_{place} then $effect_{number}_{place}"
        )
    return f"case {' '.join(cases)} else 0e0 end"


def _level(sql: str) -> str:
    """SQL of a level as text; null is a level of its own."""
    return f"coalesce(cast({sql} as varchar), '{NONE}')"


def _late(judged: Metric) -> str:
    return f"1 - {judged.numerator}"


def _places(keys: Sequence[str]) -> str:
    return ", ".join(str(n) for n in range(1, len(keys) + 1))
