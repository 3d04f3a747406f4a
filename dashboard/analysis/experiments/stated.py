"""An experiment as it was stated: who, what, since when, until when."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.analysis.experiments.splits import read_guardrails, read_split
from dashboard.analysis.experiments.trials import Dealt
from dashboard.catalog import Catalog
from dashboard.errors import DashboardError, UnknownNameError
from dashboard.warehouse import Reader
from dashboard.warehouse.trial_units import DAYS_A_LOOK, UNITS, Exposure

_KIND, _UNIT = "experiment", "unit"
_DEALT: Mapping[str, Dealt] = {
    "route": "clusters",
    "zone_day": "clusters",
    "depot": "clusters",
    "switchback": "pairs",
}
_ORDERED = frozenset({"delivery", "customer"})
_DAY = timedelta(days=1)
_MINUTES_A_DAY = 1_440


@dataclass(frozen=True)
class Stated:
    """One row of the contract's `experiments`.

    Attributes:
        split: Planned shares by arm; empty where none are stated.
        guardrails: Metrics and the margins by which they may be worse.
        fault: Why it cannot be read as it is stated; empty where it can.
    """

    id: str
    name: str
    hypothesis: str
    unit: str
    control: str
    split: dict[str, float]
    primary: str
    worthwhile: float
    guardrails: tuple[tuple[str, float], ...]
    started_on: date
    ends_on: date
    planned_units: int | None
    fault: str = ""

    @property
    def dealt(self) -> Dealt:
        """What is dealt to arms."""
        return dealt_by(self.unit)

    @property
    def days(self) -> int:
        """Planned days, both ends included."""
        return (self.ends_on - self.started_on).days + 1

    @property
    def weeks(self) -> int:
        """Planned looks: one a week, the last may be short."""
        return math.ceil(self.days / DAYS_A_LOOK)

    def exposure(self) -> Exposure:
        """The deliveries of all its days."""
        return Exposure(self.id, self.unit, self.started_on, self.ends_on)


@dataclass(frozen=True)
class Clock:
    """How far an experiment is, by what the snapshot can know.

    Attributes:
        today: Local day of the snapshot's as_of.
        matures: Days from an order, or a promised day, until its outcome is known.
        mature_days: Days since the start whose outcomes are all known.
    """

    stated: Stated
    today: date
    matures: int
    mature_days: int

    @classmethod
    def of(cls, reader: Reader, stated: Stated, longest_minutes: float) -> "Clock":
        """Read the clock.

        Args:
            reader: The snapshot.
            stated: The experiment.
            longest_minutes: Of any arm's promises: arms whose windows differ must be of
                the same days. 0 where days are those of the promise itself.
        """
        zone = ZoneInfo(reader.manifest.time_zone)
        now = _local(reader.manifest.as_of, zone)
        lag = reader.trials.longest_lag.total_seconds() / 60
        minutes = lag + (longest_minutes if stated.unit in _ORDERED else 0.0)
        known_to = _local(reader.manifest.as_of - timedelta(minutes=minutes), zone)
        matures = math.ceil(minutes / _MINUTES_A_DAY)
        days = (known_to.date() - stated.started_on).days
        return cls(stated, now.date(), matures, max(days, 0))

    @property
    def is_over(self) -> bool:
        """Whether every planned day is known."""
        return self.mature_days >= self.stated.days

    @property
    def looks(self) -> int:
        """Looks that are known: whole weeks, and all of them once it is over."""
        return self.stated.weeks if self.is_over else self.mature_days // DAYS_A_LOOK

    @property
    def last_day(self) -> date:
        """The last day that counts."""
        known = self.stated.started_on + timedelta(days=self.looks * DAYS_A_LOOK) - _DAY
        return min(self.stated.ends_on, known)

    @property
    def days_left(self) -> int:
        """Days until the last outcome is known; 0 where it is."""
        if self.is_over:
            return 0
        known_on = self.stated.ends_on + timedelta(days=1 + self.matures)
        return max((known_on - self.today).days, 1)

    def exposure(self) -> Exposure:
        """The deliveries that count."""
        return replace(self.stated.exposure(), last=self.last_day)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


def dealt_by(unit: str) -> Dealt:
    """What is dealt to arms where a unit is randomised."""
    return _DEALT.get(unit, "units")


def all_stated(reader: Reader) -> tuple[Stated, ...]:
    """Every experiment of the snapshot, by first day; what is wrong with one is its fault."""
    rows = reader.trials.listed().iter_rows(named=True)
    return tuple(_stated(row, reader.catalog) for row in rows)


def stated_as(reader: Reader, name: str) -> Stated:
    """One experiment by id.

    Raises:
        UnknownNameError: The snapshot has none of this id.
    """
    found = {one.id: one for one in all_stated(reader)}
    if name not in found:
        raise UnknownNameError.among(_KIND, name, found)
    return found[name]


def _stated(row: dict[str, object], catalog: Catalog) -> Stated:
    split: dict[str, float] = {}
    guardrails: tuple[tuple[str, float], ...] = ()
    unit, primary, fault = str(row["unit"]), str(row["primary_metric"]), ""
    try:
        split = read_split(_text(row["split"]))
        guardrails = read_guardrails(_text(row["guardrails"]))
        for name in (primary, *(name for name, _ in guardrails)):
            catalog.metric(name)
        if unit not in UNITS:
            raise UnknownNameError.among(_UNIT, unit, UNITS)
    except DashboardError as wrong:
        fault = str(wrong)
    worthwhile, planned = row["worthwhile_effect"], row["planned_units"]
    return Stated(
        id=str(row["experiment_id"]),
        name=str(row["name"]),
        hypothesis=str(row["hypothesis"] or ""),
        unit=unit,
        control=str(row["control_arm"]),
        split=split,
        primary=primary,
        worthwhile=abs(float(worthwhile)) if isinstance(worthwhile, float) else 0.0,
        guardrails=guardrails,
        started_on=_day(row["started_on"]),
        ends_on=_day(row["ends_on"]),
        planned_units=planned if isinstance(planned, int) and planned > 0 else None,
        fault=fault,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(value)
    return value
