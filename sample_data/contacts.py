"""Contacts: what customers get in touch about, and when, in the contact centre's words.

Calls cost what the delivery's `cost_contact` holds; the web form costs nothing. So the
costs of deliveries are the same with contacts and without.
"""

from typing import Final

import numpy as np
import polars as pl

from . import texts
from .chance import Flags, Floats, pick_by_row, stream
from .days import AS_OF_SECONDS, QUARTERS, TIME_ZONE
from .dialect import utc
from .names import STATUSES
from .truths import TRUTHS
from .zones import CODES

HOUR: Final = 3_600
OPEN, DELIVERED = (STATUSES.index(name) for name in ("open", "delivered"))
CANCELLED: Final = STATUSES.index("cancelled")

# Where? Late Place Damaged Missing Said Access Courier Refund Praise
KEPT_TOPICS: Final = (0.30, 0.01, 0.10, 0.13, 0.12, 0.02, 0.08, 0.08, 0.08, 0.08)
LATE_TOPICS: Final = (0.30, 0.38, 0.05, 0.06, 0.05, 0.02, 0.04, 0.05, 0.05, 0.00)
UNDELIVERED_TOPICS: Final = (0.52, 0.12, 0.02, 0.03, 0.03, 0.12, 0.06, 0.02, 0.08, 0.00)
TICKET_CODES: Final = (
    "WISMO",
    "DELAY",
    "PLACE",
    "DMG",
    "MISS",
    "POD",
    "ACCESS",
    "STAFF",
    "REFUND",
    "MISC",
)
UNFILED: Final = 0.25
WITH_A_NAME: Final = 0.12
WITH_A_NUMBER: Final = 0.08
RAIN_CODE: Final = "MISC"


def draw(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """Draw the contacts about one quarter's deliveries, as the contact centre exports them.

    Args:
        frame: The deliveries, as `world.quarter` makes them.
        seed: Of the sample.
        part: The quarter.
        null: Plant no rain.
    """
    rng = stream(seed, "contacts", part)
    calls = frame["cost_contact"].is_not_null().to_numpy()
    forms = rng.random(frame.height) < _form_share(frame)
    wet = stream(seed, "contacts in the rain", part).random(frame.height) < _rain_share(
        frame, part, null=null
    )
    contacts = pl.concat(
        [
            _about(frame.filter(pl.Series(calls)), rng, "phone"),
            _about(frame.filter(pl.Series(forms)), rng, "web form"),
            _rained(frame.filter(pl.Series(wet)), stream(seed, "rain", part)),
        ]
    )
    return _exported(contacts.filter(pl.col("opened") <= AS_OF_SECONDS).sort("opened", "shipment"))


def _form_share(frame: pl.DataFrame) -> Floats:
    """Find how likely a delivery brings a web form: the later, the likelier."""
    truth = TRUTHS.contacts
    minutes = (pl.col("delivered_at") - pl.col("committed_by")) / 60
    late_by = minutes.clip(1, truth.flat_from_minutes) / truth.flat_from_minutes
    late = truth.form_at_once + (truth.form_at_most - truth.form_at_once) * late_by
    here = pl.when(pl.col("is_late")).then(late.fill_null(truth.form_undelivered))
    share = here.otherwise(truth.form_kept)
    known = pl.col("status").is_in([OPEN, CANCELLED]).not_()
    return frame.select(pl.when(known).then(share).otherwise(0.0)).to_series().to_numpy()


def _rain_share(frame: pl.DataFrame, part: int, *, null: bool) -> Floats:
    """Find how likely a delivered parcel is reported as left in the rain."""
    truth = TRUTHS.contacts
    share = np.full(frame.height, truth.rain_before)
    if QUARTERS[part].name >= truth.rain_changes_in and not null:
        wet = [CODES.index(zone) for zone in truth.rain_zones]
        share[np.isin(frame["zone"].to_numpy(), wet)] = truth.rain_after
    return share * (frame["status"].to_numpy() == DELIVERED)


def _about(frame: pl.DataFrame, rng: np.random.Generator, channel: str) -> pl.DataFrame:
    """Draw topic, text and moment of one contact per delivery."""
    late = frame["is_late"].to_numpy()
    arrived = (frame["status"] == DELIVERED).to_numpy()
    kind = np.where(arrived, late.astype(np.int64), 2)
    topic = pick_by_row(rng, (KEPT_TOPICS, LATE_TOPICS, UNDELIVERED_TOPICS), kind)
    texts_of = pl.Series(texts.drawn(rng, topic), dtype=pl.String)
    code = pl.Series(TICKET_CODES).gather(topic)
    filed = pl.Series(rng.random(frame.height) >= UNFILED)
    cost = frame["cost_contact"] if channel == "phone" else pl.Series(np.zeros(frame.height))
    return pl.DataFrame(
        {
            "shipment": frame["delivery_id"],
            "account": frame["customer_id"],
            "opened": _moments(frame, rng),
            "channel": [channel] * frame.height,
            "topic": pl.DataFrame({"code": code}).select(pl.when(filed).then("code")).to_series(),
            "message": _signed(texts_of, frame["delivery_id"], rng),
            "cents": (cost * 100).round().cast(pl.Int64),
        }
    )


def _rained(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Reports of wet parcels: the web form knows no such topic and files them as other."""
    found = _about(frame, rng, "web form")
    said = pl.Series(texts.RAIN).gather(rng.integers(0, len(texts.RAIN), frame.height))
    return found.with_columns(topic=pl.lit(RAIN_CODE), message=said)


def _moments(frame: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Some hours after the delivery, or after the promise where nothing came."""
    since = pl.coalesce("delivered_at", "due_at", "ordered_at").clip(upper_bound=AS_OF_SECONDS)
    wait = pl.Series(HOUR * rng.lognormal(1.2, 1.0, frame.height).clip(0.1, 24 * 12))
    moment = (since + wait).round().cast(pl.Int64)
    known = pl.max_horizontal("ordered_at", since - HOUR)
    return frame.select(pl.when(moment <= AS_OF_SECONDS).then(moment).otherwise(known)).to_series()


def _signed(said: pl.Series, delivery: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Some give their name, number or parcel, as people do."""
    size = len(said)
    names = pl.Series(texts.SIGNATURES).gather(rng.integers(0, len(texts.SIGNATURES), size))
    named: Flags = rng.random(size) < WITH_A_NAME
    numbered: Flags = rng.random(size) < WITH_A_NUMBER
    frame = pl.DataFrame({"said": said, "name": names, "parcel": delivery})
    parcel = pl.concat_str("said", pl.lit(" "), pl.lit("Parcel "), "parcel", pl.lit("."))
    with_parcel = pl.when(pl.Series(numbered)).then(parcel).otherwise("said")
    signed = pl.concat_str(with_parcel, pl.lit(" "), "name")
    return frame.select(pl.when(pl.Series(named)).then(signed).otherwise(with_parcel)).to_series()


def _exported(contacts: pl.DataFrame) -> pl.DataFrame:
    """Write moments as the tool does: local, day first."""
    local = utc(pl.col("opened")).dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)
    return contacts.with_columns(opened=local.dt.strftime("%d/%m/%Y %H:%M:%S %z"))
