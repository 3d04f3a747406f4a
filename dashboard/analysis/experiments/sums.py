"""Sums of experiments as arrays: one sort, then every arm, look and segment is a mask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import polars as pl

Array: TypeAlias = np.ndarray


@dataclass(frozen=True, eq=False)
class Sample:
    """One measure in one arm, one element per unit that holds anything of it.

    Attributes:
        y, d: Numerator and denominator.
        x: Covariate; None without one.
        pair: Number of the unit's pair; None where units are not dealt in pairs.
    """

    y: Array
    d: Array
    x: Array | None = None
    pair: Array | None = None

    @property
    def units(self) -> int:
        """How many."""
        return len(self.y)

    def without_past(self) -> "Sample":
        """The same without the covariate."""
        return replace(self, x=None)


@dataclass(frozen=True, eq=False)
class Sums:
    """What units did, one element per unit, look and segment, by unit and look.

    Attributes:
        unit: Number of the unit, from 0.
        look: When its rows became known, from 1.
        segment: Position in `segments`; -1 where there is none.
        arms: Names of the arms.
        arm: Position in `arms`, one element per unit.
        x, pair: As in a sample, one element per unit; None where there are none.
        values: Numerators and denominators by measure.
    """

    unit: Array
    look: Array
    segment: Array
    segments: tuple[str, ...]
    arms: tuple[str, ...]
    arm: Array
    x: Array | None
    pair: Array | None
    values: Mapping[str, tuple[Array, Array]]

    @classmethod
    def of(cls, units: pl.DataFrame, arms: Sequence[str], names: Sequence[str]) -> "Sums":
        """Sort the units of a trial.

        Args:
            units: One row per unit, look and segment (null where there is none): unit, arm,
                look, segment, and per measure `<name>.y`, `<name>.d` (0 where it has no
                such rows); `x`, where a covariate was measured before the assignment (null
                where a unit has no history); `pair`, where units are dealt in pairs.
            arms: Names of the arms, control first.
            names: Of the measures.
        """
        rows = units.sort("unit", "look")
        segments = tuple(rows["segment"].drop_nulls().unique().sort().to_list())
        unit = rows["unit"].rle_id().to_numpy().astype(np.int64)
        first = np.flatnonzero(np.diff(unit, prepend=-1))
        arm = _places(rows["arm"], arms)[first]
        pair = _numbered(rows["pair"])[first] if "pair" in rows.columns else None
        return cls(
            unit=unit,
            look=rows["look"].to_numpy(),
            segment=_places(rows["segment"], segments),
            segments=segments,
            arms=tuple(arms),
            arm=arm,
            x=rows["x"].to_numpy()[first] if "x" in rows.columns else None,
            pair=pair,
            values={
                name: (rows[f"{name}.y"].to_numpy(), rows[f"{name}.d"].to_numpy())
                for name in names
            },
        )

    def sample(
        self, arm: str, measure: str, *, segment: str | None = None, until: int | None = None
    ) -> Sample:
        """The units of an arm that hold anything of a measure.

        Args:
            arm: Its name.
            measure: Its name.
            segment: Only rows of this one.
            until: Only rows known by this look.
        """
        rows = slice(None)
        if segment is not None:
            rows = np.flatnonzero(self.segment == self.segments.index(segment))
        elif until is not None:
            rows = np.flatnonzero(self.look <= until)
        y, d = (
            np.bincount(self.unit[rows], part[rows], len(self.arm))
            for part in self.values[measure]
        )
        held = (self.arm == self.arms.index(arm)) & ((y != 0) | (d != 0))
        x, pair = (None if own is None else own[held] for own in (self.x, self.pair))
        return Sample(y[held], d[held], x, pair)

    def most(self, measure: str) -> float:
        """The largest denominator that a unit has of a measure; 0 where nothing is held."""
        totals = np.bincount(self.unit, self.values[measure][1], len(self.arm))
        return float(totals.max(initial=0.0))

    def rows(self, arm: str, measure: str) -> tuple[Array, Array, Array, Array]:
        """Unit, look, numerator and denominator of an arm's rows that hold anything."""
        y, d = self.values[measure]
        held = (self.arm == self.arms.index(arm))[self.unit] & ((y != 0) | (d != 0))
        return self.unit[held], self.look[held], y[held], d[held]

    def exposed(self) -> pl.DataFrame:
        """How many units came in at each look.

        Returns:
            look, arm, units; looks and arms without any are left out.
        """
        first = np.flatnonzero(np.diff(self.unit, prepend=-1))
        came = pl.DataFrame({"look": self.look[first], "place": self.arm})
        counts = came.group_by("look", "place").agg(units=pl.len()).sort("look", "place")
        names = pl.Series(self.arms, dtype=pl.String)
        return counts.select("look", names.gather(counts["place"]).alias("arm"), "units")


def _places(names: pl.Series, known: Sequence[str]) -> Array:
    """Positions of names in a short list; -1 where a name is null."""
    places = {name: at for at, name in enumerate(known)}
    found = names.replace_strict(places, default=-1, return_dtype=pl.Int64)
    return found.to_numpy()


def _numbered(names: pl.Series) -> Array:
    return names.rank("dense").to_numpy().astype(np.int64) - 1
