"""Shares whose cases come in clusters: how alike those of one cluster are, and draws of them."""

import numpy as np

from dashboard.errors import NotEnoughDataError
from dashboard.stats.periods import Array

MOST_ALIKE = 0.5
_FEWEST = 2


def intraclass(kept: Array, sizes: Array) -> float:
    """Correlation of two cases of the same cluster, by the analysis of variance.

    Args:
        kept: Per cluster.
        sizes: Cases per cluster, at least 1.

    Returns:
        Clipped to 0 … 0.5.

    Raises:
        NotEnoughDataError: Fewer than two clusters, or no cluster of several cases.

    Reference:
        Ridout, Demétrio, Firth (1999), "Estimating intraclass correlation for binary data".
    """
    k, m = np.asarray(kept, float), np.asarray(sizes, float)
    clusters, total = len(m), m.sum()
    if clusters < _FEWEST or total <= clusters:
        message = f"{total:.0f} cases in {clusters} clusters; some clusters must hold several"
        raise NotEnoughDataError(message)
    share, whole = k / m, k.sum() / total
    between = float((m * (share - whole) ** 2).sum()) / (clusters - 1)
    within = float((m * share * (1 - share)).sum()) / (total - clusters)
    typical = (total - (m**2).sum() / total) / (clusters - 1)
    spread = between + (typical - 1) * within
    return float(np.clip((between - within) / spread, 0.0, MOST_ALIKE)) if spread > 0 else 0.0


def draw_kept(
    rng: np.random.Generator, share: float, alike: float, sizes: Array, draws: int
) -> Array:
    """Draw how many cases of each cluster are kept, beta-binomial.

    Args:
        rng: The source of chance.
        share: True share kept.
        alike: Intraclass correlation, 0 … 0.5.
        sizes: Cases per cluster.
        draws: How often.

    Returns:
        Draws × clusters.
    """
    m = np.asarray(sizes, np.int64)
    shape = (draws, len(m))
    if alike <= 0 or not 0 < share < 1:
        return rng.binomial(np.broadcast_to(m, shape), share)
    strength = (1 - alike) / alike
    chances = rng.beta(share * strength, (1 - share) * strength, shape)
    return rng.binomial(np.broadcast_to(m, shape), chances)
