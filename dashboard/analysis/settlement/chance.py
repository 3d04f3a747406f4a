"""How likely is a carrier of a given true share to be fined in a quarter, by each clause?"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import polars as pl

from dashboard.analysis.settlement.facts import facts_of
from dashboard.analysis.settlement.periods import Labelled, periods_of
from dashboard.analysis.settlement.rows import COUNTS, Deliveries, marked
from dashboard.contracts import Contract, EarnBack, Incentive, Rate, Tier
from dashboard.errors import NotEnoughDataError
from dashboard.scope import Quarter
from dashboard.stats.clusters import draw_kept, intraclass
from dashboard.stats.settlement import Counts, Facts, line_amount

DRAWS = 500
_SEED = 20_261_001
_STEPS = tuple(Fraction(points, 100) for points in (-3, -2, -1, 0, 1, 2, 3))


@dataclass(frozen=True)
class Chance:
    """How likely a fine is.

    Attributes:
        clause: Which.
        truth: The carrier's true share.
        fined: Share of drawn quarters in which the clause fined at least one period.
        alike: Intraclass correlation of the deliveries of one route and day.
        deliveries, clusters: What a drawn quarter is made of.
    """

    clause: str
    truth: Fraction
    fined: float
    alike: float
    deliveries: int
    clusters: int


@dataclass(frozen=True, eq=False)
class _Routes:
    """A clause's deliveries by route and day.

    Attributes:
        frame: promised_date, kept, size per cluster.
        alike: Their intraclass correlation.
    """

    frame: pl.DataFrame
    alike: float


def truths_around(*contracts: Contract) -> dict[str, frozenset[Fraction]]:
    """True shares worth asking about, by clause that fines a share: around its targets."""
    found: dict[str, frozenset[Fraction]] = {}
    for clause in (one for contract in contracts for one in contract.clauses):
        if isinstance(clause, Rate) and not isinstance(clause, (EarnBack, Incentive)):
            near = frozenset(_target(clause) + step for step in _STEPS)
            found[clause.id] = found.get(clause.id, frozenset()) | near
    return found


def fine_chances(
    deliveries: Deliveries,
    contract: Contract,
    quarter: Quarter,
    year_start: int,
    truths: Mapping[str, frozenset[Fraction]],
) -> tuple[Chance, ...]:
    """Draw quarters like one that was, for carriers of given true shares.

    Args:
        deliveries: Those of the quarter: how many there were on each route and day, and how
            much alike those of a route and day turned out.
        contract: Its clauses on shares; bonuses are no fines.
        quarter: Which.
        year_start: Month in which quarter 1 begins.
        truths: True shares by clause; those outside 0 to 1 are passed over.

    Returns:
        By clause and true share. A clause with too few deliveries to draw from is left out.
    """
    found: list[Chance] = []
    for clause in contract.clauses:
        if not isinstance(clause, Rate) or clause.id not in truths:
            continue
        periods = list(periods_of(clause, quarter, year_start))
        try:
            routes = _routes(deliveries, clause, periods)
        except NotEnoughDataError:
            continue
        facts = facts_of(deliveries, contract, {clause.id: periods})[clause.id]
        found += _drawn(clause, facts, routes, sorted(truths[clause.id]))
    return tuple(found)


def _drawn(
    clause: Rate, facts: Sequence[Facts], routes: _Routes, truths: Sequence[Fraction]
) -> Iterator[Chance]:
    rng = np.random.default_rng([_SEED, zlib.crc32(clause.id.encode())])
    sizes = routes.frame["size"].to_numpy()
    for truth in truths:
        if not 0 <= truth <= 1:
            continue
        kept = draw_kept(rng, float(truth), routes.alike, sizes, DRAWS)
        fined = np.zeros(DRAWS, bool)
        for one in facts:
            fined |= _fined(clause, one, routes.frame, kept)
        yield Chance(
            clause.id, truth, float(fined.mean()), routes.alike, int(sizes.sum()), len(sizes)
        )


def _fined(clause: Rate, facts: Facts, frame: pl.DataFrame, kept: np.ndarray) -> np.ndarray:
    """Per draw, whether the clause fines one period."""
    start, end = facts.period.start, facts.period.end
    here = frame["promised_date"].is_between(start, end).to_numpy()
    own, sizes = kept[:, here], frame["size"].to_numpy()[here]
    week = frame["promised_date"].dt.truncate(_cluster(clause)).to_numpy()[here]
    _, place = np.unique(week, return_inverse=True)
    weeks = int(place.max()) + 1 if len(place) else 0
    member = (place[:, None] == np.arange(weeks)).astype(np.int64)
    by_week, counted = own @ member, sizes @ member
    return np.array([
        line_amount(clause, replace(
            facts,
            counts=Counts(int(row.sum()), int(counted.sum())),
            clusters=tuple(Counts(int(k), int(n)) for k, n in zip(row, counted, strict=True)),
        )) > 0
        for row in by_week
    ])  # fmt: skip


def _cluster(clause: Rate) -> str:
    return "1d" if clause.interval_rule.cluster == "day" else "1w"


def _routes(deliveries: Deliveries, clause: Rate, periods: Sequence[Labelled]) -> _Routes:
    rows = marked(deliveries, clause).filter(pl.col("state").is_in(COUNTS))
    first, last = periods[0][1].start, periods[-1][1].end
    frame = (
        rows.filter(pl.col("promised_date").is_between(first, last))
        .group_by("promised_date", "route_id")
        .agg(kept=(pl.col("state") == "kept").sum().cast(pl.Int64), size=pl.len().cast(pl.Int64))
        .sort("promised_date", "route_id")
        .collect()
    )
    return _Routes(frame, intraclass(frame["kept"].to_numpy(), frame["size"].to_numpy()))


def _target(clause: Rate) -> Fraction:
    """Where fines begin: the target, or the lowest share of a tier that costs nothing."""
    if isinstance(clause, Tier):
        return next((one.low for one in clause.bands if one.sign <= 0), Fraction(1))
    return getattr(clause, "target", Fraction(1))
