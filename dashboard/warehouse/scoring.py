"""Case mix in SQL: what a metric counts, by what makes deliveries hard, and scored by a fit.

Of a share, what is missing from it is counted: breaches, failed first attempts.

Scores are summed as whole billionths: sums of doubles would differ in their last digits
with the number of threads, and every seeded test of them too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import sqlglot
from sqlglot import exp

from dashboard.catalog import Catalog, Dimension, Metric
from dashboard.scope import Scope
from dashboard.stated import TOGETHER, Factor
from dashboard.warehouse.rollup import NONE, Statement, conditions_on, key_of
from dashboard.warehouse.sql import identifier

Link = Literal["logit", "identity", "log"]
Effects = Sequence[tuple[str, float]]

CARRIER = "carrier"
JUDGED = "on_time_rate"
"""The metric whose misses are breaches."""

DRIVER: Final = Dimension("driver", "Driver", "driver_id")
"""Asked for by this name only: no filter, roll-up or metric knows who drove."""

_BILLION = "1000000000"
_MEANS: dict[Link, str] = {
    "logit": "1e0 / (1e0 + exp(-({})))",
    "identity": "{}",
    "log": "exp({})",
}


@dataclass(frozen=True)
class Scores:
    """A fit of the case mix, as SQL needs it.

    Attributes:
        intercept: Linear predictor where every effect is 0.
        effects: Per factor, the effect on the predictor of each level; another level, not
            seen in the fit, has none.
        link: Whether the predictor is the logit, the mean itself, or its logarithm.
    """

    intercept: float
    effects: tuple[tuple[Factor, tuple[tuple[str, float], ...]], ...]
    link: Link = "logit"

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors that have an effect."""
        return tuple(factor for factor, _ in self.effects)


@dataclass(frozen=True)
class Asked:
    """What is summed beside an expectation.

    Attributes:
        by: Dimension names, or 'driver'.
        spread: Whether the variance of failures is summed too.
    """

    metric: Metric
    by: tuple[str, ...]
    scope: Scope
    fiscal_year_start: int
    spread: bool = False


def strata(catalog: Catalog, metric: Metric, factors: Sequence[Factor], scope: Scope) -> Statement:
    """Sum a metric by every factor and carrier.

    Columns: one per factor and 'carrier' (text; '(none)' for null), base (the
    denominator), observed (what is counted).
    """
    named = [(one.name, f"({one.sql})") for one in factors]
    named.append((CARRIER, str(catalog.dimension(CARRIER).column)))
    keys = ", ".join(f"{sql} as {identifier(name)}" for name, sql in named)
    values, rows = _rows(catalog, metric, factors, scope)
    sums = ", ".join(_sums(metric, _base(metric), _counted(metric)))
    # Grouped as they are, told as text afterwards: texts of every row cost a third more.
    each = f"select {keys}, {sums} {rows} group by {_places(named)}"
    texts = ", ".join(f"{_level(identifier(name))} as {identifier(name)}" for name, _ in named)
    return Statement(f"select {texts}, base, observed from ({each}) as alike", values)


def scored(catalog: Catalog, asked: Asked, scores: Scores) -> Statement:
    """Sum a metric beside what a fit expects, by dimensions (or 'driver').

    Columns: the dimensions, base, observed, expected, and where it is wanted variance: the
    sum of p·(1 − p).
    """
    metric, by = asked.metric, asked.by
    keys = [
        f"{key_of(_dimension(catalog, name), metric.date, asked.fiscal_year_start)} "
        f"as {identifier(name)}"
        for name in by
    ]
    values, rows = _rows(catalog, metric, scores.factors, asked.scope)
    terms = f"{_base(metric)} as base, {_counted(metric)} as observed"
    mean = _mean(scores, values)
    each = f"select {', '.join([*keys, terms, f'{mean} as mean'])} {rows}"
    names = [*map(identifier, by)]
    hoped = {"expected": "base * mean"}
    if asked.spread:
        hoped["variance"] = "base * mean * (1 - mean)"
    whole = [f"cast(round({_BILLION} * {sql}) as bigint) as {name}" for name, sql in hoped.items()]
    inner = f"select {', '.join([*names, 'base', 'observed', *whole])} from ({each}) as likely"
    sums = [*_sums(metric, "base", "observed")]
    sums += [f"cast(sum({name}) as double) / {_BILLION} as {name}" for name in hoped]
    select = f"select {', '.join([*names, *sums])} from ({inner}) as rounded"
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
    values, rows = _rows(catalog, judged, scores.factors if scores else (), scope)
    chance = _mean(scores, values) if scores else "cast(null as double)"
    keys = [f"{_level(sql)} as {identifier(name)}" for name, sql in columns]
    day = f"{judged.fact}.{judged.date} as day"
    parts = ", ".join([*keys, day, f"{_counted(judged)} as late", f"{chance} as chance"])
    return Statement(f"select {parts} {rows}", values)


def _dimension(catalog: Catalog, name: str) -> Dimension:
    return DRIVER if name == DRIVER.name else catalog.dimension(name)


def _base(metric: Metric) -> str:
    """SQL of the denominator's term."""
    return metric.denominator or "1"


def _counted(metric: Metric) -> str:
    """SQL of the term that is counted: what is missing from a share, else the numerator."""
    if metric.unit == "share":
        return f"{_base(metric)} - {metric.numerator}"
    return metric.numerator


def _sums(metric: Metric, base: str, counted: str) -> tuple[str, str]:
    """Sums as base and observed: whole numbers of a share, else doubles of exact sums."""
    kind = "bigint" if metric.unit == "share" else "double"
    return f"cast(sum({base}) as {kind}) as base", f"cast(sum({counted}) as {kind}) as observed"


def _mean(scores: Scores, values: dict[str, object]) -> str:
    """SQL of the mean of a row by a fit; its figures are bound."""
    values["intercept"] = scores.intercept
    terms = ["cast($intercept as double)"]
    for number, (factor, effects) in enumerate(scores.effects):
        terms.append(_effect(number, factor, effects, values))
    return _MEANS[scores.link].format(" + ".join(terms))


def _rows(
    catalog: Catalog, metric: Metric, factors: Sequence[Factor], scope: Scope
) -> tuple[dict[str, object], str]:
    """FROM and WHERE of the rows of a metric in a scope, and the values bound in them."""
    values, conditions = conditions_on(catalog, scope, metric.date)
    source = metric.fact
    if any(factor.calendar for factor in factors):
        source += f" left join calendar on {metric.fact}.promised_date = calendar.date"
    wanted = [f"{metric.date} is not null", metric.condition or "true", *conditions]
    return values, f"from {source} where {' and '.join(f'({one})' for one in wanted)}"


def _effect(number: int, factor: Factor, effects: Effects, values: dict[str, object]) -> str:
    """SQL of a factor's effect on the predictor; levels and effects are bound.

    Levels are compared as they are: to turn every row's into text would take a fifth of
    the time. Bands are not compared at all: what gives a band gives its effect.
    """
    bound = _Bound(f"{number}", values)
    if factor.parts:
        split = [(tuple(level.split(TOGETHER)), effect) for level, effect in effects]
        return _nested(factor.parts, split, bound)
    bands = sqlglot.parse_one(factor.sql, dialect="duckdb")
    if not factor.number and is_banded(bands):
        return _banded(bands, dict(effects), bound)
    return _compared(factor, effects, bound)


def _compared(factor: Factor, effects: Effects, bound: "_Bound") -> str:
    cases = []
    for level, effect in effects:
        own = int(level) if factor.number and level != NONE else level
        cases.append(f"when {bound.matches(factor.sql, own)} then {bound.name(effect)}")
    return f"case {' '.join(cases)} else 0e0 end" if cases else "0e0"


def _banded(bands: exp.Expr, effects: Mapping[str, float], bound: "_Bound") -> str:
    """A CASE with the effects of its levels in place of their names."""
    cases = [
        f"when {one.this.sql('duckdb')} then {bound.name(effects.get(one.args['true'].name, 0.0))}"
        for one in bands.args["ifs"]
    ]
    return f"case {' '.join(cases)} else {bound.name(effects.get(NONE, 0.0))} end"


def _nested(
    parts: Sequence[str], effects: Sequence[tuple[tuple[str, ...], float]], bound: "_Bound"
) -> str:
    """A CASE in a CASE: each row is compared with the levels of each part, not with all."""
    if not parts:
        return bound.name(effects[0][1])
    cases = []
    for level in dict.fromkeys(levels[0] for levels, _ in effects):
        own = [(levels[1:], effect) for levels, effect in effects if levels[0] == level]
        then = _nested(parts[1:], own, bound)
        cases.append(f"when {bound.matches(parts[0], level)} then {then}")
    return f"case {' '.join(cases)} else 0e0 end" if cases else "0e0"


def is_banded(parsed: exp.Expr) -> bool:
    """Whether an expression is a CASE of conditions that names its levels itself."""
    if not isinstance(parsed, exp.Case) or parsed.this or parsed.args.get("default"):
        return False
    return all(isinstance(one.args["true"], exp.Literal) for one in parsed.args["ifs"])


@dataclass(frozen=True)
class _Bound:
    """Values of one factor, bound under names of its own."""

    prefix: str
    values: dict[str, object]

    def name(self, value: object) -> str:
        """Bind a value and say how SQL names it."""
        name = f"mix_{self.prefix}_{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def matches(self, sql: str, level: object) -> str:
        """SQL: an expression has this level."""
        return f"({sql}) is null" if level == NONE else f"({sql}) = {self.name(level)}"


def _level(sql: str) -> str:
    """SQL of a level as text; null is a level of its own."""
    return f"coalesce(cast({sql} as varchar), '{NONE}')"


def _places(keys: Sequence[object]) -> str:
    return ", ".join(str(n) for n in range(1, len(keys) + 1))
