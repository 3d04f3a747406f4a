"""The planted truths, read from truths.toml: what the tests of Doorstep must find."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class World:
    """What holds with or without planted truths."""

    late_share_null: float
    route_day_sd: float
    depot_day_sd: float


@dataclass(frozen=True)
class Premium:
    """Truth 1: why Premium fell from one quarter to the next."""

    changes_in: str
    on_time_before: float
    on_time_after: float
    kestrel_share_before: float
    kestrel_share_after: float
    kestrel_on_time: float
    hot_carrier: str
    hot_zones: tuple[str, ...]
    hot_share: float
    hot_on_time_before: float
    hot_on_time_after: float


@dataclass(frozen=True)
class Carriers:
    """Truth 3: one carrier looks worst and is good, another looks fine and is not."""

    heron: float
    swift: float
    core_small: float


@dataclass(frozen=True)
class Survey:
    """Truth 7: who answers, and what a late minute costs in satisfaction."""

    sent_share: float
    response_kept: float
    response_late: float
    rating_kept: float
    drop_at_1_minute: float
    drop_at_60_minutes: float


@dataclass(frozen=True)
class Contacts:
    """Truth 7: who gets in touch, and where parcels are left in the rain."""

    form_kept: float
    form_at_once: float
    form_at_most: float
    flat_from_minutes: int
    form_undelivered: float
    rain_before: float
    rain_after: float
    rain_zones: tuple[str, ...]
    rain_changes_in: str


@dataclass(frozen=True)
class Endings:
    """Truth 10: how deliveries end that do not simply arrive."""

    cancelled_share: float
    cancelled_after_promise_share: float
    returned_undelivered_share: float
    customer_return_share: float
    lost_share: float
    failed_share: float
    open_and_overdue: int
    days_in_last_week: int


@dataclass(frozen=True)
class PromiseChanges:
    """How often each party asks for another promise."""

    customer_share: float
    carrier_share: float
    shipper_share: float


@dataclass(frozen=True)
class HotCells:
    """Truth 2: neighbouring H3 cells that are late for a while, whoever carries.

    Attributes:
        dense: The cell with the most deliveries; as late as its case mix lets expect.
        starts, ends: First and last day of the promise.
    """

    cells: tuple[str, ...]
    dense: str
    starts: str
    ends: str
    late_share: float


@dataclass(frozen=True)
class Evidence:
    """Truth 8: reasons that no arrival proves, and promises moved on the road."""

    failed_share: float
    absent_share: float
    unproven_share: float
    unproven_elsewhere: float
    moved_share: float
    on_time_original: float
    saved_share: float


@dataclass(frozen=True)
class Proof:
    """What segments ask for at the door, by segment, and how often they get it."""

    required: dict[str, str]
    met: float
    lax_carrier: str
    lax_segment: str
    lax_met: float


@dataclass(frozen=True)
class Forecast:
    """Truth 6: what is forecast wrongly, by whom, and what too little capacity does.

    Attributes:
        missed_promotion: Its first day.
        strained_late: Share of deliveries late on days beyond capacity, above other days.
    """

    weekly_cv: float
    biased_segment: str
    biased_from: str
    biased_to: float
    harmful_segment: str
    harmful_share: float
    harmful_by: float
    harmful_weeks: int
    missed_promotion: str
    headroom: float
    strained_from: float
    strained_late: float


@dataclass(frozen=True)
class Cost:
    """Truth 4: what loses money whatever the rule, and what depends on the rule.

    Attributes:
        rural_economy: Lowest and highest margin a drop, under all six rules.
        small_business: Margin a drop of what third parties carry, by rule.
        ledger_month, ledger_pool, ledger_difference: Where the ledger holds more.
        revenue_factor, weight_factor, minutes_factor, leg_km_factor, shared_stops: How
            those deliveries differ from others, so that the margins come out.
    """

    rural_economy: tuple[float, float]
    small_business: dict[str, float]
    ledger_month: str
    ledger_pool: str
    ledger_difference: float
    revenue_factor: float
    weight_factor: float
    minutes_factor: float
    leg_km_factor: float
    shared_stops: float


@dataclass(frozen=True)
class Truths:
    """Everything planted, and the dirty rows by the reason that must refuse them."""

    world: World
    late_share: dict[str, float]
    premium: Premium
    carriers: Carriers
    hot_cells: HotCells
    survey: Survey
    cost: Cost
    contacts: Contacts
    endings: Endings
    promise_changes: PromiseChanges
    evidence: Evidence
    proof: Proof
    forecast: Forecast
    dirty_rows: dict[str, int]


def _read() -> Truths:
    text = Path(__file__).with_name("truths.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    premium = data["premium"] | {"hot_zones": tuple(data["premium"]["hot_zones"])}
    cost = data["cost"] | {"rural_economy": tuple(data["cost"]["rural_economy"])}
    contacts = data["contacts"] | {"rain_zones": tuple(data["contacts"]["rain_zones"])}
    return Truths(
        world=World(**data["world"]),
        late_share=data["late_share"],
        premium=Premium(**premium),
        carriers=Carriers(**data["carriers"]),
        hot_cells=HotCells(**data["hot_cells"] | {"cells": tuple(data["hot_cells"]["cells"])}),
        survey=Survey(**data["survey"]),
        cost=Cost(**cost),
        contacts=Contacts(**contacts),
        endings=Endings(**data["endings"]),
        promise_changes=PromiseChanges(**data["promise_changes"]),
        evidence=Evidence(**data["evidence"]),
        proof=Proof(**data["proof"]),
        forecast=Forecast(**data["forecast"]),
        dirty_rows=data["dirty_rows"],
    )


TRUTHS = _read()
"""The planted truths; in a null world only `world`, shares and dirty rows hold."""

FEWEST_DIRTY_ROWS = 20
ALL_DIRTY_ROWS_FROM = 40_000


def dirty_rows(deliveries: int) -> dict[str, int]:
    """Count the dirty rows by reason in a sample of that many clean deliveries."""
    share = min(1.0, deliveries / ALL_DIRTY_ROWS_FROM)
    return {
        reason: max(FEWEST_DIRTY_ROWS, round(count * share))
        for reason, count in TRUTHS.dirty_rows.items()
    }


def open_and_overdue(deliveries: int) -> int:
    """Count the deliveries that are overdue and open in a sample of that size."""
    return round(TRUTHS.endings.open_and_overdue * deliveries / 400_000)
