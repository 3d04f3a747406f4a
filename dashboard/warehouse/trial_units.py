"""Experiments in SQL: a metric's sums per randomised unit, for its arm.

Sums of rows cannot tell how units vary: what a unit did is summed first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import sqlglot
from sqlglot import exp

from dashboard.catalog import Catalog
from dashboard.errors import ScopeError
from dashboard.warehouse import rollup
from dashboard.warehouse.rollup import Statement

DAYS_A_LOOK = 7

_UNITS = {
    "delivery": "deliveries.delivery_id",
    "customer": "deliveries.customer_id",
    "route": "deliveries.route_id",
    "depot": "deliveries.depot",
    "zone_day": "deliveries.zone || ':' || cast(deliveries.promised_date as varchar)",
    "switchback": "case when deliveries.is_timed then deliveries.zone || ':' "
    "|| cast(deliveries.promised_date as varchar) "
    "|| case when deliveries.promised_hour < 12 then ':am' else ':pm' end end",
}
UNITS = tuple(_UNITS)
"""What an experiment may randomise."""

HALF = r"^.+:\d{4}-\d{2}-\d{2}:(am|pm)$"
"""How a switchback's half of a zone's day is written: `Z14:2026-05-04:am`."""
_LONGEST = (
    "max(date_diff('minute', deliveries.ordered_at, deliveries.promised_by) "
    "+ case when deliveries.promise_is_date then 1440 else 0 end)"
)
_SEGMENT = f"coalesce(deliveries.segment, '{rollup.NONE}')"
_ORDERED = ("delivery", "customer")
_COARSER = {
    "delivery": ("customer", "route", "zone_day", "switchback", "depot"),
    "customer": ("depot",),
    "route": ("depot",),
    "zone_day": ("depot",),
    "switchback": ("zone_day", "depot"),
    "depot": (),
}
_FEWEST_GROUPS = 20
_FEWEST_DEPOTS = 2


@dataclass(frozen=True)
class Exposure:
    """Which deliveries count for an experiment.

    Attributes:
        experiment: Its id.
        unit: What was randomised.
        first, last: Local days: of the order where deliveries or customers were randomised,
            else of the promise.
    """

    experiment: str
    unit: str
    first: date
    last: date

    @property
    def values(self) -> dict[str, object]:
        """What is bound in its statements."""
        return {"experiment": self.experiment, "first_day": self.first, "last_day": self.last}

    @property
    def day(self) -> str:
        """The column that places a delivery in the experiment."""
        return "ordered_date" if self.unit in _ORDERED else "promised_date"

    @property
    def unit_sql(self) -> str:
        """The unit that a delivery belongs to.

        Raises:
            ScopeError: Nothing of that kind can be randomised.
        """
        if self.unit not in _UNITS:
            message = f"experiment '{self.experiment}' is randomised by '{self.unit}'"
            needed = f"{message}; use one of {', '.join(_UNITS)}"
            raise ScopeError(needed)
        return _UNITS[self.unit]

    @property
    def began(self) -> str:
        """The moment before which its unit must have been assigned."""
        return "ordered_at" if self.unit in _ORDERED else "committed_by"


@dataclass(frozen=True)
class Trials:
    """The experiments of a snapshot, as a policy shows them.

    Attributes:
        ask: Puts a statement with its values through the gate.
        is_shown: Whether the policy shows experiments and assignments at all.
        longest_lag: How long after the fact the last carrier's messages may come.
    """

    catalog: Catalog
    ask: Callable[[str, Mapping[str, object]], pl.DataFrame]
    is_shown: bool
    longest_lag: timedelta

    def listed(self) -> pl.DataFrame:
        """All experiments by first day, in the columns of the contract."""
        names = tuple(self.catalog.contract["experiments"].columns)
        if not self.is_shown:
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        sql = f"select {', '.join(names)} from experiments order by started_on, experiment_id"
        return self.ask(sql, {})

    def asked(self, statement: Statement) -> pl.DataFrame:
        """The rows of one of this module's statements."""
        return self.ask(statement.sql, statement.values)

    def unit_moments(self, metrics: Sequence[str], exposure: Exposure) -> pl.DataFrame:
        """Sums of metrics per randomised unit, look and segment.

        Returns:
            unit, arm, look (weeks from 1; 0 before the unit was assigned), segment, rows,
            longest_minutes (of a promise; both of deliveries) and per metric `<name>.y`,
            `<name>.d`; 0 where a unit has no row of a metric.

        Raises:
            UnknownNameError: A metric is not in the catalogue.
            ScopeError: Nothing of the exposure's unit can be randomised.
        """
        keys = ["unit", "look", "segment"]
        units, *others = [self.asked(s) for s in unit_moments(self.catalog, metrics, exposure)]
        for other in others:
            units = units.join(other, on=keys, how="full", coalesce=True)
        arms = self.asked(account(exposure))
        # Units are numbered arm by arm.
        each = np.repeat(np.arange(arms.height), arms["units"].to_numpy())
        of_unit = arms["arm"].gather(each)
        sums = units.with_columns(pl.exclude(keys).fill_null(0.0))
        return sums.with_columns(arm=of_unit.gather(units["unit"] - 1))


def unit_moments(catalog: Catalog, metrics: Sequence[str], exposure: Exposure) -> list[Statement]:
    """Sums of metrics per unit, look and segment, one statement per model, deliveries first.

    One pass gives what counts, what came before and how long promises are: joining
    deliveries to their units costs more than another sum.

    Returns:
        Statements that give unit (a number, arm by arm in the order of `account`), look
        (weeks from 1; 0 before the unit was assigned: what came then cannot be an effect),
        segment and per metric `<name>.y`, `<name>.d` (0 where a unit has none of its
        rows); the first one rows and longest_minutes as well.
    """
    by_fact: dict[str, list[str]] = {"deliveries": []}
    for name in dict.fromkeys(metrics):
        by_fact.setdefault(catalog.metric(name).fact, []).append(name)
    found = []
    for fact, names in by_fact.items():
        terms = [_sums(catalog, name, fact) for name in names]
        if fact == "deliveries":
            terms = [f"count(*) as rows, {_LONGEST} as longest_minutes", *terms]
        sql = (
            f"{_assigned()} select assigned.unit, {_look_of(exposure)} as look, "
            f"{_SEGMENT} as segment, {', '.join(terms)} {_from(fact, exposure)} "
            f"where {_days(exposure)} group by 1, 2, 3"
        )
        found.append(Statement(sql, exposure.values))
    return found


def history(catalog: Catalog, metric: str, exposure: Exposure, since: date) -> Statement:
    """A metric's sums per unit before the experiment began.

    Returns:
        A statement that gives unit, `<name>.y` and `<name>.d`.
    """
    fact = catalog.metric(metric).fact
    sql = (
        f"{_assigned()} select assigned.unit, {_sums(catalog, metric, fact)} "
        f"{_from(fact, exposure)} where deliveries.{exposure.day} >= $since "
        f"and deliveries.{exposure.day} < $first_day group by assigned.unit"
    )
    return Statement(sql, {**exposure.values, "since": since})


def primary_sums(catalog: Catalog, metric: str, exposure: Exposure) -> Statement:
    """One metric's sums per unit, look and segment: what its figures are made from."""
    fact = catalog.metric(metric).fact
    sql = (
        f"{_assigned()} select assigned.unit, assigned.arm, {_look(exposure)} as look, "
        f"{_SEGMENT} as segment, {_sums(catalog, metric, fact)} {_from(fact, exposure)} "
        f"where {_counts(exposure)} group by 1, 2, 3, 4"
    )
    return Statement(sql, exposure.values)


def account(exposure: Exposure) -> Statement:
    """Units per arm, and how many were assigned after the end.

    Returns:
        A statement that gives arm, units, late.
    """
    sql = (
        "select arm, count(*) as units, "
        "sum(case when cast(assigned_at as date) > $last_day then 1 else 0 end) as late "
        "from assignments where experiment_id = $experiment group by arm order by arm"
    )
    return Statement(sql, exposure.values)


def larger_units(exposure: Exposure) -> Statement:
    """Whether arms follow a unit that is larger than the one stated.

    Returns:
        A statement that gives kind (of the larger unit), counted (its groups of several
        units) and alone (how many of them have all in one arm).

    Raises:
        ScopeError: Nothing is larger than the exposure's unit.
    """
    larger = {name: _UNITS[name] for name in _COARSER[exposure.unit]}
    if not larger:
        message = f"nothing is larger than '{exposure.unit}'; a smaller unit is needed"
        raise ScopeError(message)
    columns = "".join(f", {sql} as {name}" for name, sql in larger.items())
    groups = " union all ".join(_one_armed(name) for name in larger)
    sql = (
        "with assigned as (select unit_id, arm, assigned_at from assignments "
        "where experiment_id = $experiment), "
        f"seen as (select assigned.unit_id as unit, assigned.arm{columns} "
        f"{_from('deliveries', exposure)} "
        f"where {_counts(exposure)}) {groups}"
    )
    return Statement(sql, exposure.values)


def has_larger(unit: str) -> bool:
    """Whether arms could follow a larger unit."""
    return bool(_COARSER[unit])


def names(exposure: Exposure) -> Statement:
    """The names of the experiment's units.

    Returns:
        A statement that gives unit (the number) and unit_id.
    """
    return Statement(f"{_assigned()} select unit, unit_id from assigned", exposure.values)


def repeats(exposure: Exposure) -> Statement:
    """Assignments that were refused because their unit had one already.

    Returns:
        A statement that gives rows.
    """
    sql = (
        "select count(*) as rows from quarantine where table_name = 'assignments' "
        "and reasons like '%duplicate_key%' and raw like '%' || $experiment || '%'"
    )
    return Statement(sql, exposure.values)


def fewest_groups(unit: str) -> int:
    """From how many groups on their being in one arm each is no chance."""
    return _FEWEST_DEPOTS if unit == "depot" else _FEWEST_GROUPS


def _one_armed(larger: str) -> str:
    """Groups of several units, and how many have all of them in one arm."""
    return (
        f"select '{larger}' as kind, count(*) as counted, "
        "sum(case when lowest = highest then 1 else 0 end) as alone "
        "from (select min(arm) as lowest, max(arm) as highest, min(unit) as first_unit, "
        f"max(unit) as last_unit from seen where {larger} is not null "
        f"group by {larger}) as grouped_{larger} where first_unit <> last_unit"
    )


def _assigned() -> str:
    """The experiment's units, numbered arm by arm: numbers are grouped faster than names."""
    return (
        "with assigned as (select unit_id, arm, assigned_at, "
        "row_number() over (order by arm, unit_id) as unit "
        "from assignments where experiment_id = $experiment)"
    )


def _from(fact: str, exposure: Exposure) -> str:
    joined = f"from deliveries inner join assigned on assigned.unit_id = {exposure.unit_sql}"
    if fact == "deliveries":
        return joined
    return f"{joined} inner join {fact} on {fact}.delivery_id = deliveries.delivery_id"


def _look_of(exposure: Exposure) -> str:
    """The look that a delivery belongs to; 0 where it does not count."""
    is_before = f"deliveries.{exposure.began} < assigned.assigned_at"
    return f"case when {is_before} then 0 else {_look(exposure)} end"


def _days(exposure: Exposure) -> str:
    return f"deliveries.{exposure.day} between $first_day and $last_day"


def _counts(exposure: Exposure) -> str:
    return f"{_days(exposure)} and deliveries.{exposure.began} >= assigned.assigned_at"


def _look(exposure: Exposure) -> str:
    days = f"date_diff('day', $first_day, deliveries.{exposure.day})"
    return f"cast(floor({days} / {DAYS_A_LOOK}e0) as integer) + 1"


def _sums(catalog: Catalog, name: str, fact: str) -> str:
    """A metric's sums; its columns are the fact's own."""
    metric = catalog.metric(name)
    rows = f" filter (where {qualified(metric.condition, fact)})" if metric.condition else ""
    parts = []
    for suffix, term in (("y", metric.numerator), ("d", metric.denominator or "1")):
        total = f"sum({qualified(term, fact)}){rows}"
        parts.append(f'cast(coalesce({total}, 0) as double) as "{name}.{suffix}"')
    return ", ".join(parts)


def qualified(expression: str, fact: str) -> str:
    """An expression whose bare columns are those of one table."""
    parsed = sqlglot.parse_one(expression, dialect="duckdb")
    for column in parsed.find_all(exp.Column):
        if not column.table:
            column.set("table", exp.to_identifier(fact))
    return parsed.sql("duckdb")


def past_units(catalog: Catalog, metric: str, unit: str, first: date, after: date) -> Statement:
    """A metric's sums per unit of what was randomised by nobody, to plan by.

    Returns:
        A statement that gives unit (a number), look (weeks from 1), segment, y and d; for
        switchbacks the number of the zone's day as pair.

    Raises:
        ScopeError: Nothing of that unit can be randomised.
    """
    exposure = Exposure("plan", unit, first, after)
    day = "substr(unit_id, 1, length(unit_id) - 3)"
    pair = f", dense_rank() over (order by {day}) as pair" if unit == "switchback" else ""
    fact = catalog.metric(metric).fact
    sums = _sums(catalog, metric, fact)
    joined = (
        ""
        if fact == "deliveries"
        else (f" inner join {fact} on {fact}.delivery_id = deliveries.delivery_id")
    )
    sql = (
        f"with summed as (select {exposure.unit_sql} as unit_id, {_look(exposure)} as look, "
        f"{_SEGMENT} as segment, {sums} from deliveries{joined} "
        f"where deliveries.{exposure.day} >= $first_day "
        f"and deliveries.{exposure.day} < $last_day and {exposure.unit_sql} is not null "
        "group by 1, 2, 3) "
        f'select dense_rank() over (order by unit_id) as unit, look, segment, "{metric}.y" as y, '
        f'"{metric}.d" as d{pair} from summed'
    )
    return Statement(sql, exposure.values)
