"""What lies behind the breaches of a place: how many, and what was declared of them."""

from dataclasses import dataclass, field

import polars as pl

from dashboard.analysis.figures import nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import Reader


@dataclass(frozen=True)
class BreachReasons:
    """Breaches by declared reason.

    Attributes:
        due, late: Deliveries due, and breaches of them.
        reasons: reason ('(none)' where nothing was declared), breaches, undelivered; the
            most frequent first.
    """

    due: int
    late: int
    reasons: pl.DataFrame = field(repr=False, compare=False)


def breach_reasons(reader: Reader, scope: Scope) -> BreachReasons:
    """Count the breaches of a scope by declared reason.

    Raises:
        ScopeError: Nothing is due in the scope.
    """
    whole = reader.roll_up(("on_time_rate",), (), scope)
    if not whole.height:
        raise ScopeError(nothing_found(reader, scope))
    kept, due = whole.row(0)[1:3]
    return BreachReasons(int(due), int(due - kept), reader.report("breach_reasons", scope))
