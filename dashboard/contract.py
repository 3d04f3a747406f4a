"""The data contract: reads `queries/contract.toml` into typed tables and columns."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboard.errors import CatalogError

VERSION = 5
"""Moves when a table or column changes meaning; snapshots record it."""

ColumnType = Literal[
    "text", "integer", "number", "decimal", "money", "boolean", "date", "timestamp"
]

SQL_TYPES: Mapping[ColumnType, str] = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "decimal": "decimal(18, 4)",
    "money": "decimal(18, 4)",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


REASONS: Mapping[str, str] = {
    "malformed_row": "a record has too few or too many fields, or a broken quote",
    "missing_key": "the key, or a part of it, is empty",
    "missing:<column>": "a required value is empty, or one of two that belong together",
    "duplicate_key": "the key stood in the same file before",
    "unparseable:<column>": "the text is no value of the column's type",
    "out_of_range:<column>": "the value lies outside the column's limits",
    "not_in_domain:<column>": "the value is none of those that the column may hold",
    "impossible_order": "one of two times, days or limits that belong together runs backwards: "
    "delivered before ordered, a promise that ends before it begins",
    "unknown_reference:<column>": "no table knows the delivery, experiment or segment "
    "named; judged against all imports, and only where the table referred to has any row",
    "overlap": "a period of validity begins before an earlier one of the same customer ends",
    "after_import_time": "something happened later than the import",
}
"""What a reason code means."""


class Column(BaseModel):
    """One column of a contract table. Null where the source does not know it.

    Attributes:
        plan: A time that may lie in the future.
        opens: A time that begins something: a local time that occurs twice is its first
            occurrence. Any other is its second.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ColumnType
    required: bool = False
    min: int | None = None
    max: int | None = None
    values: tuple[str, ...] = ()
    plan: bool = False
    opens: bool = False

    @property
    def sql_type(self) -> str:
        """Its DuckDB type."""
        return SQL_TYPES[self.type]


class Reference(BaseModel):
    """A column whose values must stand in another table.

    Attributes:
        column: The column that refers.
        to: 'table.column' of every place where a value may stand; not judged while all
            of these tables are empty.
        where: SQL condition on the referring row; None judges every row.
        unknown: Whether a row with an unknown value is refused, or accepted and counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    to: Annotated[tuple[str, ...], Field(min_length=1)]
    where: str | None = None
    unknown: Literal["refuse", "warn"] = "refuse"

    @property
    def code(self) -> str:
        """Its reason code."""
        return f"unknown_reference:{self.column}"

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Table and column of every place where a value may stand."""
        return tuple((table, column) for table, _, column in (to.partition(".") for to in self.to))


class WarningRule(BaseModel):
    """A condition under which an accepted row is counted as doubtful.

    Attributes:
        when: SQL condition over the table's own columns; of a finding, also over other rows
            in the schema `known`.
        says: What it means, for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str
    says: str


class Table(BaseModel):
    """One contract table: its key, its columns and how its rows are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    month: str | None = None
    order: tuple[tuple[str, str], ...] = ()
    together: tuple[tuple[str, str], ...] = ()
    period: tuple[str, str] | None = None
    references: tuple[Reference, ...] = ()
    warnings: Mapping[str, WarningRule] = Field(default_factory=dict)
    findings: Mapping[str, WarningRule] = Field(default_factory=dict)
    columns: Mapping[str, Column]

    @property
    def required(self) -> tuple[str, ...]:
        """Columns a row cannot do without."""
        return tuple(name for name, column in self.columns.items() if column.required)

    @property
    def known_times(self) -> tuple[str, ...]:
        """Times of things that happened: none may lie after the import."""
        return tuple(
            name
            for name, column in self.columns.items()
            if column.type == "timestamp" and not column.plan
        )


def read_contract(queries: Path) -> dict[str, Table]:
    """Read the contract.

    Args:
        queries: The queries/ folder.

    Returns:
        Tables by name, in the order of the file.

    Raises:
        CatalogError: The file breaks its own rules.
    """
    path = queries / "contract.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: Table(name=name, **table) for name, table in tables.items()}
    except (tomllib.TOMLDecodeError, ValidationError) as broken:
        message = f"{path.name}: {str(broken).splitlines()[0]}; see the comment at its top"
        raise CatalogError(message) from broken
