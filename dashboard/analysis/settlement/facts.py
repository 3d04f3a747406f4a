"""What each clause of a contract stands on, counted from the deliveries."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from dashboard.analysis.settlement.periods import Labelled, periods_of, rows_before
from dashboard.analysis.settlement.rows import COUNTS, Deliveries, marked, meets
from dashboard.contracts import Clause, Consecutive, Contract, MinVolume, PerDelivery, Rate
from dashboard.scope import Period, Quarter
from dashboard.stats.settlement import Charged, Counts, Facts, QuarterFacts


def facts_of_quarter(
    deliveries: Deliveries, contract: Contract, quarter: Quarter, year_start: int = 1
) -> QuarterFacts:
    """Count what the clauses of a contract stand on.

    Args:
        deliveries: Those of the quarter, and of the periods before that a clause looks at.
        contract: Its clauses.
        quarter: Which quarter.
        year_start: Month in which quarter 1 begins.
    """
    period = quarter.period(year_start)
    own = {
        clause.id: list(periods_of(clause, quarter, year_start))
        for clause in contract.clauses
        if not isinstance(clause, Consecutive)
    }
    due = deliveries.frame.filter(
        "is_settled", pl.col("promised_date").is_between(period.start, period.end)
    )
    return QuarterFacts(
        quarter=quarter.key,
        periods=facts_of(deliveries, contract, own),
        before=facts_of(deliveries, contract, rows_before(contract, quarter, year_start)),
        fee=_money(due["fee"].sum()),
    )


def facts_of(
    deliveries: Deliveries,
    contract: Contract,
    wanted: Mapping[str, Sequence[Labelled]],
) -> dict[str, tuple[Facts, ...]]:
    """The facts of some clauses, by clause.

    Args:
        deliveries: Those of all the periods.
        contract: The clauses.
        wanted: By clause, its periods with their labels.
    """
    found = {}
    for name, periods in wanted.items():
        clause = contract.named(name)
        asked = marked(deliveries, clause).filter(_within(periods)).select(*_counted(clause))
        rows = asked.collect()
        against = _missed_elsewhere(deliveries, contract, clause, wanted)
        found[name] = tuple(
            _facts(clause, label, period, rows, against) for label, period in periods
        )
    return found


def _counted(clause: Clause) -> Iterator[str]:
    """The columns that a clause's facts are counted from."""
    yield from ("promised_date", "state", "fee")
    if isinstance(clause, Rate):
        yield clause.metric
    if isinstance(clause, PerDelivery):
        yield from dict.fromkeys(("delivery_id", "charge", clause.condition.column))


def _within(periods: Sequence[Labelled]) -> pl.Expr:
    """Whether a promise fell due in some periods or on a day between."""
    days = [day for _, period in periods for day in (period.start, period.end)]
    if not days:
        return pl.lit(value=False)
    return pl.col("promised_date").is_between(min(days), max(days))


def _facts(
    clause: Clause, label: str, period: Period, rows: pl.DataFrame, against: pl.DataFrame | None
) -> Facts:
    own = rows.filter(pl.col("promised_date").is_between(period.start, period.end))
    states = dict(own["state"].value_counts().iter_rows())
    counting = own.filter(pl.col("state").is_in([*COUNTS, "counts"]))
    raw = own.filter(pl.col("state") != "immature")
    return Facts(
        label=label,
        period=period,
        counts=Counts(states.get("kept", 0), sum(states.get(one, 0) for one in COUNTS)),
        raw=_raw(clause, raw),
        excluded=states.get("excluded", 0),
        excused=states.get("excused", 0),
        disputed=states.get("disputed", 0),
        immature=states.get("immature", 0),
        fee=_money(counting["fee"].sum()),
        clusters=tuple(_clusters(clause, counting)),
        charged=tuple(_charged(clause, counting, against)),
        handed_over=counting.height if isinstance(clause, MinVolume) else 0,
    )


def _raw(clause: Clause, rows: pl.DataFrame) -> Counts:
    if not isinstance(clause, Rate):
        return Counts(0, rows.height)
    return Counts(int(rows.select(pl.col(clause.metric).sum()).item() or 0), rows.height)


def _clusters(clause: Clause, rows: pl.DataFrame) -> Iterator[Counts]:
    if not isinstance(clause, Rate) or clause.interval_rule.kind == "none":
        return
    day = pl.col("promised_date")
    cluster = day if clause.interval_rule.cluster == "day" else day.dt.truncate("1w")
    kept = (pl.col("state") == "kept").sum().alias("kept")
    found = rows.group_by(cluster.alias("cluster")).agg(kept, pl.len()).sort("cluster")
    for _, n, d in found.iter_rows():
        yield Counts(n, d)


def _charged(
    clause: Clause, rows: pl.DataFrame, against: pl.DataFrame | None
) -> Iterator[Charged]:
    if not isinstance(clause, PerDelivery):
        return
    found = rows.filter(meets(clause)).select("delivery_id", "charge")
    if against is None:
        found = found.with_columns(missed_in=pl.lit([], pl.List(pl.String)))
    else:
        found = found.join(against, on="delivery_id", how="left")
    alike = found.group_by("charge", "missed_in").len().sort("charge", "missed_in")
    for charge, missed_in, deliveries in alike.iter_rows():
        pairs = frozenset(tuple(one.split("|", 1)) for one in missed_in or ())
        yield Charged(charge, deliveries, pairs)


def _missed_elsewhere(
    deliveries: Deliveries,
    contract: Contract,
    clause: Clause,
    wanted: Mapping[str, Sequence[Labelled]],
) -> pl.DataFrame | None:
    """By delivery, the clauses and periods that may fine it, where credits must know."""
    if not isinstance(clause, PerDelivery) or not clause.not_with:
        return None
    parts = []
    for name in clause.not_with:
        asked = marked(deliveries, contract.named(name)).filter(pl.col("state") == "missed")
        missed = asked.select("delivery_id", "promised_date").collect()
        for label, period in wanted[name]:
            own = missed.filter(pl.col("promised_date").is_between(period.start, period.end))
            parts.append(own.select("delivery_id", missed_in=pl.lit(f"{name}|{label}")))
    return pl.concat(parts).group_by("delivery_id").agg(pl.col("missed_in").sort())


def _money(total: object) -> Decimal:
    """A sum of money; nothing to sum is 0."""
    return total if isinstance(total, Decimal) else Decimal(0)
