"""One delivery: everything that is known of it, against its promise, in order of time."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from dashboard.analysis.deliveries.words import outcome_said
from dashboard.analysis.satisfaction.masking import mask
from dashboard.errors import UnknownNameError
from dashboard.stated import Costs
from dashboard.warehouse import Reader

Lane = Literal["promise", "parcel", "customer", "money"]
Row = Mapping[str, Any]

STEPS = {
    "ordered_at": "Ordered",
    "handed_over_at": "Handed over to the carrier",
    "out_for_delivery_at": "Out for delivery",
    "first_attempt_at": "First attempt",
    "delivered_at": "Delivered",
    "cancelled_at": "Cancelled",
    "returned_at": "Sent back",
}
"""Moments that the delivery's own row has, in the order they usually come."""

_OTHERS = ("promise_changes", "events", "surveys", "contacts", "costs")
_BARE_POOLS = ("carrier_charge", "customer_credit")


@dataclass(frozen=True)
class Moment:
    """Something that happened.

    Attributes:
        at: When, UTC; the start of the day where only the day is known.
        lane: What it is about.
        what: It, in words.
        detail: What is known beside it; texts of customers are masked.
        is_day: Whether only the day is known.
    """

    at: datetime
    lane: Lane
    what: str
    detail: str = ""
    is_day: bool = False


@dataclass(frozen=True)
class Window:
    """A promise.

    Attributes:
        name: 'first promised', 'committed' or 'last announced'.
        begins: UTC; None where only the end was promised.
        ends: UTC.
        counts: Whether the delivery is judged by it.
    """

    name: str
    begins: datetime | None
    ends: datetime
    counts: bool


@dataclass(frozen=True)
class Booking:
    """A part of the delivery's cost.

    Attributes:
        pool: Its kind, as people call it.
        amount: Money.
        booked: The day, where it was booked apart; None where the delivery states it.
        estimated: Whether it is an estimate.
    """

    pool: str
    amount: Decimal
    booked: date | None
    estimated: bool


@dataclass(frozen=True)
class Stop:
    """A delivery of the same route and day.

    Attributes:
        sequence: Place on the route; None where it is not known.
        arrived_at: First attempt or delivery, UTC; None where nobody knows.
        lateness: Minutes after the promise; None for promises of a day, and where it
            never arrived.
        is_on_time: None where the promise is not due.
        is_this: Whether it is the delivery looked at.
    """

    sequence: int | None
    delivery_id: str
    status: str
    arrived_at: datetime | None
    lateness: int | None
    is_on_time: bool | None
    is_this: bool


@dataclass(frozen=True)
class Story:
    """Everything that is known of one delivery.

    Attributes:
        row: Every column of the delivery.
        time_zone: In which its times are read.
        message: What became of the promise, in one line.
        windows: The promises, the one that counts among them.
        moments: In order of time.
        bookings: Parts of the cost, as the source has them.
        stops: Of the same route and day, this one among them; none without a route.
        unknown: Tables that hold nothing at all, or that the reader may not see: silence
            about them means nothing.
    """

    delivery_id: str
    row: Row
    time_zone: str
    message: str
    windows: tuple[Window, ...]
    moments: tuple[Moment, ...]
    bookings: tuple[Booking, ...]
    stops: tuple[Stop, ...]
    unknown: tuple[str, ...]

    @property
    def total_cost(self) -> Decimal | None:
        """All of its cost; None where no amount is known."""
        return self.row["total_cost"]

    @property
    def is_breach(self) -> bool:
        """Whether its promise fell due and was not kept."""
        return bool(self.row["is_due"] and not self.row["is_on_time"])


def delivery(reader: Reader, delivery_id: str) -> Story:
    """Tell what is known of one delivery.

    Raises:
        UnknownNameError: The snapshot, as the reader may see it, has no such delivery.
    """
    with ThreadPoolExecutor(1) as other_core:
        waited_for = other_core.submit(_others, reader, delivery_id)
        found = reader.rows.one("delivery", delivery_id).rows(named=True)
        if not found:
            message = (
                f"snapshot {reader.manifest.id} has no delivery '{delivery_id}'; check the id"
            )
            raise UnknownNameError(message)
        row = found[0]
        stops = tuple(_stops(reader, row))
    others = waited_for.result()
    zone = row["local_zone"] or reader.manifest.time_zone
    moments = [*_of_the_row(row), *(one for other in others for one in _of_another(other))]
    return Story(
        delivery_id=delivery_id,
        row=row,
        time_zone=zone,
        message=outcome_said(row, reader.manifest.as_of, zone),
        windows=tuple(_windows(row, others)),
        moments=tuple(sorted(moments, key=lambda one: one.at)),
        bookings=tuple(_bookings(row, others, reader.catalog.costs)),
        stops=stops,
        unknown=tuple(
            name
            for name in ("events", "surveys", "contacts")
            if not (reader.shows(name) and _has_rows(reader, name))
        ),
    )


def _others(reader: Reader, delivery_id: str) -> Sequence[Row]:
    """What other tables know of it; nothing where the reader may not see them all."""
    if not all(reader.shows(name) for name in _OTHERS):
        return []
    return [*reader.rows.one("delivery_moments", delivery_id).iter_rows(named=True)]


def _has_rows(reader: Reader, table: str) -> bool:
    return any(file.rows for file in reader.manifest.files.get(table, ()))


def _of_the_row(row: Row) -> Iterator[Moment]:
    at_once = row["first_attempt_at"] and row["first_attempt_at"] == row["delivered_at"]
    for column, what in STEPS.items():
        if row[column] is None or (at_once and column == "first_attempt_at"):
            continue
        said = f"{what} at the first attempt" if at_once and column == "delivered_at" else what
        yield Moment(row[column], "parcel", said, _beside(column, row))


def _beside(column: str, row: Row) -> str:
    """What the row says about one of its moments."""
    tries = row["attempts"]
    said = {
        "handed_over_at": row["carrier"] and f"{row['carrier']}",
        "out_for_delivery_at": row["route_id"] and f"route {row['route_id']}",
        "first_attempt_at": row["failure_reason"] and f"declared: {row['failure_reason']}",
        "delivered_at": row["proof_of_delivery"] and f"proof: {row['proof_of_delivery']}",
    }.get(column)
    counted = f"{tries} attempts" if column == "delivered_at" and (tries or 0) > 1 else ""
    return ", ".join(filter(None, (counted, said)))


def _of_another(row: Row) -> Iterator[Moment]:
    """The moments of a row of another table."""
    kind, detail, source = row["kind"] or "", row["detail"] or "", row["source"]
    if source == "promise_changes":
        yield Moment(row["moment"], "promise", f"Promise changed by the {kind}", "")
    elif source == "events":
        known = (detail, row["evidence"] or "", _attempt(row["number"]), _recorded(row))
        yield Moment(row["moment"], "parcel", f"Event: {kind}", ", ".join(filter(None, known)))
    elif source == "surveys":
        yield Moment(row["moment"], "customer", "Survey sent")
        if row["ends"]:
            rated = "" if row["number"] is None else f": {row['number']:g} of 5"
            yield Moment(row["ends"], "customer", f"Survey answered{rated}", mask(detail))
    elif source == "contacts":
        about = f": {kind}" if kind else ""
        yield Moment(row["moment"], "customer", f"Customer got in touch{about}", mask(detail))
    else:
        yield Moment(
            row["moment"], "money", f"Booked: {kind}", f"{row['amount']:,.2f} {detail}".strip(),
            is_day=True,
        )  # fmt: skip


def _attempt(number: float | None) -> str:
    return "" if number is None else f"attempt {number:g}"


def _recorded(row: Row) -> str:
    """How much later than it happened an event was recorded; from a minute on."""
    if row["ends"] is None:
        return ""
    minutes = round((row["ends"] - row["moment"]).total_seconds() / 60)
    return f"recorded {minutes} min later" if minutes else ""


def _windows(row: Row, others: Sequence[Row]) -> Iterator[Window]:
    """The first promise, the one that counts, and the last one that anybody announced."""
    changes = [one for one in others if one["source"] == "promise_changes"]
    first = Window("first promised", row["promised_from"], row["promised_by"], counts=False)
    asked = [one for one in changes if one["kind"] == "customer"]
    committed = Window("committed", row["committed_from"], row["committed_by"], counts=True)
    if asked:
        yield first
    yield committed
    if changes and changes[-1]["kind"] != "customer":
        last = changes[-1]
        yield Window(
            f"announced by the {last['kind']}", last["begins"], last["ends"], counts=False
        )


def _bookings(row: Row, others: Sequence[Row], costs: Costs) -> Iterator[Booking]:
    for name, pool in costs.pools.items():
        column = name if name in _BARE_POOLS else f"cost_{name}"
        amount = row.get(column)
        if amount is not None:
            yield Booking(pool.label, amount, None, estimated=False)
    for one in others:
        if one["source"] == "costs":
            pool = costs.pools.get(one["kind"])
            label = pool.label if pool else one["kind"]
            booked = one["moment"].date()
            yield Booking(label, one["amount"], booked, estimated=bool(one["detail"]))


def _stops(reader: Reader, row: Row) -> Iterator[Stop]:
    day = row["tried_date"] or row["promised_date"]
    if row["route_id"] is None or day is None:
        return
    found = reader.rows.route("route_stops", row["route_id"], day, row["ordered_at"])
    for one in found.iter_rows(named=True):
        yield Stop(
            sequence=one["stop_sequence"],
            delivery_id=one["delivery_id"],
            status=one["status"],
            arrived_at=one["arrived_at"],
            lateness=one["lateness_minutes"],
            is_on_time=one["is_on_time"] if one["is_due"] else None,
            is_this=one["delivery_id"] == row["delivery_id"],
        )
