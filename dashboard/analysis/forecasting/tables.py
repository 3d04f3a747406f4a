"""The parts of a forecast review as rows, with all their digits."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import polars as pl

from dashboard.analysis.forecasting.review import Forecast
from dashboard.analysis.forecasting.scores import flat as flat_score


def board_table(found: Forecast) -> pl.DataFrame:
    """Scores by segment and lead time; keys as `doorstep forecast` documents them."""
    return _frame({"lead": one.lead} | flat_score(one.score) for one in found.board)


def part_tables(found: Forecast) -> Mapping[str, pl.DataFrame]:
    """Every other part by name: one row per item, parts of parts as `part_detail`."""
    return {
        "weeks": rows_of(found.weeks),
        "cuts": rows_of(found.parts),
        "misses": rows_of(found.misses),
        "steps": rows_of(found.stairs),
        "overrides": rows_of(found.overrides),
        "tracking": _frame(flattened(one) | {"rings": one.rings} for one in found.tracked),
        "coherence": rows_of(found.coherence),
        "capacity": rows_of(found.loads),
        "plans": rows_of(found.plans),
    }


def rows_of(items: Iterable[object]) -> pl.DataFrame:
    """Results as rows."""
    return _frame(flattened(one) for one in items)


def flattened(one: object) -> dict[str, Any]:
    """A result as one row; its own parts' values are named `part_value`."""
    row: dict[str, Any] = {}
    for field in fields(one):  # ty: ignore[invalid-argument-type]
        value = getattr(one, field.name)
        if is_dataclass(value):
            row |= {f"{field.name}_{name}": own for name, own in flattened(value).items()}
        elif isinstance(value, tuple):
            row[field.name] = ", ".join(map(str, value))
        elif value is not None or not _may_be_part(field.name):
            row[field.name] = value
    return row


_PARTS = ("over_naive", "over_before", "added", "alarm", "link")


def _may_be_part(name: str) -> bool:
    return name in _PARTS


def _frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)
