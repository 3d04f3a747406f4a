"""The exports' own words: what the TMS calls its columns and codes."""

from typing import Final

import polars as pl

from . import names, zones
from .days import AS_OF_SECONDS

MICROSECONDS: Final = 1_000_000
MONEY: Final = pl.Decimal(18, 4)

TMS_STATUSES: Final = ("OPN", "DLV", "FLD", "RTN", "LST", "CNX")
TMS_CHANNELS: Final = ("OWN", "3PL", "CROWD", "LOCKER")
TMS_SERVICES: Final = ("2H", "SD", "ND", "ECO")

CODES: Final = {
    "carrier_name": ("carrier", names.CARRIERS),
    "cust_segment": ("segment", names.SEGMENTS),
    "delivery_mode": ("channel", TMS_CHANNELS),
    "svc": ("service", TMS_SERVICES),
    "product_cls": ("product", names.PRODUCTS),
    "vehicle": ("vehicle", names.VEHICLES),
    "depot_name": ("depot", names.DEPOTS),
    "zone_code": ("zone", zones.CODES),
    "zip": ("zone", tuple(zones.postcodes())),
    "geo_quality": ("quality", names.QUALITIES),
    "state": ("status", TMS_STATUSES),
    "fail_reason": ("failure", names.FAILURES),
    "pod_type": ("proof", names.PROOFS),
    "pod_asked": ("required", names.PROOFS),
}
TIMES: Final = {
    "order_ts": "ordered_at",
    "handover_ts": "handed_over_at",
    "dispatch_ts": "out_for_delivery_at",
    "attempt1_ts": "first_attempt_at",
    "pod_ts": "delivered_at",
    "cancel_ts": "cancelled_at",
    "return_ts": "returned_at",
    "promise_from_ts": "promised_from",
    "promise_to_ts": "promised_by",
}
MONEYS: Final = {
    "income": "revenue",
    "freight_charge": "carrier_charge",
    "goodwill": "customer_credit",
    "c_linehaul": "cost_linehaul",
    "c_sort": "cost_sorting",
    "c_lastmile": "cost_last_mile",
    "c_redelivery": "cost_redelivery",
    "c_contact": "cost_contact",
    "c_surcharge": "cost_surcharge",
    "c_overhead": "cost_overhead",
}
PLAIN: Final = {
    "shipment_no": "delivery_id",
    "order_no": "order_id",
    "account_no": "customer_id",
    "lat": "latitude",
    "lon": "longitude",
    "tour_id": "route_id",
    "stop_no": "stop_sequence",
    "stop_ref": "stop_id",
    "leg_min": "leg_minutes",
    "leg_km": "leg_km",
    "driver_ref": "driver_id",
    "weight_kg": "weight_kg",
    "volume_l": "volume_l",
    "dist_km": "distance_km",
    "door_minutes": "service_minutes",
    "promise_day_only": "promise_is_date",
    "attempts": "attempts",
}
COLUMNS: Final = (*PLAIN, *CODES, *TIMES, *MONEYS)


def numbered(prefix: str, numbers: pl.Expr | str, width: int = 8) -> pl.Expr:
    """Write numbers as identifiers, as in D00000123."""
    column = pl.col(numbers) if isinstance(numbers, str) else numbers
    return pl.concat_str(pl.lit(prefix), column.cast(pl.String).str.zfill(width))


def utc(seconds: pl.Expr) -> pl.Expr:
    """Turn UTC seconds into a naive timestamp."""
    return (seconds * MICROSECONDS).cast(pl.Datetime("us"))


def iso(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Write UTC seconds as ISO text, as the web tools export them."""
    return frame.with_columns(
        utc(pl.col(name)).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in columns
    )


def tms(frame: pl.DataFrame) -> pl.DataFrame:
    """Write deliveries in the TMS's dialect, sorted by order time."""
    frame = frame.with_columns(
        segment=pl.when("has_segment").then("segment"),
        latitude=pl.when(pl.col("quality") < len(names.QUALITIES) - 1).then("latitude"),
        longitude=pl.when(pl.col("quality") < len(names.QUALITIES) - 1).then("longitude"),
    )
    return frame.select(
        *(pl.col(old).alias(new) for new, old in PLAIN.items()),
        *(_named(frame, *code).alias(new) for new, code in CODES.items()),
        *(utc(pl.col(old)).alias(new) for new, old in TIMES.items()),
        *(pl.col(old).cast(MONEY).alias(new) for new, old in MONEYS.items()),
    )


def _named(frame: pl.DataFrame, column: str, words: tuple[str, ...]) -> pl.Series:
    return frame[column].cast(pl.UInt8).cat.to(pl.Enum(words))


def export_log() -> pl.DataFrame:
    """Say when the exports were drawn: the sample's last moment."""
    log = pl.DataFrame({"exported_at": [AS_OF_SECONDS], "tool": ["nightly export"]})
    return iso(log, "exported_at")
