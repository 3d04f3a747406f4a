"""A guessed profile as tables and sentences to read."""

from typing import Any

import polars as pl

from dashboard.charts.tables import safe_text
from dashboard.warehouse import Draft
from dashboard.warehouse.guessing import ColumnDraft, TableDraft, how_read, shown

_COLUMNS = ("Column", "Contract column", "Sample value", "Why")
_LONGEST_SAMPLE = 20


def columns_table(table: TableDraft) -> pl.DataFrame:
    """One row per column of the files: what it becomes and why."""
    rows = [
        {
            "Column": one.name,
            "Contract column": one.target or "(left out)",
            "Sample value": shown(one.facts.sample, "", _LONGEST_SAMPLE),
            "Why": why(one, table),
        }
        for one in table.columns
    ]
    return safe_text(pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String())), *_COLUMNS)


def why(one: ColumnDraft, table: TableDraft) -> str:
    """How sure a column's meaning is, why, and how its values are read."""
    sure = f"{one.confidence}: " if one.target else ""
    read = how_read(one, table)
    return f"{sure}{one.why}{f'; {read}' if read else ''}"


def table_sentence(table: TableDraft) -> str:
    """What the files of one table are."""
    becomes = table.table.name if table.table else "(left out)"
    kind = "Parquet" if table.shape.is_parquet else _text_kind(table)
    malformed = f", {table.malformed:,} of them cannot be read" if table.malformed else ""
    records = f"{table.records:,} record{'' if table.records == 1 else 's'}"
    return f"{records}{malformed}; {kind}. Becomes {becomes}: {table.why}."


def as_data(draft: Draft) -> dict[str, Any]:
    """All of a draft for programs."""
    return {
        "label": draft.label,
        "time_zone": draft.time_zone,
        "tables": [
            {
                "files": [path.name for path in table.shape.paths],
                "table": table.table.name if table.table else None,
                "why": table.why,
                "encoding": table.shape.encoding,
                "delimiter": table.shape.delimiter,
                "records": table.records,
                "malformed": table.malformed,
                "columns": [_column(one, table) for one in table.columns],
            }
            for table in draft.tables
        ],
        "questions": [
            {"file": one.raw, "kind": one.kind, "about": one.about, "says": one.says}
            for one in draft.questions
        ],
    }


def _column(one: ColumnDraft, table: TableDraft) -> dict[str, Any]:
    return {
        "column": one.name,
        "fills": one.target,
        "confidence": one.confidence,
        "why": one.why,
        "read_as": how_read(one, table),
        "sample": one.facts.sample,
    }


def _text_kind(table: TableDraft) -> str:
    sign = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    return f"{table.shape.why}, {sign.get(table.shape.delimiter, table.shape.delimiter)}"
