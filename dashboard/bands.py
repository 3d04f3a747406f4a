"""Bands of lateness: how far from its promise a delivery came, or that it never did.

Minutes and days are never pooled: a promise of a time and a promise of a day are kept, or
missed, by different clocks.
"""

from dataclasses import dataclass
from typing import Final, Literal

Outcome = Literal["kept", "late", "not delivered"]

OUTCOMES: Final[tuple[Outcome, ...]] = ("kept", "late", "not delivered")


@dataclass(frozen=True)
class Band:
    """One band.

    Attributes:
        name: Value of the dimension `lateness_band`.
        outcome: What became of the promise.
        minutes: First and last minute after the promise, both included; None for a
            promise of a day, and where no time is known. Open-ended: no last.
        days: The same in days, for a promise of a day.
    """

    name: str
    outcome: Outcome
    minutes: tuple[int, int | None] | None = None
    days: tuple[int, int | None] | None = None

    @property
    def middle(self) -> float | None:
        """Minutes that stand for the band; the first of an open-ended one."""
        if self.minutes is None:
            return None
        first, last = self.minutes
        return float(first) if last is None else (first + last) / 2


BANDS: Final[tuple[Band, ...]] = (
    Band("kept", "kept"),
    Band("late 01–10 min", "late", minutes=(1, 10)),
    Band("late 11–20 min", "late", minutes=(11, 20)),
    Band("late 21–30 min", "late", minutes=(21, 30)),
    Band("late 31–40 min", "late", minutes=(31, 40)),
    Band("late 41–50 min", "late", minutes=(41, 50)),
    Band("late 51–60 min", "late", minutes=(51, 60)),
    Band("late 1–2 h", "late", minutes=(61, 120)),
    Band("late 2–4 h", "late", minutes=(121, 240)),
    Band("late over 4 h", "late", minutes=(241, None)),
    Band("late 1 day", "late", days=(1, 1)),
    Band("late 2–3 days", "late", days=(2, 3)),
    Band("late 4–7 days", "late", days=(4, 7)),
    Band("late over 7 days", "late", days=(8, None)),
    Band("late, time unknown", "late"),
    Band("not delivered", "not delivered"),
)
"""Every band, in the order people read them."""

OUTCOME_OF: Final = {band.name: band.outcome for band in BANDS}


def band_sql() -> str:
    """SQL of the band, from the columns kept, arrived, minutes and days."""
    cases = ["when kept then 'kept'", "when not arrived then 'not delivered'"]
    for band in BANDS:
        for column, limits in (("minutes", band.minutes), ("days", band.days)):
            # Bands ascend, so that the first one whose end is not passed is the right one.
            if limits and limits[1] is not None:
                cases.append(f"when {column} <= {limits[1]} then '{band.name}'")
            elif limits:
                cases.append(f"when {column} >= {limits[0]} then '{band.name}'")
    return f"case {' '.join(cases)} else 'late, time unknown' end"
