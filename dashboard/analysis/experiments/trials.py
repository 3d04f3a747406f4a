"""What an experiment is judged from: its design, what is measured, and its units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from dashboard.catalog import Better, Unit

Kind = Literal["rate", "mean", "ratio", "ordinal"]
Role = Literal["primary", "secondary", "guardrail"]

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
        is_clustered: Whether a randomised unit is a cluster of rows that share their luck
            (a route, a zone-day, a depot), so that the number of clusters decides.
        planned_units: Independent units planned, all arms together; None for no plan: then
            there are no early looks to pay for.
        worthwhile: Smallest effect worth having, at least 0.
        is_over: The planned end is reached and its units are mature.
        looks: Names of the looks, in order.
        in_several: Units found in several arms.
        wrong_unit: Why the unit is not the one that was randomised; empty where it is.
    """

    control: str
    arms: tuple[str, ...]
    split: Mapping[str, float]
    is_clustered: bool
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
        units: One row per unit, look in which its rows became known (from 1) and segment:
            unit, arm, look, segment (null where there is none), and per measure
            `<name>.y`, `<name>.d` (0 where it has no such rows); `x`, where a covariate was
            measured before the assignment (null where a unit has no history).
    """

    design: Design
    measures: tuple[Measure, ...]
    assigned: Mapping[str, int]
    units: pl.DataFrame

    _samples: dict[tuple[str, str], "Sample"] = field(default_factory=dict, repr=False)

    def sample(self, arm: str, measure: Measure) -> "Sample":
        """One measure in one arm, summed once; only the primary one has the covariate."""
        key = (arm, measure.name)
        if key not in self._samples:
            units = self.units
            if measure.role != "primary" and self.has_covariate:
                units = units.drop("x")
            self._samples[key] = Sample.of(units, arm, measure)
        return self._samples[key]

    @cached_property
    def in_order(self) -> pl.DataFrame:
        """Sums per unit and look, segments together, in the order of units and looks."""
        sums = [f"{one.name}.{part}" for one in self.measures for part in ("y", "d")]
        keys = ["unit", "arm", "look"]
        if self.units.select(keys).is_unique().all():
            return self.units.select(*keys, *sums).sort("unit", "look")
        return self.units.group_by(keys).agg(pl.col(sums).sum()).sort("unit", "look")

    @property
    def primary(self) -> Measure:
        """The metric that decides."""
        return next(one for one in self.measures if one.role == "primary")

    @property
    def has_covariate(self) -> bool:
        """Whether units have a history."""
        return "x" in self.units.columns


@dataclass(frozen=True, eq=False)
class Sample:
    """One measure in one arm, one element per unit.

    Attributes:
        y, d: Numerator and denominator.
        x: Covariate; None without one.
    """

    y: np.ndarray
    d: np.ndarray
    x: np.ndarray | None = None

    @property
    def units(self) -> int:
        """How many hold anything."""
        return len(self.y)

    @classmethod
    def of(cls, units: pl.DataFrame, arm: str, measure: Measure) -> "Sample":
        """The units of an arm that hold anything of a measure."""
        y, d = pl.col(f"{measure.name}.y"), pl.col(f"{measure.name}.d")
        sums = [y.sum().alias("y"), d.sum().alias("d")]
        if "x" in units.columns:
            sums.append(pl.col("x").first())
        own = units.filter(pl.col("arm") == arm)
        if own["unit"].n_unique() < own.height:
            own = own.group_by("unit", maintain_order=True).agg(sums)
        else:
            own = own.select(y.alias("y"), d.alias("d"), *(["x"] if len(sums) > 2 else []))  # noqa: PLR2004
        own = own.filter((pl.col("y") != 0) | (pl.col("d") != 0))
        x = own["x"].to_numpy() if "x" in own.columns else None
        return cls(own["y"].to_numpy(), own["d"].to_numpy(), x)
