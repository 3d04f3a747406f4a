"""The columns that the tables of the state are made of."""

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Date, DateTime, Integer, Select, String


def key() -> Column:
    """An id that counts up."""
    return Column("id", Integer, primary_key=True)


def texts(*names: str, optional: bool = False) -> Iterator[Column]:
    """Columns of words."""
    return (Column(name, String, nullable=optional) for name in names)


def numbers(*names: str) -> Iterator[Column]:
    """Columns of whole numbers."""
    return (Column(name, Integer, nullable=False) for name in names)


def days(*names: str) -> Iterator[Column]:
    """Columns of local days."""
    return (Column(name, Date, nullable=False) for name in names)


def moments(*names: str, optional: bool = False) -> Iterator[Column]:
    """Columns of moments, UTC."""
    return (Column(name, DateTime, nullable=optional) for name in names)


def found(connection: Connection, wanted: Select) -> Iterator[dict]:
    """The rows of a query, by column."""
    return (dict(row) for row in connection.execute(wanted).mappings())
