"""What would be gained if one value's late share fell to what is usual elsewhere?

Shares are shrunk first, and no value is held against itself: see `stats.levelling`. Nothing
says that the value causes its lateness; the figure is what its lateness is worth.
"""

from dataclasses import dataclass

import numpy as np

from dashboard.analysis.deliveries.money import breach_money
from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import NotEnoughDataError, ScopeError
from dashboard.scope import Scope
from dashboard.stats.levelling import levelled
from dashboard.warehouse import Reader

QUARTER_DAYS = 365.25 / 4
_DUE = "on_time_rate"


@dataclass(frozen=True)
class Gain:
    """One value, and what it would bring if its late share fell to the usual one.

    Attributes:
        value: Of the dimension.
        n, late: Deliveries due, and late ones.
        shrunken: Its late share, shrunk towards the mean of all.
        usual: Median of the others' shrunken shares.
        avoided: Breaches fewer in the period.
        points: What the on-time rate of the scope would gain.
        cash: What it would save a quarter; None where no breach has a known cost.
    """

    value: str
    n: int
    late: int
    shrunken: float
    usual: float
    avoided: float
    points: float
    cash: float | None


@dataclass(frozen=True)
class Gains:
    """Every value of one dimension against the others.

    Attributes:
        dimension: Its name.
        due: Deliveries due in the scope.
        gains: The most avoided breaches first; values with 30 deliveries or more.
        thin: Values with fewer.
        cash_per_breach: Cash of one breach beyond a kept promise; None where none is known.
    """

    dimension: str
    due: int
    gains: tuple[Gain, ...]
    thin: int
    cash_per_breach: float | None

    @property
    def message(self) -> str:
        """What the value with the most avoided breaches would give."""
        first = self.gains[0]
        if first.avoided < 1:
            return f"No {self.dimension.replace('_', ' ')} lies above the usual late share"
        cash = "" if first.cash is None else f" and cost {-first.cash:,.0f} a quarter"
        return (
            f"If {first.value} fell to the usual {100 * first.usual:.1f} % late, on time would "
            f"gain {100 * first.points:.2f} points{cash.replace('-', '−')}"
        )


def gains(reader: Reader, dimension: str, scope: Scope) -> Gains:
    """Hold every value of a dimension against the median of all others.

    Args:
        reader: The snapshot.
        dimension: Name of one that is no cut of time.
        scope: Period and filters.

    Raises:
        UnknownNameError: The dimension is not in the catalogue.
        ScopeError: Nothing is due in the scope.
        NotEnoughDataError: Fewer than three values have 30 deliveries.
    """
    asked = scope.during(scope.period)
    rows = reader.roll_up((_DUE,), (dimension,), asked)
    if not rows.height:
        raise ScopeError(nothing_found(reader, asked))
    due = rows["denominator"].cast(float).to_numpy()
    late = due - rows["numerator"].cast(float).to_numpy()
    enough = due >= FEWEST
    if int(enough.sum()) <= 1:
        message = f"{int(enough.sum())} values with {FEWEST} deliveries; three are needed"
        raise NotEnoughDataError(message)
    found = levelled(due[enough], late[enough])
    cash = cash_per_breach(reader, asked)
    quarters = quarters_of(reader, asked)
    names = np.array(rows[dimension].cast(str).to_list())[enough]
    listed = [
        Gain(
            value=str(names[at]),
            n=int(due[enough][at]),
            late=int(late[enough][at]),
            shrunken=float(found.shrunken[at]),
            usual=float(found.usual[at]),
            avoided=float(found.avoided[at]),
            points=float(found.avoided[at] / due.sum()),
            cash=None if cash is None else cash * float(found.avoided[at]) / quarters,
        )
        for at in range(int(enough.sum()))
    ]
    listed.sort(key=lambda one: (-one.avoided, one.value))
    return Gains(dimension, int(due.sum()), tuple(listed), int((~enough).sum()), cash)


def cash_per_breach(reader: Reader, scope: Scope) -> float | None:
    """Cash of one breach beyond what a kept promise costs; None where no cost is known."""
    whole = breach_money(reader, (), scope).whole
    beyond = whole.beyond_usual
    return float(beyond) / whole.costed if beyond is not None and whole.costed else None


def quarters_of(reader: Reader, scope: Scope) -> float:
    """How many quarters a scope's days are worth."""
    days = scope.period or reader.span()
    return days.days / QUARTER_DAYS if days else 1.0
