"""What became of one promise, in one plain line."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]

_HOUR = 60
_DAY = 24 * _HOUR
_LONG = 2 * _DAY
_ENDINGS = {
    "failed": "the delivery failed",
    "returned": "it was sent back",
    "lost": "it was lost",
}


def outcome_said(row: Row, as_of: datetime, zone: str) -> str:
    """Say whether a delivery kept its promise, by how much, and what was promised.

    Args:
        row: Every column of the delivery.
        as_of: The moment, UTC, that the snapshot knows the world to.
        zone: In which times are read.
    """
    outcome, delivered = _outcome(row, as_of), row["delivered_at"]
    promised = _promised(row, zone)
    if delivered is None or row["status"] == "cancelled":
        return f"{outcome}; {promised}"
    there = local(delivered, zone)
    if there.date() == local(row["committed_by"], zone).date() and row["is_timed"]:
        return f"{outcome}: delivered {there:%H:%M}, {promised}"
    return f"{outcome}: delivered {clock(delivered, zone)}, {promised}"


def local(moment: datetime, zone: str) -> datetime:
    """A naive moment in UTC as the clocks of a zone showed it."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def clock(moment: datetime, zone: str) -> str:
    """A moment as people read it there: '3 Aug 2026, 14:05'."""
    there = local(moment, zone)
    return f"{day_said(there.date())}, {there:%H:%M}"


def day_said(when: date) -> str:
    """A day without a leading zero."""
    return f"{when.day} {when:%b %Y}"


def span_said(minutes: int) -> str:
    """A length of time in the words that suit it.

    >>> span_said(1), span_said(47), span_said(125), span_said(4_380)
    ('1 minute', '47 minutes', '2 h 5 min', '3 days 1 h')
    """
    if minutes < _HOUR:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    if minutes < _LONG:
        hours, rest = divmod(minutes, _HOUR)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(minutes, _DAY)
    hours = rest // _HOUR
    return f"{days} days {hours} h" if hours else f"{days} days"


def _outcome(row: Row, as_of: datetime) -> str:
    if row["status"] == "cancelled":
        return _cancelled(row)
    if row["is_on_time"]:
        return _kept(row)
    if row["delivered_at"] is not None:
        return f"Late by {_lateness(row)}"
    if row["status"] == "delivered":
        return "Delivered, but nobody knows when: it counts as late"
    if row["status"] in _ENDINGS:
        return f"Never delivered: {_ENDINGS[row['status']]}"
    return _open(row, as_of)


def _cancelled(row: Row) -> str:
    if row["is_cancelled_in_time"]:
        return "Cancelled before its promise fell due: it counts in no rate"
    after = _minutes(row["cancelled_at"] - row["committed_by"])
    return f"Cancelled {span_said(after)} after its promise had passed: it counts as late"


def _kept(row: Row) -> str:
    if not row["is_timed"]:
        early = -(row["late_days"] or 0)
        return f"On time, {_days(early)} early" if early > 0 else "On time"
    return f"On time, {span_said(-(row['lateness_minutes'] or 0))} to spare"


def _lateness(row: Row) -> str:
    if row["is_timed"]:
        return span_said(row["lateness_minutes"])
    return _days(row["late_days"])


def _open(row: Row, as_of: datetime) -> str:
    overdue = _minutes(as_of - row["committed_by"])
    if row["is_due"]:
        return f"Not delivered, {span_said(overdue)} overdue when the data ends: it counts as late"
    if row["is_not_yet_known"]:
        return "Past its promise, and not known yet: its carrier's reports may still come"
    return "Not due yet"


def _promised(row: Row, zone: str) -> str:
    ends, begins = local(row["committed_by"], zone), row["committed_from"]
    if not row["is_timed"]:
        return f"promised for {day_said(ends.date())}"
    if begins is not None and local(begins, zone).date() == ends.date():
        return f"promised {local(begins, zone):%H:%M} to {ends:%H:%M} on {day_said(ends.date())}"
    return f"promised by {ends:%H:%M} on {day_said(ends.date())}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _minutes(length: timedelta) -> int:
    """Whole minutes, rounded up, as lateness is."""
    return -(-length // timedelta(minutes=1))
