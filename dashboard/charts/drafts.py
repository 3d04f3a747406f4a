"""A guessed profile as tables and sentences to read."""

from typing import Any

import polars as pl

from dashboard.charts.tables import safe_text
from dashboard.warehouse import Draft
from dashboard.warehouse.guessing import ColumnDraft, TableDraft, how_read, shown

_COLUMNS = ("Column", "Contract column", "How sure", "Why", "Read as", "Sample value")


def columns_table(table: TableDraft) -> pl.DataFrame:
    """One row per column of the files: what it becomes and why."""
    rows = [
        {
            "Column": one.name,
            "Contract column": one.target or "(left out)",
            "How sure": one.confidence if one.target else "",
            "Why": one.why,
            "Read as": how_read(one, table),
            "Sample value": shown(one.facts.sample, ""),
        }
        for one in table.columns
    ]
    return safe_text(pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String())), *_COLUMNS)


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
