"""What judging an experiment finds."""

from dataclasses import dataclass

from dashboard.analysis.experiments.trials import Design, Measure
from dashboard.stats.experiments.effects import Effect
from dashboard.stats.experiments.split import Split
from dashboard.stats.experiments.verdict import Verdict


@dataclass(frozen=True)
class Look:
    """The effect as it was known at one look.

    Attributes:
        name: Of the look.
        units: Independent units seen by then, both arms together.
        estimate, low, high: The effect with the interval that holds for one look alone.
        sequence_low, sequence_high: Limits that hold at every look; None before there are
            enough units.
        is_enough: The minimums for ending early are met.
    """

    name: str
    units: int
    estimate: float
    low: float
    high: float
    sequence_low: float | None
    sequence_high: float | None
    is_enough: bool


@dataclass(frozen=True)
class Comparison:
    """One measure of one arm against control.

    Attributes:
        effect: With its final interval; None where it cannot be given.
        why_not: Why there is none.
        looks: The course of the effect.
        p_value: Corrected as one family with the other measures of its role (Holm).
        alpha: Of the sequence.
        units: Units of control, and of the arm.
    """

    measure: Measure
    effect: Effect | None
    why_not: str
    looks: tuple[Look, ...]
    p_value: float | None
    alpha: float
    units: tuple[int, int]

    @property
    def sequence(self) -> tuple[float, float] | None:
        """Limits of the sequence at the last look that has them."""
        held = [one for one in self.looks if one.sequence_low is not None]
        if not held or held[-1].sequence_low is None or held[-1].sequence_high is None:
            return None
        return held[-1].sequence_low, held[-1].sequence_high

    def oriented(self, low: float, high: float) -> tuple[float, float]:
        """Limits turned so that + is good."""
        return (low, high) if self.measure.sign > 0 else (-high, -low)


@dataclass(frozen=True)
class SegmentEffect:
    """The primary effect in one segment.

    Attributes:
        units: Units of both arms.
        estimate, low, high: By itself, 95 %; None where it has too few units.
        shrunken, shrunken_low, shrunken_high: Drawn to the mean of all segments.
        p_value: Corrected as one family of segments.
        is_called: Whether it may be called: effects differ, and its own is beyond chance.
    """

    segment: str
    units: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    shrunken: float | None = None
    shrunken_low: float | None = None
    shrunken_high: float | None = None
    p_value: float | None = None
    is_called: bool = False


@dataclass(frozen=True)
class Segments:
    """The primary effect by segment.

    Attributes:
        p_value: Of Cochran's Q; None where under two segments have enough units.
        differs: Whether segments may be told apart.
        at_one_mix: The effect at the same mix of segments in both arms; None as `p_value`.
        is_turned: Whether the effect over all has the opposite sign: Simpson's paradox.
    """

    effects: tuple[SegmentEffect, ...]
    p_value: float | None
    differs: bool
    at_one_mix: float | None
    is_turned: bool


@dataclass(frozen=True)
class ArmResult:
    """One arm against control.

    Attributes:
        why: What kept it from a verdict; empty where nothing did.
        more: How many times the data so far would decide it; None where it is decided.
        segments: None where units have none.
    """

    arm: str
    verdict: Verdict
    why: str
    primary: Comparison
    guardrails: tuple[Comparison, ...]
    secondary: tuple[Comparison, ...]
    segments: Segments | None
    more: float | None


@dataclass(frozen=True)
class Judged:
    """An experiment, judged.

    Attributes:
        split: The sample-ratio check of what was assigned.
        broken: Why it may not be used; empty where it may. Then no effect is given.
        confidence: Coverage of final intervals.
        arms: Every arm but control.
        values: By arm, control first: units, and value of the primary metric.
        notes: What else a reader must know.
    """

    design: Design
    measure: Measure
    split: Split
    broken: str
    confidence: float
    arms: tuple[ArmResult, ...]
    values: tuple[tuple[str, int, float | None], ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """What stands for the whole: that of the first arm that ships, else of the first."""
        return self.headline.verdict if self.headline else "Do not use"

    @property
    def headline(self) -> ArmResult | None:
        """The arm whose verdict stands for the whole; None where it may not be used."""
        ships = [one for one in self.arms if one.verdict.startswith("Ship")]
        return next(iter((*ships, *self.arms)), None)
