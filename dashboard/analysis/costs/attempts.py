"""What does a failed first attempt cost, against deliveries alike whose first one worked?"""

from dashboard.scope import Scope
from dashboard.stats.matching import Cell, Matched, matched_difference
from dashboard.warehouse import Reader


def failed_attempt_cost(reader: Reader, scope: Scope) -> Matched | None:
    """Cost of a failed first attempt, by exact strata; None where none failed.

    Args:
        reader: The snapshot.
        scope: Period and filters.
    """
    rows = reader.report("failed_attempts", scope).iter_rows()
    cells = [
        Cell(stratum, str(week), failed, count, float(amount))
        for stratum, week, failed, count, amount in rows
    ]
    if not any(cell.met for cell in cells):
        return None
    return matched_difference(cells)
