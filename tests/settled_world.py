"""A few deliveries of Kestrel whose settlement can be worked out by hand."""

from datetime import datetime
from pathlib import Path

from dashboard.contracts import Contract
from dashboard.warehouse import ImportOptions, Warehouse
from tests import kestrel
from tests.conftest import IMPORT_TIME
from tests.rows import Row, delivery, write_csv

AS_OF = datetime(2026, 10, 31)  # noqa: DTZ001  (the warehouse's moments are naive UTC)
STORM = {
    "name": "storm-2026-08",
    "starts_at": "2026-08-10 00:00:00",
    "ends_at": "2026-08-12 00:00:00",
}
OT_1 = """
id = "OT-1"
kind = "linear"
metric = "on_time_attempt_rate"
grace_minutes = 15
segment = ["Premium"]
target = "0.95"
step = "0.01"
amount = {percent_of_fee = "1"}
exclusions = ["storm-2026-08"]
excused = ["wrong_address"]
need_evidence = true
"""
CR_1 = """
id = "CR-1"
kind = "per_delivery"
condition = "lateness_minutes > 1440"
amount = {money = "4.00"}
cap = {per_delivery = "carrier_charge"}
"""
MV_1 = """
id = "MV-1"
kind = "min_volume"
committed = 25
amount = {money = "1.10"}
"""

TEXT = kestrel.TERMS.replace("Europe/Berlin", "UTC").replace(
    'contract_cap = {percent_of_fee = "5"}', ""
) + "".join(f"[[clause]]\n{one}" for one in (OT_1, CR_1, MV_1))
"""The contract that the world is settled by."""


def contract(*clauses: str) -> Contract:
    found = kestrel.with_clauses(*(clauses or (OT_1, CR_1, MV_1)))
    terms = found.contract.model_copy(update={"timezone": "UTC"})
    return found.model_copy(update={"contract": terms})


def parcel(name: str, day: str = "2026-07-06", hour: str = "10:00", **changes: object) -> Row:
    """A Premium delivery of Kestrel, promised by noon, charged 5.00."""
    return delivery(
        name,
        **{
            "carrier": "Kestrel",
            "segment": "Premium",
            "ordered_at": f"{day} 06:00:00",
            "handed_over_at": f"{day} 07:00:00",
            "promised_by": f"{day} 12:00:00",
            "delivered_at": f"{day} {hour}:00",
            "carrier_charge": "5.00",
            "failure_reason": None,
        }
        | changes,
    )


def world() -> dict[str, list[Row]]:
    """20 kept, 1 within grace, 3 late, 1 late in the storm, 1 excused with evidence, 1 without."""
    deliveries = [
        *(parcel(f"kept-{n}") for n in range(20)),
        parcel("grace", hour="12:15"),
        parcel("late-1", hour="12:16"),
        parcel("late-2", hour="18:00"),
        parcel("day-late", delivered_at="2026-07-07 12:01:00", carrier_charge="3.00"),
        parcel("storm", "2026-08-11", hour="18:00"),
        parcel("excused", hour="18:00", failure_reason="wrong_address"),
        parcel("claimed", hour="18:00", failure_reason="wrong_address"),
        parcel("other-segment", hour="18:00", segment="Standard"),
        parcel("other-carrier", hour="18:00", carrier="Heron"),
        *(parcel(f"next-{n}", "2026-10-05") for n in range(10)),
        parcel("young", "2026-10-25"),
    ]
    event = {
        "delivery_id": "excused",
        "kind": "attempt",
        "occurred_at": "2026-07-06 11:00:00",
        "evidence": "photo-1",
    }
    return {"deliveries": deliveries, "events": [event], "exclusion_windows": [STORM]}


def import_world(folder: Path) -> Path:
    """Import the world into a warehouse of the folder, and say where that is."""
    files = folder / "files"
    files.mkdir()
    for name, rows in world().items():
        write_csv(files / f"{name}.csv", rows)
    warehouse = Warehouse(folder / "warehouse")
    warehouse.import_folder(files, ImportOptions("doorstep", AS_OF, IMPORT_TIME))
    return warehouse.path
