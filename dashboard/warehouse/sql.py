"""Names and values in SQL text, quoted; and the first value of an answer."""

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb


def identifier(name: str) -> str:
    """A name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Iterable[str]) -> str:
    """Names, quoted and joined."""
    return ", ".join(identifier(column) for column in columns)


def literal(text: str) -> str:
    """A text value, quoted; for statements that take no bound values (views, COPY)."""
    return "'" + text.replace("'", "''") + "'"


def scalar(
    connection: duckdb.DuckDBPyConnection, statement: str, values: Sequence[object] = ()
) -> Any:  # noqa: ANN401
    """The first value of the first row.

    Every row is fetched: an unfinished result would keep the connection busy.
    """
    return connection.execute(statement, list(values)).fetchall()[0][0]
