"""Metrics into SQL: any set of them becomes one scan per model and date column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl
import sqlglot
from sqlglot import exp

from dashboard.catalog import Catalog, Dimension, Distribution, Metric
from dashboard.errors import ScopeError
from dashboard.scope import Scope

NONE = "(none)"
_EXACT = pl.Decimal(38, 4)
_MONEY = "decimal(38, 4)"
_PARTS = {
    "numerator": ("sum", _MONEY),
    "denominator": ("sum", _MONEY),
    "rows": ("sum", "bigint"),
    "first_day": ("min", "date"),
    "last_day": ("max", "date"),
}
_DAYS = ("first_day", "last_day")
_MONTHS_A_QUARTER = 3


@dataclass(frozen=True)
class Statement:
    """One scan.

    Attributes:
        sql: Bare table names; values as $name.
        values: What is bound.
    """

    sql: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Source:
    """A roll-up that may answer a question.

    Attributes:
        relation: What to select from.
        conditions: SQL of the rows that the reader may see.
        kept: Whether it keeps each day, or the first day of each month.
        dimensions: What it is split by, beside the day.
    """

    relation: str
    conditions: tuple[str, ...]
    fiscal_year_start: int
    kept: str
    dimensions: tuple[str, ...]

    def is_split_by(self, by: Sequence[str]) -> bool:
        """Whether its rows are the groups themselves."""
        return self.kept == "day" and set(by) == {"day", *self.dimensions}


@dataclass(frozen=True)
class Split:
    """What counts of a distribution are split by.

    Attributes:
        by: Dimension names.
        since: Days from this one on are told from earlier ones.
    """

    by: Sequence[str]
    since: date | None = None


def by_model(catalog: Catalog, metrics: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Metrics that share a scan: by model and date column.

    Raises:
        UnknownNameError: A metric is not in the catalogue.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for metric in map(catalog.metric, metrics):
        groups.setdefault((metric.fact, metric.date), []).append(metric.name)
    return groups


def statements(
    catalog: Catalog,
    metrics: Sequence[str],
    by: Sequence[str],
    scope: Scope,
    fiscal_year_start: int,
) -> list[Statement]:
    """Write the scans that answer a roll-up, one per model and date column.

    Raises:
        UnknownNameError: A metric or dimension is not in the catalogue.
    """
    found = []
    for (_, day), names in by_model(catalog, metrics).items():
        values, conditions = conditions_on(catalog, scope, day)
        sql = _scan(catalog, tuple(names), tuple(by), tuple(conditions), fiscal_year_start)
        found.append(Statement(sql, values))
    return found


@lru_cache(maxsize=512)
def _scan(
    catalog: Catalog,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    conditions: tuple[str, ...],
    fiscal_year_start: int,
) -> str:
    """One SELECT over one model; holds no values, so that it can be kept."""
    found = [catalog.metric(name) for name in metrics]
    fact, day = found[0].fact, found[0].date
    keys = [
        f'{key_of(catalog.dimension(name), day, fiscal_year_start)} as "{name}"' for name in by
    ]
    sums = [term for metric in found for term in _sums(metric, _parts_by(by))]
    select = exp.select(*keys, *sums, dialect="duckdb").from_(fact)
    select = select.where(f"{day} is not null", *conditions, dialect="duckdb")
    for position in range(1, len(keys) + 1):
        select = select.group_by(exp.Literal.number(position), append=True)
    return select.sql("duckdb")


def _sums(metric: Metric, parts: Sequence[str]) -> list[str]:
    """The aggregates of one metric; exact, whatever the number of threads.

    A sum of ones is a count, which the engine shares with that of the rows. A case chooses
    a metric's rows: for each `filter (where …)` the engine would cut every column of every
    small piece that a scope leaves of a scan.
    """

    def chosen(term: str) -> str:
        return f"case when {metric.condition} then {term} end" if metric.condition else term

    def total(term: str) -> str:
        counted = f"count({chosen('1')})" if term == "1" else f"coalesce(sum({chosen(term)}), 0)"
        return f"cast({counted} as {_MONEY})"

    denominator = total(metric.denominator) if metric.denominator else f"cast(null as {_MONEY})"
    columns = {
        "numerator": total(metric.numerator),
        "denominator": denominator,
        "rows": f"count({chosen('1')})",
        "first_day": f"min({chosen(metric.date)})",
        "last_day": f"max({chosen(metric.date)})",
    }
    return [f'{columns[part]} as "{metric.name}.{part}"' for part in parts]


def sums_of(catalog: Catalog, metrics: Sequence[str], kept: str) -> list[str]:
    """The aggregates of metrics of one model and date column, for its roll-ups.

    Where each day is kept, it is the first and last day of its rows.
    """
    parts = _kept_parts(kept)
    return [term for name in metrics for term in _sums(catalog.metric(name), parts)]


def sum_columns(metrics: Sequence[str], kept: str) -> list[tuple[str, str, str]]:
    """Columns of `sums_of`: name, the aggregate that adds them up, and its type."""
    return [(f"{name}.{part}", *_PARTS[part]) for name in metrics for part in _kept_parts(kept)]


def _parts_by(by: Sequence[str]) -> list[str]:
    """What is asked for; by day, the first and last day of a group are that day."""
    return [part for part in _PARTS if "day" not in by or part not in _DAYS]


def _kept_parts(kept: str) -> list[str]:
    return [part for part in _PARTS if kept == "month" or part not in _DAYS]


def kept_scan(
    catalog: Catalog,
    metrics: Sequence[str],
    by: Sequence[str],
    scope: Scope,
    source: Source,
) -> Statement:
    """The same answer as a scan of the rows, from a roll-up that is split finely enough."""
    values, conditions = conditions_on(catalog, scope, "day", kept=True)
    where = " and ".join([*source.conditions, *conditions]) or "true"
    if source.is_split_by(by):
        columns = [*by, *(f"{name}.{part}" for name in metrics for part in _parts_by(by))]
        select = ", ".join(f'"{column}"' for column in columns)
        return Statement(f"select {select} from {source.relation} where {where}", values)
    keys = [
        f'{_kept_key(catalog.dimension(name), source.fiscal_year_start)} as "{name}"'
        for name in by
    ]
    totals = [
        f'{_kept_total(name, part, fold, source.kept)} as "{name}.{part}"'
        for name in metrics
        for part, fold in ((one, _PARTS[one][0]) for one in _parts_by(by))
    ]
    grouped = f" group by {', '.join(str(n) for n in range(1, len(keys) + 1))}" if keys else ""
    select = ", ".join([*keys, *totals])
    return Statement(f"select {select} from {source.relation} where {where}{grouped}", values)


def value_counts(
    catalog: Catalog,
    distribution: Distribution,
    split: Split,
    scope: Scope,
    source: Source | None = None,
) -> Statement:
    """How often each value of a distribution occurs, from a roll-up or from the rows."""
    day = "day" if source else distribution.date
    values, conditions = conditions_on(catalog, scope, day, kept=source is not None)
    own = {name: f'"{name}"' if source else value_of(catalog.dimension(name)) for name in split.by}
    if split.since:
        own["is_since"] = f"{day} >= $since"
        values["since"] = split.since
    keys = "".join(f'{sql} as "{name}", ' for name, sql in own.items())
    if source:
        wanted = [*source.conditions, *conditions]
        select = f"{keys}value, sum(rows)::bigint as rows from {source.relation}"
    else:
        wanted = [f"{day} is not null", distribution.condition or "true", *conditions]
        select = f"{keys}{distribution.value} as value, count(*) as rows from {distribution.fact}"
    where = " and ".join(f"({condition})" for condition in wanted) or "true"
    return Statement(f"select {select} where {where} group by all order by all", values)


def _kept_total(metric: str, part: str, fold: str, kept: str) -> str:
    column = f'"{metric}.{part}"'
    if part in _DAYS and kept == "day":
        return f'{fold}(day) filter (where "{metric}.rows" > 0)'
    if part == "numerator":
        return f"cast(coalesce(sum({column}), 0) as {_MONEY})"
    if part == "denominator":
        return f"cast(sum({column}) as {_MONEY})"
    rows = f"cast(coalesce(sum({column}), 0) as bigint)"
    return rows if part == "rows" else f"{fold}({column})"


def _kept_key(dimension: Dimension, fiscal_year_start: int) -> str:
    if dimension.grain is None:
        return f'"{dimension.name}"'
    return key_of(dimension, "day", fiscal_year_start)


def key_of(dimension: Dimension, day: str, fiscal_year_start: int) -> str:
    """SQL of a dimension's value, or of the start of its stretch of time."""
    if dimension.grain is None:
        return value_of(dimension)
    if dimension.grain == "day":
        return f"cast({day} as date)"
    if dimension.grain == "quarter":
        shift = (fiscal_year_start - 1) % _MONTHS_A_QUARTER
        shifted = f"{day} - interval {shift} month" if shift else day
        start = f"date_trunc('quarter', {shifted})"
        return f"cast({start} + interval {shift} month as date)"
    return f"cast(date_trunc('{dimension.grain}', {day}) as date)"


def value_of(dimension: Dimension) -> str:
    """SQL of a dimension's value as text; null is '(none)', so that parts add up."""
    return f"coalesce(cast({dimension.column} as varchar), '{NONE}')"


def _wanted_of(dimension: Dimension, wanted: Sequence[str]) -> str:
    """SQL of a dimension's value to be looked for; bare, so that files can be searched."""
    return value_of(dimension) if NONE in wanted else f"cast({dimension.column} as varchar)"


def conditions_on(
    catalog: Catalog, scope: Scope, day: str, *, kept: bool = False
) -> tuple[dict[str, object], list[str]]:
    """A scope as SQL conditions and the values bound in them.

    Args:
        catalog: Knows the dimensions.
        scope: Period and filters.
        day: The column that places a row in time.
        kept: Whether the rows are those of a roll-up, whose columns bear the dimensions'
            names.

    Raises:
        UnknownNameError: A filter names no dimension.
        ScopeError: A filter names a cut of time.
    """
    values: dict[str, object] = {}
    conditions = []
    if scope.period:
        values |= {"first_day": scope.period.start, "last_day": scope.period.end}
        conditions.append(f"{day} between $first_day and $last_day")
    for name, wanted in scope.filters:
        dimension = catalog.dimension(name)
        if dimension.column is None:
            message = f"'{name}' cuts time; filter by a period instead"
            raise ScopeError(message)
        places = []
        for number, value in enumerate(wanted):
            values[f"{name}_{number}"] = value
            places.append(f"${name}_{number}")
        value = f'"{name}"' if kept else _wanted_of(dimension, wanted)
        conditions.append(f"{value} in ({', '.join(places)})")
    return values, conditions


def scope_conditions(
    catalog: Catalog, scope: Scope
) -> tuple[dict[str, object], dict[str, list[str]]]:
    """A scope's conditions on every stored model, by model, and the values bound."""
    values: dict[str, object] = {}
    conditions = {}
    for name, model in catalog.models.items():
        if model.date:
            values, conditions[name] = conditions_on(catalog, scope, model.date)
    return values, conditions


def stack(
    frames: Iterable[pl.DataFrame], metrics: Sequence[str], by: Sequence[str]
) -> pl.DataFrame:
    """Bring the wide answers of the scans into one row per metric and group."""
    parts = []
    for frame in frames:
        own = [c.removesuffix(".rows") for c in frame.columns if c.endswith(".rows")]
        parts += [
            frame.filter(pl.col(f"{name}.rows") > 0).select(
                pl.lit(name).alias("metric"),
                *by,
                pl.col(f"{name}.numerator").cast(_EXACT).alias("numerator"),
                pl.col(f"{name}.denominator").cast(_EXACT).alias("denominator"),
                *(_day_of(name, part, by).alias(part) for part in _DAYS),
            )
            for name in own
        ]
    order = pl.Enum(list(dict.fromkeys(metrics)))
    return pl.concat(parts).sort(pl.col("metric").cast(order), *by)


def _day_of(metric: str, part: str, by: Sequence[str]) -> pl.Expr:
    return pl.col("day" if "day" in by else f"{metric}.{part}")


def pretty(sql: str) -> str:
    """A statement laid out to be read."""
    return sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb", pretty=True)
