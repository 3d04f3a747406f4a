"""A small export of another system, to try bringing own data on.

All that makes such files strange is in it: own column names, latin-1, semicolons, decimal
commas, days before months, promises that are days, a status of its own, weights in grams,
remarks over two lines, and a column "Pünktlich" whose 1 means late.
"""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from .chance import pick, stream

ROWS: Final = 6_000
NAME: Final = "Sendungen_2025.csv"
FIRST: Final = datetime(2025, 4, 1, 6)  # noqa: DTZ001  (local times, as such exports have)
DAYS: Final = 183
HEADER: Final = (
    "Sendungs-Nr.",
    "Kunden-Nr.",
    "Kundengruppe",
    "Frachtführer",
    "PLZ",
    "Bestellt am",
    "Zugesagt bis",
    "Zugestellt am",
    "Status",
    "Versuche",
    "Gewicht (g)",
    "Frachtkosten",
    "Pünktlich",
    "Sachbearbeiter",
    "Bemerkung",
)
GROUPS: Final = ("Privat", "Gewerbe", "Großkunde")
CARRIERS: Final = ("Müritz Kurier", "Föhr Express", "Eigene Flotte")
HOURS: Final = (44, 49, 40)
STATUSES: Final = ("Zugestellt", "Unterwegs", "Verloren", "Annahme verweigert", "Storniert")
WEIGHTS: Final = (0.93, 0.02, 0.005, 0.03, 0.015)
REMARKS: Final = ("", "", "", "Tür klemmt;\nHintereingang", 'Klingel "Süd"')
MINUTES: Final = 60


def write_export(folder: Path) -> Path:
    """Write the export into a folder; the same bytes every time.

    Returns:
        The file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    with path.open("w", encoding="latin-1", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(_records())
    return path


def _records() -> list[list[str]]:
    rng = stream(1, "export")
    carriers = pick(rng, (0.5, 0.3, 0.2), ROWS)
    statuses = pick(rng, WEIGHTS, ROWS)
    ordered = rng.integers(0, DAYS * 24 * MINUTES, ROWS)
    hours = rng.gamma(9, 1 / 9, ROWS)
    groups, remarks = rng.integers(0, len(GROUPS), ROWS), rng.integers(0, len(REMARKS), ROWS)
    customers, postcodes = rng.integers(1, 400, ROWS), rng.integers(1000, 19_999, ROWS)
    grams, cents = rng.integers(120, 25_000, ROWS), rng.integers(340, 1_900, ROWS)
    found = []
    for at in range(ROWS):
        start = FIRST + timedelta(minutes=int(ordered[at]))
        arrived = start + timedelta(hours=float(hours[at] * HOURS[carriers[at]]))
        promised = start.date() + timedelta(days=2)
        status = STATUSES[statuses[at]]
        is_there = status == "Zugestellt"
        found.append(
            [
                f"DE{at + 1:06}",
                f"K-{customers[at]:04}",
                GROUPS[groups[at]],
                CARRIERS[carriers[at]],
                f"{postcodes[at]:05}",
                f"{start:%d.%m.%Y %H:%M}",
                f"{promised:%d.%m.%Y}",
                f"{arrived:%d.%m.%Y %H:%M}" if is_there else "",
                status,
                "2" if status == "Annahme verweigert" else "1",
                str(grams[at]),
                f"{cents[at] / 100:.2f}".replace(".", ","),
                "0" if is_there and arrived.date() <= promised else "1",
                ("Jäger", "Thoß", "Anders")[at % 3],
                REMARKS[remarks[at]],
            ]
        )
    return found
