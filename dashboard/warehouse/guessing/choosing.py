"""Which contract table the files of one shape fill."""

from collections.abc import Mapping

from dashboard.contract import Table
from dashboard.warehouse.guessing.draft import ColumnDraft, TableDraft
from dashboard.warehouse.guessing.facts import Contents
from dashboard.warehouse.guessing.matching import match
from dashboard.warehouse.guessing.shapes import Shape
from dashboard.warehouse.guessing.vocabulary import Vocabulary, as_words

_NAMED, _SURE, _LIKELY, _MISSING, _SHARE = 4.0, 1.0, 0.6, 1.5, 2.0
_LEAST = 2.0


def table_draft(
    shape: Shape, found: Contents, contract: Mapping[str, Table], vocabulary: Vocabulary
) -> TableDraft:
    """Choose the contract table that fits the columns and the files' name best."""
    tried = {name: as_table(shape, found, table, vocabulary) for name, table in contract.items()}
    points = {name: _points(one, vocabulary) for name, one in tried.items()}
    best = max(points, key=lambda name: (points[name], name == "deliveries"))
    if points[best] < _LEAST:
        columns = tuple(ColumnDraft(one) for one in found.columns)
        why = "its columns fit no table of the contract"
        return TableDraft(
            shape, found.records, found.malformed, None, why, columns, head=found.head
        )
    return tried[best]


def as_table(shape: Shape, found: Contents, table: Table, vocabulary: Vocabulary) -> TableDraft:
    """Match the columns of files with one contract table."""
    columns = match(table, found.columns, vocabulary)
    filled = sum(one.target is not None for one in columns)
    why = f"{filled} of {len(columns)} columns fit {table.name}"
    if _is_named(shape, table.name, vocabulary):
        why += ", and so does the name of the file"
    return TableDraft(shape, found.records, found.malformed, table, why, columns, head=found.head)


def _points(draft: TableDraft, vocabulary: Vocabulary) -> float:
    """How well files fit a contract table."""
    if draft.table is None:
        return 0.0
    weights = {"sure": _SURE, "likely": _LIKELY}
    points = sum(weights.get(one.confidence, 0.0) for one in draft.columns if one.target)
    if not any(draft.filling(name) for name in draft.table.key):
        points -= _MISSING
    points -= _MISSING * len(draft.missing)
    points += _SHARE * sum(one.target is not None for one in draft.columns) / len(draft.columns)
    if _is_named(draft.shape, draft.table.name, vocabulary):
        points += _NAMED
    return points


def _is_named(shape: Shape, table: str, vocabulary: Vocabulary) -> bool:
    said = set(as_words(shape.paths[0].stem).split())
    names = vocabulary.tables.get(table, frozenset()) | {as_words(table)}
    return any(set(name.split()) <= said for name in names)
