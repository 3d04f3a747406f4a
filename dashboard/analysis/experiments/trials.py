"""What an experiment is judged from: its design, what is measured, and its units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dashboard.analysis.experiments.sums import Sample, Sums
from dashboard.catalog import Better, Unit

Kind = Literal["rate", "mean", "ratio", "ordinal"]
Role = Literal["primary", "secondary", "guardrail"]
Dealt = Literal["units", "clusters", "pairs"]
"""What was dealt to arms: units each by itself; units that are clusters of rows which share
their luck (a route, a zone-day, a depot), so that the number of clusters decides; or periods
of a switchback, where both arms take their turn in each pair."""

SEVERAL_ARMS = 0.01
"""Share of units in several arms from which an experiment is broken."""


@dataclass(frozen=True)
class Measure:
    """One metric of an experiment.

    Attributes:
        name: Of its columns in the units: `<name>.y` and `<name>.d`.
        unit: How values are written.
        kind: What a unit holds: 0 or 1, a number, two sums to divide, or a grade.
        margin: Of a guardrail: how much worse is still borne, at least 0; None for others.
    """

    name: str
    label: str
    unit: Unit
    better: Better
    kind: Kind
    role: Role
    margin: float | None = None

    @property
    def sign(self) -> int:
        """What turns an effect so that + is good."""
        return -1 if self.better == "lower" else 1


@dataclass(frozen=True)
class Design:
    """How an experiment was set up, and how far it is.

    Attributes:
        control: The arm that others are held against.
        arms: The other arms.
        split: Planned share of each arm, of any sum; equal where none is stated.
        dealt: What was dealt to the arms.
        planned_units: Units planned, all arms together; None for no plan: then there are no
            early looks to pay for.
        worthwhile: Smallest effect worth having, at least 0.
        is_over: The planned end is reached and its units are mature.
        looks: Names of the looks, in order.
        in_several: Units found in several arms.
        wrong_unit: Why the unit is not the one that was randomised; empty where it is.
    """

    control: str
    arms: tuple[str, ...]
    split: Mapping[str, float]
    dealt: Dealt
    planned_units: int | None
    worthwhile: float
    is_over: bool
    looks: tuple[str, ...] = ("all",)
    in_several: int = 0
    wrong_unit: str = ""

    @property
    def weights(self) -> tuple[float, ...]:
        """Planned shares, control first."""
        return tuple(self.split.get(arm, 1.0) for arm in (self.control, *self.arms))


@dataclass(frozen=True, eq=False)
class Trial:
    """An experiment's units.

    Attributes:
        assigned: Units of each arm, exposed or not.
        sums: What units did.
    """

    design: Design
    measures: tuple[Measure, ...]
    assigned: Mapping[str, int]
    sums: Sums

    _samples: dict[tuple[str, str], Sample] = field(default_factory=dict, repr=False)

    def sample(self, arm: str, measure: Measure) -> Sample:
        """One measure in one arm, summed once; only the primary one has the covariate."""
        key = (arm, measure.name)
        if key not in self._samples:
            own = self.sums.sample(arm, measure.name)
            self._samples[key] = own if measure.role == "primary" else own.without_past()
        return self._samples[key]

    @property
    def primary(self) -> Measure:
        """The metric that decides."""
        return next(one for one in self.measures if one.role == "primary")
