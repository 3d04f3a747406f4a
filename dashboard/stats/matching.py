"""What an event costs, from pairs of groups that are alike but for the event.

Exact strata: cases that met the event are compared with those of the same stratum that
did not. The strata's differences are weighted by their cases, so that the answer is about
the cases that happened (the effect on the treated).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from dashboard.errors import NotEnoughDataError

LEAST_MATCHED = 0.70
"""Under this share of cases with any counterpart there is no figure."""

_FEWEST_CLUSTERS = 2


@dataclass(frozen=True)
class Cell:
    """Sums over the rows of one stratum, one cluster and one side.

    Attributes:
        stratum: What makes rows alike.
        cluster: Rows that vary together, such as a week.
        met: Whether these met the event.
        rows: How many.
        total: Sum of what is compared.
    """

    stratum: str
    cluster: str
    met: bool
    rows: int
    total: float


@dataclass(frozen=True)
class Matched:
    """The matched difference.

    Attributes:
        value: Mean difference per case, met minus not met; None where too few matched.
        low, high: Confidence limits by clusters; None as value.
        p_value: Two-sided, of a difference of 0; None as value.
        cases: Rows that met the event.
        matched: Of them, with a counterpart in their stratum.
        strata: Strata that hold both sides.
        clusters: Clusters among them.
    """

    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    cases: int
    matched: int
    strata: int
    clusters: int

    @property
    def matched_share(self) -> float:
        """Share of cases with a counterpart."""
        return self.matched / self.cases


def matched_difference(cells: Sequence[Cell], *, confidence: float = 0.95) -> Matched:
    """Estimate what an event adds, per case.

    With m_s and k_s the means of a stratum's met and other rows and n_s its cases, the
    estimate is τ = Σ n_s·(m_s − k_s) / Σ n_s. Its variance comes from what each cluster
    adds to it, e_w = Σ_s [Σ met (y − k_s − τ) − n_s/N_s · Σ others (y − k_s)], N_s being
    the other rows: k/(k−1)·Σe_w²/(Σn_s)², Student's t with k − 1 degrees of freedom.

    Args:
        cells: Sums by stratum, cluster and side.
        confidence: Coverage, strictly between 0 and 1.

    Raises:
        NotEnoughDataError: Nothing met the event.
    """
    cases = sum(cell.rows for cell in cells if cell.met)
    if not cases:
        message = "no case met the event; at least one is needed"
        raise NotEnoughDataError(message)
    sides = _by_stratum(cells)
    both = {name: side for name, side in sides.items() if side[0, 0] and side[1, 0]}
    used = [cell for cell in cells if cell.stratum in both]
    matched = int(sum(side[0, 0] for side in both.values()))
    clusters = sorted({cell.cluster for cell in used})
    found = Matched(None, None, None, None, cases, matched, len(both), len(clusters))
    if matched < LEAST_MATCHED * cases or len(clusters) < _FEWEST_CLUSTERS:
        return found
    value = sum(_excess(side) * float(side[0, 0]) for side in both.values()) / matched
    influence = dict.fromkeys(clusters, 0.0)
    for cell in used:
        influence[cell.cluster] += _influence(cell, both[cell.stratum], value)
    k = len(clusters)
    squares = float(np.sum(np.square(list(influence.values()))))
    error = float(np.sqrt(k / (k - 1) * squares)) / matched
    half = float(special.stdtrit(k - 1, (1 + confidence) / 2)) * error
    p_value = _p_value(value, error, k - 1)
    limits = value - half, value + half
    return Matched(value, *limits, p_value, cases, matched, len(both), k)


def few_matched(cells: Sequence[Cell], *, confidence: float = 0.95) -> Matched:
    """Estimate the same where the event lies in few clusters, as days over capacity do.

    The variance above sees nothing of what a lone case adds, and so calls noise sure: with
    two such days in 13 weeks without any effect, in a third of all cases. Here each cluster
    is left out in turn (the jackknife) and the degrees of freedom are those of the clusters
    that hold matched cases: wide, and right.

    Args:
        cells: As `matched_difference`.
        confidence: Coverage, strictly between 0 and 1.

    Returns:
        With value and limits only where no cluster is needed for there to be a value.

    Raises:
        NotEnoughDataError: Nothing met the event.

    Reference:
        MacKinnon, Nielsen, Webb (2023), "Cluster-robust inference: a guide to empirical
        practice", on few treated clusters.
    """
    found = matched_difference(cells, confidence=confidence)
    sides = _by_stratum(cells)
    used = [c for c in cells if sides[c.stratum][0, 0] and sides[c.stratum][1, 0]]
    clusters = {cell.cluster for cell in used}
    left = [_value([c for c in used if c.cluster != gone]) for gone in clusters]
    known = [one for one in left if one is not None]
    with_cases = len({cell.cluster for cell in used if cell.met})
    if found.value is None or len(known) < len(left) or with_cases < _FEWEST_CLUSTERS:
        return replace(found, value=None, low=None, high=None, p_value=None)
    spread = float(np.sum((np.array(known) - found.value) ** 2))
    error = float(np.sqrt((len(clusters) - 1) / len(clusters) * spread))
    half = float(special.stdtrit(with_cases - 1, (1 + confidence) / 2)) * error
    limits = {"low": found.value - half, "high": found.value + half}
    return replace(found, **limits, p_value=_p_value(found.value, error, with_cases - 1))


def _value(cells: Sequence[Cell]) -> float | None:
    """The matched difference; None without any stratum of both sides."""
    sides = [side for side in _by_stratum(cells).values() if side[0, 0] and side[1, 0]]
    cases = sum(float(side[0, 0]) for side in sides)
    return sum(_excess(side) * float(side[0, 0]) for side in sides) / cases if sides else None


def _p_value(value: float, error: float, freedom: int) -> float:
    if error == 0:
        return 1.0 if value == 0 else 0.0
    return float(2 * special.stdtr(freedom, -abs(value) / error))


def _by_stratum(cells: Sequence[Cell]) -> dict[str, np.ndarray]:
    """Rows and total by stratum: (2, 2), met first."""
    sides: dict[str, np.ndarray] = {}
    for cell in cells:
        side = sides.setdefault(cell.stratum, np.zeros((2, 2)))
        side[0 if cell.met else 1] += (cell.rows, cell.total)
    return sides


def _excess(side: np.ndarray) -> float:
    return float(side[0, 1] / side[0, 0] - side[1, 1] / side[1, 0])


def _influence(cell: Cell, side: np.ndarray, value: float) -> float:
    """How far a cell's rows pull the sum of all differences."""
    (cases, _), (others, kept) = side
    if cell.met:
        return cell.total - cell.rows * (kept / others + value)
    return -(cases / others) * (cell.total - cell.rows * kept / others)
