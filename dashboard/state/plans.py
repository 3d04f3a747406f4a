"""Plans of experiments, frozen: what was meant before anybody saw a result.

A plan is never changed. What is written later about the same experiment is a further
version, kept beside the first, and shown with what differs.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from dashboard.errors import StateError
from dashboard.state.columns import found, key, moments, texts
from dashboard.state.database import TABLES

_plans = Table(
    "experiment_plans",
    TABLES,
    key(),
    *texts("experiment", "terms", "hash", "by"),
    *moments("at"),
)


@dataclass(frozen=True)
class Terms:
    """What a plan fixes.

    Attributes:
        hypothesis: What is expected, in words.
        guardrails: 'metric:margin, …'; empty for none.
        planned_units: Of all arms together.
        ends_on: The day on which it stops, whatever it shows.
    """

    hypothesis: str
    metric: str
    unit: str
    worthwhile: float
    expected: float
    guardrails: str
    planned_units: int
    starts_on: date
    ends_on: date

    def written(self) -> str:
        """The terms as text, always the same for the same terms."""
        return json.dumps(vars(self), default=str, sort_keys=True, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> "Terms":
        """The terms that `written` wrote."""
        given: dict[str, Any] = json.loads(text)
        days = {name: date.fromisoformat(given[name]) for name in ("starts_on", "ends_on")}
        terms: dict[str, Any] = given | days
        return cls(**terms)


@dataclass(frozen=True)
class FrozenPlan:
    """One version of a plan.

    Attributes:
        experiment: Id of the experiment.
        hash: SHA-256 of the terms as written.
        by, at: Who froze it, and when, UTC.
    """

    experiment: str
    terms: Terms
    hash: str
    by: str
    at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether the terms are still those that the hash was made of."""
        return digest(self.terms.written()) == self.hash

    def differs(self, other: Terms) -> tuple[str, ...]:
        """Names of the terms that other ones change."""
        own, changed = vars(self.terms), vars(other)
        return tuple(name for name in own if own[name] != changed[name])


def digest(written: str) -> str:
    """The hash of terms as written."""
    return sha256(written.encode()).hexdigest()


def add(
    connection: Connection, experiment: str, terms: Terms, by: str, at: datetime
) -> FrozenPlan:
    """Freeze a plan, or write a further version of it.

    Raises:
        StateError: The terms are those of the last version.
    """
    written = terms.written()
    before = read(connection, experiment)
    if before and before[-1].hash == digest(written):
        message = f"'{experiment}' is planned like this already; change a term or leave it"
        raise StateError(message)
    kept = FrozenPlan(experiment, terms, digest(written), by, at)
    row = {"experiment": experiment, "terms": written, "hash": kept.hash, "by": by, "at": at}
    connection.execute(insert(_plans).values(row))
    return kept


def read(connection: Connection, experiment: str) -> tuple[FrozenPlan, ...]:
    """All versions of a plan, the first one first."""
    wanted = select(_plans).where(_plans.c.experiment == experiment).order_by(_plans.c.id)
    return tuple(
        FrozenPlan(row["experiment"], Terms.read(row["terms"]), row["hash"], row["by"], row["at"])
        for row in found(connection, wanted)
    )
