"""Write a sample's files, one quarter after the other."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from . import (
    contacts,
    customers,
    dialect,
    evidence,
    exclusions,
    finance,
    fleet,
    forecasts,
    manual,
    master,
    promises,
    surveys,
    trials,
)
from .days import QUARTERS
from .truths import dirty_rows
from .world import Options, quarter

Progress = Callable[[str, float], None]
ROWS_PER_GROUP: Final = 122_880


def write_sample(folder: Path, options: Options, progress: Progress | None = None) -> None:
    """Write the raw exports of the made-up retailer into a folder.

    Args:
        folder: Where to write; made if missing. Files of the same names are replaced.
        options: Size, seed, and whether anything is planted.
        progress: Called with a step and the share done, from 0 to 1.
    """
    tell = progress or (lambda _step, _share: None)
    folder.mkdir(parents=True, exist_ok=True)
    tell("customers and network", 0.0)
    who = customers.draw(options.deliveries, options.seed)
    _write_master(folder, who, options.seed)
    by_hand, booked, dealt, came = [], [], [], []
    for number, this in enumerate(QUARTERS):
        tell(f"deliveries of {this.name}", 0.05 + 0.9 * number / len(QUARTERS))
        frame = quarter(who, options, number)
        by_hand.append(_write_quarter(folder, frame, options, number))
        booked.append(_write_costs(folder, frame, options.seed, number))
        dealt += trials.draw(frame, number)
        came.append(forecasts.daily(frame, this))
    _write_experiments(folder, dealt)
    _write_plans(folder, forecasts.tables(came, forecasts.zone_shares(frame), options))
    tell("manual entries", 0.95)
    entries = pl.concat(by_hand)
    path = folder / "tms_manual_entries.csv"
    manual.write(path, entries, options.deliveries, options.seed)
    ledger = finance.ledger(booked, null=options.null)
    ledger.write_csv(folder / "finance_ledger.csv", separator=";")
    tell("sample written", 1.0)


def _write_quarter(
    folder: Path, frame: pl.DataFrame, options: Options, number: int
) -> pl.DataFrame:
    """Write what a quarter adds; return the entries that were keyed by hand."""
    _write_around(folder, frame, options, number)
    by_hand = manual.chosen(frame, options.seed, number)
    shipments = dialect.tms(frame)
    shipments.filter(~by_hand).write_parquet(
        folder / f"tms_shipments_{QUARTERS[number].name}.parquet",
        compression="zstd",
        row_group_size=ROWS_PER_GROUP,
    )
    return shipments.filter(by_hand)


def _write_around(folder: Path, frame: pl.DataFrame, options: Options, number: int) -> None:
    """Write the promise changes, attempts, surveys and contacts of a quarter's deliveries."""
    changes = promises.draw(frame, options.seed, number, null=options.null)
    changes = dialect.iso(changes, "changed", "new_from", "new_by")
    _append(folder / "tms_promise_changes.csv", changes, first=number == 0)
    seen = evidence.events(frame, options.seed, number, null=options.null)
    seen = dialect.iso(seen, "happened", "received")
    _append(folder / "tms_attempt_events.csv", seen, first=number == 0)
    replies = surveys.draw(frame, options.seed, number)
    if number == len(QUARTERS) - 1:
        wrong = dirty_rows(options.deliveries)["out_of_range:rating"]
        replies = pl.concat([replies, surveys.too_high(replies, wrong, options.seed)])
    replies = dialect.iso(replies, "sent", "answered").with_row_index("row")
    replies = replies.with_columns(row=dialect.numbered(f"S{number + 1}", "row", 7)).rename(
        {"row": "survey_no"}
    )
    _append(folder / "survey_tool_responses.csv", replies, first=number == 0)
    tickets = contacts.draw(frame, options.seed, number, null=options.null)
    tickets = tickets.with_row_index("ticket")
    tickets = tickets.with_columns(ticket=dialect.numbered(f"T{number + 1}", "ticket", 7))
    _append(folder / "contact_centre_tickets.csv", tickets, first=number == 0, separator="|")


def _write_costs(folder: Path, frame: pl.DataFrame, seed: int, number: int) -> pl.DataFrame:
    """Write a quarter's routes and bookings; return what its ledger adds up."""
    bookings = finance.bookings(frame, seed, number)
    first = number == 0
    _append(folder / "tms_tours.csv", fleet.routes(frame, seed, number), first=first)
    _append(folder / "finance_bookings.csv", bookings, first=first)
    return finance.monthly(frame, bookings)


def _write_experiments(folder: Path, dealt: list[trials.Dealt]) -> None:
    """Write the experiment platform's list, and who is in which arm."""
    listed = pl.DataFrame([one.experiment for one in dealt], infer_schema_length=None)
    listed.sort("first_day").write_csv(folder / "experiment_platform_tests.csv")
    buckets = pl.concat([one.assignments for one in dealt])
    buckets.write_parquet(
        folder / "experiment_platform_buckets.parquet",
        compression="zstd",
        row_group_size=ROWS_PER_GROUP,
    )


def _write_plans(folder: Path, plans: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    said, capacity = plans
    said.write_parquet(folder / "planning_forecasts.parquet", compression="zstd")
    capacity.write_csv(folder / "planning_capacity.csv")


def _append(path: Path, frame: pl.DataFrame, *, first: bool, separator: str = ",") -> None:
    with path.open("wb" if first else "ab") as file:
        frame.write_csv(file, include_header=first, separator=separator)


def _write_master(folder: Path, who: customers.Customers, seed: int) -> None:
    tables = {
        "crm_customers": master.customers(who, seed),
        "crm_segment_history": master.segment_history(who),
        "carrier_master": master.carriers(),
        "network_zones": master.network_zones(),
        "calendar": master.calendar(),
        "contract_windows": exclusions.windows(),
        "tms_export_log": dialect.export_log(),
    }
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    master.targets().write_csv(folder / "finance_targets.csv", separator=";")
