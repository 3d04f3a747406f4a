"""The warehouse's own experiments: which delivery options work, for whom?"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import numpy as np
import polars as pl

from dashboard.analysis.experiments.judging import judged
from dashboard.analysis.experiments.results import Comparison, Judged
from dashboard.analysis.experiments.stated import CLUSTERS, Clock, Stated, all_stated, stated_as
from dashboard.analysis.experiments.trials import Design, Kind, Measure, Role, Trial
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError
from dashboard.stats.experiments.verdict import Verdict
from dashboard.warehouse import Reader
from dashboard.warehouse import trial_units as asked
from dashboard.warehouse.rollup import pretty
from dashboard.warehouse.trial_units import Exposure

State = Literal["planned", "running", "ended", "broken"]

BESIDE = ("on_time_rate", "first_attempt_rate", "cost_to_serve", "contacts_per_delivery")
"""What is measured beside the primary metric and the guardrails."""

COST = "cost_to_serve"
PLURALS = {
    "delivery": "deliveries",
    "customer": "customers",
    "route": "routes",
    "zone_day": "zone-days",
    "depot": "depots",
}
WEEKS_A_QUARTER = 13
_LONGEST_HISTORY = 84


@dataclass(frozen=True)
class Money:
    """What an arm does to cost, at the experiment's own traffic.

    Attributes:
        per_delivery: Treatment minus control, with its interval.
        deliveries: That the experiment's traffic makes in a quarter, all arms together.
        value, low, high: Per quarter, had all of them the arm's cost; negative saves.
    """

    per_delivery: Comparison
    deliveries: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Experiment:
    """One experiment, as far as the snapshot knows it.

    Attributes:
        state: Planned, running, ended or broken.
        judged: None where nothing can be judged; then `why_none` says why.
        assigned: Units by arm, exposed or not, control first.
        exposed: look, arm, units: units whose first delivery that counts came in a look.
        before: Deliveries of its days that came before their unit was assigned: not
            counted.
        money: None where cost is not known, or the arms may not be compared.
        sql: The statement that sums the primary metric per unit.
    """

    stated: Stated
    clock: Clock
    state: State
    primary: Metric
    judged: Judged | None
    why_none: str
    assigned: tuple[tuple[str, int], ...]
    exposed: pl.DataFrame
    before: int
    money: Money | None
    sql: str

    @property
    def verdict(self) -> Verdict | None:
        """Its verdict; None before it began."""
        if self.judged:
            return self.judged.verdict
        if self.state == "planned":
            return None
        return "Keep running" if self.state == "running" else "No verdict"


def experiments(reader: Reader) -> tuple[Experiment, ...]:
    """Every experiment of the snapshot, the latest first."""
    found = [_found(reader, one, ()) for one in all_stated(reader)]
    return tuple(sorted(found, key=lambda one: one.stated.started_on, reverse=True))


def experiment(reader: Reader, name: str, also: tuple[str, ...] = ()) -> Experiment:
    """One experiment.

    Args:
        reader: The snapshot.
        name: Its id.
        also: Metrics to measure beside its own.

    Raises:
        UnknownNameError: The snapshot has none of this id, or a metric is not in the
            catalogue.
        ScopeError: Nothing of its unit can be randomised.
    """
    return _found(reader, stated_as(reader, name), also)


def _found(reader: Reader, stated: Stated, also: tuple[str, ...]) -> Experiment:
    whole = Exposure(stated.id, stated.unit, stated.started_on, stated.ends_on)
    counted = reader.trials.asked(asked.account(whole))
    seen = {row["kind"]: row for row in reader.trials.asked(asked.exposed(whole)).to_dicts()}
    clock = Clock.of(reader, stated, float(seen["all"]["longest_minutes"] or 0))
    arms = dict(counted.select("arm", "units").iter_rows())
    late = int(counted["late"].sum())
    before = int(seen["all"]["other"] or 0)
    notes = _notes(late, before)
    outcome: Judged | None = None
    units = pl.DataFrame()
    why = _why_not_yet(clock, arms)
    if not why:
        try:
            trial, units = _trial(reader, clock, arms, also)
            trial = replace(
                trial, design=replace(trial.design, wrong_unit=_wrong_unit(stated, seen))
            )
            outcome = judged(trial, notes, refuses=False)
        except NotEnoughDataError as refused:
            why = str(refused)
    return Experiment(
        stated=stated,
        clock=clock,
        state=_state(clock, outcome),
        primary=reader.catalog.metric(stated.primary),
        judged=outcome,
        why_none=why,
        assigned=tuple((arm, arms[arm]) for arm in _ordered(stated.control, arms)),
        exposed=_exposed(units),
        before=before,
        money=_money(outcome, units, clock),
        sql=_sql(reader, clock),
    )


def _sql(reader: Reader, clock: Clock) -> str:
    (statement,) = asked.unit_moments(reader.catalog, (clock.stated.primary,), clock.exposure())
    return pretty(statement.sql)


def _state(clock: Clock, outcome: Judged | None) -> State:
    if outcome and outcome.broken:
        return "broken"
    if clock.today < clock.stated.started_on:
        return "planned"
    return "ended" if clock.is_over else "running"


def _why_not_yet(clock: Clock, arms: dict[str, int]) -> str:
    if clock.today < clock.stated.started_on:
        return f"it starts on {clock.stated.started_on}"
    if clock.looks == 0:
        return (
            f"no whole week is known yet; outcomes are known {clock.matures} days after the order"
        )
    return "" if arms else "nobody was assigned to an arm"


def _notes(late: int, before: int) -> tuple[str, ...]:
    notes = []
    if late:
        notes.append(f"{late:,} units were assigned after the planned end; they do not count")
    if before:
        notes.append(f"{before:,} deliveries came before their unit was assigned; not counted")
    return tuple(notes)


def _ordered(control: str, arms: dict[str, int]) -> list[str]:
    return [arm for arm in (control, *sorted(set(arms) - {control})) if arm in arms]


def _trial(
    reader: Reader, clock: Clock, arms: dict[str, int], also: tuple[str, ...]
) -> tuple[Trial, pl.DataFrame]:
    """The experiment's units, and how it was set up."""
    stated = clock.stated
    exposure = clock.exposure()
    names = _names(reader, stated, also)
    units = reader.trials.unit_moments([name for name, _, _ in names], exposure)
    measures = tuple(_measure(reader, units, *one) for one in names)
    held = [one for one in measures if one.role == "primary" or _is_known(units, one)]
    design = Design(
        control=stated.control,
        arms=tuple(arm for arm in _ordered(stated.control, arms) if arm != stated.control),
        split=stated.split,
        is_clustered=stated.unit in CLUSTERS,
        planned_units=stated.planned_units or _expected(clock, arms),
        worthwhile=stated.worthwhile,
        is_over=clock.is_over,
        looks=tuple(f"week {number}" for number in range(1, clock.looks + 1)),
        in_several=int(reader.trials.asked(asked.repeats(exposure)).item()),
    )
    units = units.filter(pl.col("look") <= clock.looks)
    return Trial(design, tuple(held), arms, _with_history(reader, clock, units)), units


def _expected(clock: Clock, arms: dict[str, int]) -> int:
    """Units at the planned end, where nobody planned their number: as they came so far."""
    so_far = max(min((clock.today - clock.stated.started_on).days, clock.stated.days), 1)
    return round(sum(arms.values()) * clock.stated.days / so_far)


def _names(
    reader: Reader, stated: Stated, also: tuple[str, ...]
) -> list[tuple[str, Role, float | None]]:
    """The metrics, each once, in the order in which they matter."""
    wanted: list[tuple[str, Role, float | None]] = [(stated.primary, "primary", None)]
    wanted += [(name, "guardrail", margin) for name, margin in stated.guardrails]
    wanted += [(name, "secondary", None) for name in (*also, *BESIDE)]
    first: dict[str, tuple[str, Role, float | None]] = {}
    for one in wanted:
        reader.catalog.metric(one[0])
        first.setdefault(one[0], one)
    return list(first.values())


def _measure(
    reader: Reader, units: pl.DataFrame, name: str, role: Role, margin: float | None
) -> Measure:
    metric = reader.catalog.metric(name)
    return Measure(
        name, metric.label, metric.unit, metric.better, _kind(metric, units), role, margin
    )


def _kind(metric: Metric, units: pl.DataFrame) -> Kind:
    """What a unit holds of a metric."""
    most = units[f"{metric.name}.d"].max() if units.height else 0
    is_one = isinstance(most, (int, float)) and most <= 1
    if metric.unit == "share":
        return "rate" if is_one else "ratio"
    if metric.unit == "score" and metric.fact == "surveys":
        return "ordinal" if is_one else "ratio"
    return "mean" if is_one else "ratio"


def _is_known(units: pl.DataFrame, measure: Measure) -> bool:
    """Whether a measure beside the primary has anything to say."""
    return measure.margin is not None or bool((units[f"{measure.name}.y"] != 0).any())


def _wrong_unit(stated: Stated, seen: dict[str, dict[str, Any]]) -> str:
    """Whether arms follow a larger unit than the one that is stated."""
    for larger, row in seen.items():
        groups, alone = int(row["counted"] or 0), int(row["other"] or 0)
        if larger != "all" and groups >= asked.fewest_groups(larger) and alone == groups:
            name = PLURALS[larger]
            return (
                f"all {groups:,} {name} of several units have them in one arm: {name} were "
                f"randomised, not {PLURALS[stated.unit]}"
            )
    return ""


def _with_history(reader: Reader, clock: Clock, units: pl.DataFrame) -> pl.DataFrame:
    """Add what customers did before as a covariate; other units have no past."""
    stated = clock.stated
    if stated.unit != "customer":
        return units
    since = stated.started_on - timedelta(days=min(stated.days, _LONGEST_HISTORY))
    past = reader.trials.asked(
        asked.history(reader.catalog, stated.primary, clock.exposure(), since)
    ).rename({f"{stated.primary}.y": "y0", f"{stated.primary}.d": "d0"})
    total = float(past["d0"].sum())
    if total == 0:
        return units
    rate = float(past["y0"].sum()) / total
    own = past.select("unit", x=pl.col("y0") - rate * pl.col("d0"))
    return units.join(own, on="unit", how="left", maintain_order="left").with_columns(
        pl.col("x").fill_null(0.0)
    )


def _exposed(units: pl.DataFrame) -> pl.DataFrame:
    if units.is_empty():
        return pl.DataFrame(schema={"look": pl.Int32, "arm": pl.String, "units": pl.UInt32})
    first = units.group_by("unit", "arm").agg(pl.col("look").min())
    return first.group_by("look", "arm").agg(units=pl.len()).sort("look", "arm")


def _money(outcome: Judged | None, units: pl.DataFrame, clock: Clock) -> Money | None:
    """Cost per delivery, at the traffic that the experiment had."""
    result = outcome.headline if outcome else None
    if result is None or f"{COST}.d" not in units.columns:
        return None
    measured = [result.primary, *result.guardrails, *result.secondary]
    own = next((one for one in measured if one.measure.name == COST and one.effect), None)
    if own is None or own.effect is None:
        return None
    weeks = max((clock.last_day - clock.stated.started_on).days + 1, 1) / asked.DAYS_A_LOOK
    deliveries = float(units[f"{COST}.d"].sum()) / weeks * WEEKS_A_QUARTER
    value, low, high = (
        float(np.multiply(end, deliveries))
        for end in (own.effect.estimate, own.effect.low, own.effect.high)
    )
    return Money(own, deliveries, value, low, high)
