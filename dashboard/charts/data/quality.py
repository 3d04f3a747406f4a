"""The account of an import as tables to read."""

from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.analysis.quality import Quality, reasons_of
from dashboard.charts import formats
from dashboard.charts.tables import safe_text


def files_table(found: Quality) -> pl.DataFrame:
    """One row per source file: records, what became of them, and rows refused."""
    rows = [
        {
            "File": file.file,
            "Records": file.records,
            "Read": file.raw,
            "Malformed": file.malformed,
            "Unused": file.unused,
            "Refused": file.refused,
        }
        for file in found.manifest.sources
    ]
    return _frame(rows, "File", "Records", "Read", "Malformed", "Unused", "Refused")


def tables_table(found: Quality) -> pl.DataFrame:
    """One row per contract table that the import filled."""
    rows = [
        {
            "Table": table.table,
            "Rows": table.rows,
            "Accepted": table.accepted,
            "Refused": table.quarantined,
            "Superseded": table.superseded,
            "Why refused": reasons_of(table.reasons),
            "Warnings": reasons_of(table.warnings),
        }
        for table in found.manifest.tables
    ]
    columns = ("Table", "Rows", "Accepted", "Refused", "Superseded", "Why refused", "Warnings")
    return _frame(rows, *columns)


def effects_table(found: Quality, meanings: Mapping[str, str]) -> pl.DataFrame:
    """One row per rule that any delivery met.

    Args:
        found: The account.
        meanings: What reasons and warnings mean, by code.
    """
    rows = [
        {
            "Rule": one.rule,
            "Rows are": "refused" if one.kind == "refused" else "counted",
            "Deliveries": one.deliveries,
            "Due": one.due,
            "On time": one.on_time,
            "On-time rate": formats.value(one.rate, "share"),
            "Otherwise": formats.value(one.otherwise, "share"),
            "Moves it by": formats.change(
                None if one.otherwise is None or one.rate is None else one.otherwise - one.rate,
                "share",
            ),
            "Meaning": _meaning(one.rule, meanings),
        }
        for one in found.effects
    ]
    columns = ("Rule", "Rows are", "Deliveries", "Due", "On time", "On-time rate", "Otherwise")
    return _frame(rows, *columns, "Moves it by", "Meaning")


def coverage_table(found: Quality) -> pl.DataFrame:
    """One row per contract table: rows, newest row, columns held in full, in part, never."""
    rows = []
    for one in found.coverage:
        partly = {name: n for name, n in one.held.items() if 0 < n < one.rows}
        rows.append(
            {
                "Table": one.table,
                "Rows": one.rows,
                "Newest": (one.latest or "")[:16],
                "Columns in full": sum(n == one.rows for n in one.held.values()),
                "In part": ", ".join(
                    f"{name} {formats.value(n / one.rows, 'share')}" for name, n in partly.items()
                ),
                "Never": ", ".join(name for name, n in one.held.items() if not n),
            }
        )
    return _frame(rows, "Table", "Rows", "Newest", "Columns in full", "In part", "Never")


def carriers_table(scores: pl.DataFrame) -> pl.DataFrame:
    """One row per carrier: for which share of its deliveries it says what happened."""
    rows = [
        {
            "Carrier": row["carrier"],
            "Closed": row["closed"],
            "With a scan": _share(row["scan_share"]),
            "With a place": _share(row["place_share"]),
            "Delivered": row["delivered"],
            "With the time": _share(row["time_share"]),
            "With proof": _share(row["proof_share"]),
            "Failed or retried": row["failed"],
            "With a reason": _share(row["reason_share"]),
            "99 % of messages within": "not known"
            if row["p99_minutes"] is None
            else formats.value(float(row["p99_minutes"]), "minutes"),
        }
        for row in scores.iter_rows(named=True)
    ]
    columns = ("Carrier", "Closed", "With a scan", "With a place", "Delivered", "With the time")
    more = ("With proof", "Failed or retried", "With a reason", "99 % of messages within")
    return _frame(rows, *columns, *more)


def _meaning(rule: str, meanings: Mapping[str, str]) -> str:
    code, names_a_column, _ = rule.partition(":")
    return meanings[f"{code}:<column>" if names_a_column else code]


def _share(value: float | None) -> str:
    return "not known" if value is None else formats.value(value, "share")


def _frame(rows: Sequence[Mapping[str, object]], *columns: str) -> pl.DataFrame:
    """Rows as a frame whose columns are there even where no row is."""
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String()))
    return safe_text(pl.DataFrame(rows, infer_schema_length=None).select(columns))
