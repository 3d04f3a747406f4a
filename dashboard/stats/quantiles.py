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


def tightest_window(
    values: Sequence[int | None], counts: Sequence[int], share: float
) -> tuple[int, int] | None:
    """The shortest stretch of values that holds a share of all.

    Args:
        values: Distinct, ascending; None may stand last: a case inside no stretch.
        counts: How often each occurs.
        share: Above 0, at most 1.

    Returns:
        Its first and last value, the earliest of equally short ones; None where too many
        cases have no value.

    Raises:
        ValueError: Nothing was counted.
    """
    total = sum(counts)
    if not total:
        message = "no values were counted"
        raise ValueError(message)
    found: tuple[int, int] | None = None
    first, held = 0, 0
    for last, count in zip(values, counts, strict=True):
        if last is None:
            break
        held += count
        while held - counts[first] >= share * total:
            held -= counts[first]
            first += 1
        start = values[first]
        wider = found is not None and start is not None and found[1] - found[0] <= last - start
        if held >= share * total and start is not None and not wider:
            found = (start, last)
    return found
