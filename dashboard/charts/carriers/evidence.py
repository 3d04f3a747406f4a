"""What a carrier can prove, as tables and sentences."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.carriers.evidence import DataHeld, PromisesMoved, ProofGiven
from dashboard.charts import formats
from dashboard.charts.tables import safe_text

_MEASURES = {
    "scan_share": ("With a scan", "closed"),
    "place_share": ("With a place", "closed"),
    "time_share": ("With the time", "delivered"),
    "proof_share": ("With any proof", "delivered"),
    "reason_share": ("With a reason", "failed or retried"),
}


def proof_table(found: Sequence[ProofGiven]) -> pl.DataFrame:
    """Proof by segment as people read it; all columns text."""
    rows = [
        {
            "Segment": one.segment,
            "Asked for": one.required,
            "Given": f"{formats.number(one.complied)} of {formats.number(one.delivered)}",
            "Share": formats.value(one.share, "share"),
            "Another proof": formats.number(one.other),
            "Others": "–" if one.others is None else formats.value(one.others, "share"),
            "Beside the others": _beside(one),
        }
        for one in found
    ]
    return safe_text(pl.DataFrame(rows), "Segment", "Asked for")


def proof_rows(found: Sequence[ProofGiven], carrier: str, snapshot: int) -> pl.DataFrame:
    """Proof by segment with all digits.

    Returns:
        carrier, segment, required, delivered, complied, other, share, others, misses_ratio
        (misses over the others' misses per delivery), misses_low, misses_high, snapshot.
    """
    rows = [
        {
            "carrier": carrier,
            "segment": one.segment,
            "required": one.required,
            "delivered": one.delivered,
            "complied": one.complied,
            "other": one.other,
            "share": one.share,
            "others": one.others,
            "misses_ratio": one.misses.value if one.misses else None,
            "misses_low": one.misses.low if one.misses else None,
            "misses_high": one.misses.high if one.misses else None,
            "snapshot": snapshot,
        }
        for one in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def data_table(found: Sequence[DataHeld]) -> pl.DataFrame:
    """How complete a carrier's data is as people read it; all columns text."""
    rows = [
        {
            "Measure": _MEASURES[one.measure][0],
            "Carrier": "not known" if one.share is None else formats.value(one.share, "share"),
            "Of": f"{formats.number(one.of)} {_MEASURES[one.measure][1]}",
            "Agreed": "–" if one.agreed is None else formats.value(float(one.agreed), "share"),
            "Verdict": _verdict(one),
            "Others' median": "–" if one.others is None else formats.value(one.others, "share"),
        }
        for one in found
    ]
    return pl.DataFrame(rows)


def data_rows(found: Sequence[DataHeld], carrier: str, snapshot: int) -> pl.DataFrame:
    """How complete a carrier's data is with all digits.

    Returns:
        carrier, measure, of, share, agreed, others (median), kept, snapshot.
    """
    rows = [
        {
            "carrier": carrier,
            "measure": one.measure,
            "of": one.of,
            "share": one.share,
            "agreed": None if one.agreed is None else float(one.agreed),
            "others": one.others,
            "kept": one.is_kept,
            "snapshot": snapshot,
        }
        for one in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def moved_said(found: PromisesMoved, carrier: str) -> list[str]:
    """What a carrier does with promises, in sentences."""
    way = (
        f"{carrier} moved {formats.number(found.on_the_way)} of {formats.number(found.due)} "
        f"promises after dispatch ({formats.value(found.on_the_way / found.due, 'share')}"
    )
    others = found.others_on_the_way
    way += ")." if others is None else f"; the others {formats.value(others, 'share')})."
    counting, last = found.on_time / found.due, found.on_time_moved / found.due
    looks = (
        f"On time {formats.value(counting, 'share')} by the promise that counts, "
        f"{formats.value(last, 'share')} by the last one"
    )
    better = formats.change(last - counting, "share").lstrip("+")
    gained = f"{looks}: moved promises make it look {better} better."
    return [way, gained if found.on_time_moved > found.on_time else f"{looks}."]


def moved_rows(found: PromisesMoved, carrier: str, snapshot: int) -> pl.DataFrame:
    """Moved promises with all digits: the fields of `PromisesMoved`, carrier, snapshot."""
    return pl.DataFrame([{"carrier": carrier, **vars(found), "snapshot": snapshot}])


def _beside(one: ProofGiven) -> str:
    if one.misses is None:
        return "not comparable"
    if one.misses.low > 1:
        return "fewer, beyond chance"
    return "more, beyond chance" if one.misses.high < 1 else "within chance"


def _verdict(one: DataHeld) -> str:
    if one.agreed is None:
        return "nothing agreed"
    if one.is_kept is None or one.share is None:
        return "cannot be judged"
    if one.is_kept:
        return "kept"
    return f"missed by {formats.change(float(one.agreed) - one.share, 'share').lstrip('+')}"
