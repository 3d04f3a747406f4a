"""What a settlement stands on: counts, fees and charges, per clause and period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from dashboard.scope import Period


@dataclass(frozen=True)
class Counts:
    """Deliveries that were kept, of those that count."""

    kept: int = 0
    counted: int = 0

    @property
    def value(self) -> Fraction | None:
        """The share kept, exact; None where nothing counts."""
        return Fraction(self.kept, self.counted) if self.counted else None


@dataclass(frozen=True)
class Charged:
    """Deliveries that meet the condition of a per-delivery clause, alike in what follows.

    Attributes:
        charge: What each was charged; None where that is not known.
        deliveries: How many.
        missed_in: Clauses, each with the label of its period, that count them as missed.
    """

    charge: Decimal | None
    deliveries: int
    missed_in: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Facts:
    """What one clause stands on in one of its periods.

    Attributes:
        label: The period's name: '2026-07' or '2026Q3'.
        period: Its days.
        counts: What the clause judges: without the excluded, excused and disputed.
        raw: The same before these are taken out.
        excluded, excused, disputed: How many were taken out, and why.
        immature: Deliveries of the period that are too young to be settled, or not due.
        fee: Fee of what the clause judges.
        clusters: The counts by week or day, for the interval rule.
        charged: Deliveries that a per-delivery clause credits.
        handed_over: Deliveries of the period that the carrier got.
    """

    label: str
    period: Period
    counts: Counts = Counts()
    raw: Counts = Counts()
    excluded: int = 0
    excused: int = 0
    disputed: int = 0
    immature: int = 0
    fee: Decimal = Decimal(0)
    clusters: tuple[Counts, ...] = ()
    charged: tuple[Charged, ...] = ()
    handed_over: int = 0


@dataclass(frozen=True)
class Earlier:
    """A quarter before, for clauses that return a part of its penalties.

    Attributes:
        quarter: Its name.
        penalties: What each clause came to, all lines and the contract's cap considered.
        counts: The figure of each earn-back clause in that quarter.
    """

    quarter: str
    penalties: Mapping[str, Decimal]
    counts: Mapping[str, Counts]


@dataclass(frozen=True)
class QuarterFacts:
    """What a contract stands on in a quarter.

    Attributes:
        quarter: Its name.
        periods: The facts of each clause but the consecutive, in order of time.
        before: Facts of the periods just before the quarter, oldest first, of clauses that
            a consecutive clause looks back at.
        fee: Fee of all due deliveries of the carrier, which the contract's cap is of.
        provisional: Whether deliveries may still change the figures.
        earlier: Quarters before, the newest first.
        waived: Clauses whose lines an upheld dispute takes away.
    """

    quarter: str
    periods: Mapping[str, tuple[Facts, ...]]
    before: Mapping[str, tuple[Facts, ...]] = field(default_factory=dict)
    fee: Decimal = Decimal(0)
    provisional: bool = False
    earlier: tuple[Earlier, ...] = ()
    waived: frozenset[str] = frozenset()
