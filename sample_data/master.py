"""The small files: customers, segments, carriers, zones, targets and the calendar."""

from datetime import date
from typing import Final

import polars as pl

from . import days, names, zones
from .chance import stream
from .customers import NEVER, Customers
from .dialect import numbered

BUSINESS_SEGMENTS: Final = (2, 4)
RULE_VERSION: Final = "2024-1"
MANAGERS: Final = (
    "Ada Berger",
    "Ada Berger",
    "Jonas Feld",
    "Jonas Feld",
    "Mira Kowal",
    "Mira Kowal",
    "Own fleet desk",
    "Locker desk",
)
ON_TIME_TARGETS: Final = (0.935, 0.95, 0.935, 0.86, 0.935)
COST_TARGETS: Final = (5.20, 6.90, 5.60, 9.40, 5.90)
SATISFACTION_TARGETS: Final = (4.3, 4.3, 4.3, 4.2, 4.3)


def customers(who: Customers, seed: int) -> pl.DataFrame:
    """List the customers as the CRM knows them."""
    rng = stream(seed, "crm")
    size = len(who.segment)
    first_order = rng.integers(days.day_number(date(2019, 1, 7)), 19_970, size)
    frame = pl.DataFrame(
        {
            "segment": who.segment,
            "density": zones.DENSITY[who.zone],
            "since": first_order,
        }
    ).with_row_index("number")
    is_business = pl.col("segment").is_in(BUSINESS_SEGMENTS)
    kind = pl.when(is_business).then(pl.lit("B2B")).otherwise(pl.lit("B2C"))
    return frame.select(
        numbered("C", "number", 7).alias("account_no"),
        kind.alias("kind"),
        pl.when(is_business).then(numbered("Account ", "number", 7)).alias("account"),
        pl.Series(names.DENSITIES).gather(frame["density"]).alias("region"),
        pl.from_epoch("since", time_unit="d").alias("customer_since"),
    )


def segment_history(who: Customers) -> pl.DataFrame:
    """List which segment each customer belonged to, and from which day on."""
    words = pl.Series(names.SEGMENTS)
    frame = pl.DataFrame(
        {
            "before": words.gather(who.segment),
            "after": words.gather(who.later_segment),
            "changes": who.changed_in != NEVER,
            "changed_on": who.changed_on,
        }
    ).with_row_index("number")
    changed_on = pl.from_epoch("changed_on", time_unit="d")
    end = pl.when("changes").then(changed_on)
    first = frame.select("number", segment="before", valid_from=date(2019, 1, 1), valid_to=end)
    then = frame.filter("changes").select(
        "number", segment="after", valid_from=changed_on, valid_to=pl.lit(None, pl.Date)
    )
    return (
        pl.concat([first, then])
        .sort("number", "valid_from")
        .select(
            numbered("C", "number", 7).alias("account_no"),
            "segment",
            "valid_from",
            "valid_to",
            rule_version=pl.lit(RULE_VERSION),
        )
    )


def carriers() -> pl.DataFrame:
    """List the carriers and who looks after them."""
    kinds = [names.CHANNELS[channel] for channel in names.CHANNEL_OF_CARRIER]
    return pl.DataFrame({"carrier": names.CARRIERS, "kind": kinds, "manager": MANAGERS})


def targets() -> pl.DataFrame:
    """List the targets of finance, with decimal commas."""
    by_metric = {
        "on_time_rate": ON_TIME_TARGETS,
        "cost_to_serve": COST_TARGETS,
        "satisfaction": SATISFACTION_TARGETS,
    }
    rows = [
        (segment, metric, quarter.name, f"{values[number]:g}".replace(".", ","))
        for metric, values in by_metric.items()
        for number, segment in enumerate(names.SEGMENTS)
        for quarter in days.QUARTERS
    ]
    return pl.DataFrame(rows, schema=["segment", "metric", "quarter", "target"], orient="row")


def network_zones() -> pl.DataFrame:
    """List the zones with their outlines."""
    return pl.DataFrame(
        {
            "zone": zones.CODES,
            "name": zones.NAMES,
            "density_class": [names.DENSITIES[density] for density in zones.DENSITY],
            "outline": [zones.polygon(zone) for zone in range(zones.COUNT)],
        }
    )


def calendar() -> pl.DataFrame:
    """List the days with their holidays, promotions and weather."""
    shown = [day for day in days.ALL_DAYS if day >= days.FIRST]
    return pl.DataFrame(
        {
            "date": shown,
            "holiday": [days.holiday(day) for day in shown],
            "promotion": [days.promotion(day) for day in shown],
            "weather": [days.weather(day) for day in shown],
        }
    )
