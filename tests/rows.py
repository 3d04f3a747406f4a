"""Small hand-made rows in the shape of the contract."""

import csv
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from dashboard.scope import Period

Row = Mapping[str, object]


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write rows with the union of their columns."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def delivery(delivery_id: str, **changes: object) -> dict[str, object]:
    """A delivery that was kept, changed where a test needs it."""
    row: dict[str, object] = {
        "delivery_id": delivery_id,
        "carrier": "Wren",
        "segment": "Standard",
        "ordered_at": "2026-03-02 08:00:00",
        "delivered_at": "2026-03-03 10:00:00",
        "promised_by": "2026-03-03 12:00:00",
        "status": "delivered",
    }
    row |= changes
    return {name: value for name, value in row.items() if value is not None}


def daily(period: Period, kept: int, late: int = 0, **changes: object) -> list[Row]:
    """So many kept and late deliveries on each day of a period, noon being the promise."""
    mark = "-".join(str(value) for value in changes.values())
    return [
        delivery(
            f"{mark}-{day}-{n}",
            ordered_at=f"{day - timedelta(days=1)} 08:00:00",
            promised_by=f"{day} 12:00:00",
            delivered_at=f"{day} {'10' if n < kept else '14'}:00:00",
            **changes,
        )
        for day in (period.start + timedelta(days=at) for at in range(period.days))
        for n in range(kept + late)
    ]
