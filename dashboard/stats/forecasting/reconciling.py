"""Make forecasts of segments, zones and their total add up (MinTrace)."""

from typing import TypeAlias

import numpy as np
from scipy.optimize import nnls

from dashboard.errors import NotEnoughDataError

Array: TypeAlias = np.ndarray


def summing_matrix(bottom: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], Array]:
    """How the nodes of crossed dimensions add up.

    Args:
        bottom: The finest nodes, each the values of its dimensions: ('Premium', 'Z01').

    Returns:
        All nodes: the finest ones, then the values of each dimension alone (the other left
        empty), then the total (all empty); and the matrix of nodes by finest nodes, 0 or 1.
    """
    dimensions = len(bottom[0]) if bottom else 0
    nodes = list(bottom)
    for at in range(dimensions if dimensions > 1 else 0):
        values = dict.fromkeys(node[at] for node in bottom)
        nodes += [tuple(v if i == at else "" for i in range(dimensions)) for v in values]
    nodes.append(("",) * dimensions)
    rows = [
        [all(part in ("", own) for part, own in zip(node, leaf, strict=True)) for leaf in bottom]
        for node in nodes
    ]
    return nodes, np.array(rows, float)


def structural_variance(summing: Array) -> Array:
    """Variances for MinTrace where none are known: as many as finest nodes are in a sum."""
    return np.asarray(summing, float).sum(axis=1)


def reconcile(base: Array, summing: Array, variance: Array | None = None) -> Array:
    """Change forecasts as little as possible so that they add up.

    The weighted least-squares solution S(S′W⁻¹S)⁻¹S′W⁻¹ŷ: nodes that are known well move
    least. Where it would make a finest node negative, the least-squares solution without
    negative nodes is taken.

    Args:
        base: Forecast per node, shape (nodes,).
        summing: Nodes by finest nodes, 0 or 1.
        variance: Of each node's errors, above 0; None weighs all nodes alike.

    Returns:
        Shape (nodes,), adding up exactly.

    Raises:
        NotEnoughDataError: A forecast is missing, or a variance is not above 0.

    Reference:
        Wickramasuriya, Athanasopoulos, Hyndman (2019), "Optimal forecast reconciliation for
        hierarchical and grouped time series through trace minimization".
    """
    y, s = np.asarray(base, float), np.asarray(summing, float)
    w = np.ones(len(y)) if variance is None else np.asarray(variance, float)
    if y.shape != (len(s),) or not np.all(np.isfinite(y)):
        message = f"{int(np.sum(np.isfinite(y)))} forecasts for {len(s)} nodes; each needs one"
        raise NotEnoughDataError(message)
    if w.shape != y.shape or not np.all(np.isfinite(w) & (w > 0)):
        message = "a node has no variance above 0; each needs one, or leave them all out"
        raise NotEnoughDataError(message)
    weight = 1 / np.sqrt(w)
    left, right = s * weight[:, None], y * weight
    bottom = np.linalg.solve(left.T @ left, left.T @ right)  # regular: finest nodes are in it
    if np.any(bottom < 0):
        bottom = nnls(left, right)[0]
    return s @ bottom
