"""What the clauses of a contract make of a quarter, exact to the cent.

No database and no float: counts are whole numbers, money is decimal, all between is a
fraction. Only the interval rule, which decides whether chance is fined, is statistics.
"""

from dashboard.stats.settlement.facts import (
    Charged,
    Counts,
    Earlier,
    Facts,
    QuarterFacts,
)
from dashboard.stats.settlement.settling import line_amount, settle
from dashboard.stats.settlement.statement import Line, Statement

__all__ = [
    "Charged",
    "Counts",
    "Earlier",
    "Facts",
    "Line",
    "QuarterFacts",
    "Statement",
    "line_amount",
    "settle",
]
