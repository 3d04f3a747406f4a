"""How late is late? Quantiles of a distribution, those not arrived ranked last."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.figures import nothing_measured
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stats.quantiles import quantile
from dashboard.warehouse import Reader

SHARES = (0.5, 0.9, 0.95)


def quantiles(reader: Reader, name: str, by: Sequence[str], scope: Scope) -> pl.DataFrame:
    """Median, 90 % and 95 % quantile of a distribution, by group.

    Returns:
        One row per group: the dimensions, rows, without (rows without a value: not
        arrived), p50, p90, p95; a quantile is null where it lies among those without.

    Raises:
        ScopeError: No row lies in the scope, a dimension cuts time, or it counts texts.
    """
    if reader.catalog.distribution(name).unit == "text":
        message = f"'{name}' counts texts; ask for a distribution of numbers"
        raise ScopeError(message)
    found = reader.distribution(name, by, scope)
    if found.is_empty():
        message = f"nothing to measure '{name}' by lies in this scope; widen it"
        raise ScopeError(nothing_measured(reader, scope, message))
    groups = found.partition_by(by, maintain_order=True) if by else [found]
    rows = []
    for group in groups:
        values, counts = group["value"].to_list(), group["rows"].to_list()
        measured = {f"p{100 * share:.0f}": quantile(values, counts, share) for share in SHARES}
        without = sum(n for value, n in zip(values, counts, strict=True) if value is None)
        own = {dimension: group[dimension][0] for dimension in by}
        rows.append(own | {"rows": sum(counts), "without": without} | measured)
    return pl.DataFrame(rows, infer_schema_length=None)
