"""The warehouse's own experiments: which delivery options work, for whom?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from dashboard.analysis.experiments import exposing
from dashboard.analysis.experiments.exposing import Seen
from dashboard.analysis.experiments.judging import judged
from dashboard.analysis.experiments.results import Comparison, Judged
from dashboard.analysis.experiments.stated import Clock, Stated, all_stated, stated_as
from dashboard.analysis.experiments.sums import Sums
from dashboard.analysis.experiments.trials import Design, Kind, Measure, Role, Trial
from dashboard.catalog import Metric
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.stats.experiments.verdict import Verdict
from dashboard.warehouse import Reader
from dashboard.warehouse import trial_units as asked
from dashboard.warehouse.rollup import pretty

State = Literal["planned", "running", "ended", "broken"]

BESIDE = ("on_time_rate", "first_attempt_rate", "cost_to_serve", "contacts_per_delivery")
"""What is measured beside the primary metric and the guardrails."""

COST = "cost_to_serve"
WEEKS_A_QUARTER = 13
_NOBODY = pl.DataFrame(schema={"look": pl.Int64, "arm": pl.String, "units": pl.UInt32})
_Named: TypeAlias = tuple[str, Role, float | None]


@dataclass(frozen=True)
class Money:
    """What an arm does to cost, at the experiment's own traffic.

    Attributes:
        per_delivery: Treatment minus control, with its interval.
        deliveries: That the experiment's traffic makes in a quarter, all arms together.
        value, low, high: Per quarter, had all of them the arm's cost; negative saves. While
            it runs, limits that hold at every look.
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
        state: Broken: its arms may not be compared, or it cannot be read as it is stated.
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
    judged: Judged | None
    why_none: str
    assigned: tuple[tuple[str, int], ...]
    exposed: pl.DataFrame
    before: int
    money: Money | None
    sql: str

    @property
    def is_unreadable(self) -> bool:
        """Whether it is broken as it is stated, before any unit is looked at."""
        return self.state == "broken" and self.judged is None

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
        UnknownNameError: The snapshot has none of this id, or a metric of `also` is not in
            the catalogue.
    """
    return _found(reader, stated_as(reader, name), also)


def _found(reader: Reader, stated: Stated, also: tuple[str, ...]) -> Experiment:
    if stated.fault:
        return _unreadable(reader, stated, stated.fault)
    names = _names(reader, stated, also)
    try:
        known = exposing.seen(reader, stated, [name for name, _, _ in names])
    except ScopeError as wrong:
        return _unreadable(reader, stated, str(wrong))
    clock = Clock.of(reader, stated, known.longest_minutes)
    outcome: Judged | None = None
    trial: Trial | None = None
    why = _why_not_yet(clock, known.arms)
    if not why:
        try:
            trial = _trial(reader, clock, known, names)
            outcome = judged(trial, _notes(known), refuses=False)
        except NotEnoughDataError as refused:
            why = str(refused)
    return Experiment(
        stated=stated,
        clock=clock,
        state=_state(clock, outcome),
        judged=outcome,
        why_none=why,
        assigned=tuple((arm, known.arms[arm]) for arm in _ordered(stated.control, known.arms)),
        exposed=trial.sums.exposed() if trial else _NOBODY,
        before=known.before,
        money=_money(outcome, trial, clock),
        sql=pretty(asked.primary_sums(reader.catalog, stated.primary, clock.exposure()).sql),
    )


def _unreadable(reader: Reader, stated: Stated, fault: str) -> Experiment:
    """An experiment that cannot be judged as it is stated: broken, by name; others stand."""
    return Experiment(
        stated=stated,
        clock=Clock.of(reader, stated, 0.0),
        state="broken",
        judged=None,
        why_none=fault,
        assigned=(),
        exposed=_NOBODY,
        before=0,
        money=None,
        sql="",
    )


def _state(clock: Clock, outcome: Judged | None) -> State:
    if outcome and outcome.broken:
        return "broken"
    if clock.today < clock.stated.started_on:
        return "planned"
    return "ended" if clock.is_over else "running"


def _why_not_yet(clock: Clock, arms: Mapping[str, int]) -> str:
    if clock.today < clock.stated.started_on:
        return f"it starts on {clock.stated.started_on}"
    if clock.looks == 0:
        return (
            f"no whole week is known yet; outcomes are known {clock.matures} days after the order"
        )
    return "" if arms else "nobody was assigned to an arm"


def _notes(known: Seen) -> tuple[str, ...]:
    notes = []
    if known.late:
        notes.append(
            f"{known.late:,} units were assigned after the planned end; they do not count"
        )
    if known.before:
        notes.append(
            f"{known.before:,} deliveries came before their unit was assigned; not counted"
        )
    return tuple(notes)


def _ordered(control: str, arms: Mapping[str, int]) -> list[str]:
    return [arm for arm in (control, *sorted(set(arms) - {control})) if arm in arms]


def _trial(reader: Reader, clock: Clock, known: Seen, names: Sequence[_Named]) -> Trial:
    """The experiment's units, and how it was set up."""
    stated, arms = clock.stated, known.arms
    units = known.sums.filter(pl.col("look").is_between(1, clock.looks))
    sums = Sums.of(units, _ordered(stated.control, arms), [name for name, _, _ in names])
    measures = tuple(_measure(reader, sums, *one) for one in names)
    held = [one for one in measures if one.role == "primary" or _is_known(sums, one)]
    design = Design(
        control=stated.control,
        arms=tuple(arm for arm in _ordered(stated.control, arms) if arm != stated.control),
        split=stated.split,
        dealt=stated.dealt,
        planned_units=stated.planned_units or _expected(clock, arms),
        worthwhile=stated.worthwhile,
        is_over=clock.is_over,
        looks=tuple(f"week {number}" for number in range(1, clock.looks + 1)),
        in_several=int(reader.trials.asked(asked.repeats(clock.exposure())).item()),
        wrong_unit=exposing.wrong_unit(reader, stated),
    )
    return Trial(design, tuple(held), arms, sums)


def _expected(clock: Clock, arms: Mapping[str, int]) -> int:
    """Units at the planned end, where nobody planned their number: as they came so far."""
    so_far = max(min((clock.today - clock.stated.started_on).days, clock.stated.days), 1)
    return round(sum(arms.values()) * clock.stated.days / so_far)


def _names(reader: Reader, stated: Stated, also: tuple[str, ...]) -> list[_Named]:
    """The metrics, each once, in the order in which they matter."""
    wanted: list[_Named] = [(stated.primary, "primary", None)]
    wanted += [(name, "guardrail", margin) for name, margin in stated.guardrails]
    wanted += [(name, "secondary", None) for name in (*also, *BESIDE)]
    first: dict[str, _Named] = {}
    for one in wanted:
        reader.catalog.metric(one[0])
        first.setdefault(one[0], one)
    return list(first.values())


def _measure(reader: Reader, sums: Sums, name: str, role: Role, margin: float | None) -> Measure:
    metric = reader.catalog.metric(name)
    return Measure(
        name, metric.label, metric.unit, metric.better, _kind(metric, sums), role, margin
    )


def _kind(metric: Metric, sums: Sums) -> Kind:
    """What a unit holds of a metric."""
    is_one = sums.most(metric.name) <= 1
    if metric.unit == "share":
        return "rate" if is_one else "ratio"
    if metric.unit == "score" and metric.fact == "surveys":
        return "ordinal" if is_one else "ratio"
    return "mean" if is_one else "ratio"


def _is_known(sums: Sums, measure: Measure) -> bool:
    """Whether a measure beside the primary has anything to say."""
    return measure.margin is not None or bool(sums.values[measure.name][0].any())


def _money(outcome: Judged | None, trial: Trial | None, clock: Clock) -> Money | None:
    """Cost per delivery, at the traffic that the experiment had."""
    result = outcome.headline if outcome else None
    if result is None or trial is None or COST not in trial.sums.values:
        return None
    measured = [result.primary, *result.guardrails, *result.secondary]
    own = next((one for one in measured if one.measure.name == COST and one.effect), None)
    if own is None or own.effect is None:
        return None
    weeks = max((clock.last_day - clock.stated.started_on).days + 1, 1) / asked.DAYS_A_LOOK
    deliveries = float(trial.sums.values[COST][1].sum()) / weeks * WEEKS_A_QUARTER
    ends = (own.effect.low, own.effect.high) if clock.is_over else own.sequence
    if ends is None:
        return None
    value, low, high = (deliveries * end for end in (own.effect.estimate, *ends))
    return Money(own, deliveries, value, low, high)
