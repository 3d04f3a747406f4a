"""Quantiles of counted values."""

from collections.abc import Sequence


def quantile(values: Sequence[int | None], counts: Sequence[int], share: float) -> int | None:
    """The smallest value that at least a share of all do not exceed.

    Args:
        values: Distinct, ascending; None may stand last and ranks after every number.
        counts: How often each occurs.
        share: Between 0 and 1.

    Returns:
        A value, exact; None where the quantile lies among those without a number.

    Raises:
        ValueError: Nothing was counted.
    """
    total = sum(counts)
    if not total:
        message = "no values were counted"
        raise ValueError(message)
    reached = 0
    for value, count in zip(values, counts, strict=True):
        reached += count
        if reached >= share * total:
            return value
    return values[-1]
