"""Deliveries keyed in by hand at the depots: local times, decimal commas, umlauts.

The file also holds the dirty rows, each made from a good one by a single mistake.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from . import names
from .chance import Flags, stream
from .days import TIME_ZONE
from .dialect import CODES, MONEYS, TIMES
from .truths import dirty_rows

SHARE: Final = 0.01
ENCODING: Final = "latin-1"
GERMAN_DEPOTS: Final = {"North": "Nord", "East": "Ost", "South": "Süd", "West": "West"}
CONTRACT_WORDS: Final = {
    "state": names.STATUSES,
    "delivery_mode": names.CHANNELS,
    "svc": names.SERVICES,
}
MEASURES: Final = (
    *("lat", "lon", "leg_min", "leg_km"),
    *("weight_kg", "volume_l", "dist_km", "door_minutes"),
)
REMARKS: Final = (
    "Nachtrag Süd",
    "Scanner gestört",
    "Tür klemmt, Übergabe im Hof",
    "",
    "für Nachbarn angenommen",
    "Beleg nachgereicht",
)
HEADER: Final = {
    "shipment_no": "sendung",
    "order_no": "auftrag",
    "account_no": "kunde",
    "lat": "breite_grad",
    "lon": "laenge_grad",
    "tour_id": "tour",
    "stop_no": "stopp",
    "stop_ref": "halt",
    "leg_min": "anfahrt_min",
    "leg_km": "anfahrt_km",
    "driver_ref": "fahrer",
    "weight_kg": "gewicht_kg",
    "volume_l": "volumen_l",
    "dist_km": "strecke_km",
    "door_minutes": "tuer_min",
    "promise_day_only": "nur_tag",
    "attempts": "versuche",
    "carrier_name": "frachtfuehrer",
    "cust_segment": "segment",
    "delivery_mode": "kanal",
    "svc": "service",
    "product_cls": "warenart",
    "vehicle": "fahrzeug",
    "depot_name": "depot",
    "zone_code": "gebiet",
    "zip": "plz",
    "geo_quality": "ortung",
    "state": "status",
    "fail_reason": "grund",
    "pod_type": "nachweis",
    "pod_asked": "sollnachweis",
    "order_ts": "bestellt_um",
    "handover_ts": "uebergeben_um",
    "dispatch_ts": "in_zustellung_um",
    "attempt1_ts": "erster_versuch_um",
    "pod_ts": "zugestellt_um",
    "cancel_ts": "storniert_um",
    "return_ts": "zurueck_um",
    "promise_from_ts": "zusage_von_um",
    "promise_to_ts": "zusage_bis_um",
    "income": "erloes_eur",
    "freight_charge": "fracht_eur",
    "goodwill": "gutschrift_eur",
    "c_linehaul": "fernverkehr_eur",
    "c_sort": "sortierung_eur",
    "c_lastmile": "letzte_meile_eur",
    "c_redelivery": "zweitversuch_eur",
    "c_contact": "kontakt_eur",
    "c_surcharge": "zuschlag_eur",
    "c_overhead": "gemein_eur",
}

Mistake = Callable[[pl.DataFrame], pl.DataFrame]


def chosen(frame: pl.DataFrame, seed: int, part: int) -> pl.Series:
    """Flag the deliveries that are keyed by hand; none has a time that occurs twice."""
    rng = stream(seed, "manual", part)
    flags: Flags = rng.random(frame.height) < SHARE
    # A tiny sample still needs some rows to make mistakes in.
    flags[: min(8, frame.height // 20)] = True
    return pl.Series(flags) & ~_has_doubled_hour(frame)


def _has_doubled_hour(frame: pl.DataFrame) -> pl.Series:
    hours = ("2024-10-27", "2025-10-26", "2026-10-25")
    starts = pl.Series(hours).str.to_datetime().dt.epoch("s").to_list()
    repeated = [
        pl.col(column).is_between(start, start + 7_200).fill_null(value=False)
        for start in starts
        for column in TIMES.values()
    ]
    return frame.select(pl.any_horizontal(repeated)).to_series()


def as_keyed(entries: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Turn entries in the TMS's dialect into the texts that people key."""
    words = [_reworded(column, CODES[column][1], new) for column, new in CONTRACT_WORDS.items()]
    depots = pl.col("depot_name").cast(pl.String).replace_strict(GERMAN_DEPOTS)
    amounts = [
        *(pl.col(name).cast(pl.Decimal(18, 2)) for name in MONEYS),
        pl.col(*MEASURES),
    ]
    commas = [amount.cast(pl.String).str.replace(".", ",", literal=True) for amount in amounts]
    remarks = stream(seed, "remarks").integers(0, len(REMARKS), entries.height)
    day_only = pl.when("promise_day_only").then(pl.lit("ja")).otherwise(pl.lit("nein"))
    return (
        entries.with_columns(
            *words,
            *commas,
            *(_local_minutes(name) for name in TIMES),
            depot_name=depots,
            promise_day_only=day_only,
        )
        .select(pl.col(name).cast(pl.String).alias(new) for name, new in HEADER.items())
        .with_columns(bemerkung=pl.Series(REMARKS).gather(remarks))
        .fill_null("")
    )


def _reworded(column: str, old: tuple[str, ...], new: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).cast(pl.String).replace_strict(dict(zip(old, new, strict=True)))


def _local_minutes(column: str) -> pl.Expr:
    """Round up to the minute: rounding down would make the late punctual."""
    upwards = (pl.col(column) + pl.duration(seconds=59)).dt.truncate("1m")
    local = upwards.dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)
    return local.dt.strftime("%d.%m.%Y %H:%M")


def _set(**texts: str) -> Mistake:
    return lambda rows: rows.with_columns(
        pl.lit(text).alias(column) for column, text in texts.items()
    )


MISTAKES: Final[dict[str, Mistake]] = {
    "missing_key": _set(sendung=""),
    "missing:carrier": _set(frachtfuehrer="  "),
    "missing:ordered_at": _set(bestellt_um=""),
    "missing:promised_by": _set(zusage_bis_um="", nur_tag="nein"),
    "missing:status": _set(status=""),
    "unparseable:ordered_at": _set(bestellt_um="32.13.2025 25:00"),
    "unparseable:delivered_at": _set(zugestellt_um="gegen Mittag"),
    "unparseable:promised_by": _set(zusage_bis_um="bald"),
    "unparseable:weight_kg": _set(gewicht_kg="ca. 3 kg"),
    "unparseable:revenue": _set(erloes_eur="4,90 EUR"),
    "out_of_range:latitude": _set(breite_grad="513,2"),
    "out_of_range:weight_kg": _set(gewicht_kg="-3,5"),
    "out_of_range:attempts": _set(versuche="99"),
    "out_of_range:revenue": _set(erloes_eur="-4,9"),
    "not_in_domain:status": _set(status="unterwegs?"),
    "not_in_domain:channel": _set(kanal="Brieftaube"),
    "not_in_domain:geocode_quality": _set(ortung="ungefähr"),
    "not_in_domain:proof_of_delivery": _set(nachweis="Handschlag"),
    "impossible_order": _set(zugestellt_um="14.02.2024 09:30"),
    "after_import_time": _set(zugestellt_um="14.02.2099 09:30"),
}
"""One mistake per reason; the dates of the last two lie outside every import."""


def with_dirt(keyed: pl.DataFrame, deliveries: int, seed: int) -> list[str]:
    """Mix the dirty rows into the good ones and write each as a line of the file."""
    rng = stream(seed, "dirt")
    counts = dirty_rows(deliveries)
    # Every mistake needs a row where only that mistake can be found.
    good = keyed.filter(
        (pl.col("status") == "delivered")
        & (pl.col("nur_tag") == "nein")
        & (pl.col("ortung") == "exact")
        & (pl.col("zurueck_um") == "")
    )
    wrong = [
        _unique(mistake(_sample(good, counts[reason], rng)), number, reason)
        for number, (reason, mistake) in enumerate(MISTAKES.items())
    ]
    twice = _sample(keyed, counts["duplicate_key"], rng)
    whole = [*_lines(pl.concat([keyed, twice, *wrong]))]
    torn = [*_lines(_unique(_sample(good, counts["malformed_row"], rng), 99, ""))]
    lines = whole + _tear(torn)
    return [lines[place] for place in rng.permutation(len(lines))]


def _sample(rows: pl.DataFrame, count: int, rng: np.random.Generator) -> pl.DataFrame:
    return rows[rng.integers(0, rows.height, count)]


def _unique(rows: pl.DataFrame, number: int, reason: str) -> pl.DataFrame:
    """Give dirty rows identifiers of their own, unless the mistake is to have none."""
    if reason == "missing_key":
        return rows
    ids = pl.int_range(rows.height).cast(pl.String).str.zfill(6)
    return rows.with_columns(sendung=pl.concat_str(pl.lit(f"H{number:02d}"), ids))


def _tear(lines: list[str]) -> list[str]:
    """Lose the end of every other line, and add fields to the rest."""
    return [
        line.rsplit(";", 3)[0] if place % 2 else f"{line};;siehe Rückseite"
        for place, line in enumerate(lines)
    ]


def _lines(rows: pl.DataFrame) -> list[str]:
    return rows.select(pl.concat_str(pl.all(), separator=";")).to_series().to_list()


def write(path: Path, entries: pl.DataFrame, deliveries: int, seed: int) -> None:
    """Write the file of entries in the TMS's dialect, dirty rows included."""
    keyed = as_keyed(entries, seed)
    lines = [";".join(keyed.columns), *with_dirt(keyed, deliveries, seed), ""]
    path.write_bytes("\r\n".join(lines).encode(ENCODING))
