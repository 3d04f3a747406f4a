"""What came in, what was refused, how fresh is it, and what does it do to the figures?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from dashboard.errors import AccessError
from dashboard.scope import Scope
from dashboard.stats.quantiles import quantile
from dashboard.warehouse import Coverage, Manifest, Reader

Kind = Literal["refused", "warning"]

HEADLINE = "on_time_rate"
_LEAST_SAID = 0.1


@dataclass(frozen=True)
class Effect:
    """What a rule does to the on-time rate.

    Attributes:
        kind: 'refused' rows are in no figure, rows with a 'warning' in every one.
        rule: Its code.
        deliveries: Rows that met it, whatever other rules they met.
        due, on_time: Of them, as far as they can be read.
        rate: On-time rate as it is printed everywhere; None without any due delivery.
        otherwise: The rate with refused rows counted, or without the doubtful ones.
    """

    kind: Kind
    rule: str
    deliveries: int
    due: int
    on_time: int
    rate: float | None
    otherwise: float | None


@dataclass(frozen=True)
class Quality:
    """The Data quality page.

    Attributes:
        message: The finding, as the page's title.
        effects: One per kind and rule that any delivery met, the most frequent first.
        coverage: One per contract table that holds any row.
        unused: Optional columns of `deliveries` that no row holds.
    """

    message: str
    manifest: Manifest
    effects: tuple[Effect, ...]
    coverage: tuple[Coverage, ...]
    unused: tuple[str, ...]


def quality(reader: Reader) -> Quality:
    """Account for the snapshot's import; it covers the whole of it, whatever the filters."""
    manifest = reader.manifest
    tables = [name for name in reader.catalog.contract if reader.shows(name)]
    covered = [found for found in map(reader.coverage, tables) if found.rows]
    effects = tuple(sorted(_effects(reader), key=lambda one: (-one.deliveries, one.rule)))
    held = next((one.held for one in covered if one.table == "deliveries"), {})
    return Quality(
        message=_message(manifest, effects),
        manifest=manifest,
        effects=effects,
        coverage=tuple(covered),
        unused=tuple(name for name, rows in held.items() if not rows),
    )


def carrier_data(reader: Reader, scope: Scope) -> pl.DataFrame:
    """How complete each carrier's data is, and how late its messages come.

    Returns:
        The columns of the report carrier_data, and p99_minutes: the 99 % quantile of
        recorded_at less occurred_at over the 28 days before the as_of; null where events
        or their recording times are not known.
    """
    found = reader.report("carrier_data", scope)
    delays = {
        str(carrier): quantile(rows["minutes"].to_list(), rows["events"].to_list(), 0.99)
        for (carrier,), rows in reader.report("event_latency", scope).group_by(
            "carrier", maintain_order=True
        )
    }
    minutes = pl.Series("p99_minutes", [delays.get(c) for c in found["carrier"]], pl.Int64)
    return found.with_columns(minutes)


def quarantined(reader: Reader) -> pl.DataFrame:
    """Every refused row, as the report quarantine lists it."""
    return reader.report("quarantine", Scope())


def _effects(reader: Reader) -> Iterator[Effect]:
    try:
        found = reader.report("rule_effects", Scope())
    except AccessError:
        return
    headline = reader.roll_up((HEADLINE,), (), Scope())
    kept, due = (int(headline[part].sum()) for part in ("numerator", "denominator"))
    counts: dict[tuple[Kind, str], Counter[str]] = {}
    for row in found.iter_rows(named=True):
        for rule in row["rules"].split(", "):
            own = counts.setdefault((row["kind"], rule), Counter())
            own.update({part: int(row[part]) for part in ("deliveries", "due", "on_time")})
    for (kind, rule), own in counts.items():
        sign = 1 if kind == "refused" else -1
        yield Effect(
            kind,
            rule,
            own["deliveries"],
            own["due"],
            own["on_time"],
            _share(kept, due),
            _share(kept + sign * own["on_time"], due + sign * own["due"]),
        )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _message(manifest: Manifest, effects: Iterable[Effect]) -> str:
    """The finding: how much was refused, and the most it could move the on-time rate."""
    malformed = sum(file.malformed for file in manifest.sources)
    refused = sum(table.quarantined for table in manifest.tables) + malformed
    given = sum(table.rows for table in manifest.tables) + malformed
    if not refused:
        return f"All {given:,} rows of the last import were accepted"
    moves = [
        abs(one.otherwise - one.rate)
        for one in effects
        if one.otherwise is not None and one.rate is not None and one.kind == "refused"
    ]
    said = f"{refused:,} of {given:,} rows of the last import were refused"
    if not moves:
        return said
    points = 100 * max(moves)
    if points < _LEAST_SAID:
        return f"{said}; no rule moves the on-time rate by as much as {_LEAST_SAID} points"
    return f"{said}; no rule moves the on-time rate by more than {points:.1f} points"


def reasons_of(counts: Mapping[str, int]) -> str:
    """Codes with their counts, in words."""
    return ", ".join(f"{code} {count:,}" for code, count in counts.items())
