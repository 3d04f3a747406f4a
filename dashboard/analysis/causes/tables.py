"""Answers about causes as rows: what pages let download, and the command line prints."""

import polars as pl

from dashboard.analysis.causes.counterfactual import Gains
from dashboard.analysis.causes.drivers import DriverBoard
from dashboard.analysis.causes.faults import NO_REASON, FaultBoard
from dashboard.analysis.causes.legs import Legs
from dashboard.analysis.causes.search import Causes

_TEXT, _NUMBER, _COUNT = pl.String(), pl.Float64(), pl.Int64()
_EXCESS = ("expected_share", "excess", "low", "high", "avoidable", "avoidable_low",
           "avoidable_high", "points", "cash_a_quarter", "z", "p_value")  # fmt: skip
_CAUSE = {
    **dict.fromkeys(("cause", "filters", "mode"), _TEXT),
    **dict.fromkeys(("n", "late", "half_n", "half_late"), _COUNT),
    **dict.fromkeys(_EXCESS, _NUMBER),
    **dict.fromkeys(("start", "end", "versus_start", "versus_end"), pl.Date()),
    "snapshot": _COUNT,
}


def causes_table(found: Causes, snapshot: int) -> pl.DataFrame:
    """One row per cause, the most avoidable breaches first.

    Returns:
        cause (in words), filters (dimension=value,value; …), mode, n, late (of the period),
        half_n, half_late (of the confirm half, that the rest stands on), expected_share,
        excess (per delivery), low, high, avoidable, avoidable_low, avoidable_high, points
        (of the scope's on-time rate, 0 to 1), cash_a_quarter, z, p_value, start, end,
        versus_start, versus_end, snapshot.
    """
    versus = found.versus
    rows = [
        {
            "cause": one.name,
            "filters": "; ".join(f"{p.dimension}={','.join(p.values)}" for p in one.parts),
            "mode": found.mode,
            "n": one.n,
            "late": one.late,
            "half_n": one.half_n,
            "half_late": one.half_late,
            "expected_share": one.expected,
            "excess": one.excess,
            "low": one.low,
            "high": one.high,
            "avoidable": one.avoidable,
            "avoidable_low": one.avoidable_low,
            "avoidable_high": one.avoidable_high,
            "points": one.points,
            "cash_a_quarter": one.cash,
            "z": one.z,
            "p_value": one.p_value,
            "start": found.period.start,
            "end": found.period.end,
            "versus_start": versus.start if versus else None,
            "versus_end": versus.end if versus else None,
            "snapshot": snapshot,
        }
        for one in found.found
    ]
    return pl.DataFrame(rows, schema=_CAUSE)


def reasons_table(found: FaultBoard) -> pl.DataFrame:
    """One row per declared reason; '' is none declared."""
    rows = [
        {
            "reason": one.reason,
            "declared_fault": one.declared,
            "breaches": one.breaches,
            "failed_first_attempts": one.failed,
            "with_arrivals_known": one.known,
            "without_arrival": one.unproven,
        }
        for one in found.reasons
    ]
    schema = {"reason": _TEXT, "declared_fault": _TEXT, **_counts("breaches", *_ATTEMPTS)}
    return pl.DataFrame(rows, schema=schema)


_ATTEMPTS = ("failed_first_attempts", "with_arrivals_known", "without_arrival")


def matrix_table(found: FaultBoard) -> pl.DataFrame:
    """One row per declared fault and fault by evidence; '' where no evidence speaks."""
    rows = [
        {"declared": own, "evidence": other or "", "deliveries": n}
        for own, other, n in found.matrix
    ]
    return pl.DataFrame(rows, schema={"declared": _TEXT, "evidence": _TEXT, "deliveries": _COUNT})


def proofs_table(found: FaultBoard) -> pl.DataFrame:
    """One row per carrier and reason declared against customers."""
    rows = [
        {
            "carrier": one.carrier,
            "reason": one.reason,
            "failed_first_attempts": one.declared,
            "with_arrivals_known": one.known,
            "without_arrival": one.unproven,
            "share_without": one.share,
            "share_of_others": one.others,
            "p_value": one.p_value,
        }
        for one in found.proofs
    ]
    numbers = dict.fromkeys(("share_without", "share_of_others", "p_value"), _NUMBER)
    return pl.DataFrame(rows, schema={"carrier": _TEXT, "reason": _TEXT, **_counts(*_ATTEMPTS),
                                      **numbers})  # fmt: skip


def moved_table(found: FaultBoard) -> pl.DataFrame:
    """One row per carrier: promises moved, and on time by either promise."""
    rows = [
        {
            "carrier": one.carrier,
            "due": one.due,
            "moved": one.moved,
            "moved_on_the_way": one.on_the_way,
            "on_time": one.on_time / one.due,
            "on_time_by_last_promise": one.on_time_moved / one.due,
        }
        for one in found.moved
    ]
    shares = dict.fromkeys(("on_time", "on_time_by_last_promise"), _NUMBER)
    counts = _counts("due", "moved", "moved_on_the_way")
    return pl.DataFrame(rows, schema={"carrier": _TEXT, **counts, **shares})


def legs_table(found: Legs) -> pl.DataFrame:
    """One row per leg, minutes per late delivery."""
    rows = [
        {
            "leg": one.name,
            "party": one.party,
            "planned_minutes": one.planned,
            "taken_minutes": one.taken,
            "beyond_minutes": one.beyond,
            "late_deliveries": found.late,
        }
        for one in found.legs
    ]
    return pl.DataFrame(rows)


def gains_table(found: Gains) -> pl.DataFrame:
    """One row per value, the most avoided breaches first."""
    rows = [
        {
            found.dimension: one.value,
            "n": one.n,
            "late": one.late,
            "late_share_shrunken": one.shrunken,
            "usual_share": one.usual,
            "avoided": one.avoided,
            "points": one.points,
            "cash_a_quarter": one.cash,
        }
        for one in found.gains
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def drivers_table(found: DriverBoard) -> pl.DataFrame:
    """One row per level, the largest difference first; differences in the share late."""
    rows = [
        {
            "factor": one.factor,
            "level": one.level,
            "than": one.than,
            "difference": one.value,
            "low": one.low,
            "high": one.high,
            "p_value": one.p_value,
            "n": one.n,
        }
        for one in found.drivers
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def declared_as(reason: str) -> str:
    """A declared reason as people read it."""
    return "nothing declared" if reason == NO_REASON else reason


def _counts(*names: str) -> dict[str, pl.Int64]:
    return dict.fromkeys(names, _COUNT)
